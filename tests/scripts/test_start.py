"""`scripts/run` from nothing: it comes up, an agent's answer arrives and is read, it ends, it comes
up again with all that was there."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kernel import ids
from tests.scripts.started import Started, fresh_environ, programs_of, refusal, started

Json = dict[str, Any]

_COUNT = "{ conversations(filter: {}, first: 1) { totalCount } }"
_FIND = """query($name: String!) { conversations(filter: {search: $name}, first: 1) { nodes {
  id window { open } messages(last: 1) { nodes { id ... on TextMessage { text } } } } } }"""
_SEND = """mutation($input: MessageSendInput!) { messageSend(input: $input) {
  message { id } userErrors { code message } } }"""
_LAST = """query($id: ID!) { node(id: $id) { ... on Conversation {
  messages(last: 4) { nodes { id status ... on TextMessage { text } } } } } }"""
_WAITING = "SELECT count(*) FROM send WHERE state IN ('queued', 'claimed')"


@pytest.mark.slow
async def test_the_whole_house_comes_up_and_answers_twice(tmp_path: Path) -> None:
    data = tmp_path / "var"
    environ = fresh_environ(data)
    async with started(environ) as house:
        check_what_is_written(house)
        before = (await house.ask(_COUNT))["conversations"]["totalCount"]
        assert before > 120
        conversation = await customer_writes(house, "Is the terrace still open?")
        assert await agent_answers(house, conversation, "Until ten tonight.") == "READ"
        await nothing_waits(data)
        assert await house.end() == 0
    assert programs_of(data) == []

    async with started(environ) as house:
        check_what_is_written(house)
        assert (await house.ask(_COUNT))["conversations"]["totalCount"] == before
        assert await house.ask("{ campaigns { nodes { name state } } }") == {
            "campaigns": {"nodes": [{"name": "La colección de lino", "state": "DRAFT"}]}
        }
        assert await last_texts(house, conversation) >= {"Until ten tonight."}
        # The simulator forgot everything; the town tells it which windows are open.
        assert await agent_answers(house, conversation, "And from nine tomorrow.") == "READ"
        counts = await house.control("counts")
        assert (counts["accepted"], counts["repeated_keys"]) == (1, 0)
        assert await house.end() == 0
    assert programs_of(data) == []


async def test_a_taken_port_of_the_simulator_is_told_in_one_line(tmp_path: Path) -> None:
    environ = fresh_environ(tmp_path / "var")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(environ["RAPPORT_SIMULATOR_PORT"])))
        taken.listen()
        status, said = await refusal(environ, "scripts.start")
    port = environ["RAPPORT_SIMULATOR_PORT"]
    assert (status, said.count("\n")) == (2, 1)
    assert said.startswith(f"RAPPORT_SIMULATOR_PORT: cannot listen on 127.0.0.1:{port} (")


def check_what_is_written(house: Started) -> None:
    """The two files that hold secrets: their modes, and what anybody may count on in demo.json."""
    for name in ("demo.json", "town.json"):
        assert stat.S_IMODE((house.data / name).stat().st_mode) == 0o600
    demo = house.demo
    assert set(demo) == {"graphql", "websocket", "simulator", "whatsapp", "tenants"}
    assert set(demo["whatsapp"]) == {"webhook", "app_secret", "verify_token", "phone_number_ids"}
    assert [len(tenant["people"]) for tenant in demo["tenants"]] == [6, 6]
    for tenant in demo["tenants"]:
        assert ids.read("tenant", tenant["id"])
        assert set(tenant["phone_number_ids"]) <= set(demo["whatsapp"]["phone_number_ids"])
        assert {key for person in tenant["people"] for key in person} == {
            "role",
            "email",
            "password",
            "token",
        }
    town = json.loads((house.data / "town.json").read_text())
    assert town["apps"][0]["webhook_url"] == demo["whatsapp"]["webhook"]
    assert town["apps"][0]["app_secret"] == demo["whatsapp"]["app_secret"]


async def customer_writes(house: Started, text: str) -> str:
    """Somebody of the town writes to the first tenant; the thread in which it arrived."""
    number = house.demo["tenants"][0]["phone_number_ids"][0]
    town = await house.control("town")
    person = next(one for one in town["people"] if one["id"] == "en-01")
    order = {"act": "text", "number": number, "text": text}
    await house.control(f"people/{person['id']}/acts", order)
    for _ in range(300):
        found = (await house.ask(_FIND, name=person["name"]))["conversations"]["nodes"]
        if found and found[0]["messages"]["nodes"][-1].get("text") == text:
            assert found[0]["window"]["open"]
            return str(found[0]["id"])
        await asyncio.sleep(0.1)
    raise AssertionError("what the customer wrote does not arrive")


async def agent_answers(house: Started, conversation: str, text: str) -> str:
    """The last status that an answer comes to."""
    content = {"text": {"body": text}}
    given = {"conversation": conversation, "content": content, "key": text}
    answer = (await house.ask(_SEND, input=given))["messageSend"]
    assert answer["userErrors"] == []
    status = ""
    for _ in range(300):
        thread = (await house.ask(_LAST, id=conversation))["node"]["messages"]["nodes"]
        status = next(one["status"] for one in thread if one["id"] == answer["message"]["id"])
        if status in ("READ", "FAILED"):
            break
        await asyncio.sleep(0.1)
    return status


async def nothing_waits(data: Path) -> None:
    """Come back when the town's own talk has gone out too, however busy the machine is."""
    with closing(sqlite3.connect(data / "rapport.sqlite3")) as ledger:
        for _ in range(300):
            if ledger.execute(_WAITING).fetchone() == (0,):
                return
            await asyncio.sleep(0.2)
    raise AssertionError("what was queued does not go out")


async def last_texts(house: Started, conversation: str) -> set[str]:
    """The texts of a thread's last messages."""
    thread = (await house.ask(_LAST, id=conversation))["node"]["messages"]["nodes"]
    return {one["text"] for one in thread if "text" in one}
