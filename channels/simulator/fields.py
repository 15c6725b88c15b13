"""The `fields` of a read, and lists that are given page by page."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

from channels.simulator.call import Call
from channels.simulator.errors import GraphError
from channels.simulator.shapes import Json

_PAGE = 25
_MOST = 1000


def chosen(call: Call, usual: Sequence[str]) -> list[str]:
    """The names in `fields`, without what stands in brackets or behind dots."""
    text = call.query.get("fields", "")
    depth, name, names = 0, "", []
    for letter in text + ",":
        depth += (letter in "({") - (letter in ")}")
        if letter == "," and depth == 0:
            names.append(re.split(r"[.({]", name.strip(), maxsplit=1)[0])
            name = ""
        else:
            name += letter
    return [one for one in names if one] or list(usual)


def read(call: Call, readers: Mapping[str, Callable[[], object]], usual: Sequence[str]) -> Json:
    """The chosen fields with their values; 100 for a field that the node has not."""
    found: Json = {}
    for name in chosen(call, usual):
        if name not in readers:
            raise GraphError(100, message=f"(#100) Tried accessing nonexisting field ({name})")
        value = readers[name]()
        if value is not None:
            found[name] = value
    if "id" in readers:
        found.setdefault("id", readers["id"]())
    return found


def page(call: Call, rows: Sequence[Json]) -> Json:
    """A page of rows with its cursors; 131059 for a cursor that is none."""
    limit = call.query.get("limit", str(_PAGE))
    most = min(int(limit), _MOST) if limit.isascii() and limit.isdecimal() else _PAGE
    start = 0
    if after := call.query.get("after"):
        start = _position(after) + 1
    shown = rows[start : start + max(most, 1)]
    body: Json = {"data": list(shown)}
    if shown:
        last = start + len(shown) - 1
        cursors = {"before": _cursor(start), "after": _cursor(last)}
        body["paging"] = {"cursors": cursors}
        if last + 1 < len(rows):
            query = {**call.query, "after": cursors["after"]}
            query.pop("access_token", None)
            url = f"{call.base_url}/{call.node}/{call.edge}?{urlencode(query)}"
            body["paging"]["next"] = url
    return body


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"row:{position}".encode()).decode()


def _position(cursor: str) -> int:
    try:
        word, _colon, number = base64.urlsafe_b64decode(cursor).decode().partition(":")
        if word == "row":
            return int(number)
    except ValueError:
        pass
    raise GraphError(131059)
