"""The control API: towns, settings, clock, chats, and what it refuses."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from channels.simulator import Simulator, running
from kernel import clock
from kernel.errors import Invalid
from tests.servers import ROOT
from tests.simulator.ground import (
    AMINA,
    AMINA_PHONE,
    LEA,
    LEA_PHONE,
    NUMBER,
    SECRET,
    TOKEN,
    VERIFY,
    WABA,
    Business,
    Receiver,
    document,
    offer,
    sending,
)


async def test_town_is_shown_without_secrets(sim: Simulator, business: Business) -> None:
    status, town = await business.control("GET", "town")
    assert status == 200
    assert [one["id"] for one in town["numbers"]] == [NUMBER]
    assert [one["name"] for one in town["people"]] == ["Léa", "Amina Diallo", "Rafa"]
    assert all(secret not in json.dumps(town) for secret in (SECRET, TOKEN, VERIFY))


async def test_settling_over_the_wire(sim: Simulator, business: Business) -> None:
    document = {"people": [{"id": "x", "name": "X", "phone": "+34 600 11 22 33"}]}
    assert (await business.control("POST", "town", document))[1]["people"] == 1
    person = (await business.control("GET", "people/x"))[1]
    assert (person["phone"], person["country"]) == ("34600112233", "ES")
    assert person["user_ids"]["business"].startswith("ES.")


async def test_settling_again_changes(sim: Simulator, business: Business) -> None:
    sim.act(LEA, "text", text="Bonjour")
    sim.settle({"people": [{"id": LEA, "name": "Léa M."}], "wabas": [{"id": WABA, "name": "C"}]})
    assert sim.world.town.people[LEA].name == "Léa M."
    assert sim.world.town.people[LEA].phone == LEA_PHONE
    assert await business.outcome() == "delivered"


async def test_chats_that_are_open_already(sim: Simulator, business: Business) -> None:
    now = sim.world.clock.now()
    chat = {"number": NUMBER, "person": LEA, "last_user_at": now - 23 * 3600 * 1_000_000}
    sim.settle({"chats": [chat, {"number": NUMBER, "person": AMINA, "blocked": True}]})
    assert await business.outcome() == "delivered"
    assert await business.outcome(AMINA_PHONE) == 130403
    sim.move(3600)
    assert await business.outcome() == 131047


async def test_reset(sim: Simulator, business: Business) -> None:
    sim.set(latency=1.0, statuses={"loss": 1.0})
    sim.fault("error")
    await business.control("POST", "reset")
    town = (await business.control("GET", "town"))[1]
    assert (town["numbers"], town["people"]) == ([], [])
    settings = (await business.control("GET", "settings"))[1]
    assert (settings["latency"], settings["statuses"]["loss"]) == (0.0, 0.0)
    assert sim.world.faults.ordered == []
    assert (await business.control("POST", "town", {"reset": True}))[0] == 200


BAD_DOCUMENTS: list[tuple[Any, tuple[str, ...]]] = [
    ({"planets": []}, ()),
    ({"people": {}}, ("people",)),
    ({"people": ["x"]}, ("people", "0")),
    ({"people": [{"id": "x"}]}, ("people", "0", "phone")),
    ({"people": [{"name": "x", "phone": "1"}]}, ("people", "0", "id")),
    ({"people": [{"id": "x", "phone": 34600112233}]}, ("people", "0", "phone")),
    ({"people": [{"id": LEA, "age": 3}]}, ("people", "0", "age")),
    ({"people": [{"id": LEA, "moves": 3}]}, ("people", "0", "moves")),
    ({"people": [{"id": LEA, "behaviour": {"replies": [{"x": 1}]}}]},
     ("people", "0", "behaviour", "replies", "0", "x")),
    ({"numbers": [{"id": "9", "waba_id": "none"}]}, ("numbers", "0", "waba_id")),
    ({"wabas": [{"id": "9", "apps": ["none"]}]}, ("wabas", "0", "apps")),
    ({"templates": [{"waba_id": WABA, "name": "x"}]}, ("templates", "0", "language")),
    ({"chats": [{"number": NUMBER, "person": "nobody"}]}, ("chats", "0", "person")),
    ({"chats": [{"number": NUMBER, "person": LEA, "x": 1}]}, ("chats", "0", "x")),
    ({"settings": {"limits": {"on": 1}}}, ("settings", "limits", "on")),
    ({"settings": {"speed": 1}}, ("settings", "speed")),
]  # fmt: skip


@pytest.mark.parametrize(("document", "field"), BAD_DOCUMENTS)
async def test_bad_documents(
    sim: Simulator, business: Business, document: Any, field: tuple[str, ...]
) -> None:
    status, answer = await business.control("POST", "town", document)
    assert (status, answer["error"]["code"]) == (400, "INVALID")
    assert tuple(answer["error"]["field"]) == field


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "people/nobody", None, 404),
        ("POST", "people/nobody/acts", {"act": "text", "text": "x"}, 404),
        ("GET", f"chats/{NUMBER}/nobody", None, 404),
        ("GET", f"chats/4711/{LEA}", None, 404),
        ("POST", "templates/4711", {"pause": True}, 404),
        ("POST", "numbers/4711", {}, 404),
        ("POST", "wabas/4711", {}, 404),
        ("POST", "businesses/4711", {}, 404),
        ("POST", "apps/4711/verify", {}, 404),
        ("POST", "faults", {"kind": "earthquake"}, 400),
        ("POST", "faults", {"kind": "drop", "edge": "moon"}, 400),
        ("POST", "faults", {}, 400),
        ("POST", "clock", {"speed": -1}, 400),
        ("POST", "clock", {"move_seconds": "1"}, 400),
        ("POST", "clock", {"hours": 1}, 400),
        ("POST", "webhooks", {"waba_id": WABA, "field": "x"}, 400),
        ("POST", "settings", {"latency": "slow"}, 400),
        ("GET", "messages?after=x", None, 400),
        ("POST", f"people/{LEA}/acts", {"act": "tap", "message": "none"}, 404),
    ],
)
async def test_what_is_refused(
    business: Business, method: str, path: str, body: Any, status: int
) -> None:
    found, answer = await business.control(method, path, body)
    assert found == status
    assert set(answer["error"]) == {"code", "message", "field"}


async def test_other_web_pages_give_no_orders(sim: Simulator, business: Business) -> None:
    url = f"{sim.url}/control/reset"
    headers = {"Origin": "https://evil.example"}
    async with business.session.post(url, headers=headers) as answer:
        assert answer.status == 403
    async with business.session.post(url, headers={"Origin": sim.url}) as answer:
        assert answer.status == 200
    async with business.session.post(url, data="x", headers={"Content-Type": "text/plain"}) as bad:
        assert bad.status == 400


async def test_clock(sim: Simulator, business: Business) -> None:
    before = (await business.control("GET", "clock"))[1]["now"]
    after = (await business.control("POST", "clock", {"move_seconds": 3600, "speed": 0}))[1]
    assert 3600 <= (after["now"] - before) / 1_000_000 < 3605
    assert after["speed"] == 0
    await asyncio.sleep(0.02)
    assert (await business.control("GET", "clock"))[1]["now"] == after["now"]


async def test_it_shares_the_clock_of_the_house(sim: Simulator, business: Business) -> None:
    sim.act(LEA, "text", text="Bonjour")
    clock.move(25 * clock.HOUR)
    assert await business.outcome() == 131047


async def test_chat_as_the_person_sees_it(sim: Simulator, business: Business) -> None:
    sim.settle({"templates": [offer()]})
    own = sim.act(LEA, "text", text="Bonjour")["wamid"]
    wamid = await business.send(**sending("offer"))
    await business.send(type="reaction", reaction={"message_id": own, "emoji": "🙏"})
    sim.act(LEA, "reaction", message=wamid, emoji="👍")
    sim.move(1)
    chat = (await business.control("GET", f"chats/{NUMBER}/{LEA}"))[1]
    assert (chat["name"], chat["is_open"], chat["blocked"]) == ("Costa Brisa", True, False)
    first, second = chat["messages"]
    assert (first["text"], first["out"], first["reactions"]) == (
        "Bonjour",
        False,
        {"business": "🙏"},
    )
    assert (second["text"], second["status"], second["reactions"]) == (
        "Hi",
        "delivered",
        {"person": "👍"},
    )


async def test_live(sim: Simulator, business: Business) -> None:
    async with business.session.get(f"{sim.url}/control/live") as answer:
        assert answer.content_type == "text/event-stream"
        assert (await answer.content.readuntil(b"\n\n")).startswith(b":")
        sim.act(LEA, "text", text="Bonjour")
        line = await asyncio.wait_for(answer.content.readuntil(b"\n\n"), 2)
        told = json.loads(line.removeprefix(b"data: "))
        assert told == {"what": "chat", "number": NUMBER, "person": LEA}


async def test_page(sim: Simulator, business: Business) -> None:
    async with business.session.get(f"{sim.url}/") as answer:
        page = await answer.text()
        assert (answer.status, answer.content_type) == (200, "text/html")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "https://" not in page
    assert '<html lang="en">' in page


async def test_settings_at_the_start(receiver: Receiver) -> None:
    async with running({"latency": 0.01, "limits": {"on": False}}) as sim:
        assert (sim.world.settings.latency, sim.world.settings.limits.on) == (0.01, False)
    with pytest.raises(Invalid):
        async with running({"nothing": 1}):
            pass


async def test_many_at_once(sim: Simulator, business: Business) -> None:
    sim.set(limits={"on": False})
    keys = [f"key-{at}" for at in range(300)]
    await asyncio.gather(*(business.send(biz_opaque_callback_data=key) for key in keys))
    counts = sim.counts()
    assert (counts["accepted"], counts["keys"], counts["repeated_keys"]) == (300, 300, 0)
    page = (await business.control("GET", "messages?after=290&limit=100"))[1]
    assert (len(page["messages"]), page["total"]) == (10, 300)


def test_as_a_program(tmp_path: Path) -> None:
    environ = {
        **{name: text for name, text in os.environ.items() if not name.startswith("RAPPORT_")},
        "RAPPORT_DATA": str(tmp_path),
        "RAPPORT_SIMULATOR_PORT": "18461",
    }
    town = tmp_path / "town.json"
    town.write_text(json.dumps(document("http://127.0.0.1:9/hook")))
    command = [sys.executable, "-m", "channels.simulator", "--town", str(town)]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE) as program:
        assert program.stderr is not None
        assert json.loads(program.stderr.readline())["url"] == "http://127.0.0.1:18461"
        with urllib.request.urlopen("http://127.0.0.1:18461/control/health") as answer:
            assert json.load(answer) == {"status": "ok"}
        with urllib.request.urlopen("http://127.0.0.1:18461/control/town") as answer:
            assert len(json.load(answer)["people"]) == 3
        again = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, check=False)
        assert again.returncode == 1
        assert b"RAPPORT_SIMULATOR_PORT" in again.stderr
        program.send_signal(signal.SIGTERM)
        assert program.wait(5) == 0
    town.write_text('{"planets": []}')
    bad = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, check=False)
    assert (bad.returncode, bad.stderr.count(b"\n")) == (2, 1)
