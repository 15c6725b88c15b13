"""What is usual is learnt only from what tells enough of it (F42)."""

from __future__ import annotations

import pytest

from analytics import reckoning
from kernel.errors import TryLater

_SEASON = 28


async def test_what_tells_too_little_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reckoning, "_CHILD", "/nowhere.py")
    short, sparse = [(1, 2)] * 83, [(1, 2)] * 39 + [(0, 0)] * 61
    assert await reckoning.intervals([], 0.05) == []
    assert await reckoning.baselines({"short": short, "sparse": sparse}, _SEASON) == {}
    for enough in ([(1, 2)] * 84, [(1, 2)] * 40 + [(0, 0)] * 60):
        with pytest.raises(TryLater):
            await reckoning.baselines({"short": short, "enough": enough}, _SEASON)
