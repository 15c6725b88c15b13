"""What becomes of an accepted message: the reason for which it fails, if any (contract 5, 6)."""

from __future__ import annotations

from channels.simulator import pricing
from channels.simulator.records import Chat, Message, Number, Person
from channels.simulator.shapes import Json
from channels.simulator.store import Media
from channels.simulator.world import World
from kernel.clock import DAY

MB = 1_000_000
# Type of message, with its kinds of file and the largest size (contract 2.3).
FILES: dict[str, tuple[set[str], int]] = {
    "audio": (
        {"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"},
        16 * MB,
    ),
    "image": ({"image/jpeg", "image/png"}, 5 * MB),
    "video": ({"video/mp4", "video/3gpp"}, 16 * MB),
    "sticker": ({"image/webp"}, 500_000),
    "document": (set(), 100 * MB),
}
_REACTION_WITHIN = 30 * DAY
# No per-user marketing limit there (contract 5.8): EEA, United Kingdom, Japan, South Korea.
_UNLIMITED = {
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IS", "IE", "IT",
    "LV", "LI", "LT", "LU", "MT", "NL", "NO", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "GB", "JP",
    "KR",
}  # fmt: skip


def failure(
    world: World, number: Number, person: Person | None, message: Message
) -> tuple[int | None, Json]:
    """The code with which the message fails (None: it goes out), and its pricing if it goes out."""
    ordered = world.faults.next_failure(number.id)
    if ordered is not None:
        return ordered, {}
    if not _file_is_good(world, message):
        return 131053, {}
    if person is None or not person.on_whatsapp:
        return 131026, {}
    expected = message.body.get("recipient_identity_key_hash")
    if expected is not None and person.identity_hash not in (None, expected):
        return 137000, {}
    chat = world.town.chat(number.id, person.id)
    if chat.blocked:
        return 130403, {}
    if message.type == "reaction":
        target = world.town.messages.get(message.content["message_id"])
        if not _can_be_reacted_to(world, chat, target):
            return 131009, {}
    window = pricing.is_open(world, chat)
    if message.type != "template" and not window:
        return 131047, {}
    if message.category.startswith("marketing"):
        refused = _marketing_refused(world, number, person, chat, window)
        if refused is not None:
            return refused, {}
    if message.type == "template" and not window and not _within_portfolio(world, number, person):
        return world.settings.limits.portfolio_code, {}
    if message.type == "reaction":
        return None, {}
    priced = pricing.price(world, chat, message)
    if priced["billable"] and not world.town.wabas[number.waba_id].payment_ok:
        return 131042, {}
    return None, priced


def file_of(message: Message) -> tuple[str, Json] | None:
    """The file that a message carries, as (kind, its object); None when it carries none."""
    if message.type in FILES:
        return message.type, message.content
    header = message.shown.get("header") or message.content.get("header")
    if isinstance(header, dict) and header.get("type") in FILES:
        kind = header["type"]
        return kind, header.get(kind) or {}
    return None


def fits(kind: str, media: Media) -> bool:
    """Whether a file may be sent as a message of this kind."""
    mime_types, most = FILES[kind]
    mime_type = media.mime_type.partition(";")[0].strip()
    return len(media.data) <= most and (not mime_types or mime_type in mime_types)


def _file_is_good(world: World, message: Message) -> bool:
    found = file_of(message)
    if found is None:
        return True
    kind, file = found
    if file.get("link"):
        # Nothing is fetched from outside; a host under .invalid stands for a dead link.
        host = str(file["link"]).split("/")[2].partition(":")[0]
        return not host.endswith(".invalid")
    media = world.media.by_id.get(str(file.get("id")))
    return media is not None and fits(kind, media)


def _can_be_reacted_to(world: World, chat: Chat, target: Message | None) -> bool:
    return (
        target is not None
        and target in chat.messages
        and target.type != "reaction"
        and not target.is_deleted
        and world.clock.now() - target.at < _REACTION_WITHIN
    )


def _marketing_refused(
    world: World, number: Number, person: Person, chat: Chat, window: bool
) -> int | None:
    if chat.stopped:
        return 131050
    if person.in_experiment:
        return 130472
    if not world.settings.limits.on:
        return None
    if person.country == "US":
        return 131049
    if window or person.country in _UNLIMITED:
        return None
    return None if world.limits.may_market(number.waba_id, person.id) else 131049


def _within_portfolio(world: World, number: Number, person: Person) -> bool:
    business = world.town.business_of(number)
    return world.limits.may_reach(business.id, business.messaging_limit, person.id)
