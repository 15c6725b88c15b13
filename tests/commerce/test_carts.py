"""Carts by time: left and paid, left and not paid, paid before the first word of them (F30)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

import commerce
from commerce.told import Buyer
from kernel import clock, database, tenancy
from kernel.ids import Id
from tests.commerce.shop import LEA, cart, open_shop, order, state
from tests.conftest import House
from tests.flows.town import make_tenant

HALF_AN_HOUR = 30 * clock.MINUTE


@pytest.fixture
async def shop(house: House) -> AsyncIterator[Id]:
    """A shop."""
    with tenancy.acting_for(await make_tenant()):
        yield await open_shop()


async def test_left_and_not_paid(shop: Id) -> None:
    left_at = clock.now()
    await commerce.ingest(shop, [cart(0, at=left_at, buyer=LEA)])
    clock.move(HALF_AN_HOUR - clock.SECOND)
    assert (await commerce.abandon_carts(), await _carts()) == (0, [("open", None, None)])
    clock.move(2 * clock.SECOND)
    assert await commerce.abandon_carts() == 1
    assert await _carts() == [("abandoned", left_at + HALF_AN_HOUR, None)]
    assert await commerce.abandon_carts() == 0
    assert await _events() == {"cart.updated": 1, "cart.abandoned": 1}


async def test_left_and_paid_later(shop: Id) -> None:
    left_at = clock.now()
    await commerce.ingest(shop, [cart(0, at=left_at, buyer=LEA)])
    clock.move(clock.HOUR)
    await commerce.abandon_carts()
    paid_at = clock.now()
    await commerce.ingest(shop, [order(0, at=paid_at, placed_at=paid_at, payment="paid")])
    assert await _carts() == [("recovered", left_at + HALF_AN_HOUR, paid_at)]
    assert (await _events())["cart.recovered"] == 1


async def test_left_and_paid_at_once(shop: Id) -> None:
    await commerce.ingest(shop, [cart(0, at=clock.now(), buyer=LEA)])
    clock.move(5 * clock.MINUTE)
    paid_at = clock.now()
    await commerce.ingest(shop, [order(0, at=paid_at, placed_at=paid_at)])
    clock.move(clock.DAY)
    assert await commerce.abandon_carts() == 0
    assert await _carts() == [("recovered", None, paid_at)]
    assert "cart.abandoned" not in await _events()


async def test_paid_before_the_first_word_of_the_cart(shop: Id) -> None:
    left_at = clock.now()
    clock.move(clock.HOUR)
    paid_at = clock.now()
    await commerce.ingest(shop, [order(0, at=paid_at, placed_at=paid_at)])
    await commerce.ingest(shop, [cart(0, at=left_at)])
    assert await commerce.abandon_carts() == 0
    # It had been left for an hour by then, though nobody was told in time.
    assert await _carts() == [("recovered", left_at + HALF_AN_HOUR, paid_at)]
    assert "cart.abandoned" not in await _events()


async def test_taken_up_again(shop: Id) -> None:
    await commerce.ingest(shop, [cart(0, at=clock.now())])
    clock.move(clock.HOUR)
    await commerce.abandon_carts()
    again = clock.now()
    await commerce.ingest(shop, [cart(0, at=again, total=80_0000)])
    assert await _carts() == [("open", None, None)]
    clock.move(clock.HOUR)
    await commerce.abandon_carts()
    assert await _carts() == [("abandoned", again + HALF_AN_HOUR, None)]
    assert (await _events())["cart.abandoned"] == 2


async def test_by_the_cart_before_the_checkout(shop: Id) -> None:
    """The order names the cart's token only, and whose it is comes with a later word."""
    await commerce.ingest(
        shop,
        [
            cart(1, "checkout-9", cart_token="cart-9", buyer=Buyer()),
            order(5, "9", cart_tokens=("cart-9",)),
        ],
    )
    await commerce.ingest(shop, [cart(2, "checkout-9", cart_token="cart-9", buyer=LEA)])
    (row,) = (await state())["carts"]
    assert (row["state"], row["is_ordered"], row["contact_id"] is not None) == (
        "recovered",
        True,
        True,
    )


async def test_completed_by_the_shops_word_alone(shop: Id) -> None:
    at = clock.now()
    await commerce.ingest(shop, [cart(0, at=at, completed_at=at)])
    clock.move(clock.DAY)
    assert await commerce.abandon_carts() == 0
    assert await _carts() == [("recovered", None, at)]


async def _carts() -> list[tuple[str, int | None, int | None]]:
    return [
        (row["state"], row["abandoned_at"], row["recovered_at"]) for row in (await state())["carts"]
    ]


async def _events() -> dict[str, int]:
    rows = await database.rows(
        """SELECT kind, count(*) AS n FROM outbox
            WHERE tenant_id = $1::uuid AND kind LIKE 'cart.%' GROUP BY kind""",
        tenancy.current(),
    )
    return {row["kind"]: row["n"] for row in rows}
