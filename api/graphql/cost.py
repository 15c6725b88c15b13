"""What an operation costs, worked out from its text and variables before anything is read.

A thing that is read costs 1, a list so many times what is selected on each of its things, a change
10, and every operation 10 to begin with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from api.graphql.limits import fragments_of
from kernel.errors import Invalid

DEAREST = 50_000
_TO_BEGIN = 10
_OF_A_CHANGE = 10
_USUAL_PAGE = 20
# No list brings more (pages.LARGEST, roots.nodes); a larger wish is refused where it is read.
_LARGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Cost:
    """What an operation costs, and the field of its root that costs most."""

    points: int
    dearest: str

    def told(self) -> dict[str, Any]:
        """As it stands in `extensions.cost` of an answer."""
        return {"cost": self.points, "allowed": DEAREST, "dearest": self.dearest}


class TooDear(Invalid):
    """The operation costs more than any may."""

    default_code = "TOO_DEAR"

    def __init__(self, cost: Cost) -> None:
        super().__init__(
            f"The operation costs {cost.points}, {DEAREST} are allowed; the dearest field is "
            f"{cost.dearest}.",
            field=(cost.dearest,),
        )
        self.cost = cost


def cost_of(
    operation: OperationDefinitionNode, document: DocumentNode, given: dict[str, Any]
) -> Cost:
    """The cost of an operation with these variables; TooDear where it is more than DEAREST."""
    defaults = {
        one.variable.name.value: int(one.default_value.value)
        for one in operation.variable_definitions or ()
        if isinstance(one.default_value, IntValueNode)
    }
    prices = _Prices(fragments_of(document), defaults | given)
    fields = list(prices.fields(operation.selection_set))
    of_changes = _OF_A_CHANGE * len(fields) * (operation.operation is OperationType.MUTATION)
    priced = [(prices.of_field(node), (node.alias or node.name).value) for node in fields]
    total = _TO_BEGIN + of_changes + sum(price for price, _ in priced)
    cost = Cost(total, max(priced, key=lambda one: one[0])[1])
    if total > DEAREST:
        raise TooDear(cost)
    return cost


class _Prices:
    """Each fragment is priced once, however often it is spread: linear time."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode], given: dict[str, Any]) -> None:
        self._fragments = fragments
        self._given = given
        self._of_fragments: dict[str, int] = {}
        self._of_fields: dict[int, int] = {}
        self._are_pages: dict[str, bool] = {}

    def fields(self, selections: SelectionSetNode) -> Iterator[FieldNode]:
        """The fields of a root, through fragments, those of each fragment once."""
        waiting, entered = [selections], set[str]()
        while waiting:
            for node in waiting.pop().selections:
                if isinstance(node, FieldNode):
                    yield node
                elif not isinstance(node, FragmentSpreadNode):
                    waiting.append(node.selection_set)  # type: ignore[attr-defined]
                elif node.name.value not in entered:
                    entered.add(node.name.value)
                    waiting.append(self._fragments[node.name.value].selection_set)

    def of_field(self, node: FieldNode) -> int:
        if node.selection_set is None:
            return 0
        if id(node) not in self._of_fields:
            self._of_fields[id(node)] = self._times(node) * (1 + self._of(node.selection_set))
        return self._of_fields[id(node)]

    def _of(self, selections: SelectionSetNode) -> int:
        return sum(map(self._of_selection, selections.selections))

    def _of_selection(self, node: Any) -> int:
        if isinstance(node, FieldNode):
            return self.of_field(node)
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in self._of_fragments:
                self._of_fragments[name] = self._of(self._fragments[name].selection_set)
            return self._of_fragments[name]
        return self._of(node.selection_set)

    def _times(self, node: FieldNode) -> int:
        """How many things a field may bring; 1 for what is no list that can grow."""
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        for name in ("first", "last"):
            size = self._whole(given.get(name))
            if size is not None:
                return min(max(size, 1), _LARGEST_PAGE)
        if "ids" in given:
            return min(max(self._length(given["ids"]), 1), _LARGEST_PAGE)
        return _USUAL_PAGE if self._is_page(node.selection_set) else 1

    def _is_page(self, selections: Any) -> bool:
        """Whether a connection is asked for: without a size it brings the usual page."""
        for node in selections.selections:
            if isinstance(node, FieldNode):
                found = node.name.value in ("nodes", "edges")
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name not in self._are_pages:
                    self._are_pages[name] = self._is_page(self._fragments[name].selection_set)
                found = self._are_pages[name]
            else:
                found = self._is_page(node.selection_set)
            if found:
                return True
        return False

    def _whole(self, value: ValueNode | None) -> int | None:
        if isinstance(value, IntValueNode):
            return int(value.value)
        found = self._given.get(value.name.value) if isinstance(value, VariableNode) else None
        return found if isinstance(found, int) else None

    def _length(self, value: ValueNode) -> int:
        if isinstance(value, ListValueNode):
            return len(value.values)
        found = self._given.get(value.name.value) if isinstance(value, VariableNode) else None
        return len(found) if isinstance(found, list) else 1
