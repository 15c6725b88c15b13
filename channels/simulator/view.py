"""A chat as the person sees it on their phone: what the page shows."""

from __future__ import annotations

from channels.simulator import choices, fate, pricing
from channels.simulator.codes import known
from channels.simulator.records import Chat, Message, Number, Person
from channels.simulator.shapes import Json
from channels.simulator.world import World

_ORDER = ("failed", "played", "read", "delivered", "sent")
_HIDDEN = ("reaction", "edit", "revoke")


def chat_view(world: World, number: Number, person: Person) -> Json:
    """Everything about the chat of the two, messages oldest first; times in milliseconds."""
    chat = world.town.chat(number.id, person.id)
    now = world.clock.now()
    reactions = _reactions(chat)
    return {
        "number": number.id,
        "person": person.id,
        "name": number.verified_name or number.display_phone_number,
        "now": now // 1000,
        "window_until": _millis(chat.last_user_at + pricing.WINDOW if chat.last_user_at else 0),
        "is_open": pricing.is_open(world, chat),
        "typing": chat.typing_until > now,
        "blocked": chat.blocked,
        "stopped": chat.stopped,
        "online": person.online,
        "hidden": person.hidden,
        "messages": [
            _message_view(world, message, reactions.get(message.wamid, {}))
            for message in chat.messages
            if message.type not in _HIDDEN and not message.waits
        ],
    }


def sent_view(message: Message) -> Json:
    """An accepted message of the business, for checks that each was accepted exactly once."""
    return {
        "wamid": message.wamid,
        "number": message.number_id,
        "person": message.person_id,
        "to": message.recipient,
        "type": message.type,
        "callback_data": message.callback_data,
        "at": message.at,
        "statuses": message.statuses,
        "error": message.error,
        "pricing_type": message.pricing_type,
        "body": message.body,
    }


def _message_view(world: World, message: Message, reactions: Json) -> Json:
    seen: Json = {
        "wamid": message.wamid,
        "out": message.outgoing,
        "type": message.type,
        "at": _millis(message.at),
        "text": choices.text_of(message),
        "reply_to": message.context_id,
        "reactions": reactions,
        "deleted": message.is_deleted,
        "edited": message.is_edited,
        "echo": message.is_echo,
        "was_read": message.was_read,
        "status": next((one for one in _ORDER if one in message.statuses), "accepted"),
        "choices": choices.choices_of(message),
    }
    if message.error is not None:
        seen["error"] = {"code": message.error, "title": known(message.error).title}
    parts = message.shown or message.content
    header, footer = parts.get("header"), parts.get("footer")
    if isinstance(header, dict) and header.get("type") == "text":
        seen["header"] = header.get("text")
    if footer:
        seen["footer"] = footer if isinstance(footer, str) else footer.get("text")
    if file := fate.file_of(message):
        seen["file"] = _file(world, *file)
    if message.type == "location":
        seen["place"] = message.content
    if message.type == "contacts":
        seen["cards"] = [card["name"]["formatted_name"] for card in message.content["contacts"]]
    if not message.outgoing:
        seen["text"] = seen["text"] or _tapped(message)
    seen["links"] = _links(message)
    if message.content.get("type") == "list":
        seen["list_button"] = message.content["action"]["button"]
    return seen


def _file(world: World, kind: str, content: Json) -> Json:
    media = world.media.by_id.get(str(content.get("id")))
    return {
        "kind": kind,
        "url": f"/control/media/{media.id}" if media else None,
        "link": content.get("link"),
        "filename": content.get("filename") or (media.filename if media else ""),
        "mime_type": media.mime_type if media else "",
    }


def _links(message: Message) -> list[Json]:
    if message.type == "template":
        return [
            {"title": one["title"], "url": one.get("url") or one.get("code")}
            for one in message.shown.get("buttons", [])
            if one["type"] != "quick_reply"
        ]
    if message.content.get("type") == "cta_url":
        given = message.content["action"]["parameters"]
        return [{"title": given["display_text"], "url": given["url"]}]
    return []


def _tapped(message: Message) -> str:
    content = message.content
    inner = content.get(content.get("type", "")) if message.type == "interactive" else content
    if not isinstance(inner, dict):
        return ""
    return str(inner.get("title") or inner.get("text") or inner.get("body") or "")


def _reactions(chat: Chat) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for message in chat.messages:
        if message.type == "reaction" and message.error is None:
            side = "business" if message.outgoing else "person"
            emoji = message.content.get("emoji") or ""
            found.setdefault(message.content["message_id"], {})[side] = emoji
    return found


def _millis(moment: int) -> int:
    return moment // 1000
