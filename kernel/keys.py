"""The keys at work: of persons (subjects), of houses (tenants), of the platform, of the intake.

A person's key is random, stands in the key database, wrapped by a version of the tenant's key that
stands in the keyring. Index keys are separate and never derived from sealing keys (F50). Versions
are turned by kernel/turning.py.
"""

from __future__ import annotations

import os
import secrets
from collections import OrderedDict
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel import bells, clock, database, key_copies, lasting, tenancy
from kernel.database import Batch
from kernel.errors import NotFound, RapportError, TryLater
from kernel.ids import Id
from kernel.keyring import PLATFORM, FileKeyring, Keyring, MasterKey
from kernel.seal import Indexer, Sealer
from kernel.settings import Settings

FIRST = "0001"
# Rung where keys were destroyed, for all processes to forget them.
BELL = "keys"
# A key destroyed elsewhere may live on in this process for so long, should the bell not be heard.
_REMEMBERED = 60 * clock.SECOND
_ROOM = 50_000
_TRIES = 5
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
    # By tenant: the version that wraps new keys of persons.
    wrapping: dict[Id, int]
    sealers: dict[tuple[str, str, str], Sealer]
    indexers: dict[str, list[Indexer]]


_open: _Open | None = None


def start(settings: Settings, keyring: Keyring | None = None) -> None:
    """Open the keyring of the settings, or this one; BadSetting for a wrong master key."""
    global _open
    _open = _Open()
    _open.keyring = keyring or file_keyring(settings)
    lasting.start(settings.keyring)
    key_copies.start(settings.key_copies)
    _open.persons = OrderedDict()
    _open.wrapping = {}
    _open.sealers = {}
    _open.indexers = {}
    _open.keyring.get_or_make(PLATFORM, "sealing", FIRST)


def stop() -> None:
    """Forget all keys."""
    global _open
    _open = None


def file_keyring(settings: Settings) -> FileKeyring:
    """The embedded keyring with its masters: the one that wraps, and the one that opens besides."""
    masters = [settings.master_key]
    if settings.other_master_key is not None:
        masters.append(settings.other_master_key)
    return FileKeyring(settings.keyring, *map(MasterKey, masters))


async def watch() -> None:
    """Forget what was destroyed elsewhere whenever the bell rings, and every minute; never ends."""
    while True:
        await bells.wait(BELL, _REMEMBERED / clock.SECOND)
        forget_destroyed()


def forget_everywhere() -> None:
    """Forget here what was destroyed, and let all processes know."""
    forget_destroyed()
    bells.ring(BELL)


def forget_destroyed() -> None:
    """Drop from memory all keys of persons, which are read again, and all that the keyring lost."""
    state = _state()
    state.persons.clear()
    state.wrapping.clear()
    state.sealers.clear()
    state.indexers.clear()
    state.keyring.forget()


def keyring() -> Keyring:
    """The keyring of this process."""
    return _state().keyring


def platform() -> Sealer:
    """Seals what belongs to no tenant: accounts, secrets of platform apps."""
    return _sealer(PLATFORM, "sealing", FIRST)


def platform_index() -> Indexer:
    """Makes tokens of what belongs to no tenant: e-mail addresses of accounts."""
    return _indexers(PLATFORM)[0]


def house() -> Sealer:
    """Seals what belongs to the current tenant and to no person: names of colleagues, tokens.

    By the newest version of its key; what an older one sealed is opened while that is kept.
    """
    owner, ring, sealers = tenancy.current(), _state().keyring, _state().sealers
    if (owner, "house", "") not in sealers:
        if not ring.versions(owner, "house"):
            ring.get_or_make(owner, "house", FIRST)
        versions = reversed(ring.versions(owner, "house"))
        sealers[owner, "house", ""] = Sealer(*(ring.get(owner, "house", one) for one in versions))
    return sealers[owner, "house", ""]


def index() -> Indexer:
    """Makes the current tenant's tokens of what machines name, and of what is not kept beside them.

    By the first version of the key for good: such tokens cannot be made anew.
    """
    return _indexers(tenancy.current())[0]


def finders() -> list[Indexer]:
    """Make the tokens that people are found by: one for each version of the key, newest last."""
    return _indexers(tenancy.current())


def index_at(version: int) -> Indexer:
    """This version of the current tenant's index key; NotFound where it is not there."""
    if not any(one.version == version for one in finders()):
        _state().indexers.pop(tenancy.current(), None)
        _state().keyring.get(tenancy.current(), "index", name_of(version))
    return next(one for one in finders() if one.version == version)


def suppression() -> list[Indexer]:
    """Make the current tenant's suppression marks: by the newest version of their key, the last.

    A mark is never made anew, for nobody knows its value any more: all versions are looked for.
    """
    owner, ring = tenancy.current(), _state().keyring
    ring.get_or_make(owner, "suppression", FIRST)
    versions = ring.versions(owner, "suppression")
    return [Indexer(int(one), ring.get(owner, "suppression", one)) for one in versions]


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
    made = {subject_id: secrets.token_bytes(32) for subject_id in subjects}
    if not made:
        return
    for _ in range(_TRIES):
        if await _store(made, await wrapping()) == len(made):
            break
        _state().wrapping.pop(tenancy.current(), None)  # it was turned meanwhile
    else:
        raise TryLater("the tenant's key is being turned")
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
    """Take the keys of subjects of the current tenant out of the key database.

    Copies of them in logs and backups are closed when the tenant's key is turned, within a day.
    """
    gone = list(subjects)
    noted = lasting.note("key", [(subject_id,) for subject_id in gone])
    await drop_again(gone)
    await lasting.mark(noted)


async def drop_again(gone: list[Id]) -> None:
    """As `drop`, of what was noted as dropped before."""
    await _mark_dropped()
    await database.run(
        """DELETE FROM person_key WHERE tenant_id = $1::uuid
            AND subject_id IN (SELECT b.subject_id FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=Batch({"subject_id": "uuid"}, [[subject_id] for subject_id in gone]),
        on="keys",
    )
    await _mark_dropped()  # again: what was marked before may have been turned already
    forget_everywhere()


def forget(subjects: Iterable[Id]) -> None:
    """Drop keys from this process's memory (their rows were destroyed)."""
    for subject_id in subjects:
        _state().persons.pop(subject_id, None)


def destroy_all() -> None:
    """Destroy every key of the current tenant that stands above the databases."""
    _state().keyring.destroy_all(tenancy.current())
    forget_everywhere()


async def drop_all() -> None:
    """Take what is the current tenant's out of the key database, and its other keys."""
    for statement in (
        "DELETE FROM person_key WHERE tenant_id = $1::uuid",
        "DELETE FROM tenant_key WHERE tenant_id = $1::uuid",
    ):
        await database.run(statement, tenancy.current(), on="keys")
    destroy_all()


async def wrapping() -> int:
    """The version of the current tenant's key that wraps its persons' keys now.

    A key database older than the keyring (restored from a backup) is brought up to it.
    """
    tenant_id, known = tenancy.current(), _state().wrapping
    if tenant_id not in known:
        newest = int((_state().keyring.versions(tenant_id, "persons") or [FIRST])[-1])
        row = await database.row(
            """INSERT INTO tenant_key (tenant_id, kind, version, made_at)
               VALUES ($1::uuid, 'persons', $2, $3)
               ON CONFLICT (tenant_id, kind) DO UPDATE
               SET version = GREATEST(tenant_key.version, excluded.version)
               RETURNING version""",
            tenant_id,
            newest,
            clock.now(),
            on="keys",
        )
        known[tenant_id] = row["version"] if row else newest
    return known[tenant_id]


def name_of(version: int) -> str:
    """A version as the keyring names it."""
    return f"{version:04}"


def wrapper(version: int) -> AESGCM:
    """What wraps and opens the current tenant's persons' keys; NotFound once it was destroyed."""
    owner, name = tenancy.current(), name_of(version)
    ring = _state().keyring
    # Only the first is made by the way: a later one that is missing was destroyed.
    key = ring.get_or_make if name == FIRST and not ring.versions(owner, "persons") else ring.get
    return AESGCM(key(owner, "persons", name))


async def _store(made: dict[Id, bytes], version: int) -> int:
    """How many were stored: none, where this version wraps no more."""
    seal, now, rows = wrapper(version), clock.now(), []
    for subject_id, key in made.items():
        nonce = os.urandom(12)
        wrapped = nonce + seal.encrypt(nonce, key, subject_id.encode())
        rows.append([subject_id, wrapped])
    # FOR SHARE: whoever turns the key waits for us, or we see that it was turned.
    return await database.run(
        """INSERT INTO person_key (tenant_id, subject_id, tenant_key_version, wrapped, created_at)
           SELECT $1::uuid, b.subject_id, t.version, b.wrapped, $3::bigint
             FROM ({batch}) AS b JOIN tenant_key t
               ON t.tenant_id = $1::uuid AND t.kind = 'persons' AND t.version = $2::integer
              FOR SHARE OF t""",
        tenancy.current(),
        version,
        now,
        batch=Batch({"subject_id": "uuid", "wrapped": "bytea"}, rows),
        on="keys",
    )


async def _mark_dropped() -> None:
    await database.run(
        """UPDATE tenant_key SET dropped_at = COALESCE(dropped_at, $2)
            WHERE tenant_id = $1::uuid AND kind = 'persons'""",
        tenancy.current(),
        clock.now(),
        on="keys",
    )


async def _read(subjects: list[Id], *, again: bool = True) -> dict[Id, Sealer]:
    tenant_id = tenancy.current()
    found, turned = {}, []
    for row in await database.rows(
        """SELECT k.subject_id, k.tenant_key_version, k.wrapped
             FROM ({batch}) AS b JOIN person_key k
               ON k.tenant_id = $1::uuid AND k.subject_id = b.subject_id""",
        tenant_id,
        batch=Batch({"subject_id": "uuid"}, [[subject_id] for subject_id in subjects]),
        on="keys",
    ):
        wrapped, subject_id = row["wrapped"], row["subject_id"]
        try:
            opener = AESGCM(
                _state().keyring.get(tenant_id, "persons", name_of(row["tenant_key_version"]))
            )
        except NotFound:  # wrapped again between these two lines, or closed for good
            turned.append(subject_id)
            continue
        found[subject_id] = Sealer(opener.decrypt(wrapped[:12], wrapped[12:], subject_id.encode()))
        _remember(subject_id, found[subject_id])
    return found | (await _read(turned, again=False) if turned and again else {})


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


def _indexers(owner: str) -> list[Indexer]:
    indexers, ring = _state().indexers, _state().keyring
    if owner not in indexers:
        ring.get_or_make(owner, "index", FIRST)
        versions = ring.versions(owner, "index")
        indexers[owner] = [Indexer(int(one), ring.get(owner, "index", one)) for one in versions]
    return indexers[owner]


def _state() -> _Open:
    if _open is None:
        raise RapportError("the keys are not open", code="NOT_STARTED")
    return _open
