"""A person writes: the message as the platform tells it to the business (contract 4.3)."""

from __future__ import annotations

import base64
import hashlib

from channels.simulator import identity
from channels.simulator.envelope import Update
from channels.simulator.records import Message, Number, Person
from channels.simulator.sample_files import sample_file
from channels.simulator.shapes import Json
from channels.simulator.store import Media
from channels.simulator.wamids import new_wamid
from channels.simulator.world import World
from kernel.clock import SECOND
from kernel.errors import Conflict

_URL_LIVES = 300


def write(
    world: World,
    number: Number,
    person: Person,
    kind: str,
    content: Json,
    *,
    context: Json | None = None,
    referral: Json | None = None,
) -> Message:
    """Let a person send this; Conflict when they have blocked the business.

    `content` stands under the key of the kind; for contacts under `contacts`. It opens the service
    window (contract 5.1).
    """
    chat = world.town.chat(number.id, person.id)
    if chat.blocked:
        raise Conflict("This person has blocked the business.", code="BLOCKED")
    now = world.clock.now()
    message = Message(
        wamid=new_wamid(),
        number_id=number.id,
        person_id=person.id,
        outgoing=False,
        type=kind,
        content=content,
        at=now,
        context_id=(context or {}).get("id"),
    )
    inner = content["contacts"] if kind == "contacts" else content
    item: Json = {
        **identity.sender(world, number, person),
        "id": message.wamid,
        "timestamp": str(now // SECOND),
        "type": kind,
        kind: inner,
    }
    if kind == "unsupported":
        item["errors"] = content["errors"]
        item["unsupported"] = {"type": content["type"]}
    if context:
        item["context"] = context
    if referral:
        item["referral"] = referral
        chat.ad_at = now
    world.town.messages[message.wamid] = message
    chat.messages.append(message)
    chat.last_user_at = now
    world.limits.count_throughput(number)
    _tell(world, number, person, item)
    world.live.tell("chat", number=number.id, person=person.id)
    return message


def quoting(world: World, number: Number, wamid: str | None) -> Json | None:
    """The context of an answer to this message."""
    if not wamid:
        return None
    quoted = world.town.messages.get(wamid)
    if quoted is not None and not quoted.outgoing and quoted.person_id is not None:
        person = world.town.people[quoted.person_id]
        seen = identity.phone(world, world.town.chat(number.id, person.id), person)
        return {"from": seen, "id": wamid} if seen else {"id": wamid}
    return {"from": number.digits, "id": wamid}


def system(world: World, number: Number, item: Json) -> None:
    """A system message: it has no contacts and opens no window (contract 4.4)."""
    now = str(world.clock.now() // SECOND)
    head: Json = {"from": item.pop("from")} if "from" in item else {}
    whole = {**head, "id": new_wamid(), "timestamp": now, "type": "system", **item}
    world.outbox.put(
        Update(number.waba_id, "messages", identity.metadata(number), "messages", whole)
    )


def received_file(world: World, number: Number, kind: str, given: Json) -> Json:
    """A file in a message: kept for 7 days, its URL for 5 minutes (contract 7.1).

    `given` may hold `data` (base64), `mime_type`, `filename`, `caption`, `voice`, `animated`; with
    no data it is a small sample.
    """
    sample, mime_type = sample_file(kind)
    data = base64.b64decode(given["data"]) if given.get("data") else sample
    mime_type = str(given.get("mime_type") or mime_type)
    filename = str(given.get("filename") or ("document.pdf" if kind == "document" else ""))
    media = world.media.add(
        number.id, mime_type, data, world.clock.now(), received=True, filename=filename
    )
    content: Json = {
        "mime_type": mime_type,
        "sha256": base64.b64encode(hashlib.sha256(data).digest()).decode(),
        "id": media.id,
        "url": media_url(world, media, world.base_url, "webhook"),
    }
    if filename and kind == "document":
        content["filename"] = filename
    if given.get("caption"):
        content["caption"] = str(given["caption"])
    if kind == "audio":
        content["voice"] = bool(given.get("voice", True))
    if kind == "sticker":
        content["animated"] = bool(given.get("animated", False))
    return content


def media_url(world: World, media: Media, base_url: str, source: str) -> str:
    """Where the bytes are for the next 5 minutes; its hash keeps it from being made up."""
    ext = world.clock.now() // SECOND + _URL_LIVES
    made = url_hash(media.id, ext)
    query = f"mid={media.id}&source={source}&ext={ext}&hash={made}"
    return f"{base_url}/whatsapp_business/attachments/?{query}"


def url_hash(media_id: str, ext: int) -> str:
    """The hash of a media URL."""
    return hashlib.blake2b(f"{media_id}/{ext}".encode(), digest_size=12).hexdigest()


def _tell(world: World, number: Number, person: Person, item: Json) -> None:
    world.counts["received"] += 1
    if person.id in number.blocked:
        # The business has blocked this person: nothing reaches it.
        return
    world.outbox.put(
        Update(
            waba_id=number.waba_id,
            field="messages",
            metadata=identity.metadata(number),
            key="messages",
            item=item,
            contact=identity.contact(world, number, person),
        )
    )
