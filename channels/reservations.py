"""One ledger per portfolio of whom it writes to first, in a moving 24 hours (F24, contract 5.5).

All numbers and all senders share it: whoever reserves holds the portfolio until their unit of work
ends, so that those beside each other never take more than the limit together. Where there is no
limit, nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels import tiers
from kernel import clock, database, metrics, tenancy
from kernel.database import Batch
from kernel.ids import Id

WINDOW = clock.DAY
# Where not even all that is reserved would make room: the limit itself has to rise.
_LIMIT_MAY_RISE = clock.HOUR


@dataclass(frozen=True, slots=True)
class Reaching:
    """A template that leaves outside a window; service is utility and authentication."""

    send_id: Id
    contact_id: Id
    is_service: bool


async def is_limited(number_id: Id) -> bool:
    """Whether the number's portfolio may write to so many people a day only."""
    return _limit(await _read(number_id)) is not None


@database.unit_of_work
async def reserve(number_id: Id, wanted: Sequence[Reaching]) -> dict[Id, int]:
    """Reserve a place for each; by send, until when those have to wait for whom there is none.

    Service goes first, and a tenth of the limit is kept for it. Who is counted already takes no
    place. The same send again is the same reservation. Part of the caller's unit of work, in which
    the attempts are set down.
    """
    accounts = await _read(number_id, "FOR UPDATE OF w")
    limit = _limit(accounts)
    if limit is None or not wanted:
        return {}
    portfolio, now = accounts[0]["portfolio"], clock.now()
    used = await _count(portfolio, now)
    counted = await _counted(portfolio, wanted)
    going: dict[Id, Id] = {}
    waiting: dict[bool, list[Id]] = {True: [], False: []}
    for one in sorted(wanted, key=lambda one: not one.is_service):
        if one.contact_id not in counted:
            if used >= _open_to(one.is_service, limit):
                waiting[one.is_service].append(one.send_id)
                continue
            used += 1
            counted.add(one.contact_id)
        going[one.contact_id] = one.send_id
    await _write(portfolio, going, now)
    until: dict[Id, int] = {}
    for is_service, send_ids in waiting.items():
        over = used - _open_to(is_service, limit)
        freed = await _freed(portfolio, len(send_ids), over, now) if send_ids else []
        until |= dict(zip(send_ids, freed, strict=True))
    database.after_commit(lambda: metrics.PORTFOLIO_WAITS.inc(len(until)))
    return until


def _open_to(is_service: bool, limit: int) -> int:
    return limit if is_service else tiers.open_to_promotions(limit)


async def release(send_ids: Iterable[Id]) -> None:
    """These certainly did not go: whom they were for counts as before."""
    those = [[one] for one in send_ids]
    if not those:
        return
    await database.run(
        """UPDATE reservation SET at = reservation.at_before FROM ({batch}) AS b
            WHERE reservation.tenant_id = $1::uuid AND reservation.send_id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, those),
    )


async def _read(number_id: Id, hold: str = "") -> list[dict[str, Any]]:
    """The accounts of the number's portfolio; one without a known portfolio stands alone."""
    return await database.rows(
        database.sql(__file__, "accounts_of_portfolio").replace("/* hold */", hold),
        tenancy.current(),
        number_id,
    )


def _limit(accounts: Sequence[dict[str, Any]]) -> int | None:
    """By the word that came last: it is one for the whole portfolio."""
    if not accounts:
        return None
    newest = max(accounts, key=lambda one: one["messaging_limit_at"])
    return tiers.people_of(newest["messaging_limit"])


async def _count(portfolio: str, now: int) -> int:
    """How many people are counted; those whose day is over are forgotten."""
    await database.run(
        "DELETE FROM reservation WHERE tenant_id = $1::uuid AND portfolio = $2 AND at <= $3",
        tenancy.current(),
        portfolio,
        now - WINDOW,
    )
    row = await database.row(
        "SELECT count(*) AS used FROM reservation WHERE tenant_id = $1::uuid AND portfolio = $2",
        tenancy.current(),
        portfolio,
    )
    return int(row["used"]) if row else 0


async def _counted(portfolio: str, wanted: Sequence[Reaching]) -> set[Id]:
    rows = await database.rows(
        """SELECT r.contact_id FROM ({batch}) AS b
             JOIN reservation r ON r.tenant_id = $1::uuid AND r.portfolio = $2
              AND r.contact_id = b.id""",
        tenancy.current(),
        portfolio,
        batch=Batch({"id": "uuid"}, [[one] for one in {one.contact_id for one in wanted}]),
    )
    return {row["contact_id"] for row in rows}


async def _freed(portfolio: str, places: int, over: int, now: int) -> list[int]:
    """When so many places come free, once those that are over the limit are."""
    rows = await database.rows(
        """SELECT at FROM reservation WHERE tenant_id = $1::uuid AND portfolio = $2
            ORDER BY at LIMIT $3::bigint OFFSET $4::bigint""",
        tenancy.current(),
        portfolio,
        places,
        over,
    )
    freed: list[int] = [row["at"] + WINDOW for row in rows]
    return freed + [now + _LIMIT_MAY_RISE] * (places - len(freed))


async def _write(portfolio: str, going: Mapping[Id, Id], now: int) -> None:
    await database.insert(
        "reservation",
        [
            {
                "tenant_id": tenancy.current(),
                "portfolio": portfolio,
                "contact_id": contact_id,
                "send_id": send_id,
                "at": now,
                "at_before": 0,
            }
            for contact_id, send_id in going.items()
        ],
        conflict="""ON CONFLICT (tenant_id, portfolio, contact_id) DO UPDATE
            SET at_before = CASE WHEN reservation.send_id = excluded.send_id
                                 THEN reservation.at_before ELSE reservation.at END,
                at = excluded.at, send_id = excluded.send_id""",
    )
