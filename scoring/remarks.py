"""What was said before a silence: remarks of theirs, questions and prices of ours (F38).

Phrases come from `words/silence.toml`; they are looked for in all languages at once, because people
mix them, and a phrase of several words rarely means something else elsewhere.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from scoring.normal import normal, tokens

_FILE = Path(__file__).parent / "words" / "silence.toml"
_LONGEST = 4096
_MARKS = r"€|\$|£|¥|₽|₹|元|块|руб\w*|р\.|eur\b|euros?\b|usd\b|dollars?\b|gbp\b|cny\b|rmb\b|rub\b"
_MARKS += r"|brl\b|reais\b|aed\b|dhs?\b|sar\b|egp\b|idr\b|rp\b|درهم|ريال|جنيه|دولار|يورو"
_AMOUNT = r"(?<!\d)\d{1,9}(?:[., ']\d{1,3}){0,4}(?!\d)"  # longer ones are no prices
_PRICE = re.compile(rf"(?:{_MARKS})\s*({_AMOUNT})|({_AMOUNT})\s*(?:{_MARKS})")
_QUESTION = re.compile(r"[?？؟]")
_FRACTION = re.compile(r"[.,](\d{1,2})$")


def remarks(text: str, wanted: Iterable[str]) -> set[str]:
    """Which of these remarks stand in a text: comparing, deciding, over_budget, vague, hard."""
    plain = normal(text[:_LONGEST])
    return {name for name in wanted if _phrases()[name].search(plain)}


def questions(text: str) -> int:
    """How many questions a text asks, by their marks."""
    return len(_QUESTION.findall(text[:_LONGEST]))


def words(text: str) -> int:
    """How many words a text has; a Chinese character counts as one."""
    return len(tokens(normal(text[:_LONGEST])))


def prices(text: str) -> list[float]:
    """The amounts of money that a text names, in their order; only with a mark of a currency."""
    plain = unicodedata.normalize("NFKC", text[:_LONGEST]).lower()
    found = [one or other for one, other in _PRICE.findall(plain)]
    return [amount for one in found if (amount := _amount(one))]


def _amount(written: str) -> float:
    """1.299,00 and 1,299.00 and 1 299: what stands behind the last mark is a fraction if it is
    short."""
    fraction = _FRACTION.search(written)
    whole = written[: fraction.start()] if fraction else written
    digits = "".join(one for one in whole if one.isdigit())
    return int(digits) + (int(fraction[1]) / 10 ** len(fraction[1]) if fraction else 0.0)


@cache
def _phrases() -> dict[str, re.Pattern[str]]:
    """For each remark, one pattern of its phrases in all languages."""
    found: dict[str, list[str]] = {}
    for language, told in tomllib.loads(_FILE.read_text()).items():
        for remark, phrases in told.items():
            found.setdefault(remark, []).extend(
                _pattern(one, is_spaced=language != "zh") for one in phrases.split()
            )
    return {remark: re.compile("|".join(patterns)) for remark, patterns in found.items()}


def _pattern(phrase: str, *, is_spaced: bool) -> str:
    if not is_spaced:
        return ".{0,6}".join(re.escape(normal(one)) for one in phrase.split("_"))
    pattern, gap = "", ""
    for word in phrase.split("-"):
        if word == "_":
            gap = r"(?:\W+\w+){0,4}?"
            continue
        stem = re.escape(normal(word.removesuffix("*")))
        joint = rf"{gap}\W+" if pattern else r"(?<!\w)"
        pattern, gap = pattern + joint + stem + (r"\w*" if word.endswith("*") else ""), ""
    return pattern + r"(?!\w)"
