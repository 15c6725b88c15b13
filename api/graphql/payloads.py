"""What mutations answer: the thing, and what the user can put right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import TypeVar

import strawberry

from api.errors import camel
from api.graphql.described import enum_type, object_type
from channels import BadTemplate
from conversations import NotSendable
from kernel import audit
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
    CODE_WANTED = strawberry.enum_value(
        "CODE_WANTED", description="The account has a second factor; send a code of it as well."
    )
    BAD_CODE = strawberry.enum_value("BAD_CODE", description="The code does not fit.")
    FACTOR_ON = strawberry.enum_value("FACTOR_ON", description="A second factor is on already.")
    FACTOR_OFF = strawberry.enum_value("FACTOR_OFF", description="There is no second factor.")
    REFRESH_INVALID = strawberry.enum_value(
        "REFRESH_INVALID", description="That is no refresh token of this service."
    )
    SESSION_ENDED = strawberry.enum_value(
        "SESSION_ENDED", description="The session has ended; sign in again."
    )
    LINK_DEAD = strawberry.enum_value(
        "LINK_DEAD", description="The link was used, has expired or was withdrawn."
    )
    EMAIL_TAKEN = strawberry.enum_value("EMAIL_TAKEN", description="The address has an account.")
    EMAIL_VERIFIED = strawberry.enum_value(
        "EMAIL_VERIFIED", description="The address is verified already."
    )
    EMAIL_UNVERIFIED = strawberry.enum_value(
        "EMAIL_UNVERIFIED", description="The viewer's own address has to be verified first."
    )
    ALREADY_HERE = strawberry.enum_value(
        "ALREADY_HERE", description="That person works here already."
    )
    LAST_OWNER = strawberry.enum_value("LAST_OWNER", description="A tenant keeps an owner.")
    LOCKED = strawberry.enum_value(
        "LOCKED", description="Too many failures; try again in 15 minutes."
    )
    CHOOSE_TENANT = strawberry.enum_value(
        "CHOOSE_TENANT", description="The account belongs to several tenants; name one."
    )
    TENANT_SUSPENDED = strawberry.enum_value(
        "TENANT_SUSPENDED", description="The tenant is suspended."
    )
    TAKEN = strawberry.enum_value("TAKEN", description="Something else has it already.")
    # Keys of the store's systems.
    KEY_ENDED = strawberry.enum_value("KEY_ENDED", description="The key has ended.")
    KEY_ROTATING = strawberry.enum_value(
        "KEY_ROTATING", description="It takes turns with another key already; two live at most."
    )
    # What a message may hold (contract 2.3 to 2.5).
    MISSING = strawberry.enum_value("MISSING", description="Something is wanted that is not there.")
    EMPTY = strawberry.enum_value("EMPTY", description="It is blank, or holds nothing.")
    TOO_LONG = strawberry.enum_value("TOO_LONG", description="It has too many characters.")
    TOO_MANY = strawberry.enum_value("TOO_MANY", description="There are too many of them.")
    NOT_UNIQUE = strawberry.enum_value("NOT_UNIQUE", description="The same stands there twice.")
    NOT_FITTING = strawberry.enum_value("NOT_FITTING", description="Parts do not go together.")
    BAD_CHARACTERS = strawberry.enum_value(
        "BAD_CHARACTERS", description="It holds characters that cannot be sent."
    )
    BAD_FORM = strawberry.enum_value("BAD_FORM", description="It is not written as it must be.")
    BAD_URL = strawberry.enum_value("BAD_URL", description="It is no https address.")
    BAD_RANGE = strawberry.enum_value("BAD_RANGE", description="It is too great or too small.")
    IN_THE_PAST = strawberry.enum_value("IN_THE_PAST", description="That time is over.")
    WRONG_MEDIA_TYPE = strawberry.enum_value(
        "WRONG_MEDIA_TYPE", description="A file of this type cannot be sent as this kind."
    )
    FILE_TOO_LARGE = strawberry.enum_value(
        "FILE_TOO_LARGE", description="The file is larger than its kind may be."
    )
    KEY_REUSED = strawberry.enum_value(
        "KEY_REUSED", description="The key was used for another message."
    )
    NOT_RETRYABLE = strawberry.enum_value(
        "NOT_RETRYABLE", description="Only what was given up can be sent again."
    )
    # Rules of segments (F36).
    UNKNOWN_CONDITION = strawberry.enum_value(
        "UNKNOWN_CONDITION", description="There is no such condition."
    )
    UNKNOWN_FIELD = strawberry.enum_value(
        "UNKNOWN_FIELD", description="The condition has no such field."
    )
    UNKNOWN_VALUE = strawberry.enum_value(
        "UNKNOWN_VALUE", description="The condition knows no such value."
    )
    UNKNOWN_ATTRIBUTE = strawberry.enum_value(
        "UNKNOWN_ATTRIBUTE", description="Contacts have no such attribute."
    )
    WRONG_TYPE = strawberry.enum_value(
        "WRONG_TYPE", description="A value of another type is wanted."
    )
    SEALED = strawberry.enum_value("SEALED", description="It is sealed: no rule can ask about it.")
    EQUALITY_ONLY = strawberry.enum_value(
        "EQUALITY_ONLY", description="It is kept under a key: it can only be equal."
    )
    TOO_DEEP = strawberry.enum_value("TOO_DEEP", description="Groups are nested too deep.")
    CYCLE = strawberry.enum_value("CYCLE", description="It leads back to itself.")
    NOT_KNOWN = strawberry.enum_value(
        "NOT_KNOWN", description="Nobody wrote it down for that time."
    )
    # Requests for a right (F47).
    REQUEST_STATE = strawberry.enum_value(
        "REQUEST_STATE", description="The request stands otherwise than the step needs."
    )
    CODE_EXPIRED = strawberry.enum_value(
        "CODE_EXPIRED", description="The one-time code is good no more; have another sent."
    )
    TOO_MANY_TRIES = strawberry.enum_value(
        "TOO_MANY_TRIES", description="There were too many tries; the message says what to do."
    )
    NOT_EXTENDABLE = strawberry.enum_value(
        "NOT_EXTENDABLE", description="Once, within the first month, and not a platform's."
    )
    BREACH_STATE = strawberry.enum_value(
        "BREACH_STATE", description="The breach stands otherwise than the step needs."
    )
    # What the platform says of a template (F20).
    PLATFORM_REFUSED = strawberry.enum_value(
        "PLATFORM_REFUSED", description="The platform refused it; the message says why."
    )
    PLATFORM_SILENT = strawberry.enum_value(
        "PLATFORM_SILENT", description="The platform did not answer, or takes nothing just now."
    )
    # Why the gate does not let a message go (F21).
    WINDOW_CLOSED = strawberry.enum_value(
        "WINDOW_CLOSED", description="The 24-hour window is closed; send an approved template."
    )
    UNKNOWN_TEMPLATE = strawberry.enum_value(
        "UNKNOWN_TEMPLATE", description="There is no such template in this language."
    )
    TEMPLATE_NOT_APPROVED = strawberry.enum_value(
        "TEMPLATE_NOT_APPROVED", description="The template is paused, rejected or still pending."
    )
    NO_CONSENT = strawberry.enum_value(
        "NO_CONSENT", description="The contact has not confirmed consent to marketing."
    )
    CONSENT_WITHDRAWN = strawberry.enum_value(
        "CONSENT_WITHDRAWN", description="The contact has withdrawn consent to marketing."
    )
    ALREADY_CONFIRMED = strawberry.enum_value(
        "ALREADY_CONFIRMED", description="The contact has agreed to this already."
    )
    FREQUENCY_CAP = strawberry.enum_value(
        "FREQUENCY_CAP",
        description="The contact had as much of this kind as they may get.",
    )
    QUIET_HOURS = strawberry.enum_value(
        "QUIET_HOURS", description="It is night there, and it would come too late in the morning."
    )
    HOLIDAY = strawberry.enum_value(
        "HOLIDAY", description="It is a public holiday there, and it would come too late after it."
    )
    WEEKEND = strawberry.enum_value(
        "WEEKEND", description="It is the weekend there, and it would come too late after it."
    )
    OUTSIDE_BEST_HOURS = strawberry.enum_value(
        "OUTSIDE_BEST_HOURS", description="It would come too late at an hour at which they read."
    )
    DUPLICATE = strawberry.enum_value(
        "DUPLICATE", description="The contact had the same already, a short time ago."
    )
    EXPIRED = strawberry.enum_value(
        "EXPIRED", description="It could leave only when it is of no use any more."
    )
    OCCASION_GONE = strawberry.enum_value(
        "OCCASION_GONE", description="What the message was for is over."
    )
    SUPPRESSED = strawberry.enum_value(
        "SUPPRESSED", description="They were erased; only a new consent of theirs allows marketing."
    )
    TOPIC_UNWANTED = strawberry.enum_value(
        "TOPIC_UNWANTED", description="The contact does not want to hear about this topic."
    )
    TOO_SOON = strawberry.enum_value(
        "TOO_SOON", description="The contact had as many promotions as they want for now."
    )
    CONTACT_GONE = strawberry.enum_value(
        "CONTACT_GONE", description="The contact was erased or merged."
    )
    CONTACT_RESTRICTED = strawberry.enum_value(
        "CONTACT_RESTRICTED", description="The contact's data may be kept, but not used."
    )
    NO_ADDRESS = strawberry.enum_value(
        "NO_ADDRESS", description="Neither a phone number nor a user id of the contact is known."
    )
    NUMBER_DISCONNECTED = strawberry.enum_value(
        "NUMBER_DISCONNECTED", description="The business number is not connected."
    )
    NO_TOKEN = strawberry.enum_value(
        "NO_TOKEN", description="The business number has no access token."
    )
    TOKEN_REFUSED = strawberry.enum_value(
        "TOKEN_REFUSED", description="The platform refuses the number's access token."
    )
    ACCOUNT_DISABLED = strawberry.enum_value(
        "ACCOUNT_DISABLED", description="The platform has closed the account."
    )
    ACCOUNT_RESTRICTED = strawberry.enum_value(
        "ACCOUNT_RESTRICTED", description="The platform bars the account from writing first."
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
        audit.turned_out(error.code)
        return None, user_errors(error)


def user_errors(error: RapportError) -> list[UserError]:
    """The error as an input form shows it; each reason of the gate is one, and each finding in a
    template."""
    if isinstance(error, NotSendable):
        return [
            UserError(field=[camel(one.field)], code=UserErrorCode(one.code), message=one.message)
            for one in error.reasons
        ]
    if isinstance(error, BadTemplate):
        return [
            UserError(
                field=[camel(name) for name in one.field],
                code=UserErrorCode(one.code),
                message=one.message,
            )
            for one in error.findings
        ]
    field = [camel(name) for name in error.field]
    return [UserError(field=field, code=_code(error), message=error.message)]


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
