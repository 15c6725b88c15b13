"""One form for all ways of writing: what is read and looked up is this, never the raw text.

Width, case, accents of Latin letters, Arabic vowel marks and forms of alef, typographic quotes and
letters held down ("soooo") make no difference; numbers are all one number.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

_ARABIC_FORMS = str.maketrans("أإآٱىةگ", "اااايهك", "ـ\u200e\u200f\u200b\u200c\u2060\ufeff")
_SAME = str.maketrans("’‘`´؟،。", "''''?,.")
_MARKS = re.compile(r"[\u0610-\u061a\u064b-\u065f\u0670]")
_LATIN_MARKS = re.compile(r"(?<=[a-z])[\u0300-\u036f]+")
_LINKS = re.compile(r"https?://\S+|www\.\S+|[\w.+-]{1,64}@[\w-]{1,63}\.\w[\w.]*|(?<!\w)@\w+")
_NUMBERS = re.compile(r"\d+(?:[.,:/-]\d+)*")
_HELD_DOWN = re.compile(r"([^\W\d_])\1{2,}")
_SPACE = re.compile(r"\s+")
_PICTURES = re.compile(r"[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff]")
_TONES = re.compile(r"[\U0001f3fb-\U0001f3ff\ufe0f]")
_TOKENS = re.compile(r"[^\W\d_\u3400-\u9fff]+(?:'[^\W\d_]+)*|[\u3400-\u9fff]|\d+|[?!]")
_SCRIPTS = (
    ("latin", re.compile(r"[a-z]"), 1),
    ("han", re.compile(r"[\u3400-\u9fff]"), 3),
    ("cyrillic", re.compile(r"[\u0400-\u04ff]"), 1),
    ("arabic", re.compile(r"[\u0600-\u06ff]"), 1),
    (
        "other",
        re.compile(r"[\u0370-\u03ff\u0530-\u05ff\u0700-\u1fff\u3040-\u30ff\uac00-\ud7af]"),
        1,
    ),
)


def normal(text: str) -> str:
    """The text in its one form; what was only marks, spaces and links comes back empty."""
    plain = unicodedata.normalize("NFKC", _LINKS.sub(" ", text)).casefold()
    plain = plain.translate(_ARABIC_FORMS).translate(_SAME)
    if not plain.isascii():
        plain = _LATIN_MARKS.sub("", unicodedata.normalize("NFD", _MARKS.sub("", plain)))
        plain = unicodedata.normalize("NFC", plain)
    return _SPACE.sub(" ", _HELD_DOWN.sub(r"\1\1", _NUMBERS.sub("0", plain))).strip()


def tokens(plain: str) -> list[str]:
    """Words, numbers, question and exclamation marks; a Chinese character each."""
    return _TOKENS.findall(plain)


def spelled(words: Sequence[str]) -> str:
    """Tokens as they were written: Chinese characters stand together."""
    return ("" if "\u3400" <= max(words) <= "\u9fff" else " ").join(words)


def pictures(plain: str) -> list[str]:
    """Its emoji in their order, without tones of skin; a family is one."""
    if not _PICTURES.search(plain):
        return []
    import emoji  # a large table, which processes that read nothing never need

    return [_TONES.sub("", found["emoji"]) for found in emoji.emoji_list(plain)]


def scripts(plain: str) -> Counter[str]:
    """How many letters it has of each script; a Chinese one counts as the three it says."""
    counted = {name: len(letters.findall(plain)) * much for name, letters, much in _SCRIPTS}
    return Counter({name: n for name, n in counted.items() if n})
