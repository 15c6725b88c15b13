"""Interactive messages: buttons, lists, links, flows and requests (contract 2.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from channels.simulator.call import choice_in, list_in, object_in, text_in
from channels.simulator.errors import missing, unsupported, wrong
from channels.simulator.outbox import is_web_url
from channels.simulator.shapes import Json

_BODY = 1024
_LIST_BODY = 4096
_FILES = ("image", "video", "document")
_MOST_ROWS = 10


def interactive(content: Json) -> Json:
    """The content, checked; 131008, 131009 or 100 when it is no good."""
    kind = content.get("type")
    if kind is None:
        raise missing("interactive.type")
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        raise unsupported("interactive.type", f"must be one of {', '.join(_CHECKS)}")
    if kind not in _WITHOUT_BODY:
        body = object_in(content, "body", "interactive.body")
        most = _LIST_BODY if kind == "list" else _BODY
        text_in(body, "text", "interactive.body.text", most)
    if content.get("footer") is not None:
        footer = object_in(content, "footer", "interactive.footer")
        text_in(footer, "text", "interactive.footer.text", 60)
    if content.get("header") is not None:
        _header(object_in(content, "header", "interactive.header"), only_text=kind == "list")
    check(object_in(content, "action", "interactive.action"))
    return content


def _header(header: Json, *, only_text: bool) -> None:
    kinds = ("text",) if only_text else ("text", *_FILES)
    kind = choice_in(header, "type", "interactive.header.type", kinds)
    path = f"interactive.header.{kind}"
    if kind == "text":
        text_in(header, "text", path, 60)
        return
    content = object_in(header, kind, path)
    if content.get("id") is None and not is_web_url(content.get("link")):
        raise missing(f"{path}.id or {path}.link")


def _buttons(action: Json) -> None:
    path = "interactive.action.buttons"
    ids, titles = set(), set()
    for at, button in enumerate(list_in(action, "buttons", path, 3)):
        place = f"{path}[{at}]"
        if not isinstance(button, dict):
            raise unsupported(place, "must be an object")
        choice_in(button, "type", f"{place}.type", ("reply",))
        reply = object_in(button, "reply", f"{place}.reply")
        ids.add(_id(text_in(reply, "id", f"{place}.reply.id", 256), place))
        titles.add(text_in(reply, "title", f"{place}.reply.title", 20))
    count = len(action["buttons"])
    if len(ids) < count:
        raise wrong(path, "the ids of the buttons must be unique")
    if len(titles) < count:
        raise wrong(path, "the titles of the buttons must be unique")


def _list(action: Json) -> None:
    text_in(action, "button", "interactive.action.button", 20)
    path = "interactive.action.sections"
    sections = list_in(action, "sections", path, 10)
    ids: list[str] = []
    for at, section in enumerate(sections):
        place = f"{path}[{at}]"
        if not isinstance(section, dict):
            raise unsupported(place, "must be an object")
        if len(sections) > 1 or section.get("title") is not None:
            text_in(section, "title", f"{place}.title", 24)
        for row_at, row in enumerate(list_in(section, "rows", f"{place}.rows", _MOST_ROWS)):
            ids.append(_row(row, f"{place}.rows[{row_at}]"))
    if len(ids) > _MOST_ROWS:
        raise wrong(path, f"the total row count exceeds the maximum of {_MOST_ROWS}")
    if len(set(ids)) < len(ids):
        raise wrong(path, "the ids of the rows must be unique")


def _row(row: Any, place: str) -> str:
    if not isinstance(row, dict):
        raise unsupported(place, "must be an object")
    text_in(row, "title", f"{place}.title", 24)
    if row.get("description") is not None:
        text_in(row, "description", f"{place}.description", 72, least=0)
    return _id(text_in(row, "id", f"{place}.id", 200), place)


def _link(action: Json) -> None:
    parameters = _parameters(action, "cta_url")
    text_in(parameters, "display_text", "interactive.action.parameters.display_text", 20)
    url = text_in(parameters, "url", "interactive.action.parameters.url", 2000)
    if not is_web_url(url):
        raise wrong("interactive.action.parameters.url", "is not a valid URL")


def _flow(action: Json) -> None:
    path = "interactive.action.parameters"
    parameters = _parameters(action, "flow")
    choice_in(parameters, "flow_message_version", f"{path}.flow_message_version", ("3",))
    if (parameters.get("flow_id") is None) == (parameters.get("flow_name") is None):
        raise missing(f"{path}.flow_id or {path}.flow_name (one of them)")
    text_in(parameters, "flow_cta", f"{path}.flow_cta", 30)
    if parameters.get("flow_action") is not None:
        actions = ("navigate", "data_exchange")
        choice_in(parameters, "flow_action", f"{path}.flow_action", actions)
    if parameters.get("mode") is not None:
        choice_in(parameters, "mode", f"{path}.mode", ("published", "draft"))


def _request(name: str) -> Callable[[Json], None]:
    def check(action: Json) -> None:
        choice_in(action, "name", "interactive.action.name", (name,))

    return check


def _parameters(action: Json, name: str) -> Json:
    choice_in(action, "name", "interactive.action.name", (name,))
    return object_in(action, "parameters", "interactive.action.parameters")


def _id(text: str, place: str) -> str:
    if text != text.strip():
        raise wrong(f"{place}.id", "must not begin or end with a space")
    return text


def _anything(_action: Json) -> None:
    """Kinds that the simulator takes as they are: shops and calls (contract 2.4)."""


_CHECKS: dict[str, Callable[[Json], None]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _link,
    "flow": _flow,
    "location_request_message": _request("send_location"),
    "call_permission_request": _request("call_permission_request"),
    "request_contact_info": _request("request_contact_info"),
    "product": _anything,
    "product_list": _anything,
    "catalog_message": _anything,
    "carousel": _anything,
    "address_message": _anything,
    "voice_call": _anything,
}
_WITHOUT_BODY = {"product", "call_permission_request"}
