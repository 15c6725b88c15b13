"""Who is behind a request: a person who signed in, or a system of the store with its key."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.errors import NotAllowed
from kernel.ids import Id
from tenants.roles import Permission, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who asks, as a request knows them: `person_id` and `session_id`, or else `key_id`.

    `expires_at` is when the credential ends; None for a key that does not.
    """

    tenant_id: Id
    role: Role
    permissions: frozenset[Permission]
    expires_at: int | None
    person_id: Id | None = None
    session_id: Id | None = None
    key_id: Id | None = None

    @property
    def person(self) -> Id:
        """The person who asks; NotAllowed for a key, which writes no notes and reads no inbox."""
        if self.person_id is None:
            raise NotAllowed("Only a person can do this; a key cannot.", code="PERSON_ONLY")
        return self.person_id

    @property
    def session(self) -> Id:
        """The session of the person who asks; NotAllowed for a key."""
        if self.session_id is None:
            raise NotAllowed(
                "Only a person signs in and out; a key is revoked.", code="PERSON_ONLY"
            )
        return self.session_id

    @property
    def own_id(self) -> Id:
        """The id of the person or key that asks."""
        return self.person_id or self.key_id or ""

    def may(self, permission: Permission) -> bool:
        """Whether role and scopes allow it."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """NotAllowed where the permission is missing."""
        if permission not in self.permissions:
            raise NotAllowed(f"This needs the permission {permission.value}.")
