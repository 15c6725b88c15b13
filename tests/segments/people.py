"""People about whom all kinds of things are known, written straight into the tables."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import channels
from kernel import clock, database, events, ids, tenancy
from kernel.events import Event
from kernel.ids import Id
from tests.contacts.acquaintance import meet, seen

DAY = clock.DAY
COUNTRIES, LANGUAGES = ("ES", "PT", "GB"), ("es", "pt", "en")
CLASSES = ("active", "cooling", "sleeping", "lost")
KINDS = ("link.clicked", "message.received", "cart.abandoned")
PRODUCTS = ("tea", "cup", "pot")
STATES = ("pending", "confirmed", "withdrawn")
INTENTS, TOPICS = ("courtesy", "information", "purchase"), ("price", "delivery", "stock")
# Around the edges of windows that rules use; the last is still to come.
AGES = (0, 1, 6 * DAY, 7 * DAY, 7 * DAY + 1, 29 * DAY, 30 * DAY, 31 * DAY, 200 * DAY, -DAY)


async def crowd(size: int, dice: random.Random, now: int) -> tuple[list[Id], list[Id]]:
    """So many contacts of the current tenant with a past, and three tags."""
    phones = (f"4477009{number:05}" for number in range(size))
    people = await meet(*(seen(0, phone) for phone in phones))
    tags = [ids.new_id() for _ in range(3)]
    named = enumerate(tags)
    await write("tag", [{"id": one, "name": f"tag {at}", "created_at": now} for at, one in named])
    for person in people:
        await database.run(
            """UPDATE contact SET country = $3, language = $4, created_at = $5
                WHERE tenant_id = $1::uuid AND id = $2::uuid""",
            tenancy.current(),
            person,
            dice.choice((*COUNTRIES, None)),
            dice.choice((*LANGUAGES, None)),
            now - dice.choice(AGES),
        )
    await write(
        "contact_tag",
        [
            {"contact_id": one, "tag_id": tag, "source": "person", "at": now}
            for one in people
            for tag in dice.sample(tags, dice.randint(0, 2))
        ],
    )
    await write("contact_facts", [_facts(one, dice, now) for one in people if dice.random() < 0.7])
    await write("contact_score", [_score(one, dice, now) for one in people if dice.random() < 0.7])
    store = await make_store(now)
    for one in people:
        for _ in range(dice.randint(0, 3)):
            await order(one, store, now - dice.choice(AGES), dice)
        for _ in range(dice.randint(0, 4)):
            await touch(one, dice.choice((KINDS[0], KINDS[2])), now - dice.choice(AGES))
    await _consents(people, dice, now)
    await _messages(people, dice, now)
    return people, tags


async def touch(contact_id: Id, kind: str, at: int, reference: Id | None = None) -> None:
    """Something touched them."""
    row = {"id": ids.new_id(), "contact_id": contact_id, "at": at, "kind": kind}
    await write("activity", [{**row, "reference": reference or row["id"]}])


@database.unit_of_work
async def happens(contact_id: Id, kind: str, at: int) -> None:
    """Something touched them, and the outbox tells of it."""
    await touch(contact_id, kind, at)
    await events.record(Event(kind, {"contact": contact_id}))


async def make_store(now: int) -> Id:
    """A shop of the current tenant."""
    texts = dict.fromkeys(("name", "address", "webhook_key"), "shop")
    times = dict.fromkeys(
        ("state_at", "abandoned_after", "pulled_to", "pull_due_at", "created_at", "updated_at"), now
    )
    store = {"id": ids.new_id(), "platform": "own", "currency": "EUR", "country": "ES", **texts}
    await write("store", [{**store, "state": "open", "secrets_sealed": b"-", **times}])
    return store["id"]


async def order(contact_id: Id, store: Id, at: int, dice: random.Random) -> Id:
    """They bought something, perhaps called off."""
    order_id = ids.new_id()
    total = dice.choice((None, 200_000, 999_999, 1_000_000))
    await write(
        "shop_order",
        [
            {
                "id": order_id,
                "store_id": store,
                "external_id": order_id,
                "contact_id": contact_id,
                "contact_at": at,
                "number": "1",
                "currency": "EUR",
                "total": total or 1,
                "refunded": 0,
                "base_total": total,
                "payment": "paid",
                "fulfilment": "open",
                "coupons": "[]",
                "is_test": int(dice.random() < 0.1),
                "placed_at": at,
                "cancelled_at": dice.choice((None, None, None, at)),
                "deleted_at": dice.choice((None, None, None, at)),
                "told_at": at,
                "told_tie": 0,
                "created_at": at,
                "updated_at": at,
            }
        ],
    )
    numbers = {"title": "-", "quantity": 1, "price": 1, "total": 1}
    await write(
        "order_line",
        [
            {"order_id": order_id, "position": at, "product": product, "sku": sku, **numbers}
            for at, (product, sku) in enumerate(
                (dice.choice((*PRODUCTS, None)), dice.choice((*PRODUCTS, None))) for _ in "ab"
            )
        ],
    )
    return order_id


async def write(table: str, records: Sequence[Mapping[str, Any]]) -> None:
    """Rows of the current tenant."""
    tenant_id = tenancy.current()
    await database.insert(table, [{"tenant_id": tenant_id, **one} for one in records])


def _facts(contact_id: Id, dice: random.Random, now: int) -> dict[str, Any]:
    counts = ("orders", "orders_30d", "orders_90d", "orders_180d", "orders_365d", "inbound_30d")
    sums = ("spent", "spent_net", "spent_365d")
    return {
        "contact_id": contact_id,
        **{name: dice.randint(0, 3) for name in (*counts, "clicks_7d")},
        **{name: dice.randint(0, 3) * 500_000 for name in sums},
        "largest_order": dice.choice((None, 500_000, 1_500_000)),
        "r": dice.choice((None, 1, 3, 5)),
        "recency_class": dice.choice((None, *CLASSES)),
        "tier": dice.choice((None, "gold", "silver")),
        "computed_at": now,
    }


def _score(contact_id: Id, dice: random.Random, now: int) -> dict[str, Any]:
    return {
        "contact_id": contact_id,
        "engagement": dice.choice((0, 40, 100)),
        "engagement_class": dice.choice(("low", "high")),
        "churn_risk": dice.choice((None, 10, 90)),
        "reasons": "",
        "action": "wait",
        "action_reason": "-",
        "computed_at": now,
    }


async def _consents(people: Sequence[Id], dice: random.Random, now: int) -> None:
    rows = [
        {"contact_id": one, "purpose": "marketing", "topic": topic, "state": dice.choice(STATES)}
        for one in people
        for topic in dice.sample(("", "sale"), dice.randint(0, 2))
    ]
    subjects = {
        row["contact_id"]: row["id"]
        for row in await database.rows(
            "SELECT id, contact_id FROM subject WHERE tenant_id = $1::uuid", tenancy.current()
        )
    }
    entries = [
        {
            "id": ids.new_id(),
            "contact_id": row["contact_id"],
            "subject_id": subjects[row["contact_id"]],
            "purpose": "marketing",
            "topic": row["topic"],
            "kind": "requested",
            "method": "test",
            "source_token": ids.new_id().encode(),
            "evidence_sealed": b"-",
            "provider_at": now,
            "recorded_at": now,
        }
        for row in rows
    ]
    await write("consent_entry", entries)
    await write(
        "consent_state",
        [
            {**row, "since": now, "entry_id": entry["id"]}
            for row, entry in zip(rows, entries, strict=True)
        ],
    )


async def _messages(people: Sequence[Id], dice: random.Random, now: int) -> None:
    number = await channels.connect_number(
        await channels.connect_waba("waba"), "number", "+34600", "Town"
    )
    for one in people:
        thread = {"id": ids.new_id(), "contact_id": one, "number_id": number, "state": "open"}
        times = ("state_at", "last_message_at", "last_message_tie", "last_inbound_at", "moved_at")
        others = ("window_closed_at", "free_entry_until", "created_at", "updated_at")
        await write(
            "conversation",
            [{**thread, "holder": "person", **dict.fromkeys((*times, *others), now)}],
        )
        for _ in range(dice.randint(0, 3)):
            at = now - dice.choice(AGES)
            message = {
                "id": ids.new_id(),
                "conversation_id": thread["id"],
                "contact_id": one,
                "subject_id": one,
                "number_id": number,
                "direction": "in",
                "kind": "text",
                "origin": "customer",
                "provider_at": at,
                "received_at": at,
                "tie": 0,
                "status": "received",
            }
            await write("message", [message])
            await touch(one, "message.received", at, message["id"])
            if dice.random() < 0.8:
                await _read_as(message["id"], one, dice, now)


async def _read_as(message_id: Id, contact_id: Id, dice: random.Random, now: int) -> None:
    row = await database.row(
        "SELECT subject_id FROM contact WHERE tenant_id = $1::uuid AND id = $2::uuid",
        tenancy.current(),
        contact_id,
    )
    percents = dict.fromkeys(("level_percent", "language_percent", "mood_percent"), 90)
    await write(
        "message_score",
        [
            {
                "message_id": message_id,
                "subject_id": row["subject_id"] if row else "",
                "model": 1,
                "level": dice.choice((None, 1, 2, 3)),
                "mood": dice.choice((None, -1, 0, 1)),
                "intent": dice.choice((None, *INTENTS)),
                "language": dice.choice((None, "es", "en")),
                "topics": " ".join(dice.sample(TOPICS, dice.randint(0, 2))),
                "scored_at": now,
                **percents,
            }
        ],
    )
