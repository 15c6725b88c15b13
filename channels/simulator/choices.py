"""What a message of the business says and offers, and what comes back when a person taps."""

from __future__ import annotations

from typing import Any

import orjson

from channels.simulator import writing
from channels.simulator.records import Message, Number, Person
from channels.simulator.shapes import Json
from channels.simulator.world import World
from kernel.clock import DAY, SECOND
from kernel.errors import Invalid


def text_of(message: Message) -> str:
    """What a person reads in it; "" when it has no words."""
    if message.type == "template":
        return str(message.shown.get("body", ""))
    content = message.content
    for found in (content.get("body"), content.get("caption"), content.get("text")):
        if isinstance(found, str):
            return found
        if isinstance(found, dict):
            return str(found.get("text", ""))
    return ""


def choices_of(message: Message) -> list[Json]:
    """What can be tapped: `kind` (as the answer's type), `id`, `title`, perhaps `description`."""
    if message.type == "template":
        return [
            {"kind": "button", "id": one["payload"], "title": one["title"]}
            for one in message.shown.get("buttons", [])
            if one["type"] == "quick_reply"
        ]
    if message.type != "interactive":
        return []
    action: Json = message.content.get("action") or {}
    kind = message.content.get("type")
    if kind == "button":
        replies = [button["reply"] for button in action["buttons"]]
        return [{"kind": "button_reply", **_titled(reply)} for reply in replies]
    if kind == "list":
        rows = [row for section in action["sections"] for row in section["rows"]]
        return [{"kind": "list_reply", **_titled(row)} for row in rows]
    if kind == "flow":
        title = str(action["parameters"]["flow_cta"])
        return [{"kind": "nfm_reply", "id": "flow", "title": title}]
    return [dict(one) for one in _REQUESTS.get(str(kind), [])]


def choice_named(message: Message, wanted: Any) -> Json:
    """The choice of this id, title or position; Invalid when there is none."""
    offered = choices_of(message)
    if isinstance(wanted, int) and 0 <= wanted < len(offered):
        return offered[wanted]
    for one in offered:
        if wanted in (one["id"], one["title"]):
            return one
    raise Invalid("The message offers no such choice.", code="NO_SUCH_CHOICE", field=("choice",))


def tap(
    world: World,
    number: Number,
    person: Person,
    message: Message,
    choice: Json,
    given: Json | None = None,
) -> Message:
    """Let a person tap this; `given` holds what they fill in: a form, a place."""
    given = given or {}
    context = {"from": number.digits, "id": message.wamid}
    kind = choice["kind"]
    if kind == "button":
        content: Json = {"payload": choice["id"], "text": choice["title"]}
        return writing.write(world, number, person, "button", content, context=context)
    if kind == "location":
        place = {
            "latitude": given.get("latitude", 41.38),
            "longitude": given.get("longitude", 2.17),
        }
        return writing.write(world, number, person, "location", place, context=context)
    if kind == "contacts":
        content = {"contacts": [{**card_of(person), "origin": "contact_request"}]}
        return writing.write(world, number, person, "contacts", content, context=context)
    if kind == "nfm_reply":
        answers = {"flow_token": _flow_token(message), **(given.get("answers") or {})}
        content = {"name": "flow", "body": "Sent", "response_json": orjson.dumps(answers).decode()}
    elif kind == "call_permission_reply":
        content = {"response": choice["id"], "response_source": "user_action"}
        if choice["id"] == "accept":
            content["expiration_timestamp"] = (world.clock.now() + 7 * DAY) // SECOND
    else:
        content = {key: choice[key] for key in ("id", "title", "description") if key in choice}
    return writing.write(
        world, number, person, "interactive", {"type": kind, kind: content}, context=context
    )


def card_of(person: Person) -> Json:
    """A person's own card."""
    first, _space, last = person.name.partition(" ")
    name = {"formatted_name": person.name or "Somebody", "first_name": first or "Somebody"}
    card: Json = {"name": {**name, "last_name": last} if last else name}
    if person.phone:
        phone = {"phone": f"+{person.phone}", "wa_id": person.phone, "type": "CELL"}
        card["phones"] = [phone]
    return card


def _titled(source: Json) -> Json:
    return {key: source[key] for key in ("id", "title", "description") if source.get(key)}


def _flow_token(message: Message) -> str:
    return str(message.content["action"]["parameters"].get("flow_token", "unused"))


_REQUESTS: dict[str, list[Json]] = {
    "location_request_message": [{"kind": "location", "id": "location", "title": "Send location"}],
    "request_contact_info": [{"kind": "contacts", "id": "contact", "title": "Share contact info"}],
    "call_permission_request": [
        {"kind": "call_permission_reply", "id": "accept", "title": "Allow calls"},
        {"kind": "call_permission_reply", "id": "reject", "title": "Do not allow"},
    ],
}
