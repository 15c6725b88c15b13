"""A year of a real shop's orders (UCI Online Retail), imported through the door (FACTS.md)."""

from __future__ import annotations

import lzma
import time
from pathlib import Path
from typing import Any

import pytest

from kernel import clock, tenancy
from tests import stored
from tests.imports.office import Office

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


@pytest.fixture(scope="session")
def retail(samples: Path) -> bytes:
    """The file, 541,909 lines."""
    path = samples / "data" / "orders" / "online_retail.csv.xz"
    if not path.exists():
        pytest.skip(f"there is no {path.name}")
    return lzma.decompress(path.read_bytes())


@pytest.fixture(scope="session")
def facts(samples: Path) -> dict[str, str]:
    """What others found in it, by name."""
    lines = (samples / "data" / "orders" / "FACTS.md").read_text().splitlines()
    cells = [line.split("|") for line in lines if line.startswith("| ")]
    return {cell[1].strip(): cell[2].strip() for cell in cells}


async def test_the_figures_are_exactly_those_of_the_facts(
    office: Office, retail: bytes, facts: dict[str, str], record_property: Any
) -> None:
    began = time.monotonic()
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


def _shown(at: int) -> str:
    return f"{clock.moment(at):%Y-%m-%d %H:%M:%S}"
