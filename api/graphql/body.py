"""From the bytes of a request to a GraphQL request: guarded for size, text, depth and shape.

What a JSON parser, a GraphQL library or a database might choke on is refused here with a 400 that
says what is wrong (traps: Strawberry).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

import orjson

from api.graphql.execute import Request
from kernel.errors import Invalid

LARGEST = 1_048_576
_DEEPEST = 40
_MOST_VALUES = 10_000
_JSON = re.compile(
    r"""\s*application/(?:graphql-response\+)?json\s*(?:;\s*charset="?utf-?8"?\s*)?""",
    re.IGNORECASE,
)
_SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
# As itself, and as GraphQL's two ways of escaping it.
_NUL = re.compile(r"\0|\\u(?:0000|\{0+\})")


def read_post(body: bytes, content_type: str) -> Request:
    """The request of a POST body; Invalid names the part that is wrong."""
    if not _JSON.fullmatch(content_type):
        # Browsers send no other type without asking first, nor none at all (CSRF).
        message = "Send the request as application/json, in UTF-8."
        raise Invalid(message, code="UNSUPPORTED_MEDIA_TYPE")
    return _request(_json(body, "The body"))


def read_get(query_string: bytes) -> Request:
    """The request of a GET address."""
    try:
        given = dict(parse_qsl(query_string.decode("ascii"), errors="strict", max_num_fields=20))
    except ValueError:
        raise _wrong("The address is not well formed.") from None
    parts: dict[str, Any] = dict(given)
    for name in ("variables", "extensions"):
        if name in given:
            parts[name] = _json(given[name].encode(), name)
    return _request(parts)


def read_message(payload: object) -> Request:
    """The request of a websocket's subscribe message."""
    return _request(payload)


def _json(text: bytes, name: str) -> Any:
    # The decoder's own error holds the whole text, so it is not passed on.
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    raise _wrong(f"{name} is not JSON in UTF-8.")


def _request(given: object) -> Request:
    if not isinstance(given, dict):
        raise _wrong("The body must be a JSON object with query, variables and operationName.")
    query, variables = given.get("query"), given.get("variables")
    name, extensions = given.get("operationName"), given.get("extensions")
    if extensions is not None and not isinstance(extensions, dict):
        raise _wrong("extensions must be an object or null.", "extensions")
    automatic = (extensions or {}).get("persistedQuery")
    document_hash = _hash(given.get("documentId"), automatic)
    if not isinstance(query, str) and (query is not None or document_hash is None):
        raise _wrong("query must be the text of a GraphQL document.", "query")
    if variables is not None and not isinstance(variables, dict):
        raise _wrong("variables must be an object or null.", "variables")
    if name is not None and not isinstance(name, str):
        raise _wrong("operationName must be a text or null.", "operationName")
    if query is not None and _NUL.search(query):
        raise _wrong("query holds a NUL character, which cannot be kept.", "query")
    _check_values(variables or {})
    return Request(query, variables or {}, name, document_hash, automatic is not None)


def _hash(document_id: object, automatic: object) -> str | None:
    """The SHA-256 by which a document is named, if it is."""
    field = "documentId"
    if document_id is None and automatic is not None:
        field = "extensions"
        document_id = automatic.get("sha256Hash", 0) if isinstance(automatic, dict) else 0
    if document_id is None:
        return None
    found = _SHA256.fullmatch(document_id) if isinstance(document_id, str) else None
    if found is None:
        raise _wrong("A document is named by its SHA-256, in 64 hex digits.", field)
    return found[1]


def _check_values(variables: dict[str, Any]) -> None:
    """Refuse what is nested without reason, and texts that no database takes."""
    level: list[Any] = [variables]
    count = 0
    for _ in range(_DEEPEST):
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below.extend(value)
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
            elif isinstance(value, str) and "\0" in value:
                raise _wrong("A variable holds a NUL character, which cannot be kept.", "variables")
        if not below:
            return
        count += len(below)
        if count > _MOST_VALUES:
            raise _wrong(f"variables hold more than {_MOST_VALUES} values.", "variables")
        level = below
    raise _wrong(f"variables are nested more than {_DEEPEST} levels deep.", "variables")


def _wrong(message: str, *field: str) -> Invalid:
    return Invalid(message, code="BAD_REQUEST", field=field)
