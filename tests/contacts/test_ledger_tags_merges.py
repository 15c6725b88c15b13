"""The consent ledger, tags, and what a merge keeps (F5, F6, F9, F11)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

import contacts
from contacts import LEDGER, ConsentStep, Known, Pacing, Touch
from kernel import chain, clock, ids, keys, tenancy
from kernel.errors import Invalid, NotFound
from kernel.ids import Id
from tests import stored
from tests.conftest import House
from tests.contacts.acquaintance import AMINA, AMINA_ID, NOON, SECOND, acting, meet_together, seen
from tests.flows.town import make_tenant
from tests.tenants.make import events_of


@pytest.fixture
async def tenant_id(house: House) -> Id:
    return await make_tenant()


@pytest.fixture(autouse=True)
def for_tenant(tenant_id: Id) -> Iterator[None]:
    with acting(tenant_id):
        yield


async def person(second: int, phone: str | None = None, user_id: str | None = None) -> Known:
    """Somebody who showed up."""
    found = await contacts.recognise([seen(second, phone, user_id)])
    return found.known[0]


def step(who: Known, kind: str, second: int, **more: Any) -> ConsentStep:
    """What somebody did about marketing, so many seconds after noon."""
    return ConsentStep(
        contact_id=who.contact_id,
        subject_id=who.subject_id,
        kind=kind,
        method="platform_preference",
        source=f"{kind} at {second}",
        at=NOON + second * SECOND,
        **more,
    )


async def states(who: Known) -> list[tuple[str, str, str, int]]:
    """What the ledger comes to for somebody."""
    found = await contacts.consents_of([who.contact_id])
    return [
        (row["purpose"], row["topic"], row["state"], (row["since"] - NOON) // SECOND)
        for row in found.get(who.contact_id, [])
    ]


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("requested", "pending"),
        ("prompted", "pending"),
        ("confirmed", "confirmed"),
        ("refused", "refused"),
        ("expired", "expired"),
        ("withdrawn", "withdrawn"),
        ("superseded", "none"),
        ("unproven", "unproven"),
    ],
)
async def test_a_step_comes_to_a_state(kind: str, state: str, tenant_id: Id) -> None:
    who = await person(0, AMINA)
    (entry_id,) = await contacts.record_consent([step(who, kind, 5)])
    assert await states(who) == [("marketing", "", state, 5)]
    assert (await events_of(tenant_id))[-1] == f"consent.{kind}"
    row = await stored.row("SELECT * FROM consent_entry WHERE id = $1::uuid", entry_id)
    assert row is not None
    assert (row["kind"], row["provider_at"]) == (kind, NOON + 5 * SECOND)


async def test_the_latest_step_counts_in_any_order() -> None:
    kinds = ["requested", "confirmed", "withdrawn", "superseded"]
    for number, order in enumerate(itertools.permutations(range(4))):
        who = await person(0, f"44770090{number:04}")
        steps = [replace(step(who, kinds[at], at), source=f"{number}/{at}") for at in order]
        # Some in one batch, some one after the other, all of them twice.
        await contacts.record_consent(steps[: number % 5])
        for one in steps[number % 5 :]:
            assert len(await contacts.record_consent([one])) == 1
        assert await contacts.record_consent(steps) == []
        assert await states(who) == [("marketing", "", "none", 3)], order
        assert await stored.row(
            "SELECT count(*) AS n FROM consent_entry WHERE contact_id = $1::uuid", who.contact_id
        ) == {"n": 4}


async def test_steps_of_one_second_come_to_one_state_in_any_order() -> None:
    found = []
    for number, order in enumerate(itertools.permutations(["withdrawn", "confirmed", "refused"])):
        who = await person(0, f"44770091{number:04}")
        for kind in order:
            await contacts.record_consent([replace(step(who, kind, 7), source=f"{number}/{kind}")])
        found.append((await states(who))[0][2])
    assert len(set(found)) == 1, "the order of arrival decided"


async def test_purposes_and_topics_stand_apart() -> None:
    who = await person(0, AMINA)
    await contacts.record_consent(
        [
            step(who, "confirmed", 1),
            replace(step(who, "withdrawn", 2), topic="sales", source="b"),
            replace(step(who, "confirmed", 3), purpose="service", source="c"),
        ]
    )
    assert await states(who) == [
        ("marketing", "", "confirmed", 1),
        ("marketing", "sales", "withdrawn", 2),
        ("service", "", "confirmed", 3),
    ]


async def test_evidence_is_sealed_for_the_person() -> None:
    who = await person(0, AMINA)
    evidence = {"value": "stop", "detail": "مشترك"}
    (entry_id,) = await contacts.record_consent([step(who, "withdrawn", 1, evidence=evidence)])
    row = await stored.row("SELECT * FROM consent_entry WHERE id = $1::uuid", entry_id)
    assert row is not None
    sealer = (await keys.of([who.subject_id]))[who.subject_id]
    opened = sealer.open("consent_entry.evidence", entry_id, row["evidence_sealed"])
    assert orjson.loads(opened) == evidence


async def test_the_ledger_is_a_chain_that_a_merge_does_not_break() -> None:
    one, other = await person(0, AMINA), await person(1, None, AMINA_ID)
    await contacts.record_consent([step(one, "confirmed", 1), step(other, "withdrawn", 2)])
    assert await chain.link(LEDGER) == 2
    await meet_together(seen(3, AMINA, AMINA_ID))
    assert await chain.verify(LEDGER) == chain.Verdict(2, 0, None)
    (victim,) = await stored.rows("SELECT id FROM consent_entry WHERE kind = 'withdrawn'")
    await stored.run("UPDATE consent_entry SET kind = 'confirmed'")
    assert (await chain.verify(LEDGER)).first_altered == victim["id"]


async def test_a_merge_keeps_what_both_had() -> None:
    one, other = await person(0, AMINA), await person(1, None, AMINA_ID)
    shared = await contacts.tag(one.contact_id, "VIP")
    for name in ("VIP", "problem"):
        await contacts.tag(other.contact_id, name)
    await contacts.record_consent(
        [
            step(one, "confirmed", 10),
            step(other, "withdrawn", 20),
            replace(step(one, "confirmed", 30), purpose="service", source="s1"),
            replace(step(other, "withdrawn", 25), purpose="service", source="s2"),
            replace(step(other, "confirmed", 5), topic="news", source="s3"),
        ]
    )
    touches = [
        Touch(ids.new_id(), who.contact_id, NOON, "message.received", ids.new_id())
        for who in (one, other)
    ]
    assert await contacts.record_activity(touches) == 2
    paced = [
        Pacing(one.contact_id, stage="active", first_purchase_at=NOON),
        Pacing(other.contact_id, stage="sleeping", tier="high", first_purchase_at=NOON - 1),
    ]
    assert await contacts.write_pacing(paced) == 2
    await meet_together(seen(3, AMINA, AMINA_ID))
    assert [tag["name"] for tag in (await contacts.tags_of([one.contact_id]))[one.contact_id]] == [
        "VIP",
        "problem",
    ]
    assert await states(one) == [
        ("marketing", "", "withdrawn", 20),
        ("marketing", "news", "confirmed", 5),
        ("service", "", "confirmed", 30),
    ]
    assert await contacts.pacing_of([one.contact_id, other.contact_id]) == {
        one.contact_id: replace(paced[0], tier="high", first_purchase_at=NOON - 1)
    }
    for table in ("consent_entry", "activity", "subject", "identity", "contact_tag"):
        assert await stored.rows(
            f"SELECT count(*) AS n FROM {table} WHERE contact_id = $1::uuid", other.contact_id
        ) == [{"n": 0}], table
    subjects = await stored.rows("SELECT DISTINCT subject_id FROM consent_entry")
    assert {row["subject_id"] for row in subjects} == {one.subject_id, other.subject_id}
    # Who still speaks of the joined contact means the survivor.
    assert await contacts.record_activity([replace(touches[1], id=ids.new_id())]) == 1
    await contacts.record_consent([step(other, "confirmed", 40)])
    assert (await states(one))[0] == ("marketing", "", "confirmed", 40)
    assert await states(other) == []
    assert shared


async def test_a_tag_is_put_on_once_and_taken_off(tenant_id: Id) -> None:
    who = await person(0, AMINA)
    first = await contacts.tag(who.contact_id, "  to   follow up ")
    assert await contacts.tag(who.contact_id, "to follow up") == first
    tags = (await contacts.tags_of([who.contact_id]))[who.contact_id]
    assert [(tag["id"], tag["name"]) for tag in tags] == [(first, "to follow up")]
    await contacts.untag(who.contact_id, first)
    await contacts.untag(who.contact_id, first)
    assert await contacts.tags_of([who.contact_id]) == {}
    assert [tag["name"] for tag in await contacts.list_tags()] == ["to follow up"]
    told = [kind for kind in await events_of(tenant_id) if "tagged" in kind]
    assert told == ["contact.tagged", "contact.untagged"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "\ud800"])
async def test_a_tag_has_a_name(name: str) -> None:
    who = await person(0, AMINA)
    with pytest.raises(Invalid) as caught:
        await contacts.tag(who.contact_id, name)
    assert caught.value.field == ("name",)
    assert await contacts.list_tags() == []


async def test_only_contacts_of_the_tenant_are_tagged(tenant_id: Id) -> None:
    who = await person(0, AMINA)
    tag_id = await contacts.tag(who.contact_id, "VIP")
    with tenancy.acting_for(await make_tenant("Other")):
        for verb in (contacts.tag(who.contact_id, "mine"), contacts.untag(who.contact_id, tag_id)):
            with pytest.raises(NotFound):
                await verb
        assert await contacts.list_tags() == []
        assert await contacts.tags_of([who.contact_id]) == {}
    with pytest.raises(NotFound):
        await contacts.tag(ids.new_id(), "VIP")
    assert len((await contacts.tags_of([who.contact_id]))[who.contact_id]) == 1


async def test_an_activity_is_counted_once() -> None:
    who = await person(0, AMINA)
    touch = Touch(ids.new_id(), who.contact_id, clock.now(), "order.paid", ids.new_id(), 5, "EUR")
    assert await contacts.record_activity([touch, touch]) == 1
    assert await contacts.record_activity([touch]) == 0
    assert await stored.rows("SELECT amount, currency FROM activity") == [
        {"amount": 5, "currency": "EUR"}
    ]
