"""How a content is written: for the platform, and for the ledger.

What goes in here has passed `content_limits.check`.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from functools import cache
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

import orjson

from conversations.content_shapes import (
    Buttons,
    Card,
    ContactCards,
    ContactInfoRequest,
    Content,
    Interactive,
    LinkButton,
    ListMenu,
    Location,
    LocationRequest,
    MediaFile,
    Parameter,
    Reaction,
    TemplateButton,
    TemplateMessage,
    Text,
)
from kernel.errors import Invalid
from kernel.ids import Id

Json = dict[str, Any]

_VERSION = 1
# The names in stored JSON: they stay, whatever becomes of the classes.
_NAMES: dict[str, type[Any]] = {
    "text": Text,
    "media": MediaFile,
    "location": Location,
    "contacts": ContactCards,
    "reaction": Reaction,
    "buttons": Buttons,
    "list": ListMenu,
    "link_button": LinkButton,
    "location_request": LocationRequest,
    "contact_info_request": ContactInfoRequest,
    "template": TemplateMessage,
}
_NAME_OF = {kind: name for name, kind in _NAMES.items()}
_NO_UPLOADS: Mapping[Id, str] = types.MappingProxyType({})


def as_wire(
    content: Content, *, reaction_to: str | None = None, uploads: Mapping[Id, str] = _NO_UPLOADS
) -> Json:
    """The part of a send's body that is the content: its `type`, and its object under that name.

    `reaction_to` is the wamid that a reaction is on, `uploads` the platform's id of each file of
    ours; Invalid with code MISSING when the one that is needed is not there.
    """
    match content:
        case Text():
            text: Json = {"body": content.body}
            if content.preview_url:
                text["preview_url"] = True
            return {"type": "text", "text": text}
        case MediaFile():
            return _media(content, uploads)
        case Location():
            return {"type": "location", "location": _location(content)}
        case ContactCards():
            return {"type": "contacts", "contacts": [_card(card) for card in content.cards]}
        case Reaction():
            if reaction_to is None:
                message = "A reaction needs the message it is on."
                raise Invalid(message, code="MISSING", field=("reaction_to",))
            reaction = {"message_id": reaction_to, "emoji": content.emoji}
            return {"type": "reaction", "reaction": reaction}
        case TemplateMessage():
            return {"type": "template", "template": _template(content, uploads)}
        case _:
            return {"type": "interactive", "interactive": _interactive(content, uploads)}


def as_json(content: Content) -> bytes:
    """The content as kept in the ledger; `from_json` gives it back."""
    return orjson.dumps({"v": _VERSION, "is": _NAME_OF[type(content)], "content": content})


def from_json(data: bytes) -> Content:
    """What `as_json` wrote; Invalid with code BAD_CONTENT for anything else."""
    try:
        stored = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise _bad() from None
    if not isinstance(stored, dict) or stored.get("v") != _VERSION:
        raise _bad()
    kind = _NAMES.get(str(stored.get("is")))
    if kind is None:
        raise _bad()
    return cast(Content, _read(kind, stored.get("content")))


def _media(media: MediaFile, uploads: Mapping[Id, str]) -> Json:
    """A file under its kind: the form of messages, headers and parameters alike."""
    file: Json = {}
    if media.upload is None:
        file["link"] = media.link
    elif media.upload in uploads:
        file["id"] = uploads[media.upload]
    else:
        message = "The file has not been uploaded to the platform yet."
        raise Invalid(message, code="MISSING", field=("upload",))
    if media.caption is not None:
        file["caption"] = media.caption
    if media.filename is not None:
        file["filename"] = media.filename
    if media.voice:
        file["voice"] = True
    return {"type": media.kind, media.kind: file}


def _location(place: Location) -> Json:
    where = {"latitude": _degrees(place.latitude), "longitude": _degrees(place.longitude)}
    return where | _filled({"name": place.name, "address": place.address})


def _degrees(value: float) -> str:
    # Never in powers of ten, and no -0; the eighth decimal is a millimetre.
    return f"{round(value, 8) + 0.0:.8f}".rstrip("0").rstrip(".")


def _card(card: Card) -> Json:
    """Its fields have the platform's names."""
    return _filled(asdict(card))


def _filled(value: Json) -> Json:
    """A copy without the keys that say nothing: None and empty lists."""
    return {key: _plain(one) for key, one in value.items() if one not in (None, ())}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return _filled(value) if isinstance(value, dict) else value


def _interactive(content: Interactive, uploads: Mapping[Id, str]) -> Json:
    kind, action = _action(content)
    whole: Json = {"type": kind}
    if isinstance(content, Buttons | ListMenu | LinkButton):
        if isinstance(content.header, MediaFile):
            whole["header"] = _media(content.header, uploads)
        elif content.header is not None:
            whole["header"] = {"type": "text", "text": content.header}
        if content.footer is not None:
            whole["footer"] = {"text": content.footer}
    return whole | {"body": {"text": content.body}, "action": action}


def _action(content: Interactive) -> tuple[str, Json]:
    """The platform's name of the kind, and what there is to tap."""
    match content:
        case Buttons():
            replies = [
                {"type": "reply", "reply": {"id": one.id, "title": one.title}}
                for one in content.buttons
            ]
            return "button", {"buttons": replies}
        case ListMenu():
            sections = [_filled(asdict(section)) for section in content.sections]
            return "list", {"button": content.button, "sections": sections}
        case LinkButton():
            parameters = {"display_text": content.display_text, "url": content.url}
            return "cta_url", {"name": "cta_url", "parameters": parameters}
        case LocationRequest():
            return "location_request_message", {"name": "send_location"}
        case ContactInfoRequest():
            return "request_contact_info", {"name": "request_contact_info"}


def _template(content: TemplateMessage, uploads: Mapping[Id, str]) -> Json:
    components: list[Json] = []
    if content.header is not None:
        components.append({"type": "header", "parameters": [_header(content.header, uploads)]})
    if content.body:
        components.append({"type": "body", "parameters": [_value(one) for one in content.body]})
    components += [_template_button(button) for button in content.buttons]
    whole: Json = {"name": content.name, "language": {"code": content.language}}
    return whole | {"components": components} if components else whole


def _header(header: Parameter | MediaFile | Location, uploads: Mapping[Id, str]) -> Json:
    match header:
        case Parameter():
            return _value(header)
        case MediaFile():
            return _media(header, uploads)
        case Location():
            return {"type": "location", "location": _location(header)}


def _value(value: Parameter) -> Json:
    named = {} if value.name is None else {"parameter_name": value.name}
    return {"type": "text", **named, "text": value.text}


def _template_button(button: TemplateButton) -> Json:
    value: Json
    match button.kind:
        case "url":
            value = {"type": "text", "text": button.value}
        case "quick_reply":
            value = {"type": "payload", "payload": button.value}
        case "copy_code":
            value = {"type": "coupon_code", "coupon_code": button.value}
        case "flow":
            value = {"type": "action", "action": {"flow_token": button.value}}
    return {
        "type": "button",
        "sub_type": button.kind,
        "index": str(button.index),
        "parameters": [value],
    }


def _read(hint: Any, value: Any) -> Any:
    """The value as the type hint of a field says it; Invalid when it is nothing of the kind."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is types.UnionType:
        for one in inner:
            try:
                return _read(one, value)
            except Invalid:
                continue
    elif origin is tuple:
        if isinstance(value, list):
            return tuple(_read(inner[0], one) for one in value)
    elif origin is Literal:
        if value in inner:
            return value
    elif is_dataclass(hint):
        shape = cast(Callable[..., Any], hint)
        hints, needed = _hints(shape)
        if isinstance(value, dict) and needed <= value.keys() <= hints.keys():
            return shape(**{key: _read(hints[key], one) for key, one in value.items()})
    elif type(value) is hint or (hint is float and type(value) is int):
        return hint(value) if hint is float else value
    raise _bad()


@cache
def _hints(shape: Any) -> tuple[Json, set[str]]:
    """The types of a shape's fields, and the names of those that have no default."""
    return get_type_hints(shape), {one.name for one in fields(shape) if one.default is MISSING}


def _bad() -> Invalid:
    return Invalid("That is no content as it is kept.", code="BAD_CONTENT")
