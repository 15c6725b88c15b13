"""The tables of what shops tell; only this folder writes them."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from kernel.models import (
    IdField,
    InstantField,
    SealedField,
    Table,
    TenantModel,
    TenantTable,
    TextField,
    TokenField,
)


class Store(TenantModel):
    """A shop that was connected."""

    platform = TextField()
    name = TextField()
    address = TextField()
    webhook_key = TextField()
    currency = TextField()
    country = TextField()
    state = TextField()
    state_at = InstantField()
    secrets_sealed = SealedField()
    token_sealed = SealedField(null=True)
    abandoned_after = fields.BigIntField()
    pulled_to = InstantField()
    pull_due_at = InstantField()
    pull_trouble = TextField(null=True)
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "store"


class StoreRoute(Table):
    """Which connection an address leads to. Global: it finds the tenant."""

    platform = fields.TextField(primary_key=True)
    address = TextField()
    store_id = IdField()
    tenant_id = IdField()

    class Meta:
        """Its table."""

        table = "store_route"


class StoreDelivery(Table):
    """One POST of a shop as it came. Global: it is claimed before its tenant is known."""

    id = IdField(primary_key=True)
    store_id = IdField()
    token = TokenField()
    topic = TextField()
    state = TextField()
    intake_key = TextField()
    body_sealed = SealedField()
    triggered_at = InstantField()
    received_at = InstantField()
    lease_until = InstantField()
    fence = fields.BigIntField()
    attempts = fields.SmallIntField()
    trouble = TextField(null=True)

    class Meta:
        """Its table."""

        table = "store_delivery"


class Customer(TenantModel):
    """A shop's own record of a contact."""

    store_id = IdField()
    contact_id = IdField()
    token = TokenField()
    tags: Any = fields.JSONField()
    origin_id = IdField(null=True)
    told_at = InstantField()
    told_tie = fields.BigIntField()
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "customer"


class Product(TenantModel):
    """Something that a shop sells."""

    store_id = IdField()
    external_id = TextField()
    title = TextField()
    state = TextField()
    currency = TextField()
    price = fields.BigIntField(null=True)
    stock = fields.BigIntField(null=True)
    url = TextField(null=True)
    told_at = InstantField()
    told_tie = fields.BigIntField()
    deleted_at = InstantField(null=True)
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "product"


class Variant(TenantTable):
    """A size, colour or other kind of a product."""

    product_id = IdField(primary_key=True)
    external_id = TextField()
    sku = TextField(null=True)
    title = TextField()
    price = fields.BigIntField(null=True)
    stock = fields.BigIntField(null=True)

    class Meta:
        """Its table."""

        table = "variant"


class ShopOrder(TenantModel):
    """What somebody bought."""

    store_id = IdField()
    external_id = TextField()
    contact_id = IdField(null=True)
    contact_at = InstantField()
    number = TextField()
    currency = TextField()
    total = fields.BigIntField()
    subtotal = fields.BigIntField(null=True)
    discount = fields.BigIntField(null=True)
    tax = fields.BigIntField(null=True)
    shipping = fields.BigIntField(null=True)
    refunded = fields.BigIntField()
    base_total = fields.BigIntField(null=True)
    base_refunded = fields.BigIntField(null=True)
    payment = TextField()
    fulfilment = TextField()
    coupons: Any = fields.JSONField()
    is_test = fields.SmallIntField()
    placed_at = InstantField()
    paid_at = InstantField(null=True)
    cancelled_at = InstantField(null=True)
    cancel_reason = TextField(null=True)
    deleted_at = InstantField(null=True)
    origin_id = IdField(null=True)
    told_at = InstantField()
    told_tie = fields.BigIntField()
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "shop_order"


class OrderLine(TenantTable):
    """One line of an order."""

    order_id = IdField(primary_key=True)
    position = fields.IntField()
    product = TextField(null=True)
    variant = TextField(null=True)
    sku = TextField(null=True)
    title = TextField()
    quantity = fields.BigIntField()
    price = fields.BigIntField()
    total = fields.BigIntField()

    class Meta:
        """Its table."""

        table = "order_line"


class OrderToken(TenantTable):
    """The cart or checkout that an order came from."""

    store_id = IdField()
    token = TokenField()
    order_id = IdField(primary_key=True)

    class Meta:
        """Its table."""

        table = "order_token"


class Fulfilment(TenantModel):
    """A parcel of an order."""

    order_id = IdField()
    external_id = TextField()
    subject_id = IdField(null=True)
    state = TextField()
    shipment = TextField(null=True)
    carrier = TextField(null=True)
    tracking_sealed = SealedField(null=True)
    at = InstantField()

    class Meta:
        """Its table."""

        table = "fulfilment"


class Refund(TenantModel):
    """Money given back."""

    store_id = IdField()
    order_external_id = TextField()
    external_id = TextField()
    contact_id = IdField(null=True)
    amount = fields.BigIntField()
    currency = TextField()
    origin_id = IdField(null=True)
    at = InstantField()
    created_at = InstantField()

    class Meta:
        """Its table."""

        table = "refund"


class Deletion(TenantTable):
    """What a shop deleted or brought back."""

    store_id = IdField(primary_key=True)
    kind = TextField()
    token = TokenField()
    gone_at = InstantField()
    back_at = InstantField()

    class Meta:
        """Its table."""

        table = "deletion"


class Cart(TenantModel):
    """What somebody is about to buy."""

    store_id = IdField()
    token = TokenField()
    cart_token = TokenField(null=True)
    contact_id = IdField(null=True)
    subject_id = IdField(null=True)
    contact_at = InstantField()
    currency = TextField()
    total = fields.BigIntField()
    url_sealed = SealedField(null=True)
    state = TextField()
    left_at = InstantField()
    due_at = InstantField()
    abandoned_at = InstantField(null=True)
    recovered_at = InstantField(null=True)
    order_id = IdField(null=True)
    told_at = InstantField()
    told_tie = fields.BigIntField()
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "cart"


class CartLine(TenantTable):
    """One line of a cart."""

    cart_id = IdField(primary_key=True)
    position = fields.IntField()
    product = TextField(null=True)
    variant = TextField(null=True)
    sku = TextField(null=True)
    title = TextField()
    quantity = fields.BigIntField()
    price = fields.BigIntField()
    total = fields.BigIntField()

    class Meta:
        """Its table."""

        table = "cart_line"


class Visit(TenantModel):
    """Something that a contact did in a shop, with their leave."""

    store_id = IdField()
    token = TokenField()
    contact_id = IdField()
    subject_id = IdField()
    kind = TextField()
    product = TextField(null=True)
    seconds = fields.IntField(null=True)
    step = TextField(null=True)
    query_sealed = SealedField(null=True)
    at = InstantField()
    created_at = InstantField()

    class Meta:
        """Its table."""

        table = "visit"


class CurrencyRate(TenantTable):
    """What a currency is worth in the tenant's own, from a time on."""

    currency = fields.TextField(primary_key=True)
    valid_from = InstantField()
    rate = fields.BigIntField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "currency_rate"


class StoreRequest(TenantModel):
    """What a platform asks for on behalf of a person or of itself."""

    store_id = IdField()
    kind = TextField()
    token = TokenField()
    payload_sealed = SealedField()
    state = TextField()
    requested_at = InstantField()
    due_at = InstantField()
    received_at = InstantField()

    class Meta:
        """Its table."""

        table = "store_request"
