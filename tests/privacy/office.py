"""What an officer does by the API, and what is seen of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import tenants
from kernel import clock, tenancy
from tests import stored
from tests.api.door import Door, Store, arrives, text_message

REQUEST = """{ id right origin state proof receivedAt dueAt standsSince extended outcome closedAt
               details contact { id } steps { kind actor person { name } note at } }"""


@dataclass
class Office:
    """A store, and an officer whose token never ends."""

    door: Door
    store: Store

    async def ask(self, query: str, role: str = "compliance", **variables: Any) -> Any:
        """The data of an answer."""
        return await self.door.data(query, await self.token(role), **variables)

    async def token(self, role: str) -> str:
        """A fresh token of somebody in this role."""
        with tenancy.acting_for(self.store.tenant_id):
            return await tenants.issue(self.store.people[role])

    async def act(self, name: str, role: str = "compliance", **given: Any) -> Any:
        """The payload of a mutation with requests."""
        kind = f"{name[0].upper()}{name[1:]}Input"
        if name.removeprefix("privacyRequest") in ("Pause", "Extend", "Refuse", "Lift"):
            kind = "PrivacyRequestReasonInput"
        if name in ("privacyRequestResume", "privacyRequestSendCode"):
            kind = "PrivacyRequestInput"
        document = f"""mutation($input: {kind}!) {{
            {name}(input: $input) {{ request {REQUEST} userErrors {{ field code }} }} }}"""
        return (await self.ask(document, role, input=given))[name]

    async def refused(self, name: str, role: str = "compliance", **given: Any) -> Any:
        """The one user error of a mutation that changes nothing."""
        payload = await self.act(name, role, **given)
        assert payload["request"] is None
        [error] = payload["userErrors"]
        return (*error["field"], error["code"])

    async def opens(self, right: str, contact: str, role: str = "agent", **more: Any) -> Any:
        """A request that somebody enters."""
        payload = await self.act("privacyRequestOpen", role, contact=contact, right=right, **more)
        assert payload["userErrors"] == []
        return payload["request"]

    async def meets(self, name: str = "Lea Prat", phone: str = "34600111222") -> str:
        """Somebody writes for the first time; the contact's id."""
        await arrives(self.door, text_message(self.store, "Hola", phone=phone, name=name))
        found = await self.ask(
            "query($phone: PhoneNumber) { contact(phone: $phone) { id } }", phone=f"+{phone}"
        )
        return str(found["contact"]["id"])

    async def events(self, like: str = "privacy.%") -> list[str]:
        """The kinds of what happened, in order."""
        rows = await stored.rows(
            "SELECT kind FROM outbox WHERE kind LIKE $1 ORDER BY position", like
        )
        return [row["kind"].partition(".")[2] for row in rows]


def go_to(moment: str) -> None:
    """Put the clock there."""
    clock.move(clock.micros(datetime.fromisoformat(moment)) - clock.now())
