"""A year of a real shop's orders (UCI Online Retail), imported through the door (FACTS.md)."""

from __future__ import annotations

import csv
import lzma
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import segments
import tenants
from kernel import clock, tenancy
from tests import stored
from tests.imports.office import Office

REFERENCE = 15_318 * clock.DAY  # 2011-12-10
RECENCY = {
    "active": "active_le30",
    "cooling": "between_31_89",
    "sleeping": "sleeping_90_180",
    "lost": "lost_gt180",
}
TOLD = (
    *("first_at", "last_at", "R", "F", "r", "f", "m", "rn", "fn", "mn", "segment"),
    *("segment_ntile", "recency_class", "valuable_lost", "tier"),
)
OF_CUSTOMERS = (
    *("R_scores(ties)", "F_scores(ties)", "M_scores(ties)", "NTILE sizes"),
    *("RF-10 segments (ties)", "RFM 555 (ties)", "RFM 111 (ties)", "distinct RFM cells (ties)"),
    *("recency_class", "valuable_lost", "value_tier", "frequency: >=3 orders in 30d"),
    *("frequency: 1-2 orders in 90d", "frequency: exactly 1 order in 180d"),
    *("frequency: none in 365d", "revenue by segment (ties)", "net_monetary_min_max"),
    "customers_net_le_0",
)

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


@pytest.fixture(scope="session")
def retail(samples: Path) -> bytes:
    """The file, 541,909 lines."""
    path = samples / "data" / "orders" / "online_retail.csv.xz"
    if not path.exists():
        pytest.skip(f"there is no {path.name}")
    return lzma.decompress(path.read_bytes())


@pytest.fixture(scope="session")
def buyers(retail: bytes) -> str:
    """A file of all customers that it names, by their ids."""
    names, *rows = csv.reader(retail.decode().splitlines())
    column = names.index("CustomerID")
    return "\n".join(["CustomerID", *sorted({row[column] for row in rows} - {""})])


@pytest.fixture(scope="session")
def facts(samples: Path) -> dict[str, str]:
    """What others found in it, by name."""
    lines = (samples / "data" / "orders" / "FACTS.md").read_text().splitlines()
    cells = [line.split("|") for line in lines if line.startswith("| ")]
    return {cell[1].strip(): cell[2].strip() for cell in cells}


@pytest.fixture(scope="session")
def customers(samples: Path) -> list[tuple[str, ...]]:
    """What others found on each customer, in the order of their ids, which NTILE cuts ties by."""
    path = samples / "data" / "orders" / "online_retail_rfm_customers_2011-12-10.csv.xz"
    rows = csv.DictReader(lzma.decompress(path.read_bytes()).decode().splitlines())
    money = ("monetary", "net_monetary")
    return [
        (*(row[one] for one in TOLD), *(f"{float(row[one]):.3f}" for one in money)) for row in rows
    ]


async def test_the_figures_are_exactly_those_of_the_facts(
    office: Office,
    retail: bytes,
    buyers: str,
    facts: dict[str, str],
    customers: list[tuple[str, ...]],
    record_property: Any,
) -> None:
    with tenancy.acting_for(office.store.tenant_id):
        await tenants.update_settings({"currency": "GBP"})
    began = time.monotonic()
    # As shops do: their customers first, in the order of their ids. So contacts stand in it too.
    known = await office.run(buyers)
    assert str(known["report"]["created"]) == facts["customers_any"]
    job = await office.run(
        retail, kind="ORDERS", currency="GBP", timeZone="UTC", country="GB", cancellationPrefix="C"
    )
    record_property("seconds", round(time.monotonic() - began, 1))
    assert (job["state"], job["progress"]) == ("FINISHED", {"done": 541_909, "total": 541_909})
    report = job["report"]
    assert {
        "lines_all": str(report["rows"]),
        "lines_without_customer": str(report["withoutCustomer"]),
        "lines_cancel": str(report["cancellations"]),
        "lines_nonpositive_price": str(report["free"]),
        "exact_duplicate_lines": str(report["duplicates"]),
        "orders": str(report["orders"]),
        "cancel_invoices_known_customer": str(report["returns"]),
    }.items() <= facts.items()
    assert await product_figures(office) == {
        name: facts[name]
        for name in (
            "customers",
            "orders",
            "gross_value",
            "net_value_known_customers",
            "first_order",
            "last_order",
            "average_order_value",
            "repeat_customers(F>=2)",
            "lines_counted",
        )
    }
    clock.move(REFERENCE - clock.now())
    with tenancy.acting_for(office.store.tenant_id):
        await _recompute()
        found = await known_facts(office.store.tenant_id)
        await tenants.update_settings({"rfm_rule": "ntile"})
        await _recompute()
        by_ntile = await known_facts(office.store.tenant_id)
    assert facts_figures(found) == {name: facts[name] for name in OF_CUSTOMERS}
    segments_by_ntile = [row["rfm_segment"] for row in by_ntile]
    assert [
        _as_in_the_table(row, of_ntile)
        for row, of_ntile in zip(found, segments_by_ntile, strict=True)
        if row["orders"]
    ] == customers


async def _recompute() -> None:
    await segments.recompute()
    while await segments.look_after():
        pass


async def product_figures(office: Office) -> dict[str, str]:
    """The same figures, from what stands in the books."""
    with tenancy.acting_for(office.store.tenant_id):
        (bought,) = await stored.rows(
            """SELECT count(*) AS orders, count(DISTINCT contact_id) AS customers,
                      CAST(sum(total) AS bigint) AS gross, min(placed_at) AS first,
                      max(placed_at) AS last
                 FROM shop_order WHERE tenant_id = $1::uuid""",
            office.store.tenant_id,
        )
        (back,) = await stored.rows(
            "SELECT CAST(sum(amount) AS bigint) AS value FROM refund WHERE tenant_id = $1::uuid",
            office.store.tenant_id,
        )
        (repeat,) = await stored.rows(
            """SELECT count(*) AS n FROM (
                   SELECT contact_id FROM shop_order WHERE tenant_id = $1::uuid
                    GROUP BY contact_id HAVING count(*) >= 2) AS r""",
            office.store.tenant_id,
        )
        (lines,) = await stored.rows(
            "SELECT count(*) AS n FROM order_line WHERE tenant_id = $1::uuid AND price > 0",
            office.store.tenant_id,
        )
    return {
        "customers": str(bought["customers"]),
        "orders": str(bought["orders"]),
        "gross_value": f"{bought['gross'] / 10_000:.3f}",
        "net_value_known_customers": f"{(bought['gross'] - back['value']) / 10_000:.3f}",
        "first_order": _shown(bought["first"]),
        "last_order": _shown(bought["last"]),
        "average_order_value": f"{bought['gross'] / bought['orders'] / 10_000:.4f}",
        "repeat_customers(F>=2)": str(repeat["n"]),
        "lines_counted": str(lines["n"]),
    }


async def known_facts(tenant_id: str) -> list[dict[str, Any]]:
    """The facts of all customers, in the order in which they came."""
    return await stored.rows(
        "SELECT * FROM contact_facts WHERE tenant_id = $1::uuid ORDER BY contact_id", tenant_id
    )


def facts_figures(found: list[dict[str, Any]]) -> dict[str, str]:
    """The figures of the facts, from what was computed of each."""
    bought = [row for row in found if row["orders"]]

    def counted(name: str, names: dict[str, str] | None = None) -> str:
        counts = Counter(str(row[name]).lower() for row in bought)
        named = {(names or {}).get(one, one): n for one, n in counts.items()}
        return ", ".join(f"{one} {n}" for one, n in sorted(named.items()))

    spent = Counter[str]()
    for row in bought:
        spent[row["rfm_segment"]] += row["spent"]
    net = [row["spent_net"] for row in found]
    cells = [(row["r"], row["f"], row["m"]) for row in bought]
    largest = [row["largest_order"] for row in bought if row["recency_class"] == "lost"]
    return {
        "R_scores(ties)": counted("r"),
        "F_scores(ties)": counted("f"),
        "M_scores(ties)": counted("m"),
        "NTILE sizes": counted("mn"),
        "RF-10 segments (ties)": counted("rfm_segment"),
        "RFM 555 (ties)": str(cells.count((5, 5, 5))),
        "RFM 111 (ties)": str(cells.count((1, 1, 1))),
        "distinct RFM cells (ties)": str(len(set(cells))),
        "recency_class": counted("recency_class", RECENCY),
        "valuable_lost": str(sum(one > 100_0000 for one in largest)),
        "value_tier": counted("tier"),
        "frequency: >=3 orders in 30d": str(sum(row["orders_30d"] >= 3 for row in bought)),
        "frequency: 1-2 orders in 90d": str(sum(row["orders_90d"] in (1, 2) for row in bought)),
        "frequency: exactly 1 order in 180d": str(sum(row["orders_180d"] == 1 for row in bought)),
        "frequency: none in 365d": str(sum(row["orders_365d"] == 0 for row in bought)),
        "revenue by segment (ties)": ", ".join(
            f"{one} {spent[one] / 10_000:.3f}" for one in sorted(spent)
        ),
        "net_monetary_min_max": f"{min(net) / 10_000:.3f}, {max(net) / 10_000:.3f}",
        # One has lines without a price alone: no order, nothing given back, and so no facts.
        "customers_net_le_0": str(1 + sum(one <= 0 for one in net)),
    }


def _as_in_the_table(row: dict[str, Any], by_ntile: str) -> tuple[str, ...]:
    is_valuable = row["recency_class"] == "lost" and row["largest_order"] > 100_0000
    told = {
        **{name: str(value) for name, value in row.items()},
        "first_at": _shown(row["first_order_at"]),
        "last_at": _shown(row["last_order_at"]),
        "R": str(REFERENCE // clock.DAY - row["last_order_at"] // clock.DAY),
        "F": str(row["orders"]),
        "segment": row["rfm_segment"],
        "segment_ntile": by_ntile,
        "recency_class": RECENCY[row["recency_class"]],
        "valuable_lost": str(is_valuable),
        "tier": str(row["tier"]).lower(),
    }
    sums = (f"{row[one] / 10_000:.3f}" for one in ("spent", "spent_net"))
    return (*(told[one] for one in TOLD), *sums)


def _shown(at: int) -> str:
    return f"{clock.moment(at):%Y-%m-%d %H:%M:%S}"
