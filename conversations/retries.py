"""Sending a dead letter again: only by a person, who has seen why it died (F21)."""

from __future__ import annotations

from typing import Any

import channels
from conversations import decisions, results
from conversations.asked import Asked, Occasion
from conversations.content import file_of
from conversations.gate import Ruled
from conversations.ledger import Queued, tell_queued
from conversations.mailing_counts import count_ends
from conversations.mailings import reopen
from conversations.rulings import let_through
from conversations.said import Said
from kernel import clock, database, keys, tenancy
from kernel.errors import Conflict, NotFound
from kernel.ids import Id

_DEAD = ("failed", "refused")
_ALIVE = {
    "queued": "It waits to go out already.",
    "claimed": "It is just going out.",
    "unknown": "It may have gone out; the platform's word is awaited for up to an hour.",
    "sent": "The platform took it; write a new message instead.",
    "void": "Its occasion is gone.",
}


@database.unit_of_work
async def retry(message_id: Id) -> None:
    """Put a message that the ledger gave up back into the queue, as it is.

    Conflict (NOT_RETRYABLE) unless it was given up; NotSendable when the gate says no now; NotFound
    for what was never queued here.
    """
    send = await _hold(message_id)
    if send["state"] not in _DEAD:
        raise Conflict(_ALIVE[send["state"]], code="NOT_RETRYABLE", field=("message",))
    if send["way"] == "email":
        message = "It was handed over by e-mail, and may have arrived; write a new message."
        raise Conflict(message, code="NOT_RETRYABLE", field=("message",))
    sealer = (await keys.of([send["subject_id"]])).get(send["subject_id"])
    if sealer is None or not send["content_sealed"]:
        raise Conflict("Its content is erased.", code="CONTACT_GONE", field=("message",))
    content = Said.open(sealer, send["id"], send["content_sealed"]).content
    ruled = await let_through(
        Asked.of(
            send["id"],
            send["contact_id"],
            send["number_id"],
            content,
            _occasion(send),
            topic=send["topic"],
            origin=send["origin"],
            origin_id=send["origin_id"],
            pace_kind=send["pace_kind"],
            expires_at=send["expires_at"],
        )
    )
    file = file_of(content)
    if file is not None and file.upload is not None:
        # One cause of its death may be that the platform could not use the file (131053).
        await channels.forget_platform_id(file.upload)
    await _queue_again(send, ruled)
    if send["mailing_id"]:
        await count_ends([], undone=[results.end_of(send)])
        await reopen(send["mailing_id"])
    thread = {"id": send["conversation_id"], "contact_id": send["contact_id"]}
    await tell_queued(Queued(message_id, send["id"]), thread, send["origin"])


async def _hold(message_id: Id) -> dict[str, Any]:
    send = await database.row(
        """SELECT id, state, way, decision, mailing_id, origin, origin_id, contact_id, subject_id,
                  number_id, conversation_id, message_id, topic, pace_kind, occasion, occasion_id,
                  content_sealed, expires_at
             FROM send WHERE tenant_id = $1::uuid AND message_id = $2::uuid FOR UPDATE""",
        tenancy.current(),
        message_id,
    )
    if send is None:
        raise NotFound("There is no such message that was sent from here.", field=("message",))
    return send


def _occasion(send: dict[str, Any]) -> Occasion | None:
    return Occasion(send["occasion"], send["occasion_id"]) if send["occasion"] else None


async def _queue_again(send: dict[str, Any], ruled: Ruled) -> None:
    # The new fence takes it out of the hands of a worker that only slept.
    await database.run(
        """UPDATE send SET state = 'queued', due_at = $3, attempts = 0, fence = fence + 1,
                  category = $4, pace_kind = $5, decision = $6, error_code = NULL,
                  settled_at = NULL
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        send["id"],
        ruled.decision.until or clock.now(),
        ruled.category,
        ruled.pace_kind,
        decisions.of(ruled.decision),
    )
    await database.run(
        """UPDATE message SET status = 'queued', failed_at = NULL, error_code = NULL
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        send["message_id"],
    )
