"""Asking the gate: the facts of a whole batch in one statement, then the decision on each (F21)."""

from __future__ import annotations

from collections.abc import Sequence

from conversations import gate
from kernel import clock, database, tenancy
from kernel.database import Batch
from kernel.errors import Conflict
from kernel.ids import Id


class NotSendable(Conflict):
    """The gate said no; `reasons` holds every reason."""

    def __init__(self, reasons: Sequence[gate.Reason]) -> None:
        first = reasons[0]
        super().__init__(first.message, code=first.code, field=(first.field,))
        self.reasons = tuple(reasons)


async def rulings(asked: Sequence[gate.Asked]) -> dict[Id, tuple[gate.Decision, str]]:
    """What the gate says of each message now, and the category that it counts as."""
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
    by_id, now = {one.id: one for one in asked}, clock.now()
    return {row["id"]: gate.rule(by_id[row["id"]], row, now) for row in rows}


async def let_through(asked: gate.Asked) -> str:
    """The category that a message counts as; NotSendable where the gate says no."""
    decision, category = (await rulings([asked]))[asked.id]
    if decision.ruling == "refuse":
        raise NotSendable(decision.reasons)
    return category
