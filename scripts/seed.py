"""`python -m scripts.seed`: two demo tenants to look at; `--post` fills them over the webhook.

The first step needs only the databases and comes before API and worker; the second needs both
running, posts signed deliveries as the platform would, waits until they are drained and writes
`demo.json`. Both may be repeated: what is there already stays as it is.
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp

import channels
import tenants
from kernel import clock, database, ids, keys, log, settings, tenancy
from kernel.errors import NotFound, RapportError
from kernel.ids import Id
from kernel.keyring import PLATFORM
from kernel.settings import Settings
from scripts.demo import HOUSES, House, addresses, bodies, bodies_in, deliver

Json = dict[str, Any]

_OWN_PAYLOADS = Path(__file__).resolve().parents[1] / "tests" / "payloads"
_APP = "default"
_DRAINED_WITHIN = 60.0  # seconds
# Long enough for a day at the demo; scripts/token prints fresh ones.
_TOKEN_MINUTES = 12 * 60


def main() -> int:
    """Exit status 2 with one line when it cannot be done, 1 when API or worker do not help."""
    parser = argparse.ArgumentParser(prog="python -m scripts.seed", description=__doc__)
    parser.add_argument(
        "--post", action="store_true", help="post the demo's webhooks (API running)"
    )
    step = _post if parser.parse_args().post else _prepare
    try:
        chosen = settings.load()
        if chosen.is_production:
            raise RapportError("RAPPORT_ENV: demo tenants have no place in production")
        return asyncio.run(_in_the_house(chosen, step))
    except RapportError as error:
        print(error.message, file=sys.stderr)
        return 2


async def _in_the_house(chosen: Settings, step: Any) -> int:
    log.start("warning", "seed")
    await database.start(chosen)
    try:
        keys.start(chosen)
        return int(await step(chosen))
    finally:
        keys.stop()
        await database.stop()


async def _prepare(chosen: Settings) -> int:
    # The file says that all is ready, so an old one goes; nothing is lost with it.
    _demo_file(chosen).unlink(missing_ok=True)
    try:
        await channels.app_secrets(_APP)
    except NotFound:
        await channels.register_app(
            slug=_APP, secrets=[_secret("app secret")], verify_token=_secret("verify token")
        )
    tenant_ids = [await _settle(house) for house in HOUSES]
    numbers: set[tuple[str, str | None]] = set()
    numbers |= {(house.waba_id, house.phone_number_id) for house in HOUSES}
    with tenancy.acting_for(tenant_ids[0]):
        for body in _sample_bodies(chosen):
            for waba_id, phone_number_id, shown in addresses(body):
                if (waba_id, phone_number_id) not in numbers:
                    numbers.add((waba_id, phone_number_id))
                    await _connect(waba_id, phone_number_id, shown, HOUSES[0].name)
    print(f"seed: {len(HOUSES)} tenants, {sum(len(house.people) for house in HOUSES)} people")
    return 0


async def _settle(house: House) -> Id:
    """The demo tenant with all that belongs to it; what is missing is made."""
    owner, *others = house.people
    seats = await tenants.seats_of(house.email(owner))
    tenant_id = seats[0].tenant_id if seats else await _found(house)
    with tenancy.acting_for(tenant_id):
        for one in others:
            email = house.email(one)
            if not await tenants.seats_of(email):
                await tenants.add_person(email, one.name, one.role, _secret(email))
        await _connect(house.waba_id, house.phone_number_id, house.display_phone_number, house.name)
    return tenant_id


async def _found(house: House) -> Id:
    owner = house.people[0]
    made = await tenants.found(
        name=house.name,
        country=house.country,
        locale=house.locale,
        time_zone=house.time_zone,
        currency=house.currency,
        signature=house.signature,
        owner_email=house.email(owner),
        owner_name=owner.name,
        password=_secret(house.email(owner)),
    )
    return made.tenant_id


async def _connect(waba_id: str, phone_number_id: str | None, shown: str, name: str) -> None:
    """Connect what is not connected yet: connecting again would undo a disconnection."""
    waba = next((one for one in await channels.list_wabas() if one["waba_id"] == waba_id), None)
    waba_row_id = waba["id"] if waba else await channels.connect_waba(waba_id)
    known = {one["phone_number_id"] for one in await channels.list_numbers()}
    if phone_number_id and phone_number_id not in known:
        await channels.connect_number(waba_row_id, phone_number_id, shown, name)


async def _post(chosen: Settings) -> int:
    began = time.monotonic()
    tenant_ids = [seat.tenant_id for house in HOUSES for seat in await _seats_of_owner(house)]
    with tenancy.acting_for(tenant_ids[0]):
        # The demo's "now" is the founding: repeated, the very same bodies change nothing.
        founded_at = (await tenants.read_settings()).created_at
    deliveries = [*bodies(founded_at // clock.SECOND), *bodies_in(_OWN_PAYLOADS)]
    deliveries += _sample_bodies(chosen)
    secrets = await channels.app_secrets(_APP)
    try:
        await deliver(_local_url(chosen), deliveries, secrets.app_secrets[0])
        drained = await _wait_until_drained()
    except (aiohttp.ClientError, TimeoutError) as error:
        print(f"seed: the API does not take webhooks ({type(error).__name__})", file=sys.stderr)
        return 1
    _write(_demo_file(chosen), await _describe(chosen, tenant_ids, secrets))
    print(f"seed: {len(deliveries)} webhooks posted in {time.monotonic() - began:.1f} s")
    if not drained:
        print("seed: some are still waiting; does a worker run?", file=sys.stderr)
    return 0 if drained else 1


async def _seats_of_owner(house: House) -> list[tenants.Seat]:
    seats = await tenants.seats_of(house.email(house.people[0]))
    if not seats:
        raise NotFound("The demo tenants are not there yet: python -m scripts.seed makes them.")
    return seats[:1]


async def _wait_until_drained() -> bool:
    deadline = time.monotonic() + _DRAINED_WITHIN
    while time.monotonic() < deadline:
        if not await database.row("SELECT 1 AS one FROM delivery WHERE state = 'stored' LIMIT 1"):
            return True
        await asyncio.sleep(0.05)
    return False


async def _describe(chosen: Settings, tenant_ids: list[Id], secrets: Any) -> Json:
    """What anyone's scripts and clients start from."""
    described = [
        await _describe_tenant(house, tenant_id)
        for house, tenant_id in zip(HOUSES, tenant_ids, strict=True)
    ]
    return {
        "graphql": f"{chosen.public_url}/graphql",
        "websocket": f"ws{chosen.public_url.removeprefix('http')}/graphql",
        "simulator": None,
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
                    who = {"role": seat.role.value, "email": email, "password": _secret(email)}
                    people.append({**who, "token": token})
        numbers = [one["phone_number_id"] for one in await channels.list_numbers()]
    return {
        "id": ids.show("tenant", tenant_id),
        "name": house.name,
        "people": people,
        "api_keys": [],
        "phone_number_ids": numbers,
    }


def _write(path: Path, described: Json) -> None:
    draft = path.with_suffix(".draft")
    with suppress(FileNotFoundError):
        draft.unlink()
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(described, file, indent=2, ensure_ascii=False)
    draft.replace(path)


def _demo_file(chosen: Settings) -> Path:
    return chosen.data / "demo.json"


def _secret(purpose: str) -> str:
    """A password or secret of the demo, made from a random key in the keyring: the same each time,
    and clear nowhere but in demo.json."""
    key = keys.keyring().get_or_make(PLATFORM, "demo", "0001")
    return hmac.digest(key, purpose.encode(), "sha256")[:16].hex()


def _sample_bodies(chosen: Settings) -> list[Json]:
    return bodies_in(chosen.samples / "samples" / "whatsapp") if chosen.samples else []


def _local_url(chosen: Settings) -> str:
    host = "127.0.0.1" if chosen.host in ("0.0.0.0", "::") else chosen.host  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{chosen.port}/webhooks/whatsapp"


if __name__ == "__main__":
    sys.exit(main())
