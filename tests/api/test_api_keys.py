"""Keys of the store's systems (F3): over HTTP and websocket, on both databases."""

from __future__ import annotations

import asyncio
import hashlib
import re
from typing import Any

import pytest

import tenants
from api.graphql import tail
from kernel import clock, ids, tenancy
from tenants import key_text
from tests import stored
from tests.api.door import Door, Store, arrives, open_store, text_message
from tests.api.line import open_line
from tests.tenants.make import events_of

_CREATE = """
mutation($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) {
  text key { id name prefix scopes networks state expiresAt usedAt }
  userErrors { field code message } } }
"""
_ROTATE = """
mutation($input: ApiKeyRotateInput!) { apiKeyRotate(input: $input) {
  text key { id name scopes replaces { id state } } userErrors { field code } } }
"""
_REVOKE = """
mutation($input: ApiKeyRevokeInput!) { apiKeyRevoke(input: $input) {
  key { state } userErrors { field code } } }
"""
_VIEWER = "{ viewer { role permissions expiresAt person { id } key { name prefix } } }"
_READER = ["contacts:read", "contacts:personal", "conversations:read"]


async def make(door: Door, store: Store, *scopes: str, **more: Any) -> dict[str, Any]:
    """A key made by the owner: text and key."""
    given = {"name": "Web shop", "scopes": list(scopes or _READER), **more}
    answer = await door.data(_CREATE, store.tokens["owner"], input=given)
    assert answer["apiKeyCreate"]["userErrors"] == []
    made: dict[str, Any] = answer["apiKeyCreate"]
    return made


async def code_of(door: Door, key: str, **headers: str) -> tuple[int, str | None]:
    """Status, and the code with which a key is refused."""
    body = b'{"query":"{ viewer { role } }"}'
    status, answer = await door.raw(body, token=key, **headers)
    errors = answer.get("errors")
    return status, errors[0]["extensions"]["code"] if errors else None


async def test_a_key_is_told_once_and_known_by_its_hash(door: Door, store: Store) -> None:
    made = await make(door, store)
    text = made["text"]
    assert re.fullmatch(r"rk_[0-9A-Za-z]{8}_[0-9A-Za-z]{60}", text)
    assert made["key"] == {
        "id": made["key"]["id"],
        "name": "Web shop",
        "prefix": text[:11],
        "scopes": sorted(_READER),
        "networks": [],
        "state": "LIVE",
        "expiresAt": None,
        "usedAt": None,
    }
    row = await stored.row("SELECT * FROM api_key WHERE tenant_id = $1::uuid", store.tenant_id)
    assert row is not None
    assert row["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert text[12:] not in str(row)
    assert (await events_of(store.tenant_id))[-1] == "api_key.created"


async def test_the_viewer_is_the_key(door: Door, store: Store) -> None:
    made = await make(door, store)
    assert await door.data(_VIEWER, made["text"]) == {
        "viewer": {
            "role": "STORE",
            "permissions": sorted(_READER),
            "expiresAt": None,
            "person": None,
            "key": {"name": "Web shop", "prefix": made["text"][:11]},
        }
    }
    agent = (await door.data(_VIEWER, store.token))["viewer"]
    assert (agent["role"], agent["key"]) == ("AGENT", None)


async def test_scopes_decide(door: Door, store: Store) -> None:
    await arrives(door, text_message(store, "hello"))
    seen = "{ contacts { nodes { name country } } }"
    personal = await make(door, store)
    masked = await make(door, store, "contacts:read")
    assert (await door.data(seen, personal["text"]))["contacts"]["nodes"] == [
        {"name": "Lea Prat", "country": "ES"}
    ]
    assert (await door.data(seen, masked["text"]))["contacts"]["nodes"] == [
        {"name": None, "country": "ES"}
    ]
    for query, permission in (
        ("{ conversations { nodes { id } } }", "conversations:read"),
        ('{ contacts(search: "lea") { nodes { id } } }', "contacts:personal"),
        ('mutation { tenantUpdate(input: {name: "x"}) { userErrors { code } } }', "tenant:write"),
        (
            _CREATE.replace(
                "$input: ApiKeyCreateInput!",
                '$input: ApiKeyCreateInput! = {name: "x", scopes: ["contacts:read"]}',
            ),
            "keys:write",
        ),
    ):
        [error] = (await door.ask(query, masked["text"]))["errors"]
        assert error["extensions"]["code"] == "NOT_ALLOWED"
        assert error["message"].endswith(f"needs the permission {permission}.")


async def test_what_only_persons_do(door: Door, store: Store) -> None:
    await arrives(door, text_message(store, "hello"))
    made = await make(door, store, *_READER, "conversations:write")
    [thread] = (await door.data("{ conversations { nodes { id unread } } }", made["text"]))[
        "conversations"
    ]["nodes"]
    assert thread["unread"] == 1
    for step in (
        f'noteWrite(input: {{conversation: "{thread["id"]}", text: "x"}})',
        f'conversationMarkRead(input: {{conversation: "{thread["id"]}"}})',
    ):
        answer = await door.ask(f"mutation {{ {step} {{ userErrors {{ code }} }} }}", made["text"])
        assert answer["errors"][0]["extensions"]["code"] == "PERSON_ONLY"
    assert (await door.ask("mutation { signOut { signedOut } }", made["text"]))["errors"][0][
        "extensions"
    ] == {"code": "PERSON_ONLY"}
    resolve = (
        f'mutation {{ conversationResolve(input: {{conversation: "{thread["id"]}"}}) '
        "{ conversation { state } } }"
    )
    assert await door.data(resolve, made["text"]) == {
        "conversationResolve": {"conversation": {"state": "RESOLVED"}}
    }
    for table in ("mention", "read_mark"):
        assert await stored.row(f"SELECT count(*) AS n FROM {table}") == {"n": 0}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["tenant:write"]}, "scopes"),
        ({"scopes": ["contacts:everything"]}, "scopes"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
        ({"networks": ["example.com"]}, "networks"),
        ({"networks": ["10.0.0.1/8"]}, "networks"),
        ({"networks": [f"10.0.0.{n}" for n in range(21)]}, "networks"),
    ],
)
async def test_a_wrong_wish_names_its_field(
    door: Door, store: Store, given: dict[str, Any], field: str
) -> None:
    wish = {"name": "x", "scopes": ["contacts:read"], **given}
    answer = (await door.data(_CREATE, store.tokens["owner"], input=wish))["apiKeyCreate"]
    assert (answer["text"], answer["key"]) == (None, None)
    assert [(error["field"], error["code"]) for error in answer["userErrors"]] == [
        ([field], "INVALID")
    ]
    assert await stored.row("SELECT count(*) AS n FROM api_key") == {"n": 0}


async def test_rotation_lets_two_live_for_a_while(door: Door, store: Store) -> None:
    old = await make(door, store)
    owner = store.tokens["owner"]
    wish = {"key": old["key"]["id"], "overlapHours": 2}
    new = (await door.data(_ROTATE, owner, input=wish))["apiKeyRotate"]
    assert new["userErrors"] == []
    assert new["key"]["scopes"] == old["key"]["scopes"]
    assert new["key"]["replaces"] == {"id": old["key"]["id"], "state": "LIVE"}
    for text in (old["text"], new["text"]):
        assert await code_of(door, text) == (200, None)
    for key in (old["key"]["id"], new["key"]["id"]):
        again = (await door.data(_ROTATE, owner, input={"key": key}))["apiKeyRotate"]
        assert again["userErrors"] == [{"field": ["key"], "code": "KEY_ROTATING"}]
    clock.move(2 * clock.HOUR)
    owner = await fresh_token(store)
    assert await code_of(door, old["text"]) == (401, "KEY_EXPIRED")
    assert await code_of(door, new["text"]) == (200, None)
    third = (await door.data(_ROTATE, owner, input={"key": new["key"]["id"], "overlapHours": 0}))[
        "apiKeyRotate"
    ]
    assert third["userErrors"] == []
    assert await code_of(door, new["text"]) == (401, "KEY_EXPIRED")
    ended = (await door.data(_ROTATE, owner, input=wish))["apiKeyRotate"]
    assert ended["userErrors"] == [{"field": ["key"], "code": "KEY_ENDED"}]


async def test_revoked_at_once_here_and_soon_elsewhere(door: Door, store: Store) -> None:
    made, other = await make(door, store), await make(door, store)
    for one in (made, other):
        assert await code_of(door, one["text"]) == (200, None)
    for _ in range(2):
        answer = await door.data(_REVOKE, store.tokens["owner"], input={"key": made["key"]["id"]})
        assert answer["apiKeyRevoke"] == {"key": {"state": "REVOKED"}, "userErrors": []}
    assert await code_of(door, made["text"]) == (401, "KEY_REVOKED")
    assert (await events_of(store.tenant_id)).count("api_key.revoked") == 1
    with tenancy.acting_for(store.tenant_id):  # as another process would
        await stored.run(
            "UPDATE api_key SET revoked_at = $2::bigint WHERE tenant_id = $1::uuid",
            store.tenant_id,
            clock.now(),
        )
    clock.move(2 * clock.SECOND)
    assert await code_of(door, other["text"]) == (401, "KEY_REVOKED")


async def test_a_key_on_a_websocket_ends_with_it(door: Door, store: Store) -> None:
    made = await make(door, store)
    async with open_line(door) as line:
        await line.begin(made["text"])
        await line.subscribe("subscription { inbox { kind message { text } } }")
        for _ in range(200):
            if tail.TAIL._listeners:
                break
            await asyncio.sleep(0.01)
        await arrives(door, text_message(store, "hello"))
        events = await line.hear_events("message.received")
        assert events[-1]["message"] == {"text": "hello"}
        with tenancy.acting_for(store.tenant_id):  # as another process would
            await stored.run(
                "UPDATE api_key SET revoked_at = $2::bigint WHERE tenant_id = $1::uuid",
                store.tenant_id,
                clock.now(),
            )
        assert await line.closing(within=5) == (4403, "KEY_REVOKED")


async def test_only_from_its_networks(door: Door, store: Store) -> None:
    made = await make(door, store, networks=["203.0.113.0/24", "2001:db8::/32"])
    assert made["key"]["networks"] == ["2001:db8::/32", "203.0.113.0/24"]
    for address, code in (
        ("203.0.113.9", None),
        ("2001:db8::7", None),
        ("::ffff:203.0.113.9", None),
        ("203.0.114.1", "KEY_ELSEWHERE"),
        ("127.0.0.1", "KEY_ELSEWHERE"),
    ):
        _, seen = await code_of(door, made["text"], **{"x-forwarded-for": address})
        assert seen == code, address


async def test_the_last_use_is_written_seldom(door: Door, store: Store) -> None:
    made = await make(door, store)

    async def used_at() -> int:
        row = await stored.row("SELECT used_at FROM api_key")
        return int((row or {}).get("used_at") or 0)

    await code_of(door, made["text"])
    first = await used_at()
    assert abs(first - clock.now()) < 5 * clock.SECOND
    clock.move(4 * clock.MINUTE)
    await code_of(door, made["text"])
    assert await used_at() == first
    clock.move(clock.MINUTE)
    await code_of(door, made["text"])
    assert await used_at() > first + 4 * clock.MINUTE


async def test_a_suspended_tenants_keys_are_refused(door: Door, store: Store) -> None:
    made = await make(door, store)
    with tenancy.acting_for(store.tenant_id):
        await tenants.suspend()
    assert (await code_of(door, made["text"]))[1] == "TENANT_SUSPENDED"


async def test_forged_keys_are_one_answer(door: Door, store: Store) -> None:
    other = await open_store("Dunas Altas", "999", "888")
    text = (await make(door, store))["text"]
    invented = key_text.compose(store.tenant_id)
    theirs = text[:12] + ids.show("tenant", other.tenant_id).partition("_")[2] + text[34:]
    forged = [
        invented,
        key_text.compose(ids.new_id()),
        theirs,
        theirs[:-6] + key_text._checksum(theirs[:-6]),
        text[:-1],
        text + "0",
        text.swapcase(),
        text[:-7] + ("0" if text[-7] != "0" else "1") + text[-6:],
        "rk_",
        "rk_" + "z" * 8 + "_" + "z" * 60,
        "rk_" + "0" * 5000,
        "RK" + text[2:],
        text + "\u00e9",
        "sk" + text[2:],
    ]
    answers = set()
    for key in forged:
        body = b'{"query":"{ viewer { role } }"}'
        status, answer = await door.raw(body, token=key)
        assert status == 401, key
        if key.startswith("rk_"):
            answers.add(str(answer))
    assert len(answers) == 1
    assert await code_of(door, text) == (200, None)


async def test_other_tenants_keys_are_absent(door: Door, store: Store) -> None:
    other = await open_store("Dunas Altas", "999", "888")
    made = await make(door, store)
    key = made["key"]["id"]
    absent = ids.show("key", ids.new_id())
    theirs = other.tokens["owner"]
    for mutation, name in ((_ROTATE, "apiKeyRotate"), (_REVOKE, "apiKeyRevoke")):
        answers = [
            (await door.data(mutation, theirs, input={"key": one}))[name] for one in (key, absent)
        ]
        assert answers[0] == answers[1]
        assert answers[0]["userErrors"] == [{"field": ["key"], "code": "NOT_FOUND"}]
    listing = "{ apiKeys { totalCount nodes { id } } }"
    assert await door.data(listing, theirs) == {"apiKeys": {"totalCount": 0, "nodes": []}}
    assert await door.data(listing, store.tokens["owner"]) == {
        "apiKeys": {"totalCount": 1, "nodes": [{"id": key}]}
    }
    assert await code_of(door, made["text"]) == (200, None)


async def fresh_token(store: Store) -> str:
    with tenancy.acting_for(store.tenant_id):
        return await tenants.issue(store.people["owner"])
