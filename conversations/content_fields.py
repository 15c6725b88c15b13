"""Whether one value of a content is fit: its characters, its length, its form.

Each check takes the path of the field and raises Invalid with what would be right. Lengths are
characters (code points). No message repeats what was given.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from kernel.errors import Invalid

Path = tuple[str, ...]

LONGEST_URL = 2000
# Where the platform names no limit.
LONGEST_OTHER = 1024

# Neither C0 nor C1 nor half a surrogate pair; a text may have newlines and tabs, a line may not.
_NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_NOT_IN_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NOT_IN_URL = re.compile(r"[\s\\<>\"]")
_NOT_IN_VALUE = re.compile(r"[\n\t]| {5}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WANTED_SOMETHING = "There has to be something here; leave out what has none."
_WANTED_DAY = "A day of the calendar as YYYY-MM-DD."
# One emoji of any year: a keycap, a flag, or pictures joined by U+200D with a tone, style or tags.
_PICTURE = (
    r"[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf"
    r"\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    r"\U0001f000-\U0001f1e5\U0001f200-\U0001faff\U0001fc00-\U0001fffd]"
    r"[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?\ufe0f?[\U000e0020-\U000e007f]*"
)
_EMOJI = re.compile(
    rf"[0-9#*]\ufe0f?\u20e3|[\U0001f1e6-\U0001f1ff]{{2}}|{_PICTURE}(?:\u200d{_PICTURE})*"
)
_LONGEST_EMOJI = 32


def refused(code: str, message: str, field: Path) -> Invalid:
    """The error to raise."""
    return Invalid(message, code=code, field=field)


def text(value: str | None, most: int, field: Path) -> None:
    """Words that may have several lines; None is fine, blank is not."""
    if value is not None:
        if _NOT_IN_TEXT.search(value):
            message = "No control characters but newline and tab, and no half surrogate pairs."
            raise refused("BAD_CHARACTERS", message, field)
        _length(value, most, field)


def line(value: str | None, most: int, field: Path) -> None:
    """Words on one line; None is fine, blank is not."""
    if value is not None:
        if _NOT_IN_LINE.search(value):
            raise refused("BAD_CHARACTERS", "One line without control characters.", field)
        _length(value, most, field)


def lines(shape: object, names: Collection[str], path: Path) -> None:
    """Fields of a shape for which the platform names no limit, each of one line."""
    for name in names:
        line(getattr(shape, name), LONGEST_OTHER, (*path, name))


def some_lines(shape: Any, path: Path) -> None:
    """All fields of a shape, each of one line, of which at least one says something."""
    names = [field.name for field in fields(shape)]
    if all(getattr(shape, name) is None for name in names):
        raise refused("EMPTY", _WANTED_SOMETHING, path)
    lines(shape, names, path)


def reply_id(value: str, most: int, field: Path) -> None:
    """What comes back when something is tapped; the platform allows no blanks around it."""
    line(value, most, field)
    if value != value.strip():
        raise refused("BAD_CHARACTERS", "No blanks at its beginning or end.", field)


def value_of_variable(value: str, most: int, field: Path) -> None:
    """What stands in for a variable of a template (contract 2.5)."""
    text(value, most, field)
    if _NOT_IN_VALUE.search(value):
        message = "No newlines, no tabs, and at most 4 spaces in a row."
        raise refused("BAD_CHARACTERS", message, field)


def form(pattern: re.Pattern[str], value: str | None, wanted: str, field: Path) -> None:
    """Any other form; `wanted` is what to tell a writer. None is fine."""
    if value is not None and not pattern.fullmatch(value):
        raise refused("BAD_FORM", wanted, field)


def url(value: str, field: Path, *, schemes: Sequence[str] = ("https",)) -> None:
    """A web address with a host and no user name in it."""
    line(value, LONGEST_URL, field)
    try:
        parts = urlsplit(value)
        fits = parts.scheme in schemes and bool(parts.hostname) and "@" not in parts.netloc
        _ = parts.port
    except ValueError:
        fits = False
    if not fits or _NOT_IN_URL.search(value):
        wanted = " or ".join(f"{scheme}://" for scheme in schemes)
        raise refused("BAD_URL", f"A whole address that begins with {wanted}.", field)


def day(value: str | None, field: Path) -> None:
    """A day of the calendar, YYYY-MM-DD. None is fine."""
    form(_DAY, value, _WANTED_DAY, field)
    try:
        date.fromisoformat(value or "2000-01-01")
    except ValueError:
        raise refused("BAD_FORM", _WANTED_DAY, field) from None


def emoji(value: str, field: Path) -> None:
    """One emoji, of any year."""
    units = len(value.encode("utf-16-le", "surrogatepass")) // 2
    if units > _LONGEST_EMOJI or not _EMOJI.fullmatch(value):
        raise refused("BAD_CHARACTERS", "One emoji, or nothing to take it back.", field)


def amount(values: Sequence[object], most: int, field: Path) -> None:
    """At least one of them, and not too many."""
    if not values:
        raise refused("EMPTY", "At least one is wanted here.", field)
    if len(values) > most:
        raise refused("TOO_MANY", f"At most {most}; here are {len(values):,}.", field)


def unique(values: Sequence[tuple[object, Path]], what: str) -> None:
    """No value twice; the path is that of the second."""
    seen: set[object] = set()
    for value, field in values:
        if value in seen:
            raise refused("NOT_UNIQUE", f"Every {what} only once in a message.", field)
        seen.add(value)


def _length(value: str, most: int, field: Path) -> None:
    if not value.strip():
        raise refused("EMPTY", _WANTED_SOMETHING, field)
    if len(value) > most:
        raise refused("TOO_LONG", f"At most {most:,} characters; here are {len(value):,}.", field)
