"""Wilson's interval against what statsmodels finds (proportion_confint)."""

from __future__ import annotations

import pytest

from analytics.reckoning import interval


@pytest.mark.parametrize(
    ("share", "alpha", "bounds"),
    [
        ((5, 100), 0.05, (0.021543679154367966, 0.11175046923191914)),
        ((40, 200), 0.05, (0.15045200926098118, 0.2608551865653788)),
        ((40, 200), 0.001, (0.123458472741669, 0.30735599720833157)),
        ((0, 30), 0.05, (0.0, 0.1135133931739688)),
        ((30, 30), 0.05, (0.8864866068260311, 1.0)),
    ],
)
def test_the_bounds_of_a_share(
    share: tuple[int, int], alpha: float, bounds: tuple[float, float]
) -> None:
    assert interval(share, alpha) == pytest.approx(bounds, abs=1e-12)
