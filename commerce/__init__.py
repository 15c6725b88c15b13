"""Commerce: what was bought, and what nearly was, in the shops of a tenant.

I own connections to shops, their raw deliveries, customers' records, products, carts, orders with
their lines, parcels and refunds, visits, rates of currencies, and what platforms ask for by law.
My words: told (what a shop says, whichever platform it runs on), buyer (who it is as far as the
shop says), fold (a row as all that was told of it comes to), origin (the import that made a row),
base (the tenant's own currency).
My events: store.connected, store.disconnected, store.request_received, customer.updated,
product.changed, product.restocked, product.viewed, storefront.searched, cart.updated,
cart.abandoned, cart.recovered, checkout.advanced, order.placed, order.paid, order.fulfilled,
order.delivered, order.cancelled, order.refunded.
"""

from commerce import told
from commerce.accept import BELL as DELIVERIES_BELL
from commerce.accept import Presented, accept
from commerce.carts import abandon as abandon_carts
from commerce.connections import forget_connections
from commerce.deliveries import (
    ClaimedDelivery,
    claim_deliveries,
    drop_old_deliveries,
    settle,
    try_later,
)
from commerce.ingest import Ingested, Outcome, ingest
from commerce.merges import follow_merges
from commerce.rates import Rate, list_rates, set_rates
from commerce.storefront import link_token
from commerce.stores import (
    Store,
    close_store,
    connect_store,
    list_stores,
    read_store,
    rotate_secret,
    stores_by_ids,
)
from commerce.taking_back import TakenBack, known_orders, take_back, who_buys

__all__ = [
    "DELIVERIES_BELL",
    "ClaimedDelivery",
    "Ingested",
    "Outcome",
    "Presented",
    "Rate",
    "Store",
    "TakenBack",
    "abandon_carts",
    "accept",
    "claim_deliveries",
    "close_store",
    "connect_store",
    "drop_old_deliveries",
    "follow_merges",
    "forget_connections",
    "ingest",
    "known_orders",
    "link_token",
    "list_rates",
    "list_stores",
    "read_store",
    "rotate_secret",
    "set_rates",
    "settle",
    "stores_by_ids",
    "take_back",
    "told",
    "try_later",
    "who_buys",
]
