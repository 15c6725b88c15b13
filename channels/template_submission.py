"""Submitting templates to the platform, and deleting them there (F20, contract 5.4, 7.2).

A version is on its way before it is posted, so that a killed worker leaves word of it. Where no
answer came, the platform is asked what it has; nothing is posted blindly twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from channels import graph, media, template_versions, templates
from channels.calling import verdict_on
from channels.template_draft import Draft, components_of, from_json
from channels.template_findings import Finding, refuse
from channels.template_limits import findings
from channels.template_listing import account_token, look_up, moment
from channels.template_writing import DRAFT, GONE, hold, newest
from channels.templates import Heard
from kernel import clock, database, events, tenancy
from kernel.errors import Conflict, NotFound
from kernel.events import Event
from kernel.ids import Id

# An upload and two calls, each with its own patience.
_LEASE = 5 * clock.MINUTE
_EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
_EDITS_A_MONTH = 10
_ALREADY_THERE, _NOT_THERE = 2388024, 2593002
_LONGEST_WORDS = 1000


@dataclass(frozen=True, slots=True)
class _Leaving:
    """A version in this process's hands."""

    row: dict[str, Any]
    version_id: Id
    draft: Draft
    is_again: bool

    @property
    def platform_id(self) -> str:
        """The platform's id of its template; "" for a new one."""
        return str(self.row["template_id"])


async def submit_template(template_id: Id) -> None:
    """Give the newest version to the platform; what that has already is left as it is.

    BadTemplate with every finding; Conflict says why the platform did not take it now.
    """
    leaving = await _claim(template_id)
    if leaving is None:
        return
    row = leaving.row
    token = await account_token(row["waba_row_id"])
    if token is None:
        await _stay(leaving, "NO_TOKEN", "")
        raise _no_token()
    if leaving.is_again and await _is_there(leaving, token):
        return
    handle = await _sample(leaving, token)
    at = max(moment(), row["status_at"] + 1)
    components = components_of(leaving.draft, handle)
    if leaving.platform_id:
        body = _changed(leaving, components)
        posted = await graph.post(leaving.platform_id, "", token, body)
    else:
        posted = await graph.post(
            row["waba_id"], "message_templates", token, _new(leaving, components)
        )
    await _conclude(leaving, posted, components, at, token)


async def delete_template(template_id: Id) -> None:
    """Delete a template in its language, here and at the platform; its name is barred for 30 days.

    What only stands here as a draft is forgotten. Conflict says why the platform did not do it.
    """
    row = await _doomed(template_id)
    if row is None:
        return
    token = await account_token(row["waba_row_id"])
    if token is None:
        raise _no_token()
    at = max(moment(), row["status_at"] + 1)
    posted = await graph.delete(
        row["waba_id"], "message_templates", token, name=row["name"], hsm_id=row["template_id"]
    )
    if posted.outcome.trouble is not None and _subcode(posted.outcome) != _NOT_THERE:
        raise _refusal(posted)
    await _gone(row, at)


@database.unit_of_work
async def _claim(template_id: Id) -> _Leaving | None:
    """Take the newest version in hand; None where the platform has it already."""
    row, now = await hold(template_id), clock.now()
    version = await newest(template_id)
    if version is None or version["state"] == "submitted":
        return None
    is_again = version["state"] == "leaving"
    if is_again and version["lease_until"] > now:
        raise Conflict("It is being submitted just now.", field=("template",))
    draft = from_json(version["draft"])
    refuse(findings(draft))
    if row["template_id"] and not is_again:
        await _may_be_edited(row, now)
    await template_versions.change(
        version["id"],
        state="leaving",
        lease_until=now + _LEASE,
        left_from=version["left_from"] if is_again else row["status"] or DRAFT,
        submitted_at=now,
        trouble=None,
        trouble_text=None,
    )
    return _Leaving(row, version["id"], draft, is_again)


async def _may_be_edited(row: dict[str, Any], now: int) -> None:
    """By the platform's rules: in some statuses alone, and what is approved but rarely (5.4)."""
    if row["status"] not in _EDITABLE:
        message = f"Only what is {', '.join(_EDITABLE)} can be edited; it is {row['status']}."
        raise Conflict(message, field=("template",))
    if row["status"] != "APPROVED":
        return
    versions = (await template_versions.versions_of([row["id"]]))[row["id"]]
    edits = [
        one["submitted_at"] or 0
        for one in versions
        if one["state"] == "submitted" and one["left_from"] == "APPROVED"
    ]
    is_often = len([at for at in edits if at > now - 30 * clock.DAY]) >= _EDITS_A_MONTH
    if is_often or any(at > now - clock.DAY for at in edits):
        message = "An approved template can be edited once a day, ten times in 30 days."
        raise Conflict(message, field=("template",))


async def _sample(leaving: _Leaving, token: str) -> str | None:
    """The handle of the header's sample file, uploaded anew: handles are good for one review."""
    header = leaving.draft.header
    if header is None or header.upload is None:
        return None
    field, app_id = ("header", "upload"), graph.settings().graph_app_id
    if app_id is None:
        await _stay(leaving, "NO_APP_ID", "")
        message = "RAPPORT_GRAPH_APP_ID is not set: without it no sample file can be uploaded."
        raise Conflict(message, field=field)
    try:
        opened = await media.open_media(header.upload)
    except NotFound:
        await _stay(leaving, "UPLOAD_GONE", "")
        refuse([Finding(field, "NOT_FOUND", "The file is gone; upload it again.")])
        raise
    handle = await graph.upload_sample(app_id, token, opened.data, opened.mime)
    if isinstance(handle, str):
        return handle
    error = _refusal(graph.Posted(handle))
    await _stay(leaving, handle.trouble or "NO_HANDLE", _words(handle))
    raise error


def _new(leaving: _Leaving, components: list[dict[str, Any]]) -> dict[str, Any]:
    draft = leaving.draft
    body = {
        "name": leaving.row["name"],
        "language": leaving.row["language"],
        "category": draft.category,
        "parameter_format": draft.parameter_format,
        "components": components,
    }
    return body | _life(draft)


def _changed(leaving: _Leaving, components: list[dict[str, Any]]) -> dict[str, Any]:
    # The category of what is approved cannot change, not even to itself.
    is_approved = leaving.row["status"] == "APPROVED"
    category = {} if is_approved else {"category": leaving.draft.category}
    return {"components": components, **category} | _life(leaving.draft)


def _life(draft: Draft) -> dict[str, int]:
    seconds = draft.time_to_live
    return {} if seconds is None else {"message_send_ttl_seconds": seconds}


async def _conclude(
    leaving: _Leaving,
    posted: graph.Posted,
    components: list[dict[str, Any]],
    at: int,
    token: str,
) -> None:
    outcome = posted.outcome
    told = outcome.json()
    platform_id = leaving.platform_id or str(told.get("id") or "")
    if outcome.trouble is None and platform_id:
        heard = Heard(
            leaving.row["name"],
            leaving.row["language"],
            status=(at, str(told.get("status") or "PENDING"), ""),
            components=(at, templates.canonical(components), ""),
        )
        # Of an edit nothing is said; what is approved was, or will be, moved by the platform alone.
        if leaving.row["status"] != "APPROVED":
            category = str(told.get("category") or leaving.draft.category)
            heard.category = (at, category, "")
        await _arrived(leaving, platform_id, heard)
        return
    is_unknown = verdict_on(posted, None, 1).fate == "unknown"
    is_open = is_unknown or _subcode(outcome) == _ALREADY_THERE
    if is_open and await _is_there(leaving, token):
        return
    if is_unknown:
        await _ask_soon(leaving)
        message = "The platform did not answer; it is asked what it has. Submit again in a while."
        raise Conflict(message, code="PLATFORM_SILENT", field=("template",))
    await _stay(leaving, outcome.trouble or "NO_ID", _words(outcome))
    raise _refusal(posted)


@database.unit_of_work
async def _arrived(leaving: _Leaving, platform_id: str, heard: Heard) -> None:
    version = {"state": "submitted", "lease_until": 0, "verdict": None, "verdict_reason": None}
    await template_versions.change(leaving.version_id, **version)
    await templates.fold({(leaving.row["waba_row_id"], platform_id): heard})
    await events.record(Event("template.submitted", {"template": leaving.row["id"]}))


async def _is_there(leaving: _Leaving, token: str) -> bool:
    """Whether the platform has this version, by its own list; what it has not may go again."""
    await template_versions.change(leaving.version_id, lease_until=0)
    row = leaving.row
    is_told = await look_up(row["waba_row_id"], row["waba_id"], token, row["name"])
    version = await newest(row["id"])
    if version is not None and version["state"] == "submitted":
        return True
    if is_told:
        lease = {"state": "leaving", "lease_until": clock.now() + _LEASE}
        await template_versions.change(leaving.version_id, **lease)
    return False


async def _stay(leaving: _Leaving, trouble: str, words: str) -> None:
    """It did not go: a draft again, with the reason."""
    await template_versions.change(
        leaving.version_id,
        state="draft",
        lease_until=0,
        submitted_at=None,
        trouble=trouble,
        trouble_text=words or None,
    )


async def _ask_soon(leaving: _Leaving) -> None:
    await template_versions.change(leaving.version_id, lease_until=0, trouble="UNKNOWN")
    await database.run(
        "UPDATE waba SET templates_due_at = $3 WHERE tenant_id = $1::uuid AND id = $2::uuid",
        tenancy.current(),
        leaving.row["waba_row_id"],
        clock.now() + clock.MINUTE,
    )


@database.unit_of_work
async def _doomed(template_id: Id) -> dict[str, Any] | None:
    """The row of a template that the platform has to delete; what it never had is forgotten."""
    row = await hold(template_id)
    version = await newest(template_id)
    if version is not None and version["state"] == "leaving":
        raise Conflict("It is being submitted just now.", field=("template",))
    if row["status"] == "DISABLED":
        raise Conflict("The platform deletes no disabled template.", field=("template",))
    if row["template_id"]:
        return row
    await database.run(
        "DELETE FROM template_version WHERE tenant_id = $1::uuid AND template_row_id = $2::uuid",
        tenancy.current(),
        template_id,
    )
    await database.run(
        "DELETE FROM template WHERE tenant_id = $1::uuid AND id = $2::uuid AND template_id = ''",
        tenancy.current(),
        template_id,
    )
    return None


@database.unit_of_work
async def _gone(row: dict[str, Any], at: int) -> None:
    gone = Heard(status=(at, GONE, ""))
    await templates.fold({(row["waba_row_id"], row["template_id"]): gone})


def _refusal(posted: graph.Posted) -> Conflict:
    """What the platform said, for the author."""
    outcome = posted.outcome
    fate = verdict_on(posted, None, 1).fate
    if fate == "refused":
        said = _words(outcome) or f"It gave no reason ({outcome.trouble})."
        message = f"The platform refused it: {said}"
        return Conflict(message, code="PLATFORM_REFUSED", field=("template",))
    message = f"The platform takes nothing just now ({outcome.trouble}); try again in a while."
    return Conflict(message, code="PLATFORM_SILENT", field=("template",))


def _no_token() -> Conflict:
    message = "None of the account's numbers has an access token; connect one with it."
    return Conflict(message, code="NO_TOKEN", field=("template",))


def _error(outcome: graph.Outcome) -> dict[str, Any]:
    error = outcome.json().get("error")
    return error if isinstance(error, dict) else {}


def _subcode(outcome: graph.Outcome) -> int | None:
    subcode = _error(outcome).get("error_subcode")
    return subcode if type(subcode) is int else None


def _words(outcome: graph.Outcome) -> str:
    """The platform's words for authors, or else its message."""
    error = _error(outcome)
    said = error.get("error_user_msg") or error.get("message")
    return said[:_LONGEST_WORDS] if isinstance(said, str) else ""
