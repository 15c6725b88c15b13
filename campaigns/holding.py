"""A campaign in hand: its row held until the unit ends, its numbers and their mailings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import channels
from kernel import database, tenancy
from kernel.database import Batch
from kernel.errors import Conflict, NotFound
from kernel.ids import Id


async def hold(campaign_id: Id, before: Sequence[str], done: str) -> dict[str, Any]:
    """The row of a campaign in one of these states; NotFound, or Conflict that says which it is."""
    row = await database.row(
        "SELECT * FROM campaign WHERE tenant_id = $1::uuid AND id = $2::uuid FOR UPDATE",
        *(tenancy.current(), campaign_id),
    )
    if row is None:
        raise NotFound("There is no such campaign.", field=("campaign",))
    if row["state"] not in before:
        message = f"Only a campaign that is {' or '.join(before)} can be {done}."
        raise Conflict(message, field=("campaign",))
    return row


async def numbers_of(campaign_id: Id) -> list[Id]:
    """The numbers that a campaign goes out from."""
    rows = await database.rows(
        """SELECT number_id FROM campaign_number
            WHERE tenant_id = $1::uuid AND campaign_id = $2::uuid ORDER BY number_id""",
        *(tenancy.current(), campaign_id),
    )
    return [row["number_id"] for row in rows]


async def accounts_of(number_ids: Sequence[Id]) -> list[Id]:
    """The accounts of these numbers; each has templates of its own."""
    numbers = await channels.numbers_by_ids(number_ids)
    return list(dict.fromkeys(row["waba_row_id"] for row in numbers.values()))


async def mailings_of(campaign_ids: Iterable[Id]) -> dict[Id, list[Id]]:
    """The mailings of campaigns, in the order of their numbers; none before the launch."""
    found: dict[Id, list[Id]] = {one: [] for one in campaign_ids}
    rows = await database.rows(
        """SELECT n.campaign_id, n.mailing_id FROM ({batch}) AS b
             JOIN campaign_number n ON n.tenant_id = $1::uuid AND n.campaign_id = b.id
            WHERE n.mailing_id IS NOT NULL ORDER BY n.number_id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in found]),
    )
    for row in rows:
        found[row["campaign_id"]].append(row["mailing_id"])
    return found
