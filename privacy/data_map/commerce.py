"""The data map: shops, what was bought there, and what was left in carts."""

from __future__ import annotations

from privacy.data_map.table import Table, table

_HASHES = "Keyed hashes, by which carts, orders and deletions find each other."

TABLES: dict[str, Table] = {
    "store": table(
        "operation",
        "nobody",
        clear="tenant_id id platform name address webhook_key currency country state state_at "
        "abandoned_after pulled_to pull_due_at pull_trouble created_at updated_at",
        sealed="secrets_sealed token_sealed",
        house="secrets_sealed token_sealed",
    ),
    "store_route": table("operation", "nobody", clear="platform address store_id tenant_id"),
    "store_delivery": table(
        "intake",
        "mixed",
        clear="id store_id topic state intake_key triggered_at received_at lease_until fence "
        "attempts trouble",
        keyed="token",
        sealed="body_sealed",
        withheld="Raw deliveries, until they are sorted; each part is told in the other files.",
    ),
    "customer": table(
        "purchases",
        "contact",
        "Your customer accounts in shops",
        by="contact_id>contact",
        told="id store_id contact_id tags origin_id told_at created_at updated_at",
        clear="tenant_id told_tie",
        keyed="token",
    ),
    "product": table(
        "operation",
        "nobody",
        clear="tenant_id id store_id external_id title state currency price stock url told_at "
        "told_tie deleted_at created_at updated_at",
    ),
    "variant": table(
        "operation", "nobody", clear="tenant_id product_id external_id sku title price stock"
    ),
    "shop_order": table(
        "purchases",
        "contact",
        "Your orders",
        by="contact_id>contact",
        told="id store_id external_id contact_id number currency total:money subtotal:money "
        "discount:money tax:money shipping:money refunded:money base_total:money "
        "base_refunded:money payment fulfilment coupons is_test placed_at paid_at cancelled_at "
        "cancel_reason deleted_at origin_id told_at created_at updated_at",
        clear="tenant_id contact_at told_tie",
    ),
    "order_line": table(
        "purchases",
        "contact",
        "What you ordered",
        by="order_id>shop_order",
        key="order_id position",
        told="order_id position product variant sku title quantity price:money total:money",
        clear="tenant_id",
    ),
    "order_token": table(
        "purchases",
        "contact",
        by="order_id>shop_order",
        key="store_id token order_id",
        clear="tenant_id store_id order_id",
        keyed="token",
        withheld=_HASHES,
    ),
    "fulfilment": table(
        "purchases",
        "contact",
        "Your parcels",
        by="order_id>shop_order",
        told="id order_id external_id state shipment carrier at",
        opened="tracking_sealed:json",
        house="tracking_sealed",
        clear="tenant_id subject_id",
    ),
    "refund": table(
        "purchases",
        "contact",
        "Money that you were given back",
        by="contact_id>contact",
        told="id store_id order_external_id external_id contact_id amount:money currency "
        "origin_id at created_at",
        clear="tenant_id",
    ),
    "deletion": table(
        "purchases",
        "nobody",
        clear="tenant_id store_id kind gone_at back_at",
        keyed="token",
        withheld=_HASHES,
    ),
    "cart": table(
        "storefront",
        "contact",
        "Your carts",
        by="contact_id>contact",
        told="id store_id contact_id currency total:money state left_at abandoned_at recovered_at "
        "order_id told_at created_at updated_at",
        opened="url_sealed",
        house="url_sealed",
        clear="tenant_id subject_id contact_at due_at told_tie",
        keyed="token cart_token",
    ),
    "cart_line": table(
        "storefront",
        "contact",
        "What was in your carts",
        by="cart_id>cart",
        key="cart_id position",
        told="cart_id position product variant sku title quantity price:money total:money",
        clear="tenant_id",
    ),
    "visit": table(
        "storefront",
        "contact",
        "What you did in the shop",
        by="contact_id>contact",
        told="id store_id contact_id kind product seconds step at created_at",
        opened="query_sealed",
        clear="tenant_id subject_id",
        keyed="token",
    ),
    "currency_rate": table(
        "operation", "nobody", clear="tenant_id currency valid_from rate updated_at"
    ),
    "store_request": table(
        "rights",
        "mixed",
        clear="tenant_id id store_id kind state requested_at due_at received_at",
        keyed="token",
        sealed="payload_sealed",
        house="payload_sealed",
        withheld="What a shop asked for on somebody's behalf, before it is known whose it is.",
    ),
}
