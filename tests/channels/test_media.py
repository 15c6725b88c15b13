"""Files of messages: fetched once, sealed, opened by who may; never lost on the way."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import Any

import pytest
from aiohttp import web

import channels
from channels import graph, media
from kernel import clock, database, ids, keys
from kernel.errors import NotFound, RapportError
from kernel.ids import Id
from tests import stored
from tests.channels.files import (
    JPEG,
    TOKEN,
    Inbox,
    Platform,
    files_of,
    make_inbox,
    row,
)
from tests.channels.telling import outbox
from tests.conftest import House


async def test_a_file_is_fetched_sealed_and_opened(
    house: House, platform: Platform, inbox: Inbox
) -> None:
    platform.files["m1"] = JPEG
    message_id = await inbox.want(sha256=base64.b64encode(hashlib.sha256(JPEG).digest()).decode())
    wanted = await row()
    assert (wanted["state"], wanted["mime"], wanted["message_id"]) == (
        "wanted",
        "image/jpeg",
        message_id,
    )
    assert await channels.fetch_media(10) == 1
    stored = await row()
    assert (stored["state"], stored["trouble"], stored["size"]) == ("stored", None, len(JPEG))
    assert await channels.fetch_media(10) == 0
    (path,) = files_of(house)
    expected = house.settings.data / "media" / inbox.tenant_id / stored["id"][-2:] / stored["id"]
    assert path == expected
    assert path.stat().st_mode & 0o777 == 0o600
    assert {folder.stat().st_mode & 0o777 for folder in path.parents[:3]} == {0o700}
    assert b"holiday" not in path.read_bytes()
    opened = await inbox.open(stored["id"])
    assert (opened.data, opened.mime, opened.message_id) == (JPEG, "image/jpeg", message_id)
    assert "holiday" not in repr(opened)
    ref = {"media": stored["id"], "message": message_id}
    assert (await outbox("media.wanted"), await outbox("media.stored")) == ([ref], [ref])
    assert platform.asked == ["/v26.0/m1", "/files/m1"]


@pytest.mark.parametrize(
    "told",
    [
        {"sha256": hashlib.sha256(JPEG).hexdigest()},
        {"sha256": hashlib.sha256(JPEG).hexdigest().upper()},
        {"sha256": base64.urlsafe_b64encode(hashlib.sha256(JPEG).digest()).decode().rstrip("=")},
        {"sha256": "what is this?"},
        {"mime": None},
        {"mime": "IMAGE/JPEG; name=a.jpg"},
    ],
)
async def test_what_is_told_in_other_forms(
    platform: Platform, inbox: Inbox, told: dict[str, Any]
) -> None:
    platform.files["m1"] = JPEG
    await inbox.want(**told)
    await channels.fetch_media(10)
    stored = await row("state", "mime")
    assert stored == {"state": "stored", "mime": told.get("mime") or "image/jpeg"}


async def test_who_may_not_open_it(house: House, platform: Platform, inbox: Inbox) -> None:
    platform.files["m1"] = JPEG
    await inbox.want()
    media_id = (await row("id"))["id"]
    await assert_not_found(inbox, media_id)
    await channels.fetch_media(10)
    await assert_not_found(await make_inbox("pn2"), media_id)
    await assert_not_found(inbox, ids.new_id())
    files_of(house)[0].rename(house.settings.data / "elsewhere")
    await assert_not_found(inbox, media_id)
    (house.settings.data / "elsewhere").rename(
        house.settings.data / "media" / inbox.tenant_id / media_id[-2:] / media_id
    )
    await inbox.open(media_id)
    await stored.run("DELETE FROM person_key", on="keys")
    keys.forget([inbox.subject])
    await assert_not_found(inbox, media_id)


async def assert_not_found(inbox: Inbox, media_id: Id) -> None:
    with pytest.raises(NotFound):
        await inbox.open(media_id)


async def test_tokens_of_tenants_are_not_mixed_up(platform: Platform, inbox: Inbox) -> None:
    async def own(request: web.Request) -> None:
        assert (request.query["phone_number_id"] == "pn1") == (
            request.headers["Authorization"] == f"Bearer {TOKEN}"
        )
        if request.query["phone_number_id"] != "pn1":
            raise web.HTTPForbidden

    other = await make_inbox("pn2", "another-token")
    platform.files["m1"], platform.node = JPEG, own
    await inbox.want()
    await other.want()
    assert await channels.fetch_media(10) == 2
    rows = await stored.rows("SELECT tenant_id, state, trouble FROM media")
    assert {one["tenant_id"]: (one["state"], one["trouble"]) for one in rows} == {
        inbox.tenant_id: ("stored", None),
        other.tenant_id: ("wanted", "HTTP_403"),
    }


async def test_workers_beside_each_other_fetch_each_once(platform: Platform, inbox: Inbox) -> None:
    async def slowly(_request: web.Request) -> None:
        await asyncio.sleep(0.05)

    platform.file = slowly
    for n in range(24):
        platform.files[f"m{n}"] = JPEG
        await inbox.want(f"m{n}")
    taken = await asyncio.gather(*(channels.fetch_media(20) for _ in range(3)))
    assert sum(taken) == 24
    assert sorted(platform.asked) == sorted(
        [f"/v26.0/m{n}" for n in range(24)] + [f"/files/m{n}" for n in range(24)]
    )
    states = await stored.rows("SELECT DISTINCT state FROM media")
    assert states == [{"state": "stored"}]


async def test_eight_at_once_and_large_ones_alone(
    platform: Platform, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def once_all_are_busy(_request: web.Request) -> None:
        async with asyncio.timeout(5):
            while platform.most_busy < most:  # noqa: ASYNC110 (nothing tells)
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)  # one more than that would come now

    platform.file = once_all_are_busy
    for most, large in ((8, 10**6), (1, 10)):
        monkeypatch.setattr(media, "_LARGE", large)
        platform.most_busy = 0
        for n in range(12):
            platform.files[f"m{n}"] = JPEG
            await inbox.want(f"m{n}")
        await channels.fetch_media(20)
        assert platform.most_busy == most


async def test_a_lost_lease_changes_nothing(platform: Platform, inbox: Inbox) -> None:
    async def oversleep(_request: web.Request) -> None:
        await stored.run("UPDATE media SET fence = fence + 1")

    platform.files["m1"], platform.file = JPEG, oversleep
    await inbox.want()
    await channels.fetch_media(10)
    assert await row("state", "size") == {"state": "wanted", "size": None}
    assert await outbox("media.stored") == []
    platform.file = None
    assert await channels.fetch_media(10) == 0
    clock.move(media.LEASE + clock.SECOND)
    assert await channels.fetch_media(10) == 1
    await inbox.open((await row("id"))["id"])


async def test_what_comes_too_late_in_its_lease_waits(
    platform: Platform, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "_LATEST_START", -1)
    await inbox.want()
    await channels.fetch_media(10)
    assert await row("state", "trouble") == {"state": "wanted", "trouble": "WAITED"}
    assert platform.asked == []


@pytest.mark.parametrize("erased", ["key", "row"])
async def test_erased_while_it_was_fetched(
    house: House, platform: Platform, inbox: Inbox, erased: str
) -> None:
    async def erase(_request: web.Request) -> None:
        if erased == "row":
            await stored.run("DELETE FROM media")
        await stored.run("DELETE FROM person_key", on="keys")
        keys.forget([inbox.subject] if erased == "key" else [])

    platform.files["m1"], platform.file = JPEG, erase
    await inbox.want()
    await channels.fetch_media(10)
    assert files_of(house) == []
    rows = await stored.rows("SELECT state, trouble FROM media")
    assert rows == ([{"state": "gone", "trouble": "ERASED"}] if erased == "key" else [])
    assert await outbox("media.stored") == []


async def test_a_full_disk_is_a_trouble_that_passes(
    house: House, platform: Platform, inbox: Inbox
) -> None:
    platform.files["m1"] = JPEG
    (house.settings.data / "media").write_text("in the way")
    await inbox.want()
    await channels.fetch_media(10)
    assert await row("state", "trouble") == {"state": "wanted", "trouble": "NOT_WRITTEN"}


async def test_not_inside_a_unit_of_work(platform: Platform) -> None:
    @database.unit_of_work
    async def call() -> None:
        await graph.get("m1", TOKEN)

    with pytest.raises(RapportError, match="network"):
        await call()
    assert platform.asked == []


async def test_wanted_only_if_the_message_is_stored(platform: Platform, inbox: Inbox) -> None:
    @database.unit_of_work
    async def fail() -> None:
        await inbox.want()
        raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert await stored.rows("SELECT id FROM media") == []
    assert await outbox("media.wanted") == []
