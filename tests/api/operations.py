"""Operations made from the schema: one for every field, with the least that it must be given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)

from kernel import ids

# Values of scalars that are read rightly, whatever they are for.
_SCALARS = {
    "ID": f'"{ids.show("contact", "0" * 32)}"',
    "Int": "1",
    "Float": "1.5",
    "Boolean": "true",
    "DateTime": '"2099-01-01T00:00:00Z"',
    "Date": '"2099-01-01"',
    "CountryCode": '"ES"',
    "CurrencyCode": '"EUR"',
    "Decimal": '"1.5"',
    "Locale": '"es-ES"',
    "TimeZone": '"Europe/Madrid"',
    "URL": '"https://example.com"',
    "PhoneNumber": '"+34600111222"',
    "JSON": "{}",
}
Parent = GraphQLObjectType | GraphQLInterfaceType


@dataclass(frozen=True)
class Step:
    """A field of a type, on the way to another."""

    parent: Parent
    name: str

    @property
    def field(self) -> GraphQLField:
        """The field itself."""
        return self.parent.fields[self.name]


Path = tuple[Step, ...]


def paths(schema: GraphQLSchema) -> Iterator[Path]:
    """The shortest way from a root to every field of every type that can be reached."""
    waiting: list[tuple[Parent, Path]] = [
        (root, ())
        for root in (schema.query_type, schema.mutation_type, schema.subscription_type)
        if root
    ]
    reached = {parent.name for parent, _ in waiting}
    while waiting:
        parent, way = waiting.pop(0)
        for name, field in parent.fields.items():
            there = (*way, Step(parent, name))
            yield there
            for found in _types(schema, get_named_type(field.type)):
                if found.name not in reached:
                    reached.add(found.name)
                    waiting.append((found, there))


def document(schema: GraphQLSchema, path: Path, argument: str = "") -> str:
    """An operation that asks for this field, with all that must be given and one argument more."""
    kinds = {schema.mutation_type: "mutation", schema.subscription_type: "subscription"}
    text = ""
    for place in range(len(path) - 1, -1, -1):
        step, inner = path[place], text
        target = get_named_type(step.field.type)
        if place == len(path) - 1:
            is_composite = hasattr(target, "fields") or isinstance(target, GraphQLUnionType)
            inner = "{ __typename }" if is_composite else ""
        elif path[place + 1].parent is not target:
            inner = f"{{ ... on {path[place + 1].parent.name} {inner} }}"
        more = argument if place == len(path) - 1 else ""
        text = f"{{ {step.name}{_arguments(step.field, more)} {inner} }}"
    return f"{kinds.get(path[0].parent, 'query')} {text}"  # type: ignore[call-overload]


def literal(kind: Any) -> str:
    """A value of an input type, as it is written in a document."""
    if isinstance(kind, GraphQLNonNull):
        return literal(kind.of_type)
    if isinstance(kind, GraphQLList):
        return f"[{literal(kind.of_type)}]"
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        given = {name: one for name, one in kind.fields.items() if is_required_input_field(one)}
        if kind.is_one_of:
            given = dict([next(iter(kind.fields.items()))])
        return f"{{{', '.join(f'{name}: {literal(one.type)}' for name, one in given.items())}}}"
    return _SCALARS.get(kind.name, '"x"')


def _arguments(field: GraphQLField, more: str) -> str:
    given = {
        name: literal(one.type)
        for name, one in field.args.items()
        if name == more or is_required_argument(one)
    }
    return f"({', '.join(f'{name}: {text}' for name, text in given.items())})" if given else ""


def _types(schema: GraphQLSchema, found: Any) -> list[Parent]:
    if isinstance(found, GraphQLUnionType | GraphQLInterfaceType):
        possible: list[Parent] = list(schema.get_possible_types(found))
        return possible if isinstance(found, GraphQLUnionType) else [found, *possible]
    return [found] if isinstance(found, GraphQLObjectType) else []
