"""A tenant with the numbers that payloads speak of, and the way in for deliveries."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import channels
from kernel import clock, ids, tenancy
from kernel.ids import Id
from tests import stored
from tests.platform_json import as_platform, sign
from workers import inbound

SECRET = "an-app-secret-of-the-tests"
PAYLOADS = Path(__file__).parents[1] / "payloads"


async def make_tenant(name: str = "Town") -> Id:
    """A bare tenant."""
    tenant_id, now = ids.new_id(), clock.now()
    await stored.insert(
        "tenant",
        [
            {
                "id": tenant_id,
                "name": name,
                "country": "ES",
                "locale": "es-ES",
                "time_zone": "Europe/Madrid",
                "currency": "EUR",
                "business_hours": "{}",
                "holidays": "ES",
                "signature": "",
                "state": "active",
                "created_at": now,
                "updated_at": now,
            }
        ],
    )
    return tenant_id


async def settle_in(bodies: Iterable[dict[str, Any]]) -> Id:
    """A tenant that has connected every number and account that these payloads name."""
    await channels.register_app("default", [SECRET], "verify-me")
    tenant_id = await make_tenant()
    with tenancy.acting_for(tenant_id):
        await connect(bodies)
    return tenant_id


async def connect(bodies: Iterable[dict[str, Any]]) -> None:
    """Connect every number and account that these payloads name to the current tenant."""
    numbers, wabas = _named(bodies)
    rows = {waba: await channels.connect_waba(waba) for waba in sorted(wabas)}
    for phone_number_id, (waba, display) in sorted(numbers.items()):
        await channels.connect_number(rows[waba], phone_number_id, display, "Town")


async def post(bodies: Sequence[dict[str, Any]]) -> None:
    """Let deliveries in, in this order, at a process that knows of none before them."""
    channels.forget_deliveries()
    async with asyncio.TaskGroup() as posts:
        for body in bodies:
            raw = as_platform(body)
            posts.create_task(channels.accept("default", raw, sign(raw, SECRET)))


async def drain(limit: int = inbound.BATCH) -> None:
    """Drain until nothing is left."""
    while await inbound.drain(limit):
        pass


def own_payloads() -> dict[str, dict[str, Any]]:
    """The project's own payloads by name."""
    return payloads_in(PAYLOADS)


def payloads_in(folder: Path) -> dict[str, dict[str, Any]]:
    """The payloads of a folder by name."""
    return {
        path.stem: json.loads(path.read_text())
        for path in sorted(folder.glob("*.json"))
        if "vectors" not in path.stem
    }


def together(bodies: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """All entries of these payloads in one delivery."""
    return {
        "object": "whatsapp_business_account",
        "entry": [entry for body in bodies for entry in body["entry"]],
    }


def _named(bodies: Iterable[dict[str, Any]]) -> tuple[dict[str, tuple[str, str]], set[str]]:
    numbers: dict[str, tuple[str, str]] = {}
    wabas = set()
    for body in bodies:
        for entry in body["entry"]:
            wabas.add(entry["id"])
            for change in entry["changes"]:
                told = change["value"].get("metadata") if isinstance(change["value"], dict) else {}
                if told:
                    numbers.setdefault(
                        told["phone_number_id"], (entry["id"], told["display_phone_number"])
                    )
    return numbers, wabas
