"""The API as a client meets it: a real server on a free port, and words to speak with it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
import uvicorn

import channels
import tenants
from api.app import App
from kernel import clock, tenancy
from kernel.ids import Id
from kernel.settings import Settings
from tests.flows import town
from tests.platform_json import as_platform, sign

PASSWORD = "correct horse battery"
NUMBER, WABA = "106540352242922", "102290129340398"


@dataclass
class Door:
    """A client of one running server."""

    settings: Settings
    root: str
    http: aiohttp.ClientSession

    async def raw(
        self, body: bytes | str, *, token: str = "", method: str = "POST", **headers: str
    ) -> tuple[int, Any]:
        """Status and JSON of whatever is sent to /graphql."""
        sent = {"content-type": "application/json", **headers}
        if token:
            sent["authorization"] = f"Bearer {token}"
        async with self.http.request(
            method, f"{self.root}/graphql", data=_stream(body), headers=sent
        ) as answer:
            content = await answer.read()
            return answer.status, orjson.loads(content) if content else None

    async def ask(self, query: str, token: str = "", **variables: Any) -> dict[str, Any]:
        """The whole body of an answer; the operation may be refused."""
        body = orjson.dumps({"query": query, "variables": variables})
        _, answer = await self.raw(body, token=token)
        assert isinstance(answer, dict)
        return answer

    async def data(self, query: str, token: str, **variables: Any) -> Any:
        """The data of an answer that has no errors."""
        answer = await self.ask(query, token, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def post_webhook(
        self, body: bytes, signature: str | None = None, app: str = ""
    ) -> tuple[int, str]:
        """Status and text of a delivery; signed rightly unless a signature is given."""
        given = sign(body, town.SECRET) if signature is None else signature
        headers = {"content-type": "application/json"}
        if given:
            headers["x-hub-signature-256"] = given
        url = f"{self.root}/webhooks/whatsapp{app}"
        async with self.http.post(url, data=_stream(body), headers=headers) as answer:
            return answer.status, await answer.text()


@dataclass
class Store:
    """A tenant with a connected number and one person of each role, and their tokens."""

    tenant_id: Id
    number_id: Id
    phone_number_id: str
    people: dict[str, Id] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def token(self) -> str:
        """The agent's."""
        return self.tokens["agent"]


@asynccontextmanager
async def open_door(settings: Settings) -> AsyncIterator[Door]:
    """A server in this process, on what `house` has started."""
    config = uvicorn.Config(
        App(settings),
        port=settings.port,
        lifespan="off",
        log_config=None,
        access_log=False,
        ws="websockets-sansio",
        timeout_keep_alive=600,  # a test may think for longer than the usual five seconds
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    await server.on_tick(0)
    try:
        async with aiohttp.ClientSession() as http:
            yield Door(settings, f"http://127.0.0.1:{settings.port}", http)
    finally:
        await _end(server)


async def _end(server: uvicorn.Server) -> None:
    """As uvicorn ends, which looks but ten times a second whether it is to, and whether it has."""
    for listener in server.servers:
        listener.close()
    for connection in list(server.server_state.connections):
        connection.shutdown()
    state = server.server_state
    while state.connections or state.tasks:  # noqa: ASYNC110 (it has no event for that)
        await asyncio.sleep(0.001)


async def open_store(name: str = "Costa Clara", number: str = NUMBER, waba: str = WABA) -> Store:
    """A store with people and a number."""
    slug = name.split()[0].lower()
    founded = await tenants.found(
        name=name,
        country="ES",
        locale="es-ES",
        time_zone="Europe/Madrid",
        currency="EUR",
        owner_email=f"owner@{slug}.example",
        owner_name="Marta Vidal",
        password=PASSWORD,
    )
    await channels.register_app("default", [town.SECRET], "verify-me")
    with tenancy.acting_for(founded.tenant_id):
        waba_id = await channels.connect_waba(waba)
        number_id = await channels.connect_number(waba_id, number, "34600000000", name)
        store = Store(founded.tenant_id, number_id, number)
        store.people["owner"] = founded.person_id
        for role, person in (("agent", "Nuria Sala"), ("analyst", "Ana Lis")):
            email = f"{role}@{slug}.example"
            store.people[role] = await tenants.add_person(email, person, role, PASSWORD)
        for role, person_id in store.people.items():
            store.tokens[role] = await tenants.issue(person_id)
    return store


def text_message(
    store: Store,
    text: str,
    *,
    phone: str = "34600111222",
    name: str = "Lea Prat",
    wamid: str = "",
    at: int | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A delivery with one text message; `more` adds to the message."""
    seconds = clock.now() // clock.SECOND if at is None else at
    message = {
        "from": phone,
        "id": wamid or f"wamid.{phone}.{text}",
        "timestamp": str(seconds),
        "type": "text",
        "text": {"body": text},
        **more,
    }
    contact = {"profile": {"name": name}, "wa_id": phone}
    return delivery(store, contacts=[contact], messages=[message])


def delivery(store: Store, **value: Any) -> dict[str, Any]:
    """A delivery of the field messages."""
    metadata = {
        "display_phone_number": "34600000000",
        "phone_number_id": store.phone_number_id,
    }
    told = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    change = {"field": "messages", "value": told}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": WABA, "changes": [change]}],
    }


async def arrives(door: Door, *bodies: dict[str, Any]) -> None:
    """Deliveries come through the webhook and are drained."""
    for body in bodies:
        assert await door.post_webhook(as_platform(body)) == (200, "")
    await town.drain()


def _stream(body: bytes | str) -> io.BytesIO:
    """Aiohttp warns of large bodies that are no stream."""
    return io.BytesIO(body.encode() if isinstance(body, str) else body)
