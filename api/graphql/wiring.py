"""What is done once to the finished schema, so that a field costs what its own code costs.

Strawberry wraps every resolver for arguments, extensions and permissions. A field that takes only
its source and simple arguments needs none of it: it is wired straight to its function. Here too
@personal becomes true: such a field is null for who lacks contacts:personal, whatever its function
would say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import iscoroutinefunction, signature
from operator import attrgetter
from typing import Any, NamedTuple

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLField,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    get_nullable_type,
)

from api.graphql.permissions import is_personal

Read = Callable[..., Any]
# Where a field that one plain call on its source reads keeps how.
PLAIN = "plain"


class Plain(NamedTuple):
    """A field that one plain call on its source, with its arguments, reads."""

    read: Read
    # The schema's names of the arguments → those of the call.
    names: Mapping[str, str]
    is_personal: bool


def wire(schema: GraphQLSchema) -> None:
    """Wire all fields and types of our own."""
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    for graphql_type in schema.type_map.values():
        if graphql_type.name.startswith("__"):
            continue
        if isinstance(graphql_type, GraphQLInterfaceType | GraphQLUnionType):
            graphql_type.resolve_type = _name_of_class
        elif isinstance(graphql_type, GraphQLObjectType):
            # Resolvers answer with the class that the schema says, as strict typing proves.
            graphql_type.is_type_of = None
            if graphql_type not in roots:
                for name, field in graphql_type.fields.items():
                    _wire_field(field, is_personal=is_personal(graphql_type, name))


def _wire_field(field: GraphQLField, *, is_personal: bool) -> None:
    definition = field.extensions["strawberry-definition"]
    read = _read(definition)
    if read is not None and all(map(_is_simple, field.args.values())):
        names = dict(
            zip(field.args, (one.python_name for one in definition.arguments), strict=True)
        )
        field.resolve = _resolver_of(read, names)
        if not iscoroutinefunction(read):
            field.extensions[PLAIN] = Plain(read, names, is_personal)
    if is_personal:
        field.resolve = _only_for_readers(field.resolve)


def _read(definition: Any) -> Read | None:
    """The function of a field that takes nothing but its source and its arguments."""
    if definition.base_resolver is None:
        return attrgetter(definition.python_name)
    function: Read = definition.base_resolver.wrapped_func
    takes = len(signature(function).parameters)
    return function if takes == 1 + len(definition.arguments) else None


def _is_simple(argument: GraphQLArgument) -> bool:
    """Whether the value comes as the function takes it: Strawberry need not make an input of it."""
    return get_nullable_type(argument.type) in (GraphQLInt, GraphQLString, GraphQLBoolean)


def _resolver_of(read: Read, names: Mapping[str, str]) -> Callable[..., Any]:
    if not names:
        return lambda source, _info: read(source)
    return lambda source, _info, **given: read(
        source, **{names[name]: value for name, value in given.items()}
    )


def _only_for_readers(resolve: Any) -> Any:
    def resolve_or_hide(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        return resolve(source, info, **arguments) if info.context.sees_personal else None

    return resolve_or_hide


def _name_of_class(value: Any, _info: GraphQLResolveInfo[Any], _abstract: Any) -> str:
    name: str = type(value).__strawberry_definition__.name
    return name
