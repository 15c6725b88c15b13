"""What the model sees of a text: pieces of words, words, rows of words, and cues beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from scoring import intent_words
from scoring.mood_words import Weighed
from scoring.normal import tokens

# What a piece begins with: letters, a single word or emoji, two or three words in a row.
LETTERS, WORD, ROW = "l", "w", "r"
CUES = (
    *("good", "bad", "net", "good pictures", "bad pictures", "cries", "asks", "length"),
    *("good > 0", "good > 1", "good > 2", "good > 4", "bad > 0", "bad > 1", "bad > 2", "bad > 4"),
    *("nothing said", "both said"),
    *intent_words.CUES,
)

_LETTER_SIZES = (2, 3, 4, 5)
_ROW_SIZES = (2, 3)
_MOST = 6.0
_STEPS = (0.5, 1.5, 2.5, 4.5)
_LONG = 160


def pieces(plain: str, shown: Sequence[str]) -> list[str]:
    """Each piece of a normal text and its emoji, once, marked with its kind."""
    words = tokens(plain)
    found = chain(
        chain.from_iterable(_parts(f" {word} ") for word in plain.split(" ")),
        (WORD + one for one in chain(words, shown)),
        _rows(["^", *words, "$"]),
    )
    return list(dict.fromkeys(found))


def cues(plain: str, languages: Sequence[str], said: Weighed, shown: Weighed) -> list[float]:
    """A number for each of CUES, 0 to 1 (`net` −1 to 1), of a text in one of these languages."""
    net = said.good - said.bad + shown.good - shown.bad
    sums = (said.good, said.bad, net, shown.good, shown.bad)
    return [
        *(max(-_MOST, min(one, _MOST)) / _MOST for one in sums),
        min(plain.count("!"), 3) / 3,
        min(plain.count("?"), 1),
        min(len(plain), _LONG) / _LONG,
        *(float(net > step) for step in _STEPS),
        *(float(net < -step) for step in _STEPS),
        float(not said.hits and not shown.hits),
        float(bool(said.good and said.bad)),
        *intent_words.cues(plain, languages),
    ]


def _parts(word: str) -> Iterator[str]:
    for size in _LETTER_SIZES:
        yield LETTERS + word[:size]
        for start in range(1, len(word) - size + 1):
            yield LETTERS + word[start : start + size]


def _rows(words: list[str]) -> Iterator[str]:
    for size in _ROW_SIZES:
        for start in range(len(words) - size + 1):
            yield ROW + " ".join(words[start : start + size])
