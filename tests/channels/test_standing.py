"""How accounts and numbers stand after what the platform told, in any order of arrival."""

from __future__ import annotations

import itertools

import pytest

from channels import Told, wire
from kernel import clock
from tests import stored
from tests.channels.telling import (
    NOON,
    Place,
    account,
    change,
    make_place,
    outbox,
    quality,
    table,
    trouble,
)

ENDS = 1_794_090_000


def restricted(
    seconds: int, *ends: int | None, kind: str = "BIZ_INITIATED_MESSAGING"
) -> wire.Update:
    """News of restrictions of one kind, with their ends."""
    info = [{"restriction_type": f"RESTRICTED_{kind}", "expiration": end} for end in ends]
    return account(seconds, "ACCOUNT_RESTRICTION", restriction_info=info)


def banned(seconds: int, state: str) -> wire.Update:
    """News of a ban, or of its end."""
    return account(seconds, "DISABLED_UPDATE", ban_info={"waba_ban_state": state})


ON, OFF = "connected", "disconnected"


@pytest.mark.parametrize(
    ("news", "state", "until", "number_state"),
    [
        ([restricted(1, ENDS)], "restricted", ENDS, ON),
        ([restricted(1, ENDS, ENDS + 90)], "restricted", ENDS + 90, ON),
        ([restricted(1, ENDS, None)], "restricted", None, ON),
        ([restricted(1, ENDS, kind="ADD_PHONE_NUMBER_ACTION")], "active", None, ON),
        ([banned(1, "DISABLE")], "disabled", None, ON),
        ([banned(1, "SCHEDULE_FOR_DISABLE")], "active", None, ON),
        ([banned(1, "DISABLE"), banned(2, "REINSTATE")], "active", None, ON),
        ([account(1, "PARTNER_REMOVED")], "offboarded", None, OFF),
        ([account(1, "PARTNER_APP_UNINSTALLED")], "offboarded", None, OFF),
        ([account(1, "ACCOUNT_DELETED")], "offboarded", None, OFF),
        ([account(1, "ACCOUNT_OFFBOARDED"), account(2, "ACCOUNT_RECONNECTED")], "active", None, ON),
        (
            [account(2, "ACCOUNT_OFFBOARDED"), account(1, "ACCOUNT_RECONNECTED")],
            "offboarded",
            None,
            OFF,
        ),
        (
            [restricted(3, ENDS), account(1, "PARTNER_REMOVED"), account(2, "ACCOUNT_RECONNECTED")],
            "restricted",
            ENDS,
            ON,
        ),
        ([banned(1, "DISABLE"), account(1, "ACCOUNT_RECONNECTED")], "disabled", None, ON),
        ([account(1, "A_NEWER_EVENT")], "active", None, ON),
    ],
)
async def test_the_state_of_an_account(
    place: Place, news: list[wire.Update], state: str, until: int | None, number_state: str
) -> None:
    for order in itertools.permutations(news):
        await put_right()
        for update in order:
            await place.apply(place.told(update))
        await assert_state(state, until, number_state)
        await put_right()
        await place.apply(*map(place.told, order))
        await assert_state(state, until, number_state)


async def put_right() -> None:
    await stored.run("UPDATE waba SET state = 'active', state_at = 0, restricted_until = NULL")
    await stored.run(
        "UPDATE number SET state = 'connected', quality = NULL, quality_at = 0, throughput = NULL"
    )


async def assert_state(state: str, until: int | None, number_state: str) -> None:
    (waba,) = await table("waba", "state", "restricted_until")
    assert waba == {"state": state, "restricted_until": until and until * clock.SECOND}
    assert await table("number", "state") == [{"state": number_state}]


async def test_a_state_is_told_when_it_changes(place: Place) -> None:
    removed = account(1, "PARTNER_REMOVED")
    await place.apply(place.told(removed))
    await place.apply(place.told(removed))
    await place.apply(place.told(account(2, "ACCOUNT_RECONNECTED")))
    assert await outbox("waba.state_changed") == [
        {"waba": place.waba, "state": "offboarded"},
        {"waba": place.waba, "state": "active"},
    ]
    assert await outbox("number.state_changed") == [
        {"number": place.number, "state": "disconnected"},
        {"number": place.number, "state": "connected"},
    ]


async def test_another_tenants_account_is_not_touched(place: Place) -> None:
    other = await make_place("999", "888")
    await place.apply(place.told(account(1, "PARTNER_REMOVED")))
    # Not even when a row of theirs is named by mistake.
    mistaken = Told(account(2, "PARTNER_REMOVED"), other.waba, other.number, None, NOON)
    await place.apply(mistaken)
    states = await stored.rows("SELECT tenant_id, state FROM waba")
    assert {row["tenant_id"]: row["state"] for row in states} == {
        place.tenant_id: "offboarded",
        other.tenant_id: "active",
    }


async def test_limit_throughput_and_quality_in_any_order(place: Place) -> None:
    news = (
        change(
            "business_capability_update", {"max_daily_conversations_per_business": "TIER_2K"}, 1
        ),
        quality(2, "THROUGHPUT_UPGRADE", max_daily_conversations_per_business="TIER_UNLIMITED"),
        quality(3, "UNFLAGGED"),
        quality(4, "FLAGGED"),
    )
    for order in itertools.permutations(news):
        await put_right()
        await stored.run("UPDATE waba SET messaging_limit = NULL, messaging_limit_at = 0")
        await stored.run("DELETE FROM platform_update")
        for update in order:
            await place.apply(place.told(update))
        assert await table("number", "quality", "throughput") == [
            {"quality": "RED", "throughput": "HIGH"}
        ]
        assert await table("waba", "messaging_limit", "messaging_limit_at") == [
            {
                "messaging_limit": "TIER_UNLIMITED",
                "messaging_limit_at": NOON + 2 * clock.SECOND,
            }
        ]
    number_ids = {row["number_id"] for row in await table("platform_update")}
    assert number_ids == {None, place.number}


async def test_quality_events(place: Place) -> None:
    await place.apply(place.told(quality(1, "FLAGGED")))
    await place.apply(
        place.told(quality(2, "FLAGGED")), place.told(quality(3, "THROUGHPUT_UPGRADE"))
    )
    await place.apply(place.told(quality(4, "UNFLAGGED")))
    assert await outbox("number.quality_changed") == [
        {"number": place.number, "quality": "RED"},
        {"number": place.number, "quality": "UNKNOWN"},
    ]
    assert await outbox("number.limit_changed") == [{"number": place.number, "limit": "HIGH"}]


async def test_a_number_that_the_account_does_not_have(place: Place) -> None:
    await place.apply(place.told(quality(1, "FLAGGED", display_phone_number="447700900999")))
    assert await table("number", "quality") == [{"quality": None}]
    assert [row["number_id"] for row in await table("platform_update")] == [None]


async def test_the_newest_trouble_of_a_number(place: Place) -> None:
    news = [(trouble(131000), 10), (trouble(130429), 30), (trouble(131042), 20)]
    for order in itertools.permutations(news):
        await stored.run("UPDATE number SET trouble_code = NULL, trouble_at = NULL")
        for update, after in order:
            await place.apply(place.told(update, after=after))
        assert await table("number", "trouble_code", "trouble_at") == [
            {"trouble_code": 130429, "trouble_at": NOON + clock.HOUR + 30 * clock.SECOND}
        ]
    await stored.run("DELETE FROM outbox")
    await place.apply(*(place.told(update, after=60 + after) for update, after in news))
    assert await outbox("number.troubled") == [{"number": place.number, "code": "130429"}]
