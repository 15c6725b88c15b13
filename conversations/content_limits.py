"""Whether the platform takes a content: every limit known beforehand (contract 2.3 to 2.5).

Checked before anything is stored, so that a writer hears at once what would be right. Whether a
template exists and has these variables is not known here.
"""

from __future__ import annotations

import re

from conversations import content_fields as check_that
from conversations.content_fields import LONGEST_OTHER, LONGEST_URL, Path, refused
from conversations.content_shapes import (
    Buttons,
    Card,
    ContactCards,
    ContactInfoRequest,
    Content,
    LinkButton,
    ListMenu,
    Location,
    LocationRequest,
    MediaFile,
    MediaKind,
    Parameter,
    Reaction,
    TemplateMessage,
    Text,
)

LONGEST_TEXT = LONGEST_LIST_BODY = 4096
LONGEST_BODY = LONGEST_CAPTION = 1024
LONGEST_HEADER = LONGEST_FOOTER = 60
LONGEST_LABEL = 20
LONGEST_BUTTON_ID = 256
LONGEST_ROW_ID = 200
LONGEST_ROW_TITLE = LONGEST_SECTION_TITLE = 24
LONGEST_DESCRIPTION = 72
LONGEST_COUPON = 20
LONGEST_CODE = 15
MOST_BUTTONS = 3
MOST_SECTIONS = MOST_ROWS = 10
MOST_CARDS = 257
MOST_TEMPLATE_BUTTONS = 10

_KB, _MB = 1024, 1024 * 1024
# The types and the size of each kind of file; a document may be of any type.
_FILES: dict[MediaKind, tuple[tuple[str, ...], int]] = {
    "image": (("image/jpeg", "image/png"), 5 * _MB),
    "video": (("video/mp4", "video/3gpp"), 16 * _MB),
    "audio": (("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * _MB),
    "sticker": (("image/webp",), 500 * _KB),
    "document": ((), 100 * _MB),
}
_STILL_STICKER = 100 * _KB
_OGG, _OPUS = "audio/ogg", "codecs=opus"

_MIME = re.compile(r"[a-z0-9][a-z0-9.+_-]*/[a-z0-9][a-z0-9.+_-]*")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_WA_ID = re.compile(r"[1-9][0-9]{6,14}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Za-z0-9]{2,4})?")
_VARIABLE = re.compile(r"[a-z0-9_]{1,512}")
_NAME_PARTS = ("first_name", "last_name", "middle_name", "prefix", "suffix")


def check(content: Content) -> None:
    """Nothing, or Invalid with a code, the path of the field and what would be right."""
    match content:
        case Text():
            check_that.text(content.body, LONGEST_TEXT, ("body",))
        case MediaFile():
            _media(content, ())
        case Location():
            _location(content, ())
        case ContactCards():
            check_that.amount(content.cards, MOST_CARDS, ("cards",))
            for at, card in enumerate(content.cards):
                _card(card, ("cards", str(at)))
        case Reaction():
            if content.emoji:
                check_that.emoji(content.emoji, ("emoji",))
        case Buttons():
            _buttons(content)
        case ListMenu():
            _list(content)
        case LinkButton():
            check_that.text(content.body, LONGEST_BODY, ("body",))
            _header_and_footer(content)
            check_that.line(content.display_text, LONGEST_LABEL, ("display_text",))
            check_that.url(content.url, ("url",))
        case LocationRequest() | ContactInfoRequest():
            check_that.text(content.body, LONGEST_BODY, ("body",))
        case TemplateMessage():
            _template(content)


def check_file(
    kind: MediaKind,
    mime: str,
    size: int,
    *,
    voice: bool = False,
    animated: bool | None = None,
    field: Path = ("upload",),
) -> None:
    """Whether a file of this declared type and size (bytes) can go out as that kind (contract 2.3).

    Only an animated sticker may have 500 KB; where that is not known, it passes for one.
    """
    plain, *params = mime.lower().replace(" ", "").replace('"', "").split(";")
    types, most = _FILES[kind]
    if plain not in types if types else not _MIME.fullmatch(plain):
        wanted = ", ".join(types) or "a type as in application/pdf"
        raise refused("WRONG_MEDIA_TYPE", f"What can be sent as {kind}: {wanted}.", field)
    if plain == _OGG and any(one.startswith("codecs=") and one != _OPUS for one in params):
        raise refused("WRONG_MEDIA_TYPE", f"In {_OGG} only the codec opus can be sent.", field)
    if voice and plain != _OGG:
        raise refused("WRONG_MEDIA_TYPE", f"A voice message is {_OGG} with codec opus.", field)
    if size < 1:
        raise refused("EMPTY", "There is nothing in this file.", field)
    if kind == "sticker" and animated is False:
        most = _STILL_STICKER
    if size > most:
        shown = f"{most // _MB} MB" if most >= _MB else f"{most // _KB} KB"
        raise refused("FILE_TOO_LARGE", f"At most {shown} can be sent as {kind}.", field)


def check_authentication(template: TemplateMessage) -> None:
    """What holds besides for category AUTHENTICATION (contract 2.5): a code of at most 15
    characters is the only value of the body, and of the url button at 0."""
    if template.header is not None:
        raise refused("NOT_FITTING", "A template with a code has no header.", ("header",))
    if len(template.body) != 1:
        raise refused("MISSING", "The code, and nothing else, is wanted here.", ("body",))
    code = template.body[0].text
    check_that.line(code, LONGEST_CODE, ("body", "0", "text"))
    if [(one.index, one.kind, one.value) for one in template.buttons] != [(0, "url", code)]:
        raise refused("NOT_FITTING", "One url button at 0, with the same code.", ("buttons",))


def _media(media: MediaFile, path: Path) -> None:
    link, kind = (*path, "link"), media.kind
    if media.link is None and media.upload is None:
        raise refused("MISSING", "A link or an uploaded file is wanted.", link)
    if media.link is not None:
        if media.upload is not None:
            raise refused("NOT_FITTING", "A link or an uploaded file, but not both.", link)
        check_that.url(media.link, link)
    if media.caption is not None and kind in ("audio", "sticker"):
        raise refused("NOT_FITTING", f"A caption cannot go with {kind}.", (*path, "caption"))
    check_that.text(media.caption, LONGEST_CAPTION, (*path, "caption"))
    if media.filename is not None and kind != "document":
        raise refused("NOT_FITTING", "Only a document has a name.", (*path, "filename"))
    check_that.line(media.filename, LONGEST_OTHER, (*path, "filename"))
    if media.voice and kind != "audio":
        raise refused("NOT_FITTING", "Only audio can be a voice message.", (*path, "voice"))


def _header_media(media: MediaFile) -> None:
    if media.kind not in ("image", "video", "document"):
        message = "A header holds an image, a video or a document."
        raise refused("WRONG_MEDIA_TYPE", message, ("header", "kind"))
    if media.caption is not None:
        message = "A file in a header has no caption; the body is its text."
        raise refused("NOT_FITTING", message, ("header", "caption"))
    _media(media, ("header",))


def _location(place: Location, path: Path) -> None:
    if not -90 <= place.latitude <= 90:
        raise refused("BAD_RANGE", "A latitude is from -90 to 90.", (*path, "latitude"))
    if not -180 <= place.longitude <= 180:
        raise refused("BAD_RANGE", "A longitude is from -180 to 180.", (*path, "longitude"))
    check_that.line(place.name, LONGEST_OTHER, (*path, "name"))
    check_that.text(place.address, LONGEST_OTHER, (*path, "address"))


def _card(card: Card, path: Path) -> None:
    check_that.lines(card.name, ("formatted_name", *_NAME_PARTS), (*path, "name"))
    if all(getattr(card.name, part) is None for part in _NAME_PARTS):
        message = "Besides the whole name one of its parts is wanted."
        raise refused("MISSING", message, (*path, "name", "first_name"))
    for at, phone in enumerate(card.phones):
        spot = (*path, "phones", str(at))
        check_that.form(_E164, phone.phone, "A number as in +447700900123.", (*spot, "phone"))
        check_that.form(_WA_ID, phone.wa_id, "Digits as in 447700900123.", (*spot, "wa_id"))
        check_that.lines(phone, ("type",), spot)
    for at, email in enumerate(card.emails):
        spot = (*path, "emails", str(at))
        check_that.lines(email, ("email", "type"), spot)
        check_that.form(_EMAIL, email.email, "As in name@example.org.", (*spot, "email"))
    if card.org is not None:
        check_that.some_lines(card.org, (*path, "org"))
    for at, address in enumerate(card.addresses):
        check_that.some_lines(address, (*path, "addresses", str(at)))
    for at, page in enumerate(card.urls):
        spot = (*path, "urls", str(at))
        check_that.url(page.url, (*spot, "url"), schemes=("https", "http"))
        check_that.lines(page, ("type",), spot)
    check_that.day(card.birthday, (*path, "birthday"))


def _buttons(content: Buttons) -> None:
    check_that.text(content.body, LONGEST_BODY, ("body",))
    _header_and_footer(content)
    check_that.amount(content.buttons, MOST_BUTTONS, ("buttons",))
    spots = [(("buttons", str(at)), one) for at, one in enumerate(content.buttons)]
    for spot, one in spots:
        check_that.reply_id(one.id, LONGEST_BUTTON_ID, (*spot, "id"))
        check_that.line(one.title, LONGEST_LABEL, (*spot, "title"))
    check_that.unique([(one.id, (*spot, "id")) for spot, one in spots], "id")
    check_that.unique([(one.title, (*spot, "title")) for spot, one in spots], "title")


def _list(content: ListMenu) -> None:
    check_that.text(content.body, LONGEST_LIST_BODY, ("body",))
    _header_and_footer(content)
    check_that.line(content.button, LONGEST_LABEL, ("button",))
    check_that.amount(content.sections, MOST_SECTIONS, ("sections",))
    for at, section in enumerate(content.sections):
        spot = ("sections", str(at))
        if section.title is None and len(content.sections) > 1:
            message = "Among several sections each has a title."
            raise refused("MISSING", message, (*spot, "title"))
        check_that.line(section.title, LONGEST_SECTION_TITLE, (*spot, "title"))
        check_that.amount(section.rows, MOST_ROWS, (*spot, "rows"))
    rows = [
        (("sections", str(at), "rows", str(place)), row)
        for at, section in enumerate(content.sections)
        for place, row in enumerate(section.rows)
    ]
    check_that.amount(rows, MOST_ROWS, ("sections",))
    for where, row in rows:
        check_that.reply_id(row.id, LONGEST_ROW_ID, (*where, "id"))
        check_that.line(row.title, LONGEST_ROW_TITLE, (*where, "title"))
        check_that.text(row.description, LONGEST_DESCRIPTION, (*where, "description"))
    check_that.unique([(row.id, (*where, "id")) for where, row in rows], "id")


def _header_and_footer(content: Buttons | ListMenu | LinkButton) -> None:
    if isinstance(content.header, MediaFile):
        _header_media(content.header)
    else:
        check_that.line(content.header, LONGEST_HEADER, ("header",))
    check_that.text(content.footer, LONGEST_FOOTER, ("footer",))


def _template(content: TemplateMessage) -> None:
    check_that.form(
        _TEMPLATE_NAME, content.name, "Up to 512 of a to z, 0 to 9 and underscore.", ("name",)
    )
    check_that.form(_LANGUAGE, content.language, "As in fr or en_US.", ("language",))
    match content.header:
        case Parameter():
            _value(content.header, LONGEST_HEADER, ("header",))
        case MediaFile():
            _header_media(content.header)
        case Location():
            _location(content.header, ("header",))
    for at, value in enumerate(content.body):
        _value(value, LONGEST_BODY, ("body", str(at)))
    _names(content)
    _template_buttons(content)
    check_that.text(content.filled, LONGEST_TEXT, ("filled",))


def _value(value: Parameter, most: int, path: Path) -> None:
    check_that.form(_VARIABLE, value.name, "Of a to z, 0 to 9 and underscore.", (*path, "name"))
    check_that.value_of_variable(value.text, most, (*path, "text"))


def _names(content: TemplateMessage) -> None:
    """A template has named variables or counted ones; in its body no name stands twice."""
    header = [content.header] if isinstance(content.header, Parameter) else []
    values = [*header, *content.body]
    if len({value.name is None for value in values}) > 1:
        raise refused("NOT_FITTING", "Either all values have names or none has.", ("body",))
    named = [(one.name, ("body", str(at), "name")) for at, one in enumerate(content.body)]
    check_that.unique([(name, spot) for name, spot in named if name is not None], "name")


def _template_buttons(content: TemplateMessage) -> None:
    if content.buttons:
        check_that.amount(content.buttons, MOST_TEMPLATE_BUTTONS, ("buttons",))
    for at, button in enumerate(content.buttons):
        spot = ("buttons", str(at))
        if not 0 <= button.index < MOST_TEMPLATE_BUTTONS:
            raise refused("BAD_RANGE", "An index is from 0 to 9.", (*spot, "index"))
        match button.kind:
            case "url":
                check_that.value_of_variable(button.value, LONGEST_URL, (*spot, "value"))
            case "copy_code":
                check_that.line(button.value, LONGEST_COUPON, (*spot, "value"))
            case "quick_reply":
                check_that.line(button.value, LONGEST_BUTTON_ID, (*spot, "value"))
            case "flow":
                check_that.line(button.value, LONGEST_OTHER, (*spot, "value"))
    indexes = [(one.index, ("buttons", str(at), "index")) for at, one in enumerate(content.buttons)]
    check_that.unique(indexes, "index")
