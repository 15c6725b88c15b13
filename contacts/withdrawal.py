"""Hearing a withdrawal in what a person wrote, in whatever language (F11).

Better once too often than once too seldom: who is taken off marketing by mistake can come back, who
goes on being written to cannot be given their peace. What is no withdrawal all the same (an order
to be cancelled, a bus stop, `how do I unsubscribe my colleague`) is shown in the tests.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

# Longer texts are letters, forwarded chains and articles; who wants to stop says so at once.
_LONGEST = 300
_ALIKE = str.maketrans(
    {
        "ı": "i",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "æ": "ae",
        "ς": "σ",
        "ى": "ي",
        "ی": "ي",
        "ک": "ك",
        "ـ": None,
    }
)
_STRETCHED = re.compile(r"(\w)\1{2,}")
# These languages set no spaces between words, so a phrase may begin anywhere.
_UNSPACED = ("zh", "ja", "ko", "th")
_UNSPACED_LETTERS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_WORD = re.compile(r"\w+")


def is_withdrawal(text: str, *, is_tapped: bool = False) -> bool:
    """Whether the text asks for no more marketing: a stop word alone, or a phrase that says so.

    `is_tapped`: it stands on a button, where "Cancel" only leaves what the button was about.
    """
    plain = _plain(text)
    if not plain or len(plain) > _LONGEST or (is_tapped and plain in _on_a_button()):
        return False
    return (
        _bare(plain) in _whole()
        or plain in _whole()
        or any(
            phrases.match(plain, word.start())
            for word in _WORD.finditer(plain)
            if (phrases := _by_letter().get(word[0][0]))
        )
        or bool(_UNSPACED_LETTERS.search(plain) and _anywhere().search(plain))
    )


def plain_forms(text: str) -> set[str]:
    """How a text reads without capitals, marks and punctuation, and without courtesies as well."""
    plain = _plain(text)
    return {plain, _bare(plain)}


def _plain(text: str) -> str:
    """Letters and digits in one form: no capitals, marks, punctuation, emoji or stretching."""
    letters = "".join(map(_read, unicodedata.normalize("NFKD", text[: 4 * _LONGEST].casefold())))
    joined = unicodedata.normalize("NFC", letters).translate(_ALIKE)
    return " ".join(_STRETCHED.sub(r"\1", joined).split())


def _read(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind[0] in "LN":
        return letter
    return "" if kind[0] == "M" or kind == "Cf" or letter in "'’`´" else " "


def _bare(plain: str) -> str:
    """Without the greetings and courtesies at either end."""
    words = plain.split()
    while words and words[0] in _polite():
        words.pop(0)
    while words and words[-1] in _polite():
        words.pop()
    return " ".join(words)


@cache
def _polite() -> frozenset[str]:
    return frozenset(map(_plain, _words()["polite"].split()))


@cache
def _on_a_button() -> frozenset[str]:
    return frozenset(map(_plain, _words()["on_a_button"]))


@cache
def _whole() -> frozenset[str]:
    return frozenset(_plain(one) for language in _languages().values() for one in language["whole"])


@cache
def _by_letter() -> dict[str, re.Pattern[str]]:
    """The phrases of languages with spaces by the letter they begin with: thousands of messages a
    second cannot each try them all."""
    found: dict[str, list[str]] = {}
    for name, language in _languages().items():
        for phrase in language["inside"] if name not in _UNSPACED else ():
            for opened in _opened(_unmarked(phrase)):
                found.setdefault(opened[0], []).append(opened)
    return {letter: re.compile("|".join(phrases)) for letter, phrases in found.items()}


@cache
def _anywhere() -> re.Pattern[str]:
    languages = _languages()
    return re.compile(
        "|".join(_unmarked(one) for name in _UNSPACED for one in languages[name]["inside"])
    )


def _languages() -> dict[str, dict[str, list[str]]]:
    return {name: one for name, one in _words().items() if isinstance(one, dict)}


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("withdrawal_words.toml").read_text())


def _unmarked(phrase: str) -> str:
    phrase = phrase.replace("( ~)?", r"(?: \w+){0,4}").replace("~", r"(?:\w+ ){0,4}")
    letters = unicodedata.normalize("NFKD", phrase)
    plain = "".join(letter for letter in letters if unicodedata.category(letter)[0] != "M")
    return unicodedata.normalize("NFC", plain).translate(_ALIKE)


def _opened(phrase: str) -> Iterator[str]:
    """The phrase as several that each begin with a letter: `(a|b)? c` as `a c`, `b c`, ` c`."""
    for part in _alternatives(phrase):
        if not part.startswith("("):
            yield part.lstrip()
            continue
        end = _closing(part)
        rest = part[end + 1 :]
        if rest.startswith("?"):
            rest = rest[1:]
            yield from _opened(rest)
        for inner in _alternatives(part[1:end]):
            yield from _opened(f"{inner}{rest}") if inner.startswith("(") else (inner + rest,)


def _alternatives(phrase: str) -> list[str]:
    parts, depth = [""], 0
    for letter in phrase:
        depth += (letter == "(") - (letter == ")")
        if letter == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _closing(phrase: str) -> int:
    depth = 0
    for place, letter in enumerate(phrase):
        depth += (letter == "(") - (letter == ")")
        if not depth:
            return place
    raise ValueError(phrase)
