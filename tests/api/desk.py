"""An agent at the desk: writes through the API, the worker sends, the platform takes it or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import channels
from kernel import clock, ids, tenancy
from kernel.ids import Id
from tests import stored
from tests.api.door import WABA, Door, Store, arrives, delivery, text_message
from tests.flows.platform import TOKEN, Platform, status
from tests.following import send_all

SEND = """
mutation($input: MessageSendInput!) {
  messageSend(input: $input) {
    message {
      id __typename status text direction author { ... on Person { name } }
      send { state reason attempts dueAt }
    }
    userErrors { field code message }
    templatesThatFit { name language category }
  }
}
"""
NOTHING = {"send": 0, "send_key": 0, "message": 0, "outbox": 0}
ONCE = {"send": 1, "send_key": 1, "message": 1, "outbox": 1}
_MESSAGE = """
query($id: ID!) {
  node(id: $id) {
    ... on Message {
      status text errorCode failedAt inReplyTo { text }
      send { state reason attempts dueAt }
    }
  }
}
"""


@dataclass
class Desk:
    """A store with a token, a thread with somebody who has just written, and the platform."""

    door: Door
    store: Store
    platform: Platform
    thread: str
    asked: str

    @property
    def thread_id(self) -> Id:
        """The thread's row."""
        return ids.read("conversation", self.thread)

    async def send(self, content: Any, **more: Any) -> Any:
        """The payload of messageSend."""
        given = {"conversation": self.thread, "content": content, **more}
        answer = await self.door.data(SEND, self.store.token, input=given)
        return answer["messageSend"]

    async def say(self, text: str = "Good morning", **more: Any) -> str:
        """A text that is queued; its id."""
        payload = await self.send({"text": {"body": text}}, **more)
        assert payload["userErrors"] == []
        return str(payload["message"]["id"])

    async def deliver(self) -> None:
        """The worker sends what is due."""
        await send_all()

    async def message(self, message_id: str) -> Any:
        """A message as it is now."""
        return (await self.door.data(_MESSAGE, self.store.token, id=message_id))["node"]

    async def retry(self, message_id: str) -> Any:
        """The payload of messageRetry."""
        mutation = """
          mutation($id: ID!) {
            messageRetry(input: {message: $id}) {
              message { status send { state attempts } }
              userErrors { field code }
            }
          }
        """
        answer = await self.door.data(mutation, self.store.token, id=message_id)
        return answer["messageRetry"]

    async def tell(self, *statuses: dict[str, Any]) -> None:
        """Statuses come through the webhook."""
        await arrives(self.door, delivery(self.store, statuses=list(statuses)))

    async def echo(self, kind: str, **more: Any) -> None:
        """A status of the platform's last message."""
        body = self.platform.messages[-1]
        await self.tell(status(kind, body, self.platform.wamid_of(body), **more))

    async def learn_template(self, name: str, category: str, event: str = "APPROVED") -> None:
        """The platform tells of a template in Spanish."""
        keys = {
            "message_template_id": int.from_bytes(name.encode()[:6]),
            "message_template_name": name,
            "message_template_language": "es",
        }
        state = {**keys, "event": event, "message_template_category": category}
        words = {**keys, "message_template_element": "Hola {{1}}, ya está aquí."}
        for field, value in (
            ("message_template_status_update", state),
            ("message_template_components_update", words),
        ):
            change = {"field": field, "value": value}
            entry = {"id": WABA, "time": clock.now() // clock.SECOND, "changes": [change]}
            await arrives(self.door, {"object": "whatsapp_business_account", "entry": [entry]})

    async def ledger(self) -> dict[str, int]:
        """How many rows a wish to send has made."""
        counted = {}
        for table, where in (
            ("send", ""),
            ("send_key", ""),
            ("message", " WHERE direction = 'out'"),
            ("outbox", " WHERE kind LIKE 'send.%'"),
        ):
            row = await stored.row(f"SELECT count(*) AS n FROM {table}{where}")
            assert row is not None
            counted[table] = row["n"]
        return counted


async def open_desk(door: Door, store: Store, platform: Platform) -> Desk:
    """The desk, with a customer who has just written."""
    with tenancy.acting_for(store.tenant_id):
        [waba] = await channels.list_wabas()
        await channels.connect_number(
            waba["id"], store.phone_number_id, "34600000000", "Costa Clara", TOKEN
        )
    await arrives(door, text_message(store, "Is the blue one in stock?"))
    found = await door.data("{ conversations { nodes { id lastMessage { id } } } }", store.token)
    [thread] = found["conversations"]["nodes"]
    return Desk(door, store, platform, thread["id"], thread["lastMessage"]["id"])
