"""Catching up: messages stored before scoring existed, or missed by it, are scored by night (F37).

What is scored is not looked at again, so that it goes on wherever it was killed; how far it is, the
rows themselves tell.
"""

from __future__ import annotations

from dataclasses import dataclass

from kernel import database, tenancy
from kernel.ids import Id
from scoring.messages import score_messages
from scoring.silences import note_silences
from scoring.standing import note_standings

_AT_ONCE = 500
_START: Id = "0" * 32


@dataclass(frozen=True, slots=True)
class Scored:
    """How many of the customers' messages are scored."""

    scored: int
    messages: int


async def catch_up() -> None:
    """Score what the current tenant has unscored; note threads and contacts that nobody judged."""
    after = _START
    while unscored := await _beyond(after, "unscored_messages"):
        await score_messages(unscored)
        after = unscored[-1]
    for statement, note in (
        ("unjudged_threads", note_silences),
        ("unjudged_contacts", note_standings),
    ):
        after = _START
        while found := await _beyond(after, statement):
            await note(found)
            after = found[-1]


async def count_scored() -> Scored:
    """How far the current tenant's messages are scored."""
    row = await database.row(
        """SELECT count(s.message_id) AS scored, count(*) AS messages FROM message m
             LEFT JOIN message_score s ON s.tenant_id = $1::uuid AND s.message_id = m.id
            WHERE m.tenant_id = $1::uuid AND m.direction = 'in' AND m.kind <> 'call'""",
        tenancy.current(),
    )
    return Scored(**row or {"scored": 0, "messages": 0})


async def _beyond(after: Id, statement: str) -> list[Id]:
    rows = await database.rows(
        database.sql(__file__, statement), tenancy.current(), after, _AT_ONCE
    )
    return [row["id"] for row in rows]
