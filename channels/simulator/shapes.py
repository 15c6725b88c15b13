"""Reading what the control API is given into dataclasses, with errors that name the field."""

from __future__ import annotations

import types
from collections.abc import Hashable, Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from kernel.errors import Invalid

Json = dict[str, Any]
T = TypeVar("T")

# Metadata of a field that the simulator keeps for itself: no document sets it, none shows it.
ONLY_HERE = {"only_here": True}


def read_into(target: T, given: Any, path: tuple[str, ...] = ()) -> T:
    """Set the fields that `given` names; Invalid at an unknown name or a value of a wrong type.

    Nothing is changed when anything is wrong.
    """
    for owner, name, value in list(_checked(target, given, path)):
        setattr(owner, name, value)
    return target


def make(kind: type[T], given: Any, path: tuple[str, ...] = ()) -> T:
    """A new object of a dataclass; Invalid when a field without default is missing."""
    if not isinstance(given, dict):
        raise Invalid("That has to be an object.", field=path)
    start = {}
    for page in _pages(kind):
        if page.default is MISSING and page.default_factory is MISSING:
            if page.name not in given:
                raise Invalid(f"'{page.name}' is missing.", field=(*path, page.name))
            start[page.name] = given[page.name]
    return read_into(kind(**start), given, path)


def show(source: Any) -> Json:
    """The open fields of a dataclass as JSON."""
    return {page.name: _shown(getattr(source, page.name)) for page in _pages(type(source))}


def _shown(value: Any) -> Any:
    if is_dataclass(value):
        return show(value)
    if isinstance(value, list):
        return [_shown(one) for one in value]
    return value


def _checked(target: Any, given: Any, path: tuple[str, ...]) -> Iterator[tuple[Any, str, Any]]:
    if not isinstance(given, dict):
        raise Invalid("That has to be an object.", field=path)
    pages = {page.name: page for page in _pages(type(target))}
    hints = _hints(cast(Hashable, type(target)))
    for name, value in given.items():
        if name not in pages:
            known = ", ".join(sorted(pages))
            raise Invalid(f"There is no '{name}' here; there is: {known}.", field=(*path, name))
        present = getattr(target, name)
        if is_dataclass(present) and not isinstance(present, type):
            yield from _checked(present, value, (*path, name))
        else:
            yield target, name, _fitting(hints[name], value, (*path, name))


def _fitting(hint: Any, value: Any, path: tuple[str, ...]) -> Any:
    if hint is Any:
        return value
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        choices = get_args(hint)
        if value is None and type(None) in choices:
            return None
        return _fitting(next(one for one in choices if one is not type(None)), value, path)
    if origin is list:
        if isinstance(value, list):
            inner = get_args(hint)[0]
            return [_fitting(inner, one, (*path, str(at))) for at, one in enumerate(value)]
    elif origin is dict:
        if isinstance(value, dict):
            return value
    elif is_dataclass(hint) and isinstance(hint, type):
        return make(hint, value, path)
    elif hint is float:
        if type(value) in (int, float):
            return float(value)
    elif type(value) is hint:
        return value
    wanted = getattr(origin or hint, "__name__", str(hint))
    raise Invalid(f"'{path[-1]}' has to be of type {wanted}.", field=path)


def _pages(kind: type) -> list[Field[Any]]:
    return [page for page in fields(kind) if page.metadata != ONLY_HERE]


@cache
def _hints(kind: Any) -> Json:
    return get_type_hints(kind)
