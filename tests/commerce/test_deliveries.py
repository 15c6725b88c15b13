"""Shops' deliveries through the door: the answer table, and the state that they end in (F33)."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

import commerce
from kernel import clock, tenancy
from tests import stored
from tests.api.door import Door, Store
from tests.commerce.platforms import (
    SHOPIFY_SECRET,
    WOO_SITE,
    Delivery,
    arrive,
    connect,
    own_deliveries,
    post,
    sample_deliveries,
    shopify,
    signature,
    woocommerce,
)
from tests.commerce.shop import state
from tests.flows import afterwards


async def test_own_deliveries_in_the_order_of_the_file(door: Door, store: Store) -> None:
    deliveries = own_deliveries()
    held = await _after(door, store, deliveries)
    orders = {row["external_id"]: row for row in held["orders"]}
    first, second = orders["9007199254740993"], orders["9007199254740997"]
    assert (first["number"], first["total"], first["currency"]) == ("#2001", 3300_0000, "JPY")
    assert (first["payment"], first["fulfilment"], first["refunded"]) == (
        "paid",
        "fulfilled",
        1650_0000,
    )
    assert first["contact_id"] == second["contact_id"] is not None
    assert (second["total"], second["coupons"].replace(" ", "")) == (1200_0000, '["OLA10"]')
    assert second["cancel_reason"] == "customer"
    guest = orders["9007199254740999"]
    assert (guest["contact_id"], guest["is_test"], guest["total"]) == (None, 1, 19_9900)
    woo = orders["640"]
    assert (woo["total"], woo["payment"], woo["fulfilment"], woo["refunded"]) == (
        54_9000,
        "paid",
        "fulfilled",
        5_0000,
    )
    assert (woo["deleted_at"], orders["642"]["deleted_at"]) == (True, None)
    assert "641" not in orders
    assert [row["state"] for row in held["carts"]] == ["recovered"]
    assert [(row["external_id"], row["price"], row["stock"]) for row in held["products"]] == [
        ("501", 1700_0000, 9),
        ("93", 25_0000, 3),
    ]
    assert held["tags"] == [("verano",), ("vip",)]
    assert ("sms", "withdrawn") in [row[:2] for row in held["consents"]]
    assert [row[:2] for row in held["requests"]] == [
        ("customer_redact", "queued"),
        ("data_request", "queued"),
        ("shop_redact", "queued"),
    ]
    assert held["shops"] == [("shopify", "uninstalled"), ("woocommerce", "open")]
    values = {value for person in held["people"] for _, value, *_ in person if value}
    assert {"34600111222", "Lea Prat", "4930901820", "Jonas Weiß"} <= values | {
        name for person in held["people"] for kind, name, *_ in person if kind == "name"
    }


@pytest.mark.real_data
async def test_sample_deliveries_in_the_order_of_the_file(
    door: Door, store: Store, samples: Path
) -> None:
    held = await _after(door, store, sample_deliveries(samples))
    orders = {row["number"]: row for row in held["orders"]}
    first, second, woo = orders["#1001"], orders["#1002"], orders["801"]
    assert (first["total"], first["refunded"], first["fulfilment"], first["payment"]) == (
        72_0000,
        18_0000,
        "fulfilled",
        "paid",
    )
    assert (second["total"], second["coupons"]) == (119_0000, '["WA10"]')
    assert (second["cancel_reason"], second["payment"]) == ("customer", second["payment"])
    assert second["cancelled_at"] is not None
    assert (woo["total"], woo["currency"], woo["fulfilment"]) == (41_0000, "EUR", "fulfilled")
    assert (woo["refunded"], woo["deleted_at"]) == (5_0000, True)
    assert [row[3] for row in held["parcels"]] == ["9400100000000000000001"]
    assert [(row["state"], row["total"]) for row in held["carts"]] == [("recovered", 67_0000)]
    assert [(row["external_id"], row["price"], row["stock"]) for row in held["products"]] == [
        ("8001", 26_0000, 14)
    ]
    assert held["tags"] == [("vip",)]
    assert ("sms", "withdrawn", 1_783_515_600 * clock.SECOND) in held["consents"]
    assert len(held["requests"]) == 3
    assert held["shops"] == [("shopify", "uninstalled"), ("woocommerce", "open")]
    maria, anna = sorted(held["people"], key=lambda person: "Anna" in repr(person))
    assert {"13055550111", "maria.lopez@example.com"} <= {value for _, value, *_ in maria}
    assert "Maria Lopez" in repr(maria)
    assert "49305550199" in {value for _, value, *_ in anna}
    assert "Anna Schmidt" in repr(anna)


async def test_own_deliveries_in_any_order(door: Door, store: Store) -> None:
    await _assert_order_does_not_matter(door, store, own_deliveries())


@pytest.mark.real_data
async def test_sample_deliveries_in_any_order(door: Door, store: Store, samples: Path) -> None:
    await _assert_order_does_not_matter(door, store, sample_deliveries(samples))


async def test_the_answer_table(door: Door, store: Store) -> None:
    await connect(store)
    body = {"id": 1, "updated_at": "2026-09-01T12:00:00Z", "currency": "EUR", "total_price": "1"}
    right = shopify("orders/create", body)
    hexed = signature(right.body, SHOPIFY_SECRET).encode().hex()
    for one, expected in (
        (right, (200, "")),
        (right, (200, "")),
        (shopify("carts/gone", body, 2), (200, "")),
        (shopify("orders/create", b"{", 3), (400, "BROKEN_JSON")),
        (shopify("orders/create", b"[1]", 4), (400, "BROKEN_JSON")),
        (shopify("orders/create", b"[" * 5000, 5), (400, "BROKEN_JSON")),
        (
            shopify("orders/create", body, **{"X-Shopify-Shop-Domain": "x.myshopify.com"}),
            (404, "UNKNOWN_STORE"),
        ),
        (
            shopify("orders/create", body, **{"X-Shopify-Hmac-Sha256": hexed}),
            (401, "BAD_SIGNATURE"),
        ),
        (
            shopify("orders/create", body, **{"X-Shopify-Hmac-Sha256": "ä"}),
            (401, "BAD_SIGNATURE"),
        ),
        (woocommerce("order.created", body), (200, "")),
        (
            woocommerce("order.created", body, **{"X-WC-Webhook-Signature": "=" * 44}),
            (401, "BAD_SIGNATURE"),
        ),
        (Delivery("woocommerce", {}, b"webhook_id=7", 200), (200, "")),
        (Delivery("woocommerce", {}, b"webhook_id=7&x=1", 404), (404, "UNKNOWN_STORE")),
        (Delivery("shopify", {}, b"webhook_id=7", 404), (404, "UNKNOWN_STORE")),
    ):
        with capture_logs() as logged:
            assert await post(door, one) == expected
        assert "total_price" not in str(logged)
    large = Delivery("shopify", right.headers, b" " * (door.settings.webhook_limit + 1), 413)
    assert await post(door, large) == (413, "TOO_LARGE")
    async with door.http.get(f"{door.root}/webhooks/shopify") as answer:
        assert answer.status == 405
    assert await _stored() == 3


async def test_headers_without_their_prefix_and_in_any_case(door: Door, store: Store) -> None:
    await connect(store)
    made = shopify("orders/create", {"id": 1})
    bare = {name.removeprefix("X-").upper(): value for name, value in made.headers.items()}
    bare["SHOPIFY-SHOP-DOMAIN"] = bare["SHOPIFY-SHOP-DOMAIN"].upper()
    assert await post(door, Delivery("shopify", bare, made.body, 200)) == (200, "")
    assert await _stored() == 1


async def test_by_the_secret_path_of_a_connection(door: Door, store: Store) -> None:
    shops = await connect(store)
    with tenancy.acting_for(store.tenant_id):
        key = (await commerce.read_store(shops["woocommerce"])).webhook_key
    moved = woocommerce(
        "order.created", {"id": 1}, **{"X-WC-Webhook-Source": "https://old.example"}
    )
    assert await post(door, moved) == (404, "UNKNOWN_STORE")
    assert await post(door, moved, key) == (200, "")
    assert await post(door, moved, "another") == (404, "UNKNOWN_STORE")


async def test_both_secrets_fit_while_one_follows_the_other(door: Door, store: Store) -> None:
    shops = await connect(store)
    with tenancy.acting_for(store.tenant_id):
        await commerce.rotate_secret(shops["shopify"], "shpss_the_next_secret")
    old = shopify("orders/create", {"id": 1}, 1)
    new = shopify(
        "orders/create",
        {"id": 2},
        2,
        **{"X-Shopify-Hmac-Sha256": signature(b'{"id":2}', "shpss_the_next_secret")},
    )
    assert [(await post(door, one))[0] for one in (old, new)] == [200, 200]
    clock.move(3 * clock.HOUR)
    assert [(await post(door, one))[0] for one in (old, new)] == [401, 200]


async def test_a_closed_connection_takes_and_keeps_nothing(door: Door, store: Store) -> None:
    shops = await connect(store)
    with tenancy.acting_for(store.tenant_id):
        for store_id in shops.values():
            await commerce.close_store(store_id)
    late = {"X-Shopify-Triggered-At": "2026-01-01T00:00:00Z"}
    assert await post(door, shopify("orders/create", {"id": 1}, **late)) == (200, "")
    assert await post(door, woocommerce("order.created", {"id": 1})) == (200, "")
    assert await _stored() == 0
    assert (await post(door, shopify("orders/create", b"{")))[0] == 400
    # What the law asks for is kept, also after the end.
    assert await post(door, shopify("customers/redact", {"customer": {"id": 1}}, 9)) == (200, "")
    assert await _stored() == 1


async def test_a_late_uninstall_does_not_close_a_new_connection(door: Door, store: Store) -> None:
    shops = await connect(store)
    with tenancy.acting_for(store.tenant_id):
        for store_id in shops.values():
            await commerce.close_store(store_id)
    assert await connect(store) == shops
    long_ago = {"X-Shopify-Triggered-At": "2026-01-01T00:00:00Z"}
    await arrive(door, [shopify("app/uninstalled", {"id": 1}, **long_ago)])
    with tenancy.acting_for(store.tenant_id):
        assert {one.state for one in await commerce.list_stores()} == {"open"}


async def test_a_shop_claimed_by_another_tenant_too(door: Door, store: Store) -> None:
    """Whose secret fits is right: nobody can take a shop's deliveries by naming it."""
    await connect(store)
    from tests.api.door import open_store

    other = await open_store("Otra Casa", "106540352242999", "102290129340999")
    with tenancy.acting_for(other.tenant_id):
        await commerce.connect_store(
            "woocommerce", "Not theirs", WOO_SITE, secret="a-guess-of-theirs"
        )
    await arrive(door, [woocommerce("order.created", {"id": 1, "currency": "EUR", "total": "1"})])
    with tenancy.acting_for(other.tenant_id):
        assert (await state())["orders"] == []
    with tenancy.acting_for(store.tenant_id):
        assert len((await state())["orders"]) == 1


async def test_the_same_deletion_again_after_it_came_back(door: Door, store: Store) -> None:
    await connect(store)
    body = {"id": 640, "currency": "EUR", "total": "1", "date_modified_gmt": "2026-09-02T10:00:00"}
    for number, topic in enumerate(("order.deleted", "order.restored", "order.deleted")):
        told = {"id": 640} if topic == "order.deleted" else body
        clock.move(clock.SECOND)
        await arrive(
            door, [woocommerce(topic, told, **{"X-WC-Webhook-Delivery-ID": f"second-{number}"})]
        )
        with tenancy.acting_for(store.tenant_id):
            deleted = [row["deleted_at"] is not None for row in (await state())["orders"]]
        assert deleted == [[], [False], [True]][number]


async def _after(
    door: Door, store: Store, deliveries: list[Delivery], batch: int = 200
) -> dict[str, Any]:
    await connect(store, deliveries)
    assert await arrive(door, deliveries, batch) == [one.status for one in deliveries]
    return await _held(store)


async def _assert_order_does_not_matter(
    door: Door, store: Store, deliveries: list[Delivery]
) -> None:
    dice = random.Random(20261122)
    expected = await _after(door, store, deliveries)
    for batch in (3, 200):
        await _forget()
        await connect(store, deliveries)
        shuffled = deliveries + dice.sample(deliveries, len(deliveries) // 2)
        dice.shuffle(shuffled)
        cut = len(shuffled) // 2
        for part in (shuffled[:cut], shuffled[cut:]):
            assert await arrive(door, part, batch) == [one.status for one in part]
        assert await _held(store) == expected


async def _held(store: Store) -> dict[str, Any]:
    with tenancy.acting_for(store.tenant_id):
        held = await state()
        held["shops"] = [(one.platform, one.state) for one in await commerce.list_stores()]
    for kind in ("orders", "products"):
        for row in held[kind]:
            # A deletion has no time but that of its coming in.
            row["deleted_at"] = True if row["deleted_at"] is not None else None
    return held


async def _forget() -> None:
    await afterwards.forget_everything()
    commerce.forget_connections()


async def _stored() -> int:
    row = await stored.row("SELECT count(*) AS n FROM store_delivery")
    assert row is not None
    return int(row["n"])
