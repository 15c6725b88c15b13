"""A demo house's own shop, filled once: by the model, or by the real orders that are named."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime

import commerce
import conversations
from kernel import clock, database
from kernel.settings import PREFIX, Settings
from scripts.demo.customers import Customer
from scripts.demo.purchases import purchases
from scripts.demo.retail import FILE, real_orders

_ADDRESS = "tienda"
# What a pound is worth in the house's euros, about.
_POUND = 1_170_000_000
_SINCE = clock.micros(datetime(2010, 1, 1, tzinfo=UTC))


async def fill_shop(chosen: Settings, name: str, currency: str, talkers: Sequence[Customer]) -> int:
    """Connect and fill the shop of the current tenant, unless it is there; how many orders came.

    Some of those who talk with the house have bought in it.
    """
    if any(one.address == _ADDRESS for one in await commerce.list_stores()):
        return 0
    if not _has_real_orders(chosen):
        return await _by_the_model(name, currency, talkers)
    return await _by_the_file(chosen, name)


def _has_real_orders(chosen: Settings) -> bool:
    """Only where the folder is named, not where it is only there: they take their minute."""
    is_named = bool(os.environ.get(f"{PREFIX}SAMPLES"))
    return is_named and chosen.samples is not None and (chosen.samples / FILE).exists()


@database.unit_of_work
async def _by_the_model(name: str, currency: str, talkers: Sequence[Customer]) -> int:
    buyers = [
        commerce.told.Buyer(customer=f"c-{place}", phone=one.phone, name=one.name)
        for place, one in enumerate((one for one in talkers if one.phone and not one.hidden), 1)
    ]
    store_id = await commerce.connect_store("own", name, _ADDRESS)
    ingested = await commerce.ingest(store_id, purchases(currency, clock.now(), buyers))
    await conversations.follow_merges(ingested.merges)
    return len(ingested.orders)


async def _by_the_file(chosen: Settings, name: str) -> int:
    store_id = await commerce.connect_store("own", name, _ADDRESS, currency="GBP", country="GB")
    await commerce.set_rates([commerce.Rate("GBP", _SINCE, _POUND)])
    count = 0
    for some in real_orders(chosen.samples) if chosen.samples else ():
        count += len((await commerce.ingest(store_id, some)).orders)
    return count
