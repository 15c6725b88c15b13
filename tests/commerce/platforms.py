"""Deliveries of Shopify and WooCommerce through the door: from files, signed as they say."""

from __future__ import annotations

import base64
import hmac
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import commerce
from kernel import tenancy
from tests.api.door import Door, Store
from workers import shops

PAYLOADS = Path(__file__).parents[1] / "payloads"
SHOPIFY_SECRET, WOO_SECRET = "shpss_a_secret_of_the_tests", "woo&a-secret-of-the-tests"
SHOPIFY_SHOP, WOO_SITE = "costa-clara.myshopify.com", "https://tienda.clara.example/"


@dataclass(frozen=True)
class Delivery:
    """One POST and the status that it must be answered with."""

    platform: str
    headers: dict[str, str]
    body: bytes
    status: int


def signature(body: bytes, secret: str) -> str:
    """Base64 of HMAC-SHA256, as both platforms sign."""
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def own_deliveries() -> list[Delivery]:
    """The project's own, of every kind that the contract lists."""
    lines = (PAYLOADS / "shop-deliveries.jsonl").read_text().splitlines()
    return [_own(json.loads(line), number) for number, line in enumerate(lines, 1)]


def sample_deliveries(samples: Path) -> list[Delivery]:
    """Those of the samples, with the signatures that they came with."""
    lines = (samples / "samples" / "store" / "deliveries.jsonl").read_text().splitlines()
    return [
        Delivery(one["platform"], one["headers"], one["body"].encode(), one["expect_status"])
        for one in map(json.loads, lines)
    ]


def shopify(topic: str, body: Any, number: int = 1, **headers: str) -> Delivery:
    """A delivery of Shopify's, signed rightly."""
    raw = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
    return Delivery(
        "shopify",
        {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": signature(raw, SHOPIFY_SECRET),
            "X-Shopify-Shop-Domain": SHOPIFY_SHOP,
            "X-Shopify-Webhook-Id": f"webhook-{number}",
            **headers,
        },
        raw,
        200,
    )


def woocommerce(topic: str, body: Any, **headers: str) -> Delivery:
    """A delivery of WooCommerce's, signed rightly and written as wp_json_encode does."""
    raw = json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()
    resource, _, event = topic.partition(".")
    return Delivery(
        "woocommerce",
        {
            "Content-Type": "application/json",
            "X-WC-Webhook-Source": WOO_SITE,
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event,
            "X-WC-Webhook-Signature": signature(raw, WOO_SECRET),
            "X-WC-Webhook-ID": "7",
            "X-WC-Webhook-Delivery-ID": "1d65a6b577d7c2cd10cd0a14412a4485",
            **headers,
        },
        raw,
        200,
    )


async def connect(store: Store, deliveries: Iterable[Delivery] = ()) -> dict[str, str]:
    """Connect both shops, those of the samples where they are named; ids by platform."""
    is_sample = any("alpha-outfitters" in str(one.headers) for one in deliveries)
    shop, secret = (
        ("alpha-outfitters.myshopify.com", "shpss_shared_test_secret_1")
        if is_sample
        else (SHOPIFY_SHOP, SHOPIFY_SECRET)
    )
    site, woo_secret = (
        ("https://shop.example.com/", "woo_shared_secret")
        if is_sample
        else (WOO_SITE, WOO_SECRET.replace("&", "&amp;"))
    )
    with tenancy.acting_for(store.tenant_id):
        return {
            "shopify": await commerce.connect_store(
                "shopify", "Clara", shop, secret=secret, currency="USD", country="US"
            ),
            "woocommerce": await commerce.connect_store(
                "woocommerce", "Tienda", site, secret=woo_secret
            ),
        }


async def post(door: Door, one: Delivery, key: str = "") -> tuple[int, str]:
    """Status and text of the answer."""
    path = f"{door.root}/webhooks/{one.platform}" + (f"/{key}" if key else "")
    async with door.http.post(path, data=io.BytesIO(one.body), headers=one.headers) as answer:
        return answer.status, await answer.text()


async def arrive(door: Door, deliveries: Sequence[Delivery], batch: int = 200) -> list[int]:
    """Post all of these and drain them in batches; the statuses."""
    statuses = [(await post(door, one))[0] for one in deliveries]
    while await shops.drain(batch):
        pass
    return statuses


def _own(one: dict[str, Any], number: int) -> Delivery:
    """`sign`: right unless it says wrong, hex, missing, foreign, tampered or none."""
    how = one.get("sign", "right")
    if one["platform"] == "shopify":
        made = shopify(
            one["topic"], one["body"], one.get("repeats", number), **one.get("headers", {})
        )
        header, secret = "X-Shopify-Hmac-Sha256", SHOPIFY_SECRET
    else:
        made = woocommerce(one.get("topic", ""), one["body"])
        header, secret = "X-WC-Webhook-Signature", WOO_SECRET
    headers, body = dict(made.headers), made.body
    if how == "none":
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        body = str(one["body"]).encode()
    elif how == "missing":
        del headers[header]
    elif how == "hex":
        headers[header] = hmac.new(secret.encode(), body, "sha256").hexdigest()
    elif how in ("wrong", "foreign"):
        headers[header] = signature(body, f"another-secret-{how}")
    elif how == "tampered":
        body += b" "
    return Delivery(one["platform"], headers, body, one["status"])
