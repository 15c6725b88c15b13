"""Tokens, permissions, ids and call limits (contract 1.3, 1.4, 1.5)."""

from __future__ import annotations

import pytest

from channels.simulator import Simulator
from tests.simulator.ground import NUMBER, TOKEN, WABA, Business, message


@pytest.mark.parametrize("token", ["", "nobody's"])
async def test_no_good_token(business: Business, token: str) -> None:
    business.token = token
    for path in (f"{NUMBER}/messages", "1234/messages"):
        status, answer = await business.call("POST", path, message())
        assert (status, answer["error"]["code"]) == (401, 190)
        assert set(answer["error"]) == {"message", "type", "code", "fbtrace_id"}


@pytest.mark.parametrize("state", ["expired", "revoked"])
async def test_dead_token(sim: Simulator, business: Business, state: str) -> None:
    sim.settle({"tokens": [{"token": TOKEN, "state": state}]})
    status, answer = await business.call("POST", f"{NUMBER}/messages", message())
    assert (status, answer["error"]["code"]) == (401, 190)
    sim.settle({"tokens": [{"token": TOKEN, "state": "valid"}]})
    await business.send()


async def test_token_in_the_query(business: Business) -> None:
    business.token = ""
    status, _answer = await business.call("GET", WABA, access_token=TOKEN)
    assert status == 200


async def test_missing_permission(sim: Simulator, business: Business) -> None:
    sim.settle({"tokens": [{"token": "reader", "permissions": ["whatsapp_business_management"]}]})
    business.token = "reader"
    status, answer = await business.call("POST", f"{NUMBER}/messages", message())
    assert (status, answer["error"]["code"]) == (403, 10)
    assert (await business.call("GET", NUMBER))[0] == 200


async def test_account_of_somebody_else(sim: Simulator, business: Business) -> None:
    sim.settle({"wabas": [{"id": "880"}], "numbers": [{"id": "881", "waba_id": "880"}]})
    for method, path in (("GET", "880"), ("GET", "881"), ("POST", "881/messages")):
        status, answer = await business.call(method, path, message() if method == "POST" else None)
        assert (status, answer["error"]["code"]) == (403, 200)


async def test_unknown_and_deleted_ids(sim: Simulator, business: Business) -> None:
    status, answer = await business.call("POST", "4711/messages", message())
    error = answer["error"]
    assert (status, error["code"], error["error_subcode"]) == (400, 100, 33)
    assert error["type"] == "GraphMethodException"
    sim.change_number(NUMBER, is_deleted=True)
    status, answer = await business.call("POST", f"{NUMBER}/messages", message())
    assert (status, answer["error"]["code"]) == (400, 33)


async def test_unknown_edges_and_methods(business: Business) -> None:
    for method, path in (("POST", f"{NUMBER}/nothing"), ("PUT", f"{NUMBER}/messages"), ("GET", "")):
        status, answer = await business.call(method, path)
        assert (status, answer["error"]["code"]) == (400, 100)


async def test_without_a_version(sim: Simulator, business: Business) -> None:
    url = f"{sim.url}/{NUMBER}/messages"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with business.session.post(url, json=message(), headers=headers) as answer:
        assert answer.status == 200


async def test_calls_per_hour(sim: Simulator, business: Business) -> None:
    sim.set(limits={"calls_per_hour": 3})
    sim.freeze()
    assert [(await business.call("GET", WABA))[0] for _ in range(3)] == [200] * 3
    status, answer = await business.call("GET", f"{WABA}/phone_numbers")
    assert (status, answer["error"]["code"]) == (400, 80007)
    await business.send()
    sim.move(3600)
    assert (await business.call("GET", WABA))[0] == 200
