"""Asking the gate: the facts of a whole batch in one statement, then the decision on each (F21)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import contacts
from contacts import PaceRules
from conversations import gate
from conversations.asked import Asked
from conversations.gate import Decision, Ruled, Went
from conversations.reasons import Reason, reason
from kernel import clock, database, tenancy
from kernel.database import Batch
from kernel.errors import Conflict
from kernel.ids import Id


class NotSendable(Conflict):
    """The gate said no; `reasons` holds every reason."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        first = reasons[0]
        super().__init__(first.message, code=first.code, field=(first.field,))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Known:
    """What was read for a batch: each question with its row of `gate_facts.sql`, what went to each
    contact lately, the tenant's rules of pace."""

    pairs: Sequence[tuple[Asked, dict[str, Any]]]
    sent: Mapping[Id, Sequence[Went]]
    rules: PaceRules


async def rulings(asked: Sequence[Asked]) -> dict[Id, Ruled]:
    """What the gate says of each message now, or when it is due."""
    return judge(await read_facts(asked), clock.now())


async def read_facts(asked: Sequence[Asked]) -> Known:
    """All that the gate looks at, in a few statements however many are asked for."""
    rows = await database.rows(
        database.sql(__file__, "gate_facts"),
        tenancy.current(),
        batch=Batch(
            {
                "id": "uuid",
                "contact_id": "uuid",
                "number_id": "uuid",
                "template_name": "text",
                "template_language": "text",
                "occasion_id": "uuid",
                "topic": "text",
            },
            [
                [
                    one.id,
                    one.contact_id,
                    one.number_id,
                    one.template_name,
                    one.template_language,
                    one.occasion_id,
                    one.topic,
                ]
                for one in asked
            ],
        ),
    )
    by_id = {one.id: one for one in asked}
    pairs = [(by_id[row["id"]], row) for row in rows]
    paced = {one.contact_id for one, row in pairs if gate.counts_as(one, row)[1] != "service"}
    rules = await contacts.pace_rules()
    return Known(pairs, await sent_lately(paced, rules) if paced else {}, rules)


def judge(known: Known, now: int) -> dict[Id, Ruled]:
    """The decision on each."""
    return {
        one.id: gate.rule(one, row, tuple(known.sent.get(one.contact_id, ())), known.rules, now)
        for one, row in known.pairs
    }


async def sent_lately(contact_ids: Collection[Id], rules: PaceRules) -> dict[Id, list[Went]]:
    """What went to each besides what serves them; who had nothing is not there."""
    days = max(rules.caps.longest_days, *contacts.GAPS)
    rows = await database.rows(
        database.sql(__file__, "sent_lately"),
        tenancy.current(),
        clock.now() - days * clock.DAY,
        batch=Batch({"contact_id": "uuid"}, [[one] for one in contact_ids]),
    )
    sent: dict[Id, list[Went]] = {}
    for row in rows:
        sent.setdefault(row.pop("contact_id"), []).append(Went(**row))
    return sent


async def rehearse(asked: Sequence[Asked]) -> dict[Id, Decision]:
    """What the gate would say of each; nothing is written, nobody is held (F21: dry run)."""
    ruled = await rulings(asked)
    return {one.id: ruled[one.id].decision if one.id in ruled else _GONE for one in asked}


async def let_through(asked: Asked) -> Ruled:
    """What a message counts as, which may go now or later; NotSendable where the gate says no."""
    ruled = (await rulings([asked]))[asked.id]
    if ruled.decision.ruling == "refuse":
        raise NotSendable(ruled.decision.reasons)
    return ruled


_GONE = Decision("refuse", (reason("CONTACT_GONE"),))
