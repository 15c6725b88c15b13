"""Which pages in browsers may ask for a tenant: the origins in its settings (CORS).

A browser asks first whether it may ask at all, and says no more than its origin then: that is
answered by what any tenant allows, and the request itself by what its own tenant allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import orjson

from kernel import clock, database, keys, tenancy
from kernel.ids import Id
from kernel.keyring import Keyring

# A change is noticed after so long at most. All are read at once, so that whoever asks from a
# thousand origins costs no more statements than one.
_TRUSTED = 5 * clock.SECOND


@dataclass(frozen=True, slots=True)
class _Allowed:
    by_tenant: dict[Id, frozenset[str]]
    by_any: frozenset[str]
    read_at: int


_memories: WeakKeyDictionary[Keyring, _Allowed] = WeakKeyDictionary()


async def allows_origin(tenant_id: Id | None, origin: str) -> bool:
    """Whether pages of this origin may ask for the tenant; for any, where none is known yet."""
    allowed = _memories.get(keys.keyring())
    if allowed is None or not 0 <= clock.now() - allowed.read_at < _TRUSTED:
        allowed = _memories[keys.keyring()] = await _read()
    if tenant_id is None:
        return origin in allowed.by_any
    return origin in allowed.by_tenant.get(tenant_id, ())


def forget_origins() -> None:
    """Read them anew for the next request: they were changed here."""
    _memories.pop(keys.keyring(), None)


async def _read() -> _Allowed:
    read_at = clock.now()
    with tenancy.across_tenants("a browser asks before it says for which tenant"):
        rows = await database.rows(
            "SELECT id, allowed_origins FROM tenant WHERE allowed_origins <> $1::jsonb", "[]"
        )
    by_tenant = {row["id"]: frozenset(orjson.loads(row["allowed_origins"])) for row in rows}
    return _Allowed(by_tenant, frozenset().union(*by_tenant.values()), read_at)
