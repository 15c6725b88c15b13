"""What a tenant's own shop tells, a few rows at a time; thousands go to /stores/{id}/{kind}."""

from __future__ import annotations

from enum import Enum
from typing import cast

import strawberry

import commerce
from api.graphql.context import Info
from api.graphql.described import InputOf, enum_type, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import JSON
from api.graphql.schema.node import read_id
from api.store_rows import keep
from commerce import BulkReport, RowKind
from kernel.errors import Invalid
from tenants import Permission

_MOST_ROWS = 200


@enum_type
class StoreRowKind(Enum):
    """What rows are about."""

    CUSTOMERS = strawberry.enum_value(
        "customers", description="{id, email, phone, name, country, tags, updated_at}"
    )
    PRODUCTS = strawberry.enum_value(
        "products",
        description="{id, title, state, currency, url, updated_at, "
        "variants: [{id, title, sku, price, stock}]}",
    )
    CARTS = strawberry.enum_value(
        "carts",
        description="{id, currency, total, customer: {id, email, phone, name, country}, url, "
        "updated_at, completed_at, lines: [{title, quantity, price, product, variant, sku}]}",
    )
    ORDERS = strawberry.enum_value(
        "orders",
        description="{id, number, placed_at, updated_at, currency, total, customer, payment, "
        "fulfilment, discount, tax, shipping, coupons, cart, paid_at, cancelled_at, cancel_reason, "
        "test, lines, parcels: [{id, at, state, shipment, carrier, tracking, tracking_url}]}",
    )
    REFUNDS = strawberry.enum_value("refunds", description="{id, order, amount, currency, at}")
    EVENTS = strawberry.enum_value(
        "events",
        description="{id, at, kind: viewed | dwelt | searched | checkout_step, link_token, "
        "consent: true, product, seconds, step, query}",
    )


@input_type
class StoreTellInput:
    """Rows of one kind."""

    store: strawberry.ID = strawberry.field(description="The shop: one of the tenant's own.")
    kind: StoreRowKind = strawberry.field(description="What the rows are about.")
    rows: JSON = strawberry.field(
        description="A list of up to 200 objects with the fields that the kind names. Ids are the "
        "shop's own: the same id again is the same thing, told anew. Times are RFC 3339 with their "
        "zone, amounts decimal numbers."
    )


@object_type
class StoreRowReport:
    """What became of a row."""

    row: int = strawberry.field(description="Which one, counted from 0.")
    id: str | None = strawberry.field(description="Its id, as far as it had one.")
    outcome: str = strawberry.field(
        description="created, updated or unchanged (orders), accepted (others), or refused."
    )
    code: str | None = strawberry.field(description="Why it was refused, to decide on.")
    field: list[str] = strawberry.field(description="The field that is wrong.")
    message: str | None = strawberry.field(description="What would be right.")


@object_type
class StoreTellPayload:
    """What became of what was told."""

    rows: list[StoreRowReport] = strawberry.field(description="What became of each row.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class TellingMutation:
    """Telling what happens in an own shop."""

    @strawberry.mutation(
        description="Tell what happened in a shop of the tenant's own. Rows that are right are "
        "kept, whatever is wrong with others; twice is once.",
        directives=[requires(Permission.COMMERCE_WRITE)],
    )
    async def store_tell(self, info: Info, input: InputOf[StoreTellInput]) -> StoreTellPayload:
        report, errors = await attempt(lambda: _tell(input))
        return StoreTellPayload(
            rows=[
                StoreRowReport(
                    row=one.row,
                    id=one.id,
                    outcome=one.outcome,
                    code=one.code,
                    field=list(one.field),
                    message=one.message,
                )
                for one in (report.rows if report else ())
            ],
            user_errors=errors,
        )


async def _tell(given: StoreTellInput) -> BulkReport:
    store_id = read_id("store", given.store, "store")
    rows = given.rows
    if not isinstance(rows, list) or len(rows) > _MOST_ROWS:
        raise Invalid(f"rows is a list of at most {_MOST_ROWS} objects.", field=("rows",))
    kind = cast(RowKind, given.kind.value)
    return await keep(await commerce.read_rows(store_id, kind, rows))
