"""What words and emoji say of a mood, by the lexicons of `words/mood.toml`.

Each hit is weighed: three strengths, turned round by a "not" before it, raised by "very", lowered
by "hardly", and what stands behind a "but" counts more than what stands before. Phrases are told as
a whole, because their words alone would mislead ("can't complain").
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from scoring.normal import normal, pictures, spelled, tokens

_FILE = Path(__file__).parent / "words" / "mood.toml"
_STRENGTHS = {"strong": 3.0, "plain": 2.0, "faint": 1.0}
_LONGEST = 5  # tokens of a phrase, letters of a Chinese word
_SHORTEST_STEM = 3
_NEAR = 3  # as far as a "not" reaches
_TURNED = -0.7
_VERY, _HARDLY = 1.35, 0.6
_BEFORE_BUT, _BEHIND_BUT = 0.6, 1.3
_HELD = re.compile(r"([^\W\d_])\1")


@dataclass(frozen=True, slots=True)
class Weighed:
    """The sums of both sides, never negative, and what made them: (words, weight)."""

    good: float = 0.0
    bad: float = 0.0
    hits: tuple[tuple[str, float], ...] = ()


@dataclass(slots=True)
class Lexicon:
    """The words of one language."""

    words: dict[str, float] = field(default_factory=dict)
    stems: dict[str, float] = field(default_factory=dict)
    turns: dict[tuple[str, ...], float] = field(default_factory=dict)
    signs: dict[str, str] = field(default_factory=dict)  # word → not, very, hardly, but


def weigh(plain: str, languages: Sequence[str]) -> Weighed:
    """What the words of these languages say in a normal text."""
    words = tokens(plain)
    best = Weighed()
    for language in languages:
        found = _weigh(words, lexicon(language)) if language in _told() else best
        if found.good + found.bad > best.good + best.bad:
            best = found
    return best


def weigh_pictures(plain: str, shown: Sequence[str]) -> Weighed:
    """What these emoji and the smileys of a normal text say; each counts once."""
    good, bad = _pictures()
    seen = dict.fromkeys([*shown, *plain.split(" ")])
    hits = [(one, 2.0 if one in good else -2.0) for one in seen if one in good or one in bad]
    return _sum(hits)


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of a language that `words/mood.toml` tells of."""
    told, made = _told()[language], Lexicon()
    for side, sign in (("good", 1.0), ("bad", -1.0)):
        for strength, weight in _STRENGTHS.items():
            for word in told[side].get(strength, "").split():
                _add(made, word, sign * weight)
    for phrase, weight in _phrases(told["turns"]):
        made.turns[tuple(tokens(normal(phrase)))] = weight
    for sign_name in ("not", "very", "hardly", "but"):
        for word in told[sign_name].split():
            made.signs["".join(tokens(normal(word)))] = sign_name
    return made


def _add(made: Lexicon, word: str, weight: float) -> None:
    spelled = tokens(normal(word.rstrip("*").replace("-", " ")))
    if len(spelled) > 1:
        made.turns.setdefault(tuple(spelled), weight)
    elif spelled and word.endswith("*"):
        made.stems.setdefault(spelled[0], weight)
    elif spelled:
        made.words.setdefault(spelled[0], weight)


def _phrases(told: str) -> Iterable[tuple[str, float]]:
    for found in re.finditer(r"([^=]+)=(-?\d+)\s*", told):
        yield found[1], float(found[2])


def _weigh(words: Sequence[str], known: Lexicon) -> Weighed:
    hits: list[tuple[str, float]] = []
    lately: list[str] = []  # the signs of the words before, "" for a plain one
    place = 0
    while place < len(words):
        length, weight, sign = _look_up(words, place, known)
        if sign == "but":
            hits = [(word, one * _BEFORE_BUT) for word, one in hits]
        if weight:
            hits.append((spelled(words[place : place + length]), _in_place(weight, lately)))
        lately = [*lately, sign][-_NEAR:] if words[place] not in "?!" else []
        if weight and "but" in lately:
            hits[-1] = (hits[-1][0], hits[-1][1] * _BEHIND_BUT)
        place += length
    return _sum(hits)


def _look_up(words: Sequence[str], place: int, known: Lexicon) -> tuple[int, float, str]:
    """How many tokens are told of here, their weight, and what they do to others."""
    for length in range(min(_LONGEST, len(words) - place), 1, -1):
        weight = known.turns.get(tuple(words[place : place + length]))
        if weight is not None:
            return length, weight, ""
    word = words[place]
    weight = _of_word(word, known)
    if not weight and _HELD.search(word):
        weight = _of_word(_HELD.sub(r"\1", word), known)
    return 1, weight, known.signs.get(word, "")


def _of_word(word: str, known: Lexicon) -> float:
    if word in known.words:
        return known.words[word]
    for end in range(len(word), _SHORTEST_STEM - 1, -1):
        weight = known.stems.get(word[:end])
        if weight is not None:
            return weight
    return 0.0


def _in_place(weight: float, lately: Sequence[str]) -> float:
    if lately and lately[-1] == "very":
        weight *= _VERY
    elif lately and lately[-1] == "hardly":
        weight *= _HARDLY
    return weight * _TURNED if "not" in lately else weight


def _sum(hits: Sequence[tuple[str, float]]) -> Weighed:
    good = sum(weight for _, weight in hits if weight > 0)
    return Weighed(good, good - sum(weight for _, weight in hits), tuple(hits))


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text())


@cache
def _pictures() -> tuple[frozenset[str], frozenset[str]]:
    told = _told()["emoji"]
    smileys = [frozenset(normal(told[side]).split()) for side in ("smileys_good", "smileys_bad")]
    good = frozenset(pictures(told["good"])) | smileys[0]
    return good, (frozenset(pictures(told["bad"])) | smileys[1]) - good
