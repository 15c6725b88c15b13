"""Codes of touchpoints: short, opaque, and found again in what people send."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterator

# Nothing that looks like something else: no 0 and O, no 1, I and L.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LENGTH = 8
_CODE = re.compile(rf"(?<![0-9A-Z])[{_ALPHABET}]{{{_LENGTH}}}(?![0-9A-Z])")
# Longer texts are letters that may well hold anything; a prefilled one is short.
_LONGEST_TEXT = 1000
_MOST_CODES = 5


def new_code() -> str:
    """A code of 8 letters and digits; one in 850,000,000,000."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def codes_in(text: str) -> list[str]:
    """What may be codes in a text, in their order; people may have written around them."""
    return _CODE.findall(text[:_LONGEST_TEXT].upper())[:_MOST_CODES]


def is_code(text: str) -> bool:
    """Whether a text has the form of a code."""
    return _CODE.fullmatch(text) is not None


def sign_of_keyword(text: str) -> str:
    """A keyword as it is compared: small letters and digits alone; empty where nothing is left."""
    return " ".join("".join(_plain(text)).split())


def sign_of_ad(ad_id: str | None) -> str:
    """What messages of an ad are recognised by; None stands for those of any ad."""
    return f"ad:{ad_id or '*'}"


def _plain(text: str) -> Iterator[str]:
    for letter in unicodedata.normalize("NFKC", text).casefold():
        yield letter if unicodedata.category(letter)[0] in "LMN" else " "
