"""How long a mailing will take, over which numbers, and over how many days it spreads (F24).

What numbers and portfolios allow decides; whom the gate will refuse or put off is not seen here.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from channels import throughput, tiers
from channels.reservations import WINDOW
from kernel import clock, database, tenancy
from kernel.database import Batch
from kernel.ids import Id

# What holds the mailing to its length: the rate asked for, what its numbers can send, or how many
# people their portfolio may write to in a day.
Bound = Literal["PACE", "THROUGHPUT", "PORTFOLIO_LIMIT"]
# A plan looks no further ahead.
_FURTHEST = 3650 * clock.DAY
_HOUR = clock.HOUR
K = TypeVar("K", bound=str)


@dataclass(frozen=True, slots=True)
class Road:
    """A number that the mailing may take, with what it can send a second."""

    number_id: Id
    portfolio: str
    per_second: int


@dataclass(frozen=True, slots=True)
class Room:
    """How many people a portfolio may write to in 24 hours (None: any number), and when those that
    are counted come free again: (time, people), in order."""

    most: int | None
    freed: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, slots=True)
class PlanDay:
    """24 hours of the mailing, and how many people it reaches in them."""

    starts_at: int
    people: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How it will go; times in microseconds. `ends_at` None: not within ten years.

    `shares` says how many of the people each number takes, so that all end together.
    """

    starts_at: int
    ends_at: int | None
    per_second: int
    bound: Bound
    days: tuple[PlanDay, ...]
    shares: dict[Id, int]


async def plan(
    people: int,
    number_ids: Sequence[Id],
    starts_at: int,
    *,
    is_service: bool = False,
    per_second: int | None = None,
) -> Plan:
    """The plan of a mailing to so many people from these numbers of the current tenant.

    `is_service`: its template is of utility or authentication. `per_second`: no faster than that.
    """
    rows = await database.rows(
        database.sql(__file__, "roads"),
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(number_ids)]),
    )
    roads = [
        Road(row["id"], row["portfolio"], throughput.speed_of(row, starts_at).most) for row in rows
    ]
    rooms: dict[str, Room] = {}
    for row in rows:
        limit = tiers.people_of(row["messaging_limit"])
        most = limit if limit is None or is_service else tiers.open_to_promotions(limit)
        rooms[row["portfolio"]] = Room(most, () if most is None else await _freed(row["portfolio"]))
    return lay_out(people, roads, rooms, starts_at, per_second)


async def _freed(portfolio: str) -> list[tuple[int, int]]:
    """When the places taken now come free, by the hour."""
    rows = await database.rows(
        """SELECT max(at) AS at, count(*) AS people FROM reservation
            WHERE tenant_id = $1::uuid AND portfolio = $2 AND at > $3
            GROUP BY at / $4::bigint ORDER BY 1""",
        tenancy.current(),
        portfolio,
        clock.now() - WINDOW,
        _HOUR,
    )
    return [(row["at"] + WINDOW, row["people"]) for row in rows]


def lay_out(
    people: int,
    roads: Sequence[Road],
    rooms: Mapping[str, Room],
    starts_at: int,
    per_second: int | None = None,
) -> Plan:
    """The plan, from what each number can send and each portfolio has room for."""
    could = sum(road.per_second for road in roads)
    total = min(could, per_second or could)
    bound: Bound = "PACE" if total < could else "THROUGHPUT"
    by_portfolio = {
        name: sum(road.per_second for road in roads if road.portfolio == name) * total / could
        for name in dict.fromkeys(road.portfolio for road in roads)
    }
    a_day = {
        name: min(rate * WINDOW / clock.SECOND, _most(rooms[name]))
        for name, rate in by_portfolio.items()
    }
    shares: dict[Id, int] = {}
    reached: dict[int, int] = {}
    ends: list[int | None] = []
    for name, its_people in _divide(people, a_day).items():
        its_roads = {one.number_id: float(one.per_second) for one in roads if one.portfolio == name}
        shares |= _divide(its_people, its_roads)
        end, held = _walk(its_people, by_portfolio[name], rooms[name], starts_at, reached)
        ends.append(end)
        bound = "PORTFOLIO_LIMIT" if held else bound
    return Plan(
        starts_at,
        None if not ends or None in ends else max(end for end in ends if end is not None),
        total,
        bound,
        tuple(PlanDay(starts_at + day * WINDOW, reached[day]) for day in sorted(reached)),
        shares,
    )


def _most(room: Room) -> float:
    return float("inf") if room.most is None else room.most


def _divide(people: int, by: Mapping[K, float]) -> dict[K, int]:
    """So many people in proportion, none left over."""
    whole, left, shares = sum(by.values()), people, dict[K, int]()
    for name, weight in by.items():
        shares[name] = min(left, round(left * weight / whole)) if whole else left
        left -= shares[name]
        whole -= weight
    return shares


def _walk(
    people: int, rate: float, room: Room, starts_at: int, reached: dict[int, int]
) -> tuple[int | None, bool]:
    """When the last of them is reached, and whether they had to wait for room on the way.

    Room comes free 24 hours after it was taken, by others before the start or by the mailing.
    """
    places = _first_places(room, starts_at) if room.most is not None else [(starts_at, people)]
    heapq.heapify(places)
    at, held = starts_at, False
    while people and places and at < starts_at + _FURTHEST:
        free_at, free = heapq.heappop(places)
        held |= free_at > at
        at = max(at, free_at)
        day = (at - starts_at) // WINDOW
        left_of_day = starts_at + (day + 1) * WINDOW - at
        taken = min(people, free, max(1, int(left_of_day * rate / clock.SECOND)))
        at += round(taken * clock.SECOND / rate)
        reached[day] = reached.get(day, 0) + taken
        people -= taken
        if taken < free:
            heapq.heappush(places, (at, free - taken))
        if room.most is not None:
            heapq.heappush(places, (at + WINDOW, taken))
    return (None if people else at), held


def _first_places(room: Room, starts_at: int) -> list[tuple[int, int]]:
    """What is free at the start, and what comes free of what is taken, as far as the limit goes."""
    later = [(at, count) for at, count in room.freed if at > starts_at]
    free = (room.most or 0) - sum(count for _, count in later)
    places = [(starts_at, free)] if free > 0 else []
    for at, count in later:
        # More are counted than may be: the first that come free make no room yet.
        spare = min(count, max(0, count + min(free, 0)))
        free = min(0, free + count)
        if spare:
            places.append((at, spare))
    return places
