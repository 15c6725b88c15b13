"""Keys of the store's own systems: made, rotated with an overlap, revoked (F3)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from kernel import clock, database, events, ids, tenancy
from kernel.database import Batch
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import Event
from kernel.ids import Id
from tenants import forms, key_text, key_use
from tenants.roles import SCOPES, Permission

MOST_NETWORKS = 20
LONGEST_OVERLAP = 30 * clock.DAY
_COLUMNS = """id, name, prefix, scopes, networks, made_by, replaces_id, created_at, expires_at,
    revoked_at, used_at"""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as people see it; `used_at` is true to five minutes."""

    id: Id
    name: str
    prefix: str
    scopes: tuple[str, ...]
    networks: tuple[str, ...]
    made_by: Id
    replaces_id: Id | None
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    used_at: int | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made; `text` is told once and kept nowhere."""

    id: Id
    text: str


@database.unit_of_work
async def make_key(
    person_id: Id,
    name: str,
    scopes: Sequence[str],
    *,
    may: frozenset[Permission],
    expires_at: int | None = None,
    networks: Sequence[str] = (),
) -> NewKey:
    """A new key of the current tenant; Invalid names the field.

    Nobody gives a key more than they `may` themselves. Without networks it works from everywhere.
    """
    now = clock.now()
    if expires_at is not None and expires_at <= now:
        raise Invalid("An end that is still to come is wanted, or none.", field=("expires_at",))
    record = {
        "name": forms.line(name, ("name",)),
        "scopes": _json(_scopes(scopes, may)),
        "networks": _json(_networks(networks)),
        "expires_at": expires_at,
        "replaces_id": None,
    }
    made = await _insert(person_id, record, now)
    await events.record(Event("api_key.created", {"key": made.id, "person": person_id}))
    return made


@database.unit_of_work
async def rotate_key(person_id: Id, key_id: Id, overlap: int) -> NewKey:
    """A successor with the same name, scopes, networks and span of life; the old one ends.

    Both live for `overlap` microseconds (at most 30 days; none ends the old one within 5 seconds).
    Conflict for a key that has ended, or has a living predecessor or a successor: two live at most.
    """
    if not 0 <= overlap <= LONGEST_OVERLAP:
        raise Invalid("An overlap of 0 to 720 hours is wanted.", field=("overlap_hours",))
    now, old = clock.now(), await _lock(key_id)
    _must_live(old, now)
    await _must_be_alone(old, now)
    lifetime = old["expires_at"] and old["expires_at"] - old["created_at"]
    record = {
        **{name: old[name] for name in ("name", "scopes", "networks")},
        "expires_at": lifetime and now + lifetime,
        "replaces_id": key_id,
    }
    made = await _insert(person_id, record, now)
    await database.run(
        """UPDATE api_key SET expires_at = $3::bigint
            WHERE tenant_id = $1::uuid AND id = $2::uuid
              AND (expires_at IS NULL OR expires_at > $3::bigint)""",
        tenancy.current(),
        key_id,
        now + overlap,
    )
    database.after_commit(lambda: key_use.forget(old["sha256"]))
    await events.record(Event("api_key.rotated", {"key": made.id, "replaced": key_id}))
    return made


@database.unit_of_work
async def revoke_key(person_id: Id, key_id: Id) -> None:
    """End a key of the current tenant, here at once, elsewhere within 5 seconds. Again: nothing."""
    key = await _lock(key_id)
    if key["revoked_at"] is not None:
        return
    await database.run(
        """UPDATE api_key SET revoked_at = $3::bigint
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        key_id,
        clock.now(),
    )
    database.after_commit(lambda: key_use.forget(key["sha256"]))
    await events.record(Event("api_key.revoked", {"key": key_id, "person": person_id}))


async def keys_by_ids(key_ids: Iterable[Id]) -> dict[Id, KeyRow]:
    """These keys of the current tenant; others' are missing."""
    wanted = [[key_id] for key_id in set(key_ids)]
    if not wanted:
        return {}
    rows = await database.rows(
        f"""SELECT {_COLUMNS} FROM api_key
             WHERE tenant_id = $1::uuid AND id IN (SELECT b.id FROM ({{batch}}) AS b)""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, wanted),
    )
    return {row["id"]: _key(row) for row in rows}


async def list_keys() -> list[KeyRow]:
    """All keys of the current tenant, oldest first, also those that have ended."""
    rows = await database.rows(
        f"SELECT {_COLUMNS} FROM api_key WHERE tenant_id = $1::uuid ORDER BY id",
        tenancy.current(),
    )
    return [_key(row) for row in rows]


def _scopes(given: Sequence[str], may: frozenset[Permission]) -> list[str]:
    allowed = sorted(SCOPES & may)
    unknown = [scope for scope in given if scope not in allowed]
    if unknown or not given:
        raise Invalid(
            "One or more scopes out of " + ", ".join(allowed) + " are wanted.", field=("scopes",)
        )
    return sorted(set(given))


def _networks(given: Sequence[str]) -> list[str]:
    try:
        networks = {ipaddress.ip_network(text.strip()) for text in given}
    except ValueError:
        raise Invalid(
            "Addresses or networks such as 203.0.113.7 or 2001:db8::/32 are wanted.",
            field=("networks",),
        ) from None
    if len(networks) > MOST_NETWORKS:
        raise Invalid(f"At most {MOST_NETWORKS} networks are allowed.", field=("networks",))
    return sorted(map(str, networks))


async def _insert(person_id: Id, record: dict[str, Any], now: int) -> NewKey:
    key_id, text = ids.new_id(), key_text.compose(tenancy.current())
    key = {
        "tenant_id": tenancy.current(),
        "id": key_id,
        **record,
        "prefix": key_text.prefix_of(text),
        "sha256": key_text.digest_of(text),
        "made_by": person_id,
        "created_at": now,
    }
    await database.insert("api_key", [key])
    return NewKey(key_id, text)


async def _lock(key_id: Id) -> dict[str, Any]:
    key = await database.row(
        f"""SELECT {_COLUMNS}, sha256 FROM api_key
             WHERE tenant_id = $1::uuid AND id = $2::uuid FOR UPDATE""",
        tenancy.current(),
        key_id,
    )
    if key is None:
        raise NotFound("There is no such key.", field=("key",))
    return key


def _must_live(key: dict[str, Any], now: int) -> None:
    if key["revoked_at"] is not None or (key["expires_at"] or now + 1) <= now:
        raise Conflict("That key has ended; make a new one.", code="KEY_ENDED", field=("key",))


async def _must_be_alone(key: dict[str, Any], now: int) -> None:
    beside = await database.row(
        """SELECT 1 AS found FROM api_key
            WHERE tenant_id = $1::uuid
              AND (replaces_id = $2::uuid
                   OR (id = $3::uuid AND revoked_at IS NULL
                       AND (expires_at IS NULL OR expires_at > $4::bigint)))""",
        tenancy.current(),
        key["id"],
        key["replaces_id"],
        now,
    )
    if beside:
        raise Conflict(
            "Two keys are taking turns already; revoke one of them first.",
            code="KEY_ROTATING",
            field=("key",),
        )


def _key(row: dict[str, Any]) -> KeyRow:
    lists = {name: tuple(orjson.loads(row[name])) for name in ("scopes", "networks")}
    return KeyRow(**{**row, **lists})


def _json(values: Sequence[str]) -> str:
    return orjson.dumps(values).decode()
