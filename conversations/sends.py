"""The one ledger of sends: a row for each recipient, written before anything leaves (F21).

Queueing writes the message into its thread and the send into the ledger, in one commit; the worker
takes it from there (`outbound`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from contacts import Known
from conversations import episodes, gate
from conversations.content import Content, Reaction, TemplateMessage, kind_of, shown_text
from conversations.content_limits import check
from conversations.content_wire import as_json, as_wire
from conversations.statuses import wamid_token
from conversations.threads import Tidings, find_or_start, tell
from kernel import bells, clock, database, events, ids, keys, tenancy
from kernel.database import Batch
from kernel.errors import Conflict, NotFound
from kernel.events import Event
from kernel.ids import Id

BELL = "sends"
SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What somebody wants to say in a thread. `key` makes it one, however often it is asked.

    `about` is the message answered, or the one reacted to.
    """

    conversation_id: Id
    content: Content
    origin: Literal["person", "key"]
    origin_id: Id
    key: str
    about: Id | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """The message as it stands in the thread, and its row in the ledger."""

    message_id: Id
    send_id: Id


class NotSendable(Conflict):
    """The gate said no; `reasons` holds every reason."""

    def __init__(self, reasons: Sequence[gate.Reason]) -> None:
        first = reasons[0]
        super().__init__(first.message, code=first.code, field=(first.field,))
        self.reasons = tuple(reasons)


@database.unit_of_work
async def queue(out: Outgoing) -> Queued:
    """Write a message and its send; the same key again gives the same message.

    Invalid for content that the platform would not take, NotSendable when the gate says no,
    NotFound for a foreign or absent thread. Nothing is written then.
    """
    check(out.content)
    thread = await _thread(out.conversation_id)
    before = await _queued_before(out)
    if before:
        return before
    about = await _wamid(out)
    category = await _let_through(thread, out.content)
    queued = Queued(ids.new_id(), ids.new_id())
    await _write_message(queued, thread, out, about)
    await _write_send(queued, thread, out, about, category)
    await _show_in_thread(queued, thread)
    await events.record(
        Event(
            "send.queued",
            {"send": queued.send_id, "contact": thread["contact_id"], "origin": out.origin},
        )
    )
    database.after_commit(lambda: bells.ring(BELL))
    return queued


async def rulings(asked: Sequence[gate.Asked]) -> dict[Id, tuple[gate.Decision, str]]:
    """What the gate says of each message now, and the category that it counts as."""
    rows = await database.rows(
        database.sql(__file__, "gate_facts"),
        tenancy.current(),
        batch=Batch(
            {
                "id": "uuid",
                "contact_id": "uuid",
                "number_id": "uuid",
                "template_name": "text",
                "template_language": "text",
            },
            [
                [one.id, one.contact_id, one.number_id, one.template_name, one.template_language]
                for one in asked
            ],
        ),
    )
    by_id, now = {one.id: one for one in asked}, clock.now()
    return {row["id"]: gate.rule(by_id[row["id"]], row, now) for row in rows}


async def _thread(conversation_id: Id) -> dict[str, Any]:
    thread = await database.row(
        """SELECT v.id, v.contact_id, v.number_id, c.subject_id
             FROM conversation v
             JOIN contact c ON c.tenant_id = $1::uuid AND c.id = v.contact_id
            WHERE v.tenant_id = $1::uuid AND v.id = $2::uuid AND v.state <> 'merged'""",
        tenancy.current(),
        conversation_id,
    )
    if thread is None:
        raise NotFound("There is no such conversation.", field=("conversation",))
    return thread


async def _queued_before(out: Outgoing) -> Queued | None:
    row = await database.row(
        """SELECT s.id, s.message_id FROM send_key k
             JOIN send s ON s.tenant_id = $1::uuid AND s.id = k.send_id
            WHERE k.tenant_id = $1::uuid AND k.token = $2""",
        tenancy.current(),
        _key_token(out),
    )
    return Queued(row["message_id"], row["id"]) if row else None


async def _wamid(out: Outgoing) -> str | None:
    """The platform's id of the message that is answered or reacted to."""
    if out.about is None:
        return None
    row = await database.row(
        """SELECT id, subject_id, wamid_sealed FROM message
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND conversation_id = $3::uuid""",
        tenancy.current(),
        out.about,
        out.conversation_id,
    )
    sealer = (await keys.of([row["subject_id"]])).get(row["subject_id"]) if row else None
    if row is None or sealer is None or row["wamid_sealed"] is None:
        raise NotFound("There is no such message in this conversation.", field=("about",))
    return sealer.open_text("message.wamid", row["id"], row["wamid_sealed"])


async def _let_through(thread: dict[str, Any], content: Content) -> str:
    asked = gate.Asked.of(thread["id"], thread["contact_id"], thread["number_id"], content)
    decision, category = (await rulings([asked]))[asked.id]
    if decision.ruling == "refuse":
        raise NotSendable(decision.reasons)
    return category


async def _write_message(
    queued: Queued, thread: dict[str, Any], out: Outgoing, about: str | None
) -> None:
    now, subject_id = clock.now(), thread["subject_id"]
    sealer = (await keys.of([subject_id]))[subject_id]
    text = shown_text(out.content)
    await database.insert(
        "message",
        [
            {
                "tenant_id": tenancy.current(),
                "id": queued.message_id,
                "conversation_id": thread["id"],
                "contact_id": thread["contact_id"],
                "subject_id": subject_id,
                "number_id": thread["number_id"],
                "direction": "out",
                "kind": kind_of(out.content),
                "origin": "desk" if out.origin == "person" else "api",
                "author_id": out.origin_id if out.origin == "person" else None,
                "provider_at": now,
                "received_at": now,
                "tie": 0,
                "reply_to_token": wamid_token(keys.index(), about) if about else None,
                "body_sealed": sealer.seal_text("message.body", queued.message_id, text)
                if text
                else None,
                "payload_sealed": sealer.seal(
                    "message.payload",
                    queued.message_id,
                    orjson.dumps(as_wire(out.content, reaction_to=about)),
                ),
                "status": "queued",
            }
        ],
    )


async def _write_send(
    queued: Queued, thread: dict[str, Any], out: Outgoing, about: str | None, category: str
) -> None:
    now, subject_id = clock.now(), thread["subject_id"]
    sealer = (await keys.of([subject_id]))[subject_id]
    is_reaction = isinstance(out.content, Reaction)
    said = {
        "content": orjson.loads(as_json(out.content)),
        "reaction_to": about if is_reaction else None,
        "context": None if is_reaction else about,
    }
    template = out.content if isinstance(out.content, TemplateMessage) else None
    await database.insert(
        "send",
        [
            {
                "tenant_id": tenancy.current(),
                "id": queued.send_id,
                "origin": out.origin,
                "origin_id": out.origin_id,
                "contact_id": thread["contact_id"],
                "subject_id": subject_id,
                "conversation_id": thread["id"],
                "number_id": thread["number_id"],
                "message_id": queued.message_id,
                "kind": kind_of(out.content),
                "category": category,
                "template_name": template.name if template else None,
                "template_language": template.language if template else None,
                "content_sealed": sealer.seal("send.content", queued.send_id, orjson.dumps(said)),
                "state": "queued",
                "decision": '{"ruling":"send"}',
                "due_at": now,
                "lease_until": 0,
                "fence": 0,
                "attempts": 0,
                "created_at": now,
            }
        ],
    )
    added = await database.insert(
        "send_key",
        [{"tenant_id": tenancy.current(), "token": _key_token(out), "send_id": queued.send_id}],
        conflict="ON CONFLICT DO NOTHING",
        returning="send_id",
    )
    if not added:
        raise database.RunAgain  # the same call beside this one was first: find what it wrote


async def _show_in_thread(queued: Queued, thread: dict[str, Any]) -> None:
    now = clock.now()
    known = Known(thread["contact_id"], thread["subject_id"])
    await find_or_start([(known, thread["number_id"])])
    await tell([(thread["id"], Tidings(said=(now, 0, queued.message_id)))])
    await episodes.bring_up_to_date({thread["id"]: [episodes.Said(now, 0, "out")]})


def _key_token(out: Outgoing) -> bytes:
    return keys.index().token("send.key", f"{out.origin_id}|{out.key}")
