"""Rates that hold across all processes: counted in Redis, decided there in one step (Lua).

Each rate is one number in Redis, the time at which it would be used up (GCRA). A flushed Redis
therefore allows at most one burst too many and is right again. Where Redis is away or slow, this
process counts for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kernel import bells, clock

# KEYS: rates; ARGV: interval in microseconds, burst, how many are wanted of each.
# Answers, for each key, how many were granted and the microseconds until the next one may be.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local interval, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local answers = {}
for place, key in ipairs(KEYS) do
    local used_up = math.max(tonumber(redis.call('GET', key) or '0'), now)
    local granted = math.floor((now + burst * interval - used_up) / interval)
    granted = math.max(0, math.min(wanted, granted))
    if granted > 0 then
        used_up = used_up + granted * interval
        redis.call('SET', key, string.format('%.0f', used_up), 'PX',
                   math.ceil((used_up - now) / 1000) + 1000)
    end
    answers[#answers + 1] = granted
    answers[#answers + 1] = math.max(0, used_up + interval - now - burst * interval)
end
return answers
"""


# KEYS: budgets; ARGV: the amount, then interval in microseconds and burst of each.
# Answers the microseconds until the amount may be spent, 0 where it was, then what is left of each.
_SPEND = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local amount, wait, used_up, answers = tonumber(ARGV[1]), 0, {}, {}
for place, key in ipairs(KEYS) do
    local interval, burst = tonumber(ARGV[2 * place]), tonumber(ARGV[2 * place + 1])
    used_up[place] = math.max(tonumber(redis.call('GET', key) or '0'), now)
    wait = math.max(wait, used_up[place] + (amount - burst) * interval - now)
end
for place, key in ipairs(KEYS) do
    local interval, burst = tonumber(ARGV[2 * place]), tonumber(ARGV[2 * place + 1])
    if wait <= 0 then
        used_up[place] = used_up[place] + amount * interval
        redis.call('SET', key, string.format('%.0f', used_up[place]), 'PX',
                   math.ceil((used_up[place] - now) / 1000) + 1000)
    end
    answers[place] = math.max(0, math.floor((now + burst * interval - used_up[place]) / interval))
end
return {math.max(0, wait), unpack(answers)}
"""
# Rates that this process keeps while it counts for itself; those that are full again go first.
_MOST_ALONE = 10_000


@dataclass(frozen=True, slots=True)
class Grant:
    """How many were granted, and the microseconds until one more may be."""

    granted: int
    wait: int


@dataclass(frozen=True, slots=True)
class Budget:
    """A rate of `burst` at once, then one for each `interval` in microseconds."""

    name: str
    interval: int
    burst: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Microseconds until the amount may be spent, 0 where it was; what is left of each budget."""

    wait: int
    left: tuple[int, ...]


async def take(names: Sequence[str], interval: int, burst: int, wanted: int = 1) -> list[Grant]:
    """Take up to `wanted` of each rate: one per `interval` microseconds, `burst` ahead at most."""
    if not names:
        return []
    keys = _keys(names)
    flat = await bells.ask(_TAKE, keys, interval, burst, wanted, is_patient=True)
    if flat is None:
        flat = _take_alone(keys, interval, burst, wanted)
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return [Grant(int(granted), int(wait)) for granted, wait in pairs]


async def spend(budgets: Sequence[Budget], amount: int) -> Spent:
    """Spend the amount of every budget, or of none where one has not so much."""
    keys = _keys([budget.name for budget in budgets])
    numbers = [number for budget in budgets for number in (budget.interval, budget.burst)]
    answer = await bells.ask(_SPEND, keys, amount, *numbers)
    if answer is None:
        answer = _spend_alone(keys, budgets, amount)
    wait, *left = map(int, answer)
    return Spent(wait, tuple(left))


def _keys(names: Sequence[str]) -> list[str]:
    return [f"rapport:rate:{name}" for name in names]


def _take_alone(keys: Sequence[str], interval: int, burst: int, wanted: int) -> list[int]:
    now = _now_alone()
    answers: list[int] = []
    for key in keys:
        used_up = max(_alone.get(key, 0), now)
        granted = max(0, min(wanted, (now + burst * interval - used_up) // interval))
        _alone[key] = used_up + granted * interval
        answers += [granted, max(0, _alone[key] + interval - now - burst * interval)]
    return answers


def _spend_alone(keys: Sequence[str], budgets: Sequence[Budget], amount: int) -> list[int]:
    now = _now_alone()
    used_up = [max(_alone.get(key, 0), now) for key in keys]
    wait = max(
        used + (amount - one.burst) * one.interval - now
        for used, one in zip(used_up, budgets, strict=True)
    )
    left = []
    for key, used, one in zip(keys, used_up, budgets, strict=True):
        after = used + amount * one.interval if wait <= 0 else used
        _alone[key] = after
        left.append(max(0, (now + one.burst * one.interval - after) // one.interval))
    return [max(0, wait), *left]


def _now_alone() -> int:
    """The time now, with room for more rates."""
    now = clock.now()
    if len(_alone) > _MOST_ALONE:
        for key in [key for key, used_up in _alone.items() if used_up <= now]:
            del _alone[key]
    return now


_alone: dict[str, int] = {}
