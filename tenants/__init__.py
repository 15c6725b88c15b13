"""Whose house it is, and who may what.

I own: tenants and their settings, accounts (who can sign in), persons (an account's place and role
in a tenant), sessions and their access tokens, keys and the answers kept for them, roles and
permissions, the event catalogue of the whole product.

My words: a *tenant* is a store; an *account* an e-mail address with a password; a *person* an
account in one tenant; a *seat* the same seen from the account; a *session* one sign-in; a *key*
lets a system of the store in; a *viewer* is the person or key behind a request.

My events: tenant.founded, tenant.settings_changed, tenant.suspended, tenant.resumed, person.joined,
person.role_changed, person.left, session.started, session.ended, api_key.created, api_key.rotated,
api_key.revoked.
"""

from tenants.api_keys import (
    KeyRow,
    NewKey,
    keys_by_ids,
    list_keys,
    make_key,
    revoke_key,
    rotate_key,
)
from tenants.catalogue import CATALOGUE, EventKind
from tenants.credentials import recognise
from tenants.kept_answers import claim_answer, drop_old_answers, keep_answer, release_answer
from tenants.origins import allows_origin
from tenants.people import (
    PersonRow,
    Seat,
    change_role,
    leave,
    list_people,
    people_by_ids,
    seats_of,
)
from tenants.roles import ROLES, SCOPES, Permission, Role
from tenants.sessions import (
    ChooseTenant,
    SignedIn,
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
from tenants.viewer import Viewer

__all__ = [
    "CATALOGUE",
    "OFFICE_HOURS",
    "ROLES",
    "SCOPES",
    "WEEKDAYS",
    "Changes",
    "ChooseTenant",
    "EventKind",
    "Founded",
    "Hours",
    "KeyRow",
    "NewKey",
    "Permission",
    "PersonRow",
    "Role",
    "Seat",
    "SignedIn",
    "TenantSettings",
    "Viewer",
    "add_person",
    "allows_origin",
    "change_role",
    "claim_answer",
    "drop_expired_sessions",
    "drop_old_answers",
    "found",
    "issue",
    "jwks",
    "keep_answer",
    "keys_by_ids",
    "leave",
    "list_keys",
    "list_people",
    "make_key",
    "people_by_ids",
    "read_settings",
    "read_token",
    "recognise",
    "release_answer",
    "resume",
    "revoke_key",
    "rotate_key",
    "rotate_signing_key",
    "seats_of",
    "sign_in",
    "sign_out",
    "suspend",
    "update_settings",
]
