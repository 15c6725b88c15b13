"""Counting live: a reader of the outbox that recounts what events tell of.

An event only says which things may have changed; what they give is read from their rows. So it does
not matter in which order events come, or how often.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from counters.anew import begin
from counters.recounting import KINDS, hold, recount, recount_episodes
from counters.said import INQUIRY_LASTS
from kernel import database, events, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

READER = "counters"
T = TypeVar("T")
# So many things in a unit of work.
_AT_ONCE = 150

# What each event may have changed.
_OF_MESSAGE = {
    *("message.received", "message.recorded", "message.status_changed"),
    *("score.message_scored", "send.queued", "send.sent", "send.unknown", "send.failed"),
}
_OF_TALK = {
    *("message.received", "message.recorded", "send.queued", "send.sent", "send.unknown"),
    "send.failed",
}
_OF_SEND = {"send.sent", "send.unknown", "send.failed", "send.refused", "send.voided"}
_OF_PERSON = {
    *("contact.updated", "contact.tagged", "contact.untagged", "contact.merged"),
    *("contact.unmerged", "touchpoint.used"),
}
_OF_ORDER = {
    *("order.placed", "order.paid", "order.cancelled", "order.refunded", "order.attributed"),
    "order.changed",
}
_OF_CONSENT = {
    *("consent.requested", "consent.prompted", "consent.confirmed", "consent.refused"),
    *("consent.expired", "consent.superseded", "consent.unproven", "consent.withdrawn"),
}
_OF_CART = {"cart.updated", "cart.abandoned", "cart.recovered"}
_RESOLVED = "conversation.state_changed"
_COUNTED = frozenset(
    {_RESOLVED, *_OF_MESSAGE, *_OF_TALK, *_OF_SEND, *_OF_PERSON, *_OF_ORDER, *_OF_CONSENT}
    | _OF_CART
)


@dataclass
class Changed:
    """What may have changed; of people and threads, since when."""

    things: dict[str, set[Id]] = field(default_factory=lambda: {kind: set() for kind in KINDS})
    talked_in: set[Id] = field(default_factory=set)
    threads: dict[Id, int] = field(default_factory=dict)
    people: dict[Id, int] = field(default_factory=dict)


async def count(limit: int = 2000) -> int:
    """Follow the outbox one step; how many events were seen."""
    with database.redone_if_lost():
        return await events.follow(READER, count_events, limit, _COUNTED)


async def count_events(happened: Sequence[Event]) -> None:
    """Count what these events of the current tenant tell of; the same again changes nothing."""
    if await _has_other_clocks():
        await begin()
    changed = _changed(happened)
    await _follow_orders(changed)
    await _follow_people(changed)
    await _follow_talks(changed)
    for kind, ids in changed.things.items():
        for part in _parts(sorted(ids)):
            await recount(kind, part)
    for threads in _parts(sorted(changed.threads.items())):
        await recount_episodes(dict(threads))


@database.unit_of_work
async def _has_other_clocks() -> bool:
    book = await hold()
    return book.basis != book.house.basis


def _changed(happened: Sequence[Event]) -> Changed:
    changed = Changed()
    for one in happened:
        kind, refs = one.kind, one.refs
        if kind in _OF_MESSAGE and "message" in refs:
            changed.things["message"].add(refs["message"])
        if kind in _OF_TALK and "message" in refs:
            changed.talked_in.add(refs["message"])
        if kind in _OF_SEND:
            changed.things["send"].add(refs["send"])
        if kind in _OF_PERSON:
            changed.people |= {refs[name]: 0 for name in ("contact", "merged") if name in refs}
        if kind in _OF_ORDER:
            if "order" in refs:
                changed.things["order"].add(refs["order"])
            if kind == "order.changed" and "contact" in refs:
                changed.people[refs["contact"]] = 0
        if kind in _OF_CONSENT:
            changed.things["consent"].add(refs["entry"])
        if kind in _OF_CART:
            changed.things["cart"].add(refs["cart"])
        if kind == _RESOLVED and refs["state"] == "resolved":
            changed.threads[refs["conversation"]] = one.at
    return changed


async def _follow_orders(changed: Changed) -> None:
    """An order may make of its buyer one who returns, and of a talk before it an inquiry."""
    for part in _parts(sorted(changed.things["order"])):
        for row in await database.rows(
            """SELECT o.contact_id, min(o.placed_at) AS at FROM ({batch}) AS b
                 JOIN shop_order o ON o.tenant_id = $1::uuid AND o.id = b.id
                WHERE o.contact_id IS NOT NULL GROUP BY o.contact_id""",
            tenancy.current(),
            batch=_ids(part),
        ):
            since = max(0, row["at"] - INQUIRY_LASTS)
            changed.people.setdefault(row["contact_id"], since)
            changed.people[row["contact_id"]] = min(changed.people[row["contact_id"]], since)


async def _follow_people(changed: Changed) -> None:
    """All that people gave since a moment; of their orders all, for each knows the one before."""
    for part in _parts(sorted(changed.people.items())):
        people = Batch({"id": "uuid", "at": "bigint"}, part)
        for kind, column in _SINCE.items():
            rows = await database.rows(
                f"""SELECT t.id FROM ({{batch}}) AS b
                      JOIN {KINDS[kind].table} t ON t.tenant_id = $1::uuid AND t.contact_id = b.id
                     WHERE {f"t.{column} >= b.at" if column else "true"}""",
                tenancy.current(),
                batch=people,
            )
            changed.things[kind].update(row["id"] for row in rows)
        for row in await database.rows(
            """SELECT t.id, b.at FROM ({batch}) AS b
                 JOIN conversation t ON t.tenant_id = $1::uuid AND t.contact_id = b.id""",
            tenancy.current(),
            batch=people,
        ):
            _since(changed.threads, row["id"], row["at"])


_SINCE = {"message": "provider_at", "order": "", "cart": "created_at", "consent": ""} | {
    "send": "created_at"
}


async def _follow_talks(changed: Changed) -> None:
    for part in _parts(sorted(changed.talked_in)):
        for row in await database.rows(
            """SELECT m.conversation_id, min(m.provider_at) AS at FROM ({batch}) AS b
                 JOIN message m ON m.tenant_id = $1::uuid AND m.id = b.id
                GROUP BY m.conversation_id""",
            tenancy.current(),
            batch=_ids(part),
        ):
            _since(changed.threads, row["conversation_id"], row["at"])


def _since(moments: dict[Id, int], key: Id, at: int) -> None:
    moments[key] = min(moments.get(key, at), at)


def _parts(things: Sequence[T]) -> Iterable[Sequence[T]]:
    return (things[start : start + _AT_ONCE] for start in range(0, len(things), _AT_ONCE))


def _ids(ids: Iterable[Id]) -> Batch:
    return Batch({"id": "uuid"}, [[one] for one in ids])
