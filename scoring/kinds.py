"""What a message can be: levels, intents, moods, languages and topics (F37)."""

from __future__ import annotations

from collections.abc import Mapping

# Of the model that reads.
VERSION = 1
# Each intent stands on one level: 1 courtesy, 2 exchange of information, 3 call to action.
LEVELS: Mapping[str, int] = {
    "courtesy": 1,
    "information": 2,
    "purchase": 3,
    "service": 3,
    "contact": 3,
}
INTENTS = tuple(LEVELS)
MOODS = (-1, 0, 1)
LANGUAGES = ("ar", "de", "en", "es", "id", "pt", "ru", "zh")
OTHER_LANGUAGE = "und"
TOPICS = (
    *("account", "booking", "delivery", "order", "payment", "price", "product", "quality"),
    *("returns", "service", "stock", "wholesale"),
)
# Why something of a message is unknown; "unsure" when no answer stands out.
UNKNOWN = ("empty", "too_long", "no_words", "mixed_scripts", "other_language", "unsure")
