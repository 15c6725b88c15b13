"""What messages are read as: honest where it does not know, good on labelled ones (F37)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

import scoring
from scoring.judging import share

# What cannot be read, and what is left unknown.
UNREADABLE = {
    "": "empty",
    "   \n​ ": "empty",
    "x" * 65_536: "too_long",
    "👍": "no_words",
    "👨‍👩‍👧 ❤️": "no_words",
    "1234": "no_words",
    "...": "no_words",
    "привет hello 你好 hola": "mixed_scripts",
    "bonjour, je voudrais commander deux paires s'il vous plaît": "other_language",
}


@pytest.mark.parametrize(("text", "unknown"), UNREADABLE.items(), ids=UNREADABLE.values())
def test_what_cannot_be_read_is_unknown(text: str, unknown: str) -> None:
    (reading,) = scoring.read([text])
    assert (reading.unknown, reading.language) == (unknown, None)
    if unknown in ("empty", "too_long", "other_language") or text == "...":
        assert (reading.level, reading.intent, reading.topics) == (None, None, ())
    if unknown in ("empty", "too_long"):
        assert reading.mood is None
    assert reading.level_sureness <= 0.99 >= reading.mood_sureness


def test_reasons_name_what_decided() -> None:
    (reading,) = scoring.read(["Ich möchte das zurückgeben, bin total enttäuscht 😡"], why=True)
    assert (reading.level, reading.intent, reading.language, reading.mood) == (
        3,
        "service",
        "de",
        -1,
    )
    assert reading.topics == ("returns",)
    told = {reason.words: reason for reason in reading.reasons}
    assert "zuruckgeben" in told
    assert told["zuruckgeben"].about == "intent"
    assert told["enttauscht"].about == "mood"
    assert told["enttauscht"].weight < 0 > told["😡"].weight
    (turned,) = scoring.read(["can't complain, it's not bad at all"], why=True)
    assert turned.mood == 1
    assert [one.weight for one in turned.reasons if one.about == "mood"] == [2.0, 1.0]


@pytest.mark.real_data
def test_labelled_messages(samples: Path) -> None:
    lines = _lines(samples, "levels")
    read = scoring.read(line["text"] for line in lines)
    told = [(line["lang"], line["level"], one.level) for line, one in zip(lines, read, strict=True)]
    level = share("level", [(right, found) for _, right, found in told])
    assert level.value >= 0.85, level
    for language in scoring.LANGUAGES:
        one = share(language, [(right, found) for lang, right, found in told if lang == language])
        assert one.value >= 0.75, one
    languages = sum(line["lang"] == one.language for line, one in zip(lines, read, strict=True))
    assert languages / len(lines) >= 0.95
    lines = _lines(samples, "mood")
    read = scoring.read(line["text"] for line in lines)
    mood = share("mood", [(line["mood"], one.mood) for line, one in zip(lines, read, strict=True)])
    assert mood.value >= 0.75, mood


def _lines(samples: Path, name: str) -> Sequence[dict[str, Any]]:
    kept = (samples / "data" / "conversation" / f"{name}.jsonl").read_bytes()
    return [orjson.loads(line) for line in kept.splitlines()]
