"""Texts that a tenant's clients may leave with us for a while: in Redis, sealed, so many at most.

Never the only copy of anything: whoever finds nothing here brings the text again.
"""

from __future__ import annotations

from kernel import bells, clock, keys, tenancy
from kernel.seal import Unopenable

_PLACE = "shelf"
_MOST = 500
_KEPT = 7 * clock.DAY // clock.SECOND

# KEYS: the shelf; ARGV: name, sealed text, most texts, seconds. A shelf that is full is emptied.
_KEEP = """
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
"""
_FIND = "return redis.call('HGET', KEYS[1], ARGV[1])"


async def keep(shelf: str, name: str, text: str) -> None:
    """Put a text on a shelf of the current tenant; lost where Redis is away."""
    sealed = keys.house().seal(_PLACE, _row(shelf, name), text.encode())
    await bells.ask(_KEEP, [_key(shelf)], name, sealed, _MOST, _KEPT)


async def find(shelf: str, name: str) -> str | None:
    """The text of that name on a shelf of the current tenant, or None."""
    sealed = await bells.ask(_FIND, [_key(shelf)], name)
    if sealed is None:
        return None
    try:
        return keys.house().open_text(_PLACE, _row(shelf, name), sealed)
    except Unopenable:
        return None


def _key(shelf: str) -> str:
    return f"rapport:shelf:{shelf}:{tenancy.current()}"


def _row(shelf: str, name: str) -> str:
    return f"{shelf}:{name}"
