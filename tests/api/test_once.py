"""Idempotency-Key: a system of the store asks again and again, and the change is made once."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

import tenants
from api.graphql import once
from kernel import clock, keys, tenancy
from tests import stored
from tests.api.desk import ONCE, Desk
from tests.api.door import Door, Store, open_store

_SEND = """
mutation($input: MessageSendInput!) {
  messageSend(input: $input) { message { id status } userErrors { field code } }
}
"""
_SCOPES = ["conversations:write", "conversations:read", "contacts:read", "contacts:personal"]


async def _key(store: Store) -> str:
    with tenancy.acting_for(store.tenant_id):
        may = tenants.ROLES[tenants.Role.OWNER]
        made = await tenants.make_key(store.people["owner"], "Web shop", _SCOPES, may=may)
    return made.text


async def _send(
    desk: Desk, token: str, name: str, text: str = "Hello", **more: Any
) -> tuple[int, Any]:
    given = {"conversation": desk.thread, "content": {"text": {"body": text}}, **more}
    body = orjson.dumps({"query": _SEND, "variables": {"input": given}})
    return await desk.door.raw(body, token=token, **{"idempotency-key": name})


def _code(answer: Any) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


async def test_the_same_again_has_the_same_answer(desk: Desk) -> None:
    key = await _key(desk.store)
    first = await _send(desk, key, "order-7")
    assert first[0] == 200
    assert first[1]["data"]["messageSend"]["userErrors"] == []
    await desk.deliver()  # the message is another by now, its answer is not
    assert await _send(desk, key, "order-7") == first
    assert await desk.ledger() == {**ONCE, "outbox": 2}
    # Another body, a bad name, another key of the same store.
    status, answer = await _send(desk, key, "order-7", "Bye")
    assert (status, _code(answer)) == (422, "IDEMPOTENCY_KEY_REUSED")
    for name in ("x" * 256, "\xe9", "a\tb"):
        status, answer = await _send(desk, key, name)
        assert (status, _code(answer)) == (400, "BAD_REQUEST")
    assert (await _send(desk, await _key(desk.store), "order-7"))[1] != first[1]
    assert (await desk.ledger())["message"] == 2


async def test_answers_are_kept_sealed_and_for_a_day(desk: Desk) -> None:
    key = await _key(desk.store)
    first = await _send(desk, key, "order-7", "Dear Lea")
    [row] = await stored.rows("SELECT * FROM kept_answer")
    kept = b"".join(value for value in row.values() if isinstance(value, bytes))
    assert b"Dear Lea" not in kept
    assert b"order-7" not in kept
    assert row["expires_at"] - row["created_at"] == clock.DAY
    with tenancy.acting_for(desk.store.tenant_id):
        opened = keys.house().open("kept_answer.answer", row["key_id"], row["answer_sealed"])
    assert orjson.loads(opened) == first[1]
    clock.move(clock.DAY - clock.MINUTE)
    assert await tenants.drop_old_answers() == 0
    assert await _send(desk, key, "order-7", "Dear Lea") == first
    clock.move(clock.MINUTE)
    again = await _send(desk, key, "order-7", "Dear Lea")
    assert again[1] != first[1]  # a day later the name is free; the window is closed by now
    clock.move(clock.DAY)
    assert await tenants.drop_old_answers() == 1


async def test_ten_at_once_are_one(desk: Desk) -> None:
    key = await _key(desk.store)
    answers = await asyncio.gather(*(_send(desk, key, "order-7") for _ in range(10)))
    told = [_code(answer) if "errors" in answer else status for status, answer in answers]
    assert sorted(set(map(str, told))) in (["200"], ["200", "REQUEST_RUNNING"])
    assert all(status in (200, 409) for status, _ in answers)
    assert await desk.ledger() == ONCE


async def test_one_that_died_is_not_run_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    key = await _key(desk.store)

    async def dies(*_: Any) -> None:
        raise OSError("the process is gone")

    # After the change was made, before its answer was kept.
    monkeypatch.setattr(once, "keep_answer", dies)
    status, answer = await _send(desk, key, "order-7")
    assert (status, _code(answer)) == (200, "INTERNAL")
    monkeypatch.undo()
    status, answer = await _send(desk, key, "order-7")
    assert (status, _code(answer)) == (409, "REQUEST_RUNNING")
    clock.move(3 * clock.MINUTE)
    status, answer = await _send(desk, key, "order-7")
    assert (status, _code(answer)) == (409, "OUTCOME_UNKNOWN")
    assert await desk.ledger() == ONCE


async def test_what_never_ran_leaves_the_name_free(desk: Desk) -> None:
    key = await _key(desk.store)
    status, answer = await _send(desk, key, "order-7", nonsense=True)
    assert (status, _code(answer)) == (200, "BAD_USER_INPUT")
    assert (await _send(desk, key, "order-7"))[1]["data"]["messageSend"]["message"]


async def test_only_for_changes_by_keys(desk: Desk) -> None:
    key = await _key(desk.store)
    status, answer = await _send(desk, desk.store.token, "order-7")
    assert (status, _code(answer)) == (400, "BAD_REQUEST")
    query = b'{"query":"{ viewer { role } }"}'
    for _ in range(2):
        assert (await desk.door.raw(query, token=key, **{"idempotency-key": "q"}))[0] == 200
    assert await stored.row("SELECT count(*) AS n FROM kept_answer") == {"n": 0}


async def test_tenants_do_not_share_names(door: Door, desk: Desk) -> None:
    await _send(desk, await _key(desk.store), "order-7")
    other = await open_store("Dunas Altas", "999", "888")
    status, answer = await _send(desk, await _key(other), "order-7")
    assert (status, answer["data"]["messageSend"]["userErrors"][0]["code"]) == (200, "NOT_FOUND")
