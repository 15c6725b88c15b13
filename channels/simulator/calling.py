"""Calls of people, and what the business writes in its own phone app (contract 4b)."""

from __future__ import annotations

from channels.simulator import identity
from channels.simulator.envelope import Update
from channels.simulator.records import Message, Number, Person
from channels.simulator.shapes import Json
from channels.simulator.wamids import new_wacid, new_wamid
from channels.simulator.world import World
from kernel.clock import SECOND
from kernel.errors import Conflict, Invalid


def call(world: World, number: Number, person: Person, given: Json) -> None:
    """Ring the business; it ends after `seconds` (default 30). A call opens the window."""
    if world.town.chat(number.id, person.id).blocked:
        raise Conflict("This person has blocked the business.", code="BLOCKED")
    seconds = float(given.get("seconds", 30))
    call_id, began = new_wacid(), world.clock.now()
    world.town.chat(number.id, person.id).last_user_at = began
    _tell(
        world,
        number,
        person,
        {**_head(world, number, person, call_id, "connect"), "session": _OFFER},
    )

    def hang_up() -> None:
        ended = world.clock.now()
        item = _head(world, number, person, call_id, "terminate")
        item |= {
            "status": "COMPLETED" if seconds else "FAILED",
            "start_time": str(began // SECOND),
            "end_time": str(ended // SECOND),
            "duration": (ended - began) // SECOND,
        }
        _tell(world, number, person, item)

    world.clock.after(seconds, hang_up)


def echo(world: World, number: Number, person: Person, given: Json) -> Message:
    """The business writes `text` in its phone app; Conflict unless the number has one (4b)."""
    if not number.coexistence:
        raise Conflict("This number has no phone app.", code="NO_PHONE_APP")
    text = given.get("text")
    if not isinstance(text, str) or not text:
        raise Invalid("'text' has to be a text.", field=("text",))
    message = Message(
        wamid=new_wamid(),
        number_id=number.id,
        person_id=person.id,
        outgoing=True,
        type="text",
        content={"body": text},
        at=world.clock.now(),
        is_echo=True,
    )
    chat = world.town.chat(number.id, person.id)
    chat.messages.append(message)
    item: Json = {"from": number.digits}
    if seen := identity.phone(world, chat, person):
        item["to"] = seen
    if made := identity.user_id(world, number, person):
        item["to_user_id"] = made
    item |= {
        "id": message.wamid,
        "timestamp": str(message.at // SECOND),
        "type": "text",
        "text": {"body": text},
    }
    world.outbox.put(
        Update(
            waba_id=number.waba_id,
            field="smb_message_echoes",
            metadata=identity.metadata(number),
            key="message_echoes",
            item=item,
            contact=identity.contact(world, number, person),
        )
    )
    world.live.tell("chat", number=number.id, person=person.id)
    return message


def _head(world: World, number: Number, person: Person, call_id: str, event: str) -> Json:
    chat = world.town.chat(number.id, person.id)
    item: Json = {"id": call_id}
    if seen := identity.phone(world, chat, person):
        item["from"] = seen
    if made := identity.user_id(world, number, person):
        item["from_user_id"] = made
    return {
        **item,
        "to": number.digits,
        "event": event,
        "timestamp": str(world.clock.now() // SECOND),
        "direction": "USER_INITIATED",
    }


def _tell(world: World, number: Number, person: Person, item: Json) -> None:
    world.outbox.put(
        Update(
            waba_id=number.waba_id,
            field="calls",
            metadata=identity.metadata(number),
            key="calls",
            item=item,
            contact=identity.contact(world, number, person),
        )
    )
    world.live.tell("chat", number=number.id, person=person.id)


_OFFER = {"sdp_type": "offer", "sdp": "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"}
