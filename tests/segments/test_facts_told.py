"""Facts at the door: an order comes in, and what is known of its buyer is at once another (F36)."""

from __future__ import annotations

import time
from typing import Any

import pytest

import segments
from kernel import clock, ids, tenancy
from tests import stored
from tests.api.door import Door, Store, arrives, text_message
from tests.commerce.test_own_shop import own_shop, put
from tests.conftest import House
from tests.segments.test_facts import catch_up

_FACTS = """
query($id: ID!) { contact(id: $id) { pace { stage tier } facts {
  firstOrderAt lastOrderAt daysSinceOrder orders spent { amount currency } spentNet { amount }
  firstOrder { amount } largestOrder { amount } ordersIn30Days ordersIn90Days ordersIn180Days
  ordersIn365Days spentIn365Days { amount } lastInboundAt lastOutboundAt lastReadAt inboundIn30Days
  clicksIn7Days rfmByTies { recency frequency monetary } rfmByNtile { recency frequency monetary }
  rfmSegment recencyClass frequencyClass tier customerClass isValuableLost stage } } }
"""
_RFM = """
query { rfm { rule customers recencyCuts frequencyCuts monetaryCuts { amount }
  segments { segment contacts spent { amount } } cells { recency frequency segment contacts }
  recompute { done total } } }
"""
_CHOOSE = """
mutation($rule: RfmRule!) { tenantUpdate(input: { rfmRule: $rule }) {
  tenant { rfmRule } userErrors { code } } }
"""
# Customer: how many days ago they bought, and for how much each time.
BOUGHT = {
    "600111222": [(1, "60.00"), (20, "300.00"), (29, "400.00"), (364, "500.00")],
    "600111223": [(300, "120.00"), (200, "10.00")],
    "600111224": [(95, "49.99")],
    "600111225": [(10, "30.00"), (50, "80.50")],
    "600111226": [(502, "900.00"), (420, "1.00"), (410, "1.00"), (400, "1.00"), (366, "200.00")],
}

CELLS = [
    {"recency": r, "frequency": f, "segment": name, "contacts": 1}
    for r, f, name in (
        (1, 5, "CANT_LOSE"),
        (2, 1, "HIBERNATING"),
        (3, 2, "ABOUT_TO_SLEEP"),
        (4, 4, "LOYAL"),
        (5, 3, "POTENTIAL_LOYALIST"),
    )
]


@pytest.fixture(autouse=True)
def _noon(house: House) -> None:
    """Facts are told in whole days: none ends while the test runs."""
    clock.move(clock.DAY // 2 - clock.now() % clock.DAY)


async def test_what_orders_and_messages_make_of_a_contact(door: Door, store: Store) -> None:
    shop, token = await own_shop(store), store.tokens["owner"]
    orders = [
        _order(f"{who}-{n}", phone, days, total)
        for who, (phone, bought) in enumerate(BOUGHT.items())
        for n, (days, total) in enumerate(bought)
    ]
    assert (await put(door, token, shop, "orders", orders))[0] == 200
    now = clock.now() // clock.SECOND
    await arrives(door, text_message(store, "Hola", phone="34600111299", at=now - 86_400))
    with tenancy.acting_for(store.tenant_id):
        await catch_up()
    people = await _people(door, store)
    best = (await door.data(_FACTS, store.token, id=people["34600111222"]))["contact"]
    assert best["pace"] == {"stage": "REGULAR", "tier": "HIGH"}
    assert best["facts"] == {
        "firstOrderAt": _day(364),
        "lastOrderAt": _day(1),
        "daysSinceOrder": 1,
        "orders": 4,
        "spent": {"amount": "1260.00", "currency": "EUR"},
        "spentNet": {"amount": "1260.00"},
        "firstOrder": {"amount": "500.00"},
        "largestOrder": {"amount": "500.00"},
        "ordersIn30Days": 3,
        "ordersIn90Days": 3,
        "ordersIn180Days": 3,
        "ordersIn365Days": 4,
        "spentIn365Days": {"amount": "1260.00"},
        "lastInboundAt": None,
        "lastOutboundAt": None,
        "lastReadAt": None,
        "inboundIn30Days": 0,
        "clicksIn7Days": 0,
        "rfmByTies": {"recency": 5, "frequency": 4, "monetary": 5},
        "rfmByNtile": {"recency": 5, "frequency": 4, "monetary": 5},
        "rfmSegment": "CHAMPION",
        "recencyClass": "ACTIVE",
        "frequencyClass": "HIGH",
        "tier": "PLATINUM",
        "customerClass": "VIP",
        "isValuableLost": False,
        "stage": "REGULAR",
    }
    others = {
        phone: await _told(door, store, people[phone])
        for phone in ("34600111223", "34600111224", "34600111226", "34600111299")
    }
    assert others == {
        "34600111223": ("HIBERNATING", "LOST", "LOW", "SILVER", "SLEEPING", True, "LOST"),
        "34600111224": ("ABOUT_TO_SLEEP", "SLEEPING", "LOW", None, "SLEEPING", False, "SLEEPING"),
        "34600111226": ("CANT_LOSE", "LOST", "GONE", "SILVER", "SLEEPING", True, "LOST"),
        "34600111299": (None, "ACTIVE", None, "PROSPECT", "POTENTIAL", False, "PROSPECT"),
    }
    await _one_more(door, store, shop, people)


async def _one_more(door: Door, store: Store, shop: str, people: dict[str, str]) -> None:
    """An order changes its buyer's facts at once and nobody else's; then the rule is another."""
    token, before = store.tokens["owner"], await _computed()
    began = time.monotonic()
    await put(door, token, shop, "orders", [_order("more", "600111223", 0, "260.00")])
    while await _computed() == before:
        await segments.follow()
    assert time.monotonic() - began < 2
    changed = {who for who, at in (await _computed()).items() if at != before.get(who)}
    assert {ids.show("contact", who) for who in changed} == {people["34600111223"]}
    told = ("CHAMPION", "ACTIVE", "MEDIUM", "GOLD", "ACTIVE", False, "REGULAR")
    assert await _told(door, store, people["34600111223"]) == told
    clock.move(clock.MINUTE)
    answer = await door.data(_CHOOSE, token, rule="NTILE")
    assert answer["tenantUpdate"] == {"tenant": {"rfmRule": "NTILE"}, "userErrors": []}
    recompute = (
        "mutation { factsRecompute { rfm { recompute { done total } } userErrors { code } } }"
    )
    asked = (await door.data(recompute, token))["factsRecompute"]
    assert asked == {"rfm": {"recompute": {"done": 0, "total": 6}}, "userErrors": []}
    with tenancy.acting_for(store.tenant_id):
        await catch_up()
    found = (await door.data(_RFM, token))["rfm"]
    assert {
        one["segment"]: one["contacts"] for one in found.pop("segments") if one["contacts"]
    } == {one["segment"]: 1 for one in CELLS}
    assert found == {
        "rule": "NTILE",
        "customers": 5,
        "recencyCuts": [0.8, 6.4, 44.0, 149.2],
        "frequencyCuts": [1.8, 2.6, 3.4, 4.2],
        "monetaryCuts": [{"amount": one} for one in ("98.398", "278.20", "675.20", "1134.40")],
        "cells": CELLS,
        "recompute": {"done": 6, "total": 6},
    }


def _order(name: str, phone: str, days: int, total: str) -> dict[str, Any]:
    return {
        "id": name,
        "placed_at": _day(days),
        "updated_at": _day(days),
        "currency": "EUR",
        "total": total,
        "customer": {"phone": phone},
        "lines": [],
    }


def _day(days: int) -> str:
    """A minute after the day began, so many days ago."""
    at = clock.now() // clock.DAY * clock.DAY - days * clock.DAY + clock.MINUTE
    return clock.moment(at).isoformat().replace("+00:00", "Z")


async def _told(door: Door, store: Store, contact: str) -> tuple[Any, ...]:
    facts = (await door.data(_FACTS, store.token, id=contact))["contact"]["facts"]
    names = "rfmSegment recencyClass frequencyClass tier customerClass isValuableLost stage"
    return tuple(facts[name] for name in names.split())


async def _people(door: Door, store: Store) -> dict[str, str]:
    """Contacts by their phones."""
    found = await door.data("{ contacts(first: 20) { nodes { id phone } } }", store.token)
    return {one["phone"].removeprefix("+"): one["id"] for one in found["contacts"]["nodes"]}


async def _computed() -> dict[str, int]:
    rows = await stored.rows("SELECT contact_id, computed_at FROM contact_facts")
    return {row["contact_id"]: row["computed_at"] for row in rows}
