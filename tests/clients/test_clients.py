"""What the clients of the field make of us: nothing to complain of."""

from __future__ import annotations

import asyncio
from pathlib import Path

from graphql import build_schema

import tenants
from kernel import tenancy
from scripts.schema import FILE
from tests.api.door import text_message
from tests.clients.node import Script, running
from tests.faults.place import Place
from tests.flows import town


async def test_graphql_over_http(place: Place) -> None:
    async with running("audits.mjs", **_door(place)) as audits:
        results = await audits.hear_all()
    assert [one for one in results if one["status"] != "ok"] == []
    assert len(results) == 61


async def test_who_is_refused_over_the_websocket(place: Place) -> None:
    async with running("refusals.mjs", **_door(place)) as refused:
        assert dict(await refused.hear_all()) == {
            "no token": 4403,
            "bad token": 4403,
            # The package gives up by itself where the server does not take its protocol.
            "wrong subprotocol": "Server sent no subprotocol",
            "duplicate id": 4409,
            "too many streams": "TOO_MANY",
        }


async def test_a_listener_misses_nothing(place: Place) -> None:
    async with running("listener.mjs", **_door(place)) as listener:
        await _sign_in(listener, place)
        await asyncio.sleep(0.5)  # nothing tells a client that it is being listened for
        await _arrives(place, "first")
        assert await _texts(listener, "first") == ["first"]

        await place.api.end(within=10)
        await _arrives(place, "while the API was away")
        await place.start_api()
        await _sign_in(listener, place)
        assert await _texts(listener, "while the API was away") == ["while the API was away"]

        with tenancy.acting_for(place.store.tenant_id):
            await tenants.end_sessions(place.store.people["agent"])
            place.store.tokens["agent"] = await tenants.issue(place.store.people["agent"])
        assert await _closed(listener) == 4403
        await _arrives(place, "while nobody was signed in")
        await _sign_in(listener, place)
        assert await _texts(listener, "while nobody was signed in") == [
            "while nobody was signed in"
        ]


async def test_apollo(place: Place) -> None:
    await _arrives(place, "你好 👋")
    async with running("apollo.mjs", **_door(place)) as apollo:
        inbox, refused, resolved, change, cached = await apollo.hear_all()
    [thread] = inbox["conversations"]["nodes"]
    assert (thread["contact"]["name"], thread["unread"]) == ("Lea Prat", 1)
    assert thread["lastMessage"]["text"] == "你好 👋"
    [error] = refused["conversationResolve"]["userErrors"]
    assert (error["field"], error["code"]) == (["conversation"], "BAD_ID")
    assert resolved["conversationResolve"]["userErrors"] == []
    assert change["inbox"]["kind"] == "conversation.state_changed"
    assert change["inbox"]["conversation"]["id"] == thread["id"]
    assert cached == "RESOLVED"


async def test_compilers_take_the_schema(tmp_path: Path) -> None:
    async with running("compilers.mjs", str(FILE), str(tmp_path)) as compilers:
        made, *told = await compilers.hear_all(within=120)
    assert {one["compiler"]: one["objections"] for one in told} == {
        "graphql-codegen": "",
        "tsc": "",
        "relay-compiler": "",
    }
    schema = build_schema(FILE.read_text())
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    assert made["operations"] == sum(len(root.fields) for root in roots if root)


async def _sign_in(listener: Script, place: Place) -> None:
    while await listener.hear() != {"asks": "token"}:
        pass
    await listener.tell(place.store.token)


async def _arrives(place: Place, text: str) -> None:
    await town.post([text_message(place.store, text)])
    await town.drain()


async def _texts(listener: Script, last: str) -> list[str]:
    """The texts of the messages that it tells of, up to this one."""
    texts: list[str] = []
    while last not in texts:
        told = await listener.hear()
        if told.get("kind") == "message.received":
            texts.append(told["text"])
    return texts


async def _closed(listener: Script) -> int:
    while "closed" not in (told := await listener.hear()):
        pass
    return int(told["closed"])


def _door(place: Place) -> dict[str, str]:
    url = f"{place.root}/graphql"
    return {
        "GRAPHQL_URL": url,
        "WEBSOCKET_URL": url.replace("http", "ws", 1),
        "TOKEN": place.store.token,
    }
