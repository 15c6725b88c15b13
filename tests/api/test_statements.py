"""How many statements a page takes: few, and as many for two things as for twelve.

Every field of everything that stands in a list is tried, so that one which reads for each thing by
itself (N+1) does not get past here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_composite_type,
    is_leaf_type,
)

import contacts
import conversations
from api.graphql.schema import GRAPHQL
from kernel import clock, tenancy
from kernel.database import statements
from tests.api.door import Door, Store, arrives, text_message

_FEW, _MANY = 2, 12
_DEEPEST = 3
_Count = Callable[[], int]

_FIVE_RELATIONS = """
query($n: Int!) {
  contacts(first: $n) { nodes {
    name identities { kind value } tags { name } consents { purpose state } owner { name }
    conversations(first: 3) { nodes { state lastMessageAt } }
  } }
}
"""


@pytest.fixture
async def crowd(door: Door, store: Store) -> Store:
    """Twelve people with threads, answers, notes, tags, consents and account managers."""
    now = clock.now() // clock.SECOND
    for text, at in (("Hello", 200), ("Is it in stock?", 100), ("And in blue?", 50)):
        await arrives(
            door,
            *(
                text_message(store, text, phone=_phone(n), name=f"Name {n}", at=now - at + n)
                for n in range(_MANY)
            ),
        )
    agent = store.people["agent"]
    with tenancy.acting_for(store.tenant_id):
        threads = await conversations.conversation_page(
            conversations.ConversationFilter(), "created_at", "ASC", None, _MANY
        )
        for place, thread in enumerate(threads):
            for name in ("vip", f"group {place}"):
                await contacts.tag(thread["contact_id"], name)
            await conversations.assign(thread["id"], agent, agent)
            await conversations.write_note(thread["id"], agent, "Look at this.", [agent])
    return store


async def test_a_page_with_five_relations(
    door: Door, crowd: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _counting(monkeypatch) as count:
        page = await door.data(_FIVE_RELATIONS, crowd.tokens["owner"], n=100)
        assert count() <= 8
    nodes = page["contacts"]["nodes"]
    assert len(nodes) == _MANY
    assert all(len(one["tags"]) == 2 and one["conversations"]["nodes"] for one in nodes)


@pytest.mark.parametrize("root", ["contacts", "conversations"])
async def test_no_field_reads_for_each_thing_by_itself(
    door: Door, crowd: Store, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = GRAPHQL.query_type.fields[root]  # type: ignore[union-attr]
    node = get_named_type(get_named_type(field.type).fields["nodes"].type)  # type: ignore[union-attr]
    tried = 0
    for selection in _selections(node, _DEEPEST):
        query = f"query($n: Int!) {{ {root}(first: $n) {{ totalCount nodes {{ {selection} }} }} }}"
        counted = []
        for size in (_MANY, _FEW, _MANY):  # the first time opens the keys of persons
            with _counting(monkeypatch) as count:
                await door.data(query, crowd.tokens["owner"], n=size)
                counted.append(count())
        assert counted[1] == counted[2], selection
        assert counted[2] <= 9, selection
        tried += 1
    assert tried > 20


def _selections(node: Any, depth: int) -> Iterator[str]:
    """The leaves of a type together, and each other field with what it leads to, so far down."""
    if isinstance(node, GraphQLUnionType):
        for one in node.types:
            yield from (f"... on {one.name} {{ {below} }}" for below in _selections(one, depth))
        return
    assert isinstance(node, GraphQLObjectType | GraphQLInterfaceType)
    fields = {
        name: field
        for name, field in node.fields.items()
        if not any(isinstance(argument.type, GraphQLNonNull) for argument in field.args.values())
    }
    yield " ".join(name for name, one in fields.items() if is_leaf_type(get_named_type(one.type)))
    for name, field in fields.items():
        of = get_named_type(field.type)
        if depth > 1 and is_composite_type(of):
            yield from (f"{name}{_size(field)} {{ {below} }}" for below in _below(of, depth - 1))
    if isinstance(node, GraphQLInterfaceType):
        for one in GRAPHQL.get_possible_types(node):
            own = [name for name in one.fields if name not in node.fields]
            if own:
                spelt = " ".join(_spelt(one, name) for name in own)
                yield f"... on {one.name} {{ {spelt} }}"


def _below(of: Any, depth: int) -> Iterator[str]:
    if of.name.endswith("Connection"):
        yield "totalCount pageInfo { endCursor }"
        below = get_named_type(of.fields["nodes"].type)
        yield from (f"nodes {{ {one} }}" for one in _selections(below, depth))
    else:
        yield from _selections(of, depth)


def _spelt(one: GraphQLObjectType, name: str) -> str:
    is_leaf = is_leaf_type(get_named_type(one.fields[name].type))
    return f"{one.name}_{name}: {name}" + ("" if is_leaf else " { __typename }")


def _size(field: GraphQLField) -> str:
    return "(first: 2)" if "first" in field.args else ""


@contextmanager
def _counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Count]:
    """Counts the statements on both databases."""
    counted: list[str] = []
    prepared = statements._prepared

    def count(statement: str, *rest: Any) -> Any:
        if "FROM session" not in statement:  # whether the token still holds, looked up by the clock
            counted.append(statement)
        return prepared(statement, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(statements, "_prepared", count)
        yield lambda: len(counted)


def _phone(number: int) -> str:
    return f"3460022{number:04}"
