"""What needs a library of statistics is reckoned in a process of its own that ends right away.

Loading it takes seconds and a hundred megabytes: neither the API nor the worker should bear that
for what is asked rarely. The other side is analytics/apart.py.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from kernel.errors import TryLater

_CHILD = str(Path(__file__).parent / "apart.py")
_PATIENCE = 120.0
# A baseline is learnt from so many seasons at least, and so many slots that hold anything.
_LEAST_SEASONS, _LEAST_SLOTS = 3, 40
Share = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Normal:
    """What is usual, as a share or mean, and how far it usually is from that."""

    expected: float
    spread: float


async def intervals(shares: Sequence[Share], alpha: float) -> list[tuple[float, float]]:
    """Between which bounds each share (so many of so many, not of none) lies with certainty
    1 - alpha: Wilson's interval.
    """
    if not shares:
        return []
    found = await _ask({"shares": shares, "alpha": alpha})
    return [(low, high) for low, high in found["intervals"]]


async def baselines(series: Mapping[str, Sequence[Share]], season: int) -> dict[str, list[Normal]]:
    """What is usual in each place of a season, of those series (sum and count of every slot, the
    oldest first, which is place 0) that tell enough.
    """
    telling = {name: own for name, own in series.items() if _tells_enough(own, season)}
    if not telling:
        return {}
    found = await _ask({"series": telling, "season": season})
    return {name: [Normal(*one) for one in own] for name, own in found["baselines"].items()}


def _tells_enough(series: Sequence[Share], season: int) -> bool:
    held = sum(1 for _, count in series if count > 0)
    return len(series) >= _LEAST_SEASONS * season and held >= _LEAST_SLOTS


async def _ask(question: dict[str, Any]) -> dict[str, Any]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", _CHILD),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        answer, _ = await asyncio.wait_for(child.communicate(orjson.dumps(question)), _PATIENCE)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise TryLater("The process that reckons broke off.")
    return dict(orjson.loads(answer))
