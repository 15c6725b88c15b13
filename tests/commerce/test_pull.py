"""Reconciliation: what no delivery told of is asked for, from a small shop of our own."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

import commerce
from commerce.wire import shopify, woocommerce
from kernel import clock, tenancy
from kernel.ids import Id
from tests.commerce.shop import state
from tests.conftest import House
from tests.flows.town import make_tenant
from workers import shops

_SIZE = 100


@dataclass
class FakeShop:
    """The orders of a shop, and how it answers."""

    url: str = ""
    orders: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    asked: list[dict[str, str]] = field(default_factory=list)

    async def shopify(self, request: web.Request) -> web.Response:
        """As Shopify pages: by a link in a header."""
        assert request.headers["X-Shopify-Access-Token"] == "shpat_token"
        self.asked.append(dict(request.query))
        start = int(request.query.get("page_info", "0"))
        rest = self.orders[start + _SIZE :]
        after = f"{request.url.origin()}{request.path}?page_info={start + _SIZE}&limit={_SIZE}"
        return web.json_response(
            {"orders": self.orders[start : start + _SIZE]},
            status=self.status,
            headers={"Link": f'<{after}>; rel="next"'} if rest else {},
        )

    async def woocommerce(self, request: web.Request) -> web.Response:
        """As WooCommerce pages: by number."""
        given = request.headers["Authorization"].removeprefix("Basic ")
        assert base64.b64decode(given) == b"ck_key:cs_secret"
        self.asked.append(dict(request.query))
        start = (int(request.query["page"]) - 1) * _SIZE
        return web.json_response(self.orders[start : start + _SIZE], status=self.status)


@pytest.fixture
async def fake() -> AsyncIterator[FakeShop]:
    """A running shop."""
    shop, app = FakeShop(), web.Application()
    app.router.add_get("/admin/api/2026-07/orders.json", shop.shopify)
    app.router.add_get("/wp-json/wc/v3/orders", shop.woocommerce)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    shop.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
    yield shop
    await runner.cleanup()


@pytest.fixture
async def tenant_id(house: House) -> Id:
    commerce.start(house.settings)
    return await make_tenant()


def _shopify_order(number: int, minute: int = 0, **more: Any) -> dict[str, Any]:
    at = f"2026-09-01T12:{minute:02}:00Z"
    return {
        "id": 9007199254740993 + number,
        "name": f"#{number}",
        "currency": "EUR",
        "total_price": "10.00",
        "financial_status": "pending",
        "created_at": at,
        "updated_at": at,
        **more,
    }


async def test_shopify_is_asked_page_by_page(house: House, fake: FakeShop, tenant_id: Id) -> None:
    fake.orders = [_shopify_order(number) for number in range(250)]
    with tenancy.acting_for(tenant_id):
        store_id = await commerce.connect_store(
            "shopify", "Clara", "clara.myshopify.com", secret="s" * 20, token="shpat_token"
        )
        newer = _shopify_order(7, 5, financial_status="paid")
        await commerce.ingest(store_id, shopify.read("orders/paid", newer, 0))
    commerce.start(replace(house.settings, shopify_url=fake.url))
    with tenancy.acting_for(tenant_id):
        since = _shown((await commerce.read_store(store_id)).pulled_to)
    assert (await shops.pull(), await shops.pull()) == (1, 0)
    assert fake.asked[0] == {"status": "any", "updated_at_min": since, "limit": "100"}
    assert [one.get("page_info") for one in fake.asked] == [None, "100", "200"]
    with tenancy.acting_for(tenant_id):
        orders = (await state())["orders"]
        # The one that was told already is newer, and stays.
        assert len(orders) == 250
        assert [row["payment"] for row in orders if row["number"] == "#7"] == ["paid"]
        (one,) = await commerce.list_stores()
        assert (one.pull_trouble, one.has_token) == (None, True)
    clock.move(16 * clock.MINUTE)
    fake.orders, fake.asked = [_shopify_order(300)], []
    assert await shops.pull() == 1
    with tenancy.acting_for(tenant_id):
        assert len((await state())["orders"]) == 251


async def test_woocommerce_brings_back_what_was_deleted_by_mistake(
    house: House, fake: FakeShop, tenant_id: Id
) -> None:
    fake.orders = [
        {
            "id": number,
            "currency": "EUR",
            "total": "5.00",
            "status": "processing",
            "date_modified_gmt": "2026-09-01T12:00:00",
        }
        for number in range(1, 102)
    ]
    with tenancy.acting_for(tenant_id):
        store_id = await commerce.connect_store(
            "woocommerce", "Tienda", fake.url, secret="s" * 20, token="ck_key:cs_secret"
        )
        gone = woocommerce.read("order.deleted", {"id": 1}, clock.now())
        await commerce.ingest(store_id, gone)
    clock.move(clock.SECOND)
    assert await shops.pull() == 1
    assert [one["page"] for one in fake.asked] == ["1", "2"]
    assert fake.asked[0]["dates_are_gmt"] == "true"
    with tenancy.acting_for(tenant_id):
        orders = (await state())["orders"]
        assert [row["deleted_at"] for row in orders] == [None] * 101


@pytest.mark.parametrize(("status", "trouble"), [(401, "HTTP_401"), (500, "HTTP_500")])
async def test_a_shop_in_trouble_is_asked_again_later(
    house: House, fake: FakeShop, tenant_id: Id, status: int, trouble: str
) -> None:
    fake.status = status
    with tenancy.acting_for(tenant_id):
        await commerce.connect_store(
            "woocommerce", "Tienda", fake.url, secret="s" * 20, token="ck_key:cs_secret"
        )
        before = (await commerce.list_stores())[0].pulled_to
    assert await shops.pull() == 1
    assert await shops.pull() == 0
    with tenancy.acting_for(tenant_id):
        (one,) = await commerce.list_stores()
        assert (one.pull_trouble, one.pulled_to) == (trouble, before)
    clock.move(6 * clock.MINUTE)
    fake.status = 200
    assert await shops.pull() == 1
    with tenancy.acting_for(tenant_id):
        assert (await commerce.list_stores())[0].pull_trouble is None


async def test_nobody_inside_is_asked_in_production(
    house: House, fake: FakeShop, tenant_id: Id
) -> None:
    with tenancy.acting_for(tenant_id):
        for address in (fake.url, "https://localhost/"):
            await commerce.connect_store(
                "woocommerce", "Inside", address, secret="s" * 20, token="ck_key:cs_secret"
            )
    commerce.start(replace(house.settings, env="production"))
    assert [await shops.pull() for _ in range(3)] == [1, 1, 0]
    assert fake.asked == []
    with tenancy.acting_for(tenant_id):
        troubles = {one.pull_trouble for one in await commerce.list_stores()}
    assert troubles == {"NOT_HTTPS", "NOT_PUBLIC"}


async def test_a_closed_shop_is_not_asked(house: House, fake: FakeShop, tenant_id: Id) -> None:
    with tenancy.acting_for(tenant_id):
        store_id = await commerce.connect_store(
            "woocommerce", "Tienda", fake.url, secret="s" * 20, token="ck_key:cs_secret"
        )
        await commerce.close_store(store_id)
    assert await shops.pull() == 0


def _shown(at: int) -> str:
    return datetime.fromtimestamp(at / clock.SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
