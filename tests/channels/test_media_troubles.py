"""What goes wrong outside while a file is fetched passes, or ends after seven days."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web

import channels
from channels import graph
from kernel import clock, tenancy
from tests import stored
from tests.channels.files import (
    JPEG,
    TOKEN,
    Answer,
    Inbox,
    Platform,
    Script,
    answering,
    make_inbox,
    row,
    serve,
)
from tests.channels.telling import outbox
from tests.conftest import House


async def test_a_redirect_is_not_followed(platform: Platform, inbox: Inbox) -> None:
    async def away(request: web.Request) -> Answer:
        return web.Response(status=302, headers={"Location": f"{platform.url}/files/other"})

    platform.files["m1"], platform.file = JPEG, away
    await inbox.want()
    await channels.fetch_media(10)
    assert await row("state", "trouble") == {"state": "wanted", "trouble": "HTTP_302"}
    assert platform.asked == ["/v26.0/m1", "/files/m1"]


async def test_a_dead_link_is_asked_for_afresh(platform: Platform, inbox: Inbox) -> None:
    async def dead_once(request: web.Request) -> Answer | None:
        return web.Response(status=404) if platform.asked.count("/files/m1") == 1 else None

    platform.files["m1"], platform.file = JPEG, dead_once
    await inbox.want()
    await channels.fetch_media(10)
    assert (await row("state"))["state"] == "stored"
    assert platform.asked == ["/v26.0/m1", "/files/m1"] * 2


async def breaking_off(request: web.Request) -> Answer:
    response = web.StreamResponse(headers={"Content-Length": "5000"})
    await response.prepare(request)
    await response.write(b"x" * 100)
    assert request.transport is not None
    request.transport.close()
    return response


async def silent(_request: web.Request) -> Answer:
    await asyncio.sleep(2)
    return web.Response()


@pytest.mark.parametrize(
    ("node", "file", "trouble"),
    [
        (answering(503), None, "HTTP_503"),
        (answering(400, '{"error":{"code":100}}'), None, "PLATFORM_100"),
        (answering(400, '{"error":{"code":"' + "9" * 99 + '"}}'), None, "HTTP_400"),
        (answering(200, "no JSON"), None, "NOT_JSON"),
        (answering(200, '{"id":"m1"}'), None, "NO_LINK"),
        (answering(500, "x" * 100_000), None, "HTTP_500"),
        (silent, None, "TIMEOUT"),
        (None, answering(404), "HTTP_404"),
        (None, answering(500), "HTTP_500"),
        (None, breaking_off, "BROKEN_OFF"),
        (None, answering(200, "another file"), "NOT_INTACT"),
    ],
)
async def test_troubles_pass(
    platform: Platform,
    inbox: Inbox,
    monkeypatch: pytest.MonkeyPatch,
    node: Script | None,
    file: Script | None,
    trouble: str,
) -> None:
    monkeypatch.setattr(graph, "_CALL", aiohttp.ClientTimeout(total=0.3))
    platform.files["m1"], platform.node, platform.file = JPEG, node, file
    await inbox.want()
    await channels.fetch_media(10)
    assert await row("state", "trouble", "lease_until") == {
        "state": "wanted",
        "trouble": trouble,
        "lease_until": 0,
    }
    assert await channels.fetch_media(10) == 0
    platform.node = platform.file = None
    clock.move(6 * clock.SECOND)
    assert await channels.fetch_media(10) == 1
    assert await row("state", "trouble") == {"state": "stored", "trouble": None}


async def test_nobody_answers(house: House, inbox: Inbox) -> None:
    runner, port = await serve()
    await runner.cleanup()
    url = f"http://127.0.0.1:{port}"
    await channels.start(replace(house.settings, graph_url=url, graph_hosts=("127.0.0.1",)))
    try:
        await inbox.want()
        await channels.fetch_media(10)
        assert (await row("trouble"))["trouble"] == "UNREACHABLE"
    finally:
        await channels.stop()


async def test_waits_grow_and_end_after_seven_days(platform: Platform, inbox: Inbox) -> None:
    platform.node = answering(503)
    message_id = await inbox.want()
    waits = []
    for _ in range(10):
        before = clock.now()
        assert await channels.fetch_media(10) == 1
        due_at = (await row("due_at"))["due_at"]
        waits.append(round((due_at - before) / clock.SECOND))
        clock.move(due_at - clock.now())
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    clock.move(7 * clock.DAY)
    await channels.fetch_media(10)
    found = await row("id", "state", "trouble")
    assert (found["state"], found["trouble"]) == ("gone", "HTTP_503")
    assert await outbox("media.refused") == [{"media": found["id"], "message": message_id}]
    clock.move(clock.DAY)
    assert await channels.fetch_media(10) == 0


async def test_a_dead_token_is_the_trouble_of_the_number(platform: Platform, inbox: Inbox) -> None:
    platform.node = answering(401, '{"error":{"code":190}}')
    await inbox.want("m1")
    await inbox.want("m2")
    await channels.fetch_media(10)
    clock.move(clock.MINUTE)
    await channels.fetch_media(10)
    (number,) = await stored.rows("SELECT trouble_code, trouble_at FROM number")
    assert number["trouble_code"] == 190
    assert await outbox("number.troubled") == [{"number": inbox.number, "code": "190"}]
    clock.move(clock.HOUR)
    await channels.fetch_media(10)
    assert len(await outbox("number.troubled")) == 2
    rows = await stored.rows("SELECT state, trouble FROM media")
    assert {tuple(one.values()) for one in rows} == {("wanted", "PLATFORM_190")}


async def test_without_a_token_it_waits_for_one(platform: Platform, house: House) -> None:
    inbox = await make_inbox(token=None)
    platform.files["m1"] = JPEG
    await inbox.want()
    await channels.fetch_media(10)
    assert await row("state", "trouble") == {"state": "wanted", "trouble": "NO_TOKEN"}
    assert platform.asked == []
    with tenancy.acting_for(inbox.tenant_id):
        await channels.connect_number(inbox.waba, "pn1", "15550783881", "V", TOKEN)
    clock.move(clock.MINUTE)
    await channels.fetch_media(10)
    assert (await row("state"))["state"] == "stored"
