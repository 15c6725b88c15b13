"""What is known of contacts, read for the matcher in a few statements (F36)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id
from segments.columns import AMOUNTS, FIGURES, TRAITS
from segments.matching import Evidence, Message, Order

_NAMED = {**TRAITS, **FIGURES, **AMOUNTS}
_OF_THEM = "AND x.contact_id IN (SELECT b.id FROM ({batch}) AS b)"
_ROWS = {
    "tags": "SELECT x.contact_id, x.tag_id FROM contact_tag x WHERE x.tenant_id = $1::uuid",
    "consents": """SELECT x.contact_id, x.purpose, x.topic, x.state FROM consent_state x
                    WHERE x.tenant_id = $1::uuid""",
    "touches": "SELECT x.contact_id, x.kind, x.at FROM activity x WHERE x.tenant_id = $1::uuid",
    "messages": """SELECT x.contact_id, x.at, s.level, s.mood, s.intent, s.language, s.topics
                     FROM activity x JOIN message_score s
                       ON s.tenant_id = x.tenant_id AND s.message_id = x.reference
                    WHERE x.tenant_id = $1::uuid AND x.kind = 'message.received'""",
    "orders": """SELECT x.contact_id, x.id, x.placed_at, x.base_total, x.cancelled_at, l.product,
                        l.sku
                   FROM shop_order x LEFT JOIN order_line l
                     ON l.tenant_id = x.tenant_id AND l.order_id = x.id
                  WHERE x.tenant_id = $1::uuid AND x.is_test = 0 AND x.deleted_at IS NULL""",
}


async def evidence_of(contact_ids: Iterable[Id]) -> dict[Id, Evidence]:
    """All that rules can ask about, of those of these contacts whom the tenant has."""
    asked = Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(contact_ids)])
    people = await _rows_of_people(asked)
    known = {
        row["id"]: Evidence(
            {row["id"]},
            row["created_at"],
            {name: row[f"v{at}"] for at, name in enumerate(_NAMED)},
        )
        for row in people
    }
    for row in await database.rows(
        """SELECT b.id AS contact_id, x.id FROM ({batch}) AS b
             JOIN contact x ON x.tenant_id = $1::uuid AND x.merged_into = b.id""",
        tenancy.current(),
        batch=asked,
    ):
        known[row["contact_id"]].ids.add(row["id"])
    rows = {
        name: await database.rows(f"{text} {_OF_THEM}", tenancy.current(), batch=asked)
        for name, text in _ROWS.items()
    }
    for row in rows["tags"]:
        known[row["contact_id"]].tags.add(row["tag_id"])
    for row in rows["consents"]:
        known[row["contact_id"]].consents[row["purpose"], row["topic"]] = row["state"]
    for row in rows["touches"]:
        known[row["contact_id"]].touches.append((row["kind"], row["at"]))
    for row in rows["messages"]:
        known[row.pop("contact_id")].messages.append(
            Message(**{**row, "topics": row["topics"].split()})
        )
    for contact_id, order in _orders(rows["orders"]):
        known[contact_id].orders.append(order)
    return known


async def _rows_of_people(asked: Batch) -> Sequence[dict[str, Any]]:
    aliases = {"contact": "c", "contact_facts": "f", "contact_score": "s"}
    values = ", ".join(
        f"{aliases[column.table]}.{column.name} AS v{at}"
        for at, column in enumerate(_NAMED.values())
    )
    return await database.rows(
        f"""SELECT c.id, c.created_at, {values} FROM ({{batch}}) AS b
              JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.id
              LEFT JOIN contact_facts f ON f.tenant_id = $1::uuid AND f.contact_id = c.id
              LEFT JOIN contact_score s ON s.tenant_id = $1::uuid AND s.contact_id = c.id""",
        tenancy.current(),
        batch=asked,
    )


def _orders(lines: Iterable[dict[str, Any]]) -> Iterable[tuple[Id, Order]]:
    """Orders from their lines; an amount without a rate counts as nothing."""
    orders: dict[Id, tuple[Id, Order]] = {}
    sold: dict[Id, set[str]] = {}
    for row in lines:
        names = sold.setdefault(row["id"], set())
        names.update(name for name in (row["product"], row["sku"]) if name is not None)
        if row["id"] not in orders:
            order = Order(row["placed_at"], row["base_total"] or 0, row["cancelled_at"], names)
            orders[row["id"]] = row["contact_id"], order
    return orders.values()
