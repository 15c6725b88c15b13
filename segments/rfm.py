"""Recency, frequency and monetary value, as quintiles by two rules, and what they come to (F36).

Rule `ties`: equal values have equal scores. Cuts are the 20, 40, 60 and 80 % quantiles with linear
interpolation (PostgreSQL's percentile_cont), kept exactly as integers: in fifths of a unit. A score
is 1 and one more for each cut below the value; of recency, for each cut not above its day.
Rule `ntile`: five parts of equal size (NTILE(5)), ties by the contact's id.

Recency is scored by the day of the last order, not by the days since: so no score changes with the
passing of time alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kernel.ids import Id

Rule = Literal["ties", "ntile"]
Figure = Literal["r", "f", "m"]
# A value with the contact that bears it.
Place = tuple[int, Id]

FIGURES: tuple[Figure, ...] = ("r", "f", "m")
QUINTILES = range(1, 6)
# The ten cells of the common grid: from and to which r, from and to which f.
SEGMENTS: Mapping[str, Sequence[tuple[int, int, int, int]]] = {
    "champion": [(5, 5, 4, 5)],
    "loyal": [(3, 4, 4, 5)],
    "potential_loyalist": [(4, 5, 2, 3)],
    "new": [(5, 5, 1, 1)],
    "promising": [(4, 4, 1, 1)],
    "need_attention": [(3, 3, 3, 3)],
    "about_to_sleep": [(3, 3, 1, 2)],
    "cant_lose": [(1, 2, 5, 5)],
    "at_risk": [(1, 2, 3, 4)],
    "hibernating": [(1, 2, 1, 2)],
}


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where the quintiles of one figure are cut.

    `fifths`: four cuts of the rule `ties`, times 5. `ends`: the last of each of the first four
    parts of the rule `ntile`.
    """

    fifths: tuple[int, ...]
    ends: tuple[Place, ...]


def segment_of(r: int, f: int) -> str:
    """The name of a cell of the grid."""
    return next(
        name
        for name, cells in SEGMENTS.items()
        for low_r, high_r, low_f, high_f in cells
        if low_r <= r <= high_r and low_f <= f <= high_f
    )


def cuts(sorted_places: Mapping[int, Place], count: int) -> Cuts:
    """The cuts of so many values, of which those around the quantiles and at the ends of parts are
    given, by their places counted from 1."""
    fifths = []
    for low, part in _between(count):
        value, _ = sorted_places[low + 1]
        above, _ = sorted_places.get(low + 2, (value, ""))
        fifths.append(5 * value + part * (above - value))
    return Cuts(tuple(fifths), tuple(sorted_places[end] for end in _ends(count)))


def _between(count: int) -> Iterator[tuple[int, int]]:
    """Behind which value (counted from 0) each quantile lies, and by how many fifths."""
    for quantile in range(1, 5):
        yield divmod((count - 1) * quantile, 5)


def _ends(count: int) -> Iterator[int]:
    """The last place of each of the first four parts; the first parts are larger by one."""
    end = 0
    for part in range(4):
        end += count // 5 + (part < count % 5)
        yield end
