"""One ledger per portfolio: never more people in 24 hours than the platform allows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import channels
import contacts
from channels import Reaching
from contacts import Sighting
from kernel import clock, ids, tenancy
from kernel.ids import Id
from tests import stored
from tests.channels.telling import Place, change, make_place
from tests.conftest import House

_D, _H = clock.DAY, clock.HOUR


async def people(count: int) -> list[Id]:
    """So many contacts of the current tenant."""
    seen = [
        Sighting(clock.now(), f"4477009{number:05}", scope="portfolio") for number in range(count)
    ]
    return [known.contact_id for known in (await contacts.recognise(seen)).known]


def asks(contact_ids: Sequence[Id], *, is_service: bool = False) -> list[Reaching]:
    return [Reaching(ids.new_id(), one, is_service) for one in contact_ids]


async def limit(place: Place, tier: str, seconds: int = 1) -> None:
    """The platform tells the limit."""
    value = {"max_daily_conversations_per_business": tier}
    await place.apply(place.told(change("business_capability_update", value, seconds)))


async def used(place: Place) -> int:
    found = await stored.row(
        "SELECT count(*) AS n FROM reservation WHERE tenant_id = $1::uuid AND at > $2",
        place.tenant_id,
        clock.now() - _D,
    )
    assert found is not None
    return int(found["n"])


async def test_a_day_of_a_portfolio(place: Place) -> None:
    with tenancy.acting_for(place.tenant_id):
        everybody = await people(80)
        # Nothing is written while nothing is limited, nor by a word that nobody knows.
        for tier in ("TIER_UNLIMITED", "TIER_OF_NEXT_YEAR"):
            await limit(place, tier)
            assert await channels.reserve(place.number, asks(everybody)) == {}
        assert (await used(place), await channels.is_limited(place.number)) == (0, False)
        await limit(place, "TIER_50", 2)
        assert await channels.is_limited(place.number)
        # A tenth is kept for service.
        began = clock.now()
        first = asks(everybody[:45])
        assert await channels.reserve(place.number, first) == {}
        last = asks(everybody[45:48])
        until = await channels.reserve(place.number, last)
        assert list(until) == [one.send_id for one in last]
        assert all(began + _D <= at <= clock.now() + _D for at in until.values())
        # Neither who is counted already nor the same again takes a place.
        assert await channels.reserve(place.number, [*first, *asks(everybody[:45])]) == {}
        notices = asks(everybody[48:55], is_service=True)
        until = await channels.reserve(place.number, [*asks(everybody[60:62]), *notices])
        assert len(until) == 4
        assert {one.send_id for one in notices[:5]}.isdisjoint(until)
        assert await used(place) == 50
        # What certainly did not go gives its place back, once.
        await channels.release([notices[0].send_id, first[0].send_id])
        assert await used(place) == 49
        assert await channels.reserve(place.number, notices[5:6]) == {}
        # Another number of the same account shares it.
        other = await channels.connect_number(place.waba, "pn2", "15550783882", "V")
        assert len(await channels.reserve(other, notices[6:7])) == 1
        clock.move(_D)
        assert await channels.reserve(other, asks(everybody[:45])) == {}
        assert await used(place) == 45


async def test_who_waits_gets_a_time_of_their_own(place: Place) -> None:
    with tenancy.acting_for(place.tenant_id):
        everybody = await people(100)
        await limit(place, "TIER_50")
        for part in range(0, 45, 5):
            clock.move(_H)
            assert await channels.reserve(place.number, asks(everybody[part : part + 5])) == {}
        now, later = clock.now(), asks(everybody[50:57])
        until = await channels.reserve(place.number, later)
        waits = [round((at - now) / _H) for at in until.values()]
        assert waits == [16] * 5 + [17] * 2
        plan = await channels.plan(50, [place.number], now + clock.MINUTE)
        assert [day.people for day in plan.days] == [45, 5]
        assert plan.bound == "PORTFOLIO_LIMIT"
        clock.move(16 * _H)
        assert await channels.reserve(place.number, later[:5]) == {}
        assert len(await channels.reserve(place.number, later[5:])) == 2


async def test_many_at_once_never_take_more(place: Place) -> None:
    with tenancy.acting_for(place.tenant_id):
        everybody = await people(120)
        await limit(place, "TIER_50")
        other = await channels.connect_number(place.waba, "pn2", "15550783882", "V")
        found = await asyncio.gather(
            *(
                channels.reserve(
                    (place.number, other)[turn % 2],
                    asks(everybody[turn * 10 : turn * 10 + 10], is_service=turn % 3 == 0),
                )
                for turn in range(12)
            )
        )
        assert await used(place) == 50 == 120 - sum(map(len, found))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 9 * _H), st.sets(st.integers(0, 29), max_size=8), st.booleans()),
        max_size=9,
    )
)
async def test_no_window_of_24_hours_holds_more(
    house: House,
    steps: list[tuple[int, set[int], bool]],
) -> None:
    place = await make_place(ids.new_id(), ids.new_id())
    reached: list[tuple[int, Id]] = []
    with tenancy.acting_for(place.tenant_id):
        everybody = await people(30)
        await stored.run(
            "UPDATE waba SET messaging_limit = 'TIER_10' WHERE tenant_id = $1::uuid",
            place.tenant_id,
        )
        for wait, whom, is_service in steps:
            clock.move(wait)
            wanted = asks([everybody[one] for one in sorted(whom)], is_service=is_service)
            until = await channels.reserve(place.number, wanted)
            now = clock.now()
            assert all(at > now for at in until.values())
            reached += [(now, one.contact_id) for one in wanted if one.send_id not in until]
            assert len({one for at, one in reached if at > now - _D}) <= 10
