"""What orders, carts, consents and sends give to the counters. Pure: rows in, entries out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from counters.clocks import House
from counters.ledger import Entry
from counters.people import Person
from kernel import clock
from kernel.ids import Id

Row = Mapping[str, Any]
People = Mapping[Id | None, Person]

HALF_YEAR = 183 * clock.DAY
YEAR = 365 * clock.DAY
# The end of a send that left or never will.
_ENDED = ("sent", "failed", "refused", "void", "unknown")


def order(row: Row, people: People, house: House) -> list[Entry]:
    """What an order gives, also in the hour in which it is clear whether its buyer came back."""
    if row["is_test"] or row["cancelled_at"] is not None or row["deleted_at"] is not None:
        return []
    at, person = row["placed_at"], people[row["contact_id"]]
    worth, refunded = row["base_total"] or 0, row["base_refunded"] or 0
    amounts = {"orders": 1, "revenue": worth, "refunded": refunded}
    if row["refunded"]:
        amounts["refunded_orders"] = 1
    if row["evidence"]:
        amounts |= {"attributed_orders": 1, "attributed_revenue": worth}
    values = person.values(at) | ({"campaign": row["campaign_id"]} if row["campaign_id"] else {})
    if not row["contact_id"]:
        return [Entry(house.hour(at), values, amounts)]
    amounts["known_orders"] = 1
    place = next(place for place, one in enumerate(person.orders) if one["id"] == row["id"])
    is_first, later = place == 0, person.orders[place + 1 :]
    next_at = later[0]["placed_at"] if later else None
    if is_first:
        spent = sum((one["base_total"] or 0) - (one["base_refunded"] or 0) for one in person.orders)
        amounts |= {"buyers": 1, "lifetime": spent}
        due, lasts, back = "half_year_due", HALF_YEAR, "half_year_back"
    else:
        amounts["repeat_orders"] = 1
        due, lasts, back = "year_due", YEAR, "year_lost"
    came_back = next_at is not None and next_at <= at + lasts
    then = {due: 1} | ({back: 1} if came_back == is_first else {})
    return [
        Entry(house.hour(at), values, {name: n for name, n in amounts.items() if n}),
        Entry(house.hour(at + lasts), person.values(at + lasts), then),
    ]


def cart(row: Row, people: People, house: House) -> list[Entry]:
    """What a cart of a known customer gives."""
    if not row["contact_id"]:
        return []
    at, person = row["created_at"], people[row["contact_id"]]
    became = {"cart_orders": 1} if row["order_id"] else {}
    return [Entry(house.hour(at), person.values(at), {"carts": 1, **became})]


def consent(row: Row, people: People, house: House) -> list[Entry]:
    """What a line of the ledger of consents gives, where it is about marketing as a whole."""
    metric = {"confirmed": "opt_ins", "withdrawn": "opt_outs"}.get(row["kind"])
    if metric is None or row["purpose"] != "marketing" or row["topic"]:
        return []
    at, person = row["provider_at"], people[row["contact_id"]]
    return [Entry(house.hour(at), person.values(at), {metric: 1})]


def send(row: Row, people: People, house: House) -> list[Entry]:
    """What a send that came to its end gives."""
    if row["state"] not in _ENDED:
        return []
    at, person = row["created_at"], people[row["contact_id"]]
    values = person.values(at) | {
        name: row[column]
        for name, column in (("campaign", "campaign_id"), ("template", "template_name"))
        if row[column]
    }
    left = {"left": 1} if row["has_left"] else {}
    return [Entry(house.hour(at), values, {"planned": 1, **left})]
