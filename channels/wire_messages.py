"""Messages off the wire: what people wrote, what the business wrote elsewhere, who has moved."""

from __future__ import annotations

from typing import Any

from channels.wire_fields import Place, errors, flag, ids, items, mapping, micros, text
from channels.wire_shapes import Echo, InboundMessage, Item, Media, NumberChange, Person

_MOVES = frozenset({"user_changed_number", "customer_changed_number", "user_changed_user_id"})


def read_message(place: Place, item: Item) -> InboundMessage | NumberChange | None:
    """A message by a person, or the news that they moved; None when it has no id."""
    wamid = text(item.get("id"))
    if wamid is None:
        return None
    if item.get("type") == "system":
        move = _number_change(place, wamid, item)
        if move is not None:
            return move
    phone, user_id = ids(item.get("from"), item.get("from_user_id"))
    parent = text(item.get("from_parent_user_id"))
    sender, name = place.people.complete(phone, user_id, parent)
    return _inbound(place, wamid, item, sender, name)


def read_echo(place: Place, item: Item) -> Echo | None:
    """A message by the business from its phone app or another agent; None when it has no id."""
    wamid = text(item.get("id"))
    if wamid is None:
        return None
    phone, user_id = ids(item.get("to"), item.get("to_user_id"))
    parent = text(item.get("to_parent_user_id"))
    recipient, name = place.people.complete(phone, user_id, parent)
    return _echo(place, wamid, item, recipient, name)


def read_history_message(
    place: Place, item: Item, thread_id: Any = None
) -> InboundMessage | Echo | None:
    """A message of a past thread, whose id is the person wherever the message names none.

    An old number change stays a plain message: a newer one may have been acted on long ago.
    """
    wamid = text(item.get("id"))
    if wamid is None:
        return None
    sender = ids(item.get("from"), item.get("from_user_id"))
    target = ids(item.get("to"), item.get("to_user_id"))
    ours = place.display
    to_us = ours is not None and target[0] == ours
    outgoing = not to_us and (target != (None, None) or (ours is not None and sender[0] == ours))
    phone, user_id = target if outgoing else sender
    if phone is None and user_id is None:
        phone, user_id = ids(thread_id)
    parent = text(item.get("to_parent_user_id" if outgoing else "from_parent_user_id"))
    person, name = place.people.complete(phone, user_id, parent)
    read = _echo if outgoing else _inbound
    return read(place, wamid, item, person, name)


def _number_change(place: Place, wamid: str, item: Item) -> NumberChange | None:
    """The move that a system message tells, where both sides are named (contract 4.4)."""
    if place.origin == "history":
        return None
    system = mapping(item.get("system"))
    moved_to = system.get("new_wa_id")
    kind = text(system.get("type")) or ("user_changed_number" if moved_to is not None else "")
    if kind not in _MOVES:
        return None
    if moved_to is None:
        moved_to = system.get("wa_id")
    phone, user_id = ids(moved_to, system.get("user_id"))
    current = Person(phone, user_id, text(system.get("parent_user_id")))
    phone, user_id = ids(item.get("from"), item.get("from_user_id"))
    if user_id == current.user_id:
        user_id = None
    if phone is None:
        phone = ids(system.get("customer"))[0]
    previous = Person(phone, text(system.get("previous_user_id")) or user_id)
    if not (previous.known and current.known):
        return None
    at = micros(item.get("timestamp"))
    return NumberChange(
        place.phone_number_id, place.waba_id, wamid, at, previous, current, kind, item
    )


def _inbound(
    place: Place, wamid: str, item: Item, sender: Person, name: str | None
) -> InboundMessage:
    return InboundMessage(
        **_common(place, wamid, item, name), sender=sender, shared_phone=_shared_phone(item)
    )


def _echo(place: Place, wamid: str, item: Item, recipient: Person, name: str | None) -> Echo:
    phone, user_id = ids(item.get("from"), item.get("from_user_id"))
    sender = Person(phone, user_id)
    return Echo(**_common(place, wamid, item, name), sender=sender, recipient=recipient)


def _common(place: Place, wamid: str, item: Item, name: str | None) -> dict[str, Any]:
    """The fields that inbound messages and echoes share."""
    kind = text(item.get("type")) or "unknown"
    content = item.get(kind)
    if kind in ("edit", "revoke"):
        change = mapping(content)
        original = text(change.get("original_message_id"))
        inner = mapping(change.get("message"))
        shown_kind = text(inner.get("type")) or ""
        content = inner.get(shown_kind)
    else:
        original, shown_kind = None, kind
    content = mapping(content)
    if shown_kind == "interactive":
        content = mapping(content.get(text(content.get("type")) or ""))
    context = mapping(item.get("context"))
    return {
        "phone_number_id": place.phone_number_id,
        "waba_id": place.waba_id,
        "wamid": wamid,
        "at": micros(item.get("timestamp")),
        "kind": kind,
        "profile_name": name,
        "text": _words(shown_kind, content),
        "choice": _choice(shown_kind, content),
        "reply_to": text(context.get("id")),
        "reply_to_from": text(context.get("from")),
        "forwarded": flag(context.get("forwarded")),
        "frequently_forwarded": flag(context.get("frequently_forwarded")),
        "media": _media(content),
        "reaction": _reaction(content) if kind == "reaction" else None,
        "original_wamid": original,
        "group_id": text(item.get("group_id")),
        "referral": mapping(item.get("referral")) or None,
        "product": mapping(context.get("referred_product")) or None,
        "errors": errors(item.get("errors")),
        "origin": place.origin,
        "history_status": text(mapping(item.get("history_context")).get("status")),
        "raw": item,
    }


def _words(kind: str, content: Item) -> str | None:
    """What a person would read in this message; new kinds mostly reuse the old keys."""
    if kind == "reaction":
        return None
    if kind == "location":
        return ", ".join(filter(None, (text(content.get(k)) for k in ("name", "address")))) or None
    for key in ("body", "caption", "text", "title"):
        words = content.get(key)
        if isinstance(words, str) and words:
            return words
    return None


def _choice(kind: str, content: Item) -> str | None:
    """What was tapped, by the name the business gave it; accept or reject for a call permission."""
    if kind == "button":
        return text(content.get("payload"))
    if kind == "interactive":
        return text(content.get("id")) or text(content.get("response"))
    return None


def _media(content: Item) -> Media | None:
    """The file of a message of any kind: what has an id and a MIME type or checksum is one."""
    media_id = text(content.get("id"))
    mime_type, sha256 = text(content.get("mime_type")), text(content.get("sha256"))
    if media_id is None or (mime_type is None and sha256 is None):
        return None
    return Media(
        media_id,
        mime_type,
        sha256,
        text(content.get("url")),
        text(content.get("filename")),
        flag(content.get("voice")),
        flag(content.get("animated")),
    )


def _reaction(content: Item) -> tuple[str, str | None] | None:
    """The message reacted to and the emoji; a missing or empty emoji takes it back (4.3)."""
    target = text(content.get("message_id"))
    return None if target is None else (target, text(content.get("emoji")))


def _shared_phone(item: Item) -> str | None:
    """The number a person gave when asked for it with a request-contact-info button (4.3)."""
    if item.get("type") != "contacts":
        return None
    for card in items(item.get("contacts")):
        if mapping(card).get("origin") != "contact_request":
            continue
        for entry in items(card.get("phones")):
            entry = mapping(entry)
            phone = ids(entry.get("wa_id"))[0] or ids(entry.get("phone"))[0]
            if phone is not None:
                return phone
    return None
