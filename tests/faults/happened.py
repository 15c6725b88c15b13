"""What happened in a store's threads, and what a subscription told of it."""

from __future__ import annotations

from typing import Any

from kernel import events, ids
from kernel.events import START
from kernel.ids import Id

Told = tuple[str, str | None]


def told(event: dict[str, Any]) -> Told:
    """Kind and message of an event of the inbox."""
    return event["kind"], event["message"] and event["message"]["id"]


async def happened(tenant_id: Id) -> list[Told]:
    """What the outbox holds of the store's threads, in order."""
    all_of_it, after = [], START
    while part := await events.read(after, tenant_id=tenant_id):
        all_of_it += part
        after = part[-1].cursor
    return [
        (event.kind, _message(event.refs.get("message")))
        for event in all_of_it
        if "conversation" in event.refs
    ]


def _message(message_id: str | None) -> str | None:
    return message_id and ids.show("message", message_id)
