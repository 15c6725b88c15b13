"""How fast a number may send, and taking from that in all processes together (5.6, F24).

The platform's level is the most; low quality and a cut make it less. A cut comes when the platform
says that it is too much (130429): half of what was, and from there it grows by the clock, so much
a minute (additive increase, multiplicative decrease).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel import clock, database, metrics, rates, tenancy
from kernel.ids import Id
from kernel.rates import Grant

# Messages a second by the platform's level; a level that nobody knows is the usual one.
_STANDARD, _BY_LEVEL = 80, {"HIGH": 1000}
# Of so many in a second, one may go at once with others; of a fast number more, for a turn takes as
# long as the platform does to answer, and costs its statements, however many go with it.
_AT_ONCE, _AT_ONCE_FAST, _FAST = 10, 6, 500
# Who is blocked and reported sends less, so that it goes no further down.
_BY_QUALITY = {"YELLOW": 2, "RED": 4}
# From nothing to the platform's level.
_GROWN_IN = 10 * clock.MINUTE
# What the platform says of messages that were on their way together is said once.
_TOGETHER = 2 * clock.SECOND
# How long a speed that was read is good for.
_FRESH = clock.SECOND
TOO_FAST = frozenset({"PLATFORM_130429", "HTTP_429"})


@dataclass(frozen=True, slots=True)
class Speed:
    """Messages a second: what it may send now, and at most; `reason` says why less, if it is."""

    now: int
    most: int
    reason: str | None = None


def speed_of(row: Mapping[str, Any], now: int) -> Speed:
    """The speed of a number by its row."""
    level = _BY_LEVEL.get(row["throughput"] or "", _STANDARD)
    part = _BY_QUALITY.get(row["quality"] or "", 1)
    most = level // part
    if row["rate_cut_to"] is not None:
        grown = row["rate_cut_to"] + level * max(0, now - row["rate_cut_at"]) // _GROWN_IN
        if grown < most:
            return Speed(grown, most, row["rate_cut_because"])
    return Speed(most, most, f"QUALITY_{row['quality']}" if part > 1 else None)


async def take(number_id: Id, wanted: int) -> Grant:
    """Take up to so many messages of what a number of the current tenant may send.

    In no second more than its speed, over all processes, nor while Redis begins anew.
    """
    speed = await _speed(number_id)
    burst = max(1, speed // (_AT_ONCE if speed < _FAST else _AT_ONCE_FAST))
    # Less so many at once, and the one that a flushed Redis allows before it knows.
    interval = clock.SECOND // max(1, speed - burst - 1)
    name = f"number:{number_id}"

    async def all_but_one(_names: Sequence[str]) -> Mapping[str, int]:
        return {name: (burst - 1) * interval}

    [grant] = await rates.take([name], interval, burst, wanted, before=all_but_one)
    return grant


@database.unit_of_work
async def cut(number_id: Id, reason: str) -> None:
    """The platform took less than was sent: half of it from now on."""
    now = clock.now()
    row = await _row(number_id, "FOR UPDATE")
    if row is None or now - row["rate_cut_at"] < _TOGETHER:
        return
    await database.run(
        """UPDATE number SET rate_cut_to = $3, rate_cut_at = $4, rate_cut_because = $5
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        number_id,
        max(1, speed_of(row, now).now // 2),
        now,
        reason,
    )
    _known.pop(number_id, None)
    metrics.RATE_CUTS.inc()


async def _speed(number_id: Id) -> int:
    now = clock.now()
    read_at, speed = _known.get(number_id, (0, 0))
    if not 0 <= now - read_at < _FRESH:
        row = await _row(number_id)
        speed = speed_of(row, now).now if row else 1
        _known[number_id] = (now, speed)
    return speed


async def _row(number_id: Id, hold: str = "") -> dict[str, Any] | None:
    return await database.row(
        f"""SELECT throughput, quality, rate_cut_to, rate_cut_at, rate_cut_because FROM number
             WHERE tenant_id = $1::uuid AND id = $2::uuid {hold}""",
        tenancy.current(),
        number_id,
    )


# When this process read the speed of a number last, and what it was.
_known: dict[Id, tuple[int, int]] = {}
