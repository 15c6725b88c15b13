"""Versions of templates: the newest is the one to edit, what was submitted stays (F20)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict, cast

from channels.template_draft import Draft, as_json
from kernel import clock, database, ids, tenancy
from kernel.database import Batch
from kernel.ids import Id

_VERDICTS = ("APPROVED", "REJECTED")
_COLUMNS = """v.id, v.template_row_id, v.number, v.state, v.draft, v.left_from, v.lease_until,
       v.submitted_at, v.verdict, v.verdict_reason, v.trouble, v.trouble_text, v.created_at,
       v.updated_at"""


class VersionRow(TypedDict):
    """A version; `draft` is its JSON, `left_from` the status it was submitted in, times are µs."""

    id: Id
    template_row_id: Id
    number: int
    state: str
    draft: str
    left_from: str | None
    lease_until: int
    submitted_at: int | None
    verdict: str | None
    verdict_reason: str | None
    trouble: str | None
    trouble_text: str | None
    created_at: int
    updated_at: int


async def versions_of(template_ids: Iterable[Id]) -> dict[Id, list[VersionRow]]:
    """The versions of these templates, the newest first."""
    rows = await database.rows(
        f"""SELECT {_COLUMNS} FROM ({{batch}}) AS b
              JOIN template_version v ON v.tenant_id = $1::uuid AND v.template_row_id = b.id
             ORDER BY v.template_row_id, v.number DESC""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(template_ids)]),
    )
    found: dict[Id, list[VersionRow]] = {}
    for row in rows:
        found.setdefault(row["template_row_id"], []).append(cast(VersionRow, row))
    return found


async def begin(template_id: Id, number: int, draft: Draft) -> None:
    """A new version, as a draft; part of the caller's unit of work."""
    now = clock.now()
    await database.insert(
        "template_version",
        [
            {
                "tenant_id": tenancy.current(),
                "id": ids.new_id(),
                "template_row_id": template_id,
                "number": number,
                "state": "draft",
                "draft": as_json(draft),
                "lease_until": 0,
                "created_at": now,
                "updated_at": now,
            }
        ],
    )


async def change(version_id: Id, **columns: Any) -> None:
    """Write these columns of a version."""
    casts = {"draft": "::jsonb"}
    places = "".join(
        f", {name} = ${place}{casts.get(name, '')}" for place, name in enumerate(columns, start=4)
    )
    await database.run(
        f"""UPDATE template_version SET updated_at = $3{places}
             WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        version_id,
        clock.now(),
        *columns.values(),
    )


async def note_verdicts(statuses: Sequence[tuple[Id, tuple[int, str, str]]]) -> None:
    """What the platform decided on the newest version that it has of each template."""
    decided = [
        [template_id, status, reason or None]
        for template_id, (_, status, reason) in statuses
        if status in _VERDICTS
    ]
    if decided:
        await database.run(
            database.sql(__file__, "note_verdicts"),
            tenancy.current(),
            clock.now(),
            batch=Batch({"id": "uuid", "status": "text", "reason": "text"}, decided),
        )
