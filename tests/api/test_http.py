"""GraphQL over HTTP: what is refused, how, and that it never ends in a bare 500."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.api.door import Door, Store

_VIEWER = "{ viewer { role } }"
_ROLE = {
    "data": {"viewer": {"role": "AGENT"}},
    "extensions": {"cost": {"cost": 11, "allowed": 50_000, "dearest": "viewer"}},
}
_NEWER = "application/graphql-response+json"

_NO_REQUESTS = [
    (b"", "BAD_REQUEST", "The body is not JSON in UTF-8."),
    (b"{", "BAD_REQUEST", "The body is not JSON in UTF-8."),
    (b'{"query":"\xff"}', "BAD_REQUEST", "The body is not JSON in UTF-8."),
    (b'{"query":"\\ud800"}', "BAD_REQUEST", "The body is not JSON in UTF-8."),
    (b"[" * 100_000, "BAD_REQUEST", "The body is not JSON in UTF-8."),
    (
        b"[]",
        "BAD_REQUEST",
        "The body must be a JSON object with query, variables and operationName.",
    ),
    (
        b"5",
        "BAD_REQUEST",
        "The body must be a JSON object with query, variables and operationName.",
    ),
    (b"{}", "BAD_REQUEST", "query must be the text of a GraphQL document."),
    (b'{"query":5}', "BAD_REQUEST", "query must be the text of a GraphQL document."),
    (
        b'{"query":"{a}","variables":[]}',
        "BAD_REQUEST",
        "variables must be an object or null.",
    ),
    (
        b'{"query":"{a}","operationName":5}',
        "BAD_REQUEST",
        "operationName must be a text or null.",
    ),
    (
        b'{"query":"{a}","extensions":"x"}',
        "BAD_REQUEST",
        "extensions must be an object or null.",
    ),
    (
        b'{"query":"{a}","variables":{"a":"\\u0000"}}',
        "BAD_REQUEST",
        "A variable holds a NUL character, which cannot be kept.",
    ),
    (
        b'{"query":"{a}","variables":{"a":' + b"[" * 60 + b"]" * 60 + b"}}",
        "BAD_REQUEST",
        "variables are nested more than 40 levels deep.",
    ),
]

_REFUSED = [
    ("{", "GRAPHQL_PARSE_FAILED"),
    ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
    ("query($n: Int) { conversations(first: $n) { nodes { id } } }", "BAD_USER_INPUT"),
    ("query A { viewer { role } } query B { viewer { role } }", "BAD_USER_INPUT"),
    ("{ conversations(first: " + "9" * 5000 + ") { nodes { id } } }", "BAD_USER_INPUT"),
    (
        "{ conversations(first: " + "9" * 50 + ") { nodes { id } } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
]


async def test_a_query(door: Door, store: Store) -> None:
    body = orjson.dumps({"query": _VIEWER})
    url = f"{door.root}/graphql"
    headers = {"authorization": f"Bearer {store.token}", "content-type": "application/json"}
    async with door.http.post(url, data=body, headers=headers) as answer:
        assert answer.status == 200
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
        assert len(answer.headers["x-request-id"]) == 32
        assert await answer.json() == _ROLE
    async with door.http.post(url, data=body, headers={**headers, "accept": _NEWER}) as answer:
        assert answer.headers["content-type"] == f"{_NEWER}; charset=utf-8"
        assert await answer.json(content_type=None) == _ROLE


async def test_bodies_that_are_no_request(door: Door, store: Store) -> None:
    for body, code, message in _NO_REQUESTS:
        for accept in ("application/json", _NEWER):
            status, answer = await door.raw(body, token=store.token, accept=accept)
            assert (status, answer["errors"][0]["message"]) == (400, message)
            assert answer["errors"][0]["extensions"]["code"] == code
            assert "data" not in answer


async def test_too_large_a_body(door: Door, store: Store) -> None:
    status, answer = await door.raw(b" " * 1_048_577, token=store.token)
    assert (status, answer["errors"][0]["extensions"]["code"]) == (413, "TOO_LARGE")


async def test_another_content_type(door: Door, store: Store) -> None:
    headers = {"content-type": "text/plain"}
    status, answer = await door.raw(b"{}", token=store.token, **headers)
    assert (status, answer["errors"][0]["extensions"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_refused_documents(door: Door, store: Store) -> None:
    for query, code in _REFUSED:
        body = orjson.dumps({"query": query, "variables": {"n": "many"}})
        for accept, expected in (("application/json", 200), (_NEWER, 400)):
            status, answer = await door.raw(body, token=store.token, accept=accept)
            assert (status, answer["errors"][0]["extensions"]["code"]) == (expected, code)
            assert "data" not in answer


async def test_mistakes_name_the_field(door: Door, store: Store) -> None:
    for query, words in (
        ("{ conversations { nodes { unraed } } }", "unraed"),
        ("{ conversations(frist: 3) { nodes { id } } }", "frist"),
        ("{ conversations(filter: {stat: OPEN}) { nodes { id } } }", "stat"),
        ("{ conversations(filter: {state: CLOSED}) { nodes { id } } }", "CLOSED"),
        ("{ contact(id: 5.5) { id } }", "5.5"),
        (
            '{ conversations(filter: {lastInboundAt: {after: "soon"}}) { nodes { id } } }',
            "DateTime must look like 2026-10-01T12:00:00Z, with its zone.",
        ),
        ('{ contact(phone: "12") { id } }', "PhoneNumber must look like +34600111222, in E.164."),
    ):
        answer = await door.ask(query, store.token)
        assert words in answer["errors"][0]["message"], answer
    for arguments, field in (
        ("first: 0", ["first"]),
        ("first: 201", ["first"]),
        ("last: -1", ["last"]),
        ("first: 2, last: 2", ["last"]),
        ('first: 2, before: "x"', ["before"]),
        ('last: 2, after: "x"', ["after"]),
        ('first: 2, after: "x"', ["after"]),
        ('filter: {assignee: "x"}', ["filter", "assignee"]),
        ('filter: {number: ["contact_0000000000000000000000"]}', ["filter", "number"]),
        ('filter: {tags: {anyOf: ["x"]}}', ["filter", "tags", "anyOf"]),
    ):
        answer = await door.ask(
            f"{{ conversations({arguments}) {{ nodes {{ id }} }} }}", store.token
        )
        assert answer["errors"][0]["extensions"]["field"] == field, answer
        assert answer["errors"][0]["path"] == ["conversations"]


async def test_get(door: Door, store: Store) -> None:
    url = f"{door.root}/graphql"
    headers = {"authorization": f"Bearer {store.token}"}
    asked = {"query": "query($x: ID!) { node(id: $x) { id } }", "variables": '{"x":"none"}'}
    async with door.http.get(url, params=asked, headers=headers) as answer:
        assert (answer.status, (await answer.json())["data"]) == (200, {"node": None})
    change = {"query": "mutation { signOut { signedOut } }"}
    async with door.http.get(url, params=change, headers=headers) as answer:
        assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")
        assert (await answer.json())["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"
    broken = {"query": "{ viewer { role } }", "variables": "{"}
    async with door.http.get(url, params=broken, headers=headers) as answer:
        assert answer.status == 400
    assert (await door.data(_VIEWER, store.token)) == _ROLE["data"]


async def test_a_fault_of_ours_is_masked(
    door: Door, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any) -> Any:
        raise OSError("row of +34600111222 is broken")

    monkeypatch.setattr("api.graphql.schema.roots.all_tags", fails)
    status, answer = await door.raw(orjson.dumps({"query": "{ tags { id } }"}), token=store.token)
    [error] = answer["errors"]
    assert (status, answer.get("data", 0)) == (200, None)
    assert error["message"] == "Something went wrong on our side."
    assert error["extensions"]["code"] == "INTERNAL"
    assert len(error["extensions"]["requestId"]) == 32
