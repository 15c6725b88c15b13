"""The rows that a wish to send makes: the message in its thread, the send in the ledger (F21)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import orjson

from conversations import decisions, episodes
from conversations.asked import Occasion, PaceKind
from conversations.content import Content, TemplateMessage, as_json, file_of, kind_of, shown_text
from conversations.gate import Ruled
from conversations.said import Said
from conversations.statuses import wamid_token
from conversations.threads import Tidings, tell
from kernel import bells, clock, database, events, keys, tenancy
from kernel.events import Event
from kernel.ids import Id
from kernel.seal import Sealer

BELL = "sends"
_SHOWN_ORIGIN = {"person": "desk", "key": "api", "system": "system"}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What somebody wants to say in a thread. `key` makes it one, however often it is asked.

    `about` is the message answered, or the one reacted to. What the house says of itself has the
    origin `system`, by the id of the row for which it speaks; `occasion` names what must still hold
    when it leaves, and `topic`, by its code, what it is about where it promotes something.
    `expires_at` (microseconds) is when it is of no use any more. `shown` is what the thread shows
    in its place, where nobody at the desk is to read it.
    """

    conversation_id: Id
    content: Content
    origin: Literal["person", "key", "system"]
    origin_id: Id
    key: str
    about: Id | None = None
    occasion: Occasion | None = None
    topic: str = ""
    pace_kind: PaceKind = "service"
    expires_at: int | None = None
    shown: Content | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """The message as it stands in the thread, and its row in the ledger."""

    message_id: Id
    send_id: Id


async def write(
    queued: Queued, thread: dict[str, Any], out: Outgoing, about: str | None, ruled: Ruled
) -> None:
    """Write all rows of a wish, part of the caller's unit, which holds the thread."""
    sealer = (await keys.of([thread["subject_id"]]))[thread["subject_id"]]
    await _write_message(queued, thread, out, about, sealer)
    await _write_send(queued, thread, out, about, ruled, sealer)
    await _show_in_thread(queued, thread)
    await tell_queued(queued, thread, out.origin)


async def tell_queued(queued: Queued, thread: dict[str, Any], origin: str) -> None:
    """Say that a send stands in the ledger; whoever sends is woken after the commit."""
    await events.record(
        Event(
            "send.queued",
            {
                "send": queued.send_id,
                "message": queued.message_id,
                "conversation": thread["id"],
                "contact": thread["contact_id"],
                "origin": origin,
            },
        )
    )
    database.after_commit(lambda: bells.ring(BELL))


def key_token(out: Outgoing) -> bytes:
    """What the ledger knows a caller's key by: each caller has keys of their own."""
    return keys.index().token("send.key", f"{out.origin_id}|{out.key}")


def words_token(contact_id: Id, out: Outgoing) -> bytes | None:
    """What the ledger knows the words of a program's template to somebody by; None for others."""
    if out.origin != "key" or not isinstance(out.content, TemplateMessage):
        return None
    words = as_json(replace(out.content, filled=None)).decode()
    return keys.index().token("send.words", f"{contact_id}|{words}")


def message_row(
    message_id: Id, said: Said, sealer: Sealer, *, author_id: Id | None = None, **parties: Any
) -> dict[str, Any]:
    """The row of an outgoing message as its thread shows it; `parties`: its thread, its contact and
    their subject, its number, and its origin."""
    now, text, file = clock.now(), shown_text(said.content), file_of(said.content)
    upload = file.upload if file else None
    # What is shown names the upload; the platform's id of it comes with the attempt.
    shown = said.as_wire({upload: upload} if upload else {})
    return {
        "tenant_id": tenancy.current(),
        "id": message_id,
        **parties,
        "direction": "out",
        "kind": kind_of(said.content),
        "author_id": author_id,
        "media_id": upload,
        "provider_at": now,
        "received_at": now,
        "tie": 0,
        "reply_to_token": wamid_token(keys.index(), said.about) if said.about else None,
        "body_sealed": sealer.seal_text("message.body", message_id, text) if text else None,
        "payload_sealed": sealer.seal("message.payload", message_id, orjson.dumps(shown)),
        "status": "queued",
    }


async def _write_message(
    queued: Queued, thread: dict[str, Any], out: Outgoing, about: str | None, sealer: Sealer
) -> None:
    row = message_row(
        queued.message_id,
        Said(out.shown or out.content, about),
        sealer,
        conversation_id=thread["id"],
        contact_id=thread["contact_id"],
        subject_id=thread["subject_id"],
        number_id=thread["number_id"],
        origin=_SHOWN_ORIGIN[out.origin],
        author_id=out.origin_id if out.origin == "person" else None,
    )
    await database.insert("message", [row | {"kind": kind_of(out.content)}])


async def _write_send(
    queued: Queued,
    thread: dict[str, Any],
    out: Outgoing,
    about: str | None,
    ruled: Ruled,
    sealer: Sealer,
) -> None:
    template = out.content if isinstance(out.content, TemplateMessage) else None
    now = clock.now()
    await database.insert(
        "send",
        [
            {
                "tenant_id": tenancy.current(),
                "id": queued.send_id,
                "origin": out.origin,
                "origin_id": out.origin_id,
                "contact_id": thread["contact_id"],
                "subject_id": thread["subject_id"],
                "conversation_id": thread["id"],
                "number_id": thread["number_id"],
                "message_id": queued.message_id,
                "topic": out.topic,
                "words_token": words_token(thread["contact_id"], out),
                "occasion": out.occasion.kind if out.occasion else None,
                "occasion_id": out.occasion.id if out.occasion else None,
                "kind": kind_of(out.content),
                "category": ruled.category,
                "pace_kind": ruled.pace_kind,
                "template_name": template.name if template else None,
                "template_language": template.language if template else None,
                "content_sealed": Said(out.content, about).seal(sealer, queued.send_id),
                "state": "queued",
                "decision": decisions.of(ruled.decision),
                "due_at": ruled.decision.until or now,
                "expires_at": out.expires_at,
                "lease_until": 0,
                "fence": 0,
                "attempts": 0,
                "created_at": now,
            }
        ],
    )
    added = await database.insert(
        "send_key",
        [{"tenant_id": tenancy.current(), "token": key_token(out), "send_id": queued.send_id}],
        conflict="ON CONFLICT DO NOTHING",
        returning="send_id",
    )
    if not added:
        raise database.RunAgain  # a call in another thread was first: find what it wrote


async def _show_in_thread(queued: Queued, thread: dict[str, Any]) -> None:
    now = clock.now()
    await tell([(thread["id"], Tidings(said=(now, 0, queued.message_id)))])
    await episodes.bring_up_to_date({thread["id"]: [episodes.Said(now, 0, "out")]})
