"""Reads of campaigns: their rows as stored, and what became of each recipient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict, cast

from campaigns import wording
from campaigns.holding import mailings_of
from campaigns.wording import Wording
from kernel import clock, database, tenancy
from kernel.conditions import Conditions
from kernel.database import Batch
from kernel.ids import Id

Direction = Literal["ASC", "DESC"]


class CampaignRow(TypedDict):
    """A campaign; times in microseconds UTC, what is said sealed for the house."""

    id: Id
    name: str
    state: str
    state_reason: str | None
    state_at: int
    person_id: Id | None
    template_name: str | None
    template_language: str | None
    template_category: str | None
    content_sealed: bytes | None
    everybody: int
    topic: str
    pace_kind: str | None
    per_second: int | None
    starts_at: int | None
    local_hour: int | None
    expires_at: int | None
    max_failed_percent: int
    settled_before: int
    failed_before: int
    launched_at: int | None
    frozen_at: int | None
    finished_at: int | None
    created_at: int
    updated_at: int


class RecipientRow(TypedDict):
    """A recipient's row in the ledger, and how their message stands; times in microseconds."""

    id: Id
    mailing_id: Id
    contact_id: Id
    message_id: Id | None
    state: str
    decision: str
    attempts: int
    due_at: int
    attempted_at: int | None
    settled_at: int | None
    status: str | None
    sent_at: int | None
    delivered_at: int | None
    read_at: int | None
    failed_at: int | None
    error_code: int | None


@dataclass(frozen=True, slots=True)
class RecipientFilter:
    """Which recipients are wanted; None leaves a condition out."""

    states: Sequence[str] | None = None
    reason: str | None = None


async def campaigns_by_ids(campaign_ids: Iterable[Id]) -> dict[Id, CampaignRow]:
    """Those of these campaigns that are the current tenant's."""
    rows = await database.rows(
        f"""SELECT {_columns("c.")} FROM ({{batch}}) AS b
              JOIN campaign c ON c.tenant_id = $1::uuid AND c.id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(campaign_ids)]),
    )
    return {row["id"]: cast(CampaignRow, row) for row in rows}


async def campaign_page(
    states: Sequence[str] | None, after: Id | None, direction: Direction, limit: int
) -> list[CampaignRow]:
    """At most so many campaigns by age, in one of these states, beyond one."""
    where = _of_states(states, limit)
    if after is not None:
        where.add(f"c.id {_beyond(direction)} ?::uuid", after)
    statement = where.into(
        f"""SELECT {_columns("c.")} FROM campaign c
             WHERE c.tenant_id = $1::uuid /* conditions */
             ORDER BY c.id {direction} LIMIT $2::bigint"""
    )
    return cast(list[CampaignRow], await database.rows(statement, *where.params))


async def count_campaigns(states: Sequence[str] | None) -> int:
    """How many campaigns there are in one of these states."""
    where = _of_states(states)
    row = await database.row(
        where.into(
            "SELECT count(*) AS n FROM campaign c WHERE c.tenant_id = $1::uuid /* conditions */"
        ),
        *where.params,
    )
    return int(row["n"]) if row else 0


def state_of(campaign: CampaignRow, now: int) -> str:
    """The state as it is shown."""
    if campaign["state"] == "running":
        if campaign["frozen_at"] is None:
            return "launching"
        if (campaign["starts_at"] or 0) > now:
            return "scheduled"
    return campaign["state"]


def wording_of(campaign: CampaignRow) -> Wording | None:
    """What a campaign says; None while its draft says nothing."""
    sealed = campaign["content_sealed"]
    return None if sealed is None else wording.open_sealed(sealed, campaign["id"])


async def recipient_page(
    campaign_id: Id,
    wanted: RecipientFilter,
    after: tuple[Id, Id] | None,
    direction: Direction,
    limit: int,
) -> list[RecipientRow]:
    """At most so many recipients, in the order of their rows, beyond a place (mailing, row)."""
    where = await _of_recipients(campaign_id, wanted, limit)
    if after is not None:
        where.add(f"(s.mailing_id, s.id) {_beyond(direction)} (?::uuid, ?::uuid)", *after)
    statement = database.sql(__file__, "recipient_page").replace("{direction}", direction)
    return cast(list[RecipientRow], await database.rows(where.into(statement), *where.params))


async def count_recipients(campaign_id: Id, wanted: RecipientFilter) -> int:
    """How many recipients there are."""
    where = await _of_recipients(campaign_id, wanted)
    row = await database.row(
        where.into(
            "SELECT count(*) AS n FROM send s WHERE s.tenant_id = $1::uuid /* conditions */"
        ),
        *where.params,
    )
    return int(row["n"]) if row else 0


def _of_states(states: Sequence[str] | None, *params: object) -> Conditions:
    """Beside the stored states: `launching` until all are frozen, `scheduled` until it starts."""
    where = Conditions(tenancy.current(), *params)
    if states is not None:
        where.add_any_of(where.fill(_STATE, clock.now()), "text", list(states))
    return where


async def _of_recipients(campaign_id: Id, wanted: RecipientFilter, *params: object) -> Conditions:
    where = Conditions(tenancy.current(), *params)
    where.add_any_of("s.mailing_id", "uuid", list((await mailings_of([campaign_id]))[campaign_id]))
    if wanted.states is not None:
        where.add_any_of("s.state", "text", list(wanted.states))
    if wanted.reason is not None:
        where.add("s.decision->>'reason' = ?", wanted.reason)
    return where


def _columns(alias: str) -> str:
    return ", ".join(f"{alias}{name}" for name in CampaignRow.__annotations__)


def _beyond(direction: Direction) -> str:
    return ">" if direction == "ASC" else "<"


_STATE = """(CASE WHEN c.state = 'running' AND c.frozen_at IS NULL THEN 'launching'
                  WHEN c.state = 'running' AND c.starts_at > ?::bigint THEN 'scheduled'
                  ELSE c.state END)"""
