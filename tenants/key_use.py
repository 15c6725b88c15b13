"""A key in use: whose it is, what it may, whether it still lives; and when it was used last."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from kernel import clock, database, keys, tenancy
from kernel.errors import NotAllowed
from kernel.ids import Id
from kernel.keyring import Keyring
from tenants import key_text
from tenants.roles import SCOPES, Permission, Role
from tenants.viewer import Viewer

# As with sessions: revoked keys and suspended tenants are noticed within 5 seconds, everywhere.
_TRUSTED = 2 * clock.SECOND
# The last use is written once in so long, not with every request.
_USE_NOTED = 5 * clock.MINUTE
_REMEMBERED = 10_000
_REFUSALS = {
    "KEY_INVALID": "That is not a key of this service.",
    "KEY_REVOKED": "The key was revoked; ask the store for a new one.",
    "KEY_EXPIRED": "The key has expired; ask the store for a new one.",
    "KEY_ELSEWHERE": "The key does not work from this address.",
    "TENANT_SUSPENDED": "This tenant is suspended; its owner knows why.",
}


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the rows said of a key when they were last read; `trouble` is a code."""

    tenant_id: Id
    trouble: str | None
    read_at: int
    key_id: Id = ""
    permissions: frozenset[Permission] = frozenset()
    networks: tuple[str, ...] = ()
    expires_at: int | None = None


_memories: WeakKeyDictionary[Keyring, OrderedDict[str, _Standing]] = WeakKeyDictionary()


async def read_key(text: str, address: str) -> Viewer:
    """Who shows this key, from this address.

    NotAllowed KEY_INVALID (also for another tenant's), KEY_REVOKED and TENANT_SUSPENDED (both bite
    within 5 seconds), KEY_EXPIRED, KEY_ELSEWHERE.
    """
    tenant_id = key_text.tenant_of(text)
    if tenant_id is None:
        raise _refusal("KEY_INVALID")
    standing = await _standing(tenant_id, key_text.digest_of(text))
    if standing.trouble:
        raise _refusal(standing.trouble)
    if standing.expires_at is not None and standing.expires_at <= clock.now():
        raise _refusal("KEY_EXPIRED")
    if standing.networks and not _is_inside(address, standing.networks):
        raise _refusal("KEY_ELSEWHERE")
    return Viewer(
        tenant_id=tenant_id,
        role=Role.STORE,
        permissions=standing.permissions,
        expires_at=standing.expires_at,
        key_id=standing.key_id,
    )


def forget(digest: str) -> None:
    """Read this key's row anew at its next use."""
    _memories.setdefault(keys.keyring(), OrderedDict()).pop(digest, None)


async def _standing(tenant_id: Id, digest: str) -> _Standing:
    known = _memories.setdefault(keys.keyring(), OrderedDict())
    standing = known.get(digest)
    if standing is None or not 0 <= clock.now() - standing.read_at < _TRUSTED:
        with tenancy.acting_for(tenant_id):
            standing = await _read_standing(digest)
        known[digest] = standing
        known.move_to_end(digest)
        if len(known) > _REMEMBERED:
            known.popitem(last=False)
    return standing


async def _read_standing(digest: str) -> _Standing:
    now = clock.now()  # before the row is read: what changes meanwhile is seen in time
    row = await database.row(
        """SELECT k.id, k.scopes, k.networks, k.expires_at, k.revoked_at, k.used_at,
                  t.state AS tenant_state
             FROM api_key k JOIN tenant t ON t.id = k.tenant_id
            WHERE k.tenant_id = $1::uuid AND k.sha256 = $2""",
        tenancy.current(),
        digest,
    )
    if row is None:
        return _Standing(tenancy.current(), "KEY_INVALID", now)
    trouble = _trouble(row)
    if trouble is None and now - (row["used_at"] or 0) >= _USE_NOTED:
        await _note_use(row["id"], now)
    return _Standing(
        tenant_id=tenancy.current(),
        trouble=trouble,
        read_at=now,
        key_id=row["id"],
        # What no key may any more, none may that was made before.
        permissions=SCOPES.intersection(orjson.loads(row["scopes"])),
        networks=tuple(orjson.loads(row["networks"])),
        expires_at=row["expires_at"],
    )


def _trouble(row: dict[str, Any]) -> str | None:
    if row["revoked_at"] is not None:
        return "KEY_REVOKED"
    return "TENANT_SUSPENDED" if row["tenant_state"] == "suspended" else None


@database.unit_of_work
async def _note_use(key_id: Id, now: int) -> None:
    await database.run(
        """UPDATE api_key SET used_at = $3::bigint
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND coalesce(used_at, 0) < $3::bigint""",
        tenancy.current(),
        key_id,
        now,
    )


def _is_inside(address: str, networks: tuple[str, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None) or found
    return any(mapped in ipaddress.ip_network(network) for network in networks)


def _refusal(code: str) -> NotAllowed:
    return NotAllowed(_REFUSALS[code], code=code)
