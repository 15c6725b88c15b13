"""People sign up, are invited, join, change roles and leave (F1, F2), on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

import tenants
from kernel import clock, ids, tenancy
from tests import stored
from tests.api.door import Door, Store, arrives, text_message
from tests.api.people import (
    ACCEPT,
    INVITE,
    PASSWORD,
    SIGN_IN,
    SIGN_UP,
    STORE,
    Mailbox,
    act,
    post_office,
    sign_up,
)
from tests.conftest import House
from tests.tenants.make import count, events_of
from workers import letters

_REMOVE = """
mutation($input: PersonRemoveInput!) { personRemove(input: $input) {
  person { state } handedOver userErrors { field code } } }
"""
_ROLE = """
mutation($input: PersonChangeRoleInput!) { personChangeRole(input: $input) {
  person { role } userErrors { field code } } }
"""


@pytest.fixture
async def box(house: House) -> AsyncIterator[Mailbox]:
    """The mailbox of everybody."""
    async with post_office(house.settings) as opened:
        yield opened


async def test_a_store_signs_up_and_its_owner_is_in(door: Door, box: Mailbox) -> None:
    made = await sign_up(door)
    seen = await door.data(
        "{ viewer { role person { name } account { email emailVerified secondFactor } tenant "
        "{ name state country locale timeZone currency holidays voice businessHours { day } } } }",
        made["token"],
    )
    assert seen["viewer"] == {
        "role": "OWNER",
        "person": {"name": "Inés Faro"},
        "account": {"email": "inés@faro.example", "emailVerified": False, "secondFactor": False},
        "tenant": {
            "name": "Faro Azul",
            "state": "ACTIVE",
            "country": "ES",
            "locale": "es-ES",
            "timeZone": "Europe/Madrid",
            "currency": "EUR",
            "holidays": "ES",
            "voice": "",
            "businessHours": [
                {"day": day} for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
            ],
        },
    }
    again = await act(door, SIGN_UP, **{**STORE, "password": "another long password"})
    assert [error["code"] for error in again["userErrors"]] == ["BAD_CREDENTIALS"]
    second = await sign_up(door, name="Faro Verde")
    chosen = await act(door, SIGN_IN, email=STORE["ownerEmail"], password=PASSWORD)
    assert [choice["name"] for choice in chosen["choices"]] == ["Faro Azul", "Faro Verde"]
    assert second["token"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"country": "XX"}, "country"),
        ({"locale": "zz-ZZ"}, "locale"),
        ({"timeZone": "Mars/Olympus"}, "timeZone"),
        ({"currency": "BTC"}, "currency"),
        ({"ownerEmail": "no address"}, "ownerEmail"),
        ({"ownerName": ""}, "ownerName"),
        ({"password": "short"}, "password"),
    ],
)
async def test_a_wrong_sign_up_names_its_field(
    door: Door, given: dict[str, Any], field: str
) -> None:
    made = await act(door, SIGN_UP, **{**STORE, **given})
    assert [error["field"] for error in made["userErrors"]] == [[field]]
    assert made["token"] is None
    assert [await count(table) for table in ("tenant", "account", "mail")] == [0, 0, 0]


async def test_the_owner_verifies_the_address(door: Door, box: Mailbox) -> None:
    made = await sign_up(door)
    refused = await act(
        door, INVITE, made["token"], email="a@faro.example", name="Ana", role="AGENT"
    )
    assert [error["code"] for error in refused["userErrors"]] == ["EMAIL_UNVERIFIED"]
    assert await letters.send_letters() == 1
    [mail] = box.mails
    assert (mail["To"], mail["Subject"]) == (
        "inés@faro.example",
        "Confirma tu dirección de correo",
    )
    verify = """mutation($input: EmailVerifyInput!) {
        emailVerify(input: $input) { done userErrors { code } } }"""
    token = box.token("inés@faro.example")
    assert await act(door, verify, token=token) == {"done": True, "userErrors": []}
    for dead in (token, token[:-1], "verification_x", "reset" + token[12:], ""):
        assert await act(door, verify, token=dead) == {
            "done": False,
            "userErrors": [{"code": "LINK_DEAD"}],
        }
    invited = await act(
        door, INVITE, made["token"], email="a@faro.example", name="Ana", role="AGENT"
    )
    assert invited["userErrors"] == []
    request = "mutation { emailVerificationRequest { done userErrors { code } } }"
    assert (await door.data(request, made["token"]))["emailVerificationRequest"] == {
        "done": False,
        "userErrors": [{"code": "EMAIL_VERIFIED"}],
    }


async def test_a_colleague_is_invited_and_joins(door: Door, store: Store, box: Mailbox) -> None:
    owner = store.tokens["owner"]
    given = {"email": "Noa@Costa.example", "name": "Noa Ruiz", "role": "AGENT"}
    first = await act(door, INVITE, owner, **given)
    assert first["invitation"] == {
        "id": first["invitation"]["id"],
        "email": "Noa@costa.example",
        "name": "Noa Ruiz",
        "role": "AGENT",
        "invitedBy": {"name": "Marta Vidal"},
    }
    await letters.send_letters()
    dead = box.token("Noa@costa.example")
    await act(door, INVITE, owner, **given)  # once more: the first link dies
    await letters.send_letters()
    token = box.token("Noa@costa.example")
    assert box.mails[-1]["Subject"] == "Costa Clara te invita"
    assert "Marta Vidal" in box.mails[-1].get_content()
    for wrong, password, code in (
        (dead, PASSWORD, "LINK_DEAD"),
        (token[:-3] + "AAA", PASSWORD, "LINK_DEAD"),
        (token, "short", "INVALID"),
    ):
        refused = await act(door, ACCEPT, token=wrong, password=password)
        assert [error["code"] for error in refused["userErrors"]] == [code]
    joined = await act(door, ACCEPT, token=token, password=PASSWORD)
    seen = await door.data(
        "{ viewer { role person { name } account { emailVerified } } }", joined["token"]
    )
    assert seen["viewer"] == {
        "role": "AGENT",
        "person": {"name": "Noa Ruiz"},
        "account": {"emailVerified": True},
    }
    again = await act(door, ACCEPT, token=token, password=PASSWORD)
    assert [error["code"] for error in again["userErrors"]] == ["LINK_DEAD"]
    here = await act(door, INVITE, owner, **given)
    assert [(e["field"], e["code"]) for e in here["userErrors"]] == [(["email"], "ALREADY_HERE")]
    assert (await events_of(store.tenant_id))[-3:] == [
        "person.invited",
        "person.joined",
        "session.started",
    ]


async def test_an_invited_account_comes_with_its_own_password(
    door: Door, store: Store, box: Mailbox
) -> None:
    await sign_up(door)
    await letters.send_letters()
    given = {"email": STORE["ownerEmail"], "name": "Inés", "role": "ADMIN"}
    await act(door, INVITE, store.tokens["owner"], **given)
    await letters.send_letters()
    token = box.token(STORE["ownerEmail"])
    refused = await act(door, ACCEPT, token=token, password="some other password")
    assert [error["code"] for error in refused["userErrors"]] == ["BAD_CREDENTIALS"]
    joined = await act(door, ACCEPT, token=token, password=PASSWORD)
    seen = await door.data("{ viewer { role tenant { name } } }", joined["token"])
    assert seen["viewer"] == {"role": "ADMIN", "tenant": {"name": "Costa Clara"}}


async def test_invitations_are_listed_and_withdrawn(door: Door, store: Store, box: Mailbox) -> None:
    owner = store.tokens["owner"]
    given = {"email": "noa@costa.example", "name": "Noa Ruiz", "role": "AGENT"}
    made = await act(door, INVITE, owner, **given)
    await letters.send_letters()
    listing = "{ invitations { totalCount nodes { id email } } }"
    assert (await door.data(listing, owner))["invitations"] == {
        "totalCount": 1,
        "nodes": [{"id": made["invitation"]["id"], "email": "noa@costa.example"}],
    }
    withdraw = """mutation($input: InvitationWithdrawInput!) {
        invitationWithdraw(input: $input) { withdrawn userErrors { code } } }"""
    assert (await act(door, withdraw, owner, invitation=made["invitation"]["id"]))["withdrawn"]
    gone = await act(door, withdraw, owner, invitation=made["invitation"]["id"])
    assert gone == {"withdrawn": False, "userErrors": [{"code": "NOT_FOUND"}]}
    refused = await act(door, ACCEPT, token=box.token("noa@costa.example"), password=PASSWORD)
    assert [error["code"] for error in refused["userErrors"]] == ["LINK_DEAD"]
    await act(door, INVITE, owner, **given)
    await letters.send_letters()
    clock.move(7 * clock.DAY + clock.SECOND)
    late = await act(door, ACCEPT, token=box.token("noa@costa.example"), password=PASSWORD)
    assert [error["code"] for error in late["userErrors"]] == ["LINK_DEAD"]
    assert await count("account") == 3


async def test_only_owners_make_and_unmake_owners(door: Door, store: Store) -> None:
    with tenancy.acting_for(store.tenant_id):
        admin_id = await tenants.add_person("ad@costa.example", "Ada", "admin", PASSWORD)
        admin = await tenants.issue(admin_id)
    owner_id, agent_id = (ids.show("person", store.people[one]) for one in ("owner", "agent"))
    for mutation, given in (
        (_ROLE, {"person": agent_id, "role": "OWNER"}),
        (_ROLE, {"person": owner_id, "role": "AGENT"}),
        (_REMOVE, {"person": owner_id}),
        (INVITE, {"email": "x@costa.example", "name": "X", "role": "OWNER"}),
    ):
        answer = await door.ask(mutation, admin, input=given)
        assert answer["errors"][0]["message"] == "This needs the permission owners:write."
    a_system = await act(door, _ROLE, admin, person=agent_id, role="STORE")
    assert a_system == {"person": None, "userErrors": [{"field": ["role"], "code": "INVALID"}]}
    changed = await act(door, _ROLE, admin, person=agent_id, role="ANALYST")
    assert changed == {"person": {"role": "ANALYST"}, "userErrors": []}
    store_role = await act(door, INVITE, admin, email="x@costa.example", name="X", role="STORE")
    assert store_role["userErrors"] == [{"field": ["role"], "code": "INVALID"}]
    last = await act(door, _REMOVE, store.tokens["owner"], person=owner_id)
    assert last["userErrors"] == [{"field": ["id"], "code": "LAST_OWNER"}]


async def test_who_leaves_hands_over_all_in_one_step(door: Door, store: Store) -> None:
    owner, agent = store.tokens["owner"], ids.show("person", store.people["agent"])
    owner_id = ids.show("person", store.people["owner"])
    await arrives(
        door,
        *(
            text_message(store, f"hello {n}", phone=f"3460011100{n}", name=f"P {n}")
            for n in range(4)
        ),
    )
    nodes = (await door.data("{ conversations { nodes { id } } }", owner))["conversations"]["nodes"]
    threads = [node["id"] for node in nodes]
    for thread in threads[:3]:
        await door.data(
            f'mutation {{ conversationAssign(input: {{conversation: "{thread}", '
            f'assignee: "{agent}"}}) {{ userErrors {{ code }} }} }}',
            owner,
        )
    await door.data(
        f'mutation {{ conversationResolve(input: {{conversation: "{threads[0]}"}}) '
        "{ userErrors { code } } }",
        owner,
    )
    analyst = ids.show("person", store.people["analyst"])
    for wrong in (agent, ids.show("person", ids.new_id())):
        refused = await act(door, _REMOVE, owner, person=agent, handOverTo=wrong)
        assert refused["userErrors"] == [{"field": ["handOverTo"], "code": "INVALID"}]
    seen = "{ people { nodes { id state } } }"
    assert {"id": agent, "state": "ACTIVE"} in (await door.data(seen, owner))["people"]["nodes"]

    done = await act(door, _REMOVE, owner, person=agent, handOverTo=owner_id)

    assert done == {"person": {"state": "LEFT"}, "handedOver": 2, "userErrors": []}
    assigned = "{ conversations { nodes { id assignee { id } } } }"
    found = (await door.data(assigned, owner))["conversations"]["nodes"]
    assert {node["id"]: node["assignee"] and node["assignee"]["id"] for node in found} == {
        **dict.fromkeys(threads[:3], owner_id),
        threads[3]: None,
    }
    kinds = await events_of(store.tenant_id)
    assert kinds.count("conversation.handed_over") == 2
    assert kinds.count("person.left") == 1
    status, answer = await door.raw(b'{"query":"{ viewer { role } }"}', token=store.token)
    assert (status, answer["errors"][0]["extensions"]["code"]) == (401, "SESSION_ENDED")
    late = await door.data(
        f'mutation {{ conversationAssign(input: {{conversation: "{threads[3]}", '
        f'assignee: "{agent}"}}) {{ userErrors {{ field code }} }} }}',
        owner,
    )
    assert late["conversationAssign"]["userErrors"] == [{"field": ["assignee"], "code": "INVALID"}]
    assert analyst != agent


async def test_a_suspended_tenant(door: Door, store: Store) -> None:
    """Sends are refused, sign-in is answered with a code, webhooks are stored all the same."""
    await arrives(door, text_message(store, "before"))
    with tenancy.acting_for(store.tenant_id):
        await tenants.suspend()
    refused = await act(
        door, SIGN_IN, email="owner@costa.example", password="correct horse battery"
    )
    assert [error["code"] for error in refused["userErrors"]] == ["TENANT_SUSPENDED"]
    await arrives(door, text_message(store, "meanwhile"))
    with tenancy.acting_for(store.tenant_id):
        row = await stored.row(
            "SELECT count(*) AS n FROM message WHERE tenant_id = $1::uuid", store.tenant_id
        )
        assert row == {"n": 2}
        await tenants.resume()
    clock.move(5 * clock.SECOND)
    back = await act(door, SIGN_IN, email="owner@costa.example", password="correct horse battery")
    assert back["token"]


async def test_all_settings_of_a_tenant(door: Door, store: Store) -> None:
    update = """mutation($input: TenantUpdateInput!) { tenantUpdate(input: $input) {
        tenant { name country locale timeZone currency holidays signature voice
                 businessHours { day opens closes } } userErrors { field code } } }"""
    given = {
        "name": "Costa Oscura",
        "country": "MX",
        "locale": "es-MX",
        "timeZone": "America/Mexico_City",
        "currency": "MXN",
        "holidays": "MX",
        "signature": "Costa\nOscura",
        "voice": "Warm, short, never shouting.",
        "businessHours": [{"day": "SATURDAY", "opens": "10:00", "closes": "14:00"}],
    }
    changed = await act(door, update, store.tokens["owner"], **given)
    assert changed == {"tenant": given, "userErrors": []}
    wrong = await act(door, update, store.tokens["owner"], voice="x" * 1001)
    assert wrong["userErrors"] == [{"field": ["voice"], "code": "INVALID"}]
    assert (await door.data("{ tenant { voice } }", store.token))["tenant"] == {
        "voice": "Warm, short, never shouting."
    }
