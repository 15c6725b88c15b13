"""The shapes of what a business says, whoever it says it to (contract 2.3 to 2.5).

Any value can stand in them; `content_limits` says whether the platform takes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kernel.ids import Id

MediaKind = Literal["image", "video", "document", "audio", "sticker"]
ButtonKind = Literal["url", "quick_reply", "copy_code", "flow"]


class _Shape:
    """Prints as its name alone: what shows up in a log or a traceback tells nothing said."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


@dataclass(frozen=True, slots=True, repr=False)
class Text(_Shape):
    """Plain words; with `preview_url` the first link in them shows a preview."""

    body: str
    preview_url: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class MediaFile(_Shape):
    """A file, by an https link or as `upload`, a stored file of ours: exactly one of the two.

    `filename` is for documents, `voice` for sound recorded as a voice message (ogg/opus).
    """

    kind: MediaKind
    link: str | None = None
    upload: Id | None = None
    caption: str | None = None
    filename: str | None = None
    voice: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Location(_Shape):
    """A place on the map, in degrees."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class CardName(_Shape):
    """The whole name, and at least one of its parts."""

    formatted_name: str
    first_name: str | None = None
    last_name: str | None = None
    middle_name: str | None = None
    prefix: str | None = None
    suffix: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class CardPhone(_Shape):
    """A number in E.164 (`+447700900123`); `wa_id` its digits, where it is on WhatsApp."""

    phone: str
    type: str | None = None
    wa_id: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class CardEmail(_Shape):
    """An e-mail address."""

    email: str
    type: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class CardOrg(_Shape):
    """Where somebody works; any part may be missing."""

    company: str | None = None
    department: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class CardAddress(_Shape):
    """A postal address; any part may be missing."""

    street: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    country_code: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class CardUrl(_Shape):
    """A web address."""

    url: str
    type: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Card(_Shape):
    """One contact card; `birthday` is YYYY-MM-DD."""

    name: CardName
    phones: tuple[CardPhone, ...] = ()
    emails: tuple[CardEmail, ...] = ()
    org: CardOrg | None = None
    addresses: tuple[CardAddress, ...] = ()
    urls: tuple[CardUrl, ...] = ()
    birthday: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ContactCards(_Shape):
    """Cards of people or firms to pass on."""

    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Reaction(_Shape):
    """One emoji on a message that is named apart; "" takes it back."""

    emoji: str


@dataclass(frozen=True, slots=True, repr=False)
class Button(_Shape):
    """A reply to tap; its `id` comes back."""

    id: str
    title: str


@dataclass(frozen=True, slots=True, repr=False)
class Buttons(_Shape):
    """Words with one to three replies to tap; the header is a text or a file."""

    body: str
    buttons: tuple[Button, ...]
    header: str | MediaFile | None = None
    footer: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ListRow(_Shape):
    """A choice in a list; its `id` comes back."""

    id: str
    title: str
    description: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ListSection(_Shape):
    """Rows under a title, which a list with a single section can do without."""

    rows: tuple[ListRow, ...]
    title: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ListMenu(_Shape):
    """Words with a button that opens a list of up to ten rows."""

    body: str
    button: str
    sections: tuple[ListSection, ...]
    header: str | None = None
    footer: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class LinkButton(_Shape):
    """Words with one button that opens a web page."""

    body: str
    display_text: str
    url: str
    header: str | MediaFile | None = None
    footer: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class LocationRequest(_Shape):
    """Words with a button by which a person sends where they are."""

    body: str


@dataclass(frozen=True, slots=True, repr=False)
class ContactInfoRequest(_Shape):
    """Words with a button by which a person shares their phone number."""

    body: str


@dataclass(frozen=True, slots=True, repr=False)
class Parameter(_Shape):
    """The value of a variable; `name` for templates with named ones, else its place counts."""

    text: str
    name: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class TemplateButton(_Shape):
    """The value of a button that has one; `index` counts all buttons of the template, from 0.

    `value` is the tail of the address (url), the payload that comes back (quick_reply), the coupon
    (copy_code) or the token (flow).
    """

    index: int
    kind: ButtonKind
    value: str


@dataclass(frozen=True, slots=True, repr=False)
class TemplateMessage(_Shape):
    """An approved template with its values; `filled` is how it reads, where that is known."""

    name: str
    language: str
    header: Parameter | MediaFile | Location | None = None
    body: tuple[Parameter, ...] = ()
    buttons: tuple[TemplateButton, ...] = ()
    filled: str | None = None


Interactive = Buttons | ListMenu | LinkButton | LocationRequest | ContactInfoRequest
Content = Text | MediaFile | Location | ContactCards | Reaction | Interactive | TemplateMessage
