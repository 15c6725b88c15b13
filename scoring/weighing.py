"""Weighing a text by the model: every answer with how sure it is, and the words that decided.

Honest where there is nothing to read: an unknown is None with its reason, and no answer is ever
certain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from scoring import intent_words, mood_words
from scoring.features import CUES, LETTERS, cues, pieces
from scoring.kinds import INTENTS, LEVELS, MOODS, OTHER_LANGUAGE, TOPICS
from scoring.model import COLUMNS, TOLD_LANGUAGES, Model, Numbers, likelihoods
from scoring.normal import normal, pictures, scripts, spelled, tokens
from scoring.reading import Reading, Reason

T = TypeVar("T")

# The platform's longest text; whatever is longer did not come from a phone.
_LONGEST = 4096
_SUREST = 0.99
_ONE_SCRIPT = 0.6
_MIXED = 0.7  # of the sureness is left where scripts are mixed
# Below these an answer is none: of three levels, three moods, nine languages.
_UNSURE_LEVEL, _UNSURE_MOOD, _UNSURE_LANGUAGE = 0.4, 0.36, 0.4
_SURELY_OTHER = 0.8
_LIKELY = 0.15
_TOPIC = 0.5
_MOST_REASONS = 3
_LEAST_REASON = 0.05


def read_one(known: Model, text: str, *, why: bool = False) -> Reading:
    """What a text is by this model."""
    if len(text) > _LONGEST:
        return Reading(unknown="too_long")
    plain = normal(text)[:_LONGEST]
    if not plain:
        return Reading(unknown="empty")
    emoji = pictures(plain)
    found = pieces(plain, emoji)
    sums = known.sums(*known.known(found))
    language, language_sureness, unknown = _language(sums[COLUMNS["language"]], scripts(plain))
    likely = _likely(sums[COLUMNS["language"]])
    said = mood_words.weigh(plain, likely)
    shown = mood_words.weigh_pictures(plain, emoji)
    sums = known.with_cues(sums, cues(plain, likely, said, shown))
    intents = likelihoods(sums[COLUMNS["intent"]])
    level, level_sureness = _best((1, 2, 3), _levels(intents), _UNSURE_LEVEL)
    mood, mood_sureness = _best(MOODS, likelihoods(sums[COLUMNS["mood"]]), _UNSURE_MOOD)
    if unknown == "mixed_scripts":
        level_sureness, mood_sureness = level_sureness * _MIXED, mood_sureness * _MIXED
    is_mute = not (tokens(plain) or emoji or shown.hits)
    if is_mute or unknown == "other_language":
        level, level_sureness = None, 0.0
    intent = _intent(intents, level)
    return Reading(
        level=level,
        level_sureness=round(min(level_sureness, _SUREST), 2),
        intent=intent,
        language=language,
        language_sureness=round(min(language_sureness, _SUREST), 2),
        mood=mood,
        mood_sureness=round(min(mood_sureness, _SUREST), 2),
        topics=_topics(sums[COLUMNS["topics"]], intent),
        unknown=unknown or ("unsure" if None in (level, mood, language) else None),
        reasons=_reasons(known, plain, likely, intent, _felt(said, shown)) if why else (),
    )


def _levels(intents: Sequence[float]) -> list[float]:
    """How likely levels 1, 2 and 3 are: each as its intents together."""
    told = [(LEVELS[name], share) for name, share in zip(INTENTS, intents, strict=True)]
    return [sum(share for level, share in told if level == wanted) for wanted in (1, 2, 3)]


def _intent(intents: Sequence[float], level: int | None) -> str | None:
    """The likeliest intent of the level."""
    told = [one for one in zip(intents, INTENTS, strict=True) if LEVELS[one[1]] == level]
    return max(told)[1] if told else None


def _best(names: Sequence[T], shares: Sequence[float], least: float) -> tuple[T | None, float]:
    share, at = max((share, at) for at, share in enumerate(shares))
    return (names[at], share) if share >= least else (None, 0.0)


def _language(sums: Numbers, letters: dict[str, int]) -> tuple[str | None, float, str | None]:
    """The language, how sure that is, and why it is not known."""
    if not letters:
        return None, 0.0, "no_words"
    if max(letters.values()) < _ONE_SCRIPT * sum(letters.values()):
        return None, 0.0, "mixed_scripts"
    found, sureness = _best(TOLD_LANGUAGES, likelihoods(sums), _UNSURE_LANGUAGE)
    if found == OTHER_LANGUAGE:
        return None, 0.0, "other_language" if sureness >= _SURELY_OTHER else None
    return found, sureness, None


def _likely(sums: Numbers) -> list[str]:
    shares = zip(TOLD_LANGUAGES, likelihoods(sums), strict=True)
    return [name for name, share in shares if share >= _LIKELY and name != OTHER_LANGUAGE]


def _topics(sums: Numbers, intent: str | None) -> tuple[str, ...]:
    if intent in (None, "courtesy"):
        return ()
    shares = 1 / (1 + np.exp(-sums))
    return tuple(name for name, share in zip(TOPICS, shares, strict=True) if share >= _TOPIC)


def _felt(*weighed: mood_words.Weighed) -> list[Reason]:
    return [
        Reason("mood", words, round(weight, 2)) for one in weighed for words, weight in one.hits
    ]


def _reasons(
    known: Model, plain: str, likely: Sequence[str], intent: str | None, felt: Sequence[Reason]
) -> tuple[Reason, ...]:
    """The words that spoke most for the intent, alone and by their kinds; then the mood's."""
    if intent is None:
        return tuple(felt)
    at = INTENTS.index(intent)
    found = [one for one in pieces(plain, pictures(plain)) if one in known.vocabulary]
    rows, values = known.known(found)
    spoke: defaultdict[str, float] = defaultdict(float)
    for piece, weight in zip(found, _for(known.weights[rows], at) * values, strict=True):
        parts = [one for one in piece[1:].split(" ") if one not in "^$"]
        if parts and piece[0] != LETTERS:
            spoke[spelled(parts)] += float(weight)
    kinds = dict(zip(CUES, _for(known.cue_weights, at).tolist(), strict=True))
    for words, told in intent_words.hits(plain, likely):
        spoke[words] += sum(kinds[kind] for kind in told)
    chosen = [
        Reason("intent", words, round(weight, 2))
        for words, weight in sorted(spoke.items(), key=lambda one: -one[1])[:_MOST_REASONS]
        if weight > _LEAST_REASON
    ]
    return (*chosen, *felt)


def _for(weights: Numbers, intent: int) -> Numbers:
    """How much more they say for this intent than for all of them."""
    columns = weights[:, COLUMNS["intent"]]
    return np.asarray(columns[:, intent] - columns.mean(axis=1))
