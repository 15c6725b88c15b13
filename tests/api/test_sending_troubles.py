"""When the platform does not play along: what the desk sees, and what it can do."""

from __future__ import annotations

from typing import Any

from tests.api.desk import ONCE, Desk
from tests.flows.platform import drop, error


async def test_a_revoked_token_keeps_the_queue_and_is_seen(desk: Desk) -> None:
    assert await _health(desk) == {
        "state": "UP",
        "reason": None,
        "waiting": 0,
        "since": None,
        "heldUntil": None,
        "oldestWaiting": None,
        "lastAcceptedAt": None,
    }
    desk.platform.token = "renewed"
    message_id = await desk.say()
    await desk.deliver()
    send = (await desk.message(message_id))["send"]
    assert (send["state"], send["reason"], send["attempts"]) == ("QUEUED", "PLATFORM_190", 1)
    assert send["dueAt"] is not None
    health = await _health(desk)
    assert (health["state"], health["reason"], health["waiting"]) == ("DOWN", "PLATFORM_190", 1)
    assert None not in (health["since"], health["heldUntil"], health["oldestWaiting"])
    payload = await desk.send({"text": {"body": "and this?"}})
    [refused] = payload["userErrors"]
    assert (refused["field"], refused["code"]) == (["conversation"], "TOKEN_REFUSED")
    assert "new one" in refused["message"]
    assert await desk.ledger() == ONCE


async def test_what_failed_is_seen_and_sent_again(desk: Desk) -> None:
    desk.platform.does(error(131009))
    message_id = await desk.say()
    assert await desk.retry(message_id) == {
        "message": None,
        "userErrors": [{"field": ["message"], "code": "NOT_RETRYABLE"}],
    }
    await desk.deliver()
    message = await desk.message(message_id)
    assert (message["status"], message["errorCode"]) == ("FAILED", 131009)
    assert message["failedAt"] is not None
    assert message["send"] == {
        "state": "FAILED",
        "reason": "PLATFORM_131009",
        "attempts": 1,
        "dueAt": None,
    }
    assert await desk.retry(message_id) == {
        "message": {"status": "QUEUED", "send": {"state": "QUEUED", "attempts": 0}},
        "userErrors": [],
    }
    await desk.deliver()
    assert (await desk.message(message_id))["status"] == "ACCEPTED"


async def test_an_unknown_outcome_is_shown_as_such(desk: Desk) -> None:
    desk.platform.does(drop())
    message_id = await desk.say()
    await desk.deliver()
    message = await desk.message(message_id)
    assert (message["status"], message["send"]["state"]) == ("UNKNOWN", "UNKNOWN")
    assert message["send"]["reason"] == "BROKEN_OFF"
    await desk.echo("delivered")
    assert (await desk.message(message_id))["status"] == "DELIVERED"
    assert len(desk.platform.messages) == 1


async def _health(desk: Desk) -> Any:
    query = """
      { numbers { channelHealth {
          state reason waiting since heldUntil oldestWaiting lastAcceptedAt
      } } }
    """
    [number] = (await desk.door.data(query, desk.store.token))["numbers"]
    return number["channelHealth"]
