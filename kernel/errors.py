"""The one tree of errors. Each is data: a stable code, a message for people, the field it is about.

A message never holds personal data: it is shown, logged and counted.
"""

from __future__ import annotations


class RapportError(Exception):
    """Root of all errors raised on purpose; `code` is stable, `field` a path of names."""

    default_code = "FAILED"

    def __init__(
        self, message: str, *, code: str | None = None, field: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.field = field


class NotFound(RapportError):
    """Absent, or another tenant's: the two are never told apart."""

    default_code = "NOT_FOUND"


class NotAllowed(RapportError):
    """The asker is known and lacks the permission, or is not signed in."""

    default_code = "NOT_ALLOWED"


class Conflict(RapportError):
    """The state of the thing forbids the step (already resolved, taken, ended)."""

    default_code = "CONFLICT"


class Invalid(RapportError):
    """Bad input: the message names the field and says what would be right."""

    default_code = "INVALID"


class TryLater(RapportError):
    """A passing trouble outside; `after` is the wait in seconds before the next try."""

    default_code = "TRY_LATER"

    def __init__(self, message: str, *, after: float = 5.0, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.after = after


class NoTenant(RapportError):
    """Tenant data was touched with no tenant set: a fault of ours, never an answer for a user."""

    default_code = "NO_TENANT"


class BadSetting(RapportError):
    """A setting is missing, wrong or unsafe; programs print it as one line and exit 2."""

    default_code = "BAD_SETTING"

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}", field=(name,))
