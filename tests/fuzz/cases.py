"""Operations made by schemathesis, then aimed: at things that are there, by arguments that agree.

As they come, all arguments are given at once, ids are random texts, and inputs of which one field
is wanted have several: nearly all would be refused for the same few reasons.
"""

from __future__ import annotations

import random
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import hypothesis_graphql
import schemathesis
from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    build_schema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
    parse,
    print_ast,
    value_from_ast_untyped,
    visit,
)
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.graphql import nodes

from api.graphql.schema import GRAPHQL
from scripts.schema import FILE

_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
_WORDS = st.sampled_from(["Lea", "hello", "مرحبا 你好 👋", "es", "GREEN", "%_'\"\\", " ", "-1"])
_TIMES = st.sampled_from(
    ["2026-10-01T12:00:00Z", "1970-01-01T00:00:00+14:00", "9999-12-30T23:59:59.999999Z", "soon"]
)
_TEXT_LIKE = {
    "ID": st.just("an id"),
    "String": _WORDS | _TEXTS,
    "DateTime": _TIMES,
    "Date": st.sampled_from(["2026-10-01", "0001-01-01", "2026-02-30", "soon"]),
    "Decimal": st.sampled_from(["26.00", "-0.0001", "99999999999", "much"]),
    "PhoneNumber": st.sampled_from(["+34600111222", "+1 (415) 555-0100", "12", ""]),
    "Locale": st.sampled_from(["es", "zh-Hans-CN", "xx", "español"]),
    "CountryCode": st.sampled_from(["ES", "CN", "XX", "es"]),
    "CurrencyCode": st.sampled_from(["EUR", "XXX", "€"]),
    "TimeZone": st.sampled_from(["Europe/Madrid", "Etc/GMT+12", "Mars/Olympus"]),
    "URL": st.sampled_from(["https://example.com/a", "/media/x", "javascript:alert(1)"]),
    "JSON": _TEXTS,
}
_SIZES = st.integers(1, 200) | st.sampled_from([0, -1, 201, 2**31 - 1, -(2**31)])
_SCALARS = {name: strategy.map(nodes.String) for name, strategy in _TEXT_LIKE.items()}
_SCALARS["Int"] = _SIZES.map(nodes.Int)
_ROOTS = (GRAPHQL.query_type, GRAPHQL.mutation_type, GRAPHQL.subscription_type)
_DEEPER = 3  # levels below what schemathesis has chosen
_ID = re.compile(r"([a-z]{1,24})_[0-9A-Za-z]{22}")
# Arguments and fields whose ids are of a kind that is called otherwise.
_KINDS = {"assignee": "person", "replyTo": "message", "account": "waba", "upload": "media"}


@cache
def _operations() -> list[Any]:
    for name, strategy in _SCALARS.items():
        schemathesis.graphql.scalar(name, strategy)
    with FILE.open() as text:
        schema = schemathesis.graphql.from_file(text)
    schema.config.generation.update(allow_x00=False)
    return [operation for root in schema for operation in schema[root].values()]


def _cases(mode: GenerationMode) -> st.SearchStrategy[str]:
    return st.sampled_from(_operations()).flatmap(
        lambda operation: (
            operation.as_strategy(mode)
            # What cannot be broken comes whole all the same.
            .filter(lambda case: case.meta.generation.mode is mode)
            .map(lambda case: case.body)
        )
    )


def _subscriptions() -> st.SearchStrategy[str]:
    # Schemathesis leaves them out; its generator takes them for queries of another schema.
    heard = GraphQLSchema(query=build_schema(FILE.read_text()).subscription_type)
    return st.one_of(
        hypothesis_graphql.queries(heard, fields=[field], custom_scalars=_SCALARS)
        for field in sorted(GRAPHQL.subscription_type.fields)
    ).map(lambda text: f"subscription {text}")


# Operations that the schema allows, and such as break it in one place; made by who tries them.
FITTING = st.deferred(lambda: _cases(GenerationMode.POSITIVE))
BROKEN = st.deferred(lambda: _cases(GenerationMode.NEGATIVE))
SUBSCRIPTIONS = st.deferred(_subscriptions)


@dataclass(frozen=True)
class Operation:
    """What is sent."""

    text: str
    variables: dict[str, Any]


class Known:
    """Ids that answers have shown, by their kinds."""

    def __init__(self) -> None:
        self._ids: dict[str, list[str]] = {}

    def learn(self, answer: Any) -> None:
        """Keep all ids in an answer."""
        if isinstance(answer, dict):
            for value in answer.values():
                self.learn(value)
        elif isinstance(answer, list):
            for value in answer:
                self.learn(value)
        elif isinstance(answer, str) and (match := _ID.fullmatch(answer)):
            ids = self._ids.setdefault(match[1], [])
            if answer not in ids:
                ids.append(answer)

    def one(self, name: str, chance: random.Random) -> str:
        """An id that fits an argument of this name, mostly."""
        kind = _KINDS.get(name, name.rstrip("s"))
        fitting = self._ids.get(kind)
        if fitting is None or chance.random() < 0.2:
            fitting = chance.choice(list(self._ids.values()))
        return chance.choice(fitting)


def aimed(text: str, known: Known, chance: random.Random) -> Operation:
    """The operation with known ids, some of its arguments (as variables, too), and more fields."""
    types = TypeInfo(GRAPHQL)
    aim = _Aim(types, known, chance)
    kind, _, selections = print_ast(visit(parse(text), TypeInfoVisitor(types, aim))).partition("{")
    declared = f"({', '.join(aim.declared)})" if aim.declared else ""
    return Operation(f"{kind or 'query '}{declared} {{{selections}", aim.variables)


class _Aim(Visitor):
    def __init__(self, types: TypeInfo, known: Known, chance: random.Random) -> None:
        super().__init__()
        self._types = types
        self._known = known
        self._chance = chance
        self._field = self._name = ""
        self.variables: dict[str, Any] = {}
        self.declared: list[str] = []

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        field = self._types.get_field_def()
        self._field = node.name.value
        if field is None or not node.arguments:
            return None
        turned_away = {"first", "after"} if self._chance.random() < 0.5 else {"last", "before"}
        kept = [
            one
            for one in node.arguments
            if is_required_argument(field.args[one.name.value])
            or (one.name.value not in turned_away and self._chance.random() < 0.35)
        ]
        return replace(node, arguments=tuple(kept))

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        # An id alone is one of what the field shows: job(id: …).
        self._name = self._field if node.name.value == "id" else node.name.value

    def leave_argument(self, node: ArgumentNode, *_: Any) -> Any:
        argument = self._types.get_argument()
        if argument is None or self._chance.random() < 0.7:
            return None
        name = NameNode(value=f"given{len(self.variables)}")
        self.variables[name.value] = value_from_ast_untyped(node.value)
        self.declared.append(f"${name.value}: {argument.type}")
        return replace(node, value=VariableNode(name=name))

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        self._name = node.name.value

    def enter_object_value(self, node: ObjectValueNode, *_: Any) -> Any:
        wanted = get_named_type(self._types.get_input_type())
        if not isinstance(wanted, GraphQLInputObjectType) or not wanted.is_one_of:
            return None
        given = [one for one in node.fields if not isinstance(one.value, NullValueNode)]
        return replace(node, fields=tuple(self._chance.sample(given, min(1, len(given)))))

    def enter_string_value(self, node: StringValueNode, *_: Any) -> Any:
        if get_named_type(self._types.get_input_type()) is not GraphQLID:
            return None
        return replace(node, value=self._known.one(self._name, self._chance))

    def leave_selection_set(self, node: SelectionSetNode, _key: Any, within: Any, *_: Any) -> Any:
        parent = self._types.get_parent_type()
        # Beside other fragments, fields of one name may differ in type.
        if parent in _ROOTS or isinstance(within, InlineFragmentNode):
            return None
        taken = {one.name.value for one in node.selections if isinstance(one, FieldNode)}
        return replace(node, selections=(*node.selections, *self._more(parent, taken, _DEEPER)))

    def _more(self, parent: Any, taken: Container[str], left: int) -> list[SelectionNode]:
        """Its name, and some other fields; of what may be of several types, some of one type's."""
        more: list[SelectionNode] = [] if "__typename" in taken else [_field("__typename")]
        if is_abstract_type(parent):
            one = self._chance.choice(GRAPHQL.get_possible_types(parent))
            below = [
                replace(field, alias=NameNode(value=f"{one.name}_{field.name.value}"))
                for field in self._more(one, "__typename", left)
            ]
            return [*more, _on(one, below)] if below else more
        for name, field in parent.fields.items():
            shown = get_named_type(field.type)
            if name in taken or any(map(is_required_argument, field.args.values())):
                continue
            if is_leaf_type(shown):
                if self._chance.random() < 0.6:
                    more.append(_field(name))
            elif left and self._chance.random() < 0.25:
                more.append(_field(name, self._more(shown, (), left - 1)))
        return more


def _field(name: str, below: Sequence[SelectionNode] = ()) -> FieldNode:
    selections = SelectionSetNode(selections=tuple(below)) if below else None
    return FieldNode(
        name=NameNode(value=name), selection_set=selections, arguments=(), directives=()
    )


def _on(type_: GraphQLObjectType, below: Sequence[SelectionNode]) -> InlineFragmentNode:
    return InlineFragmentNode(
        type_condition=NamedTypeNode(name=NameNode(value=type_.name)),
        selection_set=SelectionSetNode(selections=tuple(below)),
        directives=(),
    )
