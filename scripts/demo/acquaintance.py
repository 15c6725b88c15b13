"""Which thread is whose: the demo's customers as a house knows them."""

from __future__ import annotations

from collections.abc import Collection

import contacts
import conversations
from contacts import Sighting
from conversations import ConversationFilter, ConversationRow
from kernel import clock
from scripts.demo.customers import Customer

_ALL = 100_000


async def threads_of(
    customers: Collection[Customer], wanted: ConversationFilter | None = None
) -> dict[str, ConversationRow]:
    """Customer's id → their thread with the current tenant, where there is one."""
    known = await contacts.find([Sighting(clock.now(), user_id=one.user_id) for one in customers])
    rows = await conversations.conversation_page(
        wanted or ConversationFilter(), "created_at", "ASC", None, _ALL
    )
    by_contact = {row["contact_id"]: row for row in rows}
    return {
        one.id: by_contact[each.contact_id]
        for one, each in zip(customers, known, strict=True)
        if each and each.contact_id in by_contact
    }
