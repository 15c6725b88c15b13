"""`scripts/bench stores`: shops' webhooks stored before the answer, and rows of an own shop.

500 signed order webhooks a second in an open loop for 20 seconds, a worker draining beside it.
Then 10,000 orders of known customers in one call, three times with other orders.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import time
import urllib.request
from collections.abc import Iterator
from statistics import median

import orjson

import commerce
import tenants
from benchmarks import figures, ground, load
from benchmarks.figures import Figure, tell
from benchmarks.ground import Ground
from kernel import database, ids, tenancy

_RATE, _SECONDS, _WARM = 500, 20, 500
_ROWS, _ROUNDS = 10_000, 3
_CUSTOMERS = 4000
_SECRET, _SHOP = "shpss_a_secret_of_the_benchmarks", "bench.myshopify.com"
_PASSWORD = "correct horse battery"  # noqa: S105 (of a tenant that lives for minutes)


async def measure(backend: str) -> list[Figure]:
    """Both parts on this database."""
    with ground.laid(backend) as laid:
        async with ground.inside(laid):
            founded = await tenants.found(
                name="Bench",
                country="ES",
                locale="es-ES",
                time_zone="Europe/Madrid",
                currency="EUR",
                owner_email="owner@bench.example",
                owner_name="Owner",
                password=_PASSWORD,
            )
            with tenancy.acting_for(founded.tenant_id):
                await commerce.connect_store("shopify", "Bench", _SHOP, secret=_SECRET)
                own = ids.show("store", await commerce.connect_store("own", "Own", "own"))
                token = await tenants.issue(founded.person_id)
            return [*await _webhooks(laid), *await _rows(laid, own, token)]


async def _webhooks(laid: Ground) -> list[Figure]:
    path, count = laid.settings.data / "stores.requests", _RATE * _SECONDS
    load.write_requests(path, _requests(_WARM + count))
    with ground.program(laid, "api") as api, ground.program(laid, "workers") as worker:
        api.wait_until(lambda: ground.listens(laid))
        worker.wait_until(lambda: ground.works(laid))
        port = laid.settings.port
        warm = load.start(port, path, _WARM, connections=64, rate=_RATE / 2)
        await asyncio.to_thread(load.result, warm)
        used = api.worked(), worker.worked()
        open_loop = load.start(port, path, count, first=_WARM, connections=64, rate=_RATE)
        found = await asyncio.to_thread(load.result, open_loop)
        api_used, worker_used = api.worked() - used[0], worker.worked() - used[1]
        waiting = await _waiting()
        ended = time.perf_counter()
        while await _waiting():  # noqa: ASYNC110 (asking is the only way)
            await asyncio.sleep(0.2)
        tell(
            f"of a core: API {api_used / found.seconds:.0%}, worker "
            f"{worker_used / found.seconds:.0%}; {waiting:,} waited at the end, drained "
            f"{time.perf_counter() - ended:.1f} s later"
        )
    return [
        Figure("store webhooks at 500/s, median", f"{found.median:.1f} ms"),
        Figure("store webhooks at 500/s, p99", f"{found.p99:.1f} ms", "≤ 100 ms"),
    ]


async def _rows(laid: Ground, store: str, token: str) -> list[Figure]:
    with ground.program(laid, "api") as api:
        api.wait_until(lambda: ground.listens(laid))
        customers = [{"id": str(number), "name": f"N {number}"} for number in range(_CUSTOMERS)]
        await asyncio.to_thread(_put, laid, store, token, "customers", customers)
        seconds = []
        for turn in range(_ROUNDS):
            rows = [_order(turn * _ROWS + number) for number in range(_ROWS)]
            seconds.append(await asyncio.to_thread(_put, laid, store, token, "orders", rows))
            tell(f"{_ROWS:,} orders: {seconds[-1]:.2f} s")
    return [Figure("10,000 orders in one call (median of 3)", f"{median(seconds):.2f} s", "< 3 s")]


def _put(laid: Ground, store: str, token: str, kind: str, rows: list[dict[str, object]]) -> float:
    """Seconds until the report was there; every row must have been taken."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{laid.settings.port}/stores/{store}/{kind}",
        orjson.dumps({"rows": rows}),
        {"authorization": f"Bearer {token}", "content-type": "application/json"},
    )
    began = time.perf_counter()
    with urllib.request.urlopen(request) as answer:  # noqa: S310 (our own server)
        told = orjson.loads(answer.read())
    assert told["accepted"] == len(rows), told["rows"][:3]
    return time.perf_counter() - began


def _order(number: int) -> dict[str, object]:
    at = f"2026-{number % 9 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:00:00Z"
    return {
        "id": f"o-{number}",
        "placed_at": at,
        "updated_at": at,
        "currency": "EUR",
        "total": "72.00",
        "customer": {"id": str(number % _CUSTOMERS)},
        "lines": [
            {"title": "Tee", "quantity": 2, "price": "24.50", "product": "501", "sku": "T"},
            {"title": "Cap", "quantity": 1, "price": "23.00", "product": "502", "sku": "C"},
        ],
    }


def _requests(count: int) -> Iterator[bytes]:
    for number in range(count):
        person = number % _CUSTOMERS
        body = orjson.dumps(
            {
                "id": 9_007_199_254_740_993 + number,
                "name": f"#{number}",
                "currency": "EUR",
                "total_price": "72.00",
                "financial_status": "paid",
                "created_at": "2026-09-01T12:00:00Z",
                "updated_at": "2026-09-01T12:00:00Z",
                "customer": {"id": person, "phone": f"+346{person:08}"},
                "line_items": [
                    {"product_id": 501, "title": "Tee", "quantity": 2, "price": "24.50"},
                    {"product_id": 502, "title": "Cap", "quantity": 1, "price": "23.00"},
                ],
            }
        )
        signed = base64.b64encode(hmac.digest(_SECRET.encode(), body, "sha256")).decode()
        yield load.post(
            "/webhooks/shopify",
            body,
            {
                "x-shopify-topic": "orders/create",
                "x-shopify-shop-domain": _SHOP,
                "x-shopify-hmac-sha256": signed,
                "x-shopify-webhook-id": f"webhook-{number}",
            },
        )


async def _waiting() -> int:
    row = await database.row("SELECT count(*) AS n FROM store_delivery WHERE state = 'stored'")
    return int(row["n"]) if row else 0


if __name__ == "__main__":
    figures.show(measure)
