"""Turning keys: no copy of a dropped key opens, nothing that lives is lost meanwhile (F50)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel import clock, ids, keys, tenancy, turning
from kernel.errors import BadSetting, NotFound
from kernel.ids import Id
from kernel.keyring import FileKeyring, MasterKey
from kernel.seal import Unopenable
from tests import stored
from tests.conftest import House
from tests.servers import Postgres

PLACE, ROW = "message.body", "1" * 32
ONE, OTHER = bytes(range(32)), bytes(range(1, 33))
# A nonce, a key, a tag.
_WRAPPED = 12 + 32 + 16


async def _subjects(count: int) -> dict[Id, bytes]:
    """New subjects of the current tenant, each with a value sealed for it."""
    subjects = [ids.new_id() for _ in range(count)]
    await keys.make_for(subjects)
    sealers = await keys.of(subjects)
    return {one: sealers[one].seal(PLACE, ROW, one.encode()) for one in subjects}


async def _raw(house: House, request: pytest.FixtureRequest) -> list[bytes]:
    """What stands in the files of the key database: SQLite's and its log, PostgreSQL's table."""
    if house.backend == "sqlite":
        path = Path(urlsplit(house.settings.keys_database_url).path)
        return [one.read_bytes() for one in path.parent.glob(f"{path.name}*")]
    postgres: Postgres = request.getfixturevalue("postgres")
    await asyncio.to_thread(postgres.run, "CHECKPOINT")
    row = await stored.row("SELECT pg_relation_filepath('person_key') AS place", on="keys")
    assert row is not None
    return [(postgres.files / row["place"]).read_bytes()]


def _live_keys(house: House) -> list[AESGCM]:
    """Every key that the keyring's files and the master key give."""
    master, folder = MasterKey(house.settings.master_key), house.settings.keyring
    found = []
    for path in folder.glob("*/*"):
        key = master.unwrap(f"{path.parent.name}/{path.name}", path.read_bytes())
        found.append(AESGCM(key or b""))
    return found


def _opened(copies: list[bytes], live: list[AESGCM], subject_id: Id) -> Iterator[bytes]:
    """Keys of the subject that any place of these files gives up to any of these keys."""
    for copy in copies:
        for at in range(len(copy) - _WRAPPED):
            if not any(copy[at : at + 12]):
                continue  # empty pages
            for key in live:
                with suppress(InvalidTag):
                    nonce, rest = copy[at : at + 12], copy[at + 12 : at + _WRAPPED]
                    yield key.decrypt(nonce, rest, subject_id.encode())


async def test_no_copy_of_a_dropped_key_opens(house: House, request: pytest.FixtureRequest) -> None:
    tenant_id, stranger_id = ids.new_id(), ids.new_id()
    with tenancy.acting_for(stranger_id):
        strangers = await _subjects(1)
        theirs = await stored.rows(
            "SELECT * FROM person_key WHERE tenant_id = $1::uuid", stranger_id, on="keys"
        )
    with tenancy.acting_for(tenant_id):
        sealed = await _subjects(3)
        gone, *left = sealed
        copies = await _raw(house, request)
        await keys.drop([gone])
        assert await keys.of([gone]) == {}
        # The row is deleted; yet whoever has a copy and the keyring opens it.
        (key,) = set(_opened(copies, _live_keys(house), gone))
        assert key
        assert await turning.turn_due() == 0, "others are waited for"
        clock.move(6 * clock.HOUR)
        assert await turning.turn_due() == 1
        assert await turning.turn_due() == 0
        copies += await _raw(house, request)
        live = _live_keys(house)
        assert list(_opened(copies, live, gone)) == []
        assert list(_opened(copies, live, left[0])) != [], "this way of looking finds keys"
        assert await turning.standing() == turning.Standing(2, {2: 2}, None)
        assert keys.keyring().versions(tenant_id, "persons") == ["0002"]
        for subject_id, sealer in (await keys.of(sealed)).items():
            assert sealer.open(PLACE, ROW, sealed[subject_id]) == subject_id.encode()
        assert set(await keys.of(sealed)) == set(left)
    with tenancy.acting_for(stranger_id):
        assert set(await keys.of(strangers)) == set(strangers)
        assert theirs == await stored.rows(
            "SELECT * FROM person_key WHERE tenant_id = $1::uuid", stranger_id, on="keys"
        )
    told = await stored.rows("SELECT kind, refs FROM outbox ORDER BY position, id")
    assert [(one["kind"], orjson.loads(one["refs"])) for one in told] == [
        ("key.rotated", {"key": "persons.0002"}),
        ("key.destroyed", {"key": "persons.0001"}),
    ]


async def test_a_turn_goes_on_where_it_was_cut_short(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turning, "_AT_ONCE", 7)
    with tenancy.acting_for(ids.new_id()):
        sealed = await _subjects(60)

        async def meanwhile() -> None:
            while True:
                sealed.update(await _subjects(2))

        busy = asyncio.create_task(meanwhile())
        for pause in (0.0, 0.002, 0.005, 0.01, 0.02, 0.05):
            with suppress(TimeoutError):
                await asyncio.wait_for(turning.turn(), pause)
        before = await turning.standing()
        after = await turning.turn()
        busy.cancel()
        with suppress(asyncio.CancelledError):
            await busy
        assert after.version in (before.version, before.version + 1)
        now = await turning.turn() if set(after.under) != {after.version} else after
        assert set(now.under) == {now.version}
        assert keys.keyring().versions(tenancy.current(), "persons") == [keys.name_of(now.version)]
        keys.forget_destroyed()
        opened = await keys.of(sealed)
        assert {one: opened[one].open(PLACE, ROW, sealed[one]).decode() for one in sealed} == {
            one: one for one in sealed
        }


async def test_an_older_key_database_wraps_under_the_newest_key(house: House) -> None:
    with tenancy.acting_for(ids.new_id()):
        old = await _subjects(1)
        copy = await stored.rows("SELECT * FROM tenant_key", on="keys")
        wrapped = await stored.rows("SELECT * FROM person_key", on="keys")
        await turning.turn()
        # As after a restore of what was there before the turn.
        for table, records in (("tenant_key", copy), ("person_key", wrapped)):
            await stored.run(f"DELETE FROM {table}", on="keys")
            await stored.insert(table, records, on="keys")
        keys.forget_destroyed()
        assert await keys.of(old) == {}, "what the old version wrapped is closed for good"
        new = await _subjects(1)
        assert await turning.turn() == turning.Standing(3, {1: 1, 3: 1}, None)
        (sealer,) = (await keys.of(new)).values()
        assert sealer.open(PLACE, ROW, *new.values()) == next(iter(new)).encode()


def test_the_master_key_is_changed_beside_the_programs(tmp_path: Path) -> None:
    before, both = FileKeyring(tmp_path, MasterKey(ONE)), MasterKey(OTHER)
    made = {name: before.get_or_make("tenant", "house", name) for name in ("0001", "0002")}
    # First all programs learn to open by the new one, then to wrap by it.
    during = FileKeyring(tmp_path, MasterKey(ONE), both)
    after = FileKeyring(tmp_path, both, MasterKey(ONE))
    made["0003"] = after.get_or_make("tenant", "house", "0003")
    assert during.get("tenant", "house", "0003") == made["0003"]
    former = (tmp_path / "tenant" / "house.0001").read_bytes()
    assert after.wrap_again() == 2
    assert after.wrap_again() == 0
    alone = FileKeyring(tmp_path, both)
    assert {name: alone.get("tenant", "house", name) for name in made} == made
    with pytest.raises(BadSetting, match="RAPPORT_MASTER_KEY"):
        FileKeyring(tmp_path, MasterKey(ONE)).get("tenant", "house", "0001")
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"]
    assert len(files) == 3, "drafts are cleared away"
    assert former not in {path.read_bytes() for path in files}
    alone.destroy("tenant", "house", "0001")
    assert during.get("tenant", "house", "0003") == made["0003"]
    before.forget()
    with pytest.raises(NotFound) as caught:
        before.get("tenant", "house", "0001")
    assert caught.value.code == "KEY_GONE"


class _InMemory:
    """A keyring of another kind, as one over a key management service would be."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str, str], bytes] = {}

    def get(self, owner: str, kind: str, version: str) -> bytes:
        if (owner, kind, version) not in self.held:
            raise NotFound("that key does not exist any more", code="KEY_GONE")
        return self.held[owner, kind, version]

    def get_or_make(self, owner: str, kind: str, version: str) -> bytes:
        return self.held.setdefault((owner, kind, version), bytes([len(self.held)]) * 32)

    def versions(self, owner: str, kind: str) -> list[str]:
        return sorted(name[2] for name in self.held if name[:2] == (owner, kind))

    def destroy(self, owner: str, kind: str, version: str) -> None:
        self.held.pop((owner, kind, version), None)

    def destroy_all(self, owner: str) -> None:
        for name in [name for name in self.held if name[0] == owner]:
            del self.held[name]

    def forget(self) -> None:
        """It remembers nothing."""


async def test_another_keyring_fits(house: House) -> None:
    ring = _InMemory()
    keys.stop()
    keys.start(house.settings, ring)
    tenant_id = ids.new_id()
    with tenancy.acting_for(tenant_id):
        sealed = await _subjects(2)
        gone, left = sealed
        await keys.drop([gone])
        await turning.turn()
        sealers = await keys.of(sealed)
        assert list(sealers) == [left]
        assert sealers[left].open(PLACE, ROW, sealed[left]) == left.encode()
        with pytest.raises(Unopenable):
            sealers[left].open(PLACE, ROW, sealed[gone])
    assert set(ring.held) == {("platform", "sealing", "0001"), (tenant_id, "persons", "0002")}
