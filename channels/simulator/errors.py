"""Errors as the platform tells them: in an answer (contract 1.5) and in a status (4.5)."""

from __future__ import annotations

import secrets

from channels.simulator.codes import known
from channels.simulator.shapes import Json

_HREF = "/documentation/business-messaging/whatsapp/support/error-codes"


class GraphError(Exception):
    """An answer of the platform that is an error: a code of the table, with details."""

    def __init__(
        self,
        code: int,
        details: str = "",
        *,
        status: int | None = None,
        message: str | None = None,
        extra: Json | None = None,
        beside: Json | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.details = details or known(code).details
        self.status = status or known(code).status
        self.message = message or f"(#{code}) {known(code).title}"
        self.extra = extra or {}
        self.beside = beside or {}

    def body(self) -> Json:
        """The error as the platform writes it (contract 1.5)."""
        error: Json = {
            "message": self.message,
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": "A" + secrets.token_urlsafe(16),
        }
        if self.code in (0, 190):
            del error["error_data"]
        return {"error": {**error, **self.extra}, **self.beside}


def in_status(code: int, details: str = "") -> Json:
    """The error as it stands in a failed status or in `value.errors` (contract 4.5)."""
    entry = known(code)
    return {
        "code": code,
        "title": entry.title,
        "message": entry.title,
        "error_data": {"details": details or entry.details},
        "href": _HREF,
    }


def missing(path: str) -> GraphError:
    """131008 for a parameter that has to be there."""
    return GraphError(131008, f"The parameter {path} is required.")


def wrong(path: str, why: str) -> GraphError:
    """131009 for a parameter whose value is no good."""
    return GraphError(131009, f"{path}: {why}")


def unsupported(path: str, why: str) -> GraphError:
    """100 for a parameter that the platform does not know in this form."""
    return GraphError(100, f"{path}: {why}", message=f"(#100) Invalid parameter: {path} {why}")


def unknown_object(node: str) -> GraphError:
    """100 for an id that leads nowhere, or nowhere that this token may see."""
    return GraphError(
        100,
        message=(
            f"Unsupported request. Object with ID '{node}' does not exist, cannot be loaded due to "
            "missing permissions, or does not support this operation"
        ),
        details="The id leads to no object that this token may see.",
        extra={"type": "GraphMethodException", "error_subcode": 33},
    )
