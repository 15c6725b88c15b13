"""What a message can hold: one type for each shape, all of them `Message`."""

from __future__ import annotations

from enum import Enum
from typing import Any, cast

import strawberry

from api.graphql.described import enum_type, object_type
from api.graphql.permissions import PERSONAL
from api.graphql.scalars import JSON, URL, CurrencyCode, Locale
from api.graphql.schema.media import Media, load_media, load_media_of
from api.graphql.schema.messages import Message, load_mentions, reads
from api.graphql.schema.people import Person


@enum_type
class MediaKind(Enum):
    """What kind of file it is."""

    IMAGE = strawberry.enum_value("image", description="A picture.")
    VIDEO = strawberry.enum_value("video", description="A film.")
    AUDIO = strawberry.enum_value("audio", description="A sound, or a spoken message.")
    DOCUMENT = strawberry.enum_value("document", description="A document.")
    STICKER = strawberry.enum_value("sticker", description="A sticker.")


@object_type
class AdReferral:
    """The advertisement or post from which somebody came, told with their first message."""

    source_type: str | None = strawberry.field(description="ad or post.")
    source_id: str | None = strawberry.field(description="The platform's id of it.")
    source_url: str | None = strawberry.field(description="Its address.")
    headline: str | None = strawberry.field(description="Its headline.")
    body: str | None = strawberry.field(description="Its text.")
    click_id: str | None = strawberry.field(description="The id of the click, for conversions.")


@object_type
class TextMessage(Message):
    """Words."""

    @strawberry.field(description="Whether it was passed on from elsewhere.", directives=[PERSONAL])
    def forwarded(self) -> bool | None:
        context = _part(self.payload, "context")
        return bool(context.get("forwarded") or context.get("frequently_forwarded"))

    @strawberry.field(description="The advertisement it came from.", directives=[PERSONAL])
    def referral(self) -> AdReferral | None:
        told = _part(self.payload, "referral")
        if not told:
            return None
        return AdReferral(
            source_type=_text(told, "source_type"),
            source_id=_text(told, "source_id"),
            source_url=_text(told, "source_url"),
            headline=_text(told, "headline"),
            body=_text(told, "body"),
            click_id=_text(told, "ctwa_clid"),
        )


@object_type
class MediaMessage(Message):
    """A picture, film, sound, document or sticker; `text` is its caption."""

    @strawberry.field(description="What kind of file it is.")
    def media_kind(self) -> MediaKind:
        return MediaKind(self.row["kind"])

    @strawberry.field(description="The file; null where the business sent it by link.")
    def media(self) -> Media | None:
        media_id = self.row["media_id"]
        if media_id is not None:
            return self.asked.loader(load_media).get(media_id)
        return self.asked.loader(load_media_of).get(self.row["id"])

    @strawberry.field(
        description="The address by which the business sent it.", directives=[PERSONAL]
    )
    def link(self) -> URL | None:
        return cast("URL | None", _text(self.content, "link"))

    @strawberry.field(description="The file's name.", directives=[PERSONAL])
    def filename(self) -> str | None:
        return _text(self.content, "filename")

    @strawberry.field(description="Whether it is a spoken message.", directives=[PERSONAL])
    def voice(self) -> bool | None:
        return bool(self.content.get("voice"))


@object_type
class TemplateMessage(Message):
    """A template that the business sent."""

    @strawberry.field(description="The template's name.", directives=[PERSONAL])
    def template_name(self) -> str | None:
        return _text(self.content, "name")

    @strawberry.field(description="The language it was sent in.", directives=[PERSONAL])
    def template_language(self) -> Locale | None:
        code = _text(_part(self.content, "language"), "code") or _text(self.content, "language")
        return Locale(code.replace("_", "-")) if code else None


@object_type
class InteractiveMessage(Message):
    """Something to tap, or the tap on it, or a filled-in form; `text` is what stands on it."""

    @strawberry.field(
        description="What was answered: button, button_reply, list_reply, nfm_reply or newer.",
        directives=[PERSONAL],
    )
    def reply_kind(self) -> str | None:
        if self.row["direction"] == "out":
            return None
        return "button" if self.row["kind"] == "button" else _text(self.content, "type")

    @strawberry.field(
        description="The id that the business gave to what was tapped.", directives=[PERSONAL]
    )
    def reply_id(self) -> str | None:
        return _text(self._reply, "id") or _text(self._reply, "payload")

    @strawberry.field(description="The small print of a list entry.", directives=[PERSONAL])
    def description(self) -> str | None:
        return _text(self._reply, "description")

    @strawberry.field(description="What was filled in, as JSON text.", directives=[PERSONAL])
    def form(self) -> str | None:
        return _text(self._reply, "response_json")

    @property
    def _reply(self) -> dict[str, Any]:
        content = self.content
        return _part(content, str(content.get("type"))) or content


@object_type
class LocationMessage(Message):
    """A place."""

    @strawberry.field(description="Degrees north.", directives=[PERSONAL])
    def latitude(self) -> float | None:
        return _number(self.content, "latitude")

    @strawberry.field(description="Degrees east.", directives=[PERSONAL])
    def longitude(self) -> float | None:
        return _number(self.content, "longitude")

    @strawberry.field(description="What the place is called.", directives=[PERSONAL])
    def name(self) -> str | None:
        return _text(self.content, "name")

    @strawberry.field(description="Its address.", directives=[PERSONAL])
    def address(self) -> str | None:
        return _text(self.content, "address")

    @strawberry.field(description="Where to read more of it.", directives=[PERSONAL])
    def url(self) -> URL | None:
        return cast("URL | None", _text(self.content, "url"))


@object_type
class ContactCard:
    """Somebody's card."""

    name: str | None = strawberry.field(description="The name on it.", directives=[PERSONAL])
    phones: list[str] | None = strawberry.field(
        description="The numbers on it, as written there.", directives=[PERSONAL]
    )


@object_type
class ContactsMessage(Message):
    """Cards of people."""

    @strawberry.field(description="The cards.", directives=[PERSONAL])
    def cards(self) -> list[ContactCard] | None:
        return [
            ContactCard(
                name=_text(_part(card, "name"), "formatted_name"),
                phones=[
                    number for entry in _parts(card, "phones") if (number := _text(entry, "phone"))
                ],
            )
            for card in _parts(self.payload, "contacts")
        ]


@object_type
class ReactionMessage(Message):
    """An emoji on a message, which is `inReplyTo`."""

    @strawberry.field(
        description="The emoji; null where a reaction was taken back.", directives=[PERSONAL]
    )
    def emoji(self) -> str | None:
        return _text(self.content, "emoji")


@object_type
class OrderItem:
    """A line of an order."""

    product_id: str | None = strawberry.field(description="The store's id of the product.")
    quantity: float | None = strawberry.field(description="How many.")
    price: str | None = strawberry.field(description="The price of one, a decimal number.")
    currency: CurrencyCode | None = strawberry.field(description="The currency of the price.")


@object_type
class OrderMessage(Message):
    """An order from the catalogue in the chat; `text` is the note with it."""

    @strawberry.field(description="The platform's id of the catalogue.", directives=[PERSONAL])
    def catalog_id(self) -> str | None:
        return _text(self.content, "catalog_id")

    @strawberry.field(description="What was ordered.", directives=[PERSONAL])
    def items(self) -> list[OrderItem] | None:
        return [
            OrderItem(
                product_id=_text(item, "product_retailer_id"),
                quantity=_number(item, "quantity"),
                price=None if item.get("item_price") is None else str(item["item_price"]),
                currency=cast("CurrencyCode | None", _text(item, "currency")),
            )
            for item in _parts(self.content, "product_items")
        ]


@object_type
class SystemMessage(Message):
    """News of the platform in a thread, such as a changed number."""

    @strawberry.field(description="What happened, in the platform's word.", directives=[PERSONAL])
    def event(self) -> str | None:
        return _text(_part(self.payload, "system"), "type") or str(self.row["kind"])


@object_type
class CallMessage(Message):
    """A call, as an entry in the thread."""

    @strawberry.field(description="connect, terminate, or a call's status.", directives=[PERSONAL])
    def event(self) -> str | None:
        return _text(self.payload, "event") or _text(self.payload, "status")

    @strawberry.field(
        description="Who called: USER_INITIATED or BUSINESS_INITIATED.", directives=[PERSONAL]
    )
    def call_direction(self) -> str | None:
        return _text(self.payload, "direction")

    @strawberry.field(description="How long they spoke, in seconds.", directives=[PERSONAL])
    def duration(self) -> float | None:
        return _number(self.payload, "duration")


@object_type
class UnsupportedMessage(Message):
    """What the platform does not hand over, or a type that is newer than this schema."""

    @strawberry.field(
        description="What kind it is, where the platform tells.", directives=[PERSONAL]
    )
    def reason(self) -> str | None:
        return _text(_part(self.payload, "unsupported"), "type")

    @strawberry.field(description="The message as the platform sent it.", directives=[PERSONAL])
    def raw(self) -> JSON | None:
        return JSON(self.payload) if self.payload else None


@object_type
class NoteMessage(Message):
    """An internal note; it never leaves the house."""

    @strawberry.field(description="The colleagues whom it mentions.")
    def mentions(self) -> list[Person]:
        return cast(list[Person], self.asked.loader(load_mentions).get(self.row["id"]))


_BY_KIND: dict[str, type[Message]] = {
    "text": TextMessage,
    "image": MediaMessage,
    "video": MediaMessage,
    "audio": MediaMessage,
    "document": MediaMessage,
    "sticker": MediaMessage,
    "template": TemplateMessage,
    "interactive": InteractiveMessage,
    "button": InteractiveMessage,
    "location": LocationMessage,
    "contacts": ContactsMessage,
    "reaction": ReactionMessage,
    "order": OrderMessage,
    "system": SystemMessage,
    "call": CallMessage,
    "note": NoteMessage,
}
reads(_BY_KIND, event=SystemMessage, other=UnsupportedMessage)
TYPES: list[type[Message]] = list(dict.fromkeys([*_BY_KIND.values(), UnsupportedMessage]))


def _part(value: dict[str, Any], name: str) -> dict[str, Any]:
    part = value.get(name)
    return part if isinstance(part, dict) else {}


def _parts(value: dict[str, Any], name: str) -> list[dict[str, Any]]:
    parts = value.get(name)
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _text(value: dict[str, Any], name: str) -> str | None:
    """A text of the platform's, which may send numbers for texts."""
    found = value.get(name)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    return found if isinstance(found, str) and found else None


def _number(value: dict[str, Any], name: str) -> float | None:
    """A number of the platform's, which may send texts for numbers."""
    try:
        return float(value[name])
    except (KeyError, TypeError, ValueError):
        return None
