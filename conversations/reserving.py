"""Room in the portfolio's day for templates that open a conversation (F24, contract 5.5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import channels
from channels import Reaching
from conversations.gate import Decision
from conversations.reasons import reason
from kernel import clock, database, tenancy
from kernel.database import Batch
from kernel.ids import Id

_SERVICE = ("utility", "authentication")


@dataclass(frozen=True, slots=True)
class Template:
    """A template about to leave, with the category that it counts as."""

    send_id: Id
    contact_id: Id
    category: str
    expires_at: int | None


async def without_room(number_id: Id, templates: Sequence[Template]) -> dict[Id, Decision]:
    """Reserve room for templates of one number; what becomes of those for which there is none.

    Whoever has written within a day is not counted. Part of the caller's unit of work.
    """
    if not await channels.is_limited(number_id):
        return {}
    in_window = await _in_window(number_id, {one.contact_id for one in templates})
    until = await channels.reserve(
        number_id,
        [
            Reaching(one.send_id, one.contact_id, one.category in _SERVICE)
            for one in templates
            if one.contact_id not in in_window
        ],
    )
    return {
        one.send_id: _decide(until[one.send_id], one.expires_at)
        for one in templates
        if one.send_id in until
    }


async def _in_window(number_id: Id, contact_ids: Iterable[Id]) -> set[Id]:
    rows = await database.rows(
        """SELECT v.contact_id FROM ({batch}) AS b
             JOIN conversation v ON v.tenant_id = $1::uuid AND v.contact_id = b.id
              AND v.number_id = $2::uuid AND v.window_closed_at > $3""",
        tenancy.current(),
        number_id,
        clock.now(),
        batch=Batch({"id": "uuid"}, [[one] for one in contact_ids]),
    )
    return {row["contact_id"] for row in rows}


def _decide(until: int, expires_at: int | None) -> Decision:
    full = reason("PORTFOLIO_LIMIT", until=until)
    if expires_at is not None and until >= expires_at:
        return Decision("refuse", (full, reason("EXPIRED", "expires_at")))
    return Decision("defer", (full,), until)
