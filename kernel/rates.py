"""Rates that hold across all processes: counted in Redis, decided there in one step (Lua).

Each rate is one number in Redis, the time at which it would be used up (GCRA). A flushed Redis
therefore allows one burst too many and is right again; a rate that must not even do that says what
was used before, and is rebuilt. Where Redis is away or slow, this process counts for itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from kernel import bells, clock

# Told for names of which nothing is known any more: how many microseconds ahead of now they are
# used up, where they are.
Before = Callable[[Sequence[str]], Awaitable[Mapping[str, int]]]

# KEYS: since when Redis has counted, then rates; ARGV: interval in microseconds, burst, how many
# are wanted of each, whether nothing is granted of what Redis may have forgotten, then, where that
# is told, how far ahead each is used up.
# Answers, for each rate, how many were granted (-1: that has to be told) and the microseconds until
# the next one may be.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local interval, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local since = redis.call('GET', KEYS[1])
if not since then
    since = string.format('%.0f', now)
    redis.call('SET', KEYS[1], since)
end
local sure_at = tonumber(since) + burst * interval
local answers = {}
for place = 2, #KEYS do
    local known, ahead = redis.call('GET', KEYS[place]), ARGV[3 + place]
    if not known and not ahead and ARGV[4] == '1' and now < sure_at then
        answers[#answers + 1] = -1
        answers[#answers + 1] = 0
    else
        local used_up = math.max(tonumber(known or now + (ahead or 0)), now)
        local granted = math.floor((now + burst * interval - used_up) / interval)
        granted = math.max(0, math.min(wanted, granted))
        if granted > 0 or ahead then
            used_up = used_up + granted * interval
            redis.call('SET', KEYS[place], string.format('%.0f', used_up), 'PX',
                       math.ceil((math.max(used_up, sure_at) - now) / 1000) + 1000)
        end
        answers[#answers + 1] = granted
        answers[#answers + 1] = math.max(0, used_up + interval - now - burst * interval)
    end
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
# Since when this Redis has counted.
_SINCE = "rapport:rates:since"
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


async def take(
    names: Sequence[str],
    interval: int,
    burst: int,
    wanted: int = 1,
    *,
    before: Before | None = None,
) -> list[Grant]:
    """Take up to `wanted` of each rate: one per `interval` microseconds, `burst` ahead at most.

    With `before` a flushed Redis allows nothing too much: what it may have forgotten is told it.
    """
    if not names:
        return []
    strict = int(before is not None)
    flat = await bells.ask(_TAKE, _counted(names), interval, burst, wanted, strict, is_patient=True)
    grants = _grants(flat) if flat else await _take_alone(names, interval, burst, wanted, before)
    lost = [name for name, one in zip(names, grants, strict=True) if one.granted < 0]
    if before is None or not lost:
        return grants
    ahead = await before(lost)
    told = [interval, burst, wanted, strict, *(max(0, ahead.get(name, 0)) for name in lost)]
    flat = await bells.ask(_TAKE, _counted(lost), *told, is_patient=True)
    again = _grants(flat) if flat else await _take_alone(lost, interval, burst, wanted, before)
    by_name = dict(zip(lost, again, strict=True))
    return [by_name.get(name, one) for name, one in zip(names, grants, strict=True)]


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


def _counted(names: Sequence[str]) -> list[str]:
    return [_SINCE, *_keys(names)]


def _grants(flat: Sequence[int]) -> list[Grant]:
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return [Grant(int(granted), int(wait)) for granted, wait in pairs]


async def _take_alone(
    names: Sequence[str], interval: int, burst: int, wanted: int, before: Before | None
) -> list[Grant]:
    now = _now_alone()
    by_name = dict(zip(names, _keys(names), strict=True))
    # What others took meanwhile is not known here.
    lost = [name for name, key in by_name.items() if _alone.get(key, 0) <= now]
    ahead = await before(lost) if before and lost else {}
    grants = []
    for name, key in by_name.items():
        used_up = max(_alone.get(key, 0), now + ahead.get(name, 0))
        granted = max(0, min(wanted, (now + burst * interval - used_up) // interval))
        _alone[key] = used_up + granted * interval
        grants.append(Grant(granted, max(0, _alone[key] + interval - now - burst * interval)))
    return grants


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
