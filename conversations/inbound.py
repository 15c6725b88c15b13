"""Receiving: messages, echoes, calls and number changes become rows of threads, once each (F13).

Everything that a thread shows is computed so that it comes out the same from any order of arrival:
by the platform's time, then by a tie-breaker made from the message's own id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from channels import wire
from conversations import episodes, statuses
from conversations.received import Received
from conversations.threads import Thread, Tidings, find_or_start, tell
from kernel import database, events, ids, keys, tenancy
from kernel.events import Event
from kernel.ids import Id
from kernel.seal import Indexer, Sealer


@dataclass(frozen=True, slots=True)
class Stored:
    """A message that was new, and the row that it became."""

    received: Received
    message_id: Id
    conversation_id: Id


@database.unit_of_work
async def receive(received: Sequence[Received]) -> list[Stored]:
    """Write what came in into its threads; only what was new is returned.

    Joined to the caller's unit of work, in which the contacts were found or made.
    """
    new = await _only_new(received)
    if not new:
        return []
    threads = await find_or_start([(one.known, one.number_id) for one, _ in new])
    stored = [
        Stored(one, message_id, threads[one.known.contact_id, one.number_id].id)
        for one, message_id in new
    ]
    await _write_messages([one for one in stored if one.received.changes is None])
    await _write_changes([one for one in stored if one.received.changes is not None])
    await tell(_tidings(stored))
    await _bring_episodes_up_to_date(stored)
    outgoing = _outgoing(stored)
    await statuses.take_turns({number_id for number_id, _ in outgoing})
    await statuses.fold_statuses(outgoing)
    await events.record(*_events(stored, threads.values()))
    return stored


async def _only_new(received: Sequence[Received]) -> list[tuple[Received, Id]]:
    """Each message once, and only those that no earlier delivery brought."""
    index = keys.index()
    once: dict[tuple[Id, bytes], tuple[Received, Id]] = {}
    for one in received:
        token = statuses.wamid_token(index, one.key)
        known = once.get((one.number_id, token))
        # A message may come live and in a history chunk: the live form says more.
        if known is None or (known[0].origin == "history" and one.origin != "history"):
            once[one.number_id, token] = one, ids.new_id()
    added = await database.insert(
        "message_key",
        [
            {
                "tenant_id": tenancy.current(),
                "number_id": number_id,
                "token": token,
                "message_id": message_id,
            }
            for (number_id, token), (_, message_id) in sorted(
                once.items(), key=lambda item: item[0]
            )
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="message_id",
    )
    fresh = {row["message_id"] for row in added}
    return [(one, message_id) for one, message_id in once.values() if message_id in fresh]


async def _write_messages(stored: Sequence[Stored]) -> None:
    index = keys.index()
    sealers = await keys.of(one.received.known.subject_id for one in stored)
    await database.insert(
        "message",
        [_message_row(one, index, sealers[one.received.known.subject_id]) for one in stored],
    )


def _message_row(one: Stored, index: Indexer, sealer: Sealer) -> dict[str, object]:
    received, row_id = one.received, one.message_id
    return {
        "tenant_id": tenancy.current(),
        "id": row_id,
        "conversation_id": one.conversation_id,
        "contact_id": received.known.contact_id,
        "subject_id": received.known.subject_id,
        "number_id": received.number_id,
        "direction": received.direction,
        "kind": received.kind,
        "origin": received.origin,
        "provider_at": received.at,
        "received_at": received.received_at,
        "tie": tie(index, received),
        "wamid_token": statuses.wamid_token(index, received.key),
        "wamid_sealed": sealer.seal_text("message.wamid", row_id, received.key),
        "reply_to_token": statuses.wamid_token(index, received.reply_to)
        if received.reply_to
        else None,
        "group_token": index.token("message.group", received.group_id)
        if received.group_id
        else None,
        "body_sealed": sealer.seal_text("message.body", row_id, received.text)
        if received.text
        else None,
        "payload_sealed": sealer.seal("message.payload", row_id, received.update.payload()),
        "status": "accepted" if received.direction == "out" else "received",
    }


async def _write_changes(stored: Sequence[Stored]) -> None:
    index = keys.index()
    sealers = await keys.of(one.received.known.subject_id for one in stored)
    await database.insert(
        "message_change",
        [
            {
                "tenant_id": tenancy.current(),
                "id": one.message_id,
                "conversation_id": one.conversation_id,
                "subject_id": one.received.known.subject_id,
                "target_token": statuses.wamid_token(index, one.received.changes or ""),
                "kind": one.received.kind,
                "body_sealed": sealers[one.received.known.subject_id].seal_text(
                    "message_change.body", one.message_id, one.received.text
                )
                if one.received.text
                else None,
                "at": one.received.at,
            }
            for one in stored
        ],
    )


def _tidings(stored: Sequence[Stored]) -> Iterable[tuple[Id, Tidings]]:
    index = keys.index()
    for one in stored:
        received, at = one.received, one.received.at
        is_said = received.direction != "event" and received.group_id is None
        yield (
            one.conversation_id,
            Tidings(
                said=(at, tie(index, received), one.message_id)
                if is_said and received.changes is None
                else None,
                inbound_at=at if received.opens_window else 0,
                live_at=at if received.is_live else 0,
                moved_at=at if isinstance(received.update, wire.NumberChange) else 0,
            ),
        )


async def _bring_episodes_up_to_date(stored: Sequence[Stored]) -> None:
    index = keys.index()
    said: dict[Id, list[episodes.Said]] = {}
    for one in stored:
        received = one.received
        if received.direction == "event" or received.group_id or received.changes:
            continue
        said.setdefault(one.conversation_id, []).append(
            episodes.Said(received.at, tie(index, received), received.direction)
        )
    await episodes.bring_up_to_date(said)


def _outgoing(stored: Sequence[Stored]) -> list[tuple[Id, bytes]]:
    """Statuses may have come before the message that they are about."""
    index = keys.index()
    return [
        (one.received.number_id, statuses.wamid_token(index, one.received.key))
        for one in stored
        if one.received.direction == "out"
    ]


def _events(stored: Sequence[Stored], threads: Iterable[Thread]) -> Iterable[Event]:
    """What happened, at the platform's time."""
    for thread in threads:
        if thread.is_new:
            yield Event(
                "conversation.started",
                {
                    "conversation": thread.id,
                    "contact": thread.contact_id,
                    "number": thread.number_id,
                },
            )
    for one in stored:
        refs = {
            "message": one.message_id,
            "conversation": one.conversation_id,
            "contact": one.received.known.contact_id,
        }
        if one.received.changes is not None:
            yield Event("message.changed", refs, one.received.at)
            continue
        refs["number"] = one.received.number_id
        if isinstance(one.received.update, wire.Call):
            yield Event("call.received", refs, one.received.at)
        else:
            kind = "message.received" if one.received.direction == "in" else "message.recorded"
            yield Event(kind, refs, one.received.at)


def tie(index: Indexer, received: Received) -> int:
    """Orders messages of one second the same way whatever came first (times are seconds)."""
    return index.tie("message.wamid", received.key)
