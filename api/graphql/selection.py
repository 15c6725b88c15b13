"""Which fields an operation selects below a field, so that a page is read in few statements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLResolveInfo,
    SelectionSetNode,
    get_argument_values,
)

Selected = dict[str, list[FieldNode]]


def below(info: GraphQLResolveInfo[Any], nodes: Iterable[FieldNode]) -> Selected:
    """The fields selected right below these, by name, through fragments of every kind.

    @skip, @include and type conditions are not weighed: reading too much is no fault.
    """
    found: Selected = {}
    entered: set[str] = set()
    for node in nodes:
        if node.selection_set:
            _collect(node.selection_set, info.fragments, entered, found)
    return found


def of_nodes(info: GraphQLResolveInfo[Any]) -> Selected:
    """The fields selected on the nodes of the connection that is being resolved."""
    of_connection = below(info, info.field_nodes)
    in_edges = below(info, of_connection.get("edges", []))
    return below(info, [*of_connection.get("nodes", []), *in_edges.get("node", [])])


def arguments(
    info: GraphQLResolveInfo[Any], parent: GraphQLObjectType, node: FieldNode
) -> dict[str, Any]:
    """The arguments of a selected field."""
    return get_argument_values(parent.fields[node.name.value], node, info.variable_values)


def _collect(
    selections: SelectionSetNode,
    fragments: dict[str, FragmentDefinitionNode],
    entered: set[str],
    found: Selected,
) -> None:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            found.setdefault(node.name.value, []).append(node)
        elif isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in entered:
                entered.add(name)
                _collect(fragments[name].selection_set, fragments, entered, found)
        else:
            _collect(node.selection_set, fragments, entered, found)  # type: ignore[attr-defined]
