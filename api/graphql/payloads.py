"""What mutations answer: the thing, and what the user can put right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import TypeVar

import strawberry

from api.errors import camel
from api.graphql.described import enum_type, object_type
from kernel.errors import Conflict, Invalid, NotFound, RapportError

T = TypeVar("T")


@enum_type
class UserErrorCode(Enum):
    """What stood in the way; stable, to decide on."""

    INVALID = strawberry.enum_value(
        "INVALID", description="A value is wrong; the message says how."
    )
    BAD_ID = strawberry.enum_value("BAD_ID", description="Not an id, or the id of another kind.")
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="There is no such thing here.")
    CONFLICT = strawberry.enum_value("CONFLICT", description="Its present state forbids the step.")
    BAD_CREDENTIALS = strawberry.enum_value(
        "BAD_CREDENTIALS", description="E-mail address and password do not fit."
    )
    LOCKED = strawberry.enum_value(
        "LOCKED", description="Too many failures; try again in 15 minutes."
    )
    CHOOSE_TENANT = strawberry.enum_value(
        "CHOOSE_TENANT", description="The account belongs to several tenants; name one."
    )
    TENANT_SUSPENDED = strawberry.enum_value(
        "TENANT_SUSPENDED", description="The tenant is suspended."
    )


@object_type
class UserError:
    """Something that the user can put right."""

    field: list[str] = strawberry.field(
        description="The input field it is about, from the outside in; empty for the whole input."
    )
    code: UserErrorCode = strawberry.field(description="What is wrong, to decide on.")
    message: str = strawberry.field(description="What is wrong and what would be right, to show.")


async def attempt(
    work: Callable[[], Awaitable[T]], *also: type[RapportError]
) -> tuple[T | None, list[UserError]]:
    """What the work gives, or the user errors where its input was at fault.

    What is denied or broken is no user error and passes on, unless the caller lists it.
    """
    try:
        return await work(), []
    except RapportError as error:
        if not isinstance(error, (Invalid, NotFound, Conflict, *also)):
            raise
        return None, [user_error(error)]


def user_error(error: RapportError) -> UserError:
    """The error as an input form shows it."""
    return UserError(
        field=[camel(name) for name in error.field], code=_code(error), message=error.message
    )


def _code(error: RapportError) -> UserErrorCode:
    try:
        return UserErrorCode(error.code)
    except ValueError:
        for kind, code in (
            (NotFound, UserErrorCode.NOT_FOUND),
            (Conflict, UserErrorCode.CONFLICT),
        ):
            if isinstance(error, kind):
                return code
        return UserErrorCode.INVALID
