"""Legal holds (F46): what of a person has to be kept by law, and until when.

A hold changes nothing while the person is known. When they are erased, the fields that it lists are
sealed apart, under a key of its own; with its last day that key is destroyed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal, TypedDict, cast

import orjson

import channels
import contacts
import conversations
from contacts import Person
from kernel import audit, clock, database, ids, keys, tenancy
from kernel.database import Batch
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import Id

Field = Literal["name", "identities", "messages", "files"]
_REASON, _KEPT = "legal_hold.reason", "legal_hold.kept"
_LONGEST_REASON = 500
_LONGEST = 30 * 366 * clock.DAY
_AT_ONCE = 100


class HoldRow(TypedDict):
    """A hold; `reason` is opened, `kept_sealed` is under the hold's own key (`subject_id`)."""

    id: Id
    subject_id: Id
    contact_id: Id
    fields: list[str]
    reason: str
    until_at: int
    kept_sealed: bytes | None
    created_at: int
    ended_at: int | None


@database.unit_of_work
async def set_hold(contact_id: Id, fields: Sequence[Field], until: int, reason: str) -> Id:
    """Keep these fields of a contact until then, whatever else is erased; the hold's id.

    Invalid without a field, a reason (the law that asks for it) or a day to come, NotFound for an
    absent contact, Conflict for one who was erased.
    """
    now = clock.now()
    if not fields:
        raise Invalid("Say what is to be kept.", code="EMPTY", field=("fields",))
    if not 1 <= len(reason.strip()) <= _LONGEST_REASON:
        message = f"Name the law that asks for it, in 1 to {_LONGEST_REASON} characters."
        raise Invalid(message, field=("reason",))
    if not now < until <= now + _LONGEST:
        message = "A hold ends on a day to come, within 30 years."
        raise Invalid(message, code="BAD_RANGE", field=("until",))
    person = await contacts.person_of(contact_id)
    contact = (await contacts.contacts_by_ids(person.contact_ids[:1]))[person.contact_ids[0]]
    if contact["state"] == "erased":
        raise Conflict("This contact was erased.", code="CONTACT_GONE", field=("contact",))
    hold_id = ids.new_id()
    await database.insert(
        "legal_hold",
        [
            {
                "tenant_id": tenancy.current(),
                "id": hold_id,
                "subject_id": hold_id,
                "contact_id": contact["id"],
                "listed": orjson.dumps(sorted(set(fields))).decode(),
                "reason_sealed": keys.house().seal_text(_REASON, hold_id, reason.strip()),
                "until_at": until,
                "created_at": now,
            }
        ],
    )
    await audit.record("legal_hold.set", {"legal_hold": [hold_id], "contact": [contact["id"]]})
    return hold_id


async def lift_hold(hold_id: Id) -> None:
    """End a hold: what it kept of an erased person is destroyed. NotFound unless it holds."""
    if not await _end([hold_id]):
        raise NotFound("There is no such hold, or it has ended.", field=("hold",))
    await audit.record("legal_hold.lift", {"legal_hold": [hold_id]})


async def keep_held(person: Person) -> int:
    """Seal apart what holds keep of somebody who is being erased; how many holds there are.

    Part of the unit that begins the erasure, before their name goes.
    """
    theirs = set(person.contact_ids)
    held = [one for one in await holds() if one["contact_id"] in theirs and one["ended_at"] is None]
    await keys.make_for(one["id"] for one in held)
    sealers = await keys.of(one["id"] for one in held)
    for one in held:
        told = {name: await _VALUES[name](person) for name in one["fields"]}
        await database.run(
            """UPDATE legal_hold SET kept_sealed = $3
                WHERE tenant_id = $1::uuid AND id = $2::uuid""",
            tenancy.current(),
            one["id"],
            sealers[one["id"]].seal(_KEPT, one["id"], orjson.dumps(told)),
        )
    return len(held)


async def hold_files(person: Person, uploads: Iterable[Id]) -> int:
    """Hand the files of somebody who is being erased to the hold that keeps them longest; how many.

    `uploads` were sent to nobody else.
    """
    keeper = _longest(await holds(), person.contact_ids)
    if keeper is None:
        return 0
    return await channels.keep_files([*person.subject_ids, *uploads], keeper["id"])


async def held_subjects() -> set[Id]:
    """The owners of keys under which something is kept by law: shown to few."""
    rows = await database.rows(
        "SELECT subject_id FROM legal_hold WHERE tenant_id = $1::uuid AND ended_at IS NULL",
        tenancy.current(),
    )
    return {row["subject_id"] for row in rows}


async def drop_ended_holds() -> int:
    """End holds of all tenants whose last day is over; how many."""
    with tenancy.across_tenants("holds of all tenants end by one clock"):
        due = await database.rows(
            """SELECT tenant_id, id FROM legal_hold
                WHERE ended_at IS NULL AND until_at <= $1 ORDER BY until_at LIMIT $2::bigint""",
            clock.now(),
            _AT_ONCE,
        )
    for row in due:
        with tenancy.acting_for(row["tenant_id"]):
            await _end([row["id"]])
    return len(due)


async def holds() -> list[HoldRow]:
    """The holds of the tenant, in the order in which they were set."""
    rows = await database.rows(
        """SELECT id, subject_id, contact_id, listed, reason_sealed, until_at, kept_sealed,
                  created_at, ended_at FROM legal_hold
            WHERE tenant_id = $1::uuid ORDER BY id""",
        tenancy.current(),
    )
    house = keys.house()
    for row in rows:
        row["fields"] = orjson.loads(row.pop("listed"))
        row["reason"] = house.open_text(_REASON, row["id"], row.pop("reason_sealed"))
    return cast(list[HoldRow], rows)


def _longest(among: Iterable[HoldRow], contact_ids: Collection[Id]) -> HoldRow | None:
    """Which of these keeps files of these contacts for longest."""
    keepers = [
        one
        for one in among
        if one["contact_id"] in contact_ids and one["ended_at"] is None and "files" in one["fields"]
    ]
    return max(keepers, key=lambda one: one["until_at"], default=None)


async def _pass_files_on(hold_ids: Sequence[Id]) -> None:
    """Files that an ending hold kept are kept by another of the same contact, or go."""
    found = await holds()
    for one in [one for one in found if one["id"] in hold_ids]:
        others = [other for other in found if other["id"] not in hold_ids and other["kept_sealed"]]
        if keeper := _longest(others, [one["contact_id"]]):
            await channels.keep_files([one["id"]], keeper["id"])
        await channels.forget_files([one["id"]])


async def _end(hold_ids: Sequence[Id]) -> int:
    await _pass_files_on(hold_ids)
    ended = await database.run(
        """UPDATE legal_hold SET ended_at = $2, kept_sealed = NULL
            WHERE tenant_id = $1::uuid AND ended_at IS NULL
              AND id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        clock.now(),
        batch=Batch({"id": "uuid"}, [[one] for one in hold_ids]),
    )
    await keys.drop(hold_ids)
    return ended


async def _name(person: Person) -> str | None:
    contact_id = person.contact_ids[0]
    contact = (await contacts.contacts_by_ids([contact_id]))[contact_id]
    sealer = (await keys.of([contact["subject_id"]])).get(contact["subject_id"])
    if sealer is None or contact["name_sealed"] is None:
        return None
    return sealer.open_text("contact.name", contact_id, contact["name_sealed"])


async def _identities(person: Person) -> list[dict[str, str]]:
    known = await contacts.identities_of(person.contact_ids)
    sealers = await keys.of(person.subject_ids)
    return [
        {"kind": row["kind"], "value": sealer.open_text("identity.value", row["id"], sealed)}
        for own in known.values()
        for row in own
        if (sealer := sealers.get(row["subject_id"])) and (sealed := row["value_sealed"])
    ]


async def _messages(person: Person) -> list[dict[str, str | None]]:
    return await conversations.said_with(person.contact_ids)


async def _files(person: Person) -> list[dict[str, Any]]:
    owners = [*person.subject_ids, *await conversations.uploads_for(person.contact_ids)]
    return [
        {"path": f"/media/{ids.show('media', row['id'])}", "mime": row["mime"], "size": row["size"]}
        for row in await channels.stored_files(owners)
    ]


_VALUES = {"name": _name, "identities": _identities, "messages": _messages, "files": _files}
