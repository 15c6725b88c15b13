"""Whose house it is, and who may what.

I own: tenants and their settings, accounts (who can sign in), persons (an account's place and role
in a tenant), sessions and their access tokens, keys and the answers kept for them, roles and
permissions, the event catalogue of the whole product.

My words: a *tenant* is a store; an *account* an e-mail address with a password; a *person* an
account in one tenant; a *seat* the same seen from the account; a *session* one sign-in; a *key*
lets a system of the store in; a *viewer* is the person or key behind a request.

My events: tenant.founded, tenant.settings_changed, tenant.suspended, tenant.resumed, person.joined,
person.role_changed, person.left, session.started, session.ended, api_key.created, api_key.rotated,
api_key.revoked,
person.invited, account.verified, account.factor_changed.
"""

from tenants.account_state import AccountState, account_state
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
from tenants.credentials import claimed_tenant, recognise
from tenants.endings import drop_expired_sessions, end_session, end_sessions
from tenants.forms import email as read_email
from tenants.forms import lines as tidy_lines
from tenants.forms import locale as read_locale
from tenants.index_versions import (
    index_version,
    newest_index,
    turn_index_version,
    turned_indexes,
)
from tenants.invitations import (
    InvitationRow,
    accept_invitation,
    invite,
    list_invitations,
    withdraw_invitation,
)
from tenants.kept_answers import (
    blank_answers,
    claim_answer,
    drop_old_answers,
    keep_answer,
    release_answer,
)
from tenants.letters import Letter, write_letter
from tenants.mails import BELL as MAILS_BELL
from tenants.mails import (
    ClaimedMail,
    claim_mails,
    drop_old_mails,
    mail_failed,
    mail_refused,
    mail_sent,
)
from tenants.nights import end_night, everyone, tenants_at_night
from tenants.origins import allows_origin
from tenants.people import (
    PersonRow,
    Seat,
    change_role,
    leave,
    list_people,
    people_by_ids,
    seats_of,
    sign_out_person,
)
from tenants.proofs import (
    ask_for_reset,
    ask_for_verification,
    change_password,
    drop_old_proofs,
    reset_password,
    verify_email,
)
from tenants.public_links import (
    DeadLink,
    PublicKind,
    PublicLink,
    read_public_link,
    write_public_link,
)
from tenants.refreshing import renew
from tenants.roles import ROLES, SCOPES, Permission, Role
from tenants.second_factor import Secret, confirm_factor, set_up_factor, take_off_factor
from tenants.sessions import (
    ChooseTenant,
    SessionRow,
    SignedIn,
    begin,
    issue,
    list_sessions,
    read_token,
    sign_in,
)
from tenants.settings import (
    OFFICE_HOURS,
    WEEKDAYS,
    Changes,
    Hours,
    TenantSettings,
    drop_tenant,
    read_settings,
    resume,
    suspend,
    update_settings,
)
from tenants.signup import Founded, add_person, found
from tenants.throttle import heed
from tenants.tokens import jwks
from tenants.tokens import rotate as rotate_signing_key
from tenants.tokens import turn_keys as turn_signing_keys
from tenants.viewer import Viewer

__all__ = [
    "CATALOGUE",
    "MAILS_BELL",
    "OFFICE_HOURS",
    "ROLES",
    "SCOPES",
    "WEEKDAYS",
    "AccountState",
    "Changes",
    "ChooseTenant",
    "ClaimedMail",
    "DeadLink",
    "EventKind",
    "Founded",
    "Hours",
    "InvitationRow",
    "KeyRow",
    "Letter",
    "NewKey",
    "Permission",
    "PersonRow",
    "PublicKind",
    "PublicLink",
    "Role",
    "Seat",
    "Secret",
    "SessionRow",
    "SignedIn",
    "TenantSettings",
    "Viewer",
    "accept_invitation",
    "account_state",
    "add_person",
    "allows_origin",
    "ask_for_reset",
    "ask_for_verification",
    "begin",
    "blank_answers",
    "change_password",
    "change_role",
    "claim_answer",
    "claim_mails",
    "claimed_tenant",
    "confirm_factor",
    "drop_expired_sessions",
    "drop_old_answers",
    "drop_old_mails",
    "drop_old_proofs",
    "drop_tenant",
    "end_night",
    "end_session",
    "end_sessions",
    "everyone",
    "found",
    "heed",
    "index_version",
    "invite",
    "issue",
    "jwks",
    "keep_answer",
    "keys_by_ids",
    "leave",
    "list_invitations",
    "list_keys",
    "list_people",
    "list_sessions",
    "mail_failed",
    "mail_refused",
    "mail_sent",
    "make_key",
    "newest_index",
    "people_by_ids",
    "read_email",
    "read_locale",
    "read_public_link",
    "read_settings",
    "read_token",
    "recognise",
    "release_answer",
    "renew",
    "reset_password",
    "resume",
    "revoke_key",
    "rotate_key",
    "rotate_signing_key",
    "seats_of",
    "set_up_factor",
    "sign_in",
    "sign_out_person",
    "suspend",
    "take_off_factor",
    "tenants_at_night",
    "tidy_lines",
    "turn_index_version",
    "turn_signing_keys",
    "turned_indexes",
    "update_settings",
    "verify_email",
    "withdraw_invitation",
    "write_letter",
    "write_public_link",
]
