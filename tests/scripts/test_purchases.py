"""The purchases of the demo shop, held against those of the real one that they are drawn after."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

import commerce
from kernel import clock
from scripts.demo import purchases, real_orders
from scripts.demo.purchases import CUSTOMERS

DAY = 20_000 * clock.DAY
# UCI Online Retail at 2011-12-10: shares of 4,338 customers.
ORDERS_EACH, VALUE_EACH, REPEAT = 18_532 / 4_338, 480.866, 2_845 / 4_338
FREQUENCY = {1: 1_493, 2: 835, 3: 508, 4: 802, 7: 700}
RECENCY = {30: 1_628, 89: 1_247, 180: 602, 999: 861}


def _orders() -> dict[str, list[commerce.told.Order]]:
    found: dict[str, list[commerce.told.Order]] = defaultdict(list)
    for one in purchases("EUR", DAY + clock.HOUR):
        if isinstance(one, commerce.told.Order):
            assert one.buyer.customer is not None
            found[one.buyer.customer].append(one)
    return found


def test_the_model_is_the_same_each_time() -> None:
    assert purchases("EUR", DAY) == purchases("EUR", DAY)


def test_the_model_resembles_the_real_shop() -> None:
    orders = _orders()
    count, total = sum(map(len, orders.values())), 0
    for mine in orders.values():
        total += sum(one.total for one in mine)
    assert len(orders) == CUSTOMERS
    assert count / CUSTOMERS == pytest.approx(ORDERS_EACH, rel=0.05)
    assert total / count / 10_000 == pytest.approx(VALUE_EACH, rel=0.05)
    assert sum(len(mine) > 1 for mine in orders.values()) / CUSTOMERS == pytest.approx(
        REPEAT, abs=0.01
    )
    often = [max(least for least in FREQUENCY if least <= len(mine)) for mine in orders.values()]
    days = [(DAY - max(one.at for one in mine)) // clock.DAY + 1 for mine in orders.values()]
    lately = [min(most for most in RECENCY if day <= most) for day in days]
    for found, real in ((often, FREQUENCY), (lately, RECENCY)):
        for value, customers in real.items():
            share = found.count(value) / CUSTOMERS
            assert share == pytest.approx(customers / 4_338, abs=0.015), value


@pytest.mark.slow
@pytest.mark.real_data
def test_the_real_orders_are_those_of_the_facts(samples: Path) -> None:
    told = [one for some in real_orders(samples) for one in some]
    orders = {one.external_id: one for one in told if isinstance(one, commerce.told.Order)}
    back = {one.external_id: one for one in told if isinstance(one, commerce.told.Refund)}
    assert len(orders) == 18_532
    assert sum(one.total for one in orders.values()) == 8_911_407_9040
    assert len({one.buyer.customer for one in orders.values()}) == 4_338
    assert len(back) == 3_654
    assert sum(one.amount for one in back.values()) == 611_342_0900
