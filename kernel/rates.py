"""Rates that hold across all processes: counted in Redis, decided there in one step (Lua).

Each rate is one number in Redis, the time at which it would be used up (GCRA). A flushed Redis
therefore allows at most one burst too many and is right again. Where Redis is away, this process
counts for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis.exceptions import RedisError

from kernel import bells, clock, metrics

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


@dataclass(frozen=True, slots=True)
class Grant:
    """How many were granted, and the microseconds until one more may be."""

    granted: int
    wait: int


async def take(names: Sequence[str], interval: int, burst: int, wanted: int = 1) -> list[Grant]:
    """Take up to `wanted` of each rate: one per `interval` microseconds, `burst` ahead at most."""
    if not names:
        return []
    keys = [f"rapport:rate:{name}" for name in names]
    try:
        client: Any = bells.redis()
        flat = await client.eval(_TAKE, len(keys), *keys, interval, burst, wanted)
    except (RedisError, OSError):
        metrics.REDIS_TROUBLE.inc()
        flat = _take_alone(keys, interval, burst, wanted)
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return [Grant(int(granted), int(wait)) for granted, wait in pairs]


def _take_alone(keys: Sequence[str], interval: int, burst: int, wanted: int) -> list[int]:
    now = clock.now()
    answers: list[int] = []
    for key in keys:
        used_up = max(_alone.get(key, 0), now)
        granted = max(0, min(wanted, (now + burst * interval - used_up) // interval))
        _alone[key] = used_up + granted * interval
        answers += [granted, max(0, _alone[key] + interval - now - burst * interval)]
    return answers


_alone: dict[str, int] = {}
