"""Who came through which touchpoint: told by a code, a keyword or an ad in a message, or a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import contacts
from kernel import clock, database, events, ids, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id
from links.codes import codes_in, sign_of_ad, sign_of_keyword


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message of a person, with what may tell where they come from.

    `ad_id` is what the platform says of an ad that led here (contract 4.3, referral); `is_by_ad`
    holds where it says so without an id, too.
    """

    message_id: Id
    contact_id: Id
    at: int
    text: str | None
    is_by_ad: bool = False
    ad_id: str | None = None


@database.unit_of_work
async def note_arrivals(arrivals: Sequence[Arrival], began_at: int) -> None:
    """Tie people to the touchpoints that their messages bear signs of; the first sign counts.

    Joined to the caller's unit of work, which began then: who became a contact in it came by the
    touchpoint.
    """
    signs = {one.message_id: list(_signs(one)) for one in arrivals}
    known = await _touchpoints({sign for told in signs.values() for sign in told})
    uses = []
    for one in arrivals:
        sign = next((sign for sign in signs[one.message_id] if sign in known), None)
        if sign is not None:
            through = known[sign]
            uses.append(_use(through["id"], one.contact_id, through["way"], one.at, one.message_id))
    if not uses:
        return
    await _write(uses)
    await contacts.note_source([one["contact_id"] for one in uses], "touchpoint", began_at)


@database.unit_of_work
async def note_visit(touchpoint_id: Id, contact_id: Id) -> None:
    """Somebody came through a touchpoint's page."""
    await _write([_use(touchpoint_id, contact_id, "page", clock.now(), None)])


def _signs(one: Arrival) -> Iterator[str]:
    yield from codes_in(one.text or "")
    if keyword := sign_of_keyword((one.text or "")[:100]):
        yield keyword
    if one.is_by_ad:
        yield sign_of_ad(one.ad_id)
        yield sign_of_ad(None)


async def _touchpoints(signs: set[str]) -> dict[str, dict[str, Any]]:
    """The live touchpoints that these are signs of, by sign."""
    if not signs:
        return {}
    rows = await database.rows(
        """SELECT b.sign, t.id, CASE WHEN t.code = b.sign THEN 'code' ELSE t.kind END AS way
             FROM ({batch}) AS b
             JOIN touchpoint t ON t.tenant_id = $1::uuid AND t.state = 'active'
              AND (t.code = b.sign OR t.sign = b.sign)""",
        tenancy.current(),
        batch=Batch({"sign": "text"}, [[one] for one in sorted(signs)]),
    )
    return {row["sign"]: row for row in rows}


def _use(
    touchpoint_id: Id, contact_id: Id, way: str, at: int, message_id: Id | None
) -> dict[str, Any]:
    return {
        "tenant_id": tenancy.current(),
        "id": message_id or ids.new_id(),
        "touchpoint_id": touchpoint_id,
        "contact_id": contact_id,
        "way": way,
        "message_id": message_id,
        "at": at,
    }


async def _write(uses: Sequence[dict[str, Any]]) -> None:
    await database.insert("touchpoint_use", uses)
    await events.record(
        *(
            Event(
                "touchpoint.used",
                {
                    "touchpoint": one["touchpoint_id"],
                    "contact": one["contact_id"],
                    "use": one["id"],
                },
                one["at"],
            )
            for one in uses
        )
    )
