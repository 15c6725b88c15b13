"""POST /<number>/messages: read, held against the limits, accepted (contract 2)."""

from __future__ import annotations

from dataclasses import dataclass

from channels.simulator import bodies, conduct, fate, statuses
from channels.simulator.call import Answer, Call
from channels.simulator.errors import GraphError, missing, unsupported, wrong
from channels.simulator.filling import fill, has_otp_button
from channels.simulator.phones import calling_code, digits, is_whole
from channels.simulator.records import Message, Number, Person
from channels.simulator.shapes import Json
from channels.simulator.store import Template
from channels.simulator.wamids import new_wamid
from channels.simulator.world import World
from kernel.clock import DAY, MINUTE, SECOND

_READ_WITHIN = 30 * DAY
_TYPING = 25 * SECOND
_TTL = 30 * DAY
_TTL_AUTHENTICATION = 10 * MINUTE


@dataclass(frozen=True, slots=True)
class _Recipient:
    given: str
    person: Person | None
    phone: str
    to_user_id: bool

    @property
    def key(self) -> str:
        return self.person.id if self.person else self.given


async def messages(world: World, call: Call, number: Number) -> Answer:
    """Accept a message, or a read mark with or without typing."""
    body = call.product()
    if body.get("status") is not None:
        return _mark_read(world, number, body)
    return _accept(world, number, body, marketing_only=False)


async def marketing_messages(world: World, call: Call, number: Number) -> Answer:
    """Accept a marketing template (contract 2.7)."""
    return _accept(world, number, call.product(), marketing_only=True)


def _accept(world: World, number: Number, body: Json, *, marketing_only: bool) -> Answer:
    _check_number(world, number)
    kind, content = bodies.content_of(body)
    context_id = bodies.context_of(body)
    callback_data = bodies.callback_data_of(body)
    recipient = _recipient(world, number, body)
    template, shown = None, {}
    if kind == "template":
        template = _template(world, number, content, recipient, marketing_only=marketing_only)
        shown = fill(template, content, world.settings.limits.template_text)
    elif marketing_only:
        raise GraphError(134100)
    world.limits.check_throughput(number)
    world.limits.check_pair(number.id, recipient.key)
    message = Message(
        wamid=new_wamid(),
        number_id=number.id,
        person_id=recipient.person.id if recipient.person else None,
        outgoing=True,
        type=kind,
        content=content,
        at=world.clock.now(),
        body=body,
        recipient=recipient.phone,
        to_user_id=recipient.to_user_id,
        context_id=context_id,
        callback_data=callback_data,
        category=_category(template, marketing_only=marketing_only),
        shown=shown,
        expires_at=world.clock.now() + _ttl(template),
    )
    _check_file(world, message)
    world.limits.count_throughput(number)
    world.limits.count_pair(number.id, recipient.key)
    _keep(world, message, recipient)
    if template is not None and template.pacing:
        template.held.append(message.wamid)
    else:
        set_out(world, message)
    return Answer(_answer(message, recipient, template))


def set_out(world: World, message: Message) -> None:
    """Decide what becomes of an accepted message, and let it be told."""
    number = world.town.numbers[message.number_id]
    person = world.town.people.get(message.person_id or "")
    code, priced = fate.failure(world, number, person, message)
    if code is not None or person is None:
        statuses.plan_failure(world, message, 131026 if code is None else code)
        return
    message.pricing_type = priced.get("type", "")
    statuses.plan_success(world, message, person, priced)
    if person.online:
        conduct.react(world, message, person)


def _check_number(world: World, number: Number) -> None:
    waba = world.town.wabas[number.waba_id]
    if waba.state == "DISABLED" or number.status in ("RESTRICTED", "BANNED"):
        raise GraphError(131031)
    if number.switching_until > world.clock.now():
        raise GraphError(131057)
    if not number.is_registered:
        raise GraphError(133010)
    if number.name_status == "DECLINED":
        raise GraphError(131037)


def _recipient(world: World, number: Number, body: Json) -> _Recipient:
    kind = body.get("recipient_type", "individual")
    if kind == "group":
        raise GraphError(131020)
    if kind != "individual":
        raise unsupported("recipient_type", "must be one of individual, group")
    given, by_id = body.get("to"), body.get("recipient")
    if given is None and by_id is None:
        raise missing("to")
    if given is None:
        return _by_user_id(world, number, by_id)
    if not isinstance(given, str | int):
        raise unsupported("to", "must be a string")
    phone = _full(world, number, str(given))
    if not 7 <= len(phone) <= 15:
        raise wrong("to", "is not a phone number")
    if phone == number.digits:
        raise GraphError(131021)
    person = world.town.by_phone(phone)
    phone = person.phone if person and person.phone else phone
    if number.allow_list is not None and phone not in map(digits, number.allow_list):
        raise GraphError(131030)
    if person is None and world.settings.strangers == "reachable":
        person = Person(id=f"stranger-{phone}", name="", phone=phone)
        world.town.settle(person)
    return _Recipient(str(given), person, phone, False)


def _by_user_id(world: World, number: Number, user_id: object) -> _Recipient:
    if not isinstance(user_id, str):
        raise unsupported("recipient", "must be a string")
    country, dot, tail = user_id.partition(".")
    if len(country) != 2 or not dot or not tail.replace(".", "").isalnum() or len(user_id) > 160:
        raise wrong("recipient", "is not a user id")
    person = world.town.by_user_id(world.town.business_of(number).id, user_id)
    return _Recipient(user_id, person, "", True)


def _full(world: World, number: Number, given: str) -> str:
    """All digits of the number; without + and country code it gets the business's own (2.1)."""
    phone = digits(given)
    if given.strip().startswith("+") or world.town.by_phone(phone) or is_whole(phone):
        return phone
    return calling_code(number.digits) + phone.lstrip("0")


def _template(
    world: World, number: Number, content: Json, recipient: _Recipient, *, marketing_only: bool
) -> Template:
    name, language = content["name"], content["language"]["code"]
    template = world.templates.find(number.waba_id, name, language)
    if template is None or template.status not in ("APPROVED", "PAUSED", "DISABLED"):
        raise GraphError(132001, f"template name ({name}) does not exist in {language}")
    if template.status != "APPROVED":
        raise GraphError(132015 if template.status == "PAUSED" else 132016)
    is_marketing = template.category == "MARKETING"
    if marketing_only and not is_marketing:
        raise GraphError(134100)
    waba = world.town.wabas[number.waba_id]
    if is_marketing and not marketing_only and not waba.marketing_on_cloud_api:
        raise GraphError(131063)
    if recipient.to_user_id and has_otp_button(template):
        raise GraphError(131062)
    return template


def _check_file(world: World, message: Message) -> None:
    found = fate.file_of(message)
    if found is None or found[1].get("id") is None:
        return
    media = world.media.by_id.get(str(found[1]["id"]))
    if media is None or media.received or media.number_id != message.number_id:
        raise GraphError(100, f"{found[0]}.id: there is no such media of this number.")
    if world.clock.now() >= media.expires_at:
        raise GraphError(100, f"{found[0]}.id: the media has expired.")


def _category(template: Template | None, *, marketing_only: bool) -> str:
    if template is None:
        return "service"
    return "marketing_lite" if marketing_only else template.category.lower()


def _ttl(template: Template | None) -> int:
    if template is None:
        return _TTL
    seconds = template.message_send_ttl_seconds
    if seconds is not None and seconds > 0:
        return seconds * SECOND
    return _TTL_AUTHENTICATION if template.category == "AUTHENTICATION" else _TTL


def _keep(world: World, message: Message, recipient: _Recipient) -> None:
    world.town.messages[message.wamid] = message
    world.counts["accepted"] += 1
    if recipient.person is None:
        return
    chat = world.town.chat(message.number_id, recipient.person.id)
    chat.messages.append(message)
    chat.typing_until = 0
    if not recipient.to_user_id:
        chat.phone_shown_at = world.clock.now()
    world.live.tell("chat", number=message.number_id, person=recipient.person.id)


def _answer(message: Message, recipient: _Recipient, template: Template | None) -> Json:
    contact: Json = {"input": recipient.given}
    contact["user_id" if recipient.to_user_id else "wa_id"] = recipient.phone or recipient.given
    told: Json = {"id": message.wamid}
    if template is not None:
        held = "held_for_quality_assessment"
        told["message_status"] = held if template.pacing else "accepted"
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [told]}


def _mark_read(world: World, number: Number, body: Json) -> Answer:
    if body["status"] != "read":
        raise unsupported("status", "must be 'read'")
    wamid = body.get("message_id")
    if wamid is None:
        raise missing("message_id")
    message = world.town.messages.get(str(wamid))
    if message is None or message.outgoing or message.number_id != number.id:
        raise wrong("message_id", "there is no such message of a user")
    if world.clock.now() - message.at > _READ_WITHIN:
        raise wrong("message_id", "the message is older than 30 days")
    typing = body.get("typing_indicator")
    if typing is not None and typing != {"type": "text"}:
        raise wrong("typing_indicator", 'must be {"type": "text"}')
    chat = world.town.chat(number.id, message.person_id or "")
    for one in chat.messages:
        if not one.outgoing and one.at <= message.at:
            one.was_read = True
    if typing is not None:
        chat.typing_until = world.clock.now() + _TYPING
    world.counts["marked read"] += 1
    world.live.tell("chat", number=number.id, person=message.person_id)
    return Answer({"success": True})
