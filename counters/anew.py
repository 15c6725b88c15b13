"""Counting a tenant anew from its rows: beside live counting, in small steps, pausable.

The counters begin empty, in a generation of their own; what was given to those before does not
count. A walk passes all things by their ids. What it did not meet (carts that grew old) and what
people gave who were erased is given again as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from counters.ledger import replace
from counters.recounting import KINDS, NAME, hold, recount, recount_these_episodes
from kernel import clock, database, tenancy
from kernel.ids import Id

_AT_ONCE = 1000
_NOWHERE = "0" * 32
_TABLES = {kind: one.table for kind, one in KINDS.items()} | {"episode": "episode"}
_KEPT = "kept "
_STAGES: list[str] = [*_TABLES, *(_KEPT + kind for kind in _TABLES)]


@dataclass(frozen=True, slots=True)
class Anew:
    """How far counting anew has come; `finished_at` when it last was done."""

    is_running: bool
    is_paused: bool
    done: int
    total: int
    started_at: int
    finished_at: int | None


@database.unit_of_work
async def begin() -> None:
    """Count the current tenant anew, from the first thing."""
    book, tenant_id = await hold(), tenancy.current()
    await database.run("DELETE FROM kpi_hour WHERE tenant_id = $1::uuid", tenant_id)
    total = 0
    for table in _TABLES.values():
        row = await database.row(
            f"SELECT count(*) AS n FROM {table} t WHERE t.tenant_id = $1::uuid", tenant_id
        )
        total += row["n"] if row else 0
    await database.run(
        """UPDATE kpi_count SET generation = generation + 1, basis = $3, stage = $4,
                  after_id = $5::uuid, done = 0, total = $6::bigint, started_at = $7::bigint,
                  finished_at = NULL
            WHERE tenant_id = $1::uuid AND name = $2""",
        tenant_id,
        NAME,
        book.house.basis,
        _STAGES[0],
        _NOWHERE,
        total,
        clock.now(),
    )


async def pause(is_paused: bool = True) -> None:
    """Let counting anew rest, or go on."""
    await database.run(
        "UPDATE kpi_count SET is_paused = $3 WHERE tenant_id = $1::uuid AND name = $2",
        tenancy.current(),
        NAME,
        int(is_paused),
    )


async def how_far() -> Anew | None:
    """How far counting the current tenant anew has come; None before anything was counted."""
    row = await database.row(
        """SELECT stage, is_paused, done, total, started_at, finished_at FROM kpi_count
            WHERE tenant_id = $1::uuid AND name = $2""",
        tenancy.current(),
        NAME,
    )
    if row is None:
        return None
    return Anew(
        row["stage"] is not None,
        bool(row["is_paused"]),
        row["done"],
        max(row["total"], row["done"]),
        row["started_at"],
        row["finished_at"],
    )


async def count_anew() -> int:
    """A step further for every tenant that is being counted anew; how many tenants."""
    with tenancy.across_tenants("tenants are counted anew by whoever is free"):
        rows = await database.rows(
            "SELECT tenant_id FROM kpi_count WHERE stage IS NOT NULL AND is_paused = 0"
        )
    for row in rows:
        with tenancy.acting_for(row["tenant_id"]):
            await _step()
    return len(rows)


@database.unit_of_work
async def _step() -> None:
    book = await hold()
    row = await database.row(
        """SELECT stage, after_id FROM kpi_count
            WHERE tenant_id = $1::uuid AND name = $2 AND is_paused = 0""",
        tenancy.current(),
        NAME,
    )
    if row is None or row["stage"] is None:
        return
    stage, after = row["stage"], row["after_id"]
    if stage.startswith(_KEPT):
        ids = await _give_again(stage.removeprefix(_KEPT), after, book.generation)
    else:
        ids = await _next(_TABLES[stage], after)
        if ids and stage == "episode":
            await recount_these_episodes(ids)
        elif ids:
            await recount(stage, ids)
    await _move(stage, ids)


async def _next(table: str, after: Id) -> list[Id]:
    rows = await database.rows(
        f"""SELECT t.id FROM {table} t WHERE t.tenant_id = $1::uuid AND t.id > $2::uuid
             ORDER BY t.id LIMIT $3::bigint""",
        tenancy.current(),
        after,
        _AT_ONCE,
    )
    return [row["id"] for row in rows]


async def _give_again(kind: str, after: Id, generation: int) -> list[Id]:
    rows: list[dict[str, Any]] = await database.rows(
        """SELECT thing_id, part FROM kpi_source
            WHERE tenant_id = $1::uuid AND kind = $2 AND thing_id > $3::uuid
              AND generation < $4::bigint
            ORDER BY thing_id LIMIT $5::bigint""",
        tenancy.current(),
        kind,
        after,
        generation,
        _AT_ONCE,
    )
    kept = [row["thing_id"] for row in rows]
    await replace(kind, generation, {}, [(one, 0) for one in kept], set(kept))
    return kept


async def _move(stage: str, ids: list[Id]) -> None:
    following = _STAGES[_STAGES.index(stage) + 1 :]
    is_over = not ids and not following
    await database.run(
        """UPDATE kpi_count SET stage = $3, after_id = $4::uuid, done = done + $5::bigint,
                  finished_at = $6::bigint
            WHERE tenant_id = $1::uuid AND name = $2""",
        tenancy.current(),
        NAME,
        stage if ids else (following[0] if following else None),
        ids[-1] if ids else _NOWHERE,
        0 if stage.startswith(_KEPT) else len(ids),
        clock.now() if is_over else None,
    )
