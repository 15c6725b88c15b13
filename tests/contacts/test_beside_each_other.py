"""Workers beside each other meet the same people: nobody is made twice, nothing is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

import contacts
from contacts import Known
from kernel import database, ids, tenancy
from kernel.ids import Id
from tests import stored
from tests.conftest import House
from tests.contacts.acquaintance import AMINA, AMINA_ID, NOON, acting, meet, meet_together, seen
from tests.flows.town import make_tenant


@pytest.fixture
async def tenant_id(house: House) -> Id:
    return await make_tenant()


@pytest.fixture(autouse=True)
def for_tenant(tenant_id: Id) -> Iterator[None]:
    with acting(tenant_id):
        yield


async def test_many_workers_meet_the_same_new_people() -> None:
    async def worker(number: int) -> list[Known]:
        # Each in an order of its own, so that they could block each other.
        shown = [
            seen(number, f"4477009002{(one * (number + 1)) % 7:02}", name=f"by {number}")
            for one in range(7)
        ]
        found = (await contacts.recognise(shown)).known
        return [known for _, known in sorted(zip(map(str, shown), found, strict=True))]

    async def phones() -> dict[str, int]:
        rows = await stored.rows(
            """SELECT token, count(*) AS n FROM identity WHERE tenant_id = $1::uuid
                GROUP BY token""",
            tenancy.current(),
        )
        return {row["token"].hex(): row["n"] for row in rows}

    await asyncio.gather(*(worker(number) for number in range(6)))
    assert list((await phones()).values()) == [1] * 7
    assert await stored.row("SELECT count(*) AS n FROM contact WHERE state = 'active'") == {"n": 7}


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_what_is_written_while_another_worker_merges_goes_along() -> None:
    one, other = await meet(seen(1, AMINA), seen(2, None, AMINA_ID))
    recognised, done = asyncio.Event(), asyncio.Event()

    @database.unit_of_work
    async def write_slowly() -> None:
        (known,) = (await contacts.recognise([seen(3, None, AMINA_ID)])).known
        recognised.set()
        try:
            async with asyncio.timeout(0.3):
                await done.wait()
        except TimeoutError:
            pass  # the other waits for this one
        await contacts.record_consent(
            [
                contacts.ConsentStep(
                    known.contact_id, known.subject_id, "withdrawn", "stop_word", "stop", NOON
                )
            ]
        )
        touch = contacts.Touch(
            ids.new_id(), known.contact_id, NOON, "message.received", ids.new_id()
        )
        await contacts.record_activity([touch])

    async def merge() -> None:
        await recognised.wait()
        await meet_together(seen(4, AMINA, AMINA_ID))
        done.set()

    await asyncio.gather(write_slowly(), merge())
    assert [row["state"] for row in (await contacts.consents_of([one]))[one]] == ["withdrawn"]
    assert await stored.rows("SELECT contact_id FROM activity") == [{"contact_id": one}]
    assert await stored.row(
        "SELECT state, merged_into FROM contact WHERE id = $1::uuid", other
    ) == {"state": "merged", "merged_into": one}


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_who_waited_for_a_merge_finds_the_survivor() -> None:
    one, _ = await meet(seen(1, AMINA), seen(2, None, AMINA_ID))
    merged, go_on = asyncio.Event(), asyncio.Event()

    @database.unit_of_work
    async def merge_slowly() -> None:
        await meet_together(seen(4, AMINA, AMINA_ID))
        merged.set()
        await go_on.wait()

    async def look() -> list[Id]:
        await merged.wait()
        asyncio.get_running_loop().call_later(0.2, go_on.set)
        return await meet(seen(3, None, AMINA_ID, name="Amina"))

    _, found = await asyncio.gather(merge_slowly(), look())
    assert found == [one]
