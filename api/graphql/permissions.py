"""Who may ask what: the marks on the schema's fields, and the one check before anything runs.

The check walks an operation once, however its fragments are nested, and collects the permissions
that its fields require. The outcome is kept with the document, so a request pays a set comparison.
A field of a root without a mark is denied: forgetting the mark shuts the door, never opens it.
"""

from __future__ import annotations

from dataclasses import dataclass

import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
)
from strawberry.schema_directive import Location

from kernel.errors import NotAllowed
from tenants import Permission, Viewer

DENIED = "denied"
# The only root fields that strangers may ask for.
PUBLIC = frozenset(
    ("Mutation", name)
    for name in (
        "signUp",
        "signIn",
        "sessionRenew",
        "emailVerify",
        "passwordResetRequest",
        "passwordReset",
        "invitationAccept",
    )
)


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.ARGUMENT_DEFINITION],
    name="requires",
    description="Whoever asks for this needs the permission; else the whole operation is refused.",
)
class Requires:
    """The mark of a field or argument that needs a permission."""

    permission: str = strawberry.field(description="The permission, as resource:action.")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="personal",
    description="Reveals a person: null without contacts:personal, and once the person is erased.",
)
class Personal:
    """The mark of a field that reveals a person."""


PERSONAL = Personal()


# For who has signed in or shows a key, whatever they may: what is about the viewer alone.
SIGNED_IN = Requires(permission="signed-in")


def requires(permission: Permission) -> Requires:
    """The mark for this permission."""
    return Requires(permission=permission.value)


@dataclass(frozen=True, slots=True)
class Need:
    """A permission and the first field of the operation that requires it."""

    permission: str
    path: tuple[str, ...]


def needs_of(schema: GraphQLSchema, document: DocumentNode) -> dict[str | None, tuple[Need, ...]]:
    """What each operation of a valid document requires, by the operation's name."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    needs: dict[str | None, tuple[Need, ...]] = {}
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            root = schema.get_root_type(node.operation)
            if root is not None:
                walk = _Walk(schema, fragments)
                walk.selections(root, node.selection_set, ())
                name = node.name.value if node.name else None
                needs[name] = tuple(Need(*found) for found in walk.found.items())
    return needs


def check(needs: tuple[Need, ...], viewer: Viewer | None) -> None:
    """NotAllowed, naming the field, where the viewer lacks a permission of the operation."""
    for need in needs:
        if viewer is None:
            raise NotAllowed("Sign in first.", code="SIGN_IN")
        if need.permission != SIGNED_IN.permission and need.permission not in viewer.permissions:
            raise NotAllowed(
                f"{'.'.join(need.path)} needs the permission {need.permission}.", field=need.path
            )


class _Walk:
    """Collects what is required; each fragment is entered once, so the time is linear."""

    def __init__(self, schema: GraphQLSchema, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments
        self._entered: set[str] = set()
        self._roots = {
            root.name
            for root in (schema.query_type, schema.mutation_type, schema.subscription_type)
            if root
        }
        self.found: dict[str, tuple[str, ...]] = {}

    def selections(
        self, parent: GraphQLNamedType, selection_set: SelectionSetNode, path: tuple[str, ...]
    ) -> None:
        """Everything that is selected on a type."""
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                self._field(parent, node, (*path, node.name.value))
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                if fragment.name.value not in self._entered:
                    self._entered.add(fragment.name.value)
                    on = self._schema.type_map[fragment.type_condition.name.value]
                    self.selections(on, fragment.selection_set, path)
            else:
                condition = node.type_condition  # type: ignore[attr-defined]
                on = self._schema.type_map[condition.name.value] if condition else parent
                self.selections(on, node.selection_set, path)  # type: ignore[attr-defined]

    def _field(self, parent: GraphQLNamedType, node: FieldNode, path: tuple[str, ...]) -> None:
        name = node.name.value
        if name == "__typename":
            return
        if name in ("__schema", "__type"):
            self.found.setdefault(SIGNED_IN.permission, path)
            return
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return
        field = parent.fields[name]
        marks = [*marks_of(parent, name)]
        given = {argument.name.value for argument in node.arguments or ()}
        for argument in given:
            marks += marks_of_argument(parent, name, argument)
        if parent.name in self._roots and (parent.name, name) not in PUBLIC and not marks:
            marks = [DENIED]
        for mark in marks:
            self.found.setdefault(mark, path)
        if node.selection_set:
            self.selections(get_named_type(field.type), node.selection_set, path)


def marks_of(parent: GraphQLObjectType | GraphQLInterfaceType, name: str) -> list[str]:
    """The permissions that a field of the schema requires."""
    definition = parent.fields[name].extensions.get("strawberry-definition")
    return _permissions(getattr(definition, "directives", ()))


def marks_of_argument(
    parent: GraphQLObjectType | GraphQLInterfaceType, name: str, argument: str
) -> list[str]:
    """The permissions that giving an argument requires."""
    definition = parent.fields[name].args[argument].extensions.get("strawberry-definition")
    return _permissions(getattr(definition, "directives", ()))


def is_personal(parent: GraphQLObjectType | GraphQLInterfaceType, name: str) -> bool:
    """Whether a field is marked as revealing a person."""
    definition = parent.fields[name].extensions.get("strawberry-definition")
    return any(isinstance(mark, Personal) for mark in getattr(definition, "directives", ()))


def _permissions(marks: object) -> list[str]:
    if not isinstance(marks, list | tuple):
        return []
    return [mark.permission for mark in marks if isinstance(mark, Requires)]
