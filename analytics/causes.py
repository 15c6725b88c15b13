"""What is most likely behind a sudden change: the value of a dimension that explains most of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from analytics.kpis import KPIS
from analytics.watches import Watch, counted
from kernel import clock

# The past that it is compared to.
_PAST = 28 * clock.DAY
# It explains at least so much, and so much more than its size does.
_LEAST = 0.5
_LEAST_MORE = 0.2


@dataclass(frozen=True, slots=True)
class Cause:
    """A value of a dimension, and how much of the change is its, of 1."""

    dimension: str
    value: str
    share: float


async def likely_cause(watch: Watch, hours: Sequence[int]) -> Cause | None:
    """What explains most of the change in these hours; None where nothing stands out.

    Of each value it is asked how much more is bad than there would be, were it as all was before.
    """
    first, last = min(hours), max(hours) + clock.HOUR
    past = await counted([watch], first - _PAST, first)
    before = sum(watch.bad(hour, one) for (hour, _), one in past.items())
    usual = before / max(sum(one.get(watch.of, 0) for one in past.values()), 1)
    most, cause = _LEAST_MORE, cast("Cause | None", None)
    for dimension in KPIS[watch.kpi].dimensions:
        bad, of = Counter[str](), Counter[str]()
        for (hour, value), one in (await counted([watch], first, last, dimension)).items():
            if hour in hours:
                bad[value] += watch.bad(hour, one)
                of[value] += one.get(watch.of, 0)
        whole = bad.total() - usual * of.total()
        for value in of if whole > 0 else ():
            share = (bad[value] - usual * of[value]) / whole
            more = share - of[value] / of.total()
            if value and share >= _LEAST and more >= most:
                most, cause = more, Cause(dimension, value, min(share, 1.0))
    return cause
