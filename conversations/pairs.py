"""Not too many messages between a number and one person (contract 5.7): rebuilt from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kernel import clock, database, rates, tenancy
from kernel.database import Batch
from kernel.ids import Id
from kernel.rates import Grant

# One each 6 s, 45 ahead; what went out longer ago cannot matter any more (600 an hour).
_INTERVAL, _BURST, _MATTERS = 6 * clock.SECOND, 45, clock.HOUR


async def take(number_id: Id, contact_ids: Iterable[Id]) -> dict[Id, Grant]:
    """Take one message to each of these contacts of what their pair with the number may have."""
    names = {f"pair:{number_id}:{one}": one for one in contact_ids}

    async def by_the_ledger(lost: Sequence[str]) -> Mapping[str, int]:
        ahead = await _ahead(number_id, [names[one] for one in lost])
        return {one: ahead.get(names[one], 0) for one in lost}

    grants = await rates.take(list(names), _INTERVAL, _BURST, before=by_the_ledger)
    return dict(zip(names.values(), grants, strict=True))


async def _ahead(number_id: Id, contact_ids: Sequence[Id]) -> dict[Id, int]:
    """How far ahead of now each pair has used its rate up, by the attempts that were made."""
    now = clock.now()
    rows = await database.rows(
        database.sql(__file__, "pairs_used"),
        tenancy.current(),
        number_id,
        now - _MATTERS,
        _INTERVAL,
        batch=Batch({"id": "uuid"}, [[one] for one in contact_ids]),
    )
    return {row["contact_id"]: row["used_up"] - now for row in rows}
