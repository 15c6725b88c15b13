"""What words say of what is wanted, by the kinds of `words/intent.toml`, in eight languages."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from scoring.normal import normal, spelled, tokens

_FILE = Path(__file__).parent / "words" / "intent.toml"
_LONGEST = 4
_SHORTEST_STEM = 3
KINDS = ("courtesy", "later", "asks", "wants", "buys", "serves", "calls", "tells", "things")
CUES = (
    *KINDS,
    *("mostly courtesy", "all courtesy", "asks first", "wants first", "wants to buy"),
    *("wants service", "asks about buying", "asks about service", "only buys", "only serves"),
)

Hit = tuple[str, frozenset[str]]
Known = tuple[dict[tuple[str, ...], frozenset[str]], dict[str, frozenset[str]]]


def cues(plain: str, languages: Sequence[str]) -> list[float]:
    """A number for each of CUES, 0 or 1 (`mostly courtesy`: the share of such words)."""
    best = [kinds for _, kinds in hits(plain, languages)]
    said = frozenset().union(*best) if best else frozenset()
    first = best[0] if best else frozenset()
    courteous = sum("courtesy" in one for one in best) / len(best) if best else 0.0
    asks = "asks" in said or "?" in plain
    wants, buys, serves = "wants" in said, "buys" in said, "serves" in said
    return [
        *(float(kind in said) for kind in KINDS),
        courteous,
        float(courteous == 1),
        float("asks" in first),
        float("wants" in first),
        float(wants and buys and not asks),
        float(wants and serves and not asks),
        float(asks and buys),
        float(asks and serves),
        float(buys and not asks and not wants),
        float(serves and not asks and not wants),
    ]


def hits(plain: str, languages: Sequence[str]) -> list[Hit]:
    """Each word or phrase with its kinds, by the language that knows most of them."""
    words = [one for one in tokens(plain) if one not in "?!"]
    read = [_read(words, language) for language in languages]
    return max(read, key=lambda found: sum(bool(kinds) for _, kinds in found), default=[])


def _read(words: Sequence[str], language: str) -> list[Hit]:
    phrases, stems = _known(language)
    found: list[Hit] = []
    place = 0
    while place < len(words):
        for length in range(min(_LONGEST, len(words) - place), 0, -1):
            kinds = phrases.get(tuple(words[place : place + length]))
            if kinds is not None:
                break
        else:
            kinds = _by_stem(words[place], stems)
        found.append((spelled(words[place : place + length]), kinds))
        place += length
    return found


def _by_stem(word: str, stems: dict[str, frozenset[str]]) -> frozenset[str]:
    for end in range(len(word), _SHORTEST_STEM - 1, -1):
        if word[:end] in stems:
            return stems[word[:end]]
    return frozenset()


@cache
def _known(language: str) -> Known:
    phrases: dict[tuple[str, ...], frozenset[str]] = {}
    stems: dict[str, frozenset[str]] = {}
    for kind, told in tomllib.loads(_FILE.read_text())[language].items():
        for entry in told.split():
            spelled = tuple(tokens(normal(entry.rstrip("*").replace("-", " "))))
            if entry.endswith("*") and len(spelled) == 1:
                stems[spelled[0]] = stems.get(spelled[0], frozenset()) | {kind}
            elif spelled:
                phrases[spelled] = phrases.get(spelled, frozenset()) | {kind}
    return phrases, stems
