"""A store in which something of everything has happened, and somebody of every role in it."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import WSMsgType
from graphql import get_named_type, is_required_argument, parse

import tenants
from api.graphql.schema import GRAPHQL
from kernel import ids, tenancy
from tenants import SCOPES, Role
from tests.api.desk import open_desk
from tests.api.door import PASSWORD, Door, Store, arrives, open_store, text_message
from tests.api.line import open_line
from tests.commerce import platforms
from tests.flows import town
from tests.flows.platform import Platform
from tests.fuzz.answers import faults_of_answer
from tests.fuzz.cases import Known, Operation, aimed
from tests.imports.office import Office

# Whose ids no list of the roots shows.
_THREADS = """
{ conversations(first: 20) {
  nodes { episodes { nodes { id } } messages(first: 5) { nodes { id } } } } }
"""
_FILE = "name,phone\nLea Prat,+34600111222\n吕佩珊,+8613000000150\nnobody,12\n"
_SAID = (
    {"text": {"body": "Good morning ☀️"}},
    {"template": {"name": "back_in_stock", "language": "es", "body": [{"text": "Lea"}]}},
    {"location": {"latitude": 41.38, "longitude": 2.17, "name": "Shop"}},
    {"contacts": [{"name": {"formattedName": "Lea Prat", "firstName": "Lea"}}]},
    {"buttons": {"body": "Which?", "buttons": [{"id": "b", "title": "Blue"}]}},
)
_REFUSALS = ("GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "BAD_USER_INPUT", "TOO_COMPLEX")


@dataclass
class Stage:
    """A running server, and what is known of the store by now."""

    door: Door
    store: Store
    tokens: dict[Role, str] = field(default_factory=dict)
    known: Known = field(default_factory=Known)
    # How often an operation was answered so: data, userErrors, or the code of the first error.
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    # What subscriptions were told: next, error.
    heard: Counter[str] = field(default_factory=Counter)

    async def sign_in(self, role: Role) -> None:
        """Somebody new of this role; for a store's system a new key."""
        with tenancy.acting_for(self.store.tenant_id):
            email = f"{ids.new_id()}@costa.example"
            person_role = Role.OWNER if role is Role.STORE else role
            person_id = await tenants.add_person(email, "Nuria Sala", person_role, PASSWORD)
            if role is Role.STORE:
                made = await tenants.make_key(person_id, "Shop", sorted(SCOPES), may=SCOPES)
                self.tokens[role] = made.text
            else:
                self.tokens[role] = await tenants.issue(person_id)

    async def faults(self, text: str, seed: int) -> list[str]:
        """What is wrong with the answers to an operation, asked by each role in turn."""
        operation = aimed(text, self.known, random.Random(seed))
        found = []
        for role in Role:
            status, answer = await self._ask(role, operation)
            self.known.learn(answer)
            self.outcomes[role, _outcome(answer)] += 1
            if status not in (200, 403):
                found.append(f"status {status}")
            found += faults_of_answer(GRAPHQL, parse(operation.text), answer)
        return [f"{fault}: {operation}" for fault in found]

    async def faults_of_broken(self, text: str) -> list[str]:
        """What is wrong with the answer to an operation that the schema does not allow."""
        status, answer = await self._ask(Role.OWNER, Operation(text, {}))
        is_refused = "data" not in answer and _outcome(answer) in _REFUSALS
        return [] if is_refused else [f"status {status}, {answer}: {text}"]

    async def faults_of_body(self, body: Any) -> list[str]:
        """What is wrong with the answer to any JSON, as a body and as a message."""
        sent = json.dumps(body)
        found = []
        status, answer = await self.door.raw(sent, token=self.tokens[Role.OWNER])
        if status not in (200, 400) or "INTERNAL" in str(answer):
            found.append(f"status {status}, {answer}: {sent}")
        async with open_line(self.door) as line:
            await line.begin(self.tokens[Role.AGENT])
            await line.socket.send_str(sent)
            await line.socket.send_json({"type": "ping"})
            while (said := await line.socket.receive(2)).type is WSMsgType.TEXT:
                if said.json() == {"type": "pong"}:
                    break
                if "INTERNAL" in said.data:
                    found.append(f"{said.data}: {sent}")
            if said.type is WSMsgType.CLOSE and said.data not in range(4400, 4500):
                found.append(f"closed with {said.data}: {sent}")
        return found

    async def faults_of_subscriptions(self, asked: list[tuple[str, int]]) -> list[str]:
        """What is wrong with what these hear while a customer writes and is answered."""
        operations = [Operation("subscription { inbox { cursor kind } }", {})]
        operations += [aimed(text, self.known, random.Random(seed)) for text, seed in asked]
        found = []
        async with open_line(self.door) as line:
            await line.begin(self.tokens[Role.AGENT])
            for place, operation in enumerate(operations):
                await line.subscribe(operation.text, str(place), **operation.variables)
            await asyncio.sleep(0.1)  # nothing tells a client that it is being listened for
            await self._something_happens()
            with suppress(TimeoutError):
                while True:
                    told = await line.hear(within=0.5)
                    operation = operations[int(told["id"])]
                    answer = told["payload"]
                    if told["type"] == "error":
                        answer = {"errors": answer}
                    self.heard[told["type"]] += 1
                    faults = faults_of_answer(GRAPHQL, parse(operation.text), answer)
                    found += [f"{fault}: {operation}" for fault in faults]
        return found

    async def _something_happens(self) -> None:
        words = f"And now? {self.heard.total()}"
        await arrives(self.door, text_message(self.store, words))

    async def _ask(self, role: Role, operation: Operation) -> tuple[int, Any]:
        body = orjson.dumps({"query": operation.text, "variables": operation.variables})
        status, answer = await self.door.raw(body, token=self.tokens[role])
        if status == 401:  # an operation before has ended the session
            await self.sign_in(role)
            status, answer = await self.door.raw(body, token=self.tokens[role])
        return status, answer


async def set_stage(door: Door, platform: Platform) -> Stage:
    """The stage, after a talk with a customer and all that the payloads of the tests tell of."""
    store = await open_store()
    desk = await open_desk(door, store, platform)
    await desk.learn_template("back_in_stock", "UTILITY")
    for content in _SAID:
        assert (await desk.send(content))["userErrors"] == []
    await desk.deliver()
    await desk.echo("delivered")
    payloads = town.own_payloads().values()
    with tenancy.acting_for(store.tenant_id):
        await town.connect(payloads)
    await town.post(payloads)
    await town.drain()
    shops = platforms.own_deliveries()
    await platforms.connect(store, shops)
    await platforms.arrive(door, shops)
    office = Office(door, store, {})
    await office.run(_FILE)
    stage = Stage(door, store)
    stage.known.learn({"file": await office.file(_FILE)})
    for role in Role:
        await stage.sign_in(role)
    for look in (_lists_of_the_roots(), _THREADS):
        stage.known.learn(await door.ask(look, stage.tokens[Role.OWNER]))
    return stage


def _lists_of_the_roots() -> str:
    """A query of the ids of all that can be had without an argument."""
    assert GRAPHQL.query_type is not None
    looks = []
    for name, root in GRAPHQL.query_type.fields.items():
        shown: Any = get_named_type(root.type)
        below = "nodes" if "nodes" in shown.fields else ""
        if below:
            shown = get_named_type(shown.fields["nodes"].type)
        if "id" in shown.fields and not any(map(is_required_argument, root.args.values())):
            looks.append(f"{name} {{ {below} {{ id }} }}" if below else f"{name} {{ id }}")
    return f"{{ {' '.join(looks)} }}"


def _outcome(answer: Any) -> str:
    if errors := answer.get("errors"):
        return str(errors[0]["extensions"]["code"])
    payloads = [one for one in answer["data"].values() if isinstance(one, dict)]
    return "userErrors" if any(one.get("userErrors") for one in payloads) else "data"
