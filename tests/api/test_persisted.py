"""Documents by their hash: the trusted list, and what clients left with us."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from api.app import App
from kernel import shelf
from kernel.errors import BadSetting
from tests.api.door import PASSWORD, Door, Store, open_door, open_store
from tests.conftest import House
from tests.servers import Redis

_ROLE = "{ viewer { role } }"
_NAME = "query Name { viewer { person { name } } }"
_SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { expiresAt token } }"
_AGENT = {"data": {"viewer": {"role": "AGENT"}}}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _apollo(text: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": _hash(text)}}}


@asynccontextmanager
async def _door_that_trusts(house: House, mode: str, listed: Any) -> AsyncIterator[Door]:
    path = house.settings.data / "documents.json"
    path.write_bytes(orjson.dumps(listed))
    settings = replace(house.settings, trusted_documents=mode, trusted_documents_file=Path(path))
    async with open_door(settings) as opened:
        yield opened


async def _tell(door: Door, token: str, **body: Any) -> tuple[int, Any]:
    """Status, and the code of the error or the role."""
    status, answer = await door.raw(orjson.dumps(body), token=token)
    if "errors" in answer:
        return status, answer["errors"][0]["extensions"]["code"]
    return status, answer["data"]


async def test_trusted_ones_are_run_by_their_hash(house: House) -> None:
    async with _door_that_trusts(house, "allow", {_hash(_ROLE): _ROLE}) as door:
        store = await open_store()
        for named in ({"documentId": _hash(_ROLE)}, {"documentId": f"sha256:{_hash(_ROLE)}"}):
            assert await _tell(door, store.token, **named) == (200, _AGENT["data"])
        assert await _tell(door, store.token, **_apollo(_ROLE)) == (200, _AGENT["data"])
        assert await _tell(door, store.token, query=_ROLE) == (200, _AGENT["data"])
        assert (await _tell(door, store.token, query=_NAME))[0] == 200
        url, headers = f"{door.root}/graphql", {"authorization": f"Bearer {store.token}"}
        async with door.http.get(
            url, params={"documentId": _hash(_ROLE)}, headers=headers
        ) as answer:
            assert (await answer.json())["data"] == _AGENT["data"]


async def test_nothing_but_trusted_ones(house: House) -> None:
    manifest = {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [
            {"id": _hash(text), "name": "A", "type": "query", "body": text}
            for text in (_ROLE, _SIGN_IN)
        ],
    }
    async with _door_that_trusts(house, "only", manifest) as door:
        store = await open_store()
        assert await _tell(door, store.token, documentId=_hash(_ROLE)) == (200, _AGENT["data"])
        assert await _tell(door, store.token, query=_ROLE) == (200, _AGENT["data"])
        for body in ({"query": _NAME}, {"query": _NAME, **_apollo(_NAME)}, _apollo(_NAME)):
            assert await _tell(door, store.token, **body) == (200, "UNTRUSTED_DOCUMENT")
        given = {"email": "agent@costa.example", "password": PASSWORD}
        signed_in = await _tell(door, "", documentId=_hash(_SIGN_IN), variables={"input": given})
        assert signed_in[1]["signIn"]["token"]


async def test_clients_leave_their_documents(door: Door, store: Store) -> None:
    not_found = (200, "PERSISTED_QUERY_NOT_FOUND")
    assert await _tell(door, store.token, **_apollo(_ROLE)) == not_found
    assert await _tell(door, store.token, query=_ROLE, **_apollo(_ROLE)) == (200, _AGENT["data"])
    assert await _tell(door, store.token, **_apollo(_ROLE)) == (200, _AGENT["data"])
    assert await _tell(door, store.tokens["owner"], documentId=_hash(_ROLE)) == (
        200,
        {"viewer": {"role": "OWNER"}},
    )
    # Each tenant leaves its own, and a stranger none.
    other = await open_store("Dunas Altas", "999", "888")
    assert await _tell(door, other.token, **_apollo(_ROLE)) == not_found
    assert await _tell(door, "", **_apollo(_ROLE)) == not_found
    # What is not valid, or not asked to be kept, is not.
    for query in ("{ nothing }", _NAME):
        extra = _apollo(query) if query != _NAME else {"documentId": _hash(query)}
        await _tell(door, store.token, query=query, **extra)
        assert await _tell(door, store.token, **_apollo(query)) == not_found


async def test_a_hash_that_lies(door: Door, store: Store) -> None:
    status, code = await _tell(door, store.token, query=_NAME, **_apollo(_ROLE))
    assert (status, code) == (200, "PERSISTED_QUERY_HASH_MISMATCH")
    for body in (
        {"documentId": "x"},
        {"documentId": 5},
        {"documentId": "sha256:" + "A" * 64},
        {"extensions": {"persistedQuery": 5}},
        {"extensions": {"persistedQuery": {"version": 1}}},
        {"query": None, "documentId": None},
        {"query": 5, "documentId": _hash(_ROLE)},
    ):
        assert await _tell(door, store.token, **body) == (400, "BAD_REQUEST"), body


async def test_without_redis_the_text_is_asked_for(
    door: Door, store: Store, redis_server: Redis
) -> None:
    redis_server.stop()
    try:
        told = await _tell(door, store.token, query=_ROLE, **_apollo(_ROLE))
        assert told == (200, _AGENT["data"])
        assert (await _tell(door, store.token, **_apollo(_ROLE)))[1] == "PERSISTED_QUERY_NOT_FOUND"
    finally:
        redis_server.start()


async def test_a_shelf_has_room_for_so_many(
    door: Door, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "_MOST", 3)
    queries = [f"{{ viewer {{ role a{n}: role }} }}" for n in range(4)]
    for query in queries:
        await _tell(door, store.token, query=query, **_apollo(query))
    found = [(await _tell(door, store.token, **_apollo(query)))[1] for query in queries]
    assert found[:3] == ["PERSISTED_QUERY_NOT_FOUND"] * 3
    assert found[3] == {"viewer": {"role": "AGENT", "a3": "AGENT"}}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[", "is neither"),
        (b"[]", "is neither"),
        (b'{"operations": [{"id": 5}]}', "is neither"),
        (b'{"abc": "{ viewer { role } }"}', "abc… is not the SHA-256 of its document"),
        (None, "cannot be read"),
    ],
)
def test_a_list_that_is_none(house: House, content: bytes | None, words: str) -> None:
    path = house.settings.data / "documents.json"
    if content is not None:
        path.write_bytes(content)
    settings = replace(house.settings, trusted_documents="allow", trusted_documents_file=path)
    with pytest.raises(BadSetting, match=words):
        App(settings)
