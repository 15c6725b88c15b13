"""What stands on the ground before a measurement: a tenant, people, messages, receipts to come.

All of it came in through the front door, as the platform's own deliveries, so that it looks as it
would look anywhere.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import channels
import tenants
from kernel import clock, database, tenancy
from kernel.ids import Id
from tests.platform_json import as_platform, sign
from workers import inbound
from workers.reactions import note, react
from workers.receipts import tell_customers

SECRET = "an-app-secret-of-the-benchmarks"  # noqa: S105 (of no house)
WABA, NUMBER, DISPLAY = "102290129340398", "106540352242922", "15550783881"
_ITEMS = 200  # updates in one delivery of the set-up; the platform allows 1,000
_STATES = ("sent", "delivered", "read")
_BLOCKED = 130403


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes with the business."""

    phone: str
    user_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Business:
    """The tenant, its number and the person who looks after all of it."""

    tenant_id: Id
    number_id: Id
    owner_id: Id


async def settle_in() -> Business:
    """The tenant, with the number that everything here comes for."""
    await channels.register_app("default", [SECRET], "verify-me")
    founded = await tenants.found(
        name="Costa Clara",
        country="ES",
        locale="es-ES",
        time_zone="Europe/Madrid",
        currency="EUR",
        owner_email="owner@costa-clara.example",
        owner_name="Marta Vidal",
        password="correct horse battery",  # noqa: S106 (of no house)
    )
    with tenancy.acting_for(founded.tenant_id):
        waba_row_id = await channels.connect_waba(WABA)
        number_id = await channels.connect_number(waba_row_id, NUMBER, DISPLAY, "Costa Clara")
    return Business(founded.tenant_id, number_id, founded.person_id)


def people(count: int) -> list[Person]:
    """So many people, always the same."""
    return [
        Person(f"4477{one:08}", f"GB.{7781203344119900000 + one}", f"Amina Diallo {one}")
        for one in range(count)
    ]


def wamids(count: int, series: str) -> list[str]:
    """So many ids of messages, in the platform's form."""
    return [
        "wamid." + base64.b64encode(f"\x1d\x02\x12{series}{one:018X}".encode()).decode()
        for one in range(count)
    ]


async def write_to(persons: Sequence[Person], messages: Sequence[str]) -> None:
    """Outgoing messages with these ids, to one person after the other, and what follows."""
    then = clock.now() // clock.SECOND - 3600
    echoes = [
        {
            "from": DISPLAY,
            "to": persons[place % len(persons)].phone,
            "to_user_id": persons[place % len(persons)].user_id,
            "id": wamid,
            "timestamp": str(then + place % 3600),
            "type": "text",
            "text": {"body": "Your order is on its way. Track it here: https://example.com/t/4711"},
        }
        for place, wamid in enumerate(messages)
    ]
    for start in range(0, len(echoes), _ITEMS):
        part = echoes[start : start + _ITEMS]
        await deliver(as_platform(_envelope("smb_message_echoes", {"message_echoes": part})))
    # Else a worker that is measured would have this to do as well.
    while await react() + await note() + await tell_customers():
        pass


async def hear_from(
    persons: Sequence[Person], messages: Sequence[str], number: str = NUMBER
) -> None:
    """Messages with these ids of one person after the other."""
    then = clock.now() // clock.SECOND - 3600
    for start in range(0, len(messages), _ITEMS):
        places = range(start, min(start + _ITEMS, len(messages)))
        texts = [
            {
                "from": persons[place % len(persons)].phone,
                "from_user_id": persons[place % len(persons)].user_id,
                "id": messages[place],
                "timestamp": str(then + place % 3600),
                "type": "text",
                "text": {"body": f"Is the blue one in size {place % 60} still there? مرحبا 你好"},
            }
            for place in places
        ]
        cards = [_card(persons[place]) for place in {place % len(persons) for place in places}]
        heard = {"contacts": cards, "messages": texts}
        await deliver(as_platform(_envelope("messages", heard, number)))


async def deliver(body: bytes) -> None:
    """One delivery in, and drained."""
    await channels.accept("default", body, sign(body, SECRET))
    while await inbound.drain():
        pass


def receipts(persons: Sequence[Person], messages: Sequence[str]) -> Iterator[bytes]:
    """The bodies of sent, delivered and read of these messages, one update each (contract 4.5).

    Shuffled as in life: a message's three come in order, among those of many others.
    """
    now, ahead = clock.now() // clock.SECOND, 500
    for start in range(0, len(messages), ahead):
        for age, state in enumerate(_STATES):
            for place in range(start, min(start + ahead, len(messages))):
                person = persons[place % len(persons)]
                yield _receipt(person, messages[place], state, now - 60 + age * 20)


async def block(persons: Sequence[Person], messages: Sequence[str]) -> None:
    """These messages, one to each, did not arrive: they have blocked the business (130403)."""
    at = clock.now() // clock.SECOND
    statuses = [
        {
            "id": wamid,
            "status": "failed",
            "timestamp": str(at),
            "recipient_id": person.phone,
            "errors": [{"code": _BLOCKED, "title": "The customer has blocked the business."}],
        }
        for person, wamid in zip(persons, messages, strict=True)
    ]
    await deliver(as_platform(_envelope("messages", {"statuses": statuses})))


async def forget_deliveries() -> None:
    """An empty intake again."""
    await database.run("DELETE FROM delivery")
    await database.run("DELETE FROM delivery_key")


async def backlog() -> int:
    """How many deliveries wait to be drained."""
    row = await database.row("SELECT count(*) AS n FROM delivery WHERE state = 'stored'")
    return int(row["n"]) if row else 0


def _receipt(person: Person, wamid: str, state: str, at: int) -> bytes:
    status: dict[str, object] = {
        "id": wamid,
        "status": state,
        "timestamp": str(at),
        "recipient_id": person.phone,
        "recipient_user_id": person.user_id,
    }
    if state != "read":
        status["pricing"] = {
            "billable": True,
            "pricing_model": "PMP",
            "type": "regular",
            "category": "marketing",
        }
    status["biz_opaque_callback_data"] = "cmp:81f2|rcp:000412"
    told = {"contacts": [_card(person)], "statuses": [status]}
    return as_platform(_envelope("messages", told))


def _card(person: Person) -> dict[str, object]:
    return {
        "profile": {"name": person.name},
        "wa_id": person.phone,
        "user_id": person.user_id,
    }


def _envelope(field: str, items: Mapping[str, object], number: str = NUMBER) -> dict[str, object]:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": DISPLAY, "phone_number_id": number},
        **items,
    }
    change = {"value": value, "field": field}
    return {"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [change]}]}
