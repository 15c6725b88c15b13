"""Every field and mutation for every role and scope: by the rules, and at the door."""

from __future__ import annotations

import asyncio
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from graphql import GraphQLSchema, parse, validate

import api
import tenants
from api.graphql.permissions import (
    PUBLIC,
    SIGNED_IN,
    Need,
    check,
    is_personal,
    marks_of,
    marks_of_argument,
    needs_of,
)
from api.graphql.schema import GRAPHQL
from kernel import tenancy
from kernel.errors import NotAllowed
from scripts.permissions import FILE
from tenants import ROLES, SCOPES, Permission, Role, Viewer
from tests.api.door import PASSWORD, Door, Store, arrives, text_message
from tests.api.line import open_line
from tests.api.operations import Path, document, paths
from tests.api.test_schema import _broken
from tests.tenants.make import events_of

ALL = list(paths(GRAPHQL))
ROOTS = [path[0] for path in ALL if len(path) == 1]


def viewer(role: Role, permissions: frozenset[Permission]) -> Viewer:
    return Viewer(tenant_id="", role=role, permissions=permissions, expires_at=None)


ASKERS: dict[str, Viewer | None] = {
    "stranger": None,
    **{role.value: viewer(role, ROLES[role]) for role in Role},
    **{scope.value: viewer(Role.STORE, frozenset({scope})) for scope in sorted(SCOPES)},
    "no scope": viewer(Role.STORE, frozenset()),
}


def needed(path: Path, argument: str = "") -> set[str]:
    """What the marks on the way to a field ask for."""
    marks = {mark for step in path for mark in marks_of(step.parent, step.name)}
    if argument:
        marks.update(marks_of_argument(path[-1].parent, path[-1].name, argument))
    if not marks_of(path[0].parent, path[0].name):
        marks |= set() if (path[0].parent.name, path[0].name) in PUBLIC else {"denied"}
    return marks


def may(asker: Viewer | None, marks: set[str]) -> bool:
    if asker is None:
        return not marks
    return marks - {SIGNED_IN.permission} <= asker.permissions


@cache
def needs(schema: GraphQLSchema, text: str) -> tuple[Need, ...]:
    parsed = parse(text)
    assert validate(schema, parsed) == [], text
    return needs_of(schema, parsed)[None]


def is_let_through(schema: GraphQLSchema, text: str, asker: Viewer | None) -> bool:
    try:
        check(needs(schema, text), asker)
    except NotAllowed:
        return False
    return True


def test_the_walk_reaches_every_field() -> None:
    reached = {(path[-1].parent.name, path[-1].name) for path in ALL}
    every = {
        (name, field)
        for name, found in GRAPHQL.type_map.items()
        for field in getattr(found, "fields", ())
        if name[:2] != "__" and hasattr(found, "interfaces")
    }
    assert every - reached == set()
    assert len(ROOTS) > 40


def test_by_the_rules() -> None:
    for asker, who in ASKERS.items():
        _hold_by_the_rules(asker, who)


def _hold_by_the_rules(asker: str, who: Viewer | None) -> None:
    for path in ALL:
        text = document(GRAPHQL, path)
        assert is_let_through(GRAPHQL, text, who) is may(who, needed(path)), (asker, text)
        for argument in path[-1].field.args:
            if marks_of_argument(path[-1].parent, path[-1].name, argument):
                text = document(GRAPHQL, path, argument)
                wanted = may(who, needed(path, argument))
                assert is_let_through(GRAPHQL, text, who) is wanted, (asker, text)


def test_what_has_no_mark_is_denied_to_all() -> None:
    broken = _broken()
    for asker in ASKERS.values():
        assert not is_let_through(broken, "{ name }", asker)
        assert not is_let_through(broken, "mutation { drop }", asker)


def test_personal_fields_ask_nobody_without_the_permission() -> None:
    info = cast(Any, SimpleNamespace(context=SimpleNamespace(sees_personal=False)))
    masked = 0
    for path in ALL:
        step = path[-1]
        if is_personal(step.parent, step.name) and hasattr(step.parent, "is_type_of"):
            assert step.field.resolve is not None
            assert step.field.resolve(None, info) is None, step.name
            masked += 1
    assert masked > 30


def test_the_page_is_current() -> None:
    assert FILE.read_text() == api.permissions_text()


@pytest.mark.slow
async def test_at_the_door(door: Door, store: Store) -> None:
    """Each root field as each role and as a key: refused by name, or not for a permission."""
    await arrives(door, text_message(store, "hello"))
    with tenancy.acting_for(store.tenant_id):
        for role in ("admin", "compliance"):
            email = f"{role}@costa.example"
            store.people[role] = await tenants.add_person(email, role, role, PASSWORD)
        made = await tenants.make_key(
            store.people["owner"], "all", sorted(SCOPES), may=ROLES[Role.OWNER]
        )
    for role in (*store.people, "store"):
        for place, step in enumerate(ROOTS):
            if step.parent is GRAPHQL.subscription_type:
                continue
            with tenancy.acting_for(store.tenant_id):
                is_key = role == "store"
                token = made.text if is_key else await tenants.issue(store.people[role])
            path = (step,)
            lacks = needed(path) - {SIGNED_IN.permission} - ROLES[Role(role)]
            refusals = [f"{step.name} needs the permission {mark}." for mark in lacks]
            before = await events_of(store.tenant_id) if refusals else []
            body = orjson.dumps({"query": document(GRAPHQL, path)})
            _, answer = await door.raw(
                body, token=token, **{"x-forwarded-for": f"203.0.113.{place}"}
            )
            told = [error["message"] for error in answer.get("errors", [])]
            if refusals:
                assert told in ([one] for one in refusals), (role, step.name, answer)
                assert answer.get("data") is None
                assert await events_of(store.tenant_id) == before
            else:
                assert not any(f"{step.name} needs the permission" in one for one in told)
                codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
                assert "INTERNAL" not in codes, (role, step.name, answer)


@pytest.mark.parametrize("role", ["agent", "analyst"])
async def test_subscriptions_mask_too(door: Door, store: Store, role: str) -> None:
    text = "subscription { inbox { kind conversation { contact { name } } message { text } } }"
    async with open_line(door) as line:
        await line.begin(store.tokens[role])
        await line.subscribe(text)
        await asyncio.sleep(0.5)
        await arrives(door, text_message(store, "for some eyes only"))
        events = await line.hear_events("message.received")
    sees = role == "agent"
    [received] = [event for event in events if event["kind"] == "message.received"]
    assert received["conversation"] == {"contact": {"name": "Lea Prat" if sees else None}}
    assert received["message"] == {"text": "for some eyes only" if sees else None}
