"""Ids of messages and calls."""

from __future__ import annotations

import base64
import secrets


def new_wamid() -> str:
    """A fresh message id."""
    return "wamid." + base64.b64encode(b"\x1c\x18\x22" + secrets.token_bytes(30)).decode()


def new_wacid() -> str:
    """A fresh call id."""
    return "wacid." + base64.b64encode(b"\x1c\x18\x22" + secrets.token_bytes(27)).decode()
