"""What a tenant holds after deliveries were drained, in words free of internal ids."""

from __future__ import annotations

from typing import Any

from kernel import keys, tenancy
from tests import stored

# In the order in which foreign keys let them go.
_CONTENT = (
    "visit",
    "cart_line",
    "cart",
    "order_token",
    "order_line",
    "fulfilment",
    "refund",
    "shop_order",
    "variant",
    "product",
    "customer",
    "deletion",
    "store_request",
    "store_route",
    "store_delivery",
    "currency_rate",
    "store",
    "send_key",
    "send",
    "mention",
    "read_mark",
    "conversation_step",
    "message_change",
    "message_status",
    "message_key",
    "message",
    "episode",
    "conversation",
    "media",
    "template",
    "platform_update",
    "activity",
    "consent_state",
    "consent_entry",
    "chain_head",
    "contact_tag",
    "contact_search",
    "contact_merge",
    "identity",
    "subject",
    "contact",
    "aside",
    "delivery",
    "delivery_key",
    "outbox",
    "reader",
)


async def forget_everything() -> None:
    """Back to a tenant that has numbers and nothing else."""
    await stored.run("UPDATE conversation SET merged_into = NULL, last_message_id = NULL")
    await stored.run("UPDATE contact SET merged_into = NULL")
    for table in _CONTENT:
        await stored.run(f"DELETE FROM {table}")
    await stored.run(
        "UPDATE waba SET state = 'active', state_at = 0, restricted_until = NULL,"
        " messaging_limit = NULL, messaging_limit_at = 0"
    )
    await stored.run(
        "UPDATE number SET state = 'connected', quality = NULL, throughput = NULL,"
        " trouble_code = NULL, trouble_at = NULL"
    )


async def count() -> dict[str, int]:
    """How many rows of each kind there are; what is zero is left out."""
    counted = {}
    for name, source in {
        "messages": "message",
        "changes": "message_change",
        "statuses": "message_status",
        "updates": "platform_update",
        "contacts": "contact WHERE state = 'active'",
        "consents": "consent_entry",
        "templates": "template",
        "media": "media",
        "aside": "aside",
        "undrained": "delivery WHERE state <> 'drained'",
    }.items():
        row = await stored.row(f"SELECT count(*) AS n FROM {source}")
        if row and row["n"]:
            counted[name] = row["n"]
    return counted


async def state() -> dict[str, Any]:
    """Everything that the current tenant can see of its people, threads, templates and accounts."""
    people = await _people()
    threads = await _threads(people)
    return {
        "contacts": sorted(people.values(), key=repr),
        "threads": sorted(threads, key=repr),
        "statuses": await _plain(
            """SELECT n.phone_number_id, s.wamid_token, s.status, s.at, s.error_code,
                      s.pricing_category, s.pricing_type, s.entry_until
                 FROM message_status s JOIN number n ON n.id = s.number_id"""
        ),
        "templates": await _plain(
            """SELECT template_id, name, language, status, status_reason, status_at, category,
                      category_coming, category_at, quality, components FROM template"""
        ),
        "wabas": await _plain(
            "SELECT waba_id, state, state_at, restricted_until, messaging_limit FROM waba"
        ),
        "numbers": await _plain(
            "SELECT phone_number_id, state, quality, throughput, trouble_code FROM number"
        ),
        "updates": sorted(
            (row["field"], row["event"])
            for row in await stored.rows("SELECT field, event FROM platform_update")
        ),
        "counts": await count(),
    }


async def _people() -> dict[str, Any]:
    contacts = await stored.rows(
        """SELECT id, subject_id, name_sealed, country, time_zone, language FROM contact
            WHERE tenant_id = $1::uuid AND state = 'active'""",
        tenancy.current(),
    )
    identities = await stored.rows("SELECT * FROM identity")
    consents = await stored.rows("SELECT * FROM consent_state")
    sealers = await keys.of(
        [row["subject_id"] for row in contacts] + [row["subject_id"] for row in identities]
    )
    people = {}
    for row in contacts:
        name = row["name_sealed"]
        people[row["id"]] = {
            "name": name and sealers[row["subject_id"]].open_text("contact.name", row["id"], name),
            "place": (row["country"], row["time_zone"], row["language"]),
            "identities": sorted(
                (
                    one["kind"],
                    sealers[one["subject_id"]].open_text(
                        "identity.value", one["id"], one["value_sealed"]
                    ),
                    one["state"],
                    one["first_at"],
                    one["last_at"],
                    one["ended_at"],
                )
                for one in identities
                if one["contact_id"] == row["id"]
            ),
            "consents": sorted(
                (one["purpose"], one["state"], one["since"])
                for one in consents
                if one["contact_id"] == row["id"]
            ),
        }
    return people


async def _threads(people: dict[str, Any]) -> list[Any]:
    threads = await stored.rows(
        """SELECT v.*, n.phone_number_id FROM conversation v JOIN number n ON n.id = v.number_id
            WHERE v.tenant_id = $1::uuid AND v.state <> 'merged'""",
        tenancy.current(),
    )
    messages = await stored.rows("SELECT * FROM message ORDER BY provider_at, tie")
    changes = await stored.rows("SELECT * FROM message_change")
    episodes = await stored.rows("SELECT * FROM episode ORDER BY ordinal")
    sealers = await keys.of([row["subject_id"] for row in messages])
    told = []
    for thread in threads:
        own = [one for one in messages if one["conversation_id"] == thread["id"]]
        last = [one["wamid_token"] for one in own if one["id"] == thread["last_message_id"]]
        told.append(
            {
                "who": people[thread["contact_id"]]["identities"],
                "number": thread["phone_number_id"],
                "shows": (
                    thread["state"],
                    last,
                    thread["last_message_at"],
                    thread["last_inbound_at"],
                    thread["window_closed_at"],
                    thread["free_entry_until"],
                ),
                "messages": [_said(one, sealers) for one in own],
                "changes": sorted(
                    (one["kind"], one["target_token"], one["at"])
                    for one in changes
                    if one["conversation_id"] == thread["id"]
                ),
                "episodes": [
                    {
                        key: value
                        for key, value in one.items()
                        if key not in ("id", "tenant_id", "conversation_id")
                    }
                    for one in episodes
                    if one["conversation_id"] == thread["id"]
                ],
            }
        )
    return told


def _said(one: dict[str, Any], sealers: dict[str, Any]) -> tuple[Any, ...]:
    sealer = sealers[one["subject_id"]]
    return (
        sealer.open_text("message.wamid", one["id"], one["wamid_sealed"]),
        one["direction"],
        one["kind"],
        one["origin"],
        one["provider_at"],
        one["body_sealed"] and sealer.open_text("message.body", one["id"], one["body_sealed"]),
        one["status"],
        one["sent_at"],
        one["delivered_at"],
        one["read_at"],
        one["played_at"],
        one["failed_at"],
        one["error_code"],
        one["reply_to_token"],
    )


async def _plain(statement: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row.values()) for row in await stored.rows(statement)), key=repr)
