"""Threads follow their people: when contacts are joined, their threads with a number become one."""

from __future__ import annotations

from collections.abc import Sequence

from contacts import Merge
from conversations import episodes
from kernel import database, tenancy
from kernel.ids import Id

_MOVED = ("message", "message_change", "conversation_step", "send")


@database.unit_of_work
async def follow_merges(merges: Sequence[Merge]) -> None:
    """Move the threads of joined contacts to their survivors; messages keep their subject."""
    for merge in merges:
        for pair in await _threads_on_both_sides(merge):
            if pair["ours"] is not None:
                await _join(pair["ours"], pair["theirs"])
        await _hand_over(merge)


async def _threads_on_both_sides(merge: Merge) -> list[dict[str, Id | None]]:
    return await database.rows(
        """SELECT theirs.id AS theirs, ours.id AS ours
             FROM conversation theirs
             LEFT JOIN conversation ours
               ON ours.tenant_id = $1::uuid AND ours.contact_id = $2::uuid
              AND ours.number_id = theirs.number_id
            WHERE theirs.tenant_id = $1::uuid AND theirs.contact_id = $3::uuid
              AND theirs.state <> 'merged'
            ORDER BY theirs.id""",
        tenancy.current(),
        merge.survivor_id,
        merge.merged_id,
    )


async def _join(ours: Id, theirs: Id | None) -> None:
    tenant_id = tenancy.current()
    for table in _MOVED:
        await database.run(
            f"""UPDATE {table} SET conversation_id = $2::uuid
                 WHERE tenant_id = $1::uuid AND conversation_id = $3::uuid""",
            tenant_id,
            ours,
            theirs,
        )
    await database.run(
        """DELETE FROM episode WHERE tenant_id = $1::uuid AND conversation_id = $2::uuid""",
        tenant_id,
        theirs,
    )
    await database.run(database.sql(__file__, "join_read_marks"), tenant_id, ours, theirs)
    await database.run(
        "DELETE FROM read_mark WHERE tenant_id = $1::uuid AND conversation_id = $2::uuid",
        tenant_id,
        theirs,
    )
    await database.run(database.sql(__file__, "join_threads"), tenant_id, ours, theirs)
    await database.run(
        """UPDATE conversation SET state = 'merged', merged_into = $2::uuid
            WHERE tenant_id = $1::uuid AND (id = $3::uuid OR merged_into = $3::uuid)""",
        tenant_id,
        ours,
        theirs,
    )
    await episodes.refold(ours)


async def _hand_over(merge: Merge) -> None:
    """What is left (threads with other numbers, and everything moved above) is the survivor's."""
    for table in ("message", "send"):
        await database.run(
            f"""UPDATE {table} SET contact_id = $2::uuid
                 WHERE tenant_id = $1::uuid AND contact_id = $3::uuid""",
            tenancy.current(),
            merge.survivor_id,
            merge.merged_id,
        )
    await database.run(
        """UPDATE conversation SET contact_id = $2::uuid
            WHERE tenant_id = $1::uuid AND contact_id = $3::uuid AND state <> 'merged'""",
        tenancy.current(),
        merge.survivor_id,
        merge.merged_id,
    )
