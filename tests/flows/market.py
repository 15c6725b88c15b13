"""A store in the simulated town: people write to it, its agents answer, statuses come back.

The store's API may be in this process or in one of its own: a market is only its client.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import channels
from channels.simulator import Simulator
from kernel import tenancy
from tests.api.door import NUMBER, WABA, Door, Store
from tests.flows import town

TOKEN = "a-token-that-opens-the-account"
Json = dict[str, Any]
_SAY = """
mutation($input: MessageSendInput!) {
  messageSend(input: $input) { message { id } userErrors { field code message } }
}
"""
_MESSAGE = """
query($id: ID!) {
  node(id: $id) { ... on Message { status text errorCode send { state reason attempts } } }
}
"""
_THREADS = """
{
  conversations(first: 200) {
    nodes { id contact { name } messages(last: 50) { nodes { ... on TextMessage { text } } } }
  }
}
"""


@dataclass
class Market:
    """The store's door and the town around it."""

    door: Door
    store: Store
    sim: Simulator

    def hears(self, person: str, text: str) -> str:
        """A person writes to the store; the wamid. It is told by a webhook."""
        told: str = self.sim.act(person, "text", text=text)["wamid"]
        return told

    async def threads(self) -> dict[str, str]:
        """The thread of every person, by name."""
        found = await self.door.data(_THREADS, self.store.token)
        return {one["contact"]["name"]: one["id"] for one in found["conversations"]["nodes"]}

    async def texts(self) -> dict[str, list[str]]:
        """What is read in the thread of every person, by name."""
        found = await self.door.data(_THREADS, self.store.token)
        return {
            one["contact"]["name"]: [said["text"] for said in one["messages"]["nodes"]]
            for one in found["conversations"]["nodes"]
        }

    async def says(self, thread: str, text: str, **more: Any) -> str:
        """An agent answers; the message's id."""
        given = {"conversation": thread, "content": {"text": {"body": text}}, **more}
        answer = await self.door.data(_SAY, self.store.token, input=given)
        assert answer["messageSend"]["userErrors"] == []
        return str(answer["messageSend"]["message"]["id"])

    async def message(self, message_id: str) -> Any:
        """A message as it is now."""
        return (await self.door.data(_MESSAGE, self.store.token, id=message_id))["node"]

    def accepted(self) -> list[str]:
        """The texts that the platform took, in its order."""
        return [one.content["body"] for one in self.sim.accepted()]


def people(count: int) -> list[Json]:
    """So many people of the town; names and ids are p0, p1 and so on."""
    return [
        {"id": f"p{one}", "name": f"p{one}", "phone": f"346001{one:05}"} for one in range(count)
    ]


def document(root: str, count: int) -> Json:
    """The town for the simulator: the store's account, its webhook at this root, its people."""
    return {
        "settings": {
            "statuses": {"sent_after": 0.02, "delivered_after": 0.1, "read_after": 0.1},
            # A store that was away is soon told what it missed.
            "webhooks": {
                "first_gap": 0.2,
                "longest_gap": 1.0,
                "most_per_post": 50,
                "gather": 0.02,
            },
        },
        "apps": [
            {
                "id": "default",
                "webhook_url": f"{root}/webhooks/whatsapp",
                "app_secret": town.SECRET,
                "verify_token": "verify-me",
            }
        ],
        "wabas": [{"id": WABA}],
        "numbers": [
            {"id": NUMBER, "waba_id": WABA, "display_phone_number": "34600000000", "token": TOKEN}
        ],
        "people": people(count),
    }


async def connect(store: Store) -> None:
    """The store's number has the token that the platform gave for it."""
    with tenancy.acting_for(store.tenant_id):
        [waba] = await channels.list_wabas()
        await channels.connect_number(
            waba["id"], store.phone_number_id, "34600000000", "Costa Clara", TOKEN
        )
