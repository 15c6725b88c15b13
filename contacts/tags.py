"""Tags on contacts: by hand, by rule, and those that a shop gives (F6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from kernel import clock, database, events, ids, tenancy
from kernel.database import Batch
from kernel.errors import Invalid, NotFound
from kernel.events import Event
from kernel.ids import Id

_LONGEST = 60
# Control characters, and half a surrogate pair.
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@database.unit_of_work
async def tag(contact_id: Id, name: str, source: str = "person") -> Id:
    """Put a tag on a contact, making the tag where it is new; its id. Twice is once."""
    name = tidy_tag(name)
    await _must_exist(contact_id)
    tenant_id, now = tenancy.current(), clock.now()
    tags, _ = await find_or_make_tags([name])
    tag_id = tags[name]
    added = await database.insert(
        "contact_tag",
        [
            {
                "tenant_id": tenant_id,
                "contact_id": contact_id,
                "tag_id": tag_id,
                "source": source,
                "at": now,
            }
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="tag_id",
    )
    if added:
        await events.record(Event("contact.tagged", {"contact": contact_id, "tag": tag_id}))
    return tag_id


@database.unit_of_work
async def untag(contact_id: Id, tag_id: Id) -> None:
    """Take a tag off a contact; nothing happens where it is not on."""
    await _must_exist(contact_id)
    gone = await database.run(
        """DELETE FROM contact_tag
            WHERE tenant_id = $1::uuid AND contact_id = $2::uuid AND tag_id = $3::uuid""",
        tenancy.current(),
        contact_id,
        tag_id,
    )
    if gone:
        await events.record(Event("contact.untagged", {"contact": contact_id, "tag": tag_id}))


@database.unit_of_work
async def retag(source: str, wanted: Sequence[tuple[Id, Sequence[str]]]) -> None:
    """Make the tags that this source put on each of these contacts exactly these.

    What others put on them stays; a name that cannot be a tag is cut or left out.
    """
    if not wanted:
        return
    tenant_id, now = tenancy.current(), clock.now()
    names = {contact_id: {_tidy(name) for name in given} - {""} for contact_id, given in wanted}
    tag_ids, _ = await find_or_make_tags(set().union(*names.values()))
    before = await database.rows(
        """SELECT ct.contact_id, ct.tag_id FROM ({batch}) AS b
             JOIN contact_tag ct ON ct.tenant_id = $1::uuid AND ct.contact_id = b.id
            WHERE ct.source = $2""",
        tenant_id,
        source,
        batch=Batch({"id": "uuid"}, [[contact_id] for contact_id in names]),
    )
    kept = {(contact_id, tag_ids[name]) for contact_id, given in names.items() for name in given}
    gone = {(row["contact_id"], row["tag_id"]) for row in before} - kept
    if gone:
        await database.run(
            """DELETE FROM contact_tag WHERE tenant_id = $1::uuid
                  AND (contact_id, tag_id) IN
                      (SELECT b.contact_id, b.tag_id FROM ({batch}) AS b)""",
            tenant_id,
            batch=Batch({"contact_id": "uuid", "tag_id": "uuid"}, sorted(gone)),
        )
    added = await database.insert(
        "contact_tag",
        [
            {
                "tenant_id": tenant_id,
                "contact_id": contact_id,
                "tag_id": tag_id,
                "source": source,
                "at": now,
            }
            for contact_id, tag_id in sorted(kept)
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="contact_id, tag_id",
    )
    await events.record(
        *(
            Event("contact.tagged", {"contact": row["contact_id"], "tag": row["tag_id"]})
            for row in added
        ),
        *(
            Event("contact.untagged", {"contact": contact_id, "tag": tag_id})
            for contact_id, tag_id in sorted(gone)
        ),
    )


@database.unit_of_work
async def tag_many(tag_id: Id, contact_ids: Iterable[Id], source: str) -> None:
    """Put a tag on these contacts of the current tenant, where nobody did."""
    now = clock.now()
    added = await database.insert(
        "contact_tag",
        [
            {
                "tenant_id": tenancy.current(),
                "contact_id": one,
                "tag_id": tag_id,
                "source": source,
                "at": now,
            }
            for one in sorted(set(contact_ids))
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="contact_id",
    )
    await _tell("contact.tagged", tag_id, added)


@database.unit_of_work
async def untag_many(tag_id: Id, contact_ids: Iterable[Id], source: str) -> None:
    """Take a tag off these contacts, where this source put it on."""
    gone = await database.rows(
        """DELETE FROM contact_tag
            WHERE tenant_id = $1::uuid AND tag_id = $2::uuid AND source = $3
              AND contact_id IN (SELECT b.id FROM ({batch}) AS b)
        RETURNING contact_id""",
        tenancy.current(),
        tag_id,
        source,
        batch=Batch({"id": "uuid"}, [[one] for one in sorted(set(contact_ids))]),
    )
    await _tell("contact.untagged", tag_id, gone)


async def _tell(kind: str, tag_id: Id, rows: Iterable[Mapping[str, Id]]) -> None:
    await events.record(
        *(Event(kind, {"contact": row["contact_id"], "tag": tag_id}) for row in rows)
    )


@database.unit_of_work
async def make_tag(name: str) -> Id:
    """The tag of this name, made where it is new; Invalid where it cannot be one."""
    tags, _ = await find_or_make_tags([tidied := tidy_tag(name)])
    return tags[tidied]


def _tidy(name: str) -> str:
    return " ".join(_UNSTORABLE.sub(" ", name).split())[:_LONGEST].strip()


def tidy_tag(name: str) -> str:
    """A tag's name as it is kept; Invalid where it is none."""
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST or _UNSTORABLE.search(name):
        raise Invalid(f"A tag's name has 1 to {_LONGEST} characters.", field=("name",))
    return name


async def find_or_make_tags(names: Iterable[str]) -> tuple[dict[str, Id], set[Id]]:
    """The ids of the current tenant's tags with these tidy names, and which of them are new."""
    tenant_id, wanted = tenancy.current(), sorted(names)
    made = await database.insert(
        "tag",
        [
            {"tenant_id": tenant_id, "id": ids.new_id(), "name": name, "created_at": clock.now()}
            for name in wanted
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="id",
    )
    found = await database.rows(
        """SELECT t.id, t.name FROM ({batch}) AS b
             JOIN tag t ON t.tenant_id = $1::uuid AND t.name = b.name""",
        tenant_id,
        batch=Batch({"name": "text"}, [[name] for name in wanted]),
    )
    return {row["name"]: row["id"] for row in found}, {row["id"] for row in made}


async def _must_exist(contact_id: Id) -> None:
    found = await database.row(
        """SELECT 1 AS found FROM contact
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state <> 'merged'""",
        tenancy.current(),
        contact_id,
    )
    if not found:
        raise NotFound("There is no such contact.", field=("contact",))
