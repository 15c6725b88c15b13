"""One message to many: opened, frozen into the ledger, held and let go, called off (F26).

A mailing is what goes to a frozen audience from one number. Each recipient has a row in the ledger
before anything leaves; thread, message and words are written with the attempt (`mailed`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import channels
from channels import TemplateFilter
from contacts import Selection
from conversations import personal
from conversations.asked import PaceKind
from conversations.content import TemplateMessage
from conversations.ledger import BELL
from conversations.personal import Personal
from conversations.sends import check_upload
from kernel import bells, clock, database, ids, keys, tenancy
from kernel.database import Batch
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import Id

# So many recipients in one commit: SQLite has one writer, and nobody should wait long for it.
STEP = 20_000
_LAST = "f" * 32
_FIRST = "0" * 32


@dataclass(frozen=True, slots=True)
class NewMailing:
    """What is to go out from a number. `origin_id` is the row for which it goes: the campaign.

    `per_second` is the most it sends a second, if it is to be slower than its number may.
    """

    origin_id: Id
    number_id: Id
    content: TemplateMessage
    personal: tuple[Personal, ...] = ()
    topic: str = ""
    pace_kind: PaceKind = "promotion"
    per_second: int | None = None
    expires_at: int | None = None
    origin: str = "campaign"


@dataclass(frozen=True, slots=True)
class Frozen:
    """How many recipients stand in the ledger, and whether those are all."""

    total: int
    is_whole: bool


@database.unit_of_work
async def open_mailing(new: NewMailing) -> Id:
    """A mailing without recipients yet; Invalid or NotFound name the field that is no good."""
    _check(new)
    await check_upload(new.content)
    number = (await channels.numbers_by_ids([new.number_id])).get(new.number_id)
    if number is None:
        raise NotFound("There is no such number.", field=("number",))
    now, mailing_id = clock.now(), ids.new_id()
    await database.insert(
        "mailing",
        [
            {
                "tenant_id": tenancy.current(),
                "id": mailing_id,
                "origin": new.origin,
                "origin_id": new.origin_id,
                "number_id": new.number_id,
                "template_name": new.content.name,
                "template_language": new.content.language,
                "category": await _category(number["waba_row_id"], new.content),
                "content_sealed": keys.house().seal(
                    "mailing.content", mailing_id, personal.as_text(new.content, new.personal)
                ),
                "topic": new.topic,
                "pace_kind": new.pace_kind,
                "per_second": new.per_second,
                "expires_at": new.expires_at,
                "state": "running",
                "total": 0,
                "created_at": now,
                "updated_at": now,
            }
        ],
    )
    return mailing_id


@database.unit_of_work
async def freeze(
    mailing_id: Id, selection: Selection, due_at: int, due_in_zones: Mapping[str, int] | None = None
) -> Frozen:
    """Give the next recipients their rows in the ledger, due then, or as their time zone says, or
    their country.

    To be called with the same until all are there: each call is one commit, and goes on behind the
    last contact that has a row, so that nobody has two, whoever calls and wherever one was killed.
    Nothing leaves before. What was called off meanwhile gets no more.
    """
    tenant_id, now = tenancy.current(), clock.now()
    mailing = await _hold(mailing_id)
    if mailing["frozen_at"] is not None:
        return Frozen(mailing["total"], is_whole=True)
    after = mailing["frozen_upto"] or _FIRST
    statement, params = selection.into(
        """SELECT c.id FROM contact c
            WHERE c.tenant_id = $1::uuid AND c.id > $2::uuid AND /* selection */
            ORDER BY c.id LIMIT 1 OFFSET $3::bigint""",
        tenant_id,
        after,
        STEP - 1,
    )
    last = await database.row(statement, *params)
    upto = last["id"] if last else _LAST
    statement, params = selection.into(
        database.sql(__file__, "freeze_mailing").replace(
            "/* new id */", database.sql(__file__, f"new_id.{database.dialect()}")
        ),
        *(tenant_id, mailing_id, after, upto, due_at, now, now // 1000, b""),
    )
    zones = Batch({"zone": "text", "due_at": "bigint"}, [*map(list, (due_in_zones or {}).items())])
    total = mailing["total"] + await database.run(statement, *params, batch=zones)
    await database.run(
        """UPDATE mailing SET frozen_upto = $3::uuid, total = $4, frozen_at = $5, updated_at = $6
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        *(tenant_id, mailing_id, upto, total, None if last else now, now),
    )
    if not last:
        database.after_commit(lambda: bells.ring(BELL))
    return Frozen(total, is_whole=last is None)


async def pause_mailing(mailing_id: Id) -> None:
    """Nothing more of it leaves; what is in the air is in the air. Conflict once it is through."""
    await _turn(mailing_id, "paused", ("running", "paused"))


async def resume_mailing(mailing_id: Id) -> None:
    """It goes on where it was held."""
    await _turn(mailing_id, "running", ("running", "paused"))
    bells.ring(BELL)


async def cancel_mailing(mailing_id: Id) -> None:
    """Nothing more of it leaves, ever; the sweep settles what waits (`mailing_ends`)."""
    await _turn(mailing_id, "cancelled", ("running", "paused", "cancelled"))


async def reopen(mailing_id: Id) -> None:
    """One of its messages is sent again, though it was through; part of the caller's unit.

    Conflict (NOT_RETRYABLE) once it was called off.
    """
    if (await _hold(mailing_id))["state"] == "cancelled":
        raise Conflict("What it belongs to was called off.", code="NOT_RETRYABLE")
    await database.run(
        """UPDATE mailing SET settled_at = NULL, updated_at = $3,
                  state = CASE WHEN state = 'finished' THEN 'running' ELSE state END
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        mailing_id,
        clock.now(),
    )


def _check(new: NewMailing) -> None:
    personal.check_personal(new.content, new.personal)
    if new.per_second is not None and not 1 <= new.per_second <= 1000:
        message = "From 1 to 1,000 messages a second."
        raise Invalid(message, code="OUT_OF_RANGE", field=("per_second",))
    if new.expires_at is not None and new.expires_at <= clock.now():
        raise Invalid("A time to come.", code="IN_THE_PAST", field=("expires_at",))


async def _category(waba_row_id: Id, content: TemplateMessage) -> str:
    """The template's; the gate looks again when each leaves."""
    wanted = TemplateFilter(waba_row_id, languages=[content.language], name=content.name)
    found = await channels.template_page(wanted, "ASC", None, 1)
    if not found:
        message = "There is no such template in this language."
        raise NotFound(message, code="UNKNOWN_TEMPLATE", field=("content",))
    return (found[0]["category"] or "marketing").lower()


async def _hold(mailing_id: Id) -> dict[str, Any]:
    mailing = await database.row(
        """SELECT state, total, frozen_upto, frozen_at FROM mailing
            WHERE tenant_id = $1::uuid AND id = $2::uuid FOR UPDATE""",
        tenancy.current(),
        mailing_id,
    )
    if mailing is None:
        raise NotFound("There is no such mailing.")
    return mailing


@database.unit_of_work
async def _turn(mailing_id: Id, state: str, before: tuple[str, ...]) -> None:
    mailing = await _hold(mailing_id)
    if mailing["state"] not in before:
        raise Conflict(f"It is {mailing['state']}.", code="WRONG_STATE")
    await database.run(
        """UPDATE mailing SET state = $3::text, updated_at = $4::bigint,
                  frozen_at = CASE WHEN $3::text = 'cancelled' THEN coalesce(frozen_at, $4::bigint)
                                   ELSE frozen_at END
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        mailing_id,
        state,
        clock.now(),
    )
