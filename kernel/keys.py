"""The keys at work: of persons (subjects), of houses (tenants), of the platform, of the intake.

A person's key is random, stands in the key database, wrapped by a version of the tenant's key that
stands in the keyring. Index keys are separate and never derived from sealing keys (F50).
"""

from __future__ import annotations

import os
import secrets
from collections import OrderedDict
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel import clock, database, tenancy
from kernel.database import Batch
from kernel.errors import RapportError
from kernel.ids import Id
from kernel.keyring import PLATFORM, Keyring
from kernel.seal import Indexer, Sealer
from kernel.settings import Settings

FIRST = "0001"
# A key destroyed elsewhere may live on in this process for so long.
_REMEMBERED = 60 * clock.SECOND
_ROOM = 50_000
# Envelopes can be opened for so many days after they came in.
INTAKE_DAYS = 9


class _Person(NamedTuple):
    """A subject's opened key; memory keeps to the tenant as the database does."""

    tenant_id: Id
    sealer: Sealer
    until: int


class _Open:
    """What this process has opened."""

    keyring: Keyring
    persons: OrderedDict[Id, _Person]
    sealers: dict[tuple[str, str, str], Sealer]
    indexers: dict[str, Indexer]


_open: _Open | None = None


def start(settings: Settings) -> None:
    """Open the keyring; BadSetting when the master key is not its own."""
    global _open
    _open = _Open()
    _open.keyring = Keyring(settings.keyring, settings.master_key)
    _open.persons = OrderedDict()
    _open.sealers = {}
    _open.indexers = {}
    _open.keyring.get_or_make(PLATFORM, "sealing", FIRST)


def stop() -> None:
    """Forget all keys."""
    global _open
    _open = None


def keyring() -> Keyring:
    """The keyring of this process."""
    return _state().keyring


def platform() -> Sealer:
    """Seals what belongs to no tenant: accounts, secrets of platform apps."""
    return _sealer(PLATFORM, "sealing", FIRST)


def platform_index() -> Indexer:
    """Makes tokens of what belongs to no tenant: e-mail addresses of accounts."""
    return _indexer(PLATFORM)


def house() -> Sealer:
    """Seals what belongs to the current tenant and to no person: names of colleagues, tokens."""
    return _sealer(tenancy.current(), "house", FIRST)


def index() -> Indexer:
    """Makes the current tenant's tokens."""
    return _indexer(tenancy.current())


def intake(at: int) -> tuple[str, Sealer]:
    """The name and the sealer of the day's intake key."""
    day = clock.moment(at).strftime("%Y%m%d")
    return day, _sealer(PLATFORM, "intake", day)


def intake_of(day: str) -> Sealer:
    """The sealer of an earlier day; NotFound once that day's key was destroyed."""
    return Sealer(_state().keyring.get(PLATFORM, "intake", day))


def drop_old_intake_keys() -> list[str]:
    """Destroy the intake keys that are past their days; which ones went."""
    oldest = clock.moment(clock.now()) - timedelta(days=INTAKE_DAYS)
    ring = _state().keyring
    gone = [day for day in ring.versions(PLATFORM, "intake") if day < oldest.strftime("%Y%m%d")]
    for day in gone:
        ring.destroy(PLATFORM, "intake", day)
        _state().sealers.pop((PLATFORM, "intake", day), None)
    return gone


async def make_for(subjects: Iterable[Id]) -> None:
    """Make and store the keys of new subjects of the current tenant."""
    tenant_id = tenancy.current()
    wrapper = AESGCM(_state().keyring.get_or_make(tenant_id, "persons", FIRST))
    records, made = [], {}
    for subject_id in subjects:
        key, nonce = secrets.token_bytes(32), os.urandom(12)
        made[subject_id] = key
        records.append(
            {
                "tenant_id": tenant_id,
                "subject_id": subject_id,
                "tenant_key_version": int(FIRST),
                "wrapped": nonce + wrapper.encrypt(nonce, key, subject_id.encode()),
                "created_at": clock.now(),
            }
        )
    await database.insert("person_key", records, on="keys")
    for subject_id, key in made.items():
        _remember(subject_id, Sealer(key))


async def of(subjects: Iterable[Id]) -> dict[Id, Sealer]:
    """The sealers of subjects of the current tenant; one whose key was destroyed is missing."""
    tenant_id, now, found, wanted = tenancy.current(), clock.now(), {}, []
    for subject_id in set(subjects):
        known = _state().persons.get(subject_id)
        if known and known.tenant_id == tenant_id and known.until > now:
            found[subject_id] = known.sealer
        else:
            wanted.append(subject_id)
    if wanted:
        found |= await _read(wanted)
    return found


async def drop(subjects: Iterable[Id]) -> None:
    """Take the keys of subjects of the current tenant out of the key database."""
    gone = list(subjects)
    await database.run(
        """DELETE FROM person_key WHERE tenant_id = $1::uuid
            AND subject_id IN (SELECT b.subject_id FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=Batch({"subject_id": "uuid"}, [[subject_id] for subject_id in gone]),
        on="keys",
    )
    forget(gone)


def forget(subjects: Iterable[Id]) -> None:
    """Drop keys from this process's memory (their rows were destroyed)."""
    for subject_id in subjects:
        _state().persons.pop(subject_id, None)


async def _read(subjects: list[Id]) -> dict[Id, Sealer]:
    tenant_id = tenancy.current()
    found = {}
    for row in await database.rows(
        """SELECT k.subject_id, k.tenant_key_version, k.wrapped
             FROM ({batch}) AS b JOIN person_key k
               ON k.tenant_id = $1::uuid AND k.subject_id = b.subject_id""",
        tenant_id,
        batch=Batch({"subject_id": "uuid"}, [[subject_id] for subject_id in subjects]),
        on="keys",
    ):
        version = f"{row['tenant_key_version']:04}"
        wrapper = AESGCM(_state().keyring.get(tenant_id, "persons", version))
        wrapped, subject_id = row["wrapped"], row["subject_id"]
        sealer = Sealer(wrapper.decrypt(wrapped[:12], wrapped[12:], subject_id.encode()))
        found[subject_id] = sealer
        _remember(subject_id, sealer)
    return found


def _remember(subject_id: Id, sealer: Sealer) -> None:
    persons = _state().persons
    persons[subject_id] = _Person(tenancy.current(), sealer, clock.now() + _REMEMBERED)
    persons.move_to_end(subject_id)
    while len(persons) > _ROOM:
        persons.popitem(last=False)


def _sealer(owner: str, kind: str, version: str) -> Sealer:
    sealers = _state().sealers
    wanted = (owner, kind, version)
    if wanted not in sealers:
        sealers[wanted] = Sealer(_state().keyring.get_or_make(owner, kind, version))
    return sealers[wanted]


def _indexer(owner: str) -> Indexer:
    indexers = _state().indexers
    if owner not in indexers:
        key = _state().keyring.get_or_make(owner, "index", FIRST)
        indexers[owner] = Indexer(int(FIRST), key)
    return indexers[owner]


def _state() -> _Open:
    if _open is None:
        raise RapportError("the keys are not open", code="NOT_STARTED")
    return _open
