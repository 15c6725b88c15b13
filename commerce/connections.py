"""Which shop a delivery is from: connections by address, remembered for a moment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

import orjson

from kernel import clock, database, keys, tenancy
from kernel.errors import Invalid, NotFound
from kernel.ids import Id

Platform = Literal["shopify", "woocommerce", "own"]

# A secret rotated or a shop closed elsewhere counts here within so much time.
_REMEMBERED = 2 * clock.SECOND
_ROOM = 10_000
_LONGEST = 200
_SHOPIFY = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")
_OWN = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Connection:
    """A shop as this process remembers it for a moment."""

    tenant_id: Id
    store_id: Id
    state: str
    state_at: int
    secrets: tuple[str, ...]


async def connections(platform: str, address: str) -> Sequence[Connection]:
    """The shops of this address, or of this secret path; NotFound (UNKNOWN_STORE) for none."""
    now = clock.now()
    known = _known.get((platform, address))
    if known is None or not now - _REMEMBERED < known[0] <= now:
        known = now, await _read(platform, _tidy_or_as_is(platform, address))
        _known[platform, address] = known
        while len(_known) > _ROOM:
            _known.pop(next(iter(_known)))
    if not known[1]:
        raise NotFound("There is no such shop.", code="UNKNOWN_STORE")
    return known[1]


def forget_connections() -> None:
    """Drop what this process remembers of shops' secrets and states."""
    _known.clear()


def tidy_address(platform: str, address: str) -> str:
    """The one form of a shop's address; Invalid names the field that is wrong."""
    if platform not in get_args(Platform):
        raise Invalid("A platform is shopify, woocommerce or own.", field=("platform",))
    given = address.strip()
    if platform == "woocommerce":
        parts = urlsplit(given)
        if parts.scheme not in ("http", "https") or not parts.hostname or len(given) > _LONGEST:
            raise Invalid("The address is the site's: https://shop.example/.", field=("address",))
        return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}/"
    given = given.lower()
    if platform == "shopify" and not _SHOPIFY.fullmatch(given):
        raise Invalid("The address is name.myshopify.com.", field=("address",))
    if platform == "own" and not _OWN.fullmatch(given):
        raise Invalid(
            "The address is a name of your own: letters, digits, dots, hyphens.",
            field=("address",),
        )
    return given


def live_secrets(row: dict[str, Any], now: int) -> list[tuple[str, int]]:
    """The secrets of a row that fit now, the newest first, and until when (0: no end)."""
    told = keys.house().open("store.secrets", row["id"], row["secrets_sealed"])
    return [(one, until) for one, until in orjson.loads(told) if one and (until or now + 1) > now]


def _tidy_or_as_is(platform: str, address: str) -> str:
    """A secret path is no address, and stands as it is."""
    try:
        return tidy_address(platform, address)
    except Invalid:
        return address


async def _read(platform: str, address: str) -> Sequence[Connection]:
    with tenancy.across_tenants("finding the tenants that claim a shop's address"):
        routes = await database.rows(
            """SELECT store_id, tenant_id FROM store_route
                WHERE platform = $1 AND address = $2 ORDER BY store_id DESC""",
            platform,
            address,
        )
    found = []
    for route in routes:
        with tenancy.acting_for(route["tenant_id"]):
            row = await database.row(
                """SELECT id, state, state_at, secrets_sealed FROM store
                    WHERE tenant_id = $1::uuid AND id = $2::uuid""",
                tenancy.current(),
                route["store_id"],
            )
            if row is not None:
                live = tuple(secret for secret, _ in live_secrets(row, clock.now()))
                state = (row["id"], row["state"], row["state_at"], live)
                found.append(Connection(tenancy.current(), *state))
    # Of two whose secret is the same, the one that is open.
    return sorted(found, key=lambda one: one.state != "open")


_known: dict[tuple[str, str], tuple[int, Sequence[Connection]]] = {}
