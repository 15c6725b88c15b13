"""Notices off the wire: statuses, calls, preferences, address book, templates, accounts."""

from __future__ import annotations

from typing import Any

from channels.wire_fields import Place, errors, ids, items, mapping, micros, text
from channels.wire_shapes import (
    AccountUpdate,
    AddressBook,
    Call,
    Item,
    Person,
    Preference,
    Pricing,
    Status,
    TemplateChange,
    TemplateUpdate,
)

_STATUS_KEYS = frozenset(
    {
        "id",
        "status",
        "timestamp",
        "recipient_id",
        "recipient_user_id",
        "recipient_parent_user_id",
        "recipient_type",
        "recipient_participant_id",
        "recipient_participant_user_id",
        "recipient_participant_parent_user_id",
        "biz_opaque_callback_data",
        "pricing",
        "conversation",
        "errors",
    }
)
_PRICING_KEYS = frozenset({"billable", "pricing_model", "type", "category"})
_NO_TALK = (None, None, None)
_CONVERSATION_KEYS = frozenset({"id", "origin", "expiration_timestamp"})
_TEMPLATE_KEYS: tuple[tuple[TemplateChange, frozenset[str]], ...] = (
    ("quality", frozenset({"new_quality_score", "previous_quality_score"})),
    ("category", frozenset({"new_category", "correct_category", "previous_category"})),
    ("status", frozenset({"event"})),
    (
        "components",
        frozenset(
            {
                "message_template_element",
                "message_template_title",
                "message_template_footer",
                "message_template_buttons",
            }
        ),
    ),
)


def read_status(place: Place, item: Item) -> Status | Call | None:
    """A message's status, or a call's; None when it has no id or no status."""
    wamid, status = text(item.get("id")), text(item.get("status"))
    if wamid is None or status is None:
        return None
    timestamp = item.get("timestamp")
    at = micros(timestamp)
    if place.field == "calls" or item.get("type") == "call":
        person = _recipient(place, item)
        return Call(place.phone_number_id, place.waba_id, wamid, status, at, None, person, item)
    extra = {} if item.keys() <= _STATUS_KEYS else _beyond(item, _STATUS_KEYS)
    if at is None and timestamp is not None:
        extra["timestamp"] = timestamp
    recipient = participant = group_id = None
    if item.get("recipient_type") == "group":
        group_id = text(item.get("recipient_id"))
        participant = _participant(place, item)
    else:
        recipient = _recipient(place, item)
        if not recipient.known:
            recipient = None
            extra.update(_present(item, "recipient_id", "recipient_type"))
    data = item.get("biz_opaque_callback_data")
    callback_data = text(data)
    if callback_data is None and data is not None:
        extra["biz_opaque_callback_data"] = data
    price = item.get("pricing")
    pricing = None if price is None else _pricing(price, extra)
    talk = item.get("conversation")
    talk_id, talk_origin, ends = _NO_TALK if talk is None else _conversation(talk, extra)
    return Status(
        place.phone_number_id,
        place.waba_id,
        wamid,
        status,
        at,
        recipient,
        participant,
        group_id,
        callback_data,
        pricing,
        talk_id,
        talk_origin,
        ends,
        errors(item.get("errors")),
        extra,
    )


def read_call(place: Place, item: Item) -> Call | None:
    """A call event; the person is the caller, or the called one where the business calls."""
    call_id, event = text(item.get("id")), text(item.get("event"))
    if call_id is None or event is None:
        return None
    direction = text(item.get("direction"))
    phone, user_id = ids(item.get("from"), item.get("from_user_id"))
    parent = item.get("from_parent_user_id")
    ours = place.display is not None and phone == place.display
    if direction == "BUSINESS_INITIATED" or (direction is None and ours):
        phone, user_id = ids(item.get("to"), item.get("to_user_id"))
        parent = item.get("to_parent_user_id")
    person, _ = place.people.complete(phone, user_id, text(parent))
    at = micros(item.get("timestamp"))
    return Call(place.phone_number_id, place.waba_id, call_id, event, at, direction, person, item)


def read_preference(place: Place, item: Item) -> Preference | None:
    """A marketing preference; the ids beside the value outrank those in `contacts[]`."""
    value = text(item.get("value"))
    if value is None:
        return None
    phone, user_id = ids(item.get("wa_id"), item.get("user_id"))
    person, name = place.people.complete(phone, user_id, text(item.get("parent_user_id")))
    return Preference(
        place.phone_number_id,
        place.waba_id,
        person,
        value,
        text(item.get("category")),
        micros(item.get("timestamp")),
        text(item.get("signup_id")),
        text(item.get("detail")),
        name,
        item,
    )


def read_address_book(place: Place, item: Item) -> AddressBook | None:
    """A change in the phone's address book; None for a kind of entry other than a contact."""
    action, contact = text(item.get("action")), item.get("contact")
    if action is None or not isinstance(contact, dict):
        return None
    phone, user_id = ids(contact.get("phone_number"), contact.get("user_id"))
    return AddressBook(
        place.phone_number_id,
        place.waba_id,
        action,
        Person(phone, user_id, text(contact.get("parent_user_id")), text(contact.get("username"))),
        text(contact.get("full_name")),
        text(contact.get("first_name")),
        micros(mapping(item.get("metadata")).get("timestamp")),
        item,
    )


def read_template(place: Place, value: Item) -> TemplateUpdate | None:
    """A template's news, recognised by its keys first and by the field's name second (4b)."""
    template_id = text(value.get("message_template_id"))
    if template_id is None:
        return None
    kind = next((kind for kind, keys in _TEMPLATE_KEYS if not keys.isdisjoint(value)), None)
    if kind is None:
        kind = next((kind for kind, _ in _TEMPLATE_KEYS if kind in place.field), None)
    if kind is None:
        return None
    told, rejection = mapping(value.get("other_info")), mapping(value.get("rejection_info"))
    category = value.get("new_category") or value.get("message_template_category")
    return TemplateUpdate(
        place.waba_id,
        place.at,
        kind,
        template_id,
        text(value.get("message_template_name")),
        text(value.get("message_template_language")),
        text(value.get("event")),
        text(value.get("reason")),
        text(category),
        text(value.get("previous_category")),
        text(value.get("correct_category")),
        micros(value.get("category_update_timestamp")),
        text(value.get("new_quality_score")),
        text(value.get("previous_quality_score")),
        text(told.get("title")),
        text(rejection.get("reason")) or text(told.get("description")),
        value,
    )


def read_account(place: Place, value: Item) -> AccountUpdate:
    """News about the account or a number; every key may be missing."""
    alert = mapping(value.get("alert_info"))
    event = _first(value, "event", "decision", "status", "type") or text(alert.get("alert_type"))
    reason = (
        _first(value, "reason", "rejection_reason")
        or text(mapping(value.get("violation_info")).get("violation_type"))
        or text(mapping(value.get("disconnection_info")).get("reason"))
    )
    number_id = place.phone_number_id
    if value.get("entity_type") == "PHONE_NUMBER":
        number_id = text(value.get("entity_id")) or number_id
    restrictions = [mapping(one) for one in items(value.get("restriction_info"))]
    return AccountUpdate(
        place.waba_id,
        number_id,
        place.at,
        place.field,
        ids(value.get("display_phone_number"))[0],
        event,
        reason,
        _first(
            value,
            "max_daily_conversations_per_business",
            "max_daily_conversation_per_phone",
            "current_limit",
        ),
        tuple(
            (name, micros(one.get("expiration")))
            for one in restrictions
            if (name := text(one.get("restriction_type"))) is not None
        ),
        text(mapping(value.get("ban_info")).get("waba_ban_state")),
        value,
    )


def _recipient(place: Place, item: Item) -> Person:
    phone, user_id = ids(item.get("recipient_id"), item.get("recipient_user_id"))
    parent = text(item.get("recipient_parent_user_id"))
    return place.people.complete(phone, user_id, parent)[0]


def _participant(place: Place, item: Item) -> Person | None:
    phone, user_id = ids(
        item.get("recipient_participant_id"), item.get("recipient_participant_user_id")
    )
    parent = text(item.get("recipient_participant_parent_user_id"))
    person, _ = place.people.complete(phone, user_id, parent)
    return person if person.known else None


def _pricing(price: Any, extra: Item) -> Pricing | None:
    """The price; what it holds beyond the model stays in `extra` whole."""
    if not isinstance(price, dict):
        extra["pricing"] = price
        return None
    if not price.keys() <= _PRICING_KEYS:
        extra["pricing"] = price
    billable = price.get("billable")
    return Pricing(
        billable if isinstance(billable, bool) else None,
        text(price.get("pricing_model")),
        text(price.get("type")),
        text(price.get("category")),
    )


def _conversation(talk: Any, extra: Item) -> tuple[str | None, str | None, int | None]:
    """Id, origin and expiry of a priced conversation; what is more stays in `extra` whole."""
    if not isinstance(talk, dict):
        extra["conversation"] = talk
        return None, None, None
    if not talk.keys() <= _CONVERSATION_KEYS:
        extra["conversation"] = talk
    origin = text(mapping(talk.get("origin")).get("type"))
    return text(talk.get("id")), origin, micros(talk.get("expiration_timestamp"))


def _beyond(item: Item, known: frozenset[str]) -> Item:
    """The part of an object that the model does not know."""
    return {key: value for key, value in item.items() if key not in known}


def _present(item: Item, *keys: str) -> Item:
    """These keys of an object, where they hold anything."""
    return {key: item[key] for key in keys if item.get(key) is not None}


def _first(value: Item, *keys: str) -> str | None:
    """The first of these keys that holds a text or a whole number."""
    return next((found for key in keys if (found := text(value.get(key))) is not None), None)
