"""Reads of accounts, numbers, templates, media and the platform's notices, whole pages at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, cast

from kernel import database, tenancy
from kernel.conditions import Conditions
from kernel.database import Batch
from kernel.ids import Id

Direction = Literal["ASC", "DESC"]


class WabaRow(TypedDict):
    """A WhatsApp Business account; times are microseconds UTC."""

    id: Id
    waba_id: str
    portfolio_id: str | None
    state: str
    state_at: int
    restricted_until: int | None
    messaging_limit: str | None
    templates_synced_at: int | None
    templates_trouble: str | None
    created_at: int
    updated_at: int


class NumberRow(TypedDict):
    """A business number."""

    id: Id
    waba_row_id: Id
    phone_number_id: str
    display_phone_number: str
    verified_name: str
    state: str
    quality: str | None
    throughput: str | None
    token_expires_at: int | None
    trouble_code: int | None
    trouble_at: int | None
    created_at: int
    updated_at: int


class TemplateRow(TypedDict):
    """A template; `components` is the platform's JSON, `template_id` "" until it has an id."""

    id: Id
    waba_row_id: Id
    template_id: str
    name: str
    language: str
    status: str | None
    status_reason: str | None
    category: str | None
    category_coming: str | None
    quality: str | None
    components: str | None
    created_at: int
    updated_at: int


class PlatformUpdateRow(TypedDict):
    """One notice of the platform; the payload is sealed under `subject_id`."""

    id: Id
    field: str
    event: str
    waba_row_id: Id | None
    number_id: Id | None
    subject_id: Id
    payload_sealed: bytes
    at: int
    received_at: int


class MediaRow(TypedDict):
    """A file of a message; one that was uploaded belongs to none."""

    id: Id
    message_id: Id | None
    mime: str
    sha256: str
    size: int | None
    state: str
    trouble: str | None
    created_at: int


@dataclass(frozen=True, slots=True)
class TemplateFilter:
    """Which templates are wanted; None leaves a condition out, an empty list holds for none."""

    waba_row_id: Id | None = None
    statuses: Sequence[str] | None = None
    categories: Sequence[str] | None = None
    languages: Sequence[str] | None = None
    name: str | None = None


async def list_wabas() -> list[WabaRow]:
    """All accounts of the tenant, oldest first."""
    found = await database.rows(
        f"SELECT {_columns('waba')} FROM waba w WHERE w.tenant_id = $1::uuid ORDER BY w.id",
        tenancy.current(),
    )
    return cast(list[WabaRow], found)


async def list_numbers() -> list[NumberRow]:
    """All numbers of the tenant, oldest first."""
    found = await database.rows(
        f"SELECT {_columns('number')} FROM number n WHERE n.tenant_id = $1::uuid ORDER BY n.id",
        tenancy.current(),
    )
    return cast(list[NumberRow], found)


async def wabas_by_ids(ids: Iterable[Id]) -> dict[Id, WabaRow]:
    """The accounts with these ids, those of the current tenant only."""
    return cast(dict[Id, WabaRow], await _by_ids("waba", "w", ids))


async def numbers_by_ids(ids: Iterable[Id]) -> dict[Id, NumberRow]:
    """The numbers with these ids, those of the current tenant only."""
    return cast(dict[Id, NumberRow], await _by_ids("number", "n", ids))


async def templates_by_ids(ids: Iterable[Id]) -> dict[Id, TemplateRow]:
    """The templates with these ids, those of the current tenant only."""
    return cast(dict[Id, TemplateRow], await _by_ids("template", "t", ids))


async def template_page(
    wanted: TemplateFilter, direction: Direction, after: tuple[str, Id] | None, limit: int
) -> list[TemplateRow]:
    """At most so many templates by name, beyond the place `after` (name, id)."""
    where = _template_conditions(wanted, limit)
    if after is not None:
        beyond = "<" if direction == "DESC" else ">"
        where.add(f"(t.name, t.id) {beyond} (?::text, ?::uuid)", *after)
    statement = database.sql(__file__, "template_page").replace("{columns}", _columns("template"))
    statement = where.into(statement.replace("{direction}", direction))
    return cast(list[TemplateRow], await database.rows(statement, *where.params))


async def count_templates(wanted: TemplateFilter) -> int:
    """How many templates the filter holds for."""
    where = _template_conditions(wanted)
    statement = "SELECT count(*) AS n FROM template t WHERE t.tenant_id = $1::uuid /* conditions */"
    row = await database.row(where.into(statement), *where.params)
    return int(row["n"]) if row else 0


async def platform_update_page(
    direction: Direction, after: tuple[int, Id] | None, limit: int
) -> list[PlatformUpdateRow]:
    """At most so many notices by the platform's time, beyond the place `after` (time, id)."""
    where = Conditions(tenancy.current(), limit)
    if after is not None:
        beyond = "<" if direction == "DESC" else ">"
        where.add(f"(u.at, u.id) {beyond} (?::bigint, ?::uuid)", *after)
    statement = database.sql(__file__, "platform_update_page").replace("{direction}", direction)
    found = await database.rows(where.into(statement), *where.params)
    return cast(list[PlatformUpdateRow], found)


async def count_platform_updates() -> int:
    """How many notices there are."""
    row = await database.row(
        "SELECT count(*) AS n FROM platform_update WHERE tenant_id = $1::uuid", tenancy.current()
    )
    return int(row["n"]) if row else 0


async def media_of(message_ids: Iterable[Id]) -> dict[Id, list[MediaRow]]:
    """The files of these messages."""
    found = await database.rows(
        database.sql(__file__, "media_of").replace("{columns}", _columns("media")),
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(message_ids)]),
    )
    files: dict[Id, list[MediaRow]] = {}
    for row in found:
        files.setdefault(row["message_id"], []).append(cast(MediaRow, row))
    return files


async def media_by_ids(ids: Iterable[Id]) -> dict[Id, MediaRow]:
    """The files with these ids, those of the current tenant only."""
    return cast(dict[Id, MediaRow], await _by_ids("media", "f", ids))


async def _by_ids(table: str, alias: str, ids: Iterable[Id]) -> dict[Id, dict[str, Any]]:
    found = await database.rows(
        f"""SELECT {_columns(table)} FROM ({{batch}}) AS b
              JOIN {table} {alias} ON {alias}.tenant_id = $1::uuid AND {alias}.id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(ids)]),
    )
    return {row["id"]: row for row in found}


def _columns(table: str) -> str:
    return database.sql(__file__, f"{table}_columns").strip()


def _template_conditions(wanted: TemplateFilter, *params: Any) -> Conditions:
    where = Conditions(tenancy.current(), *params)
    if wanted.waba_row_id is not None:
        where.add("t.waba_row_id = ?::uuid", wanted.waba_row_id)
    if wanted.name is not None:
        where.add("t.name = ?::text", wanted.name)
    for column, values in (
        ("t.status", wanted.statuses),
        ("t.category", wanted.categories),
        ("t.language", wanted.languages),
    ):
        if values is not None:
            where.add_any_of(column, "text", list(values))
    return where
