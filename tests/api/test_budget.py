"""What operations cost, and the budgets of a minute that they are paid from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

from kernel import clock, ids, rates
from kernel.rates import Budget
from tests.api.door import Door, Store, open_door, open_store
from tests.conftest import House
from tests.servers import Redis

_ROLE = "{ viewer { role } }"  # 11 points: 10 to begin with, 1 for the viewer


@pytest.fixture
async def poor(house: House) -> AsyncIterator[Door]:
    """A door where a person may spend 33 points a minute and a tenant 55."""
    settings = replace(house.settings, viewer_budget=33, tenant_budget=55)
    async with open_door(settings) as opened:
        yield opened


@pytest.mark.parametrize(
    ("query", "variables", "cost", "dearest"),
    [
        (_ROLE, {}, 11, "viewer"),
        ("{ viewer { role } me: viewer { person { name } } }", {}, 13, "me"),
        ("{ conversations { totalCount } }", {}, 11, "conversations"),
        ("{ conversations { nodes { id } } }", {}, 50, "conversations"),
        ("{ ...a } fragment a on Query { contacts(first: 3) { edges { cursor } } }", {}, 16, None),
        ("query($n: Int) { contacts(first: $n) { nodes { id } } }", {"n": 100}, 210, "contacts"),
        ("query($n: Int = 7) { contacts(last: $n) { nodes { id } } }", {}, 24, "contacts"),
        ("query($x: [ID!]!) { nodes(ids: $x) { id } }", {"x": ["a", "b", "c"]}, 13, "nodes"),
        (
            "{ conversations(first: 50) { nodes { contact { name } messages(last: 2) { nodes "
            "{ id } } } } viewer { role } }",
            {},
            10 + 50 * (1 + 1 + 1 + 2 * 2) + 1,
            "conversations",
        ),
        ("mutation { signOut { signedOut } }", {}, 21, "signOut"),
    ],
)
async def test_costs_are_told(
    door: Door, store: Store, query: str, variables: Any, cost: int, dearest: str | None
) -> None:
    answer = await door.ask(query, store.token, **variables)
    assert "errors" not in answer
    told = {"cost": cost, "allowed": 50_000, "dearest": dearest or "contacts"}
    assert answer["extensions"] == {"cost": told}


async def test_too_dear_says_why(door: Door, store: Store) -> None:
    query = "query($x: [ID!]!) { nodes(ids: $x) { ... on Conversation { messages(last: 200) "
    query += "{ nodes { inReplyTo { id } } } } } }"
    status, answer = await door.raw(
        orjson.dumps({"query": query, "variables": {"x": ["a"] * 200}}),
        token=store.token,
        accept="application/graphql-response+json",
    )
    assert status == 400
    assert answer == {
        "errors": [
            {
                "message": "The operation costs 120210, 50000 are allowed; the dearest field is "
                "nodes.",
                "extensions": {"code": "TOO_DEAR", "field": ["nodes"]},
            }
        ],
        "extensions": {"cost": {"cost": 120210, "allowed": 50000, "dearest": "nodes"}},
    }


async def test_who_spends_it_all_waits(poor: Door) -> None:
    store = await open_store()
    for _ in range(3):
        await poor.data(_ROLE, store.token)
    headers = {"authorization": f"Bearer {store.token}", "content-type": "application/json"}
    body = orjson.dumps({"query": _ROLE})
    async with poor.http.post(f"{poor.root}/graphql", data=body, headers=headers) as answer:
        assert answer.status == 429
        assert 15 <= int(answer.headers["retry-after"]) <= 20  # 11 points of 33 a minute
        [error] = (await answer.json())["errors"]
    assert error["extensions"]["code"] == "BUDGET_SPENT"
    assert 15 < error["extensions"]["after"] <= 20
    # A colleague has a budget of their own, until the tenant's is spent as well: 55 - 33 - 2 * 11.
    for _ in range(2):
        await poor.data(_ROLE, store.tokens["owner"])
    refused = await poor.ask(_ROLE, store.tokens["analyst"])
    assert refused["errors"][0]["extensions"]["code"] == "BUDGET_SPENT"
    other = await open_store("Dunas Altas", "999", "888")
    await poor.data(_ROLE, other.token)


async def test_what_is_left_is_told(poor: Door) -> None:
    store = await open_store()
    query = "{ viewer { budget { perMinute left } } }"  # 12 points
    for left in (21, 9):
        told = (await poor.data(query, store.token))["viewer"]["budget"]
        assert (told["perMinute"], told["left"]) == (33, pytest.approx(left, abs=1))
    # Of the tenant's 55 are 31 left, which is less than a colleague's 33.
    told = (await poor.data(query, store.tokens["owner"]))["viewer"]["budget"]
    assert told["left"] == pytest.approx(19, abs=2)


async def test_budgets_hold_without_redis(poor: Door, redis_server: Redis) -> None:
    store = await open_store()
    redis_server.stop()
    try:
        for _ in range(3):
            await poor.data(_ROLE, store.token)
        refused = await poor.ask(_ROLE, store.token)
    finally:
        redis_server.start()
    assert refused["errors"][0]["extensions"]["code"] == "BUDGET_SPENT"


async def test_spending(house: House, redis_server: Redis) -> None:
    for is_there in (True, False):
        if not is_there:
            redis_server.stop()
        try:
            wide, narrow = (
                Budget(f"wide.{ids.new_id()}", 1_000, 1_000),
                Budget(f"narrow.{ids.new_id()}", 60_000_000, 10),
            )
            assert (await rates.spend([wide, narrow], 6)).left == (994, 4)
            refused = await rates.spend([wide, narrow], 6)
            # Nothing is spent of the one when the other has not so much.
            assert refused.wait == pytest.approx(2 * clock.MINUTE, abs=clock.SECOND)
            assert refused.left == (pytest.approx(1_000, abs=6), 4)
            assert (await rates.spend([wide, narrow], 4)).left[1] == 0
        finally:
            redis_server.start()
