"""What is told of facts and quintiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypedDict, cast

import tenants
from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id
from segments.quintiles import read_cuts
from segments.rfm import Cuts, Figure, Rule
from segments.state import FactsState, read_state


class FactsRow(TypedDict):
    """The facts of a contact as stored; amounts in 1/10,000 of the tenant's currency."""

    contact_id: Id
    first_order_at: int | None
    last_order_at: int | None
    orders: int
    spent: int
    spent_net: int
    first_order: int | None
    largest_order: int | None
    orders_30d: int
    orders_90d: int
    orders_180d: int
    orders_365d: int
    spent_365d: int
    last_inbound_at: int | None
    last_outbound_at: int | None
    last_read_at: int | None
    inbound_30d: int
    clicks_7d: int
    r: int | None
    f: int | None
    m: int | None
    rn: int | None
    fn: int | None
    mn: int | None
    rfm_segment: str | None
    recency_class: str | None
    frequency_class: str | None
    tier: str | None
    value_class: str | None
    stage: str | None
    computed_at: int


@dataclass(frozen=True, slots=True)
class Cell:
    """How many customers have these scores for recency and frequency, and what they spent."""

    r: int
    f: int
    segment: str
    contacts: int
    spent: int


@dataclass(frozen=True, slots=True)
class Quintiles:
    """The customers of a tenant by recency and frequency, as `rule` scores them."""

    rule: Rule
    state: FactsState
    cuts: Mapping[Figure, Cuts]
    cells: tuple[Cell, ...]


async def facts_of(contact_ids: Iterable[Id]) -> dict[Id, FactsRow]:
    """The facts of these contacts, of those who have any."""
    rows = await database.rows(
        f"""SELECT {", ".join(f"f.{name}" for name in FactsRow.__annotations__)}
              FROM ({{batch}}) AS b
              JOIN contact_facts f ON f.tenant_id = $1::uuid AND f.contact_id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(contact_ids)]),
    )
    return {row["contact_id"]: cast(FactsRow, row) for row in rows}


async def read_quintiles() -> Quintiles:
    """Of the current tenant; whoever has not been scored yet is not counted."""
    rule = cast(Rule, (await tenants.read_settings()).rfm_rule)
    r, f = ("r", "f") if rule == "ties" else ("rn", "fn")
    rows = await database.rows(
        f"""SELECT {r} AS r, {f} AS f, min(rfm_segment) AS segment, count(*) AS contacts,
                   CAST(sum(spent) AS bigint) AS spent
              FROM contact_facts
             WHERE tenant_id = $1::uuid AND rfm_segment IS NOT NULL
             GROUP BY {r}, {f} ORDER BY {r}, {f}""",
        tenancy.current(),
    )
    return Quintiles(
        rule, await read_state(), await read_cuts(), tuple(Cell(**row) for row in rows)
    )
