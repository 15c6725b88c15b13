"""How well a model reads: macro-F1, and how far that may be chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

DRAWS = 1000
_SEED = 20
_OUTER = 0.025  # on either side


@dataclass(frozen=True, slots=True)
class Share:
    """A macro-F1, and where 95 % of the draws from the same lines lie."""

    what: str
    lines: int
    value: float
    low: float
    high: float


def share(what: str, pairs: Sequence[tuple[Any, Any]]) -> Share:
    """The share of pairs (right, told), without those whose right answer nobody knows."""
    known = [pair for pair in pairs if pair[0] is not None]
    chosen = np.random.default_rng(_SEED).integers(0, len(known), (DRAWS, len(known)))
    drawn = sorted(macro_f1([known[at] for at in row]) for row in chosen)
    low, high = drawn[int(DRAWS * _OUTER)], drawn[int(DRAWS * (1 - _OUTER))]
    return Share(what, len(known), macro_f1(known), low, high)


def macro_f1(pairs: Sequence[tuple[Any, Any]]) -> float:
    """The mean of F1 over the answers that are right somewhere; pairs of (right, told)."""
    shares = []
    for answer in sorted({right for right, _ in pairs}, key=str):
        hits = sum(right == told == answer for right, told in pairs)
        named = sum((right == answer) + (told == answer) for right, told in pairs)
        shares.append(2 * hits / named)
    return float(sum(shares) / len(shares))
