"""Writing templates: begun, changed, and held ready to be submitted (F20, contract 5.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypedDict

from channels import template_versions
from channels.template_draft import Button, Draft, Header, Sample, as_json, from_json
from channels.template_findings import Finding, refuse
from channels.template_limits import CATEGORIES, findings, head_findings
from channels.template_versions import VersionRow
from kernel import clock, database, ids, tenancy
from kernel.errors import Conflict, NotFound
from kernel.ids import Id

DRAFT = "DRAFT"
GONE = "DELETED"
# Whoever used a deleted name again would be refused for so long (contract 5.4).
_NAME_BARRED = 30 * clock.DAY


class DraftChanges(TypedDict, total=False):
    """What to change of a draft; what is left out stays."""

    category: str
    parameter_format: str
    header: Header | None
    body: str | None
    samples: tuple[Sample, ...]
    footer: str | None
    buttons: tuple[Button, ...]
    security_recommendation: bool
    code_expiration_minutes: int | None
    time_to_live: int | None


@database.unit_of_work
async def create_template(waba_row_id: Id, name: str, language: str, draft: Draft) -> Id:
    """Begin a template of an account, as a draft; its id.

    BadTemplate with every finding; Conflict (TAKEN) where the account has one of this name in this
    language, or had one until 30 days ago.
    """
    refuse(head_findings(name, language), findings(draft))
    await _check_account(waba_row_id)
    await _check_upload(draft)
    await _check_name(waba_row_id, name, language)
    now, template_id = clock.now(), ids.new_id()
    added = await database.insert(
        "template",
        [
            {
                "tenant_id": tenancy.current(),
                "id": template_id,
                "waba_row_id": waba_row_id,
                "template_id": "",
                "name": name,
                "language": language,
                "status": DRAFT,
                "status_at": 0,
                "category": draft.category,
                "category_at": 0,
                "quality_at": 0,
                "components_at": 0,
                "created_at": now,
                "updated_at": now,
            }
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="id",
    )
    if not added:
        raise _taken()
    await template_versions.begin(template_id, 1, draft)
    return template_id


@database.unit_of_work
async def update_template(template_id: Id, changes: DraftChanges) -> None:
    """Change the newest version, or begin the next one where the platform has that already.

    BadTemplate with every finding; Conflict while a version is on its way. Of a template that was
    not written here all of its content has to be given.
    """
    row = await hold(template_id)
    version = await newest(template_id)
    if version is not None and version["state"] == "leaving":
        raise Conflict("It is being submitted just now.", field=("template",))
    before = from_json(version["draft"]) if version else Draft(CATEGORIES[0])
    # Only the platform moves what it has approved.
    if row["category"] in CATEGORIES and (version is None or row["status"] == "APPROVED"):
        before = replace(before, category=row["category"])
    draft = replace(before, **changes)
    refuse(_fixed(row, before, draft, is_ours=version is not None), findings(draft))
    await _check_upload(draft)
    if version is None or version["state"] == "submitted":
        await template_versions.begin(template_id, version["number"] + 1 if version else 1, draft)
    else:
        columns = {"draft": as_json(draft), "trouble": None, "trouble_text": None}
        await template_versions.change(version["id"], **columns)
    if not row["template_id"]:
        await database.run(
            """UPDATE template SET category = $3, updated_at = $4
                WHERE tenant_id = $1::uuid AND id = $2::uuid AND template_id = ''""",
            tenancy.current(),
            template_id,
            draft.category,
            clock.now(),
        )


async def hold(template_id: Id) -> dict[str, Any]:
    """The template's row, held until the unit ends; NotFound, also of one that was deleted."""
    row = await database.row(
        """SELECT t.*, w.waba_id FROM template t
             JOIN waba w ON w.tenant_id = $1::uuid AND w.id = t.waba_row_id
            WHERE t.tenant_id = $1::uuid AND t.id = $2::uuid FOR UPDATE OF t""",
        tenancy.current(),
        template_id,
    )
    if row is None:
        raise NotFound("There is no such template.", field=("template",))
    if row["status"] == GONE:
        raise Conflict("The template was deleted; write a new one.", field=("template",))
    return row


async def newest(template_id: Id) -> VersionRow | None:
    """The newest version; None where none was written here."""
    versions = (await template_versions.versions_of([template_id])).get(template_id)
    return versions[0] if versions else None


def _fixed(row: dict[str, Any], before: Draft, draft: Draft, *, is_ours: bool) -> list[Finding]:
    """What the platform never changes of a template that it has."""
    if not row["template_id"]:
        return []
    found = []
    if row["status"] == "APPROVED" and draft.category != row["category"]:
        message = "The category of an approved template cannot change."
        found.append(Finding(("category",), "NOT_FITTING", message))
    if is_ours and draft.parameter_format != before.parameter_format:
        message = "Named variables stay named, and counted ones counted."
        found.append(Finding(("parameter_format",), "NOT_FITTING", message))
    return found


async def _check_account(waba_row_id: Id) -> None:
    known = await database.row(
        "SELECT id FROM waba WHERE tenant_id = $1::uuid AND id = $2::uuid",
        tenancy.current(),
        waba_row_id,
    )
    if known is None:
        raise NotFound("There is no such account.", field=("account",))


async def _check_upload(draft: Draft) -> None:
    """The sample file is here, and of the kind that the header holds."""
    if draft.header is None or draft.header.upload is None:
        return
    field = ("header", "upload")
    upload = await database.row(
        """SELECT mime FROM media WHERE tenant_id = $1::uuid AND id = $2::uuid
              AND message_id IS NULL AND state = 'stored'""",
        tenancy.current(),
        draft.header.upload,
    )
    if upload is None:
        raise NotFound("There is no such upload.", field=field)
    if not upload["mime"].startswith(_TYPES[draft.header.format]):
        wanted = " or ".join(_TYPES[draft.header.format])
        refuse([Finding(field, "WRONG_MEDIA_TYPE", f"A file of type {wanted}.")])


async def _check_name(waba_row_id: Id, name: str, language: str) -> None:
    rows = await database.rows(
        """SELECT language, status, status_at FROM template
            WHERE tenant_id = $1::uuid AND waba_row_id = $2::uuid AND name = $3""",
        tenancy.current(),
        waba_row_id,
        name,
    )
    if any(row["language"] == language and row["status"] != GONE for row in rows):
        raise _taken()
    barred = max((row["status_at"] for row in rows if row["status"] == GONE), default=0)
    if barred + _NAME_BARRED > clock.now():
        until = clock.moment(barred + _NAME_BARRED).strftime("%Y-%m-%d")
        message = f"A template of this name was deleted; the platform bars the name until {until}."
        raise Conflict(message, code="TAKEN", field=("name",))


def _taken() -> Conflict:
    message = "The account has a template of this name in this language."
    return Conflict(message, code="TAKEN", field=("name",))


# As the platform takes them (contract 2.3).
_TYPES = {
    "IMAGE": ("image/jpeg", "image/png"),
    "VIDEO": ("video/mp4", "video/3gpp"),
    "DOCUMENT": ("application/pdf",),
}
