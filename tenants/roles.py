"""Who may what, on one page: permissions are `resource:action`, roles are sets of them (F2).

The permission stands on the line that it guards; nothing asks for a role.
"""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One thing that can be allowed."""

    TENANT_READ = "tenant:read"
    TENANT_WRITE = "tenant:write"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    # Making and unmaking owners; who has only people:write cannot raise themselves.
    OWNERS_WRITE = "owners:write"
    # The keys of the store's own systems, never their texts.
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    CHANNELS_READ = "channels:read"
    CHANNELS_WRITE = "channels:write"
    CONTACTS_READ = "contacts:read"
    CONTACTS_WRITE = "contacts:write"
    # Names, phones, addresses and what was said, unmasked; without it one sees shapes and counts.
    CONTACTS_PERSONAL = "contacts:personal"
    # Shops that are connected; and what was bought in them.
    STORES_READ = "stores:read"
    STORES_WRITE = "stores:write"
    COMMERCE_READ = "commerce:read"
    COMMERCE_WRITE = "commerce:write"
    CONVERSATIONS_READ = "conversations:read"
    CONVERSATIONS_WRITE = "conversations:write"
    # What is said to many: whoever may launch it may stop it, and everything that leaves.
    CAMPAIGNS_READ = "campaigns:read"
    CAMPAIGNS_WRITE = "campaigns:write"
    # Rules by which contacts belong together, and by which they are written to.
    SEGMENTS_READ = "segments:read"
    SEGMENTS_WRITE = "segments:write"
    # Files of contacts and orders: whoever may start one may undo it.
    IMPORTS_READ = "imports:read"
    IMPORTS_WRITE = "imports:write"
    # Figures of the whole house, of nobody in person; and what they shall be.
    ANALYTICS_READ = "analytics:read"
    ANALYTICS_WRITE = "analytics:write"
    PRIVACY_READ = "privacy:read"
    PRIVACY_WRITE = "privacy:write"
    AUDIT_READ = "audit:read"


class Role(StrEnum):
    """What a person is in a tenant; `store` is no person but a system of the store, with a key."""

    OWNER = "owner"
    ADMIN = "admin"
    AGENT = "agent"
    ANALYST = "analyst"
    COMPLIANCE = "compliance"
    STORE = "store"


_YES, _NO = True, False

# fmt: off
_TABLE: dict[Permission, tuple[bool, bool, bool, bool, bool, bool]] = {
    #                               owner admin agent analyst compliance store
    Permission.TENANT_READ:         (_YES, _YES, _YES, _YES, _YES, _YES),
    Permission.TENANT_WRITE:        (_YES, _YES, _NO,  _NO,  _NO,  _NO),
    Permission.PEOPLE_READ:         (_YES, _YES, _YES, _YES, _YES, _YES),
    Permission.PEOPLE_WRITE:        (_YES, _YES, _NO,  _NO,  _NO,  _NO),
    Permission.OWNERS_WRITE:        (_YES, _NO,  _NO,  _NO,  _NO,  _NO),
    Permission.KEYS_READ:           (_YES, _YES, _NO,  _NO,  _NO,  _NO),
    Permission.KEYS_WRITE:          (_YES, _YES, _NO,  _NO,  _NO,  _NO),
    Permission.CHANNELS_READ:       (_YES, _YES, _YES, _YES, _YES, _YES),
    Permission.CHANNELS_WRITE:      (_YES, _YES, _NO,  _NO,  _NO,  _NO),
    Permission.CONTACTS_READ:       (_YES, _YES, _YES, _YES, _YES, _YES),
    Permission.CONTACTS_WRITE:      (_YES, _YES, _YES, _NO,  _YES, _YES),
    Permission.CONTACTS_PERSONAL:   (_YES, _YES, _YES, _NO,  _YES, _YES),
    Permission.STORES_READ:         (_YES, _YES, _YES, _YES, _YES, _YES),
    Permission.STORES_WRITE:        (_YES, _YES, _NO,  _NO,  _NO,  _NO),
    Permission.COMMERCE_READ:       (_YES, _YES, _YES, _YES, _YES, _YES),
    Permission.COMMERCE_WRITE:      (_YES, _YES, _NO,  _NO,  _NO,  _YES),
    Permission.CONVERSATIONS_READ:  (_YES, _YES, _YES, _YES, _YES, _YES),
    Permission.CONVERSATIONS_WRITE: (_YES, _YES, _YES, _NO,  _NO,  _YES),
    Permission.CAMPAIGNS_READ:      (_YES, _YES, _YES, _YES, _YES, _YES),
    Permission.CAMPAIGNS_WRITE:     (_YES, _YES, _NO,  _NO,  _NO,  _YES),
    Permission.SEGMENTS_READ:       (_YES, _YES, _YES, _YES, _YES, _YES),
    Permission.SEGMENTS_WRITE:      (_YES, _YES, _NO,  _NO,  _NO,  _YES),
    Permission.IMPORTS_READ:        (_YES, _YES, _NO,  _NO,  _YES, _YES),
    Permission.IMPORTS_WRITE:       (_YES, _YES, _NO,  _NO,  _NO,  _YES),
    Permission.ANALYTICS_READ:      (_YES, _YES, _YES, _YES, _YES, _YES),
    Permission.ANALYTICS_WRITE:     (_YES, _YES, _NO,  _NO,  _NO,  _NO),
    Permission.PRIVACY_READ:        (_YES, _YES, _NO,  _NO,  _YES, _NO),
    Permission.PRIVACY_WRITE:       (_YES, _NO,  _NO,  _NO,  _YES, _NO),
    Permission.AUDIT_READ:          (_YES, _YES, _NO,  _NO,  _YES, _NO),
}
# fmt: on

ROLES: dict[Role, frozenset[Permission]] = {
    role: frozenset(permission for permission, who in _TABLE.items() if who[column])
    for column, role in enumerate(Role)
}
# What a key may be made for: each key has the scopes that it was given out of these.
SCOPES = ROLES[Role.STORE]
