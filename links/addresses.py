"""Where touchpoints lead: chats with their text filled in, and pictures of links to them."""

from __future__ import annotations

import io
import re
from typing import Literal
from urllib.parse import quote

import segno

from links.queries import TouchpointRow

# A border of four modules, as the standard asks for; a dot of print is 10 pixels.
_BORDER = 4
_SCALE = 10


def prefilled_text(touchpoint: TouchpointRow) -> str:
    """What stands in the chat when somebody comes: the keyword, or a greeting with the code."""
    if touchpoint["keyword"]:
        return touchpoint["keyword"]
    return f"{touchpoint['greeting']} ({touchpoint['code']})".strip()


def chat_link(touchpoint: TouchpointRow, display_phone_number: str) -> str:
    """The address that opens a chat with the number (contract 8: digits alone, text encoded)."""
    digits = re.sub(r"[^0-9]", "", display_phone_number)
    return f"https://wa.me/{digits}?text={quote(prefilled_text(touchpoint), safe='')}"


def picture_of(address: str, form: Literal["svg", "png"]) -> bytes:
    """A QR code of an address that still reads with 15 % of it covered."""
    target = io.BytesIO()
    code = segno.make_qr(address, error="m")
    code.save(target, kind=form, border=_BORDER, scale=_SCALE)
    return target.getvalue()
