"""How much one operation may ask for: depth, aliases, breadth and cost, each measured in one walk.

Fragments are measured once each, however often they are spread, so that the measuring itself takes
linear time (the usual limiters are exponential: traps).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

from kernel.errors import Invalid

LONGEST = 100_000
MOST_TOKENS = 5_000
DEEPEST = 20
MOST_ALIASES = 60
MOST_FIELDS = 1_500
# Validation compares fields of one name with each other, each with each.
MOST_OF_ONE_NAME = 20
MOST_SPREADS = 200
DEAREST = 50_000
_USUAL_PAGE = 20


@dataclass(slots=True)
class Measures:
    """What a document comes to before it is even validated."""

    fields: int = 0
    aliases: int = 0
    spreads: int = 0
    depths: dict[str, int] = field(default_factory=dict)


def measure(document: DocumentNode) -> None:
    """Invalid (TOO_COMPLEX) where a document is deeper or broader than anyone needs."""
    fragments = _fragments(document)
    measures = Measures()
    deepest = 0
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            deepest = max(deepest, _depth(node.selection_set, fragments, measures))
        elif isinstance(node, FragmentDefinitionNode):
            deepest = max(deepest, _depth_of_fragment(node.name.value, fragments, measures))
    for name, found, most in (
        ("levels", deepest, DEEPEST),
        ("aliases", measures.aliases, MOST_ALIASES),
        ("fields", measures.fields, MOST_FIELDS),
        ("fragment spreads", measures.spreads, MOST_SPREADS),
    ):
        if found > most:
            raise _too_complex(f"The document has {found} {name}; {most} are allowed.")


def cost(operation: OperationDefinitionNode, document: DocumentNode, given: dict[str, Any]) -> None:
    """Invalid (TOO_DEAR) where an operation could read too many things, naming the dearest field.

    A list that is asked for by `first` or `last` costs so many times what is selected on each.
    """
    defaults = {
        one.variable.name.value: int(one.default_value.value)
        for one in operation.variable_definitions or ()
        if isinstance(one.default_value, IntValueNode)
    }
    prices = _Prices(_fragments(document), defaults | given)
    total = prices.of(operation.selection_set)
    if total > DEAREST:
        dearest = prices.dearest_below(operation.selection_set)
        raise Invalid(
            f"The operation costs {total}, {DEAREST} are allowed; the dearest field is {dearest}.",
            code="TOO_DEAR",
            field=(dearest,),
        )


class _Prices:
    def __init__(self, fragments: dict[str, FragmentDefinitionNode], given: dict[str, Any]) -> None:
        self._fragments = fragments
        self._given = given
        self._of_fragments: dict[str, int] = {}

    def of(self, selections: SelectionSetNode) -> int:
        return sum(self._of_selection(node) for node in selections.selections)

    def dearest_below(self, selections: SelectionSetNode) -> str:
        nodes = [node for node in selections.selections if isinstance(node, FieldNode)]
        return max(nodes, key=self._of_selection).name.value if nodes else "in a fragment"

    def _of_selection(self, node: Any) -> int:
        if isinstance(node, FieldNode):
            below = self.of(node.selection_set) if node.selection_set else 0
            return self._times(node) * (1 + below) if node.selection_set else 0
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in self._of_fragments:
                self._of_fragments[name] = self.of(self._fragments[name].selection_set)
            return self._of_fragments[name]
        return self.of(node.selection_set)

    def _times(self, node: FieldNode) -> int:
        """How many things a list may bring; 1 for what is no list."""
        for argument in node.arguments or ():
            if argument.name.value in ("first", "last"):
                value = argument.value
                size = (
                    int(value.value)
                    if isinstance(value, IntValueNode)
                    else self._given.get(value.name.value)
                    if isinstance(value, VariableNode)
                    else None
                )
                return size if isinstance(size, int) and size > 0 else _USUAL_PAGE
        return 1 if node.selection_set is None else self._unbounded(node.selection_set)

    def _unbounded(self, selections: SelectionSetNode) -> int:
        """A connection without a size brings the usual page."""
        names = {node.name.value for node in selections.selections if isinstance(node, FieldNode)}
        return _USUAL_PAGE if names & {"nodes", "edges"} else 1


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }


def _depth(
    selections: SelectionSetNode,
    fragments: dict[str, FragmentDefinitionNode],
    measures: Measures,
) -> int:
    deepest, names = 0, dict[str, int]()
    for node in selections.selections:
        if isinstance(node, FieldNode):
            measures.fields += 1
            measures.aliases += node.alias is not None
            shown = (node.alias or node.name).value
            names[shown] = names.get(shown, 0) + 1
            if names[shown] > MOST_OF_ONE_NAME:
                raise _too_complex(
                    f"{shown} is selected more than {MOST_OF_ONE_NAME} times in one place."
                )
            below = _depth(node.selection_set, fragments, measures) if node.selection_set else 0
            deepest = max(deepest, 1 + below)
        elif isinstance(node, FragmentSpreadNode):
            measures.spreads += 1
            deepest = max(deepest, _depth_of_fragment(node.name.value, fragments, measures))
        else:
            inline: Any = node
            deepest = max(deepest, _depth(inline.selection_set, fragments, measures))
    return deepest


def _depth_of_fragment(
    name: str, fragments: dict[str, FragmentDefinitionNode], measures: Measures
) -> int:
    if name not in measures.depths:
        measures.depths[name] = 0  # a fragment inside itself is for validation to refuse
        if name in fragments:
            found = _depth(fragments[name].selection_set, fragments, measures)
            measures.depths[name] = found
    return measures.depths[name]


def _too_complex(message: str) -> Invalid:
    return Invalid(message, code="TOO_COMPLEX")
