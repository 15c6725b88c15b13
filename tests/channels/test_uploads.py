"""Files to send: sealed here, handed to the platform once for each number and month."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

import channels
from kernel import clock, ids, tenancy
from kernel.errors import Invalid, NotFound
from tests import stored
from tests.channels.files import JPEG, Inbox, files_of
from tests.conftest import House
from tests.flows.platform import TOKEN, Platform, bare, error, running_platform

_PDF = b"%PDF-1.7\n" + b"an invoice of somebody" * 20


@pytest.fixture
async def wire(house: House) -> AsyncIterator[Platform]:
    async with running_platform(house.settings) as platform:
        yield platform


async def test_a_file_is_sealed_under_a_key_of_its_own(
    inbox: Inbox, wire: Platform, house: House
) -> None:
    with tenancy.acting_for(inbox.tenant_id):
        upload_id = await channels.keep_upload(_PDF, "application/pdf")
        [kept] = files_of(house)
        assert b"invoice" not in kept.read_bytes()
        opened = await channels.open_media(upload_id)
        assert (opened.data, opened.mime, opened.message_id) == (_PDF, "application/pdf", None)
        assert await channels.uploads_by_ids([upload_id, ids.new_id()]) == {
            upload_id: channels.Upload(upload_id, "application/pdf", len(_PDF))
        }
        key = await stored.row(
            "SELECT count(*) AS n FROM person_key WHERE subject_id = $1::uuid",
            upload_id,
            on="keys",
        )
        assert key == {"n": 1}
    with tenancy.acting_for(ids.new_id()):
        assert await channels.uploads_by_ids([upload_id]) == {}
        with pytest.raises(NotFound):
            await channels.open_media(upload_id)


@pytest.mark.parametrize(
    ("data", "mime", "code"),
    [
        (b"MZ\x90\0" + b"\0" * 60, "image/png", "EXECUTABLE"),
        (b"#!/bin/sh\n", "application/pdf", "EXECUTABLE"),
        (_PDF, "image/jpeg", "WRONG_KIND"),
        (JPEG, "application/pdf", "WRONG_KIND"),
    ],
)
async def test_what_is_not_what_it_says(
    inbox: Inbox, wire: Platform, house: House, data: bytes, mime: str, code: str
) -> None:
    with tenancy.acting_for(inbox.tenant_id), pytest.raises(Invalid) as caught:
        await channels.keep_upload(data, mime)
    assert caught.value.code == code
    assert await stored.rows("SELECT id FROM media") == []
    assert not (house.settings.data / "media").exists() or files_of(house) == []


async def test_it_is_handed_over_once(inbox: Inbox, wire: Platform) -> None:
    with tenancy.acting_for(inbox.tenant_id):
        upload_id = await channels.keep_upload(JPEG, "image/jpeg")
        assert await channels.platform_ids([upload_id], inbox.number) == {}
        verdict = await channels.hand_over(upload_id, inbox.number, "pn1", TOKEN)
        assert verdict.fate == "accepted"
        assert wire.files == [
            {
                "number": "pn1",
                "type": "image/jpeg",
                "messaging_product": "whatsapp",
                "content_type": "image/jpeg",
                "name": f"{upload_id}.jpg",
                "data": JPEG,
            }
        ]
        assert await channels.platform_ids([upload_id], inbox.number) == {upload_id: "media-1"}
        # The id is the number's own, and good for 30 days.
        assert await channels.platform_ids([upload_id], ids.new_id()) == {}
        clock.move(29 * clock.DAY)
        assert await channels.platform_ids([upload_id], inbox.number) == {}


async def test_what_goes_wrong_on_the_way(inbox: Inbox, wire: Platform) -> None:
    with tenancy.acting_for(inbox.tenant_id):
        upload_id = await channels.keep_upload(JPEG, "image/jpeg")

        async def outcome() -> tuple[str, str]:
            verdict = await channels.hand_over(upload_id, inbox.number, "pn1", TOKEN)
            return verdict.fate, verdict.reason

        wire.does(error(131016, 503), bare(500), bare(200, "{}"), error(100))
        assert await outcome() == ("again", "PLATFORM_131016")
        # Twice does no harm, so what is not known is tried again.
        assert await outcome() == ("again", "HTTP_500")
        assert await outcome() == ("again", "NO_ID")
        assert await outcome() == ("refused", "PLATFORM_100")
        wire.does(*[bare(500)] * 20)
        fates = [(await outcome())[0] for _ in range(12)]
        assert fates[-1] == "refused"
        await channels.forget_platform_id(upload_id)
        wire.scripts.clear()
        assert await outcome() == ("accepted", "ACCEPTED")
        verdict = await channels.hand_over(ids.new_id(), inbox.number, "pn1", TOKEN)
        assert (verdict.fate, verdict.reason) == ("refused", "UPLOAD_GONE")


async def test_two_at_once(inbox: Inbox, wire: Platform) -> None:
    with tenancy.acting_for(inbox.tenant_id):
        upload_id = await channels.keep_upload(JPEG, "image/jpeg")
        verdicts = await asyncio.gather(
            *(channels.hand_over(upload_id, inbox.number, "pn1", TOKEN) for _ in range(2))
        )
        assert [one.fate for one in verdicts] == ["accepted", "accepted"]
        assert set((await channels.platform_ids([upload_id], inbox.number)).values()) <= {
            "media-1",
            "media-2",
        }
