"""What of the demo is nobody else's business: its secrets, and the files that hold them."""

from __future__ import annotations

import hmac
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from kernel import keys
from kernel.keyring import PLATFORM


def secret(purpose: str) -> str:
    """A password, token or secret, made from a random key in the keyring: the same each time, and
    clear nowhere but in the demo's own files."""
    key = keys.keyring().get_or_make(PLATFORM, "demo", "0001")
    return hmac.digest(key, purpose.encode(), "sha256")[:16].hex()


def write(path: Path, document: dict[str, Any]) -> None:
    """Put this JSON in the place of what the file held; only its owner may read it."""
    draft = path.with_suffix(".draft")
    with suppress(FileNotFoundError):
        draft.unlink()
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    draft.replace(path)
