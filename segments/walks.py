"""Computing the facts of all of a tenant's contacts anew: in steps, which outlive kills."""

from __future__ import annotations

from kernel import clock, database, tenancy
from kernel.ids import Id
from segments.facts import refresh_span
from segments.quintiles import draw_cuts
from segments.state import FactsState, hold_state, tenants_with_work

_FIRST = "0" * 32
_AT_ONCE = 10_000


@database.unit_of_work
async def recompute() -> FactsState:
    """Begin to compute all of the current tenant's facts anew; one that runs begins again."""
    await hold_state()
    await database.run(
        """UPDATE facts_state SET walk_after = $2::uuid, walk_done = 0, walk_started_at = $3,
                  walk_finished_at = NULL,
                  walk_total = (SELECT count(*) FROM contact c
                                 WHERE c.tenant_id = $1::uuid AND c.state IN ('active', 'frozen'))
            WHERE tenant_id = $1::uuid""",
        tenancy.current(),
        _FIRST,
        clock.now(),
    )
    return await hold_state()


async def look_after() -> int:
    """A step for each tenant whose facts are being computed anew, and cuts where they are due; of
    how many contacts."""
    done = 0
    for tenant_id in await tenants_with_work():
        with tenancy.acting_for(tenant_id):
            done += await _step()
            await draw_cuts()
    return done


@database.unit_of_work
async def _step() -> int:
    after = (await hold_state())["walk_after"]
    if after is None:
        return 0
    last = await database.row(
        """SELECT x.id, x.n FROM (
               SELECT id, row_number() OVER (ORDER BY id) AS n FROM contact
                WHERE tenant_id = $1::uuid AND id > $2::uuid AND state IN ('active', 'frozen')
                ORDER BY id LIMIT $3::bigint) AS x
            ORDER BY x.n DESC LIMIT 1""",
        tenancy.current(),
        after,
        _AT_ONCE,
    )
    if last is None:
        await _finish()
        return 0
    await refresh_span(after, last["id"])
    await _move(last["id"], last["n"])
    return int(last["n"])


async def _move(after: Id, by: int) -> None:
    await database.run(
        """UPDATE facts_state SET walk_after = $2::uuid, walk_done = walk_done + $3
            WHERE tenant_id = $1::uuid""",
        tenancy.current(),
        after,
        by,
    )


async def _finish() -> None:
    await database.run(
        """DELETE FROM contact_facts WHERE tenant_id = $1::uuid AND contact_id IN (
               SELECT c.id FROM contact c
                WHERE c.tenant_id = $1::uuid AND c.state NOT IN ('active', 'frozen'))""",
        tenancy.current(),
    )
    await database.run(
        """UPDATE facts_state SET walk_after = NULL, walk_finished_at = $2, cuts_due_at = $2
            WHERE tenant_id = $1::uuid""",
        tenancy.current(),
        clock.now(),
    )
