"""Files that must not be kept, and hosts that must not see a token."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from aiohttp import web

import channels
from channels import graph, media
from kernel import clock
from kernel.ids import Id
from tests.channels.files import (
    JPEG,
    TOKEN,
    Answer,
    Inbox,
    Platform,
    files_of,
    row,
)
from tests.channels.telling import outbox
from tests.conftest import House


@pytest.mark.parametrize(
    ("data", "mime", "trouble"),
    [
        (b"MZ\x90\0\3\0\0\0" + b"\0" * 80, "image/jpeg", "EXECUTABLE"),
        (b"\x7fELF\2\1\1\0" + b"\0" * 80, "application/octet-stream", "EXECUTABLE"),
        (b"%PDF-1.7 " + b"x" * 80, "image/jpeg", "WRONG_KIND"),
        (JPEG, "application/pdf", "WRONG_KIND"),
        (b"", "image/jpeg", "WRONG_KIND"),
    ],
)
async def test_what_must_not_be_kept(
    house: House, platform: Platform, inbox: Inbox, data: bytes, mime: str, trouble: str
) -> None:
    platform.files["m1"] = data
    message_id = await inbox.want(mime=mime)
    await channels.fetch_media(10)
    await assert_refused(house, message_id, trouble)


async def test_what_is_too_large(
    house: House, platform: Platform, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.files["m1"] = JPEG
    monkeypatch.setattr(media, "LARGEST", len(JPEG) - 1)
    message_id = await inbox.want()
    await channels.fetch_media(10)
    await assert_refused(house, message_id, "TOO_LARGE")


async def test_what_is_too_large_and_does_not_say_so(
    house: House, platform: Platform, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(request: web.Request) -> Answer:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65_536)
        except (ConnectionError, asyncio.CancelledError):
            return response

    platform.files["m1"], platform.file = JPEG, endless
    monkeypatch.setattr(media, "LARGEST", 1_000_000)
    message_id = await inbox.want()
    await channels.fetch_media(10)
    await assert_refused(house, message_id, "TOO_LARGE")


async def assert_refused(house: House, message_id: Id, trouble: str) -> None:
    found = await row("id", "state", "trouble", "size")
    assert (found["state"], found["trouble"], found["size"]) == ("refused", trouble, None)
    assert await outbox("media.refused") == [{"media": found["id"], "message": message_id}]
    assert files_of(house) == []
    clock.move(clock.DAY)
    assert await channels.fetch_media(10) == 0


async def test_no_stranger_sees_the_token(house: House, platform: Platform, inbox: Inbox) -> None:
    platform.files["m1"] = JPEG
    # The same machine under a name that is not on the list.
    platform.link_root = platform.url.replace("127.0.0.1", "localhost")
    message_id = await inbox.want()
    await channels.fetch_media(10)
    assert platform.asked == ["/v26.0/m1"]
    await assert_refused(house, message_id, "FOREIGN_HOST")


@pytest.mark.parametrize(
    "link",
    [
        "https://127.0.0.1@elsewhere.example/x",
        "https://127.0.0.1.elsewhere.example/x",
        "https://elsewhere.example\\@127.0.0.1/x",
        "ftp://127.0.0.1/x",
        "//127.0.0.1/x",
        "127.0.0.1",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "",
    ],
)
async def test_links_that_only_look_like_ours(platform: Platform, link: str) -> None:
    outcome = await graph.download(link, TOKEN, 100)
    assert (outcome.status, outcome.trouble) == (0, "FOREIGN_HOST")


async def test_the_token_travels_in_clear_only_where_the_api_does(house: House) -> None:
    settings = replace(
        house.settings, graph_url="https://127.0.0.1:1", graph_hosts=("127.0.0.1", "localhost")
    )
    for url, link in (
        ("https://127.0.0.1:1", "http://127.0.0.1:1/x"),
        ("http://127.0.0.1:1", "http://localhost:1/x"),
    ):
        await channels.start(replace(settings, graph_url=url))
        try:
            assert (await graph.download(link, TOKEN, 100)).trouble == "FOREIGN_HOST"
        finally:
            await channels.stop()
