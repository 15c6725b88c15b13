"""Files with their limits and expiries (contract 2.3, 7.1)."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import aiohttp
import pytest

from channels.simulator import Simulator
from channels.simulator.sample_files import sample_file
from tests.simulator.ground import LEA, NUMBER, WABA, Business, Receiver, message

PNG = sample_file("image")[0]
DAY = 86_400


async def upload(
    business: Business, data: bytes = PNG, mime_type: str = "image/png", **fields: str
) -> tuple[int, Any]:
    form = aiohttp.FormData()
    form.add_field("messaging_product", fields.get("messaging_product", "whatsapp"))
    form.add_field("file", io.BytesIO(data), filename="a.png", content_type=mime_type)
    form.add_field("type", mime_type)
    return await business.call("POST", f"{NUMBER}/media", data=form)


async def fetch(business: Business, url: str, token: str | None = None) -> tuple[int, bytes]:
    token = business.token if token is None else token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with business.session.get(url, headers=headers) as answer:
        return answer.status, await answer.read()


async def test_upload_read_download_delete(sim: Simulator, business: Business) -> None:
    status, answer = await upload(business)
    assert (status, set(answer)) == (200, {"id"})
    media_id = answer["id"]
    status, found = await business.call("GET", media_id, phone_number_id=NUMBER)
    url = found.pop("url")
    assert (status, found) == (
        200,
        {
            "messaging_product": "whatsapp",
            "mime_type": "image/png",
            "sha256": hashlib.sha256(PNG).hexdigest(),
            "file_size": len(PNG),
            "id": media_id,
        },
    )
    assert await fetch(business, url) == (200, PNG)
    assert (await business.call("GET", media_id, phone_number_id="other"))[0] == 400
    assert await business.call("DELETE", media_id) == (200, {"success": True})
    assert (await business.call("GET", media_id))[1]["error"]["code"] == 100
    assert (await fetch(business, url))[0] == 404


async def test_url_lives_5_minutes(sim: Simulator, business: Business) -> None:
    media_id = (await upload(business))[1]["id"]
    url = (await business.call("GET", media_id))[1]["url"]
    sim.move(298)
    assert (await fetch(business, url))[0] == 200
    sim.move(3)
    assert (await fetch(business, url))[0] == 404
    fresh = (await business.call("GET", media_id))[1]["url"]
    assert (await fetch(business, fresh))[0] == 200
    assert (await fetch(business, fresh.replace("ext=1", "ext=2")))[0] == 404


@pytest.mark.parametrize(("token", "status"), [("", 401), ("wrong", 401), ("t", 404)])
async def test_download_needs_the_right_token(
    sim: Simulator, business: Business, token: str, status: int
) -> None:
    sim.settle({"wabas": [{"id": "2"}], "numbers": [{"id": "3", "waba_id": "2", "token": "t"}]})
    media_id = (await upload(business))[1]["id"]
    url = (await business.call("GET", media_id))[1]["url"]
    assert (await fetch(business, url, token))[0] == status


async def test_uploads_live_30_days_and_received_files_7(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    media_id = (await upload(business))[1]["id"]
    sim.act(LEA, "image")
    await sim.settled()
    received = receiver.items("messages")[0]["image"]["id"]
    sim.move(7 * DAY - 5)
    assert (await business.call("GET", received))[0] == 200
    sim.move(5)
    assert (await business.call("GET", received))[0] == 400
    sim.move(23 * DAY - 5)
    image: dict[str, Any] = {"type": "image", "image": {"id": media_id}}
    await business.send(**image)
    sim.move(5)
    assert (await business.refused(**image))[:2] == (400, 100)


@pytest.mark.parametrize(
    ("mime_type", "size", "status"),
    [
        ("image/png", 5_000_000, 200),
        ("image/png", 5_000_001, 400),
        ("image/gif", 10, 400),
        ("audio/ogg; codecs=opus", 16_000_000, 200),
        ("audio/ogg", 16_000_001, 400),
        ("image/webp", 500_000, 200),
        ("image/webp", 500_001, 400),
        ("application/pdf", 16_000_001, 200),
        ("application/x-sh", 10, 400),
        ("text/plain", 0, 400),
    ],
)
async def test_kinds_and_sizes(business: Business, mime_type: str, size: int, status: int) -> None:
    found, answer = await upload(business, b"\x00" * size, mime_type)
    assert found == status
    if status == 400:
        assert answer["error"]["code"] == 100


async def test_forms_that_are_none(business: Business) -> None:
    assert (await upload(business, messaging_product="other"))[1]["error"]["code"] == 100
    for data, kind in (
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
        (b"", "multipart/form-data"),
    ):
        status, answer = await business.call(
            "POST", f"{NUMBER}/media", data=data, headers={"Content-Type": kind}
        )
        assert (status, answer["error"]["code"]) == (400, 100)
    form = aiohttp.FormData({"messaging_product": "whatsapp"})
    form.add_field("other", b"x", filename="x")
    status, answer = await business.call("POST", f"{NUMBER}/media", data=form)
    assert (status, answer["error"]["code"]) == (400, 131008)


async def test_bytes_survive_the_form(sim: Simulator, business: Business) -> None:
    data = b"\r\n--\r\n\x00\xff--x--\r\n"
    media_id = (await upload(business, data))[1]["id"]
    assert sim.world.media.by_id[media_id].data == data


async def test_sent_by_id(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.act(LEA, "text", text="Bonjour")
    media_id = (await upload(business))[1]["id"]
    assert await business.outcome(type="image", image={"id": media_id}) == "delivered"
    assert await business.outcome(type="sticker", sticker={"id": media_id}) == 131053
    dead = {"link": "https://files.invalid/a.png"}
    assert await business.outcome(type="image", image=dead) == 131053
    header = {"type": "image", "image": {"id": media_id}}
    content = {
        "type": "button",
        "header": header,
        "body": {"text": "?"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "A"}}]},
    }
    assert await business.outcome(type="interactive", interactive=content) == "delivered"
    header["image"] = {"id": "4711"}
    assert (await business.refused(type="interactive", interactive=content))[1] == 100


async def test_files_belong_to_their_number(sim: Simulator, business: Business) -> None:
    sim.settle({"numbers": [{"id": "3", "waba_id": WABA, "display_phone_number": "34600111222"}]})
    media_id = (await upload(business))[1]["id"]
    body = message(type="image", image={"id": media_id})
    status, answer = await business.call("POST", "3/messages", body)
    assert (status, answer["error"]["code"]) == (400, 100)
