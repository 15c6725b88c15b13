"""Whether an answer is what the schema promises: each field there, in order, of its type.

Told from the schema and the operation alone, without a look at how the server executes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    is_abstract_type,
)

_INT = range(-(2**31), 2**31)
# What a client may rely on, where a scalar promises more than a text.
_FORMS = {
    "DateTime": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?Z",
    "PhoneNumber": r"\+[1-9][0-9]{5,14}",
    "Locale": r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*",
    "CountryCode": r"[A-Z]{2}",
    "CurrencyCode": r"[A-Z]{3}",
    "URL": r"(https?:/)?/\S+",
}


def faults_of_answer(schema: GraphQLSchema, document: DocumentNode, answer: Any) -> list[str]:
    """What an answer to the only operation of a valid document without variables breaks."""
    if not isinstance(answer, dict) or not answer.keys() <= {"data", "errors", "extensions"}:
        return [f"no answer: {answer!r}"]
    faults = [fault for error in answer.get("errors", []) for fault in _faults_of_error(error)]
    if "errors" in answer and not answer["errors"]:
        faults.append("errors is empty")
    data = answer.get("data")
    if data is None:
        return faults if answer.get("errors") else [*faults, "neither data nor errors"]
    [operation] = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    root = schema.get_root_type(operation.operation)
    assert root is not None
    reader = _Reader(
        schema, document, {tuple(one.get("path", ())) for one in answer.get("errors", ())}
    )
    return [*faults, *reader.faults_of_object(root, [operation.selection_set], data, ())]


def _faults_of_error(error: Any) -> Iterator[str]:
    if not isinstance(error.get("message"), str) or not error["message"]:
        yield f"an error without a message: {error}"
    code = error.get("extensions", {}).get("code")
    if not isinstance(code, str) or not code or code == "INTERNAL":
        yield f"an error of ours: {error}"


class _Reader:
    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, failed: set[tuple[Any, ...]]
    ) -> None:
        self._schema = schema
        self._fragments = {
            one.name.value: one
            for one in document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }
        self._failed = failed

    def faults_of_object(
        self,
        type_: GraphQLObjectType,
        selected: list[SelectionSetNode],
        value: Any,
        path: tuple[Any, ...],
    ) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path}: no object of {type_}: {value!r}"
            return
        fields: dict[str, list[FieldNode]] = {}
        for selections in selected:
            self._collect(type_, selections, fields)
        if list(value) != list(fields):
            yield f"{path}: {list(value)} where {list(fields)} was asked for"
            return
        for name, nodes in fields.items():
            below = [one.selection_set for one in nodes if one.selection_set]
            if nodes[0].name.value == "__typename":
                if value[name] != type_.name:
                    yield f"{path}: {value[name]} for {type_}"
            else:
                field = type_.fields[nodes[0].name.value]
                yield from self._faults(field.type, below, value[name], (*path, name))

    def _faults(
        self, type_: Any, selected: list[SelectionSetNode], value: Any, path: tuple[Any, ...]
    ) -> Iterator[str]:
        if isinstance(type_, GraphQLNonNull):
            if value is None:
                yield f"{path}: null for {type_}"
            else:
                yield from self._faults(type_.of_type, selected, value, path)
        elif value is None:
            return
        elif any(path == failed for failed in self._failed):
            yield f"{path}: {value!r} beside an error"
        elif isinstance(type_, GraphQLList):
            if not isinstance(value, list):
                yield f"{path}: no list: {value!r}"
                return
            for index, one in enumerate(value):
                yield from self._faults(type_.of_type, selected, one, (*path, index))
        elif isinstance(type_, GraphQLEnumType):
            if value not in type_.values:
                yield f"{path}: {value!r} is no {type_}"
        elif isinstance(type_, GraphQLScalarType):
            if not _fits(type_.name, value):
                yield f"{path}: {value!r} is no {type_}"
        elif (found := self._object_type(type_, value)) is None:
            yield f"{path}: {value['__typename']!r} is no {type_}"
        else:
            yield from self.faults_of_object(found, selected, value, path)

    def _object_type(self, type_: Any, value: Any) -> GraphQLObjectType | None:
        """The type itself, or the one of its types that the value says: `__typename` is asked."""
        if is_abstract_type(type_):
            types = self._schema.get_possible_types(type_)
            return next((one for one in types if one.name == value["__typename"]), None)
        found: GraphQLObjectType = type_
        return found

    def _collect(
        self,
        type_: GraphQLObjectType,
        selections: SelectionSetNode,
        fields: dict[str, list[FieldNode]],
    ) -> None:
        """As the specification collects fields, but for @skip and @include."""
        for node in selections.selections:
            if isinstance(node, FieldNode):
                fields.setdefault((node.alias or node.name).value, []).append(node)
                continue
            fragment: Any = node
            if isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
            condition = fragment.type_condition
            on = self._schema.type_map[condition.name.value] if condition else type_
            if on is type_ or (is_abstract_type(on) and self._schema.is_sub_type(on, type_)):
                self._collect(type_, fragment.selection_set, fields)


def _fits(scalar: str, value: Any) -> bool:
    if scalar == "JSON":
        return True
    if scalar == "Boolean":
        return isinstance(value, bool)
    if scalar == "Int":
        return type(value) is int and value in _INT
    if scalar == "Float":
        return type(value) in (int, float) and math.isfinite(value)
    form = _FORMS.get(scalar, r"(?s).*")
    return isinstance(value, str) and re.fullmatch(form, value, re.ASCII) is not None
