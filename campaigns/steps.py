"""Holding a campaign, letting it go on, calling it off: each within two seconds, wherever it sends.

What is in the air just then is in the air; nothing more leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import channels
import contacts
import conversations
from campaigns.audience import selection_of
from campaigns.holding import hold, mailings_of, numbers_of
from campaigns.obstacles import refuse_obstacles
from campaigns.progress import progress_of
from campaigns.queries import campaigns_by_ids
from kernel import clock, database, events, tenancy
from kernel.errors import Conflict
from kernel.events import Event
from kernel.ids import Id

# Why a campaign rests; reasons of a template begin with TEMPLATE_.
BY_PERSON, BY_FAILURES = "PERSON", "TOO_MANY_FAILED"


@database.unit_of_work
async def pause(campaign_id: Id, reason: str = BY_PERSON) -> None:
    """Let it rest until somebody resumes it; Conflict unless it runs."""
    await hold(campaign_id, ("running",), "paused")
    for mailing_id in await _live(campaign_id):
        await conversations.pause_mailing(mailing_id)
    await _move(campaign_id, "paused", reason)
    await events.record(Event("campaign.paused", {"campaign": campaign_id, "reason": reason}))


@database.unit_of_work
async def resume(campaign_id: Id) -> None:
    """Let it go on, and count failures anew from here; Conflict also where the gate would refuse
    whoever is left."""
    row = await hold(campaign_id, ("paused",), "resumed")
    selection = await selection_of(campaign_id, everybody=bool(row["everybody"]))
    for contact_id in await contacts.selected_page(selection, None, 1):
        await refuse_obstacles(row, await numbers_of(campaign_id), contact_id)
    for mailing_id in await _live(campaign_id):
        await conversations.resume_mailing(mailing_id)
    far = (await progress_of([campaign_id]))[campaign_id]
    await _move(
        campaign_id, "running", None, settled_before=far.attempted, failed_before=far.failed
    )
    await events.record(Event("campaign.resumed", {"campaign": campaign_id}))


@database.unit_of_work
async def cancel(campaign_id: Id) -> None:
    """Call it off: what was not sent will not be. A draft is put away."""
    await hold(campaign_id, ("draft", "running", "paused"), "cancelled")
    for mailing_id in await _live(campaign_id):
        await conversations.cancel_mailing(mailing_id)
    await _move(campaign_id, "cancelled", BY_PERSON, finished_at=clock.now())
    await events.record(Event("campaign.cancelled", {"campaign": campaign_id}))


async def stop_with_templates(happened: Sequence[Event]) -> None:
    """Campaigns rest whose template is approved no more, or was moved to another category: a
    reaction to `template.status_changed` and `template.category_changed`."""
    templates = await channels.templates_by_ids({one.refs["template"] for one in happened})
    for template in templates.values():
        for campaign in await _running_with(template):
            if template["status"] != "APPROVED":
                reason = f"TEMPLATE_{template['status']}"
            elif template["category"] != campaign["template_category"]:
                reason = "TEMPLATE_RECATEGORISED"
            else:
                continue
            with suppress(Conflict):  # somebody was faster
                await pause(campaign["id"], reason)


async def look_after() -> int:
    """Running campaigns in which too much fails rest, and those that are through are finished; how
    many changed."""
    with tenancy.across_tenants("campaigns of all tenants are looked after by one clock"):
        running = await database.rows(
            "SELECT tenant_id, id FROM campaign WHERE state = 'running' ORDER BY tenant_id, id"
        )
    by_tenant: dict[Id, list[Id]] = {}
    for row in running:
        by_tenant.setdefault(row["tenant_id"], []).append(row["id"])
    changed = 0
    for tenant_id, campaign_ids in by_tenant.items():
        with tenancy.acting_for(tenant_id):
            changed += await _look_after(campaign_ids)
    return changed


async def _look_after(campaign_ids: Sequence[Id]) -> int:
    changed, rows = 0, await campaigns_by_ids(campaign_ids)
    for campaign_id, far in (await progress_of(campaign_ids)).items():
        with suppress(Conflict):  # somebody was faster
            if far.is_over and rows[campaign_id]["frozen_at"] is not None:
                await _finish(campaign_id)
            elif far.fails_too_often(rows[campaign_id]):
                await pause(campaign_id, BY_FAILURES)
            else:
                continue
            changed += 1
    return changed


@database.unit_of_work
async def _finish(campaign_id: Id) -> None:
    await hold(campaign_id, ("running",), "finished")
    await _move(campaign_id, "finished", None, finished_at=clock.now())
    await events.record(Event("campaign.finished", {"campaign": campaign_id}))


async def _live(campaign_id: Id) -> list[Id]:
    """Its mailings that are not through."""
    mailing_ids = (await mailings_of([campaign_id]))[campaign_id]
    far = await conversations.mailing_progress(mailing_ids)
    return [one for one in mailing_ids if far[one].state in ("running", "paused")]


async def _move(campaign_id: Id, state: str, reason: str | None, **columns: Any) -> None:
    now = clock.now()
    columns |= {"state": state, "state_reason": reason, "state_at": now, "updated_at": now}
    sets = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, start=3))
    await database.run(
        f"UPDATE campaign SET {sets} WHERE tenant_id = $1::uuid AND id = $2::uuid",
        *(tenancy.current(), campaign_id),
        *columns.values(),
    )


async def _running_with(template: channels.TemplateRow) -> list[dict[str, Any]]:
    """Campaigns that say this template from a number of its account."""
    return await database.rows(
        """SELECT c.id, c.template_category FROM campaign c
            WHERE c.tenant_id = $1::uuid AND c.state = 'running'
              AND c.template_name = $2 AND c.template_language = $3
              AND EXISTS (SELECT 1 FROM campaign_number x
                            JOIN number n ON n.tenant_id = $1::uuid AND n.id = x.number_id
                           WHERE x.tenant_id = $1::uuid AND x.campaign_id = c.id
                             AND n.waba_row_id = $4::uuid)""",
        *(tenancy.current(), template["name"], template["language"], template["waba_row_id"]),
    )
