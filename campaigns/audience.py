"""Whom a campaign is for: everybody, listed contacts, by tags, by segments; minus exclusions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import contacts
import segments
from contacts import EVERYBODY, NOBODY, Selection
from kernel import database, tenancy
from kernel.database import Batch
from kernel.errors import Invalid
from kernel.events import Event
from kernel.ids import Id

# Each is an id in one request.
_MOST_LISTED = 10_000
_MOST_PHONES = 1_000
_MOST_TAGS = 50
_MOST_SEGMENTS = 20
_FIELD = "audience"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who is meant: all, or `contacts`, `phones`, who has the tags and whom one of `segments_any`
    holds for; never the excluded, nor whom one of `segments_none` holds for.

    Tags hold together: one of `tags_any`, and each of `tags_all`.
    """

    everybody: bool = False
    contacts: Sequence[Id] = ()
    phones: Sequence[str] = ()
    tags_any: Sequence[Id] = ()
    tags_all: Sequence[Id] = ()
    tags_none: Sequence[Id] = ()
    segments_any: Sequence[Id] = ()
    segments_none: Sequence[Id] = ()
    excluded: Sequence[Id] = ()


@dataclass(frozen=True, slots=True)
class AudienceParts:
    """The tags of an audience (`any`, `all`, `none`), its segments (`any`, `none`), and how many
    were listed and excluded.
    """

    tags: Mapping[str, Sequence[Id]]
    segments: Mapping[str, Sequence[Id]]
    listed: int
    excluded: int


async def write_audience(campaign_id: Id, audience: Audience) -> None:
    """Make these the people of a campaign, part of the caller's unit.

    Invalid names what is wrong by its place: a number that is none, a contact or tag that nobody
    knows.
    """
    listed = [
        *await _survivors(audience.contacts, "contacts"),
        *await _by_phone(audience.phones),
    ]
    excluded = await _survivors(audience.excluded, "excluded")
    tags = {
        "any": await _tags(audience.tags_any, "tags_any"),
        "all": await _tags(audience.tags_all, "tags_all"),
        "none": await _tags(audience.tags_none, "tags_none"),
    }
    chosen = {
        "any": await _segments(audience.segments_any, "segments_any"),
        "none": await _segments(audience.segments_none, "segments_none"),
    }
    key = {"tenant_id": tenancy.current(), "campaign_id": campaign_id}
    for statement in (
        "DELETE FROM campaign_contact WHERE tenant_id = $1::uuid AND campaign_id = $2::uuid",
        "DELETE FROM campaign_tag WHERE tenant_id = $1::uuid AND campaign_id = $2::uuid",
        "DELETE FROM campaign_segment WHERE tenant_id = $1::uuid AND campaign_id = $2::uuid",
    ):
        await database.run(statement, *key.values())
    await database.insert(
        "campaign_contact",
        [
            {**key, "contact_id": one, "part": part}
            for part, people in (("listed", listed), ("excluded", excluded))
            for one in dict.fromkeys(people)
        ],
    )
    await database.insert(
        "campaign_tag",
        [
            {**key, "tag_id": one, "part": part}
            for part, tag_ids in tags.items()
            for one in dict.fromkeys(tag_ids)
        ],
    )
    await database.insert(
        "campaign_segment",
        [
            {**key, "segment_id": one, "part": part}
            for part, segment_ids in chosen.items()
            for one in dict.fromkeys(segment_ids)
        ],
    )


async def selection_of(campaign_id: Id, *, everybody: bool) -> Selection:
    """The contacts whom a campaign is for, as they are now."""
    tags, named = await tags_of(campaign_id), await segments_of(campaign_id)
    chosen = EVERYBODY if everybody else _listed(campaign_id, "listed") | _with_tags(tags)
    for one in named["any"]:
        chosen |= await segments.selection_by(one)
    for one in named["none"]:
        chosen -= await segments.selection_by(one)
    if tags["none"]:
        chosen -= contacts.tagged(*tags["none"])
    return chosen - _listed(campaign_id, "excluded")


async def count_audience(campaign: Mapping[str, Any]) -> int:
    """How many contacts a campaign is for, as they are now."""
    chosen = await selection_of(campaign["id"], everybody=bool(campaign["everybody"]))
    return await contacts.count_selected(chosen)


async def parts_of_audience(campaign_id: Id) -> AudienceParts:
    """How the audience of a campaign is put together."""
    rows = await database.rows(
        """SELECT part, count(*) AS n FROM campaign_contact
            WHERE tenant_id = $1::uuid AND campaign_id = $2::uuid GROUP BY part""",
        tenancy.current(),
        campaign_id,
    )
    counts = {row["part"]: row["n"] for row in rows}
    tags, named = await tags_of(campaign_id), await segments_of(campaign_id)
    return AudienceParts(tags, named, counts.get("listed", 0), counts.get("excluded", 0))


async def tags_of(campaign_id: Id) -> dict[str, list[Id]]:
    """The tags of a campaign: `any`, `all` and `none`."""
    rows = await database.rows(
        """SELECT part, tag_id FROM campaign_tag
            WHERE tenant_id = $1::uuid AND campaign_id = $2::uuid ORDER BY tag_id""",
        tenancy.current(),
        campaign_id,
    )
    found: dict[str, list[Id]] = {"any": [], "all": [], "none": []}
    for row in rows:
        found[row["part"]].append(row["tag_id"])
    return found


async def segments_of(campaign_id: Id) -> dict[str, list[Id]]:
    """The segments of a campaign: `any` and `none`."""
    rows = await database.rows(
        """SELECT part, segment_id FROM campaign_segment
            WHERE tenant_id = $1::uuid AND campaign_id = $2::uuid ORDER BY segment_id""",
        tenancy.current(),
        campaign_id,
    )
    found: dict[str, list[Id]] = {"any": [], "none": []}
    for row in rows:
        found[row["part"]].append(row["segment_id"])
    return found


@database.unit_of_work
async def follow_merges(happened: Sequence[Event]) -> None:
    """Whoever was listed for a campaign is their survivor now: a reaction to `contact.merged`."""
    pairs = Batch(
        {"survivor_id": "uuid", "merged_id": "uuid"},
        [[one.refs["contact"], one.refs["merged"]] for one in happened],
    )
    await database.run(
        """INSERT INTO campaign_contact (tenant_id, campaign_id, contact_id, part)
           SELECT x.tenant_id, x.campaign_id, b.survivor_id, x.part
             FROM ({batch}) AS b
             JOIN campaign_contact x ON x.tenant_id = $1::uuid AND x.contact_id = b.merged_id
            WHERE true ON CONFLICT DO NOTHING""",
        tenancy.current(),
        batch=pairs,
    )
    await database.run(
        """DELETE FROM campaign_contact WHERE tenant_id = $1::uuid
              AND contact_id IN (SELECT b.merged_id FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=pairs,
    )


def _listed(campaign_id: Id, part: str) -> Selection:
    return Selection(
        """EXISTS (SELECT 1 FROM campaign_contact x
                    WHERE x.tenant_id = c.tenant_id AND x.campaign_id = ?::uuid
                      AND x.contact_id = c.id AND x.part = ?)""",
        (campaign_id, part),
    )


def _with_tags(tags: dict[str, list[Id]]) -> Selection:
    if not tags["any"] and not tags["all"]:
        return NOBODY
    chosen = contacts.tagged(*tags["any"]) if tags["any"] else EVERYBODY
    for tag_id in tags["all"]:
        chosen &= contacts.tagged(tag_id)
    return chosen


async def _survivors(contact_ids: Sequence[Id], field: str) -> list[Id]:
    """The contacts with these ids, or whom they were merged into."""
    _check_amount(contact_ids, _MOST_LISTED, field)
    rows = await contacts.contacts_by_ids(contact_ids)
    for place, one in enumerate(contact_ids):
        if one not in rows:
            raise _unknown("There is no such contact.", field, place)
    return [rows[one]["merged_into"] or one for one in contact_ids]


async def _by_phone(phones: Sequence[str]) -> list[Id]:
    """The contacts with these numbers; with country code, as in +447700900123."""
    _check_amount(phones, _MOST_PHONES, "phones")
    read = [contacts.read_phone(text) if text.startswith("+") else None for text in phones]
    for place, digits in enumerate(read):
        if digits is None:
            message = "A number with its country code is wanted, as in +447700900123."
            raise Invalid(message, code="BAD_FORM", field=(_FIELD, "phones", str(place)))
    found = await contacts.find([contacts.Sighting(at=0, phone=digits) for digits in read])
    for place, known in enumerate(found):
        if known is None:
            raise _unknown("No contact has this number.", "phones", place)
    return [known.contact_id for known in found if known]


async def _tags(tag_ids: Sequence[Id], field: str) -> Iterable[Id]:
    _check_amount(tag_ids, _MOST_TAGS, field)
    known = await contacts.tags_by_ids(tag_ids)
    for place, one in enumerate(tag_ids):
        if one not in known:
            raise _unknown("There is no such tag.", field, place)
    return tag_ids


async def _segments(segment_ids: Sequence[Id], field: str) -> Iterable[Id]:
    _check_amount(segment_ids, _MOST_SEGMENTS, field)
    known = await segments.segments_by_ids(segment_ids)
    for place, one in enumerate(segment_ids):
        if one not in known:
            raise _unknown("There is no such segment.", field, place)
    return segment_ids


def _check_amount(given: Sequence[object], most: int, field: str) -> None:
    if len(given) > most:
        raise Invalid(f"At most {most:,} at a time.", code="TOO_MANY", field=(_FIELD, field))


def _unknown(message: str, field: str, place: int) -> Invalid:
    return Invalid(message, code="NOT_FOUND", field=(_FIELD, field, str(place)))
