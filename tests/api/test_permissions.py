"""Who may what: denied means refused before anything happened."""

from __future__ import annotations

import pytest

import tenants
from kernel import clock, ids, tenancy
from tests import stored
from tests.api.door import NUMBER, PASSWORD, Door, Store, arrives, open_store, text_message
from tests.tenants.make import events_of

_SIGN_IN = """
mutation($input: SignInInput!) {
  signIn(input: $input) { token expiresAt choices { name } userErrors { field code message } }
}
"""

_NOT_FOR_STRANGERS = [
    "{ viewer { role } }",
    "{ __schema { types { name } } }",
    '{ __type(name: "Query") { name } }',
    "{ nothing }",
    "mutation { signOut { signedOut } }",
    "fragment a on Query { viewer { role } } { ...a }",
    "query { ... on Query { viewer { role } } }",
    "subscription { inbox { cursor } }",
    'mutation { signIn(input: {email: "a", password: "b"}) { token } signOut { signedOut } }',
]


async def test_strangers_only_sign_in(door: Door, store: Store) -> None:
    for query in _NOT_FOR_STRANGERS:
        import orjson

        status, answer = await door.raw(orjson.dumps({"query": query}))
        assert status == 401
        refused = {"message": "Sign in first.", "extensions": {"code": "SIGN_IN"}}
        assert answer["errors"] == [refused], query


async def test_strangers_are_told_no_names(door: Door, store: Store) -> None:
    answer = await door.ask('mutation { signIn(input: {email: "a"}) { tokn } }')
    messages = [error["message"] for error in answer["errors"]]
    assert "Cannot query field 'tokn' on type 'SignInPayload'." in messages
    given = await door.ask(_SIGN_IN, input={"emial": "a", "password": "b"})
    messages += [error["message"] for error in given["errors"]]
    assert any("emial" in message for message in messages)
    assert not any("Did you mean" in message for message in messages)


async def test_signing_in_and_out(door: Door, store: Store) -> None:
    wrong = {"email": "agent@costa.example", "password": "not the password"}
    refused = (await door.ask(_SIGN_IN, input=wrong))["data"]["signIn"]
    assert refused == {
        "token": None,
        "expiresAt": None,
        "choices": [],
        "userErrors": [
            {
                "field": [],
                "code": "BAD_CREDENTIALS",
                "message": "That e-mail address and password do not fit.",
            }
        ],
    }
    right = {"email": "agent@costa.example", "password": PASSWORD}
    token = (await door.ask(_SIGN_IN, input=right))["data"]["signIn"]["token"]
    viewer = "{ viewer { role person { name } tenant { name } permissions } }"
    assert await door.data(viewer, token) == {
        "viewer": {
            "role": "AGENT",
            "person": {"name": "Nuria Sala"},
            "tenant": {"name": "Costa Clara"},
            "permissions": sorted(tenants.ROLES[tenants.Role.AGENT]),
        }
    }
    assert await door.data("mutation { signOut { signedOut userErrors { code } } }", token) == {
        "signOut": {"signedOut": True, "userErrors": []}
    }
    status, answer = await door.raw(b'{"query":"{ viewer { role } }"}', token=token)
    assert (status, answer["errors"][0]["extensions"]["code"]) == (401, "SESSION_ENDED")


@pytest.mark.parametrize(
    ("header", "code"),
    [("Bearer nonsense", "TOKEN_INVALID"), ("Basic eA==", "TOKEN_INVALID"), ("x", "TOKEN_INVALID")],
)
async def test_tokens_that_are_none(door: Door, store: Store, header: str, code: str) -> None:
    status, answer = await door.raw(b'{"query":"{ viewer { role } }"}', authorization=header)
    assert (status, answer["errors"][0]["extensions"]["code"]) == (401, code)


async def test_an_expired_token(door: Door, store: Store) -> None:
    clock.move(11 * clock.MINUTE)
    status, answer = await door.raw(b'{"query":"{ viewer { role } }"}', token=store.token)
    assert (status, answer["errors"][0]["extensions"]["code"]) == (401, "TOKEN_EXPIRED")


async def test_an_analyst_changes_nothing(door: Door, store: Store) -> None:
    await arrives(door, text_message(store, "hello"))
    thread, contact = await _thread_and_contact(store)
    before = await events_of(store.tenant_id)
    analyst = ids.show("person", store.people["analyst"])
    until = "2030-01-01T00:00:00Z"
    for mutation, permission in (
        (f'noteWrite(input: {{conversation: "{thread}", text: "x"}})', "conversations:write"),
        (f'conversationResolve(input: {{conversation: "{thread}"}})', "conversations:write"),
        (f'conversationReopen(input: {{conversation: "{thread}"}})', "conversations:write"),
        (f'conversationSetPending(input: {{conversation: "{thread}"}})', "conversations:write"),
        (
            f'conversationSnooze(input: {{conversation: "{thread}", until: "{until}"}})',
            "conversations:write",
        ),
        (
            f'conversationAssign(input: {{conversation: "{thread}", assignee: "{analyst}"}})',
            "conversations:write",
        ),
        (f'contactTag(input: {{contact: "{contact}", name: "VIP"}})', "contacts:write"),
        (f'contactUntag(input: {{contact: "{contact}", tag: "x"}})', "contacts:write"),
        ('tenantUpdate(input: {name: "Mine"})', "tenant:write"),
    ):
        name = mutation.partition("(")[0]
        answer = await door.ask(
            f"mutation {{ {mutation} {{ userErrors {{ code }} }} }}", store.tokens["analyst"]
        )
        assert answer == {
            "errors": [
                {
                    "message": f"{name} needs the permission {permission}.",
                    "extensions": {"code": "NOT_ALLOWED", "field": [name]},
                }
            ]
        }
    assert await events_of(store.tenant_id) == before
    for table in ("mention", "conversation_step", "contact_tag", "tag"):
        assert await stored.row(f"SELECT count(*) AS n FROM {table}") == {"n": 0}
    row = await stored.row("SELECT state, assignee_id FROM conversation")
    assert row == {"state": "open", "assignee_id": None}


async def test_a_permission_deep_inside_refuses_the_whole(door: Door, store: Store) -> None:
    """A mutation beside an allowed field, and one in a fragment: nothing of the operation runs."""
    await arrives(door, text_message(store, "hello"))
    thread, _ = await _thread_and_contact(store)
    query = f"""
      mutation {{
        conversationMarkRead(input: {{conversation: "{thread}"}}) {{ userErrors {{ code }} }}
        ...more
      }}
      fragment more on Mutation {{ tenantUpdate(input: {{name: "x"}}) {{ userErrors {{ code }} }} }}
    """
    answer = await door.ask(query, store.token)
    assert answer["errors"][0]["extensions"] == {"code": "NOT_ALLOWED", "field": ["tenantUpdate"]}
    assert await stored.row("SELECT count(*) AS n FROM read_mark") == {"n": 0}
    assert await stored.row("SELECT name FROM tenant") == {"name": "Costa Clara"}


async def test_personal_data_is_null_without_the_permission(door: Door, store: Store) -> None:
    await arrives(door, text_message(store, "hello"))
    query = """
      { conversations { nodes { unread
          contact { name phone state country identities { value } whatsapp { username } }
          lastMessage { __typename text state ... on TextMessage { forwarded } } } } }
    """
    seen = await door.data(query, store.tokens["agent"])
    assert seen["conversations"]["nodes"] == [
        {
            "unread": 1,
            "contact": {
                "name": "Lea Prat",
                "phone": "+34600111222",
                "state": "ACTIVE",
                "country": "ES",
                "identities": [{"value": "+34600111222"}],
                "whatsapp": {"username": None},
            },
            "lastMessage": {
                "__typename": "TextMessage",
                "text": "hello",
                "state": "SHOWN",
                "forwarded": False,
            },
        }
    ]
    hidden = await door.data(query, store.tokens["analyst"])
    assert hidden["conversations"]["nodes"] == [
        {
            "unread": 1,
            "contact": {
                "name": None,
                "phone": None,
                "state": "ACTIVE",
                "country": "ES",
                "identities": None,
                "whatsapp": None,
            },
            "lastMessage": {
                "__typename": "TextMessage",
                "text": None,
                "state": "SHOWN",
                "forwarded": None,
            },
        }
    ]


async def test_who_may_not_see_may_not_search(door: Door, store: Store) -> None:
    await arrives(door, text_message(store, "hello"))
    analyst = store.tokens["analyst"]
    for query, field in (
        ('{ contacts(search: "lea") { nodes { id } } }', ["contacts"]),
        ('{ contact(phone: "+34600111222") { id } }', ["contact"]),
    ):
        answer = await door.ask(query, analyst)
        assert answer == {
            "errors": [
                {
                    "message": f"{field[0]} needs the permission contacts:personal.",
                    "extensions": {"code": "NOT_ALLOWED", "field": field},
                }
            ]
        }
    answer = await door.ask('{ conversations(filter: {search: "lea"}) { nodes { id } } }', analyst)
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"


async def test_another_tenants_things_are_absent(door: Door, store: Store) -> None:
    await arrives(door, text_message(store, "hello"))
    thread, contact = await _thread_and_contact(store)
    other = await open_store("Dunas Altas", "999", "888")
    absent = ids.show("contact", ids.new_id())
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    asked = [thread, contact, absent, "nonsense", ids.show("person", store.people["agent"])]
    assert await door.data(query, other.token, ids=asked) == {"nodes": [None] * 5}
    mine = await door.data(query, store.token, ids=asked)
    assert [node and node["__typename"] for node in mine["nodes"]] == [
        "Conversation",
        "Contact",
        None,
        None,
        "Person",
    ]
    assert await door.data(f'{{ contact(id: "{contact}") {{ id }} }}', other.token) == {
        "contact": None
    }
    nothing = "{ conversations { totalCount nodes { id } } contacts { totalCount nodes { id } } }"
    assert await door.data(nothing, other.token) == {
        "conversations": {"totalCount": 0, "nodes": []},
        "contacts": {"totalCount": 0, "nodes": []},
    }
    resolve = (
        f'mutation {{ conversationResolve(input: {{conversation: "{thread}"}}) '
        "{ conversation { id } userErrors { field code } } }"
    )
    assert await door.data(resolve, other.token) == {
        "conversationResolve": {
            "conversation": None,
            "userErrors": [{"field": ["conversation"], "code": "NOT_FOUND"}],
        }
    }
    assert await stored.row("SELECT state FROM conversation") == {"state": "open"}
    assert store.phone_number_id == NUMBER


async def test_introspection_for_the_signed_in(door: Door, store: Store) -> None:
    found = await door.data('{ __type(name: "Viewer") { name } }', store.tokens["analyst"])
    assert found == {"__type": {"name": "Viewer"}}


async def _thread_and_contact(store: Store) -> tuple[str, str]:
    with tenancy.acting_for(store.tenant_id):
        row = await stored.row("SELECT id, contact_id FROM conversation")
    assert row
    return ids.show("conversation", row["id"]), ids.show("contact", row["contact_id"])
