"""Handing a message to the platform, and heeding what its answers say of the number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from channels import graph
from channels.outcomes import DEAD_TOKEN, Verdict, judge
from kernel import clock, database, events, tenancy
from kernel.events import Event
from kernel.ids import Id


async def post_message(
    phone_number_id: str, token: str, body: Mapping[str, Any], tries: int
) -> Verdict:
    """One attempt to hand over a message; `tries` counts it. Never raises for trouble outside."""
    posted = await graph.post(phone_number_id, "messages", token, body)
    outcome = posted.outcome
    return judge(
        outcome.status, outcome.trouble, outcome.code, _wamid(outcome), tries, posted.after
    )


@database.unit_of_work
async def heed(number_id: Id, verdicts: Sequence[Verdict]) -> None:
    """Hold the number back where an answer concerned more than one message; note dead tokens."""
    now = clock.now()
    holding = [one for one in verdicts if one.hold in ("number", "account")]
    if holding:
        # What concerns the account holds all of its numbers.
        scope = "account" if any(one.hold == "account" for one in holding) else "number"
        await database.run(
            database.sql(__file__, f"hold_{scope}"),
            tenancy.current(),
            number_id,
            now + max(one.wait for one in holding),
        )
    dead = next((one.code for one in verdicts if one.code in DEAD_TOKEN), None)
    if dead is not None:
        await database.run(
            """UPDATE number SET trouble_code = $3, trouble_at = $4, updated_at = $4
                WHERE tenant_id = $1::uuid AND id = $2::uuid""",
            tenancy.current(),
            number_id,
            dead,
            now,
        )
        await events.record(Event("number.troubled", {"number": number_id, "code": str(dead)}))


def _wamid(outcome: graph.Outcome) -> str | None:
    if outcome.trouble is not None:
        return None
    messages = outcome.json().get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    wamid = first.get("id") if isinstance(first, dict) else None
    return wamid if isinstance(wamid, str) and wamid else None
