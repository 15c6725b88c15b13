"""How far the facts of a tenant are: its cuts, and a computing of all anew that goes on.

Whoever writes facts holds this row: one at a time of each tenant, each on what the last one left.
"""

from __future__ import annotations

from typing import Any, TypedDict, cast

from kernel import clock, database, tenancy
from kernel.ids import Id

# Drawing cuts costs by how many have bought: of a thousand it is done every 4 seconds at most, of a
# million once an hour.
_PAUSE_PER_BUYER = clock.HOUR // 1_000_000
_LEAST_PAUSE = 2 * clock.SECOND


class FactsState(TypedDict):
    """As stored; `cuts` is JSON, {} before the first were drawn (segments.quintiles).

    `walk_after`: the contact behind which computing all anew goes on; None while it does not.
    """

    buyers: int
    cuts: str
    cuts_at: int | None
    cuts_due_at: int | None
    walk_after: Id | None
    walk_done: int
    walk_total: int
    walk_started_at: int | None
    walk_finished_at: int | None


_UNBORN: dict[str, Any] = {
    "buyers": 0,
    "cuts": "{}",
    "cuts_at": None,
    "cuts_due_at": None,
    "walk_after": None,
    "walk_done": 0,
    "walk_total": 0,
    "walk_started_at": None,
    "walk_finished_at": None,
}
_READ = f"SELECT {', '.join(_UNBORN)} FROM facts_state WHERE tenant_id = $1::uuid"


async def tenants_with_work() -> list[Id]:
    """Whose cuts are to be drawn, or whose facts are being computed anew."""
    with tenancy.across_tenants("facts of all tenants are kept by one clock"):
        rows = await database.rows(
            """SELECT tenant_id FROM facts_state
                WHERE walk_after IS NOT NULL OR cuts_due_at <= $1 ORDER BY tenant_id""",
            clock.now(),
        )
    return [row["tenant_id"] for row in rows]


async def read_state() -> FactsState:
    """Of the current tenant."""
    return cast(FactsState, await database.row(_READ, tenancy.current()) or _UNBORN)


async def hold_state() -> FactsState:
    """The same, held until the open unit ends."""
    await database.insert(
        "facts_state",
        [{"tenant_id": tenancy.current(), **_UNBORN}],
        conflict="ON CONFLICT DO NOTHING",
    )
    return cast(FactsState, await database.row(f"{_READ} FOR UPDATE", tenancy.current()))


async def cuts_age() -> None:
    """Somebody bought: the cuts are drawn anew before long, the first ones at once."""
    state = await read_state()
    pause = max(_LEAST_PAUSE, state["buyers"] * _PAUSE_PER_BUYER) if state["cuts_at"] else 0
    await database.run(
        """UPDATE facts_state SET cuts_due_at = $2
            WHERE tenant_id = $1::uuid AND cuts_due_at IS NULL""",
        tenancy.current(),
        clock.now() + pause,
    )


async def redraw() -> None:
    """The cuts of the current tenant are drawn anew, and all scored by them, as soon as may be."""
    await database.run(
        "UPDATE facts_state SET cuts_due_at = $2 WHERE tenant_id = $1::uuid",
        tenancy.current(),
        clock.now(),
    )
