"""Bodies as the platform sends them: serialised its way, signed its way (contract 3.1)."""

from __future__ import annotations

import hmac
import json
from typing import Any


def as_platform(obj: Any) -> bytes:
    """Compact JSON with non-ASCII as lower-case escapes and every slash as an escaped one."""
    text = json.dumps(obj, ensure_ascii=True, separators=(",", ":"))
    return text.replace("/", "\\/").encode("ascii")


def sign(body: bytes, secret: str) -> str:
    """The X-Hub-Signature-256 header for these bytes."""
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()
