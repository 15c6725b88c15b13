"""`scripts/bench imports`: 541,909 lines of orders imported by one worker, and its memory.

The file is made here, always the same: as many lines, invoices, customers, cancellations and lines
without a customer as a year of a gift shop has. The floor, measured in the same run, inserts the
very rows that the import left, table by table, in batches, and nothing else.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from typing import Any

import imports
from benchmarks import figures, ground, stage
from benchmarks.figures import Figure, tell
from benchmarks.ground import Ground
from kernel import clock, database, tenancy
from kernel.ids import Id

_LINES, _INVOICES, _CUSTOMERS, _PRODUCTS = 541_909, 25_900, 4_372, 4_070
_RETURNS, _NAMELESS = 0.15, 0.25
_BATCH = 16_000
_HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
# Parents first.
_TABLES = (
    "contact",
    "subject",
    "identity",
    "contact_search",
    "shop_order",
    "order_line",
    "refund",
    "activity",
    "outbox",
    "import_effect",
    "import_problem",
)


async def measure(backend: str) -> list[Figure]:
    """Seconds, memory and ratio on this database."""
    with ground.laid(backend) as laid:
        async with ground.inside(laid):
            imports.start(laid.settings)
            business = await stage.settle_in()
            with tenancy.acting_for(business.tenant_id):
                job_id = await _upload(business.owner_id)
                seconds, megabytes = await _import(laid, job_id)
                floor = await _floor(business.tenant_id)
    return [
        Figure("lines imported", f"{_LINES:,}"),
        Figure("import, seconds", f"{seconds:.1f}", "< 180"),
        Figure("memory of the worker, MB", f"{megabytes:.0f}", "< 300"),
        Figure("its rows inserted bare, seconds", f"{floor:.1f}"),
        Figure("import, ratio", f"{floor / seconds:.2f}", "≥ 0.25"),
    ]


async def _upload(person_id: Id) -> Id:
    incoming = await imports.Incoming.begin()
    for part in _file():
        await incoming.add(part.encode())
    file_id = await incoming.keep(person_id)
    wanted = imports.Wanted(
        kind="orders",
        file_id=file_id,
        currency="GBP",
        time_zone="UTC",
        country="GB",
        cancellation_prefix="C",
    )
    return await imports.create(wanted, person_id)


async def _import(laid: Ground, job_id: Id) -> tuple[float, float]:
    """Seconds from the first row to the last, and the most memory that the worker held."""
    most, told = 0.0, 0.0
    with ground.program(laid, "workers") as worker:
        while True:
            await asyncio.sleep(0.2)
            job = (await imports.jobs_by_ids([job_id]))[job_id]
            most = max(most, worker.resident())
            if job["state"] not in ("queued", "running"):
                break
            if time.monotonic() > told + 5:
                told = time.monotonic()
                tell(f"{job['done']:,} rows, {most:.0f} MB")
    if job["state"] != "finished" or job["started_at"] is None or job["finished_at"] is None:
        raise RuntimeError(f"the import ended as {job['state']}: {job['trouble']}")
    return (job["finished_at"] - job["started_at"]) / clock.SECOND, most


async def _floor(tenant_id: Id) -> float:
    """Seconds to insert the rows that the import left, after they were taken out."""
    rows = {
        table: await database.rows(f"SELECT * FROM {table} WHERE tenant_id = $1::uuid", tenant_id)
        for table in _TABLES
    }
    await database.run("DELETE FROM customer WHERE tenant_id = $1::uuid", tenant_id)
    for table in reversed(_TABLES):
        await database.run(f"DELETE FROM {table} WHERE tenant_id = $1::uuid", tenant_id)
    tell(f"{sum(map(len, rows.values())):,} rows")
    began = time.perf_counter()
    for table, records in rows.items():
        for start in range(0, len(records), _BATCH):
            await _insert(table, records[start : start + _BATCH])
    return time.perf_counter() - began


@database.unit_of_work
async def _insert(table: str, records: list[dict[str, Any]]) -> None:
    await database.insert(table, records)


def _file() -> Iterator[str]:
    """The file in parts of some hundred lines."""
    dice = random.Random(2011)
    prices = [round(dice.lognormvariate(0.8, 0.9), 2) for _ in range(_PRODUCTS)]
    yield _HEADER
    left = _LINES
    for invoice in range(_INVOICES):
        lines = left if invoice == _INVOICES - 1 else 1 + min(int(dice.expovariate(1 / 20)), 400)
        lines = max(1, min(lines, left - (_INVOICES - 1 - invoice)))
        left -= lines
        yield _invoice(dice, prices, invoice, lines)


def _invoice(dice: random.Random, prices: list[float], invoice: int, lines: int) -> str:
    is_return = dice.random() < _RETURNS
    number = f"{'C' if is_return else ''}{536_365 + invoice}"
    customer = (
        ""
        if not is_return and dice.random() < _NAMELESS
        else str(12_346 + int(_CUSTOMERS * dice.random() ** 2))
    )
    at = f"{clock.moment(1_291_191_960_000_000 + invoice * 1_250 * clock.SECOND):%Y-%m-%d %H:%M}:00"
    products = [dice.randrange(_PRODUCTS) for _ in range(1 if is_return else lines)]
    products += products[:1] * (lines - len(products))
    sign = -1 if is_return else 1
    return "".join(
        f"{number},{20_000 + one},CERAMIC HEART LANTERN {one},{sign * dice.randint(1, 24)},{at},"
        f"{prices[one]},{customer},United Kingdom\n"
        for one in products
    )


if __name__ == "__main__":
    figures.show(measure)
