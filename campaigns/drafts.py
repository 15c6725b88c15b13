"""Drafts: what somebody means to say to many, put down part by part until it is launched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

import channels
from campaigns import fitting, wording
from campaigns.audience import Audience, write_audience
from campaigns.holding import accounts_of, hold, numbers_of
from campaigns.wording import Wording
from conversations import PaceKind
from kernel import audit, clock, database, ids, tenancy
from kernel.errors import Invalid
from kernel.ids import Id

_LONGEST_NAME = 120
# What its author has not said: of 100 that went out, so many may fail before it pauses by itself.
MOST_FAILED = 10
_MOST_NUMBERS = 16
_FASTEST = 1_000


class CampaignChanges(TypedDict, total=False):
    """The parts of a draft that are given anew; None takes one back. Times in microseconds."""

    name: str
    wording: Wording | None
    numbers: Sequence[Id]
    audience: Audience
    topic: str
    pace_kind: PaceKind | None
    per_second: int | None
    starts_at: int | None
    local_hour: int | None
    expires_at: int | None
    max_failed_percent: int


@database.unit_of_work
async def create(changes: CampaignChanges, person_id: Id | None) -> Id:
    """Begin a campaign as a draft; its id. Invalid names the field that is wrong."""
    now, campaign_id = clock.now(), ids.new_id()
    await database.insert(
        "campaign",
        [
            {
                "tenant_id": tenancy.current(),
                "id": campaign_id,
                "name": "",
                "state": "draft",
                "state_at": now,
                "person_id": person_id,
                "everybody": 0,
                "topic": "",
                "max_failed_percent": MOST_FAILED,
                "settled_before": 0,
                "failed_before": 0,
                "lease_until": 0,
                "fence": 0,
                "created_at": now,
                "updated_at": now,
            }
        ],
    )
    audit.witness([{"campaign": campaign_id}])
    await _change(campaign_id, {"name": "", **changes})
    return campaign_id


@database.unit_of_work
async def update(campaign_id: Id, changes: CampaignChanges) -> None:
    """Change parts of a draft; Conflict once it was launched, for then it stands as it is."""
    await hold(campaign_id, ("draft",), "changed")
    await _change(campaign_id, changes)


def check_times(starts_at: int | None, expires_at: int | None) -> None:
    """Invalid for a start or an end that is over, and for an end before the start."""
    now = clock.now()
    if starts_at is not None and starts_at < now:
        message = "A start that is to come, or none for at once."
        raise Invalid(message, code="IN_THE_PAST", field=("starts_at",))
    if expires_at is not None and expires_at <= (starts_at or now):
        message = "An end after the start, or none."
        raise Invalid(message, code="IN_THE_PAST", field=("expires_at",))


async def _change(campaign_id: Id, changes: CampaignChanges) -> None:
    columns: dict[str, Any] = {
        name: changes[name]  # type: ignore[literal-required]  # each of them is one of its keys
        for name in _PLAIN
        if name in changes
    }
    _check(changes)
    if "wording" in changes:
        columns |= _worded(campaign_id, changes["wording"])
    if "audience" in changes:
        columns["everybody"] = int(changes["audience"].everybody)
        await write_audience(campaign_id, changes["audience"])
    if "numbers" in changes:
        await _write_numbers(campaign_id, changes["numbers"])
    columns["updated_at"] = clock.now()
    sets = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, start=3))
    await database.run(
        f"UPDATE campaign SET {sets} WHERE tenant_id = $1::uuid AND id = $2::uuid",
        *(tenancy.current(), campaign_id),
        *columns.values(),
    )
    row = await hold(campaign_id, ("draft",), "changed")
    check_times(row["starts_at"], row["expires_at"])
    if row["content_sealed"] is not None:
        said = wording.open_sealed(row["content_sealed"], campaign_id)
        for account_id in await accounts_of(await numbers_of(campaign_id)):
            template = await fitting.template_of(account_id, said.template)
            fitting.check_fits(template, said.template)


_PLAIN = (
    *("name", "topic", "pace_kind", "per_second", "starts_at", "local_hour", "expires_at"),
    "max_failed_percent",
)


def _check(changes: CampaignChanges) -> None:
    if "name" in changes and not 1 <= len(changes["name"].strip()) <= _LONGEST_NAME:
        raise Invalid(f"A name has 1 to {_LONGEST_NAME} characters.", field=("name",))
    for field, least, most in (
        ("per_second", 1, _FASTEST),
        ("local_hour", 0, 23),
        ("max_failed_percent", 1, 100),
    ):
        value = changes.get(field)
        if isinstance(value, int) and not least <= value <= most:
            raise Invalid(f"From {least} to {most:,}.", code="BAD_RANGE", field=(field,))


def _worded(campaign_id: Id, said: Wording | None) -> dict[str, Any]:
    if said is None:
        return dict.fromkeys(("template_name", "template_language", "content_sealed"))
    said.check()
    return {
        "template_name": said.template.name,
        "template_language": said.template.language,
        "content_sealed": wording.seal(said, campaign_id),
    }


async def _write_numbers(campaign_id: Id, number_ids: Sequence[Id]) -> None:
    if len(number_ids) > _MOST_NUMBERS:
        message = f"At most {_MOST_NUMBERS} numbers."
        raise Invalid(message, code="TOO_MANY", field=("numbers",))
    known = await channels.numbers_by_ids(number_ids)
    for place, one in enumerate(number_ids):
        if one not in known:
            message = "There is no such number."
            raise Invalid(message, code="NOT_FOUND", field=("numbers", str(place)))
    key = {"tenant_id": tenancy.current(), "campaign_id": campaign_id}
    await database.run(
        "DELETE FROM campaign_number WHERE tenant_id = $1::uuid AND campaign_id = $2::uuid",
        *key.values(),
    )
    await database.insert(
        "campaign_number", [{**key, "number_id": one} for one in dict.fromkeys(number_ids)]
    )
