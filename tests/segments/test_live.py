"""Members are kept current: whatever happens, they are those whom the rule holds for."""

from __future__ import annotations

import random
from collections.abc import Sequence

import contacts
import segments
from kernel import clock, database, events, ids, tenancy
from kernel.events import Event
from kernel.ids import Id
from tests import stored
from tests.conftest import House
from tests.contacts.acquaintance import acting
from tests.flows.town import make_tenant
from tests.following import follow_segments
from tests.segments.people import CLASSES, COUNTRIES, DAY, KINDS, crowd, write
from tests.segments.rules import random_rule

ROUNDS, EACH = 16, 640


async def test_live_members_are_those_recomputed(house: House) -> None:
    dice = random.Random(8)
    with acting(await make_tenant()):
        people, tags = await crowd(30, dice, clock.now())
        named: list[Id] = []
        for at in range(14):
            rule = random_rule(dice, people, tags)
            if named and at % 4 == 0:
                rule = {"any": [rule, {"segment": ids.show("segment", dice.choice(named))}]}
            named.append(await segments.create(f"segment {at}", rule, None))
        await follow_segments()
        await _agree(named)
        for _ in range(ROUNDS):
            await _live(dice, people, tags)
            await follow_segments()
            clock.move(dice.choice((2 * clock.MINUTE, clock.HOUR, DAY, 2 * DAY, 7 * DAY)))
            await segments.pass_time()
            await _agree(named)
        told = await stored.rows(
            """SELECT kind, count(*) AS n FROM outbox
                WHERE kind IN ('segment.entered', 'segment.left') GROUP BY kind"""
        )
        stays = await stored.row(
            "SELECT count(*) AS n, count(left_at) AS ended FROM segment_member"
        )
        counts = {row["kind"]: row["n"] for row in told}
        assert stays
        assert stays["ended"] == counts["segment.left"] > 20
        assert stays["n"] > counts["segment.entered"] > 20


@database.unit_of_work
async def _live(dice: random.Random, people: Sequence[Id], tags: Sequence[Id]) -> None:
    """Hundreds of things happen."""
    now, happened, touches = clock.now(), list[Event](), list[dict[str, object]]()
    for _ in range(EACH):
        one = dice.choice(people)
        what = dice.randrange(8)
        if what < 5:
            kind, at = dice.choice((KINDS[0], KINDS[2])), now - dice.randrange(40 * DAY)
            row = {"id": ids.new_id(), "contact_id": one, "at": at, "kind": kind}
            touches.append({**row, "reference": row["id"]})
            happened.append(Event(kind, {"contact": one}))
        elif what == 5:
            name = f"tag {dice.randrange(3)}"
            if dice.random() < 0.5:
                await contacts.tag(one, name)
            else:
                await contacts.untag(one, dice.choice(tags))
        elif what == 6:
            await _set("contact", "id", one, "country", dice.choice((*COUNTRIES, None)))
            happened.append(Event("contact.updated", {"contact": one}))
        else:
            await _set("contact_facts", "contact_id", one, "recency_class", dice.choice(CLASSES))
            await _set("contact_facts", "contact_id", one, "computed_at", now)
    await write("activity", touches)
    await events.record(*happened)


async def _set(table: str, key: str, contact_id: Id, column: str, value: object) -> None:
    await database.run(
        f"UPDATE {table} SET {column} = $3 WHERE tenant_id = $1::uuid AND {key} = $2::uuid",
        tenancy.current(),
        contact_id,
        value,
    )


async def _agree(named: Sequence[Id]) -> None:
    """Nobody is in who does not fit, and nobody is out who does."""
    for segment_id in named:
        fitting = await contacts.selected_page(await segments.selection_by(segment_id), None, 200)
        assert await segments.member_page(segment_id, "ASC", None, 200) == fitting
