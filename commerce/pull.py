"""Reconciliation: orders that no delivery told of are asked for, a page at a time (contract).

Shopify loses deliveries and WooCommerce never repeats one. What is pulled is folded like what is
told, so that nothing is counted twice. The network is never called inside a unit of work.
"""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from yarl import URL

from commerce.told import Told
from commerce.wire import shopify, woocommerce
from kernel import clock, database, hosts, keys, tenancy
from kernel.errors import RapportError
from kernel.ids import Id
from kernel.settings import Settings

# Often enough that a lost order is missed for minutes; each pull reaches back behind the last one,
# for a shop's own pages lag behind its orders.
_EVERY = 15 * clock.MINUTE
_OVERLAP = 10 * clock.MINUTE
_AGAIN_AFTER = 5 * clock.MINUTE
_PAGE = 100
_MOST_PAGES = 200
_LARGEST = 32 * 1024 * 1024
_PATIENCE = aiohttp.ClientTimeout(total=30, connect=5)
_VERSION = "2026-07"
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')

Take = Callable[[Id, Sequence[Told]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Due:
    """A shop to ask, in this worker's hands until its next turn."""

    store_id: Id
    platform: str
    address: str
    token: str
    pulled_to: int


class _Trouble(Exception):
    """The shop did not give what it was asked for; the text is a code."""


_settings: Settings | None = None


def start(settings: Settings) -> None:
    """Be ready to ask shops; nothing is asked yet."""
    global _settings
    _settings = settings


async def pull_orders(take: Take) -> int:
    """Ask the next shop whose turn it is for the orders it changed; how many shops were asked.

    `take` keeps what it tells, for that shop's tenant. What goes wrong stands in `pull_trouble`.
    """
    now = clock.now()
    with tenancy.across_tenants("shops of all tenants are asked by one clock"):
        row = await database.row(
            """SELECT tenant_id, id FROM store
                WHERE state = 'open' AND token_sealed IS NOT NULL AND pull_due_at <= $1
                ORDER BY pull_due_at LIMIT 1""",
            now,
        )
    if row is None:
        return 0
    with tenancy.acting_for(row["tenant_id"]):
        due = await _claim(row["id"], now)
        if due is not None:
            await _pull(due, take, now)
    return 1


async def _claim(store_id: Id, now: int) -> _Due | None:
    row = await database.row(
        """UPDATE store SET pull_due_at = $3
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND pull_due_at <= $4
              AND token_sealed IS NOT NULL
        RETURNING id, platform, address, token_sealed, pulled_to""",
        tenancy.current(),
        store_id,
        now + _EVERY,
        now,
    )
    if row is None:
        return None
    token = keys.house().open_text("store.token", store_id, row["token_sealed"])
    return _Due(store_id, row["platform"], row["address"], token, row["pulled_to"])


async def _pull(due: _Due, take: Take, now: int) -> None:
    trouble, upto, next_turn = None, now - _OVERLAP, now + _EVERY
    try:
        async for told in _pages(due):
            await take(due.store_id, told)
    except _Trouble as error:
        trouble, upto, next_turn = str(error), due.pulled_to, now + _AGAIN_AFTER
    await database.run(
        """UPDATE store SET pulled_to = $3, pull_due_at = $4, pull_trouble = $5
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        due.store_id,
        max(upto, due.pulled_to),
        next_turn,
        trouble,
    )


async def _pages(due: _Due) -> AsyncIterator[list[Told]]:
    if _settings is None:
        raise RapportError("shops cannot be asked yet", code="NOT_STARTED")
    settings = _settings
    since = clock.moment(due.pulled_to).strftime("%Y-%m-%dT%H:%M:%S")
    if due.platform == "shopify":
        root = URL(settings.shopify_url or f"https://{due.address}")
        first = (
            root
            / f"admin/api/{_VERSION}/orders.json"
            % {
                "status": "any",
                "updated_at_min": f"{since}Z",
                "limit": str(_PAGE),
            }
        )
        headers = {"X-Shopify-Access-Token": due.token}
    else:
        root = URL(due.address)
        first = (
            root
            / "wp-json/wc/v3/orders"
            % {
                "modified_after": since,
                "dates_are_gmt": "true",
                "per_page": str(_PAGE),
                "orderby": "id",
                "order": "asc",
                "page": "1",
            }
        )
        headers = {"Authorization": f"Basic {base64.b64encode(due.token.encode()).decode()}"}
    await _must_be_public(settings, root)
    url: URL | None = first
    async with aiohttp.ClientSession(
        timeout=_PATIENCE, cookie_jar=aiohttp.DummyCookieJar(), headers={"User-Agent": "Rapport"}
    ) as session:
        for page in range(1, _MOST_PAGES + 1):
            if url is None:
                return
            orders, link = await _get(session, url, headers)
            yield _told(due.platform, orders)
            if due.platform == "shopify":
                url = _next(link, root)
            else:
                url = first.update_query(page=str(page + 1)) if len(orders) == _PAGE else None


async def _get(
    session: aiohttp.ClientSession, url: URL, headers: dict[str, str]
) -> tuple[list[Any], str]:
    """The orders of a page, and the header that tells of the next one."""
    try:
        async with session.get(url, headers=headers, allow_redirects=False) as answer:
            if answer.status != 200:
                raise _Trouble(f"HTTP_{answer.status}")
            body = await answer.content.read(_LARGEST)
            found = orjson.loads(body)
            link = answer.headers.get("Link", "")
    except (aiohttp.ClientError, TimeoutError, OSError):
        raise _Trouble("NOT_REACHED") from None
    except orjson.JSONDecodeError:
        raise _Trouble("NO_JSON") from None
    orders = found.get("orders") if isinstance(found, dict) else found
    if not isinstance(orders, list):
        raise _Trouble("NO_ORDERS")
    return orders, link


def _told(platform: str, orders: Sequence[Any]) -> list[Told]:
    read, topic = (
        (shopify.read, "orders/updated")
        if platform == "shopify"
        else (woocommerce.read, "order.restored")  # it is there: whatever deleted it is over
    )
    now = clock.now()
    return [told for one in orders if isinstance(one, dict) for told in read(topic, one, now)]


def _next(link: str, root: URL) -> URL | None:
    """The next page of Shopify's; never on another host, for the token goes along."""
    found = _NEXT.search(link)
    url = URL(found[1], encoded=True) if found else None
    return url if url is not None and url.origin() == root.origin() else None


async def _must_be_public(settings: Settings, root: URL) -> None:
    """In production nobody can have us ask inside our own network by naming it as a shop."""
    if settings.is_production:
        trouble = await hosts.trouble_with(root.scheme, root.host, root.port)
        if trouble:
            raise _Trouble(trouble)
