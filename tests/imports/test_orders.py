"""Orders from a file: rows of one order together, money back, what counts and what not (F7)."""

from __future__ import annotations

import random
from typing import Any

import pytest

from imports import order_rows, running, scattered
from kernel import tenancy
from tests import stored
from tests.following import follow
from tests.imports.office import HISTORIES, Office, codes

HEADER = "Invoice,SKU,Product,Quantity,Date,Price,Customer ID,Country\n"
FILE = (
    HEADER
    + """536365,A1,White lantern,6,2010-12-01 08:26:00,2.55,17850,United Kingdom
536365,A2,Red mug,2,2010-12-01 08:28:00,3.39,17850,United Kingdom
536366,A1,White lantern,1,2010-12-02 09:00:00,2.55,17850,United Kingdom
C536367,A2,Red mug,-1,2010-12-03 10:00:00,3.39,17850,United Kingdom
536368,A1,White lantern,3,2010-12-03 10:30:00,2.55,,United Kingdom
536369,A3,Gift,1,2010-12-04 11:00:00,0,12346,Germany
536370,A3,Gift,1,2010-12-04 11:30:00,0,12347,Deutschland
536370,A1,White lantern,10,2010-12-04 11:30:00,0.001,12347,Deutschland
536370,A1,White lantern,10,2010-12-04 11:30:00,0.001,12347,Deutschland
"""
)


async def figures(office: Office) -> dict[str, Any]:
    """What stands in the books of the shop."""
    with tenancy.acting_for(office.store.tenant_id):
        orders = await stored.rows(
            """SELECT external_id, total, currency, placed_at, contact_id IS NULL AS is_nobodys
                 FROM shop_order WHERE tenant_id = $1::uuid ORDER BY external_id""",
            office.store.tenant_id,
        )
        refunds = await stored.rows(
            "SELECT external_id, amount FROM refund WHERE tenant_id = $1::uuid",
            office.store.tenant_id,
        )
        lines = await stored.rows(
            "SELECT sku, quantity, price FROM order_line WHERE tenant_id = $1::uuid "
            "ORDER BY order_id, position",
            office.store.tenant_id,
        )
    return {
        "orders": {row["external_id"]: row["total"] for row in orders},
        "refunds": {row["external_id"]: row["amount"] for row in refunds},
        "lines": len(lines),
        "nobody": sum(bool(row["is_nobodys"]) for row in orders),
        "first": min((row["placed_at"] for row in orders), default=None),
    }


async def run(office: Office, file: str, **more: Any) -> Any:
    given = {"kind": "ORDERS", "currency": "GBP", "timeZone": "UTC", "cancellationPrefix": "C"}
    return await office.run(file, **{**given, **more})


async def test_rows_become_orders(office: Office) -> None:
    job = await run(office, FILE)
    assert (job["kind"], job["state"]) == ("ORDERS_IMPORT", "FINISHED")
    assert job["progress"] == {"done": 9, "total": 9}
    assert codes(job) == [
        (6, 6, "NO_CUSTOMER"),
        (7, None, "NOTHING_BOUGHT"),
        (8, 5, "FREE"),
    ]
    assert await figures(office) == {
        "orders": {"536365": 220_800, "536366": 25_500, "536370": 200},
        "refunds": {"C536367": 33_900},
        "lines": 6,
        "nobody": 0,
        "first": 1_291_191_960_000_000,
    }
    counted = ("rows", "orders", "returns", "created", "refused")
    assert [job["report"][one] for one in counted] == [9, 3, 1, 2, 2]
    raw = ("withoutCustomer", "cancellations", "free", "duplicates")
    assert [job["report"][one] for one in raw] == [1, 1, 2, 1]
    assert [one["country"] for one in await office.contacts()] == ["DE", "GB"]


async def test_the_same_file_again_changes_nothing(office: Office) -> None:
    await run(office, FILE)
    before = await office.stored()
    again = await run(office, FILE)
    assert [code for *_, code in codes(again)].count("KNOWN_ORDER") == 7
    assert again["report"]["orders"] == 0
    assert await office.stored() == before
    tried = await run(office, FILE, dryRun=True)
    assert codes(tried) == codes(again)


async def test_an_order_with_a_wrong_row_is_left_out_whole(office: Office) -> None:
    file = (
        HEADER
        + """1,A1,Mug,1,2010-12-01,1.00,1,ES
1,A2,Mug,one,2010-12-01,1.00,1,ES
2,A1,Mug,1,2010-13-01,1.00,1,ES
3,A1,Mug,1,2010-12-01,-1.00,1,ES
4,A1,Mug,1,2010-12-01,1.00,1,ES
4,A1,Mug,-1,2010-12-01,1.00,1,ES
C5,A1,Mug,1,2010-12-01,1.00,1,ES
6,,Mug,1,2010-12-01,1.00,1,ES
7,A1,=1+1,1,2010-12-01,1.00,1,ES
8,A1,Mug,1.5,2010-12-01,1.00,1,ES
,A1,Mug,1,2010-12-01,1.00,1,ES
9,A1,Mug,1,2999-12-01,1.00,1,ES
10,A1,Mug,1,2010-12-01,1.00001,1,ES
11,A1,Mug,1,2010-12-01,1.00,1,Atlantis
11,A1,Mug,0,2010-12-01,1.00,2,
"""
    )
    job = await run(office, file)
    assert codes(job) == [
        (2, None, "NOT_WHOLE"),
        (3, 3, "BAD_NUMBER"),
        (4, 4, "BAD_DATE"),
        (5, 5, "NEGATIVE_PRICE"),
        (6, None, "NOT_WHOLE"),
        (7, 3, "NEGATIVE_QUANTITY"),
        (8, 3, "BOUGHT_IN_RETURN"),
        (9, 1, "NO_PRODUCT"),
        (10, 2, "FORMULA"),
        (11, 3, "BAD_QUANTITY"),
        (12, 0, "NO_ORDER"),
        (13, 4, "BAD_DATE"),
        (14, 5, "BAD_NUMBER"),
        (15, 7, "BAD_COUNTRY"),
        (16, 3, "ZERO_QUANTITY"),
        (16, 6, "NOT_ONE_ORDER"),
    ]
    assert (await figures(office))["orders"] == {"11": 10_000}


async def test_scattered_rows_meet(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = FILE.removeprefix(HEADER).splitlines()
    random.Random(7).shuffle(rows)
    monkeypatch.setattr(order_rows, "_ROWS", 2)
    monkeypatch.setattr(scattered, "_ROWS", 2)
    monkeypatch.setattr(running, "_TURN", 0.0)
    job = await run(office, HEADER + "\n".join(rows) + "\n")
    assert job["progress"] == {"done": 9, "total": 9}
    assert (await figures(office))["orders"] == {"536365": 220_800, "536366": 25_500, "536370": 200}
    assert job["report"]["duplicates"] == 1


async def test_a_decimal_comma_and_home_dates(office: Office) -> None:
    file = """Pedido;SKU;Cantidad;Fecha;Precio;Teléfono
1001;A1;2;31.03.2026 14:05;1.234,50 €;600 111 222
"""
    job = await run(office, file, currency="EUR", timeZone="Europe/Madrid")
    assert codes(job) == []
    assert await figures(office) == {
        "orders": {"1001": 24_690_000},
        "refunds": {},
        "lines": 1,
        "nobody": 0,
        "first": 1_774_958_700_000_000,
    }


async def test_undo_leaves_the_database_as_before(office: Office) -> None:
    await office.run("phone,name\n600111222,Marta\n")
    await run(
        office, HEADER.replace("Customer ID", "Phone") + "1,A1,Mug,1,2020-01-01,1,600111222,\n"
    )
    await follow()
    before = await office.stored()
    file = FILE + "9001,A1,Mug,1,2021-01-01 10:00,5,17850,\n"
    first = await run(office, file)
    by_phone = HEADER.replace("Customer ID", "Phone") + "2,A1,Mug,1,2019-01-01,1,600111222,\n"
    second = await run(office, by_phone)
    await follow()
    assert await office.stored() != before
    for job in (second, first):
        undone = await office.undo(job["id"])
        assert (undone["state"], undone["report"]["kept"]) == ("UNDONE", 0)
    await follow()
    assert await office.stored(HISTORIES) == before
