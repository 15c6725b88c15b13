"""How often validation would compare fields that are shown under one name in one place.

It compares each with each, and what is selected below them each with each again, so that a document
of 20 kB can take it a second. Counted here, too much of it is refused before.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from graphql import DocumentNode, FieldNode, FragmentSpreadNode, SelectionSetNode

from api.graphql.limits import fragments_of
from kernel.errors import Invalid

MOST_COMPARED = 8_000


class _Shown(NamedTuple):
    """How often a name is shown in a place, and the weight of what is below, at most."""

    times: int
    below: int


_Place = dict[str, _Shown]


def check_overlaps(document: DocumentNode) -> None:
    """Invalid (TOO_COMPLEX) where too many fields of a document overlap."""
    places = _Places(document)
    for node in document.definitions:
        selections = getattr(node, "selection_set", None)
        if selections is not None:
            places.measure(selections)


class _Places:
    """Each fragment is looked at once, however often it is spread."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = fragments_of(document)
        self._known: dict[str, _Place] = {}
        self._compared = 0

    def measure(self, selections: SelectionSetNode) -> _Place:
        """What is shown in a place; what is compared there and below is counted."""
        place: _Place = {}
        for node in selections.selections:
            if isinstance(node, FieldNode):
                below = _weight(self.measure(node.selection_set)) if node.selection_set else 0
                _add(place, (node.alias or node.name).value, _Shown(1, below))
            else:
                for name, shown in self._found(node).items():
                    _add(place, name, shown)
        for times, below in place.values():
            self._compared += times * (times - 1) // 2 * (1 + below)
        if self._compared > MOST_COMPARED:
            raise Invalid(
                "Too many fields of the document overlap: select each of them once.",
                code="TOO_COMPLEX",
                field=("query",),
            )
        return place

    def _found(self, node: Any) -> _Place:
        if not isinstance(node, FragmentSpreadNode):
            return self.measure(node.selection_set)
        name = node.name.value
        if name not in self._known:
            self._known[name] = {}  # a fragment inside itself is for validation to refuse
            if name in self._fragments:
                self._known[name] = self.measure(self._fragments[name].selection_set)
        return self._known[name]


def _weight(place: _Place) -> int:
    """How much is compared where such a place meets another one like it."""
    return sum(times * times * (1 + below) for times, below in place.values())


def _add(place: _Place, name: str, shown: _Shown) -> None:
    before = place.get(name)
    if before is not None:
        shown = _Shown(before.times + shown.times, max(before.below, shown.below))
    place[name] = shown
