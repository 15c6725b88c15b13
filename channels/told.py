"""What the platform told, on its way into the tables, and how each kind of it is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import orjson

from channels import wire
from kernel.ids import Id

# Kept in `platform_update`; messages, statuses, calls and moves have tables of their own.
Kept = (
    wire.Preference
    | wire.AddressBook
    | wire.TemplateUpdate
    | wire.AccountUpdate
    | wire.HistoryNotice
    | wire.NumberTrouble
    | wire.Other
)
_TEMPLATE_FIELDS: Mapping[str, str] = {
    "status": "message_template_status_update",
    "quality": "message_template_quality_update",
    "components": "message_template_components_update",
    "category": "template_category_update",
}
_CODE = re.compile(r"[A-Za-z0-9_.:+-]{1,64}")


@dataclass(frozen=True, slots=True)
class Told:
    """An update with the rows it leads to; `subject_id` where it is about a person."""

    update: wire.Update
    waba_row_id: Id | None
    number_id: Id | None
    subject_id: Id | None
    received_at: int

    @property
    def at(self) -> int:
        """When the platform says it happened, else when it came in."""
        at = getattr(self.update, "at", None)
        return self.received_at if at is None else int(at)


def payload_of(update: wire.Update) -> bytes:
    """The update as JSON: the platform's own object, or its fields where none was kept."""
    if not isinstance(update, wire.Status | wire.HistoryNotice | wire.NumberTrouble):
        return update.payload()
    try:
        return orjson.dumps(update)
    except orjson.JSONEncodeError:
        # Only what was kept raw can lie too deep to be written.
        shallow = tuple(replace(error, raw=None) for error in update.errors)
        if isinstance(update, wire.Status):
            return orjson.dumps(replace(update, errors=shallow, extra={}))
        return orjson.dumps(replace(update, errors=shallow))


def field_of(update: wire.Update) -> str:
    """The webhook field that such an update stands under (contract 4b); "" where none was named."""
    match update:
        case wire.Preference():
            return "user_preferences"
        case wire.AddressBook():
            return "smb_app_state_sync"
        case wire.HistoryNotice():
            return "history"
        case wire.NumberTrouble():
            return "errors"
        case wire.TemplateUpdate():
            return _TEMPLATE_FIELDS[update.kind]
    return code(getattr(update, "field", None))


def event_of(update: wire.Update) -> str:
    """The platform's short word for what happened; "" where there is none."""
    match update:
        case wire.Preference():
            return code(update.value)
        case wire.AddressBook():
            return code(update.action)
        case wire.HistoryNotice():
            return "declined" if update.errors else "progress"
        case wire.NumberTrouble():
            return next((str(one.code) for one in update.errors if one.code is not None), "")
        case wire.TemplateUpdate():
            return code(update.event) or update.kind
        case wire.AccountUpdate():
            return code(update.event)
    return ""


def code(text: str | None) -> str:
    """The text where it is a short code, else "": only codes stand in clear or in events."""
    return text if text is not None and _CODE.fullmatch(text) else ""
