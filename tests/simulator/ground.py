"""A small town, a business that listens, and a client that asks as a business would."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from starlette.types import Receive, Scope, Send

from channels.simulator import Simulator
from tests.platform_json import sign

Json = dict[str, Any]

SECRET = "a-secret-of-the-simulated-app"
VERIFY = "verify-me"
TOKEN = "token-of-costa"
WABA, NUMBER, DISPLAY = "102290129340398", "106540352242922", "15550783881"
LEA, AMINA, RAFA = "lea", "amina", "rafa"
LEA_PHONE, AMINA_PHONE, RAFA_ID = "33612345678", "447700900122", "BR.55120938475610293847"


def document(webhook_url: str) -> Json:
    """One app, one account, one number, three people; statuses come at once."""
    return {
        "settings": {"statuses": {"sent_after": 0.0, "delivered_after": 0.0}},
        "apps": [
            {"id": "app", "webhook_url": webhook_url, "app_secret": SECRET, "verify_token": VERIFY}
        ],
        "wabas": [{"id": WABA, "name": "Costa", "business_id": "business"}],
        "numbers": [
            {
                "id": NUMBER,
                "waba_id": WABA,
                "display_phone_number": DISPLAY,
                "verified_name": "Costa Brisa",
                "token": TOKEN,
            }
        ],
        "people": [
            {"id": LEA, "name": "Léa", "phone": LEA_PHONE, "user_id": "FR.13491208655302741918"},
            {"id": AMINA, "name": "Amina Diallo", "phone": AMINA_PHONE},
            {"id": RAFA, "name": "Rafa", "user_id": RAFA_ID, "username": "rafa_zn"},
        ],
    }


@dataclass
class Receiver:
    """The business's webhook: keeps what is posted, and answers what it is told to."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    seconds: float = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The webhook as ASGI application."""
        if scope["method"] == "GET":
            await self._verify(scope, send)
            return
        body, more = b"", True
        while more:
            part = await receive()
            body += part.get("body", b"")
            more = part.get("more_body", False)
        headers = dict(scope["headers"])
        self.bodies.append(body)
        self.signatures.append(headers[b"x-hub-signature-256"].decode())
        await asyncio.sleep(self.seconds)
        await _answer(send, self.answers.pop(0) if self.answers else 200, b"")

    @property
    def posts(self) -> list[Json]:
        """What was posted, each with a good signature."""
        for body, signature in zip(self.bodies, self.signatures, strict=True):
            assert signature == sign(body, SECRET)
        return [json.loads(body) for body in self.bodies]

    def values(self, field_name: str = "messages") -> list[Json]:
        """The values of every change of a field, in the order of arrival."""
        return [
            change["value"]
            for post in self.posts
            for entry in post["entry"]
            for change in entry["changes"]
            if change["field"] == field_name
        ]

    def items(self, key: str, field_name: str = "messages") -> list[Json]:
        """The items of a list in the values."""
        return [item for value in self.values(field_name) for item in value.get(key, [])]

    def statuses(self) -> list[str]:
        """The names of the statuses that came."""
        return [item["status"] for item in self.items("statuses")]

    def forget(self) -> None:
        """Have received nothing."""
        self.bodies.clear()
        self.signatures.clear()

    async def _verify(self, scope: Scope, send: Send) -> None:
        query = scope["query_string"].decode()
        is_ours = "hub.mode=subscribe" in query and f"hub.verify_token={VERIFY}" in query
        challenge = query.partition("hub.challenge=")[2].partition("&")[0]
        await _answer(send, 200 if is_ours else 403, challenge.encode() if is_ours else b"")


@dataclass
class Business:
    """Asks the platform's API as a business does."""

    session: aiohttp.ClientSession
    sim: Simulator
    token: str = TOKEN
    version: str = "v26.0"

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        data: Any = None,
        headers: dict[str, str] | None = None,
        **query: str,
    ) -> tuple[int, Json]:
        """Status and JSON of the answer to any request."""
        head = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self.session.request(
            method,
            f"{self.sim.url}/{self.version}/{path}",
            json=body,
            data=data,
            headers={**head, **(headers or {})},
            params=query,
        ) as answer:
            return answer.status, json.loads(await answer.read())

    async def send(self, to: str | None = LEA_PHONE, number: str = NUMBER, **parts: Any) -> str:
        """Send a message that is accepted; its wamid. A text unless `parts` say otherwise."""
        status, answer = await self.call("POST", f"{number}/messages", message(to, **parts))
        assert status == 200, answer
        return str(answer["messages"][0]["id"])

    async def refused(self, to: str | None = LEA_PHONE, **parts: Any) -> tuple[int, int, str]:
        """Status, code and details of a message that is refused."""
        status, answer = await self.call("POST", f"{NUMBER}/messages", message(to, **parts))
        error = answer["error"]
        return status, error["code"], error["error_data"]["details"]

    async def outcome(self, to: str | None = LEA_PHONE, **parts: Any) -> int | str:
        """The code with which a message failed, or its last status a second later."""
        wamid = await self.send(to, **parts)
        self.sim.move(1)
        sent = self.sim.world.town.messages[wamid]
        return sent.error or list(sent.statuses)[-1]

    async def control(self, method: str, path: str, body: Any = None) -> tuple[int, Json]:
        """Status and JSON of the control API."""
        url = f"{self.sim.url}/control/{path}"
        async with self.session.request(method, url, json=body) as answer:
            return answer.status, json.loads(await answer.read())


async def told(sim: Simulator, receiver: Receiver, *, person: str = LEA, **act: Any) -> Any:
    """The one item of `messages` that this act causes, without its id and time."""
    await sim.settled()
    receiver.forget()
    sim.act(person, **act)
    await sim.settled()
    [item] = receiver.items("messages")
    assert item.pop("id").startswith("wamid.")
    assert item.pop("timestamp").isdecimal()
    return item


def message(to: str | None = LEA_PHONE, **parts: Any) -> Json:
    """A send body; a text unless the parts say otherwise. A part that is None is left out."""
    whole: Json = {"messaging_product": "whatsapp", "to": to}
    whole |= parts if "type" in parts else {"type": "text", "text": {"body": "Hola"}, **parts}
    return {name: part for name, part in whole.items() if part is not None}


def template(name: str = "order_ready", **parts: Any) -> Json:
    """A stored template, utility in English with one named parameter, unless parts differ."""
    return {
        "waba_id": WABA,
        "name": name,
        "language": "en",
        "category": "UTILITY",
        "parameter_format": "NAMED",
        "components": [{"type": "BODY", "text": "Order {{order_id}} is ready."}],
        **parts,
    }


def sending(name: str = "order_ready", *components: Json, language: str = "en") -> Json:
    """The parts of a template send."""
    content: Json = {"name": name, "language": {"code": language}}
    if components:
        content["components"] = list(components)
    return {"type": "template", "template": content}


def body_of(**values: str) -> Json:
    """A body component with named texts."""
    return {
        "type": "body",
        "parameters": [
            {"type": "text", "parameter_name": name, "text": text} for name, text in values.items()
        ],
    }


def texts(*values: str, kind: str = "body") -> Json:
    """A component with positional texts."""
    return {"type": kind, "parameters": [{"type": "text", "text": text} for text in values]}


def offer(**parts: Any) -> Json:
    """A stored marketing template without parameters."""
    body = {"type": "BODY", "text": "Hi"}
    return template("offer", category="MARKETING", components=[body], **parts)


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
