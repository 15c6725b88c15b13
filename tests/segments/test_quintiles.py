"""Quintiles by both rules over a year of a real shop's customers, each as others scored them."""

from __future__ import annotations

import csv
import lzma
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import segments
import tenants
from kernel import clock, database, tenancy
from tests import stored
from tests.conftest import House
from tests.segments.test_facts import catch_up
from tests.tenants import make

pytestmark = pytest.mark.real_data

_SCORES = ["r", "f", "m", "rn", "fn", "mn"]


@pytest.fixture(scope="session")
def customers(samples: Path) -> list[dict[str, str]]:
    """4,338 customers, with what others found."""
    path = samples / "data" / "orders" / "online_retail_rfm_customers_2011-12-10.csv.xz"
    if not path.exists():
        pytest.skip(f"there is no {path.name}")
    return list(csv.DictReader(lzma.decompress(path.read_bytes()).decode().splitlines()))


async def test_everyone_is_scored_as_others_scored_them(
    house: House, customers: list[dict[str, str]]
) -> None:
    tenant_id = (await make.found()).tenant_id
    with tenancy.acting_for(tenant_id):
        await _enter(tenant_id, customers)
        await catch_up()
        assert await _scored(tenant_id) == [
            (one["customer"], *(int(one[name]) for name in _SCORES), one["segment"])
            for one in customers
        ]
        await tenants.update_settings({"rfm_rule": "ntile"})
        await catch_up()
        assert [row[-1] for row in await _scored(tenant_id)] == [
            one["segment_ntile"] for one in customers
        ]
        found = await segments.read_quintiles()
    assert {
        figure: [fifths / 5 for fifths in cuts.fifths] for figure, cuts in found.cuts.items()
    } == {
        # Days: 180, 72, 33 and 13.8 before 2011-12-10.
        "r": [15_318 - days for days in (180, 72, 33, 13.8)],
        "f": [1, 2, 3, 6],
        "m": [250_1940, 490_0960, 942_2760, 2058_4260],
    }


@database.unit_of_work
async def _enter(tenant_id: str, customers: list[dict[str, str]]) -> None:
    """Facts as they are computed, with ids in the order of the customers'."""
    common: dict[str, Any] = {"tenant_id": tenant_id, "created_at": 0, "updated_at": 0}
    contact = {"state": "active", "name_at": 0, "name_tie": 0, "marketing_gap_days": 0}
    ids = {one["customer"]: f"{one['customer']:0>32}" for one in customers}
    await database.insert(
        "contact",
        [{**common, **contact, "id": i, "subject_id": i, "source": "import"} for i in ids.values()],
    )
    windows = [f"orders_{days}d" for days in (30, 90, 180, 365)]
    none = dict.fromkeys((*windows, "spent_365d", "inbound_30d", "clicks_7d"), 0)
    await database.insert(
        "contact_facts",
        [
            {
                "tenant_id": tenant_id,
                "contact_id": ids[one["customer"]],
                "last_order_at": clock.micros(datetime.fromisoformat(f"{one['last_at']}+00:00")),
                "orders": int(one["F"]),
                "spent": round(float(one["monetary"]) * 10_000),
                "spent_net": 0,
                **none,
                "computed_at": 0,
            }
            for one in customers
        ],
    )
    state = {"buyers": 0, "cuts": "{}", "walk_done": 0, "walk_total": 0, "cuts_due_at": 0}
    await database.insert("facts_state", [{"tenant_id": tenant_id, **state}])


async def _scored(tenant_id: str) -> list[tuple[Any, ...]]:
    rows = await stored.rows(
        f"""SELECT contact_id, {", ".join(_SCORES)}, rfm_segment FROM contact_facts
             WHERE tenant_id = $1::uuid ORDER BY contact_id""",
        tenant_id,
    )
    return [(row["contact_id"].lstrip("0"), *list(row.values())[1:]) for row in rows]
