"""The process in which `analytics.reckoning` reckons: a question on stdin, its answer on stdout.

It is run by its path, so that it loads nothing of the house; both are JSON.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import orjson

Share = Sequence[int]


def main() -> None:
    """Answer one question."""
    question = orjson.loads(sys.stdin.buffer.read())
    answer = {
        "intervals": [_interval(k, n, question["alpha"]) for k, n in question.get("shares", [])],
        "baselines": {
            name: _baseline(own, question["season"])
            for name, own in question.get("series", {}).items()
        },
    }
    sys.stdout.buffer.write(orjson.dumps(answer))


def _interval(k: int, n: int, alpha: float) -> Any:
    from statsmodels.stats.proportion import proportion_confint

    return [float(bound) for bound in proportion_confint(k, n, alpha, "wilson")]


def _baseline(series: Sequence[Share], season: int) -> list[list[float]]:
    """By seasonal decomposition (STL); robust, so that a bad day of the past is not usual."""
    import numpy as np
    from statsmodels.tsa.seasonal import STL

    sums, counts = np.array(series, dtype=float).T
    # A slot in which nothing happened is taken to be as usual.
    folds = [slice(place, None, season) for place in range(season)]
    folded = [sums[fold].sum() / max(counts[fold].sum(), 1) for fold in folds]
    means = np.resize(folded, len(series))
    np.divide(sums, counts, out=means, where=counts > 0)
    parts = STL(means, period=season, robust=True).fit()
    spread = 1.4826 * float(np.median(np.abs(parts.resid[counts > 0])))
    trend = float(np.median(parts.trend[-season:]))
    usual = {place % season: trend + value for place, value in enumerate(parts.seasonal)}
    return [[max(float(usual[place]), 0.0), spread] for place in range(season)]


if __name__ == "__main__":
    main()
