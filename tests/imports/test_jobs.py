"""Jobs: paused, gone on with, ended, watched, killed at any line (F7)."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

import imports
from imports import contact_rows, running
from tests import stored
from tests.faults.programs import Program, killed_at_the_end, until
from tests.imports.office import Office, codes, work

_WATCH = """subscription($id: ID!) { job(id: $id) { state progress { done total } } }"""


def a_list(count: int) -> str:
    """So many people; each hundredth has no number."""
    rows = [
        f"{600_000_000 + one if one % 100 else ''},Person {one},t{one % 7}" for one in range(count)
    ]
    return "phone,name,tags\n" + "\n".join(rows) + "\n"


async def test_a_job_rests_between_batches_and_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_rows, "AT_ONCE", 100)
    monkeypatch.setattr(running, "_TURN", 0.0)
    job_id = await office.start(a_list(350))
    assert (await office.job(job_id))["progress"] == {"done": 0, "total": None}
    for done in (100, 200):
        assert await imports.run_next() == 1
        assert (await office.job(job_id))["progress"] == {"done": done, "total": 350}
    assert (await office.do("Pause", job_id))["job"]["state"] == "PAUSED"
    assert await imports.run_next() == 0
    assert (await office.do("Pause", job_id))["userErrors"] == [
        {
            "field": ["job"],
            "code": "CONFLICT",
            "message": "Only an import that is queued or running can be paused.",
        }
    ]
    assert (await office.do("Resume", job_id))["job"]["state"] == "QUEUED"
    await work()
    job = await office.job(job_id)
    assert (job["state"], job["progress"]) == ("FINISHED", {"done": 350, "total": 350})
    assert codes(job) == [(row, None, "NOBODY") for row in (2, 102, 202, 302)]
    assert (job["report"]["created"], job["report"]["refused"]) == (346, 4)


async def test_a_cancelled_job_keeps_what_it_read_until_it_is_undone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_rows, "AT_ONCE", 100)
    monkeypatch.setattr(running, "_TURN", 0.0)
    before = await office.stored()
    job_id = await office.start(a_list(350))
    await imports.run_next()
    assert (await office.do("Cancel", job_id))["job"]["state"] == "CANCELLED"
    assert await imports.run_next() == 0
    assert (await office.do("Resume", job_id))["userErrors"][0]["code"] == "CONFLICT"
    assert (await office.job(job_id))["report"]["created"] == 99
    assert (await office.undo(job_id))["state"] == "UNDONE"
    assert await office.stored() == before


async def test_pausing_stops_the_batch_in_hand(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_rows, "AT_ONCE", 100)
    enter = contact_rows.enter

    async def and_pause(*given: Any) -> Any:
        await office.do("Pause", job_id)
        return await enter(*given)

    job_id = await office.start(a_list(150))
    if office.door.settings.database_url.startswith("sqlite"):
        pytest.skip("on SQLite whoever pauses waits until the batch is written")
    monkeypatch.setattr(contact_rows, "enter", and_pause)
    await imports.run_next()
    monkeypatch.undo()
    assert await office.contacts() == []
    assert (await office.job(job_id))["progress"]["done"] == 0
    await office.do("Resume", job_id)
    await work()
    assert (await office.job(job_id))["report"]["created"] == 148


async def test_one_sees_how_it_goes_on(office: Office) -> None:
    job_id = await office.start(a_list(1500))
    told: list[Any] = []
    async with office.door.http.ws_connect(
        f"{office.door.root}/graphql", protocols=["graphql-transport-ws"]
    ) as socket:
        payload = {"authorization": f"Bearer {office.token}"}
        await socket.send_json({"type": "connection_init", "payload": payload})
        await socket.receive_json()
        asked = {"query": _WATCH, "variables": {"id": job_id}}
        await socket.send_json({"id": "1", "type": "subscribe", "payload": asked})
        working = asyncio.create_task(work())
        while (message := await _next(socket))["type"] == "next":
            told.append(message["payload"]["data"]["job"])
        await working
    assert message["type"] == "complete"
    assert told[-1] == {"state": "FINISHED", "progress": {"done": 1500, "total": 1500}}


async def test_a_file_that_is_gone_or_broken(office: Office) -> None:
    for damage, trouble in (("unlink", "FILE_GONE"), ("write_bytes", "FILE_BROKEN")):
        job_id = await office.start(a_list(10))
        folder = office.door.settings.data / "imports"
        (path,) = [path for path in folder.rglob("*") if path.is_file()]
        path.write_bytes(path.read_bytes()[:-1]) if damage == "write_bytes" else path.unlink()
        await work()
        job = await office.job(job_id)
        assert (job["state"], job["trouble"]) == ("FAILED", trouble)
        path.unlink(missing_ok=True)
    assert await office.contacts() == []


@pytest.mark.slow
async def test_a_worker_is_killed_in_the_midst(office: Office) -> None:
    job_id = await office.start(a_list(6_000))
    settings = office.door.settings
    worker = Program("workers", office.environ, settings.data / "logs" / "worker.log")
    async with killed_at_the_end(worker):
        for done in (1000, 3000):
            await worker.start()

            async def is_at_it(least: int = done) -> bool:
                return bool((await office.job(job_id))["progress"]["done"] >= least)

            await until(is_at_it, "the import goes on", within=60)
            await worker.kill()
            assert (await office.job(job_id))["state"] == "RUNNING"
            await stored.run(
                "UPDATE import_job SET lease_until = 0 WHERE tenant_id = $1::uuid",
                office.store.tenant_id,
            )
        await worker.start()

        async def is_done() -> bool:
            return bool((await office.job(job_id))["state"] == "FINISHED")

        await until(is_done, "the import is done", within=90)
    job = await office.job(job_id)
    assert job["progress"] == {"done": 6_000, "total": 6_000}
    assert codes(job) == [(row, None, "NOBODY") for row in range(2, 6_002, 100)]
    assert (job["report"]["created"], job["report"]["updated"]) == (5_940, 0)
    (count,) = await stored.rows(
        "SELECT count(*) AS n FROM contact WHERE tenant_id = $1::uuid", office.store.tenant_id
    )
    assert count == {"n": 5_940}


async def _next(socket: aiohttp.ClientWebSocketResponse) -> Any:
    while True:
        message = await socket.receive_json()
        if message["type"] != "ping":
            return message
        await socket.send_json({"type": "pong"})
