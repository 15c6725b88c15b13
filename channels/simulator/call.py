"""One request to the platform's API, and its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import orjson

from channels.simulator.errors import GraphError, missing, unsupported
from channels.simulator.shapes import Json


@dataclass(slots=True)
class Call:
    """A request whose version prefix is gone; `base_url` is how the caller reached us."""

    method: str
    node: str
    edge: str
    rest: list[str]
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    base_url: str
    _json: Any = None

    def json(self) -> Json:
        """The body as a JSON object, {} when there is none; code 100 for anything else."""
        if self._json is None:
            if not self.body.strip():
                self._json = {}
                return {}
            try:
                self._json = orjson.loads(self.body)
            except orjson.JSONDecodeError:
                raise GraphError(100, "The body is not valid JSON.") from None
            if not isinstance(self._json, dict):
                self._json = None
                raise GraphError(100, "The body has to be a JSON object.")
        return cast(Json, self._json)

    def product(self) -> Json:
        """The body, which has to say that it is for WhatsApp."""
        body = self.json()
        if body.get("messaging_product") != "whatsapp":
            raise GraphError(
                100,
                "messaging_product has to be 'whatsapp'.",
                message="(#100) The parameter messaging_product is required.",
            )
        return body

    def bearer(self) -> str:
        """The token of the Authorization header, or of the query; "" when there is none."""
        kind, _space, token = self.headers.get("authorization", "").partition(" ")
        if kind.lower() in ("bearer", "oauth"):
            return token.strip()
        return self.query.get("access_token", "")


@dataclass(slots=True)
class Answer:
    """What goes back: JSON, or raw bytes of another kind."""

    body: Json | bytes
    status: int = 200
    content_type: str = "application/json; charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)

    def data(self) -> bytes:
        """The bytes to send."""
        return self.body if isinstance(self.body, bytes) else orjson.dumps(self.body)


def text_in(body: Json, name: str, path: str, most: int, *, least: int = 1) -> str:
    """A text that has to be there, of so many characters; 131008, 100 or 131009 otherwise."""
    if name not in body or body[name] is None:
        raise missing(path)
    value = body[name]
    if not isinstance(value, str):
        raise unsupported(path, "must be a string")
    if not least <= len(value) <= most:
        raise GraphError(
            131009, f"{path} has an invalid length. Min length: {least}, max length: {most}."
        )
    return value


def object_in(body: Json, name: str, path: str) -> Json:
    """An object that has to be there."""
    if name not in body or body[name] is None:
        raise missing(path)
    value = body[name]
    if not isinstance(value, dict):
        raise unsupported(path, "must be an object")
    return value


def list_in(body: Json, name: str, path: str, most: int, *, least: int = 1) -> list[Any]:
    """A list that has to be there, of so many entries."""
    if name not in body or body[name] is None:
        raise missing(path)
    value = body[name]
    if not isinstance(value, list):
        raise unsupported(path, "must be a list")
    if not least <= len(value) <= most:
        raise GraphError(131009, f"{path} must have {least} to {most} entries.")
    return value


def choice_in(body: Json, name: str, path: str, choices: tuple[str, ...]) -> str:
    """One of these words."""
    value = body.get(name)
    if value is None:
        raise missing(path)
    if value not in choices:
        raise GraphError(131009, f"{path} must be one of {', '.join(choices)}.")
    return str(value)
