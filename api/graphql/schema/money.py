"""Money as the schema shows it."""

from __future__ import annotations

from typing import cast

import strawberry

from api.graphql.described import object_type
from api.graphql.scalars import Amount, CurrencyCode


@object_type
class Money:
    """An amount in a currency."""

    amount: Amount = strawberry.field(description="How much, in units of the currency: 26.00.")
    currency: CurrencyCode = strawberry.field(description="Of which currency.")


def money(amount: int, currency: str) -> Money:
    """Money of a stored amount, in 1/10,000."""
    return Money(amount=Amount(amount), currency=cast(CurrencyCode, currency))


def money_or_none(amount: int | None, currency: str) -> Money | None:
    """The same; null stays null."""
    return None if amount is None else money(amount, currency)
