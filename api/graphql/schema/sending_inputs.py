"""What a message to send may hold: one input for each shape, exactly one of them given."""

from __future__ import annotations

from enum import Enum
from typing import Any

import strawberry

from api.graphql.described import enum_type, input_type, one_of_type
from api.graphql.scalars import DateTime
from api.graphql.schema.message_kinds import MediaKind
from api.graphql.schema.pace_kinds import PaceKind


@enum_type
class TemplateButtonKind(Enum):
    """What a button of a template takes."""

    URL = strawberry.enum_value("url", description="The tail of its address.")
    QUICK_REPLY = strawberry.enum_value("quick_reply", description="The payload that comes back.")
    COPY_CODE = strawberry.enum_value("copy_code", description="The coupon to copy.")
    FLOW = strawberry.enum_value("flow", description="The token of the form.")


def _field(description: str) -> Any:
    """A field that may be left out."""
    return strawberry.field(default=None, description=description)


def _one(description: str) -> Any:
    """A field of an input of which exactly one is given."""
    return strawberry.field(default=strawberry.UNSET, description=description)


def _needed(description: str) -> Any:
    return strawberry.field(description=description)


@input_type
class TextContent:
    """Words."""

    body: str = _needed("The words: 1 to 4,096 characters.")
    preview_url: bool = strawberry.field(
        default=False, description="Whether the first link in it shows a preview."
    )


@input_type
class MediaContent:
    """A file: by link or upload, one of the two."""

    kind: MediaKind = _needed("As what it is shown.")
    link: str | None = _field("An https address from which the platform fetches it.")
    upload: strawberry.ID | None = _field("What POST /media answered.")
    caption: str | None = _field("Words below it, up to 1,024 characters; not for sound, stickers.")
    filename: str | None = _field("How a document is called.")
    voice: bool = strawberry.field(
        default=False, description="Whether sound (ogg/opus) is a spoken message."
    )


@input_type
class LocationContent:
    """A place on the map."""

    latitude: float = _needed("Degrees north, -90 to 90.")
    longitude: float = _needed("Degrees east, -180 to 180.")
    name: str | None = _field("Its name.")
    address: str | None = _field("Its address.")


@input_type
class CardNameInput:
    """A name: as a whole, and at least one of its parts."""

    formatted_name: str = _needed("The whole name.")
    first_name: str | None = _field("The first name.")
    last_name: str | None = _field("The last name.")
    middle_name: str | None = _field("The middle name.")
    prefix: str | None = _field("What stands before it, as in Dr.")
    suffix: str | None = _field("What stands after it, as in Jr.")


@input_type
class CardPhoneInput:
    """A phone on a card."""

    phone: str = _needed("In E.164, as in +447700900123.")
    type: str | None = _field("As in WORK or HOME.")
    wa_id: str | None = _field("Its digits, where it is on WhatsApp.")


@input_type
class CardEmailInput:
    """An e-mail address on a card."""

    email: str = _needed("The address.")
    type: str | None = _field("As in WORK or HOME.")


@input_type
class CardOrgInput:
    """Where somebody works."""

    company: str | None = _field("The firm.")
    department: str | None = _field("The department.")
    title: str | None = _field("What they are there.")


@input_type
class CardAddressInput:
    """A postal address on a card."""

    street: str | None = _field("Street and number.")
    city: str | None = _field("The city.")
    state: str | None = _field("The state or region.")
    zip: str | None = _field("The postal code.")
    country: str | None = _field("The country.")
    country_code: str | None = _field("The country in two letters.")
    type: str | None = _field("As in WORK or HOME.")


@input_type
class CardUrlInput:
    """A web address on a card."""

    url: str = _needed("The address.")
    type: str | None = _field("As in WORK or HOME.")


@input_type
class ContactCardInput:
    """A contact card to pass on."""

    name: CardNameInput = _needed("The name.")
    phones: list[CardPhoneInput] | None = _field("Phones.")
    emails: list[CardEmailInput] | None = _field("E-mail addresses.")
    org: CardOrgInput | None = _field("Where they work.")
    addresses: list[CardAddressInput] | None = _field("Postal addresses.")
    urls: list[CardUrlInput] | None = _field("Web addresses.")
    birthday: str | None = _field("As YYYY-MM-DD.")


@input_type
class ReactionContent:
    """An emoji on the message that `inReplyTo` names."""

    emoji: str = _needed("One emoji; empty takes it back.")


@one_of_type
class HeaderInput:
    """What stands above the words: a text or a file."""

    text: str | None = _one("Up to 60 characters.")
    media: MediaContent | None = _one("An image, a video or a document, without a caption.")


@input_type
class ReplyButtonInput:
    """A reply to tap."""

    id: str = _needed("What comes back when it is tapped: up to 256 characters.")
    title: str = _needed("What stands on it: up to 20 characters.")


@input_type
class ButtonsContent:
    """Words with one to three replies to tap."""

    body: str = _needed("The words: up to 1,024 characters.")
    buttons: list[ReplyButtonInput] = _needed("One to three.")
    header: HeaderInput | None = _field("What stands above.")
    footer: str | None = _field("What stands below: up to 60 characters.")


@input_type
class ListRowInput:
    """A choice in a list."""

    id: str = _needed("What comes back when it is chosen: up to 200 characters.")
    title: str = _needed("Up to 24 characters.")
    description: str | None = _field("Up to 72 characters.")


@input_type
class ListSectionInput:
    """Choices under a title."""

    rows: list[ListRowInput] = _needed("The choices: at most 10 in the whole list.")
    title: str | None = _field("Up to 24 characters; needed where there are several sections.")


@input_type
class ListContent:
    """Words with a button that opens a list to choose from."""

    body: str = _needed("The words: up to 4,096 characters.")
    button: str = _needed("What stands on the button: up to 20 characters.")
    sections: list[ListSectionInput] = _needed("One to ten.")
    header: str | None = _field("What stands above: up to 60 characters.")
    footer: str | None = _field("What stands below: up to 60 characters.")


@input_type
class LinkButtonContent:
    """Words with one button that opens a web page."""

    body: str = _needed("The words: up to 1,024 characters.")
    display_text: str = _needed("What stands on the button: up to 20 characters.")
    url: str = _needed("The https address that it opens.")
    header: HeaderInput | None = _field("What stands above.")
    footer: str | None = _field("What stands below: up to 60 characters.")


@input_type
class RequestContent:
    """Words with a button by which the customer sends what is asked for."""

    body: str = _needed("The words: up to 1,024 characters.")


@input_type
class TemplateValueInput:
    """The value of a variable."""

    text: str = _needed("The value: no newlines or tabs, at most 4 spaces in a row.")
    name: str | None = _field("The variable's name; left out where variables are counted.")


@one_of_type
class TemplateHeaderInput:
    """What fills the header of a template."""

    text: TemplateValueInput | None = _one("The value of its variable.")
    media: MediaContent | None = _one("An image, a video or a document.")
    location: LocationContent | None = _one("A place.")


@input_type
class TemplateButtonInput:
    """The value of a button that takes one."""

    index: int = _needed("Its place among all buttons of the template, from 0.")
    kind: TemplateButtonKind = _needed("What it takes.")
    value: str = _needed("The value.")


@input_type
class TemplateContent:
    """An approved template with its values."""

    name: str = _needed("The template's name.")
    language: str = _needed("Its language as the platform writes it: en_US.")
    header: TemplateHeaderInput | None = _field("What fills its header, where that has a variable.")
    body: list[TemplateValueInput] | None = _field("The values of its body's variables.")
    buttons: list[TemplateButtonInput] | None = _field("The values of its buttons.")


@one_of_type
class MessageContent:
    """What a message says: exactly one of these."""

    text: TextContent | None = _one("Words.")
    media: MediaContent | None = _one("A picture, film, sound, document or sticker.")
    location: LocationContent | None = _one("A place on the map.")
    contacts: list[ContactCardInput] | None = _one("Contact cards: up to 257.")
    reaction: ReactionContent | None = _one("An emoji on a message.")
    buttons: ButtonsContent | None = _one("Words with replies to tap.")
    menu: ListContent | None = strawberry.field(
        name="list", default=strawberry.UNSET, description="Words with a list to choose from."
    )
    link_button: LinkButtonContent | None = _one("Words with a button to a web page.")
    location_request: RequestContent | None = _one("Asks where the customer is.")
    contact_info_request: RequestContent | None = _one("Asks for the customer's phone number.")
    template: TemplateContent | None = _one("An approved template: also outside the 24 hours.")


@input_type
class MessageSendInput:
    """A message to send."""

    conversation: strawberry.ID = _needed("The thread.")
    content: MessageContent = _needed("What it says.")
    in_reply_to: strawberry.ID | None = _field("The message that it answers or reacts to.")
    key: str | None = _field(
        "Makes it one message however often it is asked for (after a lost answer, a second tap): "
        "1 to 255 characters, a new one for each message."
    )
    topic: strawberry.ID | None = _field(
        "What it is about, where it promotes something: who does not want that is not written to."
    )
    pace_kind: PaceKind | None = _field(
        "What it is to its reader, for the caps and hours that such content keeps to; by itself a "
        "template of marketing is a promotion, and all else serves them. What is said while the "
        "window is open is part of a talk, and keeps to none."
    )
    expires_at: DateTime | None = _field(
        "When it is of no use any more: it does not leave then. What may only leave later waits "
        "until then at most, or a day where this is not told."
    )


@input_type
class MessageRetryInput:
    """A message that was given up and shall be sent again."""

    message: strawberry.ID = _needed("The message.")
