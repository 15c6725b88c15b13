"""The schema keeps its own rules; each rule is shown to fail on a schema that breaks it."""

from __future__ import annotations

from collections.abc import Iterator

import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    is_specified_scalar_type,
)

import api
from api.graphql.permissions import PERSONAL, PUBLIC, SIGNED_IN, is_personal, marks_of, requires
from api.graphql.schema import GRAPHQL
from scripts.schema import FILE
from tenants import Permission


def test_everything_is_described() -> None:
    assert list(_undescribed(GRAPHQL)) == []
    assert list(_undescribed(_broken())) == ["Mutation", "Mutation.drop", "Query", "Query.name"]


def test_every_root_field_names_a_permission() -> None:
    assert list(_unguarded(GRAPHQL)) == []
    assert list(_unguarded(_broken())) == ["Mutation.drop", "Query.name"]


def test_only_ways_in_are_public() -> None:
    ways_in = (
        "emailVerify invitationAccept passwordReset passwordResetRequest sessionRenew signIn signUp"
    )
    assert {("Mutation", name) for name in ways_in.split()} == PUBLIC


def test_permissions_exist() -> None:
    named = {mark for _, parent, name in _fields(GRAPHQL) for mark in marks_of(parent, name)}
    assert named <= {*Permission, SIGNED_IN.permission}


def test_personal_fields_can_be_null() -> None:
    assert list(_personal_that_must_be(GRAPHQL)) == []
    assert list(_personal_that_must_be(_broken())) == ["Query.name"]


def test_types_keep_the_marks_of_their_interfaces() -> None:
    for path, parent, name in _fields(GRAPHQL):
        for interface in parent.interfaces:
            if name in interface.fields:
                assert marks_of(parent, name) == marks_of(interface, name), path
                assert is_personal(parent, name) == is_personal(interface, name), path


def test_the_file_is_current() -> None:
    assert FILE.read_text() == api.schema_text()


def test_the_directives_are_printed() -> None:
    text = api.schema_text()
    assert "directive @personal on FIELD_DEFINITION" in text
    assert "directive @requires(permission: String!)" in text
    assert "  name: String @personal\n" in text


def _fields(
    schema: GraphQLSchema,
) -> Iterator[tuple[str, GraphQLObjectType | GraphQLInterfaceType, str]]:
    for name, found in sorted(schema.type_map.items()):
        if isinstance(found, GraphQLObjectType | GraphQLInterfaceType) and name[:2] != "__":
            for field in found.fields:
                yield f"{name}.{field}", found, field


def _undescribed(schema: GraphQLSchema) -> Iterator[str]:
    for name, found in sorted(schema.type_map.items()):
        if name.startswith("__") or is_specified_scalar_type(found):
            continue
        if not found.description:
            yield name
        if isinstance(found, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field_name, field in found.fields.items():
                if not field.description:
                    yield f"{name}.{field_name}"
                for argument_name, argument in getattr(field, "args", {}).items():
                    if not argument.description:
                        yield f"{name}.{field_name}({argument_name})"
        if isinstance(found, GraphQLEnumType):
            for value_name, value in found.values.items():
                if not value.description:
                    yield f"{name}.{value_name}"


def _unguarded(schema: GraphQLSchema) -> Iterator[str]:
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    for path, parent, name in _fields(schema):
        if parent in roots and not marks_of(parent, name) and (parent.name, name) not in PUBLIC:
            yield path


def _personal_that_must_be(schema: GraphQLSchema) -> Iterator[str]:
    for path, parent, name in _fields(schema):
        if is_personal(parent, name) and isinstance(parent.fields[name].type, GraphQLNonNull):
            yield path


def _broken() -> GraphQLSchema:
    @strawberry.type
    class Query:
        @strawberry.field(directives=[PERSONAL])
        def name(self) -> str:
            return "somebody"

        @strawberry.field(description="Fine.", directives=[requires(Permission.TENANT_READ)])
        def fine(self) -> str | None:
            return None

    @strawberry.type
    class Mutation:
        @strawberry.mutation
        def drop(self) -> bool:
            return True

    return strawberry.Schema(query=Query, mutation=Mutation)._schema
