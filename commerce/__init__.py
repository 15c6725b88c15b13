"""Commerce: what was bought, and what nearly was, in the shops of a tenant.

I own connections to shops, their raw deliveries, customers' records, products, carts, orders with
their lines, parcels and refunds, visits, rates of currencies, and what platforms ask for by law.
My words: told (what a shop says, whichever platform it runs on), buyer (who it is as far as the
shop says), fold (a row as all that was told of it comes to), origin (the import that made a row),
base (the tenant's own currency).
My events: store.connected, store.disconnected, store.request_received, customer.updated,
product.changed, product.restocked, product.viewed, storefront.searched, cart.updated,
cart.abandoned, cart.recovered, checkout.advanced, order.placed, order.changed, order.paid,
order.fulfilled, order.delivered, order.cancelled, order.refunded.
"""

from commerce import told
from commerce.accept import BELL as DELIVERIES_BELL
from commerce.accept import BadSignature, Presented, accept
from commerce.aging import CARTS, VISITS
from commerce.bulk import (
    MOST_ROWS,
    BulkReport,
    ReadRows,
    RowReport,
    read_rows,
    take_rows,
)
from commerce.carts import abandon as abandon_carts
from commerce.connections import forget_connections
from commerce.deliveries import (
    ClaimedDelivery,
    claim_deliveries,
    drop_old_deliveries,
    settle,
    try_later,
)
from commerce.forgetting import blank_requests
from commerce.forgetting import prune_deliveries as prune_store_deliveries
from commerce.ingest import Ingested, Outcome, ingest
from commerce.merges import follow_merges
from commerce.pull import pull_orders, start
from commerce.queries import (
    CartFilter,
    CartRow,
    LineRow,
    OrderFilter,
    OrderRow,
    ParcelRow,
    ProductRow,
    RefundRow,
    VariantRow,
    cart_page,
    carts_by_ids,
    count_carts,
    count_orders,
    count_orders_of,
    count_products,
    end_orders,
    lines_of_carts,
    lines_of_orders,
    order_page,
    orders_by_ids,
    parcels_of,
    product_page,
    products_by_ids,
    refunds_of,
    variants_of,
)
from commerce.rates import (
    RATE_UNIT,
    Rate,
    base_currency,
    list_rates,
    set_rates,
)
from commerce.requests import TakenRequest, take_requests
from commerce.shop_erasure import erase_part
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
from commerce.taking_back import (
    TakenBack,
    known_orders,
    take_back,
    who_buys,
)
from commerce.told import Told
from commerce.wire.own import RowKind

__all__ = [
    "CARTS",
    "DELIVERIES_BELL",
    "MOST_ROWS",
    "RATE_UNIT",
    "VISITS",
    "BadSignature",
    "BulkReport",
    "CartFilter",
    "CartRow",
    "ClaimedDelivery",
    "Ingested",
    "LineRow",
    "OrderFilter",
    "OrderRow",
    "Outcome",
    "ParcelRow",
    "Presented",
    "ProductRow",
    "Rate",
    "ReadRows",
    "RefundRow",
    "RowKind",
    "RowReport",
    "Store",
    "TakenBack",
    "TakenRequest",
    "Told",
    "VariantRow",
    "abandon_carts",
    "accept",
    "base_currency",
    "blank_requests",
    "cart_page",
    "carts_by_ids",
    "claim_deliveries",
    "close_store",
    "connect_store",
    "count_carts",
    "count_orders",
    "count_orders_of",
    "count_products",
    "drop_old_deliveries",
    "end_orders",
    "erase_part",
    "follow_merges",
    "forget_connections",
    "ingest",
    "known_orders",
    "lines_of_carts",
    "lines_of_orders",
    "link_token",
    "list_rates",
    "list_stores",
    "order_page",
    "orders_by_ids",
    "parcels_of",
    "product_page",
    "products_by_ids",
    "prune_store_deliveries",
    "pull_orders",
    "read_rows",
    "read_store",
    "refunds_of",
    "rotate_secret",
    "set_rates",
    "settle",
    "start",
    "stores_by_ids",
    "take_back",
    "take_requests",
    "take_rows",
    "told",
    "try_later",
    "variants_of",
    "who_buys",
]
