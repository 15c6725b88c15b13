"""What `demo.json` says: all that anyone's scripts and clients start from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import channels
import tenants
from kernel import ids, tenancy
from kernel.ids import Id
from kernel.settings import Settings
from scripts.demo.houses import HOUSES, House
from scripts.demo.private import secret

Json = dict[str, Any]

# The longest that a token may live; scripts/token prints fresh ones.
_TOKEN_MINUTES = 60


async def describe(
    chosen: Settings, tenant_ids: Sequence[Id], secrets: Any, simulator: str | None
) -> Json:
    """Addresses, secrets, people with passwords and fresh tokens; `simulator` is its address."""
    described = [
        await _describe_tenant(house, tenant_id)
        for house, tenant_id in zip(HOUSES, tenant_ids, strict=True)
    ]
    return {
        "graphql": f"{chosen.public_url}/graphql",
        "websocket": f"ws{chosen.public_url.removeprefix('http')}/graphql",
        "simulator": simulator,
        "whatsapp": {
            "webhook": f"{chosen.public_url}/webhooks/whatsapp",
            "app_secret": secrets.app_secrets[0],
            "verify_token": secrets.verify_token,
            "phone_number_ids": [one for each in described for one in each["phone_number_ids"]],
        },
        "tenants": described,
    }


async def _describe_tenant(house: House, tenant_id: Id) -> Json:
    people = []
    with tenancy.acting_for(tenant_id):
        for one in house.people:
            email = house.email(one)
            for seat in await tenants.seats_of(email):
                if seat.tenant_id == tenant_id:
                    token = await tenants.issue(seat.person_id, _TOKEN_MINUTES)
                    who = {"role": seat.role.value, "email": email, "password": secret(email)}
                    people.append({**who, "token": token})
        numbers = [one["phone_number_id"] for one in await channels.list_numbers()]
    return {
        "id": ids.show("tenant", tenant_id),
        "name": house.name,
        "people": people,
        "api_keys": [],
        "phone_number_ids": numbers,
    }
