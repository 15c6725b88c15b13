from __future__ import annotations

import asyncio
import json
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from aiohttp import web

import channels
import tenants
from channels import wire
from kernel import clock, ids, tenancy
from kernel.errors import NotAllowed
from scripts.demo import HOUSES, bodies
from tests import stored
from tests.conftest import House
from tests.launching import finish
from tests.platform_json import as_platform
from tests.servers import ROOT
from tests.tenants.make import count, events_of, found

ANCHOR = 1_795_000_000


def items(kind: str) -> list[dict[str, Any]]:
    return [
        {**item, "value": change["value"]}
        for body in bodies(ANCHOR)
        for entry in body["entry"]
        for change in entry["changes"]
        for item in change["value"].get(kind, [])
    ]


# What a command says of its words does not depend on the database.
ON_ONE_DATABASE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


async def run(house: House, *command: str) -> subprocess.CompletedProcess[str]:
    """A command of ours beside the house, without the real samples."""
    environ = {**house.environ, "RAPPORT_SAMPLES": str(house.settings.data / "none")}
    return await finish(*command, environ=environ)


def test_the_demo_is_64_people_in_eight_languages_within_20_hours() -> None:
    pages = sorted(path.stem for path in (ROOT / "scripts" / "demo").glob("*.json"))
    assert pages == ["ar", "de", "en", "es", "id", "pt", "ru", "templates", "zh"]
    received = items("messages")
    people = {item["from_user_id"] for item in received}
    assert len(people) == len(bodies(ANCHOR)) == 64
    told = [*received, *items("message_echoes"), *items("statuses"), *items("user_preferences")]
    times = [int(item["timestamp"]) for item in told]
    assert min(times) >= ANCHOR - 20 * 3600
    assert ANCHOR - 600 < max(times) <= ANCHOR
    assert Counter(item["value"]["metadata"]["phone_number_id"] for item in received).keys() == {
        house.phone_number_id for house in HOUSES
    }
    assert {item["type"] for item in received} == {
        "audio",
        "button",
        "contacts",
        "image",
        "interactive",
        "location",
        "order",
        "reaction",
        "sticker",
        "text",
        "unsupported",
        "video",
    }


def test_the_demo_is_the_same_each_time_and_every_id_is_its_own() -> None:
    assert bodies(ANCHOR) == bodies(ANCHOR)
    wamids = [item["id"] for item in (*items("messages"), *items("message_echoes"))]
    assert len(wamids) == len(set(wamids)) == 216
    assert {item["id"] for item in items("statuses")} <= set(wamids)
    later = [item["id"] for body in bodies(ANCHOR + 86_400) for item in messages_of(body)]
    assert later == [item["id"] for body in bodies(ANCHOR) for item in messages_of(body)]


def messages_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    values = [change["value"] for entry in body["entry"] for change in entry["changes"]]
    return [item for value in values for item in value.get("messages", [])]


def test_every_demo_item_is_understood_and_every_phone_is_one() -> None:
    updates = [
        update for body in bodies(ANCHOR) for update in wire.parse(as_platform(body)).updates
    ]
    assert not [update for update in updates if isinstance(update, wire.Other)]
    expected = ("messages", "message_echoes", "statuses", "user_preferences")
    assert len(updates) == sum(len(items(kind)) for kind in expected)
    for item in items("messages"):
        if "from" in item:
            assert phonenumbers.is_possible_number(phonenumbers.parse("+" + item["from"]))
        assert item["from_user_id"].split(".")[0] in phonenumbers.SUPPORTED_REGIONS


async def test_the_first_step_can_be_repeated_and_connects_nothing_again(house: House) -> None:
    tables = ("tenant", "account", "person", "waba", "number", "route", "platform_app", "session")
    seen = []
    for _ in range(2):
        done = await run(house, "scripts.seed")
        assert (done.returncode, done.stdout) == (0, "seed: 2 tenants, 12 people\n"), done.stderr
        seen.append([await count(table) for table in tables])
    assert seen == [[2, 12, 12, 2, 2, 4, 1, 0]] * 2
    assert not (house.settings.data / "demo.json").exists()

    for demo in HOUSES:
        (seat,) = await tenants.seats_of(demo.email(demo.people[0]))
        with tenancy.acting_for(seat.tenant_id):
            people = await tenants.list_people()
            assert (await tenants.read_settings()).name == demo.name
        assert Counter(person.role.value for person in people) == {
            "owner": 1,
            "admin": 1,
            "agent": 2,
            "analyst": 1,
            "compliance": 1,
        }

    # What was disconnected stays so.
    with tenancy.across_tenants("a test disconnects"):
        await stored.run("UPDATE number SET state = 'disconnected'")
    await run(house, "scripts.seed")
    with tenancy.across_tenants("a test reads"):
        states = await stored.rows("SELECT state FROM number")
    assert states == [{"state": "disconnected"}] * 2


@asynccontextmanager
async def receiving(house: House, *, draining: bool) -> AsyncIterator[None]:
    """The webhook's verb behind a bare server, and a drain that only ticks off."""

    async def take(request: web.Request) -> web.Response:
        signature = request.headers.get("X-Hub-Signature-256")
        await channels.accept("default", await request.read(), signature)
        return web.Response(text="")

    async def drain() -> None:
        while draining:
            await stored.run("UPDATE delivery SET state = 'drained' WHERE state = 'stored'")
            await asyncio.sleep(0.02)

    app = web.Application(client_max_size=house.settings.webhook_limit)
    app.router.add_post("/webhooks/whatsapp", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", house.settings.port).start()
    ticking = asyncio.create_task(drain())
    try:
        yield
    finally:
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)
        await runner.cleanup()


async def test_posting_fills_the_house_and_writes_what_clients_start_from(house: House) -> None:
    await run(house, "scripts.seed")
    channels.forget_apps()
    path = house.settings.data / "demo.json"
    files: list[dict[str, Any]] = []
    async with receiving(house, draining=True):
        for _ in range(2):
            done = await run(house, "scripts.seed", "--post")
            assert done.returncode == 0, done.stderr
            files.append(json.loads(path.read_text()))
    own = len(list((ROOT / "tests" / "payloads").glob("*.json"))) - 1  # but for signature vectors
    # The account of the payloads is connected again, and each account tells of its templates.
    # Repetitions are stored as well, and told apart when they are drained.
    assert await count("(SELECT DISTINCT token FROM delivery) AS d") == 64 + own + 3
    # The shop of the first tenant was filled once.
    assert await count("shop_order") == 1813

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    demo, again = files
    assert sorted(demo) == ["graphql", "simulator", "tenants", "websocket", "whatsapp"]
    assert demo["graphql"] == f"http://127.0.0.1:{house.settings.port}/graphql"
    assert demo["websocket"] == f"ws://127.0.0.1:{house.settings.port}/graphql"
    secrets = await channels.app_secrets("default")
    assert demo["whatsapp"] == {
        "webhook": f"http://127.0.0.1:{house.settings.port}/webhooks/whatsapp",
        "app_secret": secrets.app_secrets[0],
        "verify_token": secrets.verify_token,
        "phone_number_ids": ["106540352242922", "550011223344556"],
    }
    assert [one["name"] for one in demo["tenants"]] == [one.name for one in HOUSES]
    for one, once_more in zip(demo["tenants"], again["tenants"], strict=True):
        assert sorted(one) == ["api_keys", "id", "name", "people", "phone_number_ids"]
        assert one["api_keys"] == []
        assert len(one["people"]) == 6
        for person, repeated in zip(one["people"], once_more["people"], strict=True):
            assert person["token"] != repeated["token"]
            assert person["password"] == repeated["password"]
            viewer = await tenants.read_token(person["token"])
            assert ids.show("tenant", viewer.tenant_id) == one["id"]
            assert viewer.role == person["role"]
        owner = one["people"][0]
        signed_in = await tenants.sign_in(owner["email"], owner["password"])
        assert ids.show("tenant", signed_in.tenant_id) == one["id"]


@ON_ONE_DATABASE
async def test_without_an_api_posting_says_so_in_one_line(house: House) -> None:
    before = await run(house, "scripts.seed", "--post")
    assert (before.returncode, before.stdout, before.stderr.count("\n")) == (2, "", 1)
    await run(house, "scripts.seed")

    done = await run(house, "scripts.seed", "--post")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "seed: API or simulator do not answer (ClientConnectorError)\n"
    assert not (house.settings.data / "demo.json").exists()


def test_production_gets_no_demo(tmp_path: Path) -> None:
    environ = {
        "RAPPORT_ENV": "production",
        "RAPPORT_DATA": str(tmp_path),
        "RAPPORT_MASTER_KEY": "q7Xl0bJt0s5mT2y6YtC0oQ2WZ8p4o1vB3n9d5k7r1ZA=",
        "RAPPORT_PUBLIC_URL": "https://rapport.example",
        "RAPPORT_METRICS_OPEN": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "scripts.seed"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "RAPPORT_ENV: demo tenants have no place in production\n"


@ON_ONE_DATABASE
async def test_the_token_command_prints_a_token_that_is_taken(house: House) -> None:
    made = await found()

    done = await run(house, "scripts.token", " Owner@Costa.example")

    assert (done.returncode, done.stderr) == (0, "")
    viewer = await tenants.read_token(done.stdout.strip())
    assert (viewer.person_id, viewer.role) == (made.person_id, "owner")
    clock.move(house.settings.access_token_minutes * clock.MINUTE)
    with pytest.raises(NotAllowed) as caught:
        await tenants.read_token(done.stdout.strip())
    assert caught.value.code == "TOKEN_EXPIRED"


@ON_ONE_DATABASE
async def test_the_token_command_asks_which_tenant(house: House) -> None:
    await found()
    other = await found(name="Other")

    asked = await run(house, "scripts.token", "owner@costa.example")
    chosen = await run(
        house, "scripts.token", "owner@costa.example", ids.show("tenant", other.tenant_id)
    )

    assert (asked.returncode, asked.stdout) == (2, "")
    assert ids.show("tenant", other.tenant_id) + " (Other)" in asked.stderr
    assert (await tenants.read_token(chosen.stdout.strip())).tenant_id == other.tenant_id


@ON_ONE_DATABASE
async def test_the_token_command_fails_in_one_line(house: House) -> None:
    await found()
    mistakes: tuple[list[str], ...] = (
        [],
        ["a", "b", "c"],
        ["--help"],
        ["nobody@costa.example"],
        ["not an address"],
    )

    for done in await asyncio.gather(*(run(house, "scripts.token", *one) for one in mistakes)):
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert await count("session") == 0


@ON_ONE_DATABASE
async def test_the_tenant_command_closes_and_opens(house: House) -> None:
    made = await found()
    tenant = ids.show("tenant", made.tenant_id)
    for step, state in (("suspend", "suspended"), ("suspend", "suspended"), ("resume", "active")):
        done = await run(house, "scripts.tenant", step, tenant)
        assert (done.returncode, done.stdout) == (0, f"Costa Clara is {state}.\n"), done.stderr
    assert (await events_of(made.tenant_id))[-2:] == ["tenant.suspended", "tenant.resumed"]
    absent = ids.show("tenant", ids.new_id())
    for wrong in ([], ["close", tenant], ["suspend", "x"], ["suspend", absent]):
        done = await run(house, "scripts.tenant", *wrong)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


async def test_the_token_command_wants_a_migrated_database(bare_environ: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.token", "owner@costa.example"],
        cwd=ROOT,
        env=bare_environ,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "The database is not up to date; scripts/run brings it there.\n"
