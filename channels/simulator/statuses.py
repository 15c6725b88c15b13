"""The statuses of an accepted message, told one after the other or in any order (contract 4.5)."""

from __future__ import annotations

from channels.simulator import errors, identity, pricing
from channels.simulator.envelope import Update
from channels.simulator.records import Message, Number, Person
from channels.simulator.shapes import Json
from channels.simulator.world import World
from kernel.clock import SECOND

_Steps = list[tuple[str, int]]


def plan_failure(world: World, message: Message, code: int) -> None:
    """Let it fail, after `sent` if the settings want it so."""
    message.error = code
    now, after = world.clock.now(), _micros(world.settings.statuses.sent_after)
    steps: _Steps = [("failed", now + after)]
    if world.settings.statuses.sent_before_failed:
        steps = [("sent", now + after), ("failed", now + 2 * after + 1)]
    _appoint(world, message, steps, {})


def plan_success(world: World, message: Message, person: Person, priced: Json) -> None:
    """Let it go out, and arrive as far as the person lets it."""
    after = world.clock.now() + _micros(world.settings.statuses.sent_after)
    steps: _Steps = [("sent", after)]
    if message.type != "reaction":
        if person.online:
            steps += arrival(world, message, person)
        else:
            message.waits = True
    _appoint(world, message, steps, priced)


def plan_arrival(world: World, message: Message, person: Person) -> None:
    """A message that waited arrives, if it has not expired: then nothing is ever told (2.5)."""
    message.waits = False
    if message.error is None and world.clock.now() < message.expires_at:
        _appoint(world, message, arrival(world, message, person), {})


def arrival(world: World, message: Message, person: Person) -> _Steps:
    """When it is delivered, read and played."""
    settings, behaviour = world.settings.statuses, person.behaviour
    after = behaviour.delivered_after
    at = world.clock.now() + _micros(settings.delivered_after if after is None else after)
    steps: _Steps = [] if behaviour.open_chat else [("delivered", at)]
    read = behaviour.read_after if behaviour.read_after is not None else settings.read_after
    if read is not None and behaviour.receipts:
        at += _micros(read)
        steps.append(("read", at))
    is_voice = message.type == "audio" and message.content.get("voice")
    if is_voice and behaviour.play_after is not None:
        steps.append(("played", at + _micros(behaviour.play_after)))
    return steps


def tell(world: World, message: Message, status: str, at: int, priced: Json | None = None) -> None:
    """Tell one step, once; `at` is its moment, `priced` what it costs."""
    number = world.town.numbers.get(message.number_id)
    if number is None or status in message.statuses:
        return
    message.statuses[status] = at
    update = Update(
        waba_id=number.waba_id,
        field="messages",
        metadata=identity.metadata(number),
        key="statuses",
        item=_item(world, number, message, status, at, priced or {}),
        contact=_contact(world, number, message, status),
    )
    world.counts[f"status {status}"] += 1
    settings = world.settings.statuses
    if world.dice.random() < settings.loss:
        world.counts["statuses lost"] += 1
    else:
        world.outbox.put(update)
        if world.dice.random() < settings.duplicates:
            world.outbox.put(update)
    world.live.tell("chat", number=message.number_id, person=message.person_id)


def _appoint(world: World, message: Message, steps: _Steps, priced: Json) -> None:
    settings = world.settings.statuses
    moments = [at + _micros(world.dice.random() * settings.jitter) for _status, at in steps]
    if settings.shuffle:
        world.dice.shuffle(moments)
    for (status, at), moment in zip(steps, moments, strict=True):
        cost = priced if status == settings.pricing_on else {}
        world.clock.at(
            moment,
            lambda status=status, at=at, cost=cost: (  # type: ignore[misc]
                tell(world, message, status, at, cost)
            ),
        )


def _item(
    world: World, number: Number, message: Message, status: str, at: int, priced: Json
) -> Json:
    item: Json = {"id": message.wamid, "status": status, "timestamp": str(at // SECOND)}
    person = world.town.people.get(message.person_id or "")
    if person is None:
        item["recipient_id"] = message.recipient
    else:
        chat = world.town.chat(number.id, person.id)
        if seen := identity.phone(world, chat, person):
            item["recipient_id"] = seen
        made = identity.user_id(world, number, person)
        # Absent on a failed status of a send to a phone (contract 4.2).
        if made and (status != "failed" or message.to_user_id):
            item["recipient_user_id"] = made
        told = pricing.conversation(world, chat)
        if told and status == "sent" and priced:
            item["conversation"] = told
    if priced:
        item["pricing"] = priced
    if message.callback_data is not None:
        item["biz_opaque_callback_data"] = message.callback_data
    if status == "failed" and message.error is not None:
        item["errors"] = [errors.in_status(message.error)]
    return item


def _contact(world: World, number: Number, message: Message, status: str) -> Json | None:
    person = world.town.people.get(message.person_id or "")
    if person is None or status == "failed":
        return None
    return identity.contact(world, number, person, with_username=status != "sent")


def _micros(seconds: float) -> int:
    return int(seconds * SECOND)
