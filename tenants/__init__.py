"""Whose house it is, and who may what.

I own: tenants and their settings, accounts (who can sign in), persons (an account's place and role
in a tenant), sessions and their access tokens, roles and permissions, the event catalogue of the
whole product.

My words: a *tenant* is a store; an *account* an e-mail address with a password; a *person* an
account in one tenant; a *seat* the same seen from the account; a *session* one sign-in; a *viewer*
the person behind a request.

My events: tenant.founded, tenant.settings_changed, tenant.suspended, tenant.resumed, person.joined,
person.role_changed, person.left, session.started, session.ended.
"""

from tenants.catalogue import CATALOGUE, EventKind
from tenants.people import (
    PersonRow,
    Seat,
    change_role,
    leave,
    list_people,
    people_by_ids,
    seats_of,
)
from tenants.roles import ROLES, Permission, Role
from tenants.sessions import (
    ChooseTenant,
    SignedIn,
    Viewer,
    drop_expired_sessions,
    issue,
    read_token,
    sign_in,
    sign_out,
)
from tenants.settings import (
    OFFICE_HOURS,
    WEEKDAYS,
    Changes,
    Hours,
    TenantSettings,
    read_settings,
    resume,
    suspend,
    update_settings,
)
from tenants.signup import Founded, add_person, found
from tenants.tokens import jwks
from tenants.tokens import rotate as rotate_signing_key

__all__ = [
    "CATALOGUE",
    "OFFICE_HOURS",
    "ROLES",
    "WEEKDAYS",
    "Changes",
    "ChooseTenant",
    "EventKind",
    "Founded",
    "Hours",
    "Permission",
    "PersonRow",
    "Role",
    "Seat",
    "SignedIn",
    "TenantSettings",
    "Viewer",
    "add_person",
    "change_role",
    "drop_expired_sessions",
    "found",
    "issue",
    "jwks",
    "leave",
    "list_people",
    "people_by_ids",
    "read_settings",
    "read_token",
    "resume",
    "rotate_signing_key",
    "seats_of",
    "sign_in",
    "sign_out",
    "suspend",
    "update_settings",
]
