"""A studio: it writes templates, gives them to the platform and hears what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import channels
import tenants
from channels.simulator import Simulator
from kernel import clock, ids, tenancy
from tests import stored
from tests.api.door import Door, Store, arrives, text_message
from tests.flows import town
from tests.following import send_all

Json = dict[str, Any]

SHOWN = """
  id templateId name language status statusReason category categoryComing quality components
  versions { number state category verdict verdictReason trouble troubleText components }
"""
CONTENT: Json = {
    "category": "UTILITY",
    "body": "Hi {{first_name}}, order {{order_id}} is ready.",
    "samples": [{"name": "first_name", "value": "Lea"}, {"name": "order_id", "value": "A-1"}],
}
BODY: Json = {
    "type": "BODY",
    "text": CONTENT["body"],
    "example": {
        "body_text_named_params": [
            {"param_name": "first_name", "example": "Lea"},
            {"param_name": "order_id", "example": "A-1"},
        ]
    },
}


@dataclass
class Studio:
    """The store's door, the platform, and the ids of the account and of a thread with somebody."""

    door: Door
    store: Store
    sim: Simulator
    account: str
    thread: str = ""

    @property
    def owner(self) -> str:
        """The token of who may write templates."""
        return self.store.tokens["owner"]

    async def does(self, step: str, shown: str = SHOWN, **given: Any) -> tuple[Any, list[Json]]:
        """The thing and the user errors of a step with templates."""
        name = f"template{step}"
        thing = "account" if step == "Sync" else "template"
        mutation = f"""
          mutation($input: Template{step}Input!) {{
            {name}(input: $input) {{ {thing} {{ {shown} }} userErrors {{ field code message }} }}
          }}
        """
        payload = (await self.door.data(mutation, self.owner, input=given))[name]
        return payload[thing], payload["userErrors"]

    async def writes(self, name: str = "order_ready", **content: Any) -> str:
        """A new template; its id."""
        given = {"account": self.account, "name": name, "language": "en", **CONTENT, **content}
        made, errors = await self.does("Create", **given)
        assert errors == []
        return str(made["id"])

    async def submits(self, template: str) -> Json:
        """The template, given to the platform."""
        made, errors = await self.does("Submit", template=template)
        assert errors == []
        return dict(made)

    async def sees(self, template: str) -> Json | None:
        """The template as it is now."""
        query = f"query($id: ID!) {{ template(id: $id) {{ {SHOWN} }} }}"
        found: Json | None = (await self.door.data(query, self.owner, id=template))["template"]
        return found

    async def standing(self, template: str) -> tuple[Any, ...]:
        """Status, reason, category and quality as they are now."""
        found = await self.sees(template)
        assert found is not None
        return tuple(found[name] for name in ("status", "statusReason", "category", "quality"))

    async def hears(self, seconds: float = 0.0) -> None:
        """Time passes for the platform; what it told since is drained."""
        self.sim.move(seconds)
        await self.sim.settled()
        await town.drain()

    async def waits(self, microseconds: int) -> None:
        """Time passes for everybody; whoever works here has signed in again."""
        clock.move(microseconds)
        with tenancy.acting_for(self.store.tenant_id):
            for role, person_id in self.store.people.items():
                self.store.tokens[role] = await tenants.issue(person_id)

    async def syncs(self) -> None:
        """Reads all templates anew."""
        _, errors = await self.does("Sync", "templatesTrouble", account=self.account)
        assert errors == []

    async def sends(self, name: str = "order_ready") -> str:
        """A message by the template that waits to leave; its id."""
        content = {
            "name": name,
            "language": "en",
            "body": [{"name": "first_name", "text": "Lea"}, {"name": "order_id", "text": "A-7"}],
        }
        mutation = """
          mutation($input: MessageSendInput!) {
            messageSend(input: $input) { message { id } userErrors { field code } }
          }
        """
        given = {"conversation": self.thread, "content": {"template": content}}
        payload = (await self.door.data(mutation, self.owner, input=given))["messageSend"]
        assert payload["userErrors"] == []
        return str(payload["message"]["id"])

    async def delivers(self, message: str) -> tuple[str, list[str]]:
        """The worker sends what is due; what became of this message, and why."""
        await send_all()
        row = await stored.row(
            "SELECT state, decision FROM send WHERE message_id = $1::uuid",
            ids.read("message", message),
        )
        assert row is not None
        return row["state"], row["decision"]

    async def events(self) -> list[tuple[str, str]]:
        """What templates recorded in the outbox: kinds, and the code beside."""
        found = await stored.rows(
            "SELECT kind, refs FROM outbox WHERE kind LIKE 'template.%' ORDER BY id"
        )
        return [(row["kind"], row["refs"]) for row in found]


async def open_studio(door: Door, store: Store, sim: Simulator, token: str) -> Studio:
    """The studio; a customer has just written."""
    with tenancy.acting_for(store.tenant_id):
        [waba] = await channels.list_wabas()
        await channels.connect_number(
            waba["id"], store.phone_number_id, "15550783881", "Costa Brisa", token
        )
    await arrives(door, text_message(store, "Hello?", phone="33612345678", name="Léa Martin"))
    found = await door.data("{ conversations { nodes { id } } }", store.token)
    [thread] = found["conversations"]["nodes"]
    return Studio(door, store, sim, ids.show("waba", waba["id"]), thread["id"])
