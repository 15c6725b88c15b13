"""What a business may say in a message: its shapes, their limits, how they are written.

Pure. A content is checked before anything is stored, kept as JSON in the ledger, and written for
the platform when it leaves; nothing here knows to whom it goes.
"""

from __future__ import annotations

from collections.abc import Iterator

from conversations.content_limits import check, check_authentication, check_file
from conversations.content_shapes import (
    Button,
    ButtonKind,
    Buttons,
    Card,
    CardAddress,
    CardEmail,
    CardName,
    CardOrg,
    CardPhone,
    CardUrl,
    ContactCards,
    ContactInfoRequest,
    Content,
    Interactive,
    LinkButton,
    ListMenu,
    ListRow,
    ListSection,
    Location,
    LocationRequest,
    MediaFile,
    MediaKind,
    Parameter,
    Reaction,
    TemplateButton,
    TemplateMessage,
    Text,
)
from conversations.content_wire import as_json, as_wire, from_json

__all__ = [
    "Button",
    "ButtonKind",
    "Buttons",
    "Card",
    "CardAddress",
    "CardEmail",
    "CardName",
    "CardOrg",
    "CardPhone",
    "CardUrl",
    "ContactCards",
    "ContactInfoRequest",
    "Content",
    "Interactive",
    "LinkButton",
    "ListMenu",
    "ListRow",
    "ListSection",
    "Location",
    "LocationRequest",
    "MediaFile",
    "MediaKind",
    "Parameter",
    "Reaction",
    "TemplateButton",
    "TemplateMessage",
    "Text",
    "as_json",
    "as_wire",
    "check",
    "check_authentication",
    "check_file",
    "file_of",
    "from_json",
    "kind_of",
    "needs_window",
    "shown_text",
]


def kind_of(content: Content) -> str:
    """The kind under which the message is stored: the platform's type of message."""
    match content:
        case Text():
            return "text"
        case MediaFile():
            return content.kind
        case Location():
            return "location"
        case ContactCards():
            return "contacts"
        case Reaction():
            return "reaction"
        case TemplateMessage():
            return "template"
        case _:
            return "interactive"


def needs_window(content: Content) -> bool:
    """Whether it may only go out inside the 24 hours: all but templates (contract 5.1)."""
    return not isinstance(content, TemplateMessage)


def file_of(content: Content) -> MediaFile | None:
    """The one file in it, its own or its header's; an `upload` goes to the platform first."""
    if isinstance(content, MediaFile):
        return content
    if isinstance(content, Buttons | LinkButton | TemplateMessage):
        return content.header if isinstance(content.header, MediaFile) else None
    return None


def shown_text(content: Content) -> str | None:
    """What a person reads and searches, a line for each part; None where there are no words.

    Labels of buttons and rows are part of it, ids and addresses of links are not.
    """
    return "\n".join(line for line in _lines(content) if line) or None


def _lines(content: Content) -> Iterator[str | None]:
    match content:
        case Text() | LocationRequest() | ContactInfoRequest():
            yield content.body
        case MediaFile():
            yield content.caption
        case Location():
            yield ", ".join(filter(None, (content.name, content.address)))
        case ContactCards():
            yield from (card.name.formatted_name for card in content.cards)
        case TemplateMessage():
            yield content.filled
        case Buttons() | ListMenu() | LinkButton():
            if isinstance(content.header, str):
                yield content.header
            yield content.body
            yield content.footer
            yield from _labels(content)
        case Reaction():
            pass


def _labels(content: Buttons | ListMenu | LinkButton) -> Iterator[str | None]:
    match content:
        case Buttons():
            yield from (button.title for button in content.buttons)
        case LinkButton():
            yield content.display_text
        case ListMenu():
            yield content.button
            for section in content.sections:
                yield section.title
                for row in section.rows:
                    yield row.title
                    yield row.description
