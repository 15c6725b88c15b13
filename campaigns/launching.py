"""Launching: a draft is looked over, then its audience is frozen into the ledger in steps (F26).

Each step is a commit and goes on behind the one before: whoever is killed at any line leaves a
campaign that the next worker goes on with, and nobody stands in the ledger twice.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import contacts
import conversations
from campaigns import wording
from campaigns.audience import selection_of
from campaigns.drafts import check_times
from campaigns.fitting import template_of
from campaigns.holding import accounts_of, hold, mailings_of, numbers_of
from campaigns.obstacles import refuse_obstacles
from campaigns.queries import campaigns_by_ids
from campaigns.schedule import Schedule, schedule_of
from campaigns.wording import Wording
from contacts import Selection
from conversations import NewMailing
from kernel import bells, clock, database, events, tenancy
from kernel.errors import Invalid
from kernel.events import Event
from kernel.ids import Id

BELL = "campaigns"
LEASE = clock.MINUTE
# One turn takes about so long, so that others get theirs, in seconds.
_TURN = 10.0


@database.unit_of_work
async def launch(campaign_id: Id) -> None:
    """Let a draft begin, now or when it starts; a worker freezes its audience.

    Invalid or Conflict name what is missing, what is over, and what would stand in everybody's way.
    """
    row, now = await hold(campaign_id, ("draft",), "launched"), clock.now()
    said, number_ids = await look_over(row)
    selection = await selection_of(campaign_id, everybody=bool(row["everybody"]))
    first = await contacts.selected_page(selection, None, 1)
    if not first:
        message = "Nobody is meant: list contacts, or choose tags that somebody has."
        raise Invalid(message, code="EMPTY", field=("audience",))
    await refuse_obstacles(row, number_ids, first[0])
    for number_id in number_ids:
        await _open(row, said, number_id, len(number_ids))
    [account_id, *_] = await accounts_of(number_ids)
    template = await template_of(account_id, said.template)
    await database.run(
        """UPDATE campaign SET state = 'running', state_at = $3::bigint, launched_at = $3::bigint,
                  template_category = $4, updated_at = $3::bigint
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        *(tenancy.current(), campaign_id, now, template["category"]),
    )
    await events.record(Event("campaign.scheduled", {"campaign": campaign_id}))
    database.after_commit(lambda: bells.ring(BELL))


async def look_over(row: Mapping[str, Any]) -> tuple[Wording, list[Id]]:
    """What a campaign says, and the numbers that it goes out from; Invalid where it is not whole,
    or where its time is over."""
    number_ids = await numbers_of(row["id"])
    for is_there, field in ((row["content_sealed"], "template"), (number_ids, "numbers")):
        if not is_there:
            raise Invalid("A campaign cannot go without it.", code="MISSING", field=(field,))
    check_times(row["starts_at"], row["expires_at"])
    return wording.open_sealed(row["content_sealed"], row["id"]), number_ids


async def freeze_next() -> int:
    """Work for a while on a campaign whose audience is not frozen yet; 0 where there is none."""
    now = clock.now()
    with tenancy.across_tenants("campaigns of all tenants are frozen by whoever is free"):
        claimed = await database.row(database.sql(__file__, "claim_campaign"), now, now + LEASE)
    if claimed is None:
        return 0
    with tenancy.acting_for(claimed["tenant_id"]):
        await _freeze(claimed["id"], claimed["fence"])
    return 1


async def _freeze(campaign_id: Id, fence: int) -> None:
    campaign = (await campaigns_by_ids([campaign_id]))[campaign_id]
    schedule = await schedule_of(campaign, clock.now())
    selection = await selection_of(campaign_id, everybody=bool(campaign["everybody"]))
    mailing_ids = (await mailings_of([campaign_id]))[campaign_id]
    until = time.monotonic() + _TURN
    for part, mailing_id in enumerate(mailing_ids):
        share = selection & share_of(part, len(mailing_ids))
        while not await _step(mailing_id, share, schedule):
            if time.monotonic() > until:
                await _let_go(campaign_id, fence)
                return
    await _set_down(campaign_id, fence)


async def _step(mailing_id: Id, share: Selection, schedule: Schedule) -> bool:
    """Freeze some more; whether those are all."""
    frozen = await conversations.freeze(mailing_id, share, schedule.at, schedule.zones)
    return frozen.is_whole


def share_of(part: int, parts: int) -> Selection:
    """The contacts who hear from the `part`-th of so many numbers: by the last digit of their ids,
    so that each always hears from the same one."""
    digits = [digit for digit in "0123456789abcdef" if int(digit, 16) % parts == part]
    ends = " OR ".join("c.id::text LIKE ?" for _ in digits)
    return Selection(f"({ends})", tuple(f"%{digit}" for digit in digits))


async def _open(row: Mapping[str, Any], said: Wording, number_id: Id, among: int) -> None:
    rate = row["per_second"]
    mailing_id = await conversations.open_mailing(
        NewMailing(
            origin_id=row["id"],
            number_id=number_id,
            content=said.template,
            personal=said.personal,
            topic=row["topic"],
            pace_kind=row["pace_kind"] or "service",  # what promotes counts as a promotion
            per_second=max(1, rate // among) if rate else None,
            expires_at=row["expires_at"],
        )
    )
    await database.run(
        """UPDATE campaign_number SET mailing_id = $4::uuid
            WHERE tenant_id = $1::uuid AND campaign_id = $2::uuid AND number_id = $3::uuid""",
        *(tenancy.current(), row["id"], number_id, mailing_id),
    )


@database.unit_of_work
async def _set_down(campaign_id: Id, fence: int) -> None:
    """The whole audience stands in the ledger."""
    done = await database.run(
        """UPDATE campaign SET frozen_at = $4::bigint, lease_until = 0, updated_at = $4::bigint
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND fence = $3
              AND frozen_at IS NULL AND state IN ('running', 'paused')""",
        *(tenancy.current(), campaign_id, fence, clock.now()),
    )
    if done:
        await events.record(Event("campaign.launched", {"campaign": campaign_id}))


async def _let_go(campaign_id: Id, fence: int) -> None:
    """Another turn comes right away."""
    await database.run(
        """UPDATE campaign SET lease_until = 0
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND fence = $3""",
        *(tenancy.current(), campaign_id, fence),
    )
    bells.ring(BELL)
