"""A wish to send: checked, asked about at the gate, and written into the ledger (F21).

Queueing writes the message into its thread and the send into the ledger, in one commit; the worker
takes it from there (`outbound`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

import channels
from channels import TemplateFilter
from conversations import ledger
from conversations.asked import Asked
from conversations.content import (
    Content,
    Reaction,
    TemplateMessage,
    check,
    check_authentication,
    check_file,
    file_of,
)
from conversations.filled import fill
from conversations.ledger import Outgoing, Queued, key_token
from conversations.rulings import let_through
from conversations.said import Said
from kernel import database, ids, keys, tenancy
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import Id

_LONGEST_KEY = 255
_PARTIES = ("contact_id", "number_id")


@database.unit_of_work
async def queue(out: Outgoing) -> Queued:
    """Write a message and its send; the same key again gives the same message.

    Invalid for content that the platform would not take, NotSendable when the gate says no,
    NotFound for a foreign or absent thread, message or upload, Conflict (KEY_REUSED) for a key that
    stood for something else. Nothing is written then.
    """
    _check(out)
    thread = await _hold_thread(out.conversation_id)
    about = await _wamid(out)
    before = await _queued_before(out, thread, about)
    if before:
        return before
    await check_upload(out.content)
    asked = Asked.of(
        *_parties(thread),
        out.content,
        out.occasion,
        topic=out.topic,
        origin=out.origin,
        origin_id=out.origin_id,
        pace_kind=out.pace_kind,
        expires_at=out.expires_at,
        words_token=ledger.words_token(thread["contact_id"], out),
    )
    ruled = await let_through(asked)
    category = ruled.category
    shown = await _as_it_reads(out.shown, thread, category) if out.shown else None
    out = replace(out, content=await _as_it_reads(out.content, thread, category), shown=shown)
    queued = Queued(ids.new_id(), ids.new_id())
    await ledger.write(queued, thread, out, about, ruled)
    return queued


def _check(out: Outgoing) -> None:
    if not 1 <= len(out.key) <= _LONGEST_KEY:
        message = f"A key has 1 to {_LONGEST_KEY} characters."
        raise Invalid(message, code="TOO_LONG" if out.key else "EMPTY", field=("key",))
    if isinstance(out.content, Reaction) and out.about is None:
        message = "A reaction needs the message that it is on."
        raise Invalid(message, code="MISSING", field=("in_reply_to",))
    try:
        check(out.content)
    except Invalid as error:
        raise _in_content(error) from None


def _in_content(error: Invalid) -> Invalid:
    return Invalid(error.message, code=error.code, field=("content", *error.field))


async def _hold_thread(conversation_id: Id) -> dict[str, Any]:
    """The thread, held until the unit ends: two calls with one key never run beside each other."""
    thread = await database.row(
        """SELECT v.id, v.contact_id, v.number_id, c.subject_id, n.waba_row_id
             FROM conversation v
             JOIN contact c ON c.tenant_id = $1::uuid AND c.id = v.contact_id
             JOIN number n ON n.tenant_id = $1::uuid AND n.id = v.number_id
            WHERE v.tenant_id = $1::uuid AND v.id = $2::uuid AND v.state <> 'merged'
              FOR UPDATE OF v""",
        tenancy.current(),
        conversation_id,
    )
    if thread is None:
        raise NotFound("There is no such conversation.", field=("conversation",))
    return thread


def _parties(thread: dict[str, Any]) -> tuple[Id, Id, Id]:
    return thread["id"], thread["contact_id"], thread["number_id"]


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
        message = "There is no such message here that went over the platform."
        raise NotFound(message, field=("in_reply_to",))
    return sealer.open_text("message.wamid", row["id"], row["wamid_sealed"])


async def _queued_before(out: Outgoing, thread: dict[str, Any], about: str | None) -> Queued | None:
    row = await database.row(
        """SELECT s.id, s.message_id, s.contact_id, s.number_id, s.subject_id, s.content_sealed
             FROM send_key k
             JOIN send s ON s.tenant_id = $1::uuid AND s.id = k.send_id
            WHERE k.tenant_id = $1::uuid AND k.token = $2""",
        tenancy.current(),
        key_token(out),
    )
    if row is None:
        return None
    sealer = (await keys.of([row["subject_id"]])).get(row["subject_id"])
    is_same = bool(sealer and row["content_sealed"]) and all(
        row[name] == thread[name] for name in _PARTIES
    )
    if sealer and is_same:
        before = Said.open(sealer, row["id"], row["content_sealed"])
        is_same = before.is_like(Said(out.content, about))
    if not is_same:
        message = "This key was used for another message; take a new one for each."
        raise Conflict(message, code="KEY_REUSED", field=("key",))
    return Queued(row["message_id"], row["id"])


async def check_upload(content: Content) -> None:
    """Whether the uploaded file is there and can go out as what it is meant to be."""
    file = file_of(content)
    if file is None or file.upload is None:
        return
    field = ("content", *(() if file is content else ("header",)), "upload")
    upload = (await channels.uploads_by_ids([file.upload])).get(file.upload)
    if upload is None:
        raise NotFound("There is no such upload.", field=field)
    check_file(file.kind, upload.mime, upload.size, voice=file.voice, field=field)


async def _as_it_reads(content: Content, thread: dict[str, Any], category: str) -> Content:
    """A template with the words that the platform has for it."""
    if not isinstance(content, TemplateMessage):
        return content
    if category == "authentication":
        try:
            check_authentication(content)
        except Invalid as error:
            raise _in_content(error) from None
    wanted = TemplateFilter(
        thread["waba_row_id"], ["APPROVED"], languages=[content.language], name=content.name
    )
    found = await channels.template_page(wanted, "ASC", None, 1)
    components = found[0]["components"] if found else None
    return replace(content, filled=fill(orjson.loads(components or "null"), content))
