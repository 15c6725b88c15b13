"""graphql-core's executor with a short way for the fields that most answers are made of.

A field that one plain call on its source reads needs no resolve info and no completion by cases:
how it is read and shown is worked out once for each place in the operation. Everything else, and
every value that does not fit, goes the usual way, so that answers are the same.
"""

from __future__ import annotations

from asyncio import Future
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import CoroutineType
from typing import Any, NamedTuple, cast

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
    get_argument_values,
    is_leaf_type,
)
from graphql.execution import Executor
from graphql.pyutils import Path
from graphql.pyutils.gather_with_cancel import gather_with_cancel

from api.graphql.wiring import PLAIN, Plain

# Values that say "the usual way" instead of being values.
_OTHERWISE: Any = object()


class _Short(NamedTuple):
    """The short way of one field in one place of an operation."""

    read: Callable[[Any], Any]
    is_personal: bool
    type: Any
    is_required: bool
    is_list: bool
    is_item_required: bool
    # How a leaf is shown; None for what has fields of its own.
    show: Callable[[Any], Any] | None


Step = tuple[str, Any, _Short | None]


class LeanExecutor(Executor[None]):
    """See the module."""

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Any,
        grouped_field_set: Any,
        position_context: None,
    ) -> Any:
        """What can go the short way first; what is left, as graphql-core does it."""
        results: dict[str, Any] = {}
        waiting: dict[str, Awaitable[Any]] = {}
        others: dict[str, Any] = {}
        rest: Any = {}
        try:
            for shown_name, details, short in self._steps(parent_type, grouped_field_set):
                value = _OTHERWISE
                if short is not None:
                    value = self._value(short, source_value, parent_type, shown_name, details, path)
                if value is _OTHERWISE:
                    others[shown_name] = details
                    value = None  # holds the place: an answer keeps the order of the query
                elif type(value) is CoroutineType:
                    waiting[shown_name] = value
                results[shown_name] = value
            if others:
                rest = super().execute_fields(
                    parent_type, source_value, path, others, position_context
                )
        except Exception:
            self.settle_in_background(list(waiting.values()))
            raise
        if waiting or not isinstance(rest, dict):
            return self._gathered(results, waiting, rest)
        results.update(rest)
        return results

    async def _gathered(
        self, results: dict[str, Any], waiting: Mapping[str, Awaitable[Any]], rest: Any
    ) -> dict[str, Any]:
        if isinstance(rest, dict):
            values = await gather_with_cancel(*waiting.values())
        else:
            *values, rest = await gather_with_cancel(*waiting.values(), rest)
        results.update(rest)
        results.update(zip(waiting, values, strict=True))
        return results

    def _value(
        self,
        short: _Short,
        source: Any,
        parent_type: GraphQLObjectType,
        shown_name: str,
        details: Any,
        path: Any,
    ) -> Any:
        if short.is_personal and not self.context_value.sees_personal:
            return None
        try:
            value = short.read(source)
            if value is None:
                return _OTHERWISE if short.is_required else None
            # A loader that has yet to read: asked again the usual way, it gives the same future.
            if isinstance(value, Future):
                return _OTHERWISE
            if type(value) is CoroutineType:
                here = Path(path, shown_name, parent_type.name)
                return self._awaited(parent_type, details, here, value)
            if short.show is not None:
                show = short.show
                return [show(item) for item in value] if short.is_list else show(value)
        except Exception:  # happens again the usual way, where it is told with its path
            return _OTHERWISE
        here = Path(path, shown_name, parent_type.name)
        if short.is_list:
            return self._objects(short, value, details, here)
        return self._guarded(short, short.is_required, value, details, here)

    def _awaited(self, parent_type: GraphQLObjectType, details: Any, path: Path, value: Any) -> Any:
        """Completed the usual way, once it is there."""
        nodes = [one.node for one in details]
        field = parent_type.fields[nodes[0].name.value]
        info = self.build_resolve_info(field, nodes, parent_type, path)
        return self.complete_awaitable_value(field.type, details, info, path, value, None)

    def _objects(self, short: _Short, values: Any, details: Any, path: Path) -> Any:
        if not isinstance(values, list) or any(map(_is_odd, values)):
            return _OTHERWISE
        completed: list[Any] = []
        try:
            for index, value in enumerate(values):
                here = path.add_key(index, None)
                one = self._guarded(short, short.is_item_required, value, details, here)
                completed.append(one)
        except Exception:
            self.settle_in_background([one for one in completed if type(one) is CoroutineType])
            raise
        if any(type(one) is CoroutineType for one in completed):
            return _all_of(completed)
        return completed

    def _guarded(
        self, short: _Short, is_required: bool, value: Any, details: Any, path: Path
    ) -> Any:
        """An object with its fields; an error in them makes it null where it may be."""
        try:
            object_type = self._type_of(short.type, value)
            fields = self.collect_subfields(object_type, details).grouped_field_set
            completed = self.execute_fields(object_type, value, path, fields, None)
        except Exception as error:
            self._tell(error, short, is_required, details, path)
            return None
        if isinstance(completed, dict):
            return completed
        return self._later(completed, short, is_required, details, path)

    async def _later(
        self, completed: Any, short: _Short, is_required: bool, details: Any, path: Path
    ) -> Any:
        try:
            return await completed
        except Exception as error:
            self._tell(error, short, is_required, details, path)
            return None

    def _tell(
        self, error: Exception, short: _Short, is_required: bool, details: Any, path: Path
    ) -> None:
        shown = GraphQLNonNull(short.type) if is_required else short.type
        self.handle_field_error(error, shown, details, path)

    def _type_of(self, declared: GraphQLNamedType, value: Any) -> GraphQLObjectType:
        if isinstance(declared, GraphQLObjectType):
            return declared
        name: str = type(value).__strawberry_definition__.name
        return cast(GraphQLObjectType, self.schema.type_map[name])

    def _steps(self, parent_type: GraphQLObjectType, grouped_field_set: Any) -> list[Step]:
        """The fields of a place in the operation, each with its short way if it has one."""
        known: dict[int, tuple[Any, list[Step]]] = self.__dict__.setdefault("_known_steps", {})
        found = known.get(id(grouped_field_set))
        if found is None:
            steps = [
                (shown_name, details, self._short(parent_type, details))
                for shown_name, details in grouped_field_set.items()
            ]
            # The set is kept beside its steps, so that its identity stays its own.
            found = known[id(grouped_field_set)] = (grouped_field_set, steps)
        return found[1]

    def _short(self, parent_type: GraphQLObjectType, details: Any) -> _Short | None:
        node = details[0].node
        if node.name.value == "__typename":
            return _constant(parent_type.name)
        field: GraphQLField | None = parent_type.fields.get(node.name.value)
        plain: Plain | None = field.extensions.get(PLAIN) if field else None
        if field is None or plain is None:
            return None
        read = plain.read
        if field.args:
            try:
                given = get_argument_values(field, node, self.variable_values)
            except Exception:  # told the usual way
                return None
            names = plain.names
            read = partial(read, **{names[name]: value for name, value in given.items()})
        return _shaped(field, read, plain.is_personal)


def _constant(value: str) -> _Short:
    return _Short(lambda _source: value, False, GraphQLString, True, False, False, _text)


def _shaped(field: GraphQLField, read: Callable[[Any], Any], is_personal: bool) -> _Short | None:
    shape: Any = field.type
    is_required = isinstance(shape, GraphQLNonNull)
    shape = shape.of_type if is_required else shape
    is_list = isinstance(shape, GraphQLList)
    shape = shape.of_type if is_list else shape
    is_item_required = is_list and isinstance(shape, GraphQLNonNull)
    shape = shape.of_type if is_item_required else shape
    if isinstance(shape, GraphQLList):
        return None
    show = _shown_by(shape) if is_leaf_type(shape) else None
    return _Short(read, is_personal, shape, is_required, is_list, is_item_required, show)


def _shown_by(leaf: GraphQLLeafType) -> Callable[[Any], Any]:
    if isinstance(leaf, GraphQLEnumType):
        cls: Any = leaf.wrapped_cls  # type: ignore[attr-defined]  # Strawberry's enums have it
        names = {cls(value.value): name for name, value in leaf.values.items()}
        return names.__getitem__
    return _text if leaf is GraphQLString else leaf.coerce_output_value


def _text(value: Any) -> Any:
    return value if type(value) is str else GraphQLString.coerce_output_value(value)


def _is_odd(value: Any) -> bool:
    return value is None or isinstance(value, Future)


async def _all_of(completed: list[Any]) -> list[Any]:
    places = [index for index, one in enumerate(completed) if type(one) is CoroutineType]
    values = await gather_with_cancel(*(completed[index] for index in places))
    for index, value in zip(places, values, strict=True):
        completed[index] = value
    return completed
