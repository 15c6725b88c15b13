"""Reading multipart/form-data, as files are uploaded."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message

from channels.simulator.errors import GraphError


@dataclass(frozen=True, slots=True)
class Part:
    """A field of a form; `filename` is "" for a plain value."""

    name: str
    filename: str
    content_type: str
    data: bytes


def parts_of(content_type: str, body: bytes) -> dict[str, Part]:
    """The fields by name; code 100 when the body is no form."""
    head = Message()
    head["Content-Type"] = content_type
    boundary = head.get_param("boundary")
    if head.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise GraphError(100, "The body has to be multipart/form-data.")
    found: dict[str, Part] = {}
    # The line break before a boundary belongs to it; the first one has none.
    for piece in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:]:
        if piece.startswith(b"--"):
            return found
        lines, separator, data = piece.partition(b"\r\n\r\n")
        if not separator:
            break
        part = _part(lines.decode("utf-8", "replace"), data)
        found[part.name] = part
    raise GraphError(100, "The form is cut short.")


def _part(lines: str, data: bytes) -> Part:
    head = Message()
    for line in lines.split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            head[name.strip()] = value.strip()
    return Part(
        name=str(head.get_param("name", "", "content-disposition")),
        filename=str(head.get_filename("") or ""),
        content_type=head.get("Content-Type", ""),
        data=data,
    )
