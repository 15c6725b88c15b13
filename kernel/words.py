"""Words as a search compares them: whatever case, accents, marks and width they have.

English, Chinese, Russian, Spanish, German, Portuguese, Arabic, Indonesian and their neighbours: few
people type ё for е, ñ for n, or the marks above and below Arabic letters.
"""

from __future__ import annotations

import re
import unicodedata

# Scripts that put no spaces between words: there pairs of letters stand for words.
UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PARTS = re.compile(f"{UNSPACED.pattern}+|[^{UNSPACED.pattern[1:]}+")
# Accents, Arabic vowel marks with the hamza above and below, the superscript alef, the tatweel.
_MARKS = re.compile(r"[\u0300-\u036f\u064b-\u065f\u0670\u0640]")
# Letters that Arabic writers use for each other at the end or the beginning of a word.
_ALIKE = str.maketrans({"ى": "ي", "ة": "ه", "ٱ": "ا", "ı": "i"})


def words(text: str) -> list[str]:
    """The words of a text, of letters, digits and vowel signs, each as it is compared."""
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold())).translate(_ALIKE)
    folded = unicodedata.normalize("NFKC", bare).casefold()
    return "".join(map(_compared, folded)).split()


def pieces(text: str) -> list[str]:
    """What a body is found by, each once: its words, and pairs of letters of unspaced scripts."""
    found: dict[str, None] = {}
    for word in words(text):
        for part in _PARTS.findall(word):
            if len(part) > 1 and UNSPACED.match(part):
                found |= dict.fromkeys(part[at : at + 2] for at in range(len(part) - 1))
            else:
                found[part] = None
    return list(found)


def _compared(letter: str) -> str:
    if letter.isdecimal():
        return str(int(letter))  # in whichever digits it was written
    return letter if letter.isalnum() or unicodedata.category(letter)[0] == "M" else " "
