"""Reads of contacts: rows as stored, sealed values still sealed; each answers for a whole page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, cast

from kernel import database, tenancy
from kernel.conditions import Conditions, places_of
from kernel.database import Batch
from kernel.ids import Id

Direction = Literal["ASC", "DESC"]


class ContactRow(TypedDict):
    """A contact; the name is sealed under `subject_id`, times are microseconds UTC."""

    id: Id
    subject_id: Id
    state: str
    merged_into: Id | None
    owner_id: Id | None
    name_sealed: bytes | None
    language: str | None
    language_source: str | None
    country: str | None
    country_source: str | None
    time_zone: str | None
    time_zone_source: str | None
    marketing_gap_days: int
    source: str
    created_at: int
    updated_at: int


class IdentityRow(TypedDict):
    """One id under which a contact is known; phones are digits without a plus."""

    id: Id
    contact_id: Id
    subject_id: Id
    kind: str
    scope: str
    value_sealed: bytes
    state: str
    source: str
    first_at: int
    last_at: int
    ended_at: int | None


class TagRow(TypedDict):
    """A tag."""

    id: Id
    name: str
    created_at: int


class ConsentRow(TypedDict):
    """What the consent ledger comes to for a purpose and topic."""

    purpose: str
    topic: str
    state: str
    since: int
    entry_id: Id


class ConsentEntryRow(TypedDict):
    """A step of the ledger; the evidence is sealed under `subject_id`. Times in microseconds."""

    id: Id
    contact_id: Id
    subject_id: Id
    purpose: str
    topic: str
    kind: str
    method: str
    source_token: bytes
    evidence_sealed: bytes
    provider_at: int
    recorded_at: int
    request_id: Id | None
    touchpoint_id: Id | None
    wording_id: Id | None
    text_hash: str | None
    notice: str | None
    actor_kind: str | None
    actor_id: Id | None
    prompt_id: Id | None
    answer_id: Id | None
    chain_seq: int | None
    chain_hash: bytes | None


@dataclass(frozen=True, slots=True)
class ContactFilter:
    """Which contacts are wanted; None leaves a condition out, an empty list holds for nobody.

    `search_tokens` come from `search_tokens`; a contact must have all of them.
    """

    search_tokens: Sequence[Sequence[bytes]] | None = None
    tags_all: Sequence[Id] = ()
    tags_any: Sequence[Id] | None = None
    tags_none: Sequence[Id] = ()
    countries: Sequence[str] | None = None
    languages: Sequence[str] | None = None
    created_from: int | None = None
    created_before: int | None = None


async def contacts_by_ids(ids: Iterable[Id]) -> dict[Id, ContactRow]:
    """The contacts with these ids, those of the current tenant only."""
    statement = _with_columns("contacts_by_ids")
    found = await database.rows(statement, tenancy.current(), batch=_ids(ids))
    return {row["id"]: cast(ContactRow, row) for row in found}


async def contact_page(
    wanted: ContactFilter, direction: Direction, after: Id | None, limit: int
) -> list[ContactRow]:
    """At most so many contacts in order of age, beyond the contact `after`."""
    where = _conditions(wanted, limit)
    if after is not None:
        where.add(f"c.id {'<' if direction == 'DESC' else '>'} ?::uuid", after)
    statement = where.into(_with_columns("contact_page").replace("{direction}", direction))
    return cast(list[ContactRow], await database.rows(statement, *where.params))


async def count_contacts(wanted: ContactFilter) -> int:
    """How many contacts the filter holds for."""
    where = _conditions(wanted)
    row = await database.row(where.into(database.sql(__file__, "count_contacts")), *where.params)
    return int(row["n"]) if row else 0


async def identities_of(contact_ids: Iterable[Id]) -> dict[Id, list[IdentityRow]]:
    """The identities of these contacts, the one shown last first."""
    found = await database.rows(
        database.sql(__file__, "identities_of"), tenancy.current(), batch=_ids(contact_ids)
    )
    return cast(dict[Id, list[IdentityRow]], _grouped(found))


async def tags_of(contact_ids: Iterable[Id]) -> dict[Id, list[TagRow]]:
    """The tags of these contacts, by name."""
    found = await database.rows(
        database.sql(__file__, "tags_of"), tenancy.current(), batch=_ids(contact_ids)
    )
    return cast(dict[Id, list[TagRow]], _grouped(found))


async def list_tags() -> list[TagRow]:
    """All tags of the tenant, by name."""
    found = await database.rows(
        "SELECT id, name, created_at FROM tag WHERE tenant_id = $1::uuid ORDER BY name",
        tenancy.current(),
    )
    return cast(list[TagRow], found)


async def tags_by_ids(ids: Iterable[Id]) -> dict[Id, TagRow]:
    """The tags with these ids."""
    found = await database.rows(
        """SELECT t.id, t.name, t.created_at FROM ({batch}) AS b
             JOIN tag t ON t.tenant_id = $1::uuid AND t.id = b.id""",
        tenancy.current(),
        batch=_ids(ids),
    )
    return {row["id"]: cast(TagRow, row) for row in found}


async def consents_of(contact_ids: Iterable[Id]) -> dict[Id, list[ConsentRow]]:
    """What each of these contacts allowed or forbade, by purpose and topic.

    Who has not agreed and is being asked is pending, whatever they said before.
    """
    found = await database.rows(
        """SELECT s.contact_id, s.purpose, s.topic, s.entry_id,
                  CASE WHEN r.id IS NULL OR s.state = 'confirmed' THEN s.state
                       ELSE 'pending' END AS state,
                  CASE WHEN r.id IS NULL OR s.state = 'confirmed' THEN s.since
                       ELSE r.asked_at END AS since
             FROM ({batch}) AS b
             JOIN consent_state s ON s.tenant_id = $1::uuid AND s.contact_id = b.id
             LEFT JOIN consent_request r
               ON r.tenant_id = $1::uuid AND r.contact_id = s.contact_id
              AND r.purpose = s.purpose AND r.topic = s.topic AND r.state = 'pending'
            ORDER BY s.contact_id, s.purpose, s.topic""",
        tenancy.current(),
        batch=_ids(contact_ids),
    )
    return cast(dict[Id, list[ConsentRow]], _grouped(found))


async def agreed_wordings(
    contact_ids: Iterable[Id],
) -> dict[tuple[Id, str, str], tuple[Id, Id | None]]:
    """What these contacts have agreed to, by contact, purpose and topic: the line of the ledger and
    its wording, None where nobody knows which.
    """
    rows = await database.rows(
        """SELECT s.contact_id, s.purpose, s.topic, e.id, e.wording_id FROM ({batch}) AS b
             JOIN consent_state s ON s.tenant_id = $1::uuid AND s.contact_id = b.id
              AND s.state = 'confirmed'
             JOIN consent_entry e ON e.tenant_id = $1::uuid AND e.id = s.entry_id""",
        tenancy.current(),
        batch=_ids(contact_ids),
    )
    return {
        (row["contact_id"], row["purpose"], row["topic"]): (row["id"], row["wording_id"])
        for row in rows
    }


async def consent_history(contact_ids: Iterable[Id]) -> dict[Id, list[ConsentEntryRow]]:
    """All steps of the ledger of each of these contacts, as they were written down."""
    found = await database.rows(
        database.sql(__file__, "consent_history"), tenancy.current(), batch=_ids(contact_ids)
    )
    return cast(dict[Id, list[ConsentEntryRow]], _grouped(found))


def _with_columns(name: str) -> str:
    columns = database.sql(__file__, "contact_columns").strip()
    return database.sql(__file__, name).replace("{columns}", columns)


def _conditions(wanted: ContactFilter, *params: Any) -> Conditions:
    where = Conditions(tenancy.current(), *params)
    if wanted.search_tokens is not None:
        if not wanted.search_tokens:
            where.add("1 = 0")
        for tokens in wanted.search_tokens:
            where.add(
                f"""EXISTS (SELECT 1 FROM contact_search s WHERE s.tenant_id = c.tenant_id
                              AND s.token IN ({places_of(tokens)}) AND s.contact_id = c.id)""",
                *tokens,
            )
    for tag_id in wanted.tags_all:
        where.add(f"EXISTS ({_TAGGED} = ?::uuid)", tag_id)
    for tag_id in wanted.tags_none:
        where.add(f"NOT EXISTS ({_TAGGED} = ?::uuid)", tag_id)
    if wanted.tags_any is not None:
        places = ", ".join("?::uuid" for _ in wanted.tags_any) or "NULL"
        where.add(f"EXISTS ({_TAGGED} IN ({places}))", *wanted.tags_any)
    if wanted.countries is not None:
        where.add_any_of("c.country", "text", list(wanted.countries))
    if wanted.languages is not None:
        where.add_any_of("c.language", "text", list(wanted.languages))
    if wanted.created_from is not None:
        where.add("c.created_at >= ?::bigint", wanted.created_from)
    if wanted.created_before is not None:
        where.add("c.created_at < ?::bigint", wanted.created_before)
    return where


_TAGGED = """SELECT 1 FROM contact_tag ct
              WHERE ct.tenant_id = c.tenant_id AND ct.contact_id = c.id AND ct.tag_id"""


def _ids(ids: Iterable[Id]) -> Batch:
    return Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(ids)])


def _grouped(rows: list[dict[str, Any]]) -> dict[Id, list[dict[str, Any]]]:
    grouped: dict[Id, list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["contact_id"], []).append(row)
    return grouped
