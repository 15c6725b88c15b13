"""Taking back what a list entered (F7): its people, unless somebody came to hold on to them since.

The ledger of consents only grows: somebody of whom it tells leaves an empty, erased contact behind,
and a consent that is taken back stands there as superseded.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import orjson

from contacts import search
from contacts.consent import ConsentStep, record_consent
from contacts.entering import DETAILS, Effect, source_of_consent
from contacts.found_by import pieces_of
from kernel import clock, database, events, keys, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

_UNDONE = "import_undone"
_OF_A_CONTACT = (
    "activity",
    "contact_pace",
    "contact_search",
    "contact_tag",
    "consent_request",
    "consent_state",
    "identity",
)


@database.unit_of_work
async def take_back(
    effects: Sequence[Effect], origin: str, listed_at: int, in_use: Collection[Id]
) -> set[Id]:
    """Undo these effects of a list, the newest first; the contacts that were touched since.

    `in_use` are contacts that others hold on to: those that the list made stay, with all they have
    but a consent that only the list tells of. `listed_at` is when the list was told: who was seen
    later was seen elsewhere.
    """
    made = {one.object_id for one in effects if one.kind == "contact"}
    kept = made & {*in_use, *await _touched(made, effects, listed_at)}
    known = [one for one in effects if one.contact_id and one.contact_id not in made]
    theirs = {one.contact_id for one in known if one.contact_id}
    searched = await pieces_of(theirs)
    kept |= await _restore([one for one in known if one.kind == "details"])
    await _take_identities([one for one in known if one.kind == "identity"], listed_at)
    await _turn_back([one for one in known if one.kind == "shown"], listed_at)
    await _take_tags([one for one in known if one.kind == "tag"])
    gone = made - kept
    told = [one for one in effects if one.kind == "consent" and one.contact_id not in gone]
    await _take_consents(told, origin)
    left = await pieces_of(theirs)
    await search.forget(
        (one, piece) for one, pieces in searched.items() for piece in pieces - left.get(one, set())
    )
    await _remove(gone)
    await _drop_tags([one.object_id for one in effects if one.kind == "new_tag"])
    return kept


async def _touched(made: Collection[Id], effects: Sequence[Effect], listed_at: int) -> set[Id]:
    left_at: dict[Id, int] = {}
    for one in effects:
        if one.object_id in made and one.before:
            left_at.setdefault(one.object_id, orjson.loads(one.before)["set_at"])
    rows = await database.rows(
        database.sql(__file__, "touched_since"),
        tenancy.current(),
        listed_at,
        batch=Batch({"id": "uuid", "set_at": "bigint"}, [[*one] for one in left_at.items()]),
    )
    return {row["id"] for row in rows}


async def _restore(effects: Sequence[Effect]) -> set[Id]:
    """The details of known people as they were; those that changed since stay as they are."""
    wanted: dict[Id, dict[str, Any]] = {}
    for one in effects:
        before = orjson.loads(one.before or "{}")
        # The newest effect tells what stands there now, the oldest what stood there at first.
        wanted[one.object_id] = before | {"set_at": wanted.get(one.object_id, before)["set_at"]}
    columns = ["set_at", *DETAILS]
    rows = await database.rows(
        database.sql(__file__, "restore_details"),
        tenancy.current(),
        batch=Batch(
            {"id": "uuid"} | {name: _type(name) for name in columns},
            [[one, *(before[name] for name in columns)] for one, before in sorted(wanted.items())],
        ),
    )
    restored = {row["id"] for row in rows}
    await events.record(*(Event("contact.updated", {"contact": one}) for one in sorted(restored)))
    return wanted.keys() - restored


async def _take_identities(effects: Sequence[Effect], listed_at: int) -> None:
    """Unless the person showed them since."""
    await database.run(
        """DELETE FROM identity WHERE tenant_id = $1::uuid AND source = 'import'
              AND last_at <= $2 AND id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        listed_at,
        batch=_ids([one.object_id for one in effects]),
    )
    changed = sorted({one.contact_id for one in effects if one.contact_id})
    await events.record(
        *(Event("contact.identity_changed", {"contact": contact_id}) for contact_id in changed)
    )


async def _turn_back(effects: Sequence[Effect], listed_at: int) -> None:
    """When known identities were shown before the orders of a list showed them."""
    before = {one.object_id: orjson.loads(one.before or "{}") for one in effects}
    await database.run(
        """UPDATE identity SET first_at = b.first_at, last_at = b.last_at FROM ({batch}) AS b
            WHERE identity.tenant_id = $1::uuid AND identity.id = b.id
              AND identity.last_at <= $2""",
        tenancy.current(),
        listed_at,
        batch=Batch(
            {"id": "uuid", "first_at": "bigint", "last_at": "bigint"},
            [[one, was["first_at"], was["last_at"]] for one, was in sorted(before.items())],
        ),
    )


async def _take_tags(effects: Sequence[Effect]) -> None:
    pairs = [[one.contact_id, one.object_id] for one in effects]
    await database.run(
        """DELETE FROM contact_tag WHERE tenant_id = $1::uuid AND source = 'import'
              AND (contact_id, tag_id) IN (SELECT b.contact_id, b.tag_id FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=Batch({"contact_id": "uuid", "tag_id": "uuid"}, pairs),
    )
    await events.record(
        *(
            Event("contact.untagged", {"contact": one.contact_id, "tag": one.object_id})
            for one in effects
            if one.contact_id
        )
    )


async def _take_consents(effects: Sequence[Effect], origin: str) -> None:
    """What others told of their consent counts again."""
    index = keys.index()
    tokens = [
        [index.token("consent_entry.source", source_of_consent(origin, one.object_id))]
        for one in effects
    ]
    entries = await database.rows(
        """SELECT e.contact_id, e.subject_id, e.purpose, e.topic, e.provider_at
             FROM ({batch}) AS b
             JOIN consent_entry e ON e.tenant_id = $1::uuid AND e.source_token = b.token""",
        tenancy.current(),
        batch=Batch({"token": "bytea"}, tokens),
    )
    await record_consent(
        [
            ConsentStep(
                contact_id=row["contact_id"],
                subject_id=row["subject_id"],
                kind="superseded",
                method=_UNDONE,
                source=f"{_UNDONE}|{origin}|{row['contact_id']}",
                at=row["provider_at"] + 1,
                purpose=row["purpose"],
                topic=row["topic"],
            )
            for row in entries
        ]
    )
    who = _ids({row["contact_id"] for row in entries})
    for name in ("forget_consent_states", "recall_consent_states"):
        await database.run(database.sql(__file__, name), tenancy.current(), batch=who)


async def _remove(gone: Collection[Id]) -> None:
    """Take people away with all that is theirs; where the ledger tells of them, all but an id."""
    if not gone:
        return
    who, tenant_id = _ids(gone), tenancy.current()
    subjects = await database.rows(
        """SELECT s.id FROM ({batch}) AS b
             JOIN subject s ON s.tenant_id = $1::uuid AND s.contact_id = b.id""",
        tenant_id,
        batch=who,
    )
    for table in _OF_A_CONTACT:
        await database.run(
            f"""DELETE FROM {table} WHERE tenant_id = $1::uuid
                  AND contact_id IN (SELECT b.id FROM ({{batch}}) AS b)""",
            tenant_id,
            batch=who,
        )
    for table, column in (("subject", "contact_id"), ("contact", "id")):
        await database.run(
            f"""DELETE FROM {table} WHERE tenant_id = $1::uuid
                  AND {column} IN (SELECT b.id FROM ({{batch}}) AS b)
                  AND {column} NOT IN (SELECT e.contact_id FROM ({{batch}}) AS b
                                         JOIN consent_entry e
                                           ON e.tenant_id = $1::uuid AND e.contact_id = b.id)""",
            tenant_id,
            batch=who,
        )
    await database.run(database.sql(__file__, "erase_contacts"), tenant_id, clock.now(), batch=who)
    await events.record(*(Event("contact.removed", {"contact": one}) for one in sorted(gone)))
    database.after_commit(lambda: keys.drop(row["id"] for row in subjects))


async def _drop_tags(tag_ids: Collection[Id]) -> None:
    """Tags that the list made and nobody bears."""
    await database.run(
        """DELETE FROM tag WHERE tenant_id = $1::uuid
              AND id IN (SELECT b.id FROM ({batch}) AS b)
              AND NOT EXISTS (SELECT 1 FROM contact_tag t
                               WHERE t.tenant_id = $1::uuid AND t.tag_id = tag.id)""",
        tenancy.current(),
        batch=_ids(tag_ids),
    )


def _type(name: str) -> str:
    return "bigint" if name.endswith(("_at", "_tie")) else "text"


def _ids(row_ids: Collection[Id]) -> Batch:
    return Batch({"id": "uuid"}, [[one] for one in sorted(row_ids)])
