"""What the platform has of templates, asked for: what webhooks lost is caught here (F20, 7.2)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from channels import graph, template_versions, templates
from channels.outcomes import TOKEN_REFUSALS
from channels.template_draft import components_of, from_json, say_the_same
from channels.templates import Heard, Key
from kernel import clock, database, events, keys, tenancy
from kernel.database import Batch
from kernel.errors import Conflict, NotFound
from kernel.events import Event
from kernel.ids import Id

_EVERY = 30 * clock.MINUTE
_AGAIN_AFTER = 5 * clock.MINUTE
_CLOCKS_DIFFER = 5 * clock.SECOND
_PAGE, _MOST_PAGES = "200", 60
_FIELDS = (
    "id,name,language,status,category,components,quality_score,rejected_reason,parameter_format,"
    "correct_category"
)
Listed = tuple[Heard, Sequence[Any]]


class _Trouble(Exception):
    """The platform did not give its list; the text is a code."""


async def sync_next_account() -> int:
    """Ask for the templates of the next account whose turn it is; how many accounts were asked."""
    now = clock.now()
    with tenancy.across_tenants("accounts of all tenants are asked by one clock"):
        row = await database.row(
            """SELECT tenant_id, id FROM waba
                WHERE state IN ('active', 'restricted') AND templates_due_at <= $1
                ORDER BY templates_due_at LIMIT 1""",
            now,
        )
    if row is None:
        return 0
    with tenancy.acting_for(row["tenant_id"]):
        claimed = await database.row(
            """UPDATE waba SET templates_due_at = $3
                WHERE tenant_id = $1::uuid AND id = $2::uuid AND templates_due_at <= $4
            RETURNING id, waba_id""",
            tenancy.current(),
            row["id"],
            now + _EVERY,
            now,
        )
        if claimed is not None:
            await _sync(claimed["id"], claimed["waba_id"])
    return 1


async def sync_templates(waba_row_id: Id) -> None:
    """Ask for all templates of an account now; Conflict where the platform does not give them."""
    row = await database.row(
        "SELECT waba_id FROM waba WHERE tenant_id = $1::uuid AND id = $2::uuid",
        tenancy.current(),
        waba_row_id,
    )
    if row is None:
        raise NotFound("There is no such account.", field=("account",))
    trouble = await _sync(waba_row_id, row["waba_id"])
    if trouble == "NO_TOKEN":
        message = "None of the account's numbers has an access token; connect one with it."
        raise Conflict(message, code=trouble, field=("account",))
    if trouble is not None:
        message = f"The platform did not give the list ({trouble}); it is asked again by itself."
        raise Conflict(message, code="PLATFORM_SILENT", field=("account",))


async def look_up(waba_row_id: Id, waba_id: str, token: str, name: str) -> bool:
    """Take in what the platform has under one name; False where it does not say."""
    try:
        async for page in _pages(waba_id, token, name=name):
            await _take(waba_row_id, page)
    except _Trouble:
        return False
    return True


async def account_token(waba_row_id: Id) -> str | None:
    """A token that speaks for an account: that of one of its numbers; None where there is none."""
    rows = await database.rows(
        """SELECT id, token_sealed, held_because FROM number
            WHERE tenant_id = $1::uuid AND waba_row_id = $2::uuid AND state = 'connected'
              AND token_sealed IS NOT NULL
            ORDER BY id""",
        tenancy.current(),
        waba_row_id,
    )
    if not rows:
        return None
    best = min(rows, key=lambda row: row["held_because"] in TOKEN_REFUSALS)
    return keys.house().open_text("number.token", best["id"], best["token_sealed"])


def moment() -> int:
    """Now, but before any webhook of these seconds: the platform's clock may be behind ours."""
    return clock.now() // clock.SECOND * clock.SECOND - _CLOCKS_DIFFER - 1


async def _sync(waba_row_id: Id, waba_id: str) -> str | None:
    """All pages, then what is no longer on any of them; the trouble where there was one."""
    now, at, trouble = clock.now(), moment(), None
    token = await account_token(waba_row_id)
    try:
        if token is None:
            raise _Trouble("NO_TOKEN")
        seen: set[str] = set()
        async for page in _pages(waba_id, token):
            await _take(waba_row_id, page)
            seen |= page.keys()
        await _miss(waba_row_id, seen, at, now)
    except _Trouble as error:
        trouble = str(error)
    await database.run(
        """UPDATE waba SET templates_due_at = $3, templates_trouble = $4,
                  templates_synced_at = CASE WHEN $4::text IS NULL THEN $5
                                             ELSE templates_synced_at END
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        waba_row_id,
        now + (_AGAIN_AFTER if trouble and trouble != "NO_TOKEN" else _EVERY),
        trouble,
        now,
    )
    return trouble


async def _pages(waba_id: str, token: str, **query: str) -> AsyncIterator[dict[str, Listed]]:
    query = {"fields": _FIELDS, "limit": _PAGE, **query}
    for _ in range(_MOST_PAGES):
        at = moment()
        outcome = await graph.get(waba_id, token, "message_templates", **query)
        told = outcome.json()
        if outcome.trouble is not None or not isinstance(told.get("data"), list):
            raise _Trouble(outcome.trouble or "NO_LIST")
        yield dict(filter(None, (_read(one, at) for one in told["data"])))
        after = _after(told.get("paging"))
        if after is None:
            return
        query["after"] = after
    raise _Trouble("TOO_MANY_PAGES")


def _after(paging: Any) -> str | None:
    """The cursor behind which the next page begins; None where there is none."""
    cursors = paging.get("cursors") if isinstance(paging, dict) and paging.get("next") else None
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) and after else None


def _read(entry: Any, at: int) -> tuple[str, Listed] | None:
    """One entry of the list; None for what is none."""
    if not isinstance(entry, Mapping):
        return None
    told = {name: str(entry.get(name) or "") for name in ("id", "name", "language")}
    if not all(told.values()):
        return None
    reason = str(entry.get("rejected_reason") or "NONE")
    score = entry.get("quality_score")
    quality = str(score.get("score") or "") if isinstance(score, Mapping) else ""
    components = entry.get("components")
    parts = components if isinstance(components, list) else []
    heard = Heard(
        told["name"],
        told["language"],
        status=(at, str(entry.get("status") or ""), reason if reason != "NONE" else ""),
        category=(at, str(entry.get("category") or ""), str(entry.get("correct_category") or "")),
        quality=(at, quality, ""),
        components=(at, templates.canonical(parts) if parts else "", ""),
    )
    return told["id"], (heard, parts)


@database.unit_of_work
async def _take(waba_row_id: Id, page: Mapping[str, Listed]) -> None:
    heard: dict[Key, Heard] = {(waba_row_id, key): one for key, (one, _) in page.items()}
    found = await templates.fold(heard, is_answer=True)
    parts = {found[waba_row_id, key]: components for key, (_, components) in page.items()}
    await _settle(parts)


async def _settle(parts: Mapping[Id, Sequence[Any]]) -> None:
    """Versions whose submission nobody heard the end of: the platform has them, or has not."""
    rows = await database.rows(
        """SELECT v.id, v.template_row_id, v.draft FROM ({batch}) AS b
             JOIN template_version v ON v.tenant_id = $1::uuid AND v.template_row_id = b.id
              AND v.state = 'leaving' AND v.lease_until <= $2""",
        tenancy.current(),
        clock.now(),
        batch=Batch({"id": "uuid"}, [[one] for one in parts]),
    )
    for row in rows:
        draft = from_json(row["draft"])
        # The text of a template with a code is the platform's own.
        is_code = draft.category == "AUTHENTICATION"
        if is_code or say_the_same(components_of(draft), parts[row["template_row_id"]]):
            await template_versions.change(row["id"], state="submitted", lease_until=0)
            refs = {"template": row["template_row_id"]}
            await events.record(Event("template.submitted", refs))
        else:
            await template_versions.change(row["id"], state="draft", trouble="NOT_TAKEN")


@database.unit_of_work
async def _miss(waba_row_id: Id, seen: set[str], at: int, now: int) -> None:
    """What the platform has no more is gone; what never came there may be submitted again."""
    rows = await database.rows(
        """SELECT t.template_id FROM template t
            WHERE t.tenant_id = $1::uuid AND t.waba_row_id = $2::uuid AND t.template_id <> ''
              AND t.status <> 'DELETED' AND t.status_at < $3 AND t.updated_at < $4""",
        tenancy.current(),
        waba_row_id,
        at,
        now,
    )
    missing = {row["template_id"] for row in rows} - seen
    gone = Heard(status=(at, "DELETED", ""))
    await templates.fold({(waba_row_id, one): gone for one in missing}, is_answer=True)
    await database.run(
        """UPDATE template_version SET state = 'draft', trouble = 'NOT_TAKEN', updated_at = $3
            WHERE tenant_id = $1::uuid AND state = 'leaving' AND lease_until <= $3
              AND template_row_id IN (SELECT t.id FROM template t
                   WHERE t.tenant_id = $1::uuid AND t.waba_row_id = $2::uuid
                     AND t.template_id = '')""",
        tenancy.current(),
        waba_row_id,
        now,
    )
