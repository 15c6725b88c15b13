"""Who came through a touchpoint by a list that was imported (F10), and taking that back."""

from __future__ import annotations

from collections.abc import Collection

from kernel import database, ids, tenancy
from kernel.database import Batch
from kernel.errors import Invalid, NotFound
from kernel.ids import Id
from links.queries import touchpoints_by_ids


async def check_for_lists(touchpoint_id: Id) -> None:
    """NotFound or Invalid where lists cannot name this touchpoint."""
    found = (await touchpoints_by_ids([touchpoint_id])).get(touchpoint_id)
    if found is None or found["state"] != "active":
        raise NotFound("There is no such live touchpoint.", field=("touchpoint",))
    if found["kind"] != "import":
        raise Invalid("A touchpoint of kind IMPORT is wanted.", field=("touchpoint",))


@database.unit_of_work
async def note_listed(touchpoint_id: Id, contact_ids: Collection[Id], at: int) -> dict[Id, Id]:
    """These people stand on a list of then; the uses of those who are new to it, by contact.

    No event tells of it: to stand on a list is nothing that they did.
    """
    known = await database.rows(
        """SELECT DISTINCT u.contact_id FROM ({batch}) AS b
             JOIN touchpoint_use u ON u.tenant_id = $1::uuid AND u.contact_id = b.id
            WHERE u.touchpoint_id = $2::uuid""",
        tenancy.current(),
        touchpoint_id,
        batch=_ids(contact_ids),
    )
    uses = {one: ids.new_id() for one in {*contact_ids} - {row["contact_id"] for row in known}}
    await database.insert(
        "touchpoint_use",
        [
            {
                "tenant_id": tenancy.current(),
                "id": use_id,
                "touchpoint_id": touchpoint_id,
                "contact_id": contact_id,
                "way": "import",
                "message_id": None,
                "at": at,
            }
            for contact_id, use_id in sorted(uses.items())
        ],
    )
    return uses


async def take_back_listed(use_ids: Collection[Id]) -> None:
    """The list was a mistake: nobody came through by it."""
    await database.run(
        """DELETE FROM touchpoint_use WHERE tenant_id = $1::uuid AND way = 'import'
              AND id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=_ids(use_ids),
    )


def _ids(given: Collection[Id]) -> Batch:
    return Batch({"id": "uuid"}, [[one] for one in sorted(given)])
