"""Every question of the schema in which an id can stand, made from the schema itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson
from graphql import (
    GraphQLField,
    GraphQLNamedType,
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    is_required_argument,
    is_required_input_field,
)

from api.graphql.schema import GRAPHQL
from api.graphql.schema.node import Node
from kernel import ids
from tests import stored
from tests.api.door import Door, Store
from tests.api.line import open_line

Path = tuple[str, ...]
# Where a kind of ids has another name than its table.
TABLES = {
    "account": "waba",
    "file": "import_file",
    "hold": "legal_hold",
    "job": "import_job",
    "key": "api_key",
    "note": "message",
    "order": "shop_order",
    "request": "privacy_request",
    "upload": "media",
}
# A cursor bears the filter that it came from, with the candidate in it.
_OF_THE_QUESTION = {"cursor", "startCursor", "endCursor"}
# Another second may have begun between two questions.
_OF_THE_MOMENT = {"localTime", "withdrawalLink", "preferencesLink"}
_BY_NAME: Mapping[str, Any] = {
    "language": "es",
    "rows": [],
    "secret": "long enough to be one",
    "url": "https://shop.example/",
}
_FAULT = re.compile(rb'"requestId":"[0-9a-f]{32}"')
_WANTED = re.compile(rb"; an? ([a-z_]+) is wanted")
_SAMPLES: Mapping[str, Any] = {
    "Boolean": False,
    "CountryCode": "ES",
    "CurrencyCode": "EUR",
    "DateTime": "2030-01-01T00:00:00Z",
    "Decimal": "1.00",
    "Float": 1.0,
    "Int": 1,
    "JSON": {},
    "Locale": "es-ES",
    "PhoneNumber": "+34600111222",
    "String": "x",
    "TimeZone": "Europe/Madrid",
    "URL": "https://shop.example/",
}


@dataclass(frozen=True)
class Position:
    """A place for an id: the operation, its field, and the way through the arguments."""

    operation: str
    name: str
    path: Path

    def __str__(self) -> str:
        return f"{self.operation} {self.name}({'.'.join(self.path)})"

    @property
    def field(self) -> GraphQLField:
        """The field in the schema."""
        root = {
            "query": GRAPHQL.query_type,
            "mutation": GRAPHQL.mutation_type,
            "subscription": GRAPHQL.subscription_type,
        }[self.operation]
        assert root is not None
        return root.fields[self.name]


def positions() -> list[Position]:
    """Every place in the arguments of a root field where an id can stand."""
    found = []
    for operation, root in (
        ("query", GRAPHQL.query_type),
        ("mutation", GRAPHQL.mutation_type),
        ("subscription", GRAPHQL.subscription_type),
    ):
        assert root is not None
        for name, one in root.fields.items():
            for argument, given in one.args.items():
                paths = _paths(get_named_type(given.type), (argument,), ())
                found += [Position(operation, name, path) for path in paths]
    return found


@dataclass
class Asker:
    """Somebody of a store who asks about any id, and what there is to ask about."""

    door: Door
    store: Store
    ours: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def at(cls, door: Door, store: Store) -> Asker:
        """The store's owner, who knows one row of each kind that the store has."""
        asker = cls(door, store)
        for kind in ("conversation", "contact", "message", "person", "number"):
            row = await stored.row(
                f"SELECT id FROM {kind} WHERE tenant_id = $1::uuid LIMIT 1", store.tenant_id
            )
            assert row is not None
            asker.ours[kind] = ids.show(kind, row["id"])
        return asker

    async def kind_of(self, position: Position) -> str | None:
        """The kind of id that is wanted there, as the answer to another kind tells."""
        answer = await self.ask(position, ids.show("nothing", ids.new_id()))
        wanted = _WANTED.search(answer)
        return wanted[1].decode() if wanted else None

    async def ask(self, position: Position, candidate: str) -> bytes:
        """The bytes of the answer without the candidate and the id of a fault's log."""
        given = {
            name: self._value(
                one.type, position.path[1:] if name == position.path[0] else None, candidate
            )
            for name, one in position.field.args.items()
            if name == position.path[0] or is_required_argument(one)
        }
        places = ", ".join(f"${name}: {position.field.args[name].type}" for name in given)
        passed = ", ".join(f"{name}: ${name}" for name in given)
        shown = _selection(get_named_type(position.field.type), 2)
        query = f"{position.operation}({places}) {{ {position.name}({passed}) {shown} }}"
        answer = await (self._listen if position.operation == "subscription" else self._post)(
            query, given
        )
        return _FAULT.sub(b"", answer).replace(candidate.encode(), b"ID")

    async def _post(self, query: str, given: Mapping[str, Any]) -> bytes:
        body = orjson.dumps({"query": query, "variables": given})
        headers = {
            "content-type": "application/json",
            "authorization": f"Bearer {self.store.tokens['owner']}",
        }
        async with self.door.http.post(
            f"{self.door.root}/graphql", data=body, headers=headers
        ) as answer:
            return b"%d " % answer.status + await answer.read()

    async def _listen(self, query: str, given: Mapping[str, Any]) -> bytes:
        """What is heard at once; b"" where the line stays silent."""
        async with open_line(self.door) as line:
            await line.begin(self.store.tokens["owner"])
            await line.subscribe(query, **given)
            try:
                return orjson.dumps(await line.hear(within=0.15))
            except TimeoutError:
                return b""

    def _value(self, kind: Any, path: Path | None, candidate: str, name: str = "") -> Any:
        """A value of this type; along the path, the candidate; beside it, our own or made up."""
        if is_non_null_type(kind):
            return self._value(kind.of_type, path, candidate, name)
        if name in _BY_NAME and path is None:
            return _BY_NAME[name]
        if is_list_type(kind):
            return [self._value(kind.of_type, path, candidate, name)]
        if is_input_object_type(kind):
            ahead = [path[0]] if path else []
            wanted = [one for one, part in kind.fields.items() if is_required_input_field(part)]
            return {
                one: self._value(
                    kind.fields[one].type,
                    path[1:] if path and one in ahead else None,
                    candidate,
                    one,
                )
                # Where nothing is required, one of all is.
                for one, given in kind.fields.items()
                if one in ([*wanted, *ahead] or [next(iter(kind.fields))])
            }
        if is_enum_type(kind):
            return next(iter(kind.values))
        if kind.name != "ID":
            return _SAMPLES[kind.name]
        return candidate if path is not None else self.ours.get(name, ids.show(name, ids.new_id()))


def node_kinds() -> set[str]:
    """The kinds of all things that have a global id."""
    found, waiting = set(), [Node]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        found |= {one.kind} if "kind" in vars(one) else set()
    return found


def table_of(kind: str) -> str:
    """The table whose rows bear ids of this kind."""
    return TABLES.get(kind, kind)


def _paths(kind: GraphQLNamedType, path: Path, around: tuple[str, ...]) -> Iterator[Path]:
    if kind.name == "ID":
        yield path
    elif is_input_object_type(kind) and kind.name not in around:
        for name, one in kind.fields.items():
            yield from _paths(get_named_type(one.type), (*path, name), (*around, kind.name))


@cache
def _selection(kind: Any, depth: int) -> str:
    """All that can be asked of a thing without arguments, so deep."""
    if is_leaf_type(kind):
        return ""
    shown = ["__typename"]
    for name, one in kind.fields.items() if hasattr(kind, "fields") else ():
        inner = get_named_type(one.type)
        if any(is_required_argument(argument) for argument in one.args.values()):
            continue
        if is_leaf_type(inner):
            shown += [name] if name not in _OF_THE_QUESTION | _OF_THE_MOMENT else []
        elif depth > 0 and (is_object_type(inner) or depth > 1):
            shown.append(f"{name} {_selection(inner, depth - 1)}")
    return f"{{ {' '.join(shown)} }}"
