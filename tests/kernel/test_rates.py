"""Rates: exact over everybody who takes, also when Redis forgets or is away."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from kernel import clock, rates
from kernel.rates import Grant
from tests.conftest import House
from tests.servers import Redis

# So long that none comes back while a test runs.
_EACH, _BURST = clock.HOUR, 45


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """Rates know no database."""
    return str(request.param)


class Ledger:
    """What was granted, by somebody who does not forget."""

    def __init__(self) -> None:
        self.granted: dict[str, int] = {}
        self.asked: list[str] = []

    async def used(self, names: Sequence[str]) -> Mapping[str, int]:
        self.asked += names
        return {name: self.granted.get(name, 0) * _EACH for name in names}

    async def takes(self, *names: str, wanted: int = 1) -> list[Grant]:
        grants = await rates.take(names, _EACH, _BURST, wanted, before=self.used)
        for name, grant in zip(names, grants, strict=True):
            self.granted[name] = self.granted.get(name, 0) + grant.granted
        return grants


async def test_who_takes_beside_others_never_gets_more(house: House) -> None:
    found = await asyncio.gather(*(rates.take(["a", "b"], _EACH, _BURST, 7) for _ in range(20)))
    assert [sum(one[place].granted for one in found) for place in (0, 1)] == [_BURST, _BURST]
    [none] = await rates.take(["a"], _EACH, _BURST)
    assert none.granted == 0
    assert _EACH - clock.MINUTE < none.wait <= _EACH


async def test_a_flush_allows_nothing_more_to_what_is_rebuilt(
    house: House, redis_server: Redis
) -> None:
    ledger = Ledger()
    assert [one.granted for one in await ledger.takes("a", "b", wanted=30)] == [30, 30]
    redis_server.flush()
    assert [one.granted for one in await ledger.takes("b", "a", "c", wanted=30)] == [15, 15, 30]
    assert [one.granted for one in await ledger.takes("a", "c", wanted=30)] == [0, 15]
    # Asked once for each after each time that Redis began anew; then it knows.
    assert ledger.asked == ["a", "b", "b", "a", "c"]
    # A rate that nobody rebuilds begins anew.
    [simple] = await rates.take(["a"], _EACH, _BURST, 50)
    assert simple.granted == 0
    redis_server.flush()
    [simple] = await rates.take(["a"], _EACH, _BURST, 50)
    assert simple.granted == _BURST


async def test_while_redis_is_away(house: House, redis_server: Redis) -> None:
    ledger = Ledger()
    await ledger.takes("away", wanted=40)
    redis_server.stop()
    try:
        assert [one.granted for one in await ledger.takes("away", wanted=40)] == [5]
        assert [one.granted for one in await ledger.takes("away")] == [0]
    finally:
        redis_server.start()
    redis_server.flush()
    assert [one.granted for one in await ledger.takes("away")] == [0]
