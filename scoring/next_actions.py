"""The behaviour table: what is best done next with somebody, and why (F39). The first line that
holds decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Did = Mapping[str, Any]
# With whom nothing happened yet.
FIRST_ACTION = ("get_to_know", "never_spoke")
# So many words make a reply a long one; with so many messages of ours to one of theirs they answer
# seldom, and with weight if at least so many of theirs are about something.
_LONG_REPLY, _SELDOM, _WEIGHTY = 40, 3, 0.5


def next_action(did: Did, words: int) -> tuple[str, str]:
    """The action and its reason, from behaviour (a row of sql/behaviour.sql) and the words of their
    last message where they had the last word."""
    return next(
        (action, reason) for action, reason, holds in BEHAVIOUR if holds({**did, "words": words})
    )


def _theirs(did: Did) -> bool:
    return bool(did["last_direction"] == "in")


def _wrote_first(did: Did) -> bool:
    is_trouble = did["intent"] in ("service", "contact") or did["mood"] == -1
    return _theirs(did) and did["starter"] == "customer" and is_trouble


def _silent(state: str, *steps: str) -> Callable[[Did], bool]:
    return lambda did: did["silence"] == state and did["step"] in steps


def _answers_seldom(did: Did) -> bool:
    replies = did["replies"]
    return bool(replies and did["ours"] >= _SELDOM * replies and did["heavy"] >= _WEIGHTY * replies)


# action, its reason, and when it holds
BEHAVIOUR: tuple[tuple[str, str, Callable[[Did], bool]], ...] = (
    # They had the last word.
    ("solve_fast", "wrote_first_in_trouble", _wrote_first),
    ("listen", "long_reply", lambda did: _theirs(did) and did["words"] >= _LONG_REPLY),
    (
        *("answer_fast", "concrete_question"),
        lambda did: _theirs(did) and did["intent"] not in (None, "courtesy"),
    ),
    ("light_touch", "courtesy", lambda did: _theirs(did) and did["intent"] == "courtesy"),
    ("solve_fast", "wrote", _theirs),
    # We had it.
    ("rest", "withdrew", lambda did: bool(did["has_withdrawn"])),
    ("rest", "no_answer", lambda did: bool(did["step"] == "stop")),
    ("wait", "read_without_reply", _silent("read", "wait")),
    ("wait", "unread", _silent("delivered", "wait")),
    ("wait", "not_delivered", _silent("sent", "wait")),
    ("other_channel", "not_delivered", lambda did: did["step"] == "other_channel"),
    ("only_substance", "seldom_with_weight", _answers_seldom),
    ("easier_question", "hard_question", lambda did: did["step"] == "easier_question"),
    ("new_angle", "read_without_reply", _silent("read", "change_angle")),
    ("new_angle", "unread", _silent("delivered", "change_angle")),
    ("new_angle", "not_delivered", _silent("sent", "change_angle")),
    ("wait", "just_written", lambda did: did["last_direction"] == "out"),
    # Nobody said anything yet.
    ("light_touch", "bought_never_spoke", lambda did: did["orders"] > 0),
    (*FIRST_ACTION, lambda did: True),
)
