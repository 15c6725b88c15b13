"""What follows when the platform failed a message: whom it could not reach, and when they may be
written to again (contract 5.8, 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import channels
from kernel import clock, database, tenancy
from kernel.database import Batch
from kernel.ids import Id

# Codes that say something of the thread, each in a statement of its own, and of the country.
_THREADS = frozenset({130403, 131026, 131047, 131049})
_BARRED = 130497


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that the platform failed, by its code, and when it said so."""

    conversation_id: Id | None
    contact_id: Id
    number_id: Id
    code: int
    at: int


async def told_later(message_ids: Sequence[Id], failed: Sequence[Failure]) -> None:
    """What the platform had taken and then failed; part of the caller's unit of work."""
    if not message_ids:
        return
    rows = await database.rows(
        """SELECT s.id FROM ({batch}) AS b
             JOIN send s ON s.tenant_id = $1::uuid AND s.message_id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in message_ids]),
    )
    await channels.release(row["id"] for row in rows)
    await note(failed)
    for number_id in sorted({one.number_id for one in failed}):
        codes = [one.code for one in failed if one.number_id == number_id]
        await channels.heed_codes(number_id, codes)


async def note(failed: Sequence[Failure]) -> None:
    """What failures say of their threads and countries; part of the caller's unit of work."""
    latest: dict[tuple[Id, int], int] = {}
    for one in failed:
        if one.conversation_id is not None and one.code in _THREADS:
            key = (one.conversation_id, one.code)
            latest[key] = max(latest.get(key, 0), one.at)
    for code in sorted({code for _, code in latest}):
        await database.run(
            database.sql(__file__, f"failed_{code}"),
            tenancy.current(),
            batch=Batch(
                {"id": "uuid", "at": "bigint"},
                [[thread, at] for (thread, its_code), at in latest.items() if its_code == code],
            ),
        )
    barred = [[one.contact_id, one.number_id] for one in failed if one.code == _BARRED]
    if barred:
        await database.run(
            database.sql(__file__, "bar_countries"),
            tenancy.current(),
            clock.now(),
            batch=Batch({"contact_id": "uuid", "number_id": "uuid"}, barred),
        )
