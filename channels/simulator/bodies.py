"""What a message may hold, type by type, with the exact limits (contract 2.1, 2.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from channels.simulator.call import list_in, object_in, text_in
from channels.simulator.errors import missing, unsupported, wrong
from channels.simulator.interactive import interactive
from channels.simulator.outbox import is_web_url
from channels.simulator.shapes import Json

CALLBACK_DATA = 512
_NAME_PARTS = ("first_name", "last_name", "middle_name", "prefix", "suffix")


def content_of(body: Json) -> tuple[str, Json]:
    """The type of a message and what its key holds; 100, 131008 or 131009 when it is no good."""
    kind = body.get("type", "text")
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        raise unsupported("type", f"must be one of {{{', '.join(_CHECKS).upper()}}}")
    return kind, check(body)


def context_of(body: Json) -> str | None:
    """The message that is quoted, if any."""
    if body.get("context") is None:
        return None
    if body.get("type") == "reaction":
        raise wrong("context", "cannot be given with a reaction")
    return text_in(object_in(body, "context", "context"), "message_id", "context.message_id", 512)


def callback_data_of(body: Json) -> str | None:
    """The caller's own words, which come back with every status."""
    if body.get("biz_opaque_callback_data") is None:
        return None
    data = body["biz_opaque_callback_data"]
    if not isinstance(data, str) or len(data) > CALLBACK_DATA:
        raise unsupported(
            "biz_opaque_callback_data", f"must be a string of at most {CALLBACK_DATA} characters"
        )
    return data


def _text(body: Json) -> Json:
    content = object_in(body, "text", "text")
    if isinstance(content.get("body"), str) and len(content["body"]) > 4096:
        raise unsupported("text['body']", "must be at most 4096 characters long.")
    text_in(content, "body", "text.body", 4096)
    if type(content.get("preview_url", False)) is not bool:
        raise unsupported("text.preview_url", "must be a boolean")
    return content


def _media(kind: str, *, caption: bool) -> Callable[[Json], Json]:
    def check(body: Json) -> Json:
        content = object_in(body, kind, kind)
        check_file(content, kind)
        if content.get("caption") is not None:
            if not caption:
                raise unsupported(f"{kind}.caption", "is not supported")
            text_in(content, "caption", f"{kind}.caption", 1024, least=0)
        if content.get("filename") is not None:
            if kind != "document":
                raise unsupported(f"{kind}.filename", "is not supported")
            text_in(content, "filename", "document.filename", 240)
        return content

    return check


def check_file(content: Json, path: str) -> None:
    """A file is named by an id or by a link, not by both."""
    by_id, link = content.get("id"), content.get("link")
    if by_id is None and link is None:
        raise missing(f"{path}.id or {path}.link")
    if by_id is not None and link is not None:
        raise unsupported(path, "takes either id or link")
    if by_id is not None and not isinstance(by_id, str | int):
        raise unsupported(f"{path}.id", "must be a string")
    if link is not None and not is_web_url(link):
        raise wrong(f"{path}.link", "is not a valid URL")


def _location(body: Json) -> Json:
    content = object_in(body, "location", "location")
    for name, most in (("latitude", 90.0), ("longitude", 180.0)):
        if content.get(name) is None:
            raise missing(f"location.{name}")
        try:
            value = float(content[name])
        except (TypeError, ValueError):
            raise wrong(f"location.{name}", "is not a number") from None
        if not -most <= value <= most:
            raise wrong(f"location.{name}", f"must be between -{most:g} and {most:g}")
    for name in ("name", "address"):
        if content.get(name) is not None:
            text_in(content, name, f"location.{name}", 1000, least=0)
    return content


def _contacts(body: Json) -> Json:
    cards = list_in(body, "contacts", "contacts", 257)
    for at, card in enumerate(cards):
        path = f"contacts[{at}]"
        if not isinstance(card, dict):
            raise unsupported(path, "must be an object")
        name = object_in(card, "name", f"{path}.name")
        text_in(name, "formatted_name", f"{path}.name.formatted_name", 1024)
        if not any(name.get(part) for part in _NAME_PARTS):
            raise missing(f"{path}.name.first_name (or another part of the name)")
        for entry in card.get("phones") or []:
            if not isinstance(entry, dict):
                raise unsupported(f"{path}.phones", "must hold objects")
    return {"contacts": cards}


def _reaction(body: Json) -> Json:
    content = object_in(body, "reaction", "reaction")
    text_in(content, "message_id", "reaction.message_id", 512)
    emoji: Any = content.get("emoji")
    if emoji is None:
        raise missing("reaction.emoji")
    if not isinstance(emoji, str):
        raise unsupported("reaction.emoji", "must be a string")
    if len(emoji) > 32 or (emoji and emoji.isascii()):
        raise wrong("reaction.emoji", "must be one emoji")
    return content


def _template(body: Json) -> Json:
    content = object_in(body, "template", "template")
    text_in(content, "name", "template.name", 512)
    language = object_in(content, "language", "template.language")
    text_in(language, "code", "template.language.code", 15)
    components = content.get("components")
    if components is not None and not (
        isinstance(components, list) and all(isinstance(one, dict) for one in components)
    ):
        raise unsupported("template.components", "must be a list of objects")
    return content


_CHECKS: dict[str, Callable[[Json], Json]] = {
    "text": _text,
    "image": _media("image", caption=True),
    "video": _media("video", caption=True),
    "document": _media("document", caption=True),
    "audio": _media("audio", caption=False),
    "sticker": _media("sticker", caption=False),
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": lambda body: interactive(object_in(body, "interactive", "interactive")),
    "template": _template,
}
