"""The purchases of a demo shop: a seeded model whose figures resemble those of a real one.

It is drawn after a year of a real wholesaler (UCI Online Retail to 2011-12-10: 4,338 customers,
18,532 orders), a tenth of its size: how many orders a customer makes, when the last one was, what
one comes to. `docs/decisions/0011-shops.md` holds the comparison, a test holds the model to it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import commerce
from kernel import clock

told = commerce.told
CUSTOMERS = 434
# Over so many days back.
DAYS = 374
_SEED = 1
# How many orders a customer makes: share of the customers, from, to; within a span the few weigh
# more, as 1 / count^2.1.
_FREQUENCY = ((0.344, 1, 1), (0.193, 2, 2), (0.117, 3, 3), (0.185, 4, 6), (0.161, 7, 60))
# Days since the last order: share of the customers, from, to.
_RECENCY = ((0.375, 1, 30), (0.288, 31, 89), (0.139, 90, 180), (0.198, 181, 373))
# What an order comes to is log-normal: its mean, and the spreads of its logarithm from customer to
# customer and from order to order.
_MEAN, _BETWEEN, _WITHIN = 510.0, 0.9, 0.7
_STEEP = 2.1
# How much more lately those bought who buy often.
_LATELY = 0.8
_GOODS = (
    ("Camiseta Ola", "501", 2450),
    ("Gorra Faro", "502", 1800),
    ("Vestido Brisa", "503", 5990),
    ("Sudadera Cala", "504", 4490),
    ("Bolso Playa", "505", 3250),
)


def purchases(
    currency: str, now: int, buyers: Sequence[told.Buyer] = ()
) -> list[told.Customer | told.Order | told.Product]:
    """Customers, products and orders up to now, always the same; the first customers are `buyers`.

    Amounts are in 1/10,000 of the currency, times in microseconds UTC.
    """
    dice = random.Random(_SEED)  # noqa: S311 (a demo)
    day = now - now % clock.DAY
    found: list[told.Customer | told.Order | told.Product] = [
        told.Product(
            external_id,
            day - DAYS * clock.DAY,
            title,
            currency=currency,
            variants=(told.Variant(f"{external_id}-1", price=price * 100, stock=100),),
        )
        for title, external_id, price in _GOODS
    ]
    number, turns = 1000, _turns(dice)
    for place in range(CUSTOMERS):
        own = told.Buyer(customer=f"c-{place + 1}", email=f"c{place + 1}@customers.example")
        buyer = buyers[place] if place < len(buyers) else own
        found.append(told.Customer(buyer, day - DAYS * clock.DAY))
        usual = _drawn(dice, _MEAN, _BETWEEN)
        for age in _ages(dice, place, turns[place]):
            number, total = number + 1, _drawn(dice, usual, _WITHIN)
            found.append(_order(dice, number, day - age * clock.DAY, currency, total, buyer))
    return found


def _turns(dice: random.Random) -> list[int]:
    """Who bought lately, by places: those who buy often more likely, each place once."""
    drawn = [dice.gauss(-_LATELY * 2 * place / CUSTOMERS, 1) for place in range(CUSTOMERS)]
    turns = [0] * CUSTOMERS
    for turn, place in enumerate(sorted(range(CUSTOMERS), key=drawn.__getitem__)):
        turns[place] = turn
    return turns


def _ages(dice: random.Random, place: int, turn: int) -> list[int]:
    """How many days ago a customer's orders were: the last one, and the ones before it."""
    least, most = _of(_FREQUENCY, place)
    counts = range(least, most + 1)
    (count,) = dice.choices(counts, [one**-_STEEP for one in counts])
    newest = dice.randint(*_of(_RECENCY, turn))
    return [newest, *(dice.randint(newest, DAYS - 1) for _ in range(count - 1))]


def _of(table: Sequence[tuple[float, int, int]], place: int) -> tuple[int, int]:
    """The span of the table in whose share this place of all customers lies."""
    upto = 0.0
    for share, least, most in table:
        upto += share
        if place < upto * CUSTOMERS:
            return least, most
    return table[-1][1:]


def _drawn(dice: random.Random, mean: float, spread: float) -> float:
    return dice.lognormvariate(math.log(mean) - spread**2 / 2, spread)


def _order(
    dice: random.Random, number: int, day: int, currency: str, wanted: float, buyer: told.Buyer
) -> told.Order:
    title, product, price = dice.choice(_GOODS)
    quantity = max(1, round(wanted * 100 / price))
    total = quantity * price * 100
    placed_at = day + dice.randrange(8 * 60, 20 * 60) * clock.MINUTE
    return told.Order(
        external_id=f"o-{number}",
        at=placed_at,
        placed_at=placed_at,
        currency=currency,
        total=total,
        buyer=told.Buyer(customer=buyer.customer),
        number=f"#{number}",
        lines=(told.Line(title, quantity, price * 100, total, product=product),),
    )
