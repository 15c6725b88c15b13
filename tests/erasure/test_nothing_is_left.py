"""After an erasure nothing of the person is found: not in raw files, not with all keys (F46)."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

import imports
import privacy
from kernel import clock, tenancy
from kernel.ids import Id
from privacy import erasing
from tests import following, stored
from tests.api.desk import Desk
from tests.api.door import arrives, open_store, text_message
from tests.conftest import House
from tests.erasure import whole_life
from tests.erasure.legible import legible
from tests.faults.needles import Needles, files_below
from tests.faults.overheard import held, written_by
from tests.kernel.filled import both
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


class _Died(BaseException):
    """What a kill looks like from within: nothing after this line happens."""


@pytest.fixture(autouse=True)
def started(house: House) -> None:
    """Folders of lists and archives."""
    imports.start(house.settings)
    privacy.start(house.settings)


async def test_nothing_is_left_wherever_it_was_killed(
    desk: Desk,
    house: House,
    redis_server: Redis,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    began = time.time()
    elsewhere = await _the_same_person_elsewhere(desk)
    lea = await whole_life.live(desk)
    needles = Needles(lea.secrets)
    tenant_id = desk.store.tenant_id
    assert {place for place, _ in await _read(tenant_id, needles)} == LEGIBLE
    before, sums = await _checksums(house, elsewhere), await _totals(desk)
    clock.move(clock.MINUTE)
    owner = desk.store.tokens["owner"]
    wanted = {"contact": whole_life.contact(lea)}
    begun = (await desk.door.data(_ERASE, owner, **wanted))["erasureRequest"]["erasure"]["id"]

    died = await _die_at_each_step(monkeypatch)
    reader = _reading(house)
    next(reader)
    while await privacy.erase_next():
        clock.move(2 * clock.MINUTE)
        if house.backend == "sqlite" and (told := await _told(desk, begun))["trouble"]:
            assert (told["state"], told["trouble"]) == ("RUNNING", "READER_OPEN")
            break
    next(reader, None)
    while await privacy.erase_next():
        pass
    told = await _told(desk, begun)
    assert told["state"] == "FINISHED"
    assert set(died) == {one["name"] for one in told["steps"]} - {
        "suppression",
        "identity",
        "contact_search",
        "held",
    }
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


async def _die_at_each_step(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Let whoever works it off die once at each step, when it is done and not set down yet."""
    died: Counter[str] = Counter()
    set_down = erasing.note_steps

    async def die_first(erasure_id: Id, went: dict[str, int]) -> None:
        (step,) = went
        if not died[step]:
            died[step] += 1
            raise _Died
        await set_down(erasure_id, went)

    monkeypatch.setattr(erasing, "note_steps", die_first)
    dying = True
    while dying:
        count = died.total()
        try:
            await privacy.erase_next()
        except _Died:
            await stored.run("UPDATE erasure SET lease_until = 0")
        dying = died.total() > count
    return died


def _reading(house: House) -> Iterator[None]:
    """Somebody reads, in a transaction of their own, until they are asked again."""
    if house.backend != "sqlite":
        yield
        return
    path = house.settings.database_url.removeprefix("sqlite://")
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM message").fetchall()
    yield
    reader.close()


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
                "SELECT kind, count(*) AS n FROM activity GROUP BY kind ORDER BY kind",
                "SELECT count(*) AS n, sum(turns) AS turns FROM episode",
                "SELECT kind, count(*) AS n FROM consent_entry GROUP BY kind ORDER BY kind",
            )
        ]
