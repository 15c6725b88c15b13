"""What messages and episodes give to the counters. Pure: rows in, entries out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

from counters.clocks import House
from counters.ledger import Entry
from counters.people import Person
from kernel import clock
from kernel.ids import Id

Row = Mapping[str, Any]
People = Mapping[Id | None, Person]

_DELIVERED = ("delivered", "read", "played")
_READ = ("read", "played")
# Origins of what people wrote; the business's own app tells of the past and beside us as well.
_BY_PEOPLE = ("desk", "phone_app", "history", "standby")
# The customer blocked the business (contract 5.3).
_BLOCKED = 130403
# An order so long after a customer began to talk came of the talk.
INQUIRY_LASTS = 7 * clock.DAY


def message(row: Row, people: People, house: House) -> list[Entry]:
    """What a message gives; one to the customer that the platform never accepted gives nothing."""
    at, person = row["provider_at"], people[row["contact_id"]]
    hour = house.hour(at)
    if row["direction"] == "in":
        level = row["level"]
        amounts = {"received": 1}
        if level:
            amounts |= {"levelled": 1, f"level_{level}": 1}
        if "delivery" in (row["topics"] or "").split():
            amounts["delivery_questions"] = 1
        return [Entry(hour, person.values(at) | {"media": row["kind"]}, amounts)]
    if not row["is_accepted"]:
        return []
    is_delivered, is_read = row["status"] in _DELIVERED, row["status"] in _READ
    is_failed, is_direct = row["status"] == "failed", row["origin"] != "campaign"
    amounts = {
        "sent": 1,
        "delivered": is_delivered,
        "read": is_read,
        "failed": is_failed,
        "blocked": is_failed and row["error_code"] == _BLOCKED,
        "direct_delivered": is_delivered and is_direct,
        "direct_read": is_read and is_direct,
    }
    return [Entry(hour, _writing(row, person), {name: 1 for name, n in amounts.items() if n})]


def talk(
    episodes: Sequence[Row], messages: Sequence[Row], people: People, house: House
) -> dict[int, list[Entry]]:
    """What the episodes of one thread give, by their ordinal; `messages` are all since the first.

    Messages that the platform never accepted were said to nobody.
    """
    starts = [one["started_at"] for one in episodes]
    given: dict[int, list[Entry]] = {}
    of_episode = groupby(messages, key=lambda one: bisect_right(starts, one["provider_at"]) - 1)
    for place, group in of_episode:
        said = list(group)
        episode, person = episodes[place], people[said[0]["contact_id"]]
        heard = [one for one in said if one["direction"] == "in" or one["is_accepted"]]
        given[episode["ordinal"]] = [
            _episode(episode, heard, person, house),
            *_approaches(heard, person, house),
            *_answers(heard, person, house),
        ]
    return given


@lru_cache(maxsize=100_000)
def bin_of(duration: int) -> int:
    """The bin in which a duration in microseconds lies; those of one are at most 1 % from it."""
    return int(_mapping().key(max(duration, 1000) / clock.SECOND))


def seconds_of(place: int) -> float:
    """The duration that a bin stands for, in seconds; up to a millisecond is none."""
    return float(_mapping().value(place)) if place > bin_of(0) else 0.0


@lru_cache(maxsize=1)
def _mapping() -> Any:
    from ddsketch.mapping import LogarithmicMapping

    return LogarithmicMapping(0.01)


def _writing(row: Row, person: Person) -> dict[str, str]:
    values = {
        "agent": row["author_id"],
        "campaign": row["campaign_id"],
        "media": row["kind"],
        "number": row["number_id"],
        "service": "person" if _is_by_person(row) else "bot",
        "template": row["template_name"],
    }
    told = {name: value for name, value in values.items() if value}
    return person.values(row["provider_at"]) | told


def _is_by_person(row: Row) -> bool:
    return row["origin"] in _BY_PEOPLE


def _service(heard: Sequence[Row]) -> str:
    """Who answered: a person, a bot, both or nobody."""
    who = {"person" if _is_by_person(one) else "bot" for one in heard if one["direction"] == "out"}
    return "both" if len(who) > 1 else next(iter(who), "none")


def _episode(episode: Row, heard: Sequence[Row], person: Person, house: House) -> Entry:
    begun = episode["started_at"]
    by_customer = episode["starter"] == "customer"
    amounts = {"episodes": 1, "turns": episode["turns"]}
    bins = {}
    if by_customer:
        amounts["customer_started"] = 1
        if any(begun < one["placed_at"] <= begun + INQUIRY_LASTS for one in person.orders):
            amounts["customer_orders"] = 1
    if episode["end_reason"] == "resolved":
        took = episode["ended_at"] - begun
        amounts |= {"resolved": 1, "resolution": took}
        bins["resolution_bins"] = bin_of(took)
    first = next((one["author_id"] for one in heard if one["author_id"]), None)
    values = person.values(begun) | {"service": _service(heard)}
    return Entry(house.hour(begun), values | ({"agent": first} if first else {}), amounts, bins)


def _approaches(heard: Sequence[Row], person: Person, house: House) -> Iterator[Entry]:
    """Each time that the customer was written to, whether they answered, and how soon each turn."""
    approach: Row | None = None
    turn: Row | None = None
    for one in heard:
        if one["direction"] == "in":
            if turn:
                waited = house.waking_time(turn["provider_at"], one["provider_at"], person.zone)
                yield Entry(
                    house.hour(turn["provider_at"]),
                    _writing(turn, person),
                    {"customer_waits": 1, "customer_wait": waited},
                    {"customer_wait_bins": bin_of(waited)},
                )
            if approach:
                yield _approach(approach, person, house, replies=1)
            turn = approach = None
            continue
        turn = turn or one
        if one["campaign_id"] or one is _first_out(heard):
            if approach:
                yield _approach(approach, person, house)
            approach = one
    if approach:
        yield _approach(approach, person, house)


def _first_out(heard: Sequence[Row]) -> Row | None:
    return next((one for one in heard if one["direction"] == "out"), None)


def _approach(row: Row, person: Person, house: House, **replies: int) -> Entry:
    return Entry(
        house.hour(row["provider_at"]), _writing(row, person), {"approaches": 1, **replies}
    )


def _answers(heard: Sequence[Row], person: Person, house: House) -> Iterator[Entry]:
    """How long the customer waited for each answer of a person."""
    service = _service(heard)
    asked_at: int | None = None
    for one in heard:
        at = one["provider_at"]
        if one["direction"] == "in":
            asked_at = asked_at or at
        elif asked_at is not None and _is_by_person(one):
            wall, opened = at - asked_at, house.open_time(asked_at, at)
            values = person.values(asked_at) | {"service": service}
            yield Entry(
                house.hour(asked_at),
                values | ({"agent": one["author_id"]} if one["author_id"] else {}),
                {"answers": 1, "answer_wall": wall, "answer_open": opened},
                {"answer_wall_bins": bin_of(wall), "answer_open_bins": bin_of(opened)},
            )
            asked_at = None
