"""What the platform tells beside messages: kept once, sealed; templates in any order of arrival."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import Any

import orjson
import pytest

import channels
from channels import Told, wire
from kernel import clock, events, ids, keys, tenancy
from kernel.errors import NoTenant
from kernel.seal import Unopenable
from tests import stored
from tests.channels.telling import (
    NOON,
    Place,
    change,
    outbox,
    preference,
    quality,
    table,
    template,
    trouble,
)
from tests.flows import town
from tests.platform_json import as_platform


async def test_each_is_kept_once_and_sealed(place: Place) -> None:
    update = change("brand_new_field", {"hello": "world of secrets"}, 7)
    await place.apply(place.told(update), place.told(update))
    await place.apply(place.told(update, after=60))
    (row,) = await table("platform_update")
    assert (row["tenant_id"], row["waba_row_id"], row["number_id"]) == (
        place.tenant_id,
        place.waba,
        None,
    )
    assert (row["field"], row["event"], row["subject_id"]) == (
        "brand_new_field",
        "",
        place.tenant_id,
    )
    assert (row["at"], row["received_at"]) == (NOON + 7 * clock.SECOND, NOON + clock.HOUR)
    assert b"world" not in row["payload_sealed"]
    with tenancy.acting_for(place.tenant_id):
        opened = keys.house().open("platform_update.payload", row["id"], row["payload_sealed"])
    assert orjson.loads(opened) == {"hello": "world of secrets"}
    assert await outbox("platform.updated") == [
        {"update": row["id"], "waba": place.waba, "field": "brand_new_field"}
    ]


async def test_what_is_about_a_person_is_sealed_for_that_person(place: Place) -> None:
    subject = ids.new_id()
    with tenancy.acting_for(place.tenant_id):
        await keys.make_for([subject])
    await place.apply(place.told(preference(), subject))
    (row,) = await table("platform_update")
    assert (row["field"], row["event"]) == ("user_preferences", "stop")
    assert (row["subject_id"], row["number_id"]) == (subject, place.number)
    with tenancy.acting_for(place.tenant_id):
        sealer = (await keys.of([subject]))[subject]
        opened = orjson.loads(
            sealer.open("platform_update.payload", row["id"], row["payload_sealed"])
        )
        with pytest.raises(Unopenable):
            keys.house().open("platform_update.payload", row["id"], row["payload_sealed"])
    assert opened["wa_id"] == "447700900122"


async def test_of_an_erased_person_nothing_is_kept(place: Place) -> None:
    await place.apply(place.told(preference(), ids.new_id()), place.told(quality(0, "FLAGGED")))
    assert [row["field"] for row in await table("platform_update")] == [
        "phone_number_quality_update"
    ]
    assert len(await outbox("platform.updated")) == 1


async def test_what_has_tables_of_its_own_is_left_alone(place: Place) -> None:
    bodies = town.own_payloads()
    names = ("msg-text-emoji-rtl", "status-read", "standby-echo", "msg-system-number-change-2026")
    for name in names:
        (update, *_) = wire.parse(as_platform(bodies[name])).updates
        await place.apply(place.told(update))
    assert await table("platform_update") == []


async def test_notices_without_an_object_of_their_own(place: Place) -> None:
    (chunk, *_) = wire.parse(as_platform(town.own_payloads()["history-chunk"])).updates
    (declined,) = wire.parse(as_platform(town.own_payloads()["history-declined"])).updates
    await place.apply(place.told(chunk), place.told(declined), place.told(trouble(130429)))
    rows = await table("platform_update")
    assert [(row["field"], row["event"]) for row in rows] == [
        ("history", "progress"),
        ("history", "declined"),
        ("errors", "130429"),
    ]
    with tenancy.acting_for(place.tenant_id):
        opened = [
            orjson.loads(keys.house().open("platform_update.payload", r["id"], r["payload_sealed"]))
            for r in rows
        ]
    assert [opened[0][key] for key in ("phase", "chunk_order", "progress")] == [0, 1, 55]
    assert opened[1]["errors"][0]["raw"]["code"] == 2593109
    assert opened[2]["errors"] == [
        {"code": 130429, "title": None, "message": None, "details": None, "raw": {"code": 130429}}
    ]


async def test_what_is_too_deep_or_too_strange_is_kept_all_the_same(place: Place) -> None:
    deep: Any = 1
    for _ in range(600):
        deep = [deep]
    strange = "+44 7700 900122 said: a field's name?"
    await place.apply(
        place.told(change("errors_of_old", {"deep": deep})),
        place.told(change("messages", {"errors": [{"code": 7, "deep": deep}]})),
        place.told(template(1, message_template_element=deep)),
        place.told(change(strange, {"event": strange})),
        place.told(change("account_alerts", {"event": strange})),
    )
    assert [(row["field"], row["event"]) for row in await table("platform_update")] == [
        ("errors_of_old", ""),
        ("errors", "7"),
        ("message_template_components_update", "components"),
        ("", ""),
        ("account_alerts", ""),
    ]


async def test_only_within_a_tenant(place: Place) -> None:
    with pytest.raises(NoTenant):
        await channels.apply_updates([place.told(quality(0, "FLAGGED"))])
    assert await table("platform_update") == []


TEMPLATE_NEWS = (
    template(10, event="APPROVED", reason="NONE", message_template_category="UTILITY"),
    template(40, event="PAUSED", reason="NONE", other_info={"title": "FIRST_PAUSE"}),
    template(20, "template_category_update", new_category="UTILITY", correct_category="MARKETING"),
    template(30, "message_template_quality_update", new_quality_score="YELLOW"),
    template(
        35,
        "message_template_components_update",
        message_template_element="Hi {{1}}",
        message_template_footer="Bye",
    ),
)


async def test_a_template_is_the_same_in_any_order(place: Place) -> None:
    seen = []
    for order in itertools.permutations(TEMPLATE_NEWS):
        await stored.run("DELETE FROM template")
        for update in order[:2]:
            await place.apply(place.told(update))
        await place.apply(*(place.told(update) for update in order[2:]))
        (row,) = await table("template")
        row["components"] = json.loads(row["components"])
        seen.append({key: row[key] for key in row.keys() - {"id", "created_at", "updated_at"}})
    assert all(one == seen[0] for one in seen)
    assert seen[0] == {
        "tenant_id": place.tenant_id,
        "waba_row_id": place.waba,
        "template_id": "1689",
        "name": "spring_sale",
        "language": "fr",
        "status": "PAUSED",
        "status_reason": "FIRST_PAUSE",
        "status_at": NOON + 40 * clock.SECOND,
        "category": "UTILITY",
        "category_coming": "MARKETING",
        "category_at": NOON + 20 * clock.SECOND,
        "quality": "YELLOW",
        "quality_at": NOON + 30 * clock.SECOND,
        "components": {
            "message_template_element": "Hi {{1}}",
            "message_template_footer": "Bye",
        },
        "components_at": NOON + 35 * clock.SECOND,
    }


async def test_workers_beside_each_other_agree(place: Place) -> None:
    others = [template(50, message_template_id=n, event="APPROVED") for n in range(20)]
    batches = [[*others[::-1], *TEMPLATE_NEWS], [*TEMPLATE_NEWS[::-1], *others]] * 3
    await asyncio.gather(*(place.apply(*map(place.told, batch)) for batch in batches))
    rows = await table("template", "template_id", "status", "quality")
    assert sorted(row["template_id"] for row in rows) == sorted([*map(str, range(20)), "1689"])
    (row,) = [row for row in rows if row["template_id"] == "1689"]
    assert row == {"template_id": "1689", "status": "PAUSED", "quality": "YELLOW"}
    assert len(await table("platform_update")) == 25


async def test_two_words_of_one_moment_have_one_winner(place: Place) -> None:
    pair = (template(5, event="APPROVED"), template(5, event="DISABLED", reason="SCAM"))
    for order in (pair, pair[::-1]):
        await stored.run("DELETE FROM template")
        for update in order:
            await place.apply(place.told(update))
        (row,) = await table("template", "status", "status_reason")
        assert row == {"status": "DISABLED", "status_reason": "SCAM"}


async def test_a_template_tells_of_what_changed_and_no_more(place: Place) -> None:
    approved = template(1, event="APPROVED", message_template_category="UTILITY")
    await place.apply(place.told(approved))
    await place.apply(place.told(approved))
    await place.apply(place.told(template(0, event="PENDING")))
    await place.apply(
        place.told(template(2, "message_template_components_update", message_template_footer="x"))
    )
    await place.apply(place.told(template(3, event="PAUSED")))
    (row,) = await table("template", "id")
    assert await outbox("template.updated") == [
        {"template": row["id"], "status": "APPROVED", "category": "UTILITY"},
        {"template": row["id"], "status": "PAUSED", "category": "UTILITY"},
    ]


async def test_a_template_of_an_unknown_account_is_only_kept(place: Place) -> None:
    await place.apply(Told(template(1, event="APPROVED"), None, None, None, NOON))
    assert await table("template") == []
    assert len(await table("platform_update")) == 1


async def test_events_name_only_what_the_catalogue_allows(place: Place) -> None:
    bodies = town.own_payloads().values()
    updates = [one for body in bodies for one in wire.parse(as_platform(body)).updates]
    await place.apply(*map(place.told, updates))
    for event in await events.read(events.START):
        assert all(ref and type(ref) is str for ref in event.refs.values())
    assert {row["state"] for row in await table("waba")} == {"offboarded"}
