"""People who talk with a shop: what comes off the wire, and what the threads then show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import channels
import contacts
import conversations
from channels import wire
from contacts import Known, Sighting
from kernel import clock, tenancy
from kernel.ids import Id
from tests import stored
from tests.flows.town import make_tenant
from tests.tenants import make

SECOND = clock.SECOND
NOON = 1_794_000_000 * SECOND
PHONE, SHOP = "447700900122", "15550783881"
NUMBER, WABA = "106540352242922", "102290129340398"


@dataclass(frozen=True)
class Shop:
    """A tenant with a number, and somebody who writes to it."""

    tenant_id: Id
    number_id: Id
    known: Known

    async def hears(self, *updates: Any, known: Known | None = None) -> list[conversations.Stored]:
        """These updates come in together."""
        return await conversations.receive(
            [
                conversations.Received(one, known or self.known, self.number_id, clock.now())
                for one in updates
            ]
        )

    async def is_told(self, *statuses: wire.Status) -> int:
        """These statuses come in together; how many messages changed."""
        return await conversations.record_statuses(
            [conversations.ToldStatus(one, self.number_id, clock.now()) for one in statuses]
        )

    async def thread(self, known: Known | None = None) -> dict[str, Any]:
        """The thread with somebody."""
        row = await stored.row(
            """SELECT * FROM conversation
                WHERE tenant_id = $1::uuid AND contact_id = $2::uuid AND number_id = $3::uuid""",
            self.tenant_id,
            (known or self.known).contact_id,
            self.number_id,
        )
        assert row is not None
        return row

    async def messages(self) -> list[dict[str, Any]]:
        """All messages of the tenant in the order of a thread."""
        return await stored.rows(
            "SELECT * FROM message WHERE tenant_id = $1::uuid ORDER BY provider_at, tie, id",
            self.tenant_id,
        )

    async def episodes(self) -> list[dict[str, Any]]:
        """The episodes of all threads."""
        return await stored.rows(
            """SELECT ordinal, starter, mode, started_at, first_answer_at, last_at, last_direction,
                      turns, messages, ended_at, end_reason
                 FROM episode WHERE tenant_id = $1::uuid ORDER BY conversation_id, ordinal""",
            self.tenant_id,
        )

    async def colleague(self, name: str = "Nuria", role: str = "agent") -> Id:
        """Somebody who works there."""
        return await make.add(self.tenant_id, f"{name.lower()}@shop.example", role, name)


async def open_shop() -> Shop:
    """A tenant with a connected number, and a first customer; act for it with `acting`."""
    tenant_id = await make_tenant()
    with tenancy.acting_for(tenant_id):
        # One tenant's each: several shops may be open in one test.
        waba_row_id = await channels.connect_waba(f"{WABA}-{tenant_id}")
        name = f"{NUMBER}-{tenant_id}"
        number_id = await channels.connect_number(waba_row_id, name, SHOP, "Shop")
        return Shop(tenant_id, number_id, await customer(PHONE))


async def customer(phone: str | None = None, user_id: str | None = None, second: int = 0) -> Known:
    """Somebody who is known to the current tenant."""
    seen = Sighting(NOON + second * SECOND, phone, user_id, scope="portfolio")
    return (await contacts.recognise([seen])).known[0]


def says(second: int, wamid: str = "", text: str | None = "hi", **more: Any) -> wire.InboundMessage:
    """A customer's message, so many seconds after noon."""
    return wire.InboundMessage(**_message(second, wamid or f"in-{second}", text, more))


def answers(second: int, wamid: str = "", text: str = "hello", **more: Any) -> wire.Echo:
    """A message of the shop, written on the phone, so many seconds after noon."""
    filled = _message(second, wamid or f"out-{second}", text, more)
    return wire.Echo(**{**filled, "sender": wire.Person(SHOP)}, recipient=wire.Person(PHONE))


def calls(second: int, event: str = "connect", direction: str = "USER_INITIATED") -> wire.Call:
    """A call, so many seconds after noon."""
    person = wire.Person(PHONE)
    return wire.Call(
        NUMBER, WABA, f"wacid-{second}", event, NOON + second * SECOND, direction, person, {}
    )


def moves(second: int, phone: str = "447700900555") -> wire.NumberChange:
    """The customer has another number since so many seconds after noon."""
    return wire.NumberChange(
        NUMBER,
        WABA,
        f"move-{second}",
        NOON + second * SECOND,
        wire.Person(PHONE),
        wire.Person(phone),
        "user_changed_number",
        {},
    )


def status(wamid: str, name: str, second: int, **more: Any) -> wire.Status:
    """A status of an outgoing message, so many seconds after noon."""
    filled: dict[str, Any] = {
        "phone_number_id": NUMBER,
        "waba_id": WABA,
        "wamid": wamid,
        "status": name,
        "at": NOON + second * SECOND,
        "recipient": wire.Person(PHONE),
        "participant": None,
        "group_id": None,
        "callback_data": None,
        "pricing": None,
        "conversation_id": None,
        "conversation_origin": None,
        "expires_at": None,
        "errors": (),
        "extra": {},
    }
    return wire.Status(**{**filled, **more})


def _message(second: int, wamid: str, text: str | None, more: dict[str, Any]) -> dict[str, Any]:
    return {
        "phone_number_id": NUMBER,
        "waba_id": WABA,
        "wamid": wamid,
        "at": NOON + second * SECOND,
        "kind": "text",
        "sender": wire.Person(PHONE),
        "text": text,
        "raw": {"text": {"body": text}},
        **more,
    }
