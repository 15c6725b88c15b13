"""What a message costs, by the dated rule (contract 5.2, 5.9)."""

from __future__ import annotations

from channels.simulator.records import Chat, Message
from channels.simulator.shapes import Json
from channels.simulator.world import World
from kernel import clock

FREE_ENTRY = 72 * clock.HOUR
WINDOW = 24 * clock.HOUR


def is_open(world: World, chat: Chat) -> bool:
    """Whether the customer service window is open (contract 5.1)."""
    return chat.last_user_at > 0 and world.clock.now() < chat.last_user_at + WINDOW


def price(world: World, chat: Chat, message: Message) -> Json:
    """What a message costs now; a free entry point opens with the first answer to an ad."""
    now = world.clock.now()
    if chat.ad_at and now < chat.ad_at + WINDOW:
        chat.free_until = now + FREE_ENTRY
        chat.free_id = message.wamid[-32:].replace("=", "").lower()
    chat.ad_at = 0
    if now < chat.free_until:
        return _priced("free_entry_point", "referral_conversion")
    if message.category in ("service", "utility") and is_open(world, chat):
        return _priced(_in_window(world, message, now), message.category)
    return _priced("regular", message.category)


def conversation(world: World, chat: Chat) -> Json | None:
    """The conversation of a free entry point; no other is told (contract 4.5)."""
    if world.clock.now() >= chat.free_until:
        return None
    return {
        "id": chat.free_id,
        "origin": {"type": "referral_conversion"},
        "expiration_timestamp": str(chat.free_until // clock.SECOND),
    }


def _in_window(world: World, message: Message, now: int) -> str:
    rule = world.settings.pricing
    if now < rule.service_charged_from * clock.SECOND:
        return "free_customer_service"
    if message.category == "utility":
        return "regular"
    month = clock.moment(now).strftime("%Y-%m")
    used = f"service {message.number_id} {month}"
    world.counts[used] += 1
    is_free = world.counts[used] <= rule.free_service_messages
    return "free_customer_service" if is_free else "regular"


def _priced(kind: str, category: str) -> Json:
    return {
        "billable": kind == "regular",
        "pricing_model": "PMP",
        "type": kind,
        "category": category,
    }
