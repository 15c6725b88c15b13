"""What a shop tells of a purchase: the same state in any order, doubled, in any batches (F33)."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import commerce
from commerce.told import Order, Told
from kernel import tenancy
from tests.commerce.shop import STORY, at, cart, open_shop, order, refund, state
from tests.conftest import House
from tests.contacts.acquaintance import batches
from tests.flows.town import make_tenant

cuts = st.lists(st.integers(0, 30), max_size=6)
IN_ANY_ORDER = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def _after(told: tuple[Told, ...], ends: list[int]) -> dict[str, Any]:
    """What is held after this was told in these batches."""
    with tenancy.acting_for(await make_tenant()):
        store_id = await open_shop()
        for batch in batches(told, ends):
            await commerce.ingest(store_id, batch)
        return await state()


@given(st.permutations(STORY), cuts)
@IN_ANY_ORDER
async def test_a_purchase_in_any_order(house: House, told: list[Told], ends: list[int]) -> None:
    again = tuple(told + told[: len(told) // 2])
    assert await _after(again, ends) == await _after(STORY, list(range(30)))


async def test_a_purchase_as_it_ends(house: House) -> None:
    held = await _after(STORY, list(range(30)))
    first, second, third = sorted(held["orders"], key=lambda row: row["number"] + str(row["total"]))
    assert held["orders"][0]["external_id"] == "2"
    by_id = {row["external_id"]: row for row in held["orders"]}
    first, second, third = by_id["9007199254740993"], by_id["2"], by_id["3"]
    assert (first["total"], first["refunded"], first["payment"], first["fulfilment"]) == (
        72_0000,
        23_0000,
        "partially_refunded",
        "fulfilled",
    )
    assert (first["paid_at"], first["cancelled_at"], first["base_total"]) == (at(6), None, 72_0000)
    assert (second["cancelled_at"], second["cancel_reason"]) == (at(21), "customer")
    assert (third["deleted_at"], third["is_test"], third["contact_id"]) == (at(9), 1, None)
    assert [(row["state"], row["is_ordered"]) for row in held["carts"]] == [
        ("recovered", True),
        ("open", False),
    ]
    assert [
        (row["external_id"], row["price"], row["stock"], row["deleted_at"])
        for row in held["products"]
    ] == [("8001", 26_0000, 14, None), ("8002", None, None, at(8))]
    assert held["parcels"] == [("p-1", "success", "in_transit", "9400100000000000000001")]
    assert held["tags"] == [("summer",), ("vip",)]
    assert held["consents"] == [
        ("marketing", "withdrawn", at(1499)),
        ("sms", "withdrawn", at(1499)),
    ]
    # Lea by all that the shop said of her, and who left the second cart.
    assert len(held["people"]) == 2


async def test_the_newer_before_the_older(house: House) -> None:
    newer, older = order(9, total=10_0000), order(5, total=99_0000)
    held = await _after((newer, older), [1])
    assert [row["total"] for row in held["orders"]] == [10_0000]


async def test_two_words_of_one_moment(house: House) -> None:
    """The one that is further on counts, whichever comes last."""
    paid, pending = order(5, payment="paid"), order(5)
    for told in ((paid, pending), (pending, paid)):
        for ends in ([], [1]):
            assert [row["payment"] for row in (await _after(told, ends))["orders"]] == ["paid"]


async def test_a_refund_of_an_order_never_told(house: House) -> None:
    held = await _after((refund(),), [])
    assert (held["orders"], [row["amount"] for row in held["refunds"]]) == ([], [18_0000])


async def test_the_same_ids_of_two_shops_are_two_orders(house: House) -> None:
    with tenancy.acting_for(await make_tenant()):
        for address in ("one", "two"):
            told = await commerce.ingest(await open_shop(address), [order(5), cart(1)])
            assert told.orders == {"9007199254740993": "created"}
        assert len((await state())["orders"]) == 2


async def test_what_became_of_each(house: House) -> None:
    with tenancy.acting_for(await make_tenant()):
        store_id = await open_shop()
        both: list[Order] = [order(5, "1"), order(5, "2")]
        assert (await commerce.ingest(store_id, both)).orders == {"1": "created", "2": "created"}
        both[1] = order(6, "2", payment="paid")
        assert (await commerce.ingest(store_id, both)).orders == {"1": "unchanged", "2": "updated"}
