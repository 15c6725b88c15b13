"""What is said about consents, on both sides, in eight languages (F9, F11)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import contacts

Meaning = Literal["yes", "no", "start"]
_HERE = Path(__file__).parent


def meaning_of(text: str) -> Meaning | None:
    """What a text comes to where it is all that was said; None where it could be anything."""
    if len(text) > 60:
        return None
    return next(
        (found for one in contacts.plain_forms(text) if (found := _meanings().get(one))), None
    )


def texts_in(locale: str | None) -> Mapping[str, str]:
    """The house's own words in a language, English where it has none in it."""
    return _texts().get((locale or "").partition("-")[0].lower()) or _texts()["en"]


def fill(text: str, **values: str) -> str:
    """The text with its values; braces that name none of them stay as they are."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


@cache
def _meanings() -> dict[str, Meaning]:
    told: dict[Meaning, dict[str, list[str]]] = tomllib.loads(
        (_HERE / "consent_words.toml").read_text()
    )  # type: ignore[assignment]
    return {
        form: meaning
        for meaning, languages in told.items()
        for words in languages.values()
        for word in words
        for form in contacts.plain_forms(word)
        if form
    }


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads((_HERE / "consent_texts.toml").read_text())
