"""The page that shows who may what, made from the matrix of roles and the marks of the schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from api.graphql.permissions import (
    PUBLIC,
    SIGNED_IN,
    is_personal,
    marks_of,
    marks_of_argument,
)
from kernel.errors import Invalid
from tenants import ROLES, Permission, Role

_HEAD = """\
# Who may what

Made from `tenants/roles.py` and the marks in `api/graphql/schema` by `python -m scripts.permissions`; do not edit it by hand.

What is not marked is denied: a root field without a permission is refused to everybody, and `scripts/check` fails. A permission that is missing anywhere in an operation refuses the whole of it before anything runs. Fields marked `@personal` are null for who lacks `contacts:personal`.

## Roles

`store` is no person but a system of the store, with an API key: that column is what a key can be given as scopes, and each key has those that it was made with.
"""  # noqa: E501 (a page, whose paragraphs are lines)


def permission_page(schema: GraphQLSchema) -> str:
    """The page, in Markdown; Invalid for a root field that names no permission."""
    return "\n".join([_HEAD, *_matrix(), *_sections(schema), ""])


def _matrix() -> Iterator[str]:
    yield from _table(
        ["permission", *Role],
        (
            [f"`{permission}`", *("✓" if permission in ROLES[role] else "" for role in Role)]
            for permission in Permission
        ),
    )


def _sections(schema: GraphQLSchema) -> Iterator[str]:
    for title, root in (
        ("Queries", schema.query_type),
        ("Mutations", schema.mutation_type),
        ("Subscriptions", schema.subscription_type),
    ):
        if root is not None:
            yield f"\n## {title}\n"
            yield from _table(
                ["field", "needs"], ([f"`{name}`", _needs(root, name)] for name in root.fields)
            )
    yield "\n## Further in\n"
    yield from _table(["field", "needs"], _further_in(schema))
    yield "\n## Personal\n"
    yield from (f"- `{path}`" for path in _personal(schema))


def _needs(parent: GraphQLObjectType | GraphQLInterfaceType, name: str) -> str:
    marks = marks_of(parent, name)
    if (parent.name, name) in PUBLIC:
        return "nothing: it is a way in"
    if not marks:
        raise Invalid(f"{parent.name}.{name} names no permission")
    if marks == [SIGNED_IN.permission]:
        return "being signed in, or a key"
    return ", ".join(f"`{mark}`" for mark in marks)


def _further_in(schema: GraphQLSchema) -> Iterator[list[str]]:
    roots = {schema.query_type, schema.mutation_type, schema.subscription_type}
    for parent in _types(schema):
        for name, field in parent.fields.items():
            if parent not in roots and marks_of(parent, name):
                yield [f"`{parent.name}.{name}`", _needs(parent, name)]
            for argument in field.args:
                marks = marks_of_argument(parent, name, argument)
                if marks:
                    needs = ", ".join(f"`{mark}`" for mark in marks)
                    yield [f"`{parent.name}.{name}({argument}:)`", needs]


def _personal(schema: GraphQLSchema) -> Iterator[str]:
    for parent in _types(schema):
        for name in parent.fields:
            if is_personal(parent, name):
                yield f"{parent.name}.{name}"


def _types(schema: GraphQLSchema) -> Iterator[GraphQLObjectType | GraphQLInterfaceType]:
    for name, found in sorted(schema.type_map.items()):
        if isinstance(found, GraphQLObjectType | GraphQLInterfaceType) and name[:2] != "__":
            yield found


def _table(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
