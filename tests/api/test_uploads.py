"""Files to send: in through the door, sealed, out to the platform with the message."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import aiohttp
import pytest

from api import uploads
from api.multipart import FilePart
from kernel import clock, ids
from kernel.errors import Invalid
from tests import stored
from tests.api.desk import Desk
from tests.channels.files import JPEG
from tests.conftest import House
from tests.flows.platform import error

_TOO_LARGE = b"\0" * 5_242_881
_MEDIA = """
query($id: ID!) {
  node(id: $id) { ... on MediaMessage { text mediaKind link media { id mimeType size state url } } }
}
"""


async def test_a_picture_goes_out_with_its_message(desk: Desk, house: House) -> None:
    upload = await _upload(desk)
    [sealed] = [path for path in (house.settings.data / "media").rglob("*") if path.is_file()]
    assert b"holiday" not in sealed.read_bytes()
    media = {"kind": "IMAGE", "upload": upload, "caption": "This one?"}
    message_id = await _send(desk, media)
    await desk.deliver()
    [file] = desk.platform.files
    assert (file["data"], file["type"], file["number"]) == (
        JPEG,
        "image/jpeg",
        desk.store.phone_number_id,
    )
    assert desk.platform.messages[0]["image"] == {"id": "media-1", "caption": "This one?"}
    shown = (await desk.door.data(_MEDIA, desk.store.token, id=message_id))["node"]
    assert shown == {
        "text": "This one?",
        "mediaKind": "IMAGE",
        "link": None,
        "media": {
            "id": upload,
            "mimeType": "image/jpeg",
            "size": len(JPEG),
            "state": "STORED",
            "url": f"/media/{upload}",
        },
    }
    headers = {"authorization": f"Bearer {desk.store.token}"}
    async with desk.door.http.get(f"{desk.door.root}/media/{upload}", headers=headers) as answer:
        assert await answer.read() == JPEG
    # The platform has it now: nothing is uploaded twice, until its days are over.
    await _send(desk, media)
    await desk.deliver()
    assert len(desk.platform.files) == 1
    await stored.run("UPDATE media SET platform_uploaded_at = $1", clock.now() - 30 * clock.DAY)
    await _send(desk, media)
    await desk.deliver()
    assert len(desk.platform.files) == 2
    assert desk.platform.messages[-1]["image"]["id"] == "media-2"


async def test_a_file_that_the_platform_does_not_take(desk: Desk) -> None:
    upload = await _upload(desk)
    desk.platform.does(error(131016, 503), error(131053))
    message_id = await _send(desk, {"kind": "IMAGE", "upload": upload})
    await desk.deliver()
    send = (await desk.message(message_id))["send"]
    assert (send["state"], send["reason"], send["attempts"]) == ("QUEUED", "PLATFORM_131016", 0)
    clock.move(6 * clock.SECOND)
    await desk.deliver()
    message = await desk.message(message_id)
    assert (message["status"], message["errorCode"]) == ("FAILED", 131053)
    assert desk.platform.messages == []
    assert (await desk.retry(message_id))["userErrors"] == []
    await desk.deliver()
    assert (await desk.message(message_id))["status"] == "ACCEPTED"


async def test_one_file_for_many_is_handed_over_once(desk: Desk) -> None:
    upload = await _upload(desk)
    for _ in range(5):
        await _send(desk, {"kind": "IMAGE", "upload": upload})
    for _ in range(4):
        await desk.deliver()
        clock.move(3 * clock.SECOND)
    assert len(desk.platform.files) == 1
    assert [body["image"]["id"] for body in desk.platform.messages] == ["media-1"] * 5


async def test_a_file_in_a_header(desk: Desk) -> None:
    upload = await _upload(desk)
    header = {"media": {"kind": "IMAGE", "upload": upload}}
    buttons = {"body": "This one?", "buttons": [{"id": "y", "title": "Yes"}], "header": header}
    assert (await desk.send({"buttons": buttons}))["userErrors"] == []
    await desk.deliver()
    [body] = desk.platform.messages
    assert body["interactive"]["header"] == {"type": "image", "image": {"id": "media-1"}}


async def test_as_what_it_is_sent_is_checked_again(desk: Desk) -> None:
    upload = await _upload(desk)
    for kind in ("VIDEO", "STICKER"):
        payload = await desk.send({"media": {"kind": kind, "upload": upload}})
        [told] = payload["userErrors"]
        assert (told["field"], told["code"]) == (["content", "media", "upload"], "WRONG_MEDIA_TYPE")
    assert (await desk.ledger())["send"] == 0


@pytest.mark.parametrize(
    ("kind", "data", "mime", "status", "code"),
    [
        ("image", JPEG, "image/webp", 415, "WRONG_MEDIA_TYPE"),
        ("image", JPEG, "", 415, "WRONG_MEDIA_TYPE"),
        ("image", _TOO_LARGE, "image/jpeg", 413, "FILE_TOO_LARGE"),
        ("image", b"", "image/jpeg", 400, "EMPTY"),
        ("image", b"%PDF-1.7 and so on", "image/jpeg", 415, "WRONG_KIND"),
        ("document", b"MZ\x90\0" + b"\0" * 60, "application/zip", 415, "EXECUTABLE"),
        ("picture", JPEG, "image/jpeg", 400, "MISSING"),
        ("", JPEG, "image/jpeg", 400, "MISSING"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_what_is_no_file_to_send(
    desk: Desk, house: House, kind: str, data: bytes, mime: str, status: int, code: str
) -> None:
    found, answer = await _post(desk, data, mime, kind)
    assert (found, answer["code"]) == (status, code)
    assert answer["message"]
    assert await stored.rows("SELECT id FROM media") == []
    assert not list((house.settings.data / "media").rglob("*"))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_who_may_not(desk: Desk) -> None:
    for token, status, code in (
        ("", 401, "SIGN_IN"),
        ("nonsense", 401, "TOKEN_INVALID"),
        (desk.store.tokens["analyst"], 403, "NOT_ALLOWED"),
    ):
        found, answer = await _post(desk, JPEG, "image/jpeg", token=token)
        assert (found, answer["code"]) == (status, code)
    async with desk.door.http.get(f"{desk.door.root}/media") as refused:
        assert (refused.status, refused.headers["Allow"]) == (405, "POST")
    assert await stored.rows("SELECT id FROM media") == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_what_is_no_form(desk: Desk) -> None:
    headers = {"authorization": f"Bearer {desk.store.token}"}
    url = f"{desk.door.root}/media?kind=image"
    for body, kind in (
        (JPEG, "image/jpeg"),
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data"),
        (b'--x\r\ncontent-disposition: form-data; name="file"\r\n\r\nabc', _FORM),
        (b'--x\r\ncontent-disposition: form-data; name="other"\r\n\r\nabc\r\n--x--', _FORM),
        (b"\0" * 20_000, _FORM),
    ):
        sent = {**headers, "content-type": kind}
        async with desk.door.http.post(url, data=body, headers=sent) as answer:
            assert answer.status in (400, 415), body
    assert await stored.rows("SELECT id FROM media") == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_client_that_goes_away_leaves_nothing(desk: Desk) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.door.settings.port)
    writer.write(
        b"POST /media?kind=image HTTP/1.1\r\nhost: a\r\ncontent-length: 5000\r\n"
        b"content-type: multipart/form-data; boundary=x\r\n"
        b"authorization: Bearer " + desk.store.token.encode() + b"\r\n\r\n"
        b'--x\r\ncontent-disposition: form-data; name="file"\r\n'
        b"content-type: image/jpeg\r\n\r\n" + JPEG[:100]
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.1)
    assert await stored.rows("SELECT id FROM media") == []
    assert await _upload(desk)
    assert reader.at_eof()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_files_have_so_much_room_and_no_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_ROOM", 1500)
    endpoint = uploads.Uploads()
    head = b'--x\r\ncontent-disposition: form-data; name="file"\r\ncontent-type: image/jpeg\r\n\r\n'
    for _ in range(3):
        # Refused, it gives its room back.
        assert await _call(endpoint, desk, head, b"x" * 1000, b"x" * 1000) == 503
        assert await _call(endpoint, desk, head + JPEG + b"\r\n--x--") == 201
    assert len(await stored.rows("SELECT id FROM media")) == 3


def test_a_form_in_pieces_of_any_size() -> None:
    body = (
        b"a preamble\r\n--x\r\n"
        b'content-disposition: form-data; name="note"\r\n\r\nhello\r\n--x\r\n'
        b'Content-Disposition: form-data; name="file"; filename="a.bin"\r\n'
        b"Content-Type: application/zip\r\n\r\nab\r\n--\r\n\r\n-xcd\r\n--x--\r\nthe end"
    )
    for size in range(1, 60):
        seen: list[int] = []
        part = FilePart(_FORM, lambda _mime, so_far, seen=seen: seen.append(so_far))
        for start in range(0, len(body), size):
            part.feed(body[start : start + size])
        assert (part.data, part.mime, part.is_complete) == (
            b"ab\r\n--\r\n\r\n-xcd",
            "application/zip",
            True,
        )
        assert seen == sorted(seen)
        assert seen[-1] == len(part.data)


def test_two_files_are_one_too_many() -> None:
    one = b'--x\r\ncontent-disposition: form-data; name="file"\r\n\r\nabc\r\n'
    part = FilePart(_FORM, lambda _mime, _size: None)
    with pytest.raises(Invalid):
        part.feed(one + one + b"--x--")


_FORM = 'multipart/form-data; boundary="x"'


async def _upload(desk: Desk) -> str:
    status, answer = await _post(desk, JPEG, "image/jpeg")
    assert (status, list(answer)) == (201, ["upload"])
    assert ids.read("media", answer["upload"])
    return str(answer["upload"])


async def _post(
    desk: Desk, data: bytes, mime: str, kind: str = "image", token: str | None = None
) -> tuple[int, Any]:
    form = aiohttp.FormData()
    form.add_field("note", "anything")
    form.add_field("file", io.BytesIO(data), filename="holiday.jpg", content_type=mime or None)
    given = desk.store.token if token is None else token
    headers = {"authorization": f"Bearer {given}"} if given else {}
    url = f"{desk.door.root}/media" + (f"?kind={kind}" if kind else "")
    async with desk.door.http.post(url, data=form, headers=headers) as answer:
        return answer.status, await answer.json()


async def _call(endpoint: uploads.Uploads, desk: Desk, *pieces: bytes) -> int:
    """The status of a request whose body comes in these pieces."""
    waiting, statuses = list(pieces), []

    async def receive() -> Any:
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        statuses.append(message.get("status"))

    headers = [
        (b"content-type", _FORM.encode()),
        (b"authorization", f"Bearer {desk.store.token}".encode()),
    ]
    scope = {"method": "POST", "query_string": b"kind=image", "headers": headers}
    await endpoint(scope, receive, send)
    return int(statuses[0])


async def _send(desk: Desk, media: dict[str, Any]) -> str:
    payload = await desk.send({"media": media})
    assert payload["userErrors"] == []
    return str(payload["message"]["id"])
