"""Errors → answers, in one place: HTTP statuses, and what GraphQL says.

What was not raised on purpose is told as a code and the request's id; its text may quote a row or
a message, so it goes neither out nor into the log.
"""

from __future__ import annotations

from typing import Any

import structlog
from graphql import GraphQLError, GraphQLSyntaxError

from kernel import metrics
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound, RapportError, TryLater

_log = structlog.get_logger("api")

_WHO_ARE_YOU = frozenset(
    {
        "SIGN_IN",
        "TOKEN_INVALID",
        "TOKEN_EXPIRED",
        "SESSION_ENDED",
        "KEY_INVALID",
        "KEY_REVOKED",
        "KEY_EXPIRED",
        "BAD_SIGNATURE",
        "METRICS_TOKEN",
    }
)
_STATUSES: tuple[tuple[type[RapportError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (Invalid, 400),
    (TryLater, 503),
)
_BY_CODE = {
    "TOO_LARGE": 413,
    "METHOD_NOT_ALLOWED": 405,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "FILE_TOO_LARGE": 413,
    "WRONG_MEDIA_TYPE": 415,
    "WRONG_KIND": 415,
    "EXECUTABLE": 415,
    "LOCKED": 429,
    "TOO_MANY_TRIES": 429,
    "BUDGET_SPENT": 429,
    "IDEMPOTENCY_KEY_REUSED": 422,
}


def status_of(error: Exception) -> int:
    """The HTTP status that tells this error; 500 for what nobody foresaw."""
    if not isinstance(error, RapportError):
        return 500
    if error.code in _WHO_ARE_YOU:
        return 401
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def as_graphql(error: RapportError) -> dict[str, Any]:
    """An error of ours as an entry of `errors`, outside of any operation."""
    return {"message": error.message, "extensions": _extensions(error)}


def format_error(
    error: GraphQLError, request_id: str, code: str = "BAD_USER_INPUT"
) -> dict[str, Any]:
    """An entry of `errors`: our own and the language's are told, anything else is masked.

    `code` is for what the language says and has no code of its own.
    """
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    shown = dict(error.formatted)
    if isinstance(cause, RapportError) and status_of(cause) != 500:
        shown["message"] = cause.message
        shown["extensions"] = _extensions(cause)
    elif cause is not None:
        log_unexpected(cause, request_id)
        shown |= masked(request_id)
    elif not error.extensions:
        is_syntax = isinstance(error, GraphQLSyntaxError)
        shown["extensions"] = {"code": "GRAPHQL_PARSE_FAILED" if is_syntax else code}
    return shown


def masked(request_id: str) -> dict[str, Any]:
    """What is told of a fault of ours."""
    return {
        "message": "Something went wrong on our side.",
        "extensions": {"code": "INTERNAL", "requestId": request_id},
    }


def log_unexpected(error: BaseException, request_id: str) -> None:
    """Note the kind and place of a fault of ours."""
    metrics.GRAPHQL.labels("broken").inc()
    _log.error("unexpected", request_id=request_id, exc_info=error)


def camel(name: str) -> str:
    """A name of ours as the schema writes it: time_zone → timeZone."""
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


def _extensions(error: RapportError) -> dict[str, Any]:
    told: dict[str, Any] = {"code": error.code}
    if error.field:
        told["field"] = [camel(name) for name in error.field]
    if isinstance(error, TryLater):
        told["after"] = error.after
    return told
