"""An office at a store's desk: it writes wordings, asks for consents and sees what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

import privacy
import tenants
from kernel import clock, ids, keys, tenancy
from kernel.ids import Id
from tests import stored
from tests.api.desk import Desk
from tests.api.door import arrives, text_message
from tests.flows.platform import Json

CUSTOMER = "34600111222"
STATEMENT = "Offers and news of {store}, at most twice a month."
WORDING = """
mutation($input: ConsentWordingCreateInput!) { consentWordingCreate(input: $input) {
  wording { id name locale version purpose topic statement prompt notice sha256 }
  userErrors { field code } } }
"""
ASK = """
mutation($input: ConsentRequestInput!) { consentRequest(input: $input) {
  request { id state trouble incentive expiresAt contact { id } wording { version }
            prompt { text status } }
  userErrors { field code message } } }
"""
_CONTACT = """
query($id: ID!) { contact(id: $id) {
  consent { state since } consents { purpose topic state }
  consentRequests { state incentive trouble }
  consentHistory { step method actor sha256 notice evidence wording { version } }
} }
"""


@dataclass
class Office:
    """The desk, the id of the customer who has just written, and of the wording."""

    desk: Desk
    contact: str
    wording: str

    @property
    def owner(self) -> str:
        """The token of who may do everything."""
        return self.desk.store.tokens["owner"]

    async def asks(self, **more: Any) -> Json:
        """The payload of consentRequest by an agent, for the customer unless told otherwise."""
        given = {"wording": self.wording, "method": "FORM", "evidence": "form 7, entry 31"}
        who = {} if "phone" in more or "contact" in more else {"contact": self.contact}
        answer = await self.desk.door.data(
            ASK, self.desk.store.token, input={**given, **who, **more}
        )
        payload: Json = answer["consentRequest"]
        return payload

    async def prompts(self, **more: Any) -> Json:
        """A request that was asked about; the prompt as the platform got it."""
        payload = await self.asks(**more)
        assert payload["userErrors"] == []
        await self.desk.deliver()
        return self.desk.platform.messages[-1]

    async def hears(self, *messages: Json, phone: str = CUSTOMER) -> None:
        """What people write comes in, in this order."""
        store = self.desk.store
        bodies = [text_message(store, **{"text": "", "phone": phone, **one}) for one in messages]
        await arrives(self.desk.door, *bodies)

    async def waits(self, microseconds: int) -> None:
        """Time passes; whoever works at the desk has signed in again."""
        clock.move(microseconds)
        store = self.desk.store
        with tenancy.acting_for(store.tenant_id):
            for role, person_id in store.people.items():
                store.tokens[role] = await tenants.issue(person_id)

    async def clock_strikes(self) -> None:
        """The worker looks after requests that are due."""
        while await privacy.look_after_requests():
            pass

    async def sees(self, contact: str = "") -> Json:
        """What the API tells of somebody's consents."""
        found = await self.desk.door.data(_CONTACT, self.owner, id=contact or self.contact)
        told: Json = found["contact"]
        return told

    async def state(self) -> str | None:
        """Where the customer's consent to marketing stands."""
        consent = (await self.sees())["consent"]
        return consent["state"] if consent else None

    async def steps(self) -> list[tuple[str, str]]:
        """What the ledger has of the customer: steps and methods."""
        history = (await self.sees())["consentHistory"]
        return [(one["step"], one["method"]) for one in history]

    async def traces(self) -> list[str]:
        """How refused answers ended, as the audit log has it."""
        rows = await stored.rows(
            "SELECT outcome FROM audit_entry WHERE action = 'consent.answer' ORDER BY id"
        )
        return [row["outcome"] for row in rows]


async def open_office(desk: Desk) -> Office:
    """The office; the customer has just written."""
    token = desk.store.token
    found = await desk.door.data("{ contacts { nodes { id } } }", token)
    [contact] = found["contacts"]["nodes"]
    office = Office(desk, contact["id"], "")
    made = await desk.door.data(
        WORDING,
        office.owner,
        input={
            "name": "marketing",
            "locale": "es-ES",
            "statement": STATEMENT,
            "notice": "2026-10",
            "templateName": "confirm_it",
        },
    )
    assert made["consentWordingCreate"]["userErrors"] == []
    office.wording = made["consentWordingCreate"]["wording"]["id"]
    return office


def tap(prompt: Json, is_yes: bool = True, *, wamid: str = "", **more: Any) -> Json:
    """The customer taps a button of a prompt."""
    buttons = prompt["interactive"]["action"]["buttons"]
    reply = buttons[0 if is_yes else 1]["reply"]
    return {
        "type": "interactive",
        "interactive": {"type": "button_reply", "button_reply": reply},
        "wamid": wamid or f"wamid.tap.{ids.new_id()}",
        "context": {"from": "34600000000", "id": wamid_of(prompt)},
        **more,
    }


def says(text: str, prompt: Json | None = None, **more: Any) -> Json:
    """Somebody writes this, perhaps as a reply to a prompt."""
    context = {"context": {"from": "34600000000", "id": wamid_of(prompt)}} if prompt else {}
    return {"text": text, "wamid": f"wamid.said.{ids.new_id()}", **context, **more}


def wamid_of(prompt: Json) -> str:
    """The id that the platform gave it."""
    return f"wamid.{prompt['biz_opaque_callback_data']}"


async def evidence_of(tenant_id: Id, step: str) -> Json:
    """The evidence of the last such step, opened."""
    [*_, entry] = await stored.rows(
        "SELECT id, subject_id, evidence_sealed FROM consent_entry WHERE kind = $1 ORDER BY id",
        step,
    )
    with tenancy.acting_for(tenant_id):
        sealer = (await keys.of([entry["subject_id"]]))[entry["subject_id"]]
    opened = sealer.open("consent_entry.evidence", entry["id"], entry["evidence_sealed"])
    told: Json = orjson.loads(opened)
    return told


def seconds(later: int = 0) -> int:
    """The platform's time now, or so much later."""
    return clock.now() // clock.SECOND + later
