"""Pages in browsers: which may ask (CORS), and what none can make a browser send (CSRF)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

import tenants
from kernel import clock, tenancy
from tests.api.door import PASSWORD, Door, Store, open_door, open_store
from tests.api.line import open_line
from tests.conftest import House

DESK, OTHER = "https://desk.example.com", "https://evil.example.com"
_ROLE = b'{"query":"{ viewer { role } }"}'
_UPDATE = """
mutation($input: TenantUpdateInput!) {
  tenantUpdate(input: $input) { tenant { allowedOrigins } userErrors { field code } }
}
"""


@pytest.fixture
async def public(house: House) -> AsyncIterator[Door]:
    """A door as in production, where pages of this machine are strangers too."""
    settings = replace(
        house.settings, env="production", allowed_origins=("https://app.example.com",)
    )
    async with open_door(settings) as opened:
        yield opened


async def _allow(store: Store, *origins: str) -> None:
    with tenancy.acting_for(store.tenant_id):
        await tenants.update_settings({"allowed_origins": origins})


async def _asked(
    door: Door, origin: str, token: str = "", method: str = "POST", **headers: str
) -> aiohttp.ClientResponse:
    sent = {"origin": origin, **headers}
    if method == "POST":
        sent["content-type"] = "application/json"
    if token:
        sent["authorization"] = f"Bearer {token}"
    async with door.http.request(
        method, f"{door.root}/graphql", data=_ROLE if method == "POST" else None, headers=sent
    ) as answer:
        await answer.read()
        return answer


async def test_a_tenant_says_which_origins(door: Door, store: Store) -> None:
    given = {"allowedOrigins": [f" {DESK}/ ", "HTTPS://Shop.example.com:8443", DESK]}
    told = await door.data(_UPDATE, store.tokens["owner"], input=given)
    assert told["tenantUpdate"] == {
        "tenant": {"allowedOrigins": [DESK, "https://shop.example.com:8443"]},
        "userErrors": [],
    }
    for wrong in (
        "*", "null", "https://*.example.com", "http://desk.example.com", "https://a/b", "a.b",
        "https://user@a.example", "javascript:alert(1)", "https://" + "a" * 300, "",
    ):  # fmt: skip
        told = await door.data(
            _UPDATE, store.tokens["owner"], input={"allowedOrigins": [DESK, wrong]}
        )
        error = {"field": ["allowedOrigins"], "code": "INVALID"}
        assert told["tenantUpdate"] == {"tenant": None, "userErrors": [error]}, wrong
    many = [f"https://a{n}.example" for n in range(21)]
    told = await door.data(_UPDATE, store.tokens["owner"], input={"allowedOrigins": many})
    assert told["tenantUpdate"]["tenant"] is None


async def test_pages_of_allowed_origins_may_ask(public: Door) -> None:
    store, other = await open_store(), await open_store("Dunas Altas", "999", "888")
    await _allow(store, DESK)
    for origin, token, status in (
        (DESK, store.token, 200),
        ("https://app.example.com", store.token, 200),  # the deployment's, for every tenant
        (public.root, store.token, 200),  # this server's own
        (OTHER, store.token, 403),
        (DESK, other.token, 403),  # allowed by another tenant
        ("http://localhost:3000", store.token, 403),
        ("null", store.token, 403),
        (f"{DESK}.evil.example", store.token, 403),
        (f"{DESK}:8443", store.token, 403),
        ("https://[", store.token, 403),
        (DESK, "nonsense", 401),
        (OTHER, "", 403),
        (DESK, "", 401),
    ):
        answer = await _asked(public, origin, token)
        assert answer.status == status, origin
        granted = answer.headers.get("access-control-allow-origin")
        assert granted == (None if status == 403 else origin)
        assert "Origin" in answer.headers["vary"]
        assert "access-control-allow-credentials" not in answer.headers
    await _allow(store)
    clock.move(6 * clock.SECOND)
    assert (await _asked(public, DESK, store.token)).status == 403


async def test_preflights_name_no_tenant(public: Door) -> None:
    store = await open_store()
    await _allow(store, DESK)
    wish = {"access-control-request-method": "POST", "access-control-request-headers": "x"}
    for origin, status in ((DESK, 204), ("https://app.example.com", 204), (OTHER, 403)):
        for path in ("/graphql", "/media", "/media/x"):
            async with public.http.options(
                public.root + path, headers={"origin": origin, **wish}
            ) as answer:
                assert answer.status == status
                granted = answer.headers.get("access-control-allow-origin")
                assert granted == (origin if status == 204 else None)
                if status == 204:
                    allowed = answer.headers["access-control-allow-headers"]
                    assert "authorization" in allowed
    assert (await _asked(public, DESK, method="OPTIONS")).status == 405


async def test_pages_of_this_machine_in_development(door: Door, store: Store) -> None:
    for origin in ("http://localhost:3000", "http://127.0.0.1:5173"):
        answer = await _asked(door, origin, store.token)
        assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, origin)
        assert "x-request-id" in answer.headers["access-control-expose-headers"]
    assert (await _asked(door, OTHER, store.token)).status == 403


async def test_the_websocket_knows_origins_too(public: Door) -> None:
    store = await open_store()
    await _allow(store, DESK)
    for origin, answer in ((DESK, None), (OTHER, (4403, "ORIGIN_REFUSED"))):
        async with open_line(public, origin=origin) as line:
            if answer is None:
                await line.begin(store.token)
            else:
                init = {"authorization": f"Bearer {store.token}"}
                await line.socket.send_json({"type": "connection_init", "payload": init})
                assert await line.closing() == answer


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain; application/json",
        "application/json; charset=iso-8859-1",
        "application/jsonp",
        "",
    ],
)
async def test_what_browsers_send_unasked_is_refused(door: Door, store: Store, kind: str) -> None:
    sign_in = (
        '{"query":"mutation { signIn(input: {email: \\"agent@costa.example\\", password: \\"'
        + PASSWORD
        + '\\"}) { token } }"}'
    )
    for token in ("", store.token):
        status, answer = await door.raw(sign_in, token=token, **{"content-type": kind})
        code = answer["errors"][0]["extensions"]["code"]
        assert (status, code) == (415, "UNSUPPORTED_MEDIA_TYPE")
    for allowed in ("application/json", 'application/json; charset="UTF-8"', "Application/JSON"):
        assert (await door.raw(_ROLE, token=store.token, **{"content-type": allowed}))[0] == 200


async def test_a_get_without_a_token_runs_nothing(door: Door, store: Store) -> None:
    for query in ("{ viewer { role } }", "mutation { signOut { signedOut } }"):
        async with door.http.get(f"{door.root}/graphql", params={"query": query}) as answer:
            assert answer.status == 401
            told: Any = await answer.json()
            assert told["errors"][0]["extensions"]["code"] == "SIGN_IN"
