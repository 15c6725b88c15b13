"""Shops that are connected: their secrets in rotation, their way back to a tenant, their end."""

from __future__ import annotations

import html
import secrets as random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

import tenants
from commerce.carts import ABANDONED_AFTER
from commerce.connections import forget_connections, live_secrets, tidy_address
from kernel import clock, database, events, ids, keys, tenancy
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import Event
from kernel.ids import Id

# After a rotation both secrets fit for so long: Shopify goes on with the old one for about an hour.
OVERLAP = 2 * clock.HOUR
_SHORTEST_SECRET = 8
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Store:
    """A connected shop; `address` is its domain, its site, or the name its tenant gave it."""

    id: Id
    platform: str
    name: str
    address: str
    webhook_key: str
    currency: str
    country: str
    state: str
    state_at: int
    abandoned_after: int
    has_token: bool
    pulled_to: int
    pull_trouble: str | None
    created_at: int
    updated_at: int


@database.unit_of_work
async def connect_store(
    platform: str,
    name: str,
    address: str,
    *,
    secret: str = "",
    token: str = "",
    currency: str | None = None,
    country: str | None = None,
) -> Id:
    """Connect a shop, or open a closed connection again; its id. Twice is once.

    `secret` signs its webhooks, `token` (WooCommerce: key:secret) lets us pull what was not told.
    Invalid names the field that is wrong; Conflict (TAKEN) when the shop is connected and open.
    """
    address = tidy_address(platform, address)
    if platform != "own" and len(secret) < _SHORTEST_SECRET:
        raise Invalid(f"The secret has {_SHORTEST_SECRET} or more characters.", field=("secret",))
    if not name.strip() or len(name) > _LONGEST:
        raise Invalid(f"A name has 1 to {_LONGEST} characters.", field=("name",))
    settings = await tenants.read_settings()
    known = await database.row(
        """SELECT id, state FROM store
            WHERE tenant_id = $1::uuid AND platform = $2 AND address = $3 FOR UPDATE""",
        tenancy.current(),
        platform,
        address,
    )
    if known and known["state"] == "open":
        raise Conflict("This shop is connected already.", code="TAKEN", field=("address",))
    store_id: Id = known["id"] if known else ids.new_id()
    now, key = clock.now(), random.token_urlsafe(16)
    await database.insert(
        "store",
        [
            {
                "tenant_id": tenancy.current(),
                "id": store_id,
                "platform": platform,
                "name": name.strip(),
                "address": address,
                "webhook_key": key,
                "currency": currency or settings.currency,
                "country": country or settings.country,
                "state": "open",
                # Nothing ended yet that a late word could be about.
                "state_at": 0,
                "secrets_sealed": _sealed(store_id, [[_as_key(platform, secret), 0]]),
                "token_sealed": _sealed_token(store_id, token),
                "abandoned_after": ABANDONED_AFTER,
                "pulled_to": now,
                "pull_due_at": now,
                "created_at": now,
                "updated_at": now,
            }
        ],
        conflict="""ON CONFLICT (tenant_id, platform, address) DO UPDATE
            SET name = excluded.name, state = 'open', state_at = excluded.updated_at,
                secrets_sealed = excluded.secrets_sealed, token_sealed = excluded.token_sealed,
                currency = excluded.currency, country = excluded.country,
                webhook_key = excluded.webhook_key, updated_at = excluded.updated_at""",
    )
    await database.run(
        "DELETE FROM store_route WHERE tenant_id = $1::uuid AND store_id = $2::uuid",
        tenancy.current(),
        store_id,
    )
    await database.insert(
        "store_route",
        [
            {
                "platform": platform,
                "address": one,
                "store_id": store_id,
                "tenant_id": tenancy.current(),
            }
            for one in (address, key)
        ],
    )
    await events.record(Event("store.connected", {"store": store_id, "platform": platform}))
    database.after_commit(forget_connections)
    return store_id


@database.unit_of_work
async def rotate_secret(store_id: Id, secret: str) -> None:
    """Give a shop another webhook secret; the one before it fits for two hours more."""
    if len(secret) < _SHORTEST_SECRET:
        raise Invalid(f"The secret has {_SHORTEST_SECRET} or more characters.", field=("secret",))
    row = await _hold(store_id)
    now = clock.now()
    live = [[one, until or now + OVERLAP] for one, until in live_secrets(row, now)]
    await database.run(
        """UPDATE store SET secrets_sealed = $3, updated_at = $4
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        store_id,
        _sealed(store_id, [[_as_key(row["platform"], secret), 0], *live]),
        now,
    )
    database.after_commit(forget_connections)


@database.unit_of_work
async def close_store(store_id: Id) -> None:
    """End a connection: its deliveries are answered and not kept. What it told stays."""
    row = await _hold(store_id)
    if row["state"] != "closed":
        await _close(store_id, row["platform"], "closed", clock.now())


async def uninstall(store_id: Id, at: int) -> None:
    """The shop took the connection away then; nothing happens if it was made anew since."""
    row = await _hold(store_id)
    if row["state"] == "open" and row["state_at"] <= at:
        await _close(store_id, row["platform"], "uninstalled", at)


async def read_store(store_id: Id) -> Store:
    """A shop of the current tenant; NotFound when there is none."""
    found = await stores_by_ids([store_id])
    if store_id not in found:
        raise NotFound("There is no such shop.", field=("store",))
    return found[store_id]


async def stores_by_ids(store_ids: Sequence[Id]) -> dict[Id, Store]:
    """Shops of the current tenant by their ids."""
    wanted = set(store_ids)
    return {one.id: one for one in await list_stores() if one.id in wanted}


async def list_stores() -> list[Store]:
    """All shops of the tenant, oldest first."""
    rows = await database.rows(
        """SELECT id, platform, name, address, webhook_key, currency, country, state, state_at,
                  abandoned_after, CASE WHEN token_sealed IS NULL THEN 0 ELSE 1 END AS has_token,
                  pulled_to, pull_trouble, created_at, updated_at
             FROM store WHERE tenant_id = $1::uuid ORDER BY id""",
        tenancy.current(),
    )
    return [Store(**row | {"has_token": bool(row["has_token"])}) for row in rows]


async def _hold(store_id: Id) -> dict[str, Any]:
    row = await database.row(
        """SELECT id, platform, state, state_at, secrets_sealed FROM store
            WHERE tenant_id = $1::uuid AND id = $2::uuid FOR UPDATE""",
        tenancy.current(),
        store_id,
    )
    if row is None:
        raise NotFound("There is no such shop.", field=("store",))
    return row


async def _close(store_id: Id, platform: str, state: str, at: int) -> None:
    """Its token goes with it: nothing more is pulled."""
    await database.run(
        """UPDATE store SET state = $3, state_at = $4, token_sealed = NULL, updated_at = $5
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        store_id,
        state,
        at,
        clock.now(),
    )
    await events.record(Event("store.disconnected", {"store": store_id, "platform": platform}))
    database.after_commit(forget_connections)


def _as_key(platform: str, secret: str) -> str:
    """WooCommerce signs with the secret decoded from HTML (contract: `&amp;` is `&` in the key)."""
    return html.unescape(secret) if platform == "woocommerce" else secret


def _sealed(store_id: Id, live: Sequence[Sequence[Any]]) -> bytes:
    return keys.house().seal("store.secrets", store_id, orjson.dumps(live))


def _sealed_token(store_id: Id, token: str) -> bytes | None:
    return keys.house().seal_text("store.token", store_id, token) if token else None
