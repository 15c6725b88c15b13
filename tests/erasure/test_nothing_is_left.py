"""After an erasure nothing of the person is found: not in raw files, not with all keys (F46)."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

import asyncpg
import pytest

import imports
import privacy
from kernel import clock, tenancy
from kernel.ids import Id
from tests import following, stored
from tests.api.desk import Desk
from tests.api.door import arrives, open_store, text_message
from tests.conftest import House
from tests.erasure import whole_life
from tests.erasure.legible import legible
from tests.faults.needles import Needles, files_below
from tests.faults.overheard import held, written_by
from tests.kernel.filled import both
from tests.launching import finish
from tests.servers import Redis

_ERASE = """mutation($contact: ID!) { erasureRequest(input: {contact: $contact}) {
  erasure { id } userErrors { code } } }"""
_ERASURE = "query($id: ID!) { erasure(id: $id) { state trouble steps { name count } } }"
# Where something of the person can be read with the keys, before they are erased.
LEGIBLE = {
    "cart.url",
    "contact.name",
    "consent_entry.evidence",
    "delivery.body",
    "file",
    "fulfilment.tracking",
    "identity.value",
    "kept_answer.answer",
    "list",
    "message.body",
    "message.payload",
    "message.wamid",
    "platform_update.payload",
    "send.content",
    "store_delivery.body",
    "visit.query",
}


@pytest.fixture(autouse=True)
def started(house: House) -> None:
    """Folders of lists and archives."""
    imports.start(house.settings)
    privacy.start(house.settings)


@pytest.mark.slow
async def test_nothing_is_left_though_every_step_was_killed(
    desk: Desk,
    house: House,
    redis_server: Redis,
    request: pytest.FixtureRequest,
) -> None:
    began = time.time()
    elsewhere = await _the_same_person_elsewhere(desk)
    lea = await whole_life.live(desk)
    needles = Needles(lea.secrets)
    tenant_id = desk.store.tenant_id
    assert {place for place, _ in await _read(tenant_id, needles)} == LEGIBLE
    await following.follow()
    before, sums = await _checksums(house, elsewhere), await _totals(desk)
    clock.move(clock.MINUTE)
    owner = desk.store.tokens["owner"]
    wanted = {"contact": whole_life.contact(lea)}
    begun = (await desk.door.data(_ERASE, owner, **wanted))["erasureRequest"]["erasure"]["id"]

    async with _reading(house):
        died = await _die_at_each_step(house)
        if house.backend == "sqlite":
            told = await _told(desk, begun)
            assert (told["state"], told["trouble"]) == ("RUNNING", "READER_OPEN")
        else:
            # What somebody still sees there is of use to nobody.
            assert await _read(tenant_id, needles) == []
    died += await _die_at_each_step(house, later=2 * len(died) * clock.MINUTE)
    told = await _told(desk, begun)
    assert told["state"] == "FINISHED"
    begun_with = {"suppression", "identity", "contact_search", "held"}
    steps = {one["name"] for one in told["steps"]} - begun_with
    assert set(died) == steps | {"receipt"}
    await following.follow()

    assert await _read(tenant_id, needles) == []
    assert needles.in_files(files_below(house.settings.data)) == []
    assert needles.in_bytes(await held(redis_server)) == []
    if house.backend == "postgresql":
        written = await written_by(request.getfixturevalue("postgres"), began)
        assert needles.in_files(written) == []
    # What a file of somebody else's held is as it was; what was hers alone is no more.
    assert list(files_below(house.settings.data / "exports")) == []
    assert await _checksums(house, elsewhere) == before
    assert await _totals(desk) == sums


async def _the_same_person_elsewhere(desk: Desk) -> Id:
    """The same number writes to another store."""
    other = await open_store("Mar Azul", "106540352249999", "102290129349999")
    message = text_message(other, "Hola, Mar Azul", phone=whole_life.PHONE, wamid="w-elsewhere")
    message["entry"][0]["id"] = "102290129349999"
    await arrives(desk.door, message)
    return other.tenant_id


async def _read(tenant_id: Id, needles: Needles) -> list[tuple[str, str]]:
    """Where something of the person can be read, and what."""
    return [
        (place, found)
        async for place, opened in legible(tenant_id)
        for found in needles.in_bytes(opened)
    ]


async def _die_at_each_step(house: House, *, later: int = 0) -> list[str]:
    """Kill -9 whoever works it off at each step, when it is done and not committed; the steps."""
    since = (clock.now() + later - time.time_ns() // 1000) // clock.SECOND + 1
    mortals = await finish("tests.erasure.mortals", str(since), environ=house.environ)
    folder = house.settings.data / "logs"
    folder.mkdir(exist_ok=True)
    with (folder / "worker.log").open("a") as log:
        log.write(mortals.stderr)
    assert mortals.returncode == 0, mortals.stderr[-2000:]
    return mortals.stdout.split()


@asynccontextmanager
async def _reading(house: House) -> AsyncIterator[None]:
    """Somebody reads, in a transaction of their own."""
    if house.backend == "sqlite":
        path = house.settings.database_url.removeprefix("sqlite://")
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM message").fetchall()
            yield
        return
    connection = await asyncpg.connect(house.settings.owner_database_url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.fetch("SELECT count(*) FROM message")
            yield
    finally:
        await connection.close()


async def _told(desk: Desk, erasure: str) -> Any:
    return (await desk.door.data(_ERASURE, desk.store.tokens["owner"], id=erasure))["erasure"]


async def _checksums(house: House, tenant_id: Id) -> dict[str, str]:
    """Of all rows of a tenant, table by table."""
    sums = {}
    for one in both(house.settings):
        for table, rows in (await one.rows()).items():
            own = [row for row in rows if _hex(row.get("tenant_id")) == tenant_id]
            if own:
                sums[table] = hashlib.sha256(repr(own).encode()).hexdigest()
    return sums


def _hex(row_id: object) -> str:
    return str(row_id).replace("-", "")


async def _totals(desk: Desk) -> list[Any]:
    """What boards are counted from: messages, orders and their sums, what happened when."""
    with tenancy.acting_for(desk.store.tenant_id):
        return [
            await stored.rows(statement)
            for statement in (
                "SELECT direction, status, count(*) AS n FROM message GROUP BY direction, status"
                " ORDER BY direction, status",
                "SELECT count(*) AS n, sum(total) AS total, sum(refunded) AS back FROM shop_order",
                # That she asked for it stands there since.
                "SELECT kind, count(*) AS n FROM activity WHERE kind NOT LIKE 'privacy.%'"
                " GROUP BY kind ORDER BY kind",
                "SELECT count(*) AS n, sum(turns) AS turns FROM episode",
                "SELECT kind, count(*) AS n FROM consent_entry GROUP BY kind ORDER BY kind",
            )
        ]
