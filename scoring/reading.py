"""Reading a message: what it is, how sure that is, and which words decided (F37)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """A word, emoji or mark that decided; `weight` above 0 spoke for the answer."""

    about: str
    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message is; sureness is 0 to 0.99. `unknown` says why an answer is missing.

    `is_learnt`: it follows what a colleague put right of the same words.
    """

    level: int | None = None
    level_sureness: float = 0.0
    intent: str | None = None
    language: str | None = None
    language_sureness: float = 0.0
    mood: int | None = None
    mood_sureness: float = 0.0
    topics: tuple[str, ...] = ()
    unknown: str | None = None
    reasons: tuple[Reason, ...] = ()
    is_learnt: bool = False


def read(texts: Iterable[str], *, why: bool = False) -> list[Reading]:
    """What each text is, in their order; with the reasons where they are asked for."""
    # The model and its libraries are dear to load, and many a process reads nothing.
    from scoring.model import model
    from scoring.weighing import read_one

    known = model()
    return [read_one(known, text, why=why) for text in texts]
