"""What cannot be sent is told with what would be right, and leaves nothing behind."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from api.graphql.payloads import UserErrorCode
from contacts import moments
from conversations import content_fields, content_limits, gate
from kernel import ids
from tests import stored
from tests.api.desk import NOTHING, SEND, Desk
from tests.api.door import open_store
from tests.house import sources

_CARD = {"name": {"formattedName": "Lea Prat", "firstName": "Lea"}}
_CODE = re.compile(r"(?=.{5})[A-Z]+(_[A-Z]+)*")


@pytest.mark.parametrize(
    ("content", "more", "field", "code"),
    [
        ({"text": {"body": "x" * 4097}}, {}, ["content", "text", "body"], "TOO_LONG"),
        ({"text": {"body": " \n"}}, {}, ["content", "text", "body"], "EMPTY"),
        ({"text": {"body": "a"}}, {"expiresAt": "2026-01-01T00:00:00Z"}, ["expiresAt"], "EXPIRED"),
        ({"text": {"body": "a\x07b"}}, {}, ["content", "text", "body"], "BAD_CHARACTERS"),
        ({"text": {"body": "a\u009fb"}}, {}, ["content", "text", "body"], "BAD_CHARACTERS"),
        ({"media": {"kind": "IMAGE"}}, {}, ["content", "media", "link"], "MISSING"),
        (
            {"media": {"kind": "IMAGE", "link": "http://a.example/b"}},
            {},
            ["content", "media", "link"],
            "BAD_URL",
        ),
        (
            {"media": {"kind": "IMAGE", "upload": "media_nothing"}},
            {},
            ["content", "media", "upload"],
            "BAD_ID",
        ),
        (
            {"media": {"kind": "IMAGE", "upload": ids.show("media", ids.new_id())}},
            {},
            ["content", "media", "upload"],
            "NOT_FOUND",
        ),
        (
            {"media": {"kind": "AUDIO", "link": "https://a.example", "caption": "hm"}},
            {},
            ["content", "media", "caption"],
            "NOT_FITTING",
        ),
        (
            {"location": {"latitude": 91, "longitude": 0}},
            {},
            ["content", "location", "latitude"],
            "BAD_RANGE",
        ),
        ({"contacts": []}, {}, ["content", "contacts"], "EMPTY"),
        (
            {"contacts": [_CARD, _CARD | {"phones": [{"phone": "call me"}]}]},
            {},
            ["content", "contacts", "1", "phones", "0", "phone"],
            "BAD_FORM",
        ),
        ({"reaction": {"emoji": "👍"}}, {}, ["inReplyTo"], "MISSING"),
        (
            {
                "buttons": {
                    "body": "?",
                    "buttons": [{"id": "1", "title": "A"}],
                    "header": {"media": {"kind": "AUDIO", "link": "https://a.example"}},
                }
            },
            {},
            ["content", "buttons", "header", "media", "kind"],
            "WRONG_MEDIA_TYPE",
        ),
        (
            {"buttons": {"body": "?", "buttons": [{"id": str(n), "title": "A"} for n in range(4)]}},
            {},
            ["content", "buttons", "buttons"],
            "TOO_MANY",
        ),
        (
            {
                "list": {
                    "body": "?",
                    "button": "B",
                    "sections": [{"rows": [{"id": "1", "title": "x" * 25}]}],
                }
            },
            {},
            ["content", "list", "sections", "0", "rows", "0", "title"],
            "TOO_LONG",
        ),
        (
            {"template": {"name": "no_such_one", "language": "es"}},
            {},
            ["content"],
            "UNKNOWN_TEMPLATE",
        ),
        (
            {"template": {"name": "Not A Name", "language": "es"}},
            {},
            ["content", "template", "name"],
            "BAD_FORM",
        ),
        (
            {
                "template": {
                    "name": "t",
                    "language": "es",
                    "header": {"text": {"text": "two\nlines"}},
                }
            },
            {},
            ["content", "template", "header", "text", "text"],
            "BAD_CHARACTERS",
        ),
        ({"text": {"body": "hi"}}, {"key": "k" * 256}, ["key"], "TOO_LONG"),
        ({"text": {"body": "hi"}}, {"key": ""}, ["key"], "EMPTY"),
        ({"text": {"body": "hi"}}, {"conversation": "x"}, ["conversation"], "BAD_ID"),
        (
            {"text": {"body": "hi"}},
            {"conversation": ids.show("conversation", ids.new_id())},
            ["conversation"],
            "NOT_FOUND",
        ),
        ({"text": {"body": "hi"}}, {"inReplyTo": "x"}, ["inReplyTo"], "BAD_ID"),
        (
            {"text": {"body": "hi"}},
            {"inReplyTo": ids.show("message", ids.new_id())},
            ["inReplyTo"],
            "NOT_FOUND",
        ),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_bad_input_is_told_and_leaves_nothing(
    desk: Desk, content: Any, more: dict[str, Any], field: list[str], code: str
) -> None:
    payload = await desk.send(content, **more)
    told = [(error["field"], error["code"]) for error in payload["userErrors"]]
    assert (payload["message"], told) == (None, [(field, code)])
    assert all(error["message"] for error in payload["userErrors"])
    assert await desk.ledger() == NOTHING


async def test_exactly_one_content(desk: Desk) -> None:
    for content in ({}, {"text": {"body": "a"}, "locationRequest": {"body": "b"}}, {"text": None}):
        given = {"conversation": desk.thread, "content": content}
        answer = await desk.door.ask(SEND, desk.store.token, input=given)
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert await desk.ledger() == NOTHING


async def test_all_reasons_of_the_gate_at_once(desk: Desk) -> None:
    await stored.run("UPDATE number SET state = 'disconnected'")
    await stored.run("UPDATE conversation SET window_closed_at = 1")
    await stored.run("UPDATE identity SET state = 'former'")
    payload = await desk.send({"text": {"body": "hi"}})
    assert [(one["field"], one["code"]) for one in payload["userErrors"]] == [
        (["conversation"], "NO_ADDRESS"),
        (["content"], "WINDOW_CLOSED"),
        (["conversation"], "NUMBER_DISCONNECTED"),
    ]
    assert await desk.ledger() == NOTHING


async def test_who_may_not_send_leaves_nothing(desk: Desk) -> None:
    given = {"conversation": desk.thread, "content": {"text": {"body": "hi"}}}
    for token, code in ((desk.store.tokens["analyst"], "NOT_ALLOWED"), ("", "SIGN_IN")):
        answer = await desk.door.ask(SEND, token, input=given)
        assert [one["extensions"]["code"] for one in answer["errors"]] == [code]
        assert answer.get("data") is None
    assert await desk.ledger() == NOTHING


async def test_another_houses_thread_and_message_are_not_found(desk: Desk) -> None:
    other = await open_store("Mar Azul", number="555000111", waba="666000111")
    given = {"conversation": desk.thread, "content": {"text": {"body": "hi"}}}
    answer = await desk.door.data(SEND, other.token, input=given)
    assert [one["code"] for one in answer["messageSend"]["userErrors"]] == ["NOT_FOUND"]
    message_id = await desk.say()
    mutation = (
        f'mutation {{ messageRetry(input: {{message: "{message_id}"}}) '
        "{ message { id } userErrors { code } } }"
    )
    answer = await desk.door.data(mutation, other.token)
    assert answer["messageRetry"] == {"message": None, "userErrors": [{"code": "NOT_FOUND"}]}


def test_every_code_of_gate_and_content_has_its_error() -> None:
    modules = (gate, moments, content_fields, content_limits)
    trees = [sources.tree(Path(str(module.__file__))) for module in modules]
    codes = {text for tree in trees for _, text in sources.texts(tree) if _CODE.fullmatch(text)}
    assert len(codes) > 20
    assert codes - {"APPROVED"} <= {code.value for code in UserErrorCode}
