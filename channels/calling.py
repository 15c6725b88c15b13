"""Handing a message to the platform, and heeding what its answers say of the number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from channels import departures, graph, outages, standing, throughput
from channels.departures import Departing
from channels.outcomes import (
    ALERTS,
    FOR_OWNER,
    NUMBER_GONE,
    STALE_TEMPLATE,
    Verdict,
    judge,
    reason_of,
)
from kernel import clock, database, metrics, tenancy
from kernel.ids import Id

# Where all goes well a number's row is written so often, not with every batch.
_NOTED_ANEW = 10 * clock.SECOND


async def post_message(
    phone_number_id: str,
    token: str,
    body: Mapping[str, Any],
    tries: int,
    departing: Departing | None = None,
) -> Verdict:
    """One attempt to hand over a message; `tries` counts it. Never raises for trouble outside."""
    leaves = partial(departures.leaves, departing) if departing else None
    posted = await graph.post(phone_number_id, "messages", token, body, leaves=leaves)
    return verdict_on(posted, _wamid(posted.outcome), tries)


async def post_receipt(phone_number_id: str, token: str, wamid: str, *, typing: bool) -> bool:
    """Tell a customer that their message was read, or also that somebody types (contract 2.6).

    Whether the platform took it; what is lost does no harm, so nobody tries again.
    """
    body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    if typing:
        body["typing_indicator"] = {"type": "text"}
    posted = await graph.post(phone_number_id, "messages", token, body, within=graph.SHORT)
    return posted.outcome.trouble is None


def verdict_on(posted: graph.Posted, given_id: str | None, tries: int) -> Verdict:
    """What an answer means; `given_id` is the id that the platform gave, where it gave one."""
    outcome = posted.outcome
    return judge(outcome.status, outcome.trouble, outcome.code, given_id, tries, posted.after)


async def heed(number_id: Id, verdicts: Sequence[Verdict]) -> None:
    """Hold the number back where an answer concerned more than one message; note its trouble."""
    if any(one.fate == "accepted" for one in verdicts):
        await _note_acceptance(number_id)
    elif faults := sum(map(outages.is_fault, verdicts)):
        _noted_at.clear()
        await outages.count_faults(number_id, faults)
    too_fast = next((one.reason for one in verdicts if one.reason in throughput.TOO_FAST), None)
    if too_fast:
        await throughput.cut(number_id, too_fast)
    telling = [one for one in verdicts if _is_of_more(one)]
    if telling:
        await _hold(number_id, telling)


async def heed_codes(number_id: Id, codes: Iterable[int]) -> None:
    """As `heed`, for what the platform told after it had taken the messages."""
    await heed(number_id, [judge(400, reason_of(one), one, None, 1) for one in sorted(set(codes))])


async def _note_acceptance(number_id: Id) -> None:
    now = clock.now()
    if now - _noted_at.get(number_id, 0) < _NOTED_ANEW:
        return
    await database.run(
        """UPDATE number SET accepted_at = $3, held_since = NULL, held_because = NULL,
                  failures = 0, failing_since = NULL
            WHERE tenant_id = $1::uuid AND id = $2::uuid
              AND (held_since IS NOT NULL OR failures > 0 OR coalesce(accepted_at, 0) < $4)""",
        tenancy.current(),
        number_id,
        now,
        now - _NOTED_ANEW,
    )
    _noted_at[number_id] = now


def _is_of_more(verdict: Verdict) -> bool:
    codes = ALERTS | STALE_TEMPLATE
    return verdict.hold not in ("none", "pair") or verdict.code in codes


@database.unit_of_work
async def _hold(number_id: Id, telling: Sequence[Verdict]) -> None:
    now = clock.now()
    _noted_at.clear()
    held = [one for one in telling if one.hold in ("number", "account") or one.code in FOR_OWNER]
    if held:
        gravest = max(held, key=lambda one: (one.code in FOR_OWNER, one.wait))
        # What concerns the account holds all of its numbers.
        scope = "account" if any(one.hold == "account" for one in held) else "number"
        waits = [one.wait for one in held if one.hold in ("number", "account")]
        await database.run(
            database.sql(__file__, f"hold_{scope}"),
            tenancy.current(),
            number_id,
            now + max(waits) if waits else 0,
            now,
            gravest.reason,
        )
    for one in telling:
        if one.hold in ("promotions", "account_promotions"):
            metrics.PROMOTIONS_HELD.inc()
            await database.run(
                database.sql(__file__, "hold_promotions"),
                tenancy.current(),
                number_id,
                one.hold == "account_promotions",
                now + one.wait,
                one.reason,
            )
    codes = {one.code for one in telling}
    if NUMBER_GONE in codes:
        await standing.disconnect(number_id)
    if codes & STALE_TEMPLATE:
        await database.run(
            """UPDATE waba SET templates_due_at = 0
                WHERE tenant_id = $1::uuid
                  AND id = (SELECT n.waba_row_id FROM number n
                             WHERE n.tenant_id = $1::uuid AND n.id = $2::uuid)""",
            tenancy.current(),
            number_id,
        )
    alert = max((code for code in codes if code in ALERTS and code is not None), default=None)
    if alert is not None:
        await standing.tell_trouble(number_id, alert, now)


def _wamid(outcome: graph.Outcome) -> str | None:
    if outcome.trouble is not None:
        return None
    messages = outcome.json().get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    wamid = first.get("id") if isinstance(first, dict) else None
    return wamid if isinstance(wamid, str) and wamid else None


# When this process noted last that a number's messages are taken, since it held one back.
_noted_at: dict[Id, int] = {}
