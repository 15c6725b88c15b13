"""Types of the schema whose docstring is their description: said once, read in both places."""

from __future__ import annotations

import inspect
from enum import Enum
from functools import partial
from typing import Annotated, Any, TypeVar, dataclass_transform

import strawberry
from strawberry.types.field import StrawberryField

T = TypeVar("T", bound=type)
E = TypeVar("E", bound=type[Enum])
C = TypeVar("C", bound=type)
Given = TypeVar("Given")

# The one argument of a mutation.
InputOf = Annotated[Given, strawberry.argument(description="What is to be done, and to what.")]


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field, StrawberryField))
def object_type(cls: T) -> T:
    """An object type of the schema."""
    return _described(strawberry.type, cls)


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field, StrawberryField))
def interface_type(cls: T) -> T:
    """An interface of the schema."""
    return _described(strawberry.interface, cls)


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field, StrawberryField))
def input_type(cls: T) -> T:
    """An input object of the schema."""
    return _described(strawberry.input, cls)


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field, StrawberryField))
def one_of_type(cls: T) -> T:
    """An input object of which exactly one field is given."""
    return _described(partial(strawberry.input, one_of=True), cls)


def enum_type(cls: E) -> E:
    """An enum of the schema."""
    return _described(strawberry.enum, cls)


def _described(kind: Any, cls: C) -> C:
    described: C = kind(cls, description=inspect.cleandoc(cls.__doc__ or ""))
    return described
