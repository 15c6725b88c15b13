"""The few words of ASGI that the leanest endpoints speak themselves."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

# So many bytes of a body that is too large are read all the same, and thrown away.
_PASSED_OVER = 16 * 1024 * 1024


class BodyTooLarge(Exception):
    """More bytes came than are allowed."""


class ClientGone(Exception):
    """The client went away before its request was complete."""


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The whole body; BodyTooLarge where it is more than `limit` bytes, of which none are kept."""
    declared = header(scope, b"content-length")
    if declared.isdigit() and int(declared) > limit:
        raise await _too_large(receive)
    message = await receive()
    if message["type"] != "http.request":
        raise ClientGone
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        if len(body) > limit:
            raise BodyTooLarge
        return body
    parts, size = [body], len(body)
    while message.get("more_body"):
        if size > limit:
            parts.clear()
            raise await _too_large(receive)
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
    if size > limit:
        raise BodyTooLarge
    return b"".join(parts)


async def _too_large(receive: Receive) -> BodyTooLarge:
    """Take in some of the rest: who is cut off while sending may never see the answer."""
    left, message = _PASSED_OVER, await receive()
    while message["type"] == "http.request" and message.get("more_body") and left > 0:
        left -= len(message.get("body", b""))
        message = await receive()
    return BodyTooLarge("more bytes than are allowed")


def header(scope: Scope, name: bytes) -> str:
    """The value of a header; empty where it is missing."""
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return ""


async def respond(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    """A whole answer; after a refused body the connection is closed, for the rest is unread."""
    head = [*headers, (b"content-length", str(len(body)).encode())]
    if status == 413:
        head.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})
