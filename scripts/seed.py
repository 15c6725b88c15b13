"""`python -m scripts.seed`: two demo tenants to look at; `--post` fills them with conversations.

The first step needs only the databases and comes before everything else: it makes the tenants, and
writes `town.json` for the simulator. The second needs API, worker and (with `--simulator`) the
simulator: it posts signed deliveries as the platform would, waits until they are drained, lets the
customers of the town talk with the tenants, once, and writes `demo.json`. Both may be repeated:
what is there already stays as it is.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

import channels
import tenants
from conversations import ConversationFilter
from kernel import bells, clock, database, keys, log, settings, tenancy
from kernel.errors import NotFound, RapportError
from kernel.ids import Id
from kernel.settings import Settings
from scripts import demo
from scripts.demo import HOUSES, House

Json = dict[str, Any]

_OWN_PAYLOADS = Path(__file__).resolve().parents[1] / "tests" / "payloads"
_APP = "default"
_DRAINED_WITHIN = 60.0  # seconds


def main() -> int:
    """Exit status 2 with one line when it cannot be done, 1 when API or worker do not help."""
    parser = argparse.ArgumentParser(prog="python -m scripts.seed", description=__doc__)
    parser.add_argument(
        "--post", action="store_true", help="fill the tenants (API and worker running)"
    )
    parser.add_argument(
        "--simulator", metavar="URL", help="with --post: a simulator with the town of town.json"
    )
    asked = parser.parse_args()
    step = partial(_post, simulator=asked.simulator) if asked.post else _prepare
    try:
        chosen = settings.load()
        if chosen.is_production:
            raise RapportError("RAPPORT_ENV: demo tenants have no place in production")
        return asyncio.run(_in_the_house(chosen, step))
    except RapportError as error:
        print(error.message, file=sys.stderr)
        return 2


async def _in_the_house(chosen: Settings, step: Callable[[Settings], Awaitable[int]]) -> int:
    log.start("warning", "seed")
    await database.start(chosen)
    try:
        keys.start(chosen)
        await bells.start(chosen)
        return await step(chosen)
    finally:
        await bells.stop()
        keys.stop()
        await database.stop()


async def _prepare(chosen: Settings) -> int:
    # The file says that all is ready, so an old one goes; nothing is lost with it.
    _demo_file(chosen).unlink(missing_ok=True)
    try:
        await channels.app_secrets(_APP)
    except NotFound:
        await channels.register_app(
            slug=_APP, secrets=[demo.app_secret()], verify_token=demo.verify_token()
        )
    tenant_ids = [await _settle(house) for house in HOUSES]
    numbers: set[tuple[str, str | None]] = set()
    numbers |= {(house.waba_id, house.phone_number_id) for house in HOUSES}
    with tenancy.acting_for(tenant_ids[0]):
        for body in _sample_bodies(chosen):
            for waba_id, phone_number_id, shown in demo.addresses(body):
                if (waba_id, phone_number_id) not in numbers:
                    numbers.add((waba_id, phone_number_id))
                    await _connect(waba_id, phone_number_id, shown, HOUSES[0].name)
    await _write_town(chosen, tenant_ids)
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
                await tenants.add_person(email, one.name, one.role, demo.secret(email))
        await _connect(
            house.waba_id,
            house.phone_number_id,
            house.display_phone_number,
            house.name,
            demo.access_token(house),
        )
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
        password=demo.secret(house.email(owner)),
    )
    return made.tenant_id


async def _connect(
    waba_id: str, phone_number_id: str | None, shown: str, name: str, token: str | None = None
) -> None:
    """Connect what is not connected yet: connecting again would undo a disconnection."""
    waba = next((one for one in await channels.list_wabas() if one["waba_id"] == waba_id), None)
    waba_row_id = waba["id"] if waba else await channels.connect_waba(waba_id)
    known = {one["phone_number_id"]: one["id"] for one in await channels.list_numbers()}
    if not phone_number_id:
        return
    has_token = phone_number_id in known and await channels.access_token(known[phone_number_id])
    if phone_number_id not in known or (token and not has_token):
        await channels.connect_number(waba_row_id, phone_number_id, shown, name, token)


async def _write_town(chosen: Settings, tenant_ids: Sequence[Id]) -> None:
    """The simulator's town; with the windows that are open, for it begins anew at every start."""
    customers = [*demo.earlier_customers(), *demo.talkers()]
    wrote_at: dict[str, int] = {}
    is_open = ConversationFilter(window_open_at=clock.now())
    for house, tenant_id in zip(HOUSES, tenant_ids, strict=True):
        with tenancy.acting_for(tenant_id):
            own = [one for one in customers if one.house == house]
            threads = await demo.threads_of(own, is_open)
        wrote_at |= {key: thread["last_inbound_at"] for key, thread in threads.items()}
    town = demo.town(_APP, _webhook(chosen), customers, wrote_at)
    demo.write(chosen.data / "town.json", town)


async def _post(chosen: Settings, simulator: str | None) -> int:
    desks = [await _desk(house) for house in HOUSES]
    secrets = await channels.app_secrets(_APP)
    try:
        drained = await _post_history(chosen, desks, secrets.app_secrets[0])
        if simulator and drained:
            drained = await _talk(chosen, desks, simulator)
    except (aiohttp.ClientError, TimeoutError) as error:
        print(f"seed: API or simulator do not answer ({type(error).__name__})", file=sys.stderr)
        return 1
    tenant_ids = [desk.tenant_id for desk in desks]
    await _sell(chosen, desks[0])
    demo.write(_demo_file(chosen), await demo.describe(chosen, tenant_ids, secrets, simulator))
    if not drained:
        print("seed: some are still waiting; does a worker run?", file=sys.stderr)
    return 0 if drained else 1


async def _desk(house: House) -> demo.Desk:
    owner = await tenants.seats_of(house.email(house.people[0]))
    if not owner:
        raise NotFound("The demo tenants are not there yet: python -m scripts.seed makes them.")
    tenant_id = owner[0].tenant_id
    agents = [
        seat.person_id
        for one in house.people
        if one.role == "agent"
        for seat in await tenants.seats_of(house.email(one))
        if seat.tenant_id == tenant_id
    ]
    return demo.Desk(house, tenant_id, tuple(agents) or (owner[0].person_id,))


async def _post_history(chosen: Settings, desks: Sequence[demo.Desk], app_secret: str) -> bool:
    """What the platform told before and around the founding day; whether all of it is drained."""
    began = time.monotonic()
    with tenancy.acting_for(desks[0].tenant_id):
        # The demo's "now" is the founding: repeated, the very same bodies change nothing.
        founded_at = (await tenants.read_settings()).created_at // clock.SECOND
    deliveries = [*demo.bodies(founded_at), *demo.template_bodies(founded_at)]
    deliveries += [*demo.bodies_in(_OWN_PAYLOADS), *_sample_bodies(chosen)]
    deliveries.append(demo.reconnected(deliveries, founded_at))
    await demo.deliver(_webhook(chosen), deliveries, app_secret)
    drained = await _wait_until_drained()
    print(f"seed: {len(deliveries)} webhooks posted in {time.monotonic() - began:.1f} s")
    return drained


async def _talk(chosen: Settings, desks: Sequence[demo.Desk], simulator: str) -> bool:
    """The talks of the founding day, once; whether everything that came of them is drained."""
    held, founded = chosen.data / "talks.held", "\n".join(desk.tenant_id for desk in desks)
    if held.exists() and held.read_text() == founded:
        return True
    began = time.monotonic()
    talks = demo.talkers()
    left = await demo.hold_talks(desks, talks, simulator)
    drained = await _wait_until_drained()
    print(f"seed: {len(talks) - left} talks held in {time.monotonic() - began:.1f} s")
    if left:
        print(f"seed: {left} talks did not come to their end; the next start goes on with them")
    else:
        held.write_text(founded)
    return drained


async def _sell(chosen: Settings, desk: demo.Desk) -> None:
    """The shop of a house, with its orders of a year, and a campaign in draft."""
    began, house = time.monotonic(), desk.house
    buyers = [one for one in demo.talkers() if one.house == house]
    with tenancy.acting_for(desk.tenant_id):
        orders = await demo.fill_shop(chosen, house.name, house.currency, buyers)
        is_new = await demo.draft_campaign(house.phone_number_id)
    if orders:
        print(f"seed: {orders} orders in {time.monotonic() - began:.1f} s")
    if is_new:
        print("seed: a campaign, to look over and to launch")


async def _wait_until_drained() -> bool:
    deadline = time.monotonic() + _DRAINED_WITHIN
    while time.monotonic() < deadline:
        if not await database.row("SELECT 1 AS one FROM delivery WHERE state = 'stored' LIMIT 1"):
            return True
        await asyncio.sleep(0.05)
    return False


def _demo_file(chosen: Settings) -> Path:
    return chosen.data / "demo.json"


def _sample_bodies(chosen: Settings) -> list[Json]:
    return demo.bodies_in(chosen.samples / "samples" / "whatsapp") if chosen.samples else []


def _webhook(chosen: Settings) -> str:
    host = "127.0.0.1" if chosen.host in ("0.0.0.0", "::") else chosen.host  # noqa: S104 (nothing is bound)
    return f"http://{f'[{host}]' if ':' in host else host}:{chosen.port}/webhooks/whatsapp"


if __name__ == "__main__":
    sys.exit(main())
