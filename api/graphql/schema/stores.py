"""Shops: connecting them, their secrets, their end, and rates of currencies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import cast

import strawberry

import commerce
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, enum_type, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import CountryCode, CurrencyCode, DateTime
from api.graphql.schema.node import KINDS, Node, created_at, read_id, updated_at
from commerce import Rate
from commerce import Store as StoreRow
from kernel.ids import Id
from tenants import Permission

_WRITE = Permission.STORES_WRITE
_MOST_RATES = 1000


@enum_type
class StorePlatform(Enum):
    """What a shop runs on."""

    SHOPIFY = strawberry.enum_value("shopify", description="Shopify.")
    WOOCOMMERCE = strawberry.enum_value("woocommerce", description="WooCommerce.")
    OWN = strawberry.enum_value(
        "own", description="The tenant's own code, which tells by the API what happens."
    )


@enum_type
class StoreState(Enum):
    """Whether a shop's words are heard."""

    OPEN = strawberry.enum_value("open", description="They are.")
    CLOSED = strawberry.enum_value("closed", description="The tenant ended the connection.")
    UNINSTALLED = strawberry.enum_value(
        "uninstalled", description="The shop took the connection away."
    )


@object_type
class Store(Node):
    """A shop that was connected."""

    kind = "store"
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(description="What it runs on.")
    def platform(self) -> StorePlatform:
        return StorePlatform(self._store.platform)

    @strawberry.field(description="What colleagues call it.")
    def name(self) -> str:
        return self._store.name

    @strawberry.field(description="Its domain or site; of an own shop the name it was given.")
    def address(self) -> str:
        return self._store.address

    @strawberry.field(description="Whether its words are heard.")
    def state(self) -> StoreState:
        return StoreState(self._store.state)

    @strawberry.field(description="The currency that its products are priced in.")
    def currency(self) -> CurrencyCode:
        return cast(CurrencyCode, self._store.currency)

    @strawberry.field(description="The country that its phone numbers without a code are of.")
    def country(self) -> CountryCode:
        return cast(CountryCode, self._store.country)

    @strawberry.field(
        description="Where its webhooks are to be sent, on this server; null for own shops."
    )
    def webhook_path(self) -> str | None:
        one = self._store
        return None if one.platform == "own" else f"/webhooks/{one.platform}/{one.webhook_key}"

    @strawberry.field(description="Whether what was not told is pulled: it has an access token.")
    def is_pulled(self) -> bool:
        return self._store.has_token

    @strawberry.field(description="Up to when everything was pulled; null where nothing is.")
    def pulled_to(self) -> DateTime | None:
        return DateTime(self._store.pulled_to) if self._store.has_token else None

    @strawberry.field(description="What went wrong with the last pull, as a code.")
    def pull_trouble(self) -> str | None:
        return self._store.pull_trouble

    @property
    def _store(self) -> StoreRow:
        return cast(StoreRow, self.row["store"])


@object_type
class CurrencyRate:
    """What a currency is worth in the tenant's own, from a time on."""

    currency: CurrencyCode = strawberry.field(description="The currency.")
    valid_from: DateTime = strawberry.field(description="From when on.")
    rate: float = strawberry.field(description="What one unit of it is worth.")


@input_type
class StoreConnectInput:
    """A shop to connect, or to open again after its end."""

    platform: StorePlatform = strawberry.field(description="What it runs on.")
    name: str = strawberry.field(description="What to call it: 1 to 200 characters.")
    address: str = strawberry.field(
        description="name.myshopify.com, https://shop.example/, or for an own shop a short name."
    )
    secret: str | None = strawberry.field(
        default=None,
        description="What signs its webhooks: the app's client secret, or the webhook's secret.",
    )
    token: str | None = strawberry.field(
        default=None,
        description="What lets us pull what was not told: Shopify's access token, or "
        "WooCommerce's consumer key and secret as key:secret.",
    )
    currency: CurrencyCode | None = strawberry.field(
        default=None, description="What its products are priced in; left out, the tenant's own."
    )
    country: CountryCode | None = strawberry.field(
        default=None, description="Where its customers are; left out, the tenant's own."
    )


@input_type
class StoreSecretRotateInput:
    """Another webhook secret for a shop."""

    store: strawberry.ID = strawberry.field(description="The shop.")
    secret: str = strawberry.field(description="The new secret; the old fits for 2 hours more.")


@input_type
class StoreCloseInput:
    """A connection to end."""

    store: strawberry.ID = strawberry.field(description="The shop.")


@input_type
class CurrencyRateInput:
    """What a currency is worth from a time on."""

    currency: CurrencyCode = strawberry.field(description="The currency.")
    valid_from: DateTime = strawberry.field(description="From when on.")
    rate: float = strawberry.field(
        description="What one unit of it is worth in the tenant's currency: 0.9214."
    )


@input_type
class CurrencyRatesSetInput:
    """Rates to set; those given before for the same currencies and times are replaced."""

    rates: list[CurrencyRateInput] = strawberry.field(description="The rates: up to 1,000.")


@object_type
class StorePayload:
    """What became of a step with a shop."""

    store: Store | None = strawberry.field(description="The shop as it is now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class CurrencyRatesSetPayload:
    """What became of rates."""

    rates: list[CurrencyRate] = strawberry.field(description="All rates, by currency and time.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class StoreMutation:
    """Connecting shops."""

    @strawberry.mutation(
        description="Connect a shop, or open its closed connection again.",
        directives=[requires(_WRITE)],
    )
    async def store_connect(self, info: Info, input: InputOf[StoreConnectInput]) -> StorePayload:
        async def work() -> Id:
            return await commerce.connect_store(
                str(input.platform.value),
                input.name,
                input.address,
                secret=input.secret or "",
                token=input.token or "",
                currency=input.currency,
                country=input.country,
            )

        return await _payload(info, work)

    @strawberry.mutation(
        description="Give a shop another webhook secret.", directives=[requires(_WRITE)]
    )
    async def store_secret_rotate(
        self, info: Info, input: InputOf[StoreSecretRotateInput]
    ) -> StorePayload:
        async def work() -> Id:
            store_id = read_id("store", input.store, "store")
            await commerce.rotate_secret(store_id, input.secret)
            return store_id

        return await _payload(info, work)

    @strawberry.mutation(
        description="End a connection: what the shop sends from then on is answered and not kept. "
        "What it told before stays.",
        directives=[requires(_WRITE)],
    )
    async def store_close(self, info: Info, input: InputOf[StoreCloseInput]) -> StorePayload:
        async def work() -> Id:
            store_id = read_id("store", input.store, "store")
            await commerce.close_store(store_id)
            return store_id

        return await _payload(info, work)

    @strawberry.mutation(
        description="Set what currencies are worth; what orders come to is reckoned again.",
        directives=[requires(_WRITE)],
    )
    async def currency_rates_set(
        self, info: Info, input: InputOf[CurrencyRatesSetInput]
    ) -> CurrencyRatesSetPayload:
        async def work() -> None:
            await commerce.set_rates(
                [
                    Rate(one.currency, one.valid_from, round(one.rate * commerce.RATE_UNIT))
                    for one in input.rates[:_MOST_RATES]
                ]
            )

        _, errors = await attempt(work)
        return CurrencyRatesSetPayload(rates=await all_rates(), user_errors=errors)


async def load_stores(asked: Context, ids: list[Id]) -> Mapping[Id, Store]:
    """Shops by their ids."""
    found = await commerce.stores_by_ids(ids)
    return {store_id: _shown(asked, one) for store_id, one in found.items()}


async def all_stores(asked: Context) -> list[Store]:
    """All shops of the tenant, oldest first."""
    return [_shown(asked, one) for one in await commerce.list_stores()]


async def all_rates() -> list[CurrencyRate]:
    """All rates of the tenant, by currency and time."""
    return [
        CurrencyRate(
            currency=cast(CurrencyCode, one.currency),
            valid_from=DateTime(one.valid_from),
            rate=one.rate / commerce.RATE_UNIT,
        )
        for one in await commerce.list_rates()
    ]


def _shown(asked: Context, one: StoreRow) -> Store:
    row = {
        "id": one.id,
        "store": one,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }
    return Store(row=row, asked=asked)


async def _payload(info: Info, work: Callable[[], Awaitable[Id]]) -> StorePayload:
    store_id, errors = await attempt(work)
    found = await load_stores(info.context, [store_id]) if store_id else {}
    return StorePayload(store=found.get(store_id or ""), user_errors=errors)


KINDS.add("store", Permission.STORES_READ, load_stores)
