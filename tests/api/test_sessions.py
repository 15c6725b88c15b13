"""Sessions go on by refresh tokens that turn, and end when they are revoked (F2)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import tenants
from kernel import clock, ids, tenancy
from tests import stored
from tests.api.door import PASSWORD, Door, Store, open_store
from tests.api.line import open_line
from tests.api.people import RENEW, SIGN_IN, act
from tests.tenants.make import events_of

_END = """mutation($input: SessionEndInput!) { sessionEnd(input: $input) {
  sessions { id current } userErrors { field code } } }"""


async def sign_in(door: Door) -> dict[str, Any]:
    return await act(door, SIGN_IN, email="agent@costa.example", password=PASSWORD)


async def renew(door: Door, refresh_token: str) -> dict[str, Any]:
    return await act(door, RENEW, refreshToken=refresh_token)


async def code_of(door: Door, token: str) -> str | None:
    """The code with which an access token is refused; None when it is taken."""
    _, answer = await door.raw(b'{"query":"{ viewer { role } }"}', token=token)
    errors = answer.get("errors")
    return errors[0]["extensions"]["code"] if errors else None


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]


async def test_refresh_tokens_turn(door: Door, store: Store) -> None:
    first = await sign_in(door)
    clock.move(11 * clock.MINUTE)
    assert await code_of(door, first["token"]) == "TOKEN_EXPIRED"
    second = await renew(door, first["refreshToken"])
    assert codes(second) == []
    assert second["refreshToken"] != first["refreshToken"]
    assert await code_of(door, second["token"]) is None
    third = await renew(door, second["refreshToken"])
    assert len({one["refreshToken"] for one in (first, second, third)}) == 3
    seen = await door.data("{ viewer { role sessions { current } } }", third["token"])
    assert seen["viewer"] == {"role": "AGENT", "sessions": [{"current": True}]}


async def test_a_lost_answer_is_forgiven_for_ten_seconds(door: Door, store: Store) -> None:
    first = await sign_in(door)
    answers = await asyncio.gather(*(renew(door, first["refreshToken"]) for _ in range(5)))
    assert {one["refreshToken"] for one in answers} == {answers[0]["refreshToken"]}
    clock.move(9 * clock.SECOND)
    again = await renew(door, first["refreshToken"])
    assert again["refreshToken"] == answers[0]["refreshToken"]
    assert await code_of(door, again["token"]) is None


@pytest.mark.parametrize("is_successor_used", [False, True])
async def test_a_token_used_again_ends_the_session_for_both(
    door: Door, store: Store, is_successor_used: bool
) -> None:
    first = await sign_in(door)
    second = await renew(door, first["refreshToken"])
    other = await sign_in(door)
    if is_successor_used:  # nothing was lost, so nothing is forgiven
        await renew(door, second["refreshToken"])
    else:
        clock.move(11 * clock.SECOND)
    assert codes(await renew(door, first["refreshToken"])) == ["SESSION_ENDED"]
    assert codes(await renew(door, second["refreshToken"])) == ["SESSION_ENDED"]
    assert await code_of(door, second["token"]) == "SESSION_ENDED"
    assert await code_of(door, other["token"]) is None
    assert (await events_of(store.tenant_id)).count("session.ended") == 1


async def test_it_ends_on_a_websocket_too(door: Door, store: Store) -> None:
    first = await sign_in(door)
    second = await renew(door, first["refreshToken"])
    async with open_line(door) as line:
        await line.begin(second["token"])
        await line.subscribe("subscription { inbox { kind } }")
        clock.move(11 * clock.SECOND)
        assert codes(await renew(door, first["refreshToken"])) == ["SESSION_ENDED"]
        assert await line.closing(within=5) == (4403, "SESSION_ENDED")


async def test_revoked_by_another_process_ends_a_websocket_within_five_seconds(
    door: Door, store: Store
) -> None:
    signed_in = await sign_in(door)
    async with open_line(door) as line:
        await line.begin(signed_in["token"])
        await line.subscribe("subscription { inbox { kind } }")
        await asyncio.sleep(1)
        assert await code_of(door, signed_in["token"]) is None  # known afresh
        with tenancy.acting_for(store.tenant_id):
            await stored.run(
                "UPDATE session SET revoked_at = $2::bigint WHERE tenant_id = $1::uuid",
                store.tenant_id,
                clock.now(),
            )
        assert await line.closing(within=5) == (4403, "SESSION_ENDED")


async def test_forged_refresh_tokens(door: Door, store: Store) -> None:
    other = await open_store("Dunas Altas", "999", "888")
    mine = (await sign_in(door))["refreshToken"]
    theirs = (await act(door, SIGN_IN, email="agent@dunas.example", password=PASSWORD))[
        "refreshToken"
    ]
    assert other.tenant_id != store.tenant_id
    for forged in (
        "",
        "refresh_",
        mine[:-1],
        mine + "A",
        mine[:-1] + chr(ord(mine[-1]) + 1),
        mine.replace("refresh_", "reset_"),
        mine[:30] + theirs[30:],
        mine[:-6] + theirs[-6:],
        "refresh_" + "A" * 90,
        "refresh_" + "A" * 10_000,
        mine[:40] + "é" + mine[41:],
        mine + "\n",
    ):
        assert codes(await renew(door, forged)) == ["REFRESH_INVALID"], forged
    assert codes(await renew(door, mine)) == []


async def test_nobody_renews_for_ever(door: Door, store: Store) -> None:
    one = await sign_in(door)
    clock.move(14 * clock.DAY)
    assert codes(await renew(door, one["refreshToken"])) == ["SESSION_ENDED"]
    one = await sign_in(door)
    for _ in range(8):
        clock.move(10 * clock.DAY)
        one = await renew(door, one["refreshToken"])
        assert codes(one) == []
    clock.move(10 * clock.DAY)
    assert codes(await renew(door, one["refreshToken"])) == ["SESSION_ENDED"]


async def test_who_left_or_is_shut_out_renews_nothing(door: Door, store: Store) -> None:
    one = await sign_in(door)
    with tenancy.acting_for(store.tenant_id):
        await tenants.suspend()
        assert codes(await renew(door, one["refreshToken"])) == ["TENANT_SUSPENDED"]
        await tenants.resume()
        one = await renew(door, one["refreshToken"])
        assert codes(one) == []
        await tenants.leave(store.people["agent"])
    assert codes(await renew(door, one["refreshToken"])) == ["SESSION_ENDED"]


async def test_own_sessions_are_seen_and_ended(door: Door, store: Store) -> None:
    with tenancy.acting_for(store.tenant_id):
        await tenants.end_sessions(store.people["agent"])
    phone, desk, third = [await sign_in(door) for _ in range(3)]
    listing = "{ viewer { sessions { id current renewedAt } } }"
    sessions = (await door.data(listing, desk["token"]))["viewer"]["sessions"]
    assert [(one["current"], one["renewedAt"]) for one in sessions] == [
        (False, None),
        (True, None),
        (False, None),
    ]
    left = await act(door, _END, desk["token"], session=sessions[0]["id"])
    assert [one["id"] for one in left["sessions"]] == [one["id"] for one in sessions[1:]]
    assert await code_of(door, phone["token"]) == "SESSION_ENDED"
    owner = store.tokens["owner"]
    for session in (sessions[1]["id"], ids.show("session", ids.new_id())):
        refused = await act(door, _END, owner, session=session)
        assert refused["userErrors"] == [{"field": ["session"], "code": "NOT_FOUND"}]
    others = "mutation { sessionEndOthers { sessions { current } } }"
    assert (await door.data(others, desk["token"]))["sessionEndOthers"] == {
        "sessions": [{"current": True}]
    }
    assert await code_of(door, third["token"]) == "SESSION_ENDED"
    assert await code_of(door, desk["token"]) is None


async def test_a_colleague_is_signed_out(door: Door, store: Store) -> None:
    signed_in = await sign_in(door)
    end = """mutation($input: PersonSignOutInput!) { personSignOut(input: $input) {
        person { name } userErrors { code } } }"""
    agent = ids.show("person", store.people["agent"])
    assert (await act(door, end, store.tokens["owner"], person=agent))["userErrors"] == []
    assert await code_of(door, signed_in["token"]) == "SESSION_ENDED"
    absent = await act(door, end, store.tokens["owner"], person=ids.show("person", ids.new_id()))
    assert absent["userErrors"] == [{"code": "NOT_FOUND"}]
