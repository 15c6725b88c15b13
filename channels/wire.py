"""WhatsApp webhooks: raw bytes in, frozen updates out. The only place that sees platform objects.

Pure and tolerant: every entry, change and item is walked, and what is unknown, missing or of the
wrong type never raises and is never dropped; at worst it becomes an `Other` (contract, golden
rules). Whether `Delivery.object` is ours to act on is for the caller to judge.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from channels.wire_fields import Place, errors, items, mapping, micros, number, text
from channels.wire_messages import read_echo, read_history_message, read_message
from channels.wire_notices import (
    read_account,
    read_address_book,
    read_call,
    read_preference,
    read_status,
    read_template,
)
from channels.wire_shapes import (
    AccountUpdate,
    AddressBook,
    Call,
    Echo,
    ErrorInfo,
    HistoryNotice,
    InboundMessage,
    Item,
    Media,
    Message,
    NumberChange,
    NumberTrouble,
    Origin,
    Other,
    Person,
    Preference,
    Pricing,
    Status,
    TemplateUpdate,
    Update,
)
from kernel.errors import Invalid

__all__ = [
    "AccountUpdate",
    "AddressBook",
    "Call",
    "Delivery",
    "Echo",
    "ErrorInfo",
    "HistoryNotice",
    "InboundMessage",
    "Media",
    "Message",
    "NumberChange",
    "NumberTrouble",
    "Origin",
    "Other",
    "Person",
    "Preference",
    "Pricing",
    "Status",
    "TemplateUpdate",
    "Update",
    "lane",
    "parse",
    "verify",
]

_PREFIX = "sha256="
# `"field":"messages"` stands in status deliveries too; only the key with its colon means people.
_MESSAGES = re.compile(rb'"messages"\s*:')
_BROKEN = object()
_NUL = b"\\u0000"
# Walks all escapes, so that an escaped backslash before a "u" is never taken for the start of one;
# the group is what cannot be stored: NUL, and a surrogate without its other half.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|u(0000|[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_READERS: dict[str, Callable[[Place, Item], Update | None]] = {
    "messages": read_message,
    "statuses": read_status,
    "message_echoes": read_echo,
    "user_preferences": read_preference,
    "calls": read_call,
    "state_sync": read_address_book,
}
# What follows a history sync as plain messages holds the business's own messages too (4b).
_HISTORY_READERS = {**_READERS, "messages": read_history_message}
_FRAME = frozenset({"metadata", "contacts"})
_ITEM_FIELDS = frozenset(
    {
        "",
        "messages",
        "message_echoes",
        "smb_message_echoes",
        "user_preferences",
        "calls",
        "smb_app_state_sync",
        "history",
        "standby",
    }
)
_ACCOUNT_FIELDS = frozenset(
    {
        "account_update",
        "account_review_update",
        "account_alerts",
        "account_settings_update",
        "phone_number_quality_update",
        "phone_number_name_update",
        "business_capability_update",
        "business_username_updates",
        "security",
        "flows",
    }
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook POST: the platform's object name and its updates in the order of the body."""

    object: str
    updates: tuple[Update, ...]


def verify(body: bytes, header: str | None, secrets: Sequence[str | bytes]) -> bytes | None:
    """The 32 bytes of the signature when one of the live secrets made it, else None.

    The signature is HMAC-SHA256 over the raw body, `X-Hub-Signature-256: sha256=<hex>` in any
    letter case (contract 3.1). An empty secret signs nothing.
    """
    if header is None or len(header) != 71 or not header.startswith(_PREFIX):
        return None
    try:
        claimed = bytes.fromhex(header[7:])
    except ValueError:
        return None
    for secret in secrets:
        key = secret.encode() if isinstance(secret, str) else secret
        if key and hmac.compare_digest(hmac.digest(key, body, "sha256"), claimed):
            return claimed
    return None


def lane(body: bytes) -> int:
    """0 where the body may hold people's messages or preferences, which go first; else 1."""
    if b'"user_preferences"' in body or _MESSAGES.search(body) is not None:
        return 0
    return 1


def parse(body: bytes) -> Delivery:
    """Every update of a delivery, each item once.

    Raises `Invalid` (BROKEN_JSON) only for a body that is no JSON or no object.
    """
    envelope = _read(body)
    updates: list[Update] = []
    for entry in items(envelope.get("entry")):
        if not isinstance(entry, dict):
            updates.append(Other("", None, "", None, entry))
            continue
        waba_id, at = text(entry.get("id")) or "", micros(entry.get("time"))
        changes = entry.get("changes")
        if changes is None:
            updates.append(Other(waba_id, None, "", at, entry))
            continue
        for change in items(changes):
            _walk_change(waba_id, at, change, updates)
    return Delivery(text(envelope.get("object")) or "", tuple(updates))


def _read(body: bytes) -> Item:
    """The JSON object of a body, without NUL and lone surrogates in any text."""
    envelope = _BROKEN if _NUL in body else _loads(body)
    if envelope is _BROKEN:
        # Perhaps broken only by what cannot be stored: what else is broken stays so.
        envelope = _loads(_ESCAPE.sub(_storable, body))
    if envelope is _BROKEN:
        raise Invalid("The body is not JSON.", code="BROKEN_JSON")
    if not isinstance(envelope, dict):
        raise Invalid("The body is not a JSON object.", code="BROKEN_JSON")
    return envelope


def _loads(body: bytes) -> Any:
    # Returns instead of raising: the decoder's error holds the whole body and must not travel on.
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return _BROKEN


def _storable(escape: re.Match[bytes]) -> bytes:
    return escape[0] if escape[1] is None else b""


def _walk_change(waba_id: str, at: int | None, change: Any, updates: list[Update]) -> None:
    """One change: items by their keys, else a template, else the account, else kept raw."""
    if not isinstance(change, dict):
        updates.append(Other(waba_id, None, "", at, change))
        return
    value = change.get("value")
    field = text(change.get("field")) or ""
    if not isinstance(value, dict):
        updates.append(Other(waba_id, None, field, at, change))
        return
    place = Place(waba_id, field, at, value)
    if field in _ITEM_FIELDS and _walk_value(place, value, updates):
        return
    template = read_template(place, value)
    if template is not None:
        updates.append(template)
    elif field in _ACCOUNT_FIELDS:
        updates.append(read_account(place, value))
    else:
        updates.append(place.other(value))


def _walk_value(place: Place, value: Item, updates: list[Update], inner: bool = False) -> bool:
    """All items of a value; False when it has none of the keys under which items stand."""
    readers = _HISTORY_READERS if place.field == "history" else _READERS
    recognised = False
    unknown: Item = {}
    for key, found in value.items():
        reader = readers.get(key)
        if reader is not None:
            for item in items(found):
                update = reader(place, item) if isinstance(item, dict) else None
                updates.append(place.other(item) if update is None else update)
        elif key == "errors":
            if trouble := errors(found):
                updates.append(NumberTrouble(place.phone_number_id, place.waba_id, trouble))
        elif key == "history":
            for chunk in items(found):
                _walk_history(place, chunk, updates)
        elif key == "standby" and not inner:
            for held in items(found):
                _walk_standby(place, value, held, updates)
        else:
            if key not in _FRAME and isinstance(found, list) and found:
                unknown[key] = found
            continue
        recognised = True
    if recognised and unknown:
        updates.append(place.other(unknown))
    return recognised


def _walk_history(place: Place, chunk: Any, updates: list[Update]) -> None:
    """A chunk of a history sync: how far it is, then the messages of each thread (4b)."""
    if not isinstance(chunk, dict):
        updates.append(place.other(chunk))
        return
    progress = mapping(chunk.get("metadata"))
    updates.append(
        HistoryNotice(
            place.phone_number_id,
            place.waba_id,
            number(progress.get("phase")),
            number(progress.get("chunk_order")),
            number(progress.get("progress")),
            errors(chunk.get("errors")),
        )
    )
    for thread in items(chunk.get("threads")):
        if not isinstance(thread, dict):
            updates.append(place.other(thread))
            continue
        for item in items(thread.get("messages")):
            update = None
            if isinstance(item, dict):
                update = read_history_message(place, item, thread.get("id"))
            updates.append(place.other(item) if update is None else update)


def _walk_standby(place: Place, value: Item, held: Any, updates: list[Update]) -> None:
    """What another app answers: the usual lists, one level deeper (4b)."""
    if not isinstance(held, dict):
        updates.append(place.other(held))
        return
    around = {key: held.get(key) or value.get(key) for key in ("metadata", "contacts")}
    deeper = Place(place.waba_id, place.field, place.at, around)
    deeper.origin = "standby"
    if not _walk_value(deeper, held, updates, inner=True):
        updates.append(deeper.other(held))
