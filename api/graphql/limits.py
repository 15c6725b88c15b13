"""How much one document may say: depth, aliases, breadth, directives, measured in one walk.

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
    OperationDefinitionNode,
    SelectionSetNode,
)

from kernel.errors import Invalid

LONGEST = 100_000
MOST_TOKENS = 4_000
DEEPEST = 20
MOST_ALIASES = 60
MOST_FIELDS = 1_500
# Validation compares fields of one name with each other, each with each.
MOST_OF_ONE_NAME = 20
MOST_SPREADS = 200
MOST_DIRECTIVES = 100
# Who has not signed in has little to say.
LONGEST_OF_STRANGERS = 5_000
MOST_TOKENS_OF_STRANGERS = 500


@dataclass(slots=True)
class Measures:
    """What a document comes to before it is even validated."""

    fields: int = 0
    aliases: int = 0
    spreads: int = 0
    directives: int = 0
    depths: dict[str, int] = field(default_factory=dict)


def measure(document: DocumentNode) -> None:
    """Invalid (TOO_COMPLEX) where a document is deeper or broader than anyone needs."""
    fragments = fragments_of(document)
    measures = Measures()
    deepest = 0
    for node in document.definitions:
        measures.directives += _directives_of(node)
        if isinstance(node, OperationDefinitionNode):
            deepest = max(deepest, _depth(node.selection_set, fragments, measures))
        elif isinstance(node, FragmentDefinitionNode):
            deepest = max(deepest, _depth_of_fragment(node.name.value, fragments, measures))
    for name, found, most in (
        ("levels", deepest, DEEPEST),
        ("aliases", measures.aliases, MOST_ALIASES),
        ("fields", measures.fields, MOST_FIELDS),
        ("fragment spreads", measures.spreads, MOST_SPREADS),
        ("directives", measures.directives, MOST_DIRECTIVES),
    ):
        if found > most:
            raise _too_complex(f"The document has {found} {name}; {most} are allowed.")


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments of a document, by name."""
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }


def _directives_of(node: Any) -> int:
    """The directives of a definition itself, and of its variables."""
    variables = getattr(node, "variable_definitions", None) or ()
    return sum(len(one.directives or ()) for one in (node, *variables))


def _depth(
    selections: SelectionSetNode,
    fragments: dict[str, FragmentDefinitionNode],
    measures: Measures,
) -> int:
    deepest, names = 0, dict[str, int]()
    for node in selections.selections:
        measures.directives += len(node.directives or ())
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
