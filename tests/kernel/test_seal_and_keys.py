"""Seals and keys: nothing opens but in its place, under its key, for its tenant (F50)."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import clock, ids, keys, tenancy
from kernel.errors import BadSetting, NotFound, RapportError
from kernel.ids import Id
from kernel.keyring import PLATFORM, FileKeyring, MasterKey
from kernel.seal import Indexer, Sealer, Unopenable
from tests import stored
from tests.conftest import House

KEY, MASTER = bytes(range(40, 72)), bytes(range(7, 39))
PLACE, ROW = "message.body", "1" * 32


@given(st.binary(max_size=300))
def test_a_value_opens_in_its_place_alone(value: bytes) -> None:
    sealer = Sealer(KEY)
    sealed = sealer.seal(PLACE, ROW, value)
    assert sealer.open(PLACE, ROW, sealed) == value
    assert value not in sealed or len(value) < 8
    assert sealed != sealer.seal(PLACE, ROW, value), "equal values would show"
    for opener, place, row in (
        (sealer, "message.wamid", ROW),
        (sealer, PLACE, "2" * 32),
        (Sealer(MASTER), PLACE, ROW),
    ):
        with pytest.raises(Unopenable):
            opener.open(place, row, sealed)


@given(st.binary(max_size=40), st.data())
def test_an_altered_value_does_not_open(value: bytes, data: st.DataObject) -> None:
    sealer = Sealer(KEY)
    sealed = bytearray(sealer.seal(PLACE, ROW, value))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unopenable):
        sealer.open(PLACE, ROW, bytes(sealed))


@given(st.binary(max_size=60))
def test_what_was_never_sealed_does_not_open(junk: bytes) -> None:
    with pytest.raises(Unopenable) as caught:
        Sealer(KEY).open(PLACE, ROW, junk)
    assert caught.value.code == "UNOPENABLE"


@given(st.text(max_size=40), st.text(max_size=40))
def test_tokens_are_equal_for_equal_values_alone(one: str, other: str) -> None:
    index = Indexer(1, KEY)
    assert (index.token("phone", one) == index.token("phone", other)) == (one == other)
    assert index.token("phone", one) != index.token("email", one)
    assert index.token("phone", one) != Indexer(1, MASTER).token("phone", one)
    assert len(index.token("phone", one)) == 17
    assert 0 <= index.tie("phone", one) < 1 << 63
    assert (index.tie("phone", one) == index.tie("phone", other)) == (one == other)


def test_makers_beside_each_other_agree_on_one_key(tmp_path: Path) -> None:
    made: list[bytes] = []
    begin = threading.Barrier(8)

    def make() -> None:
        ring = FileKeyring(tmp_path / "keyring", MasterKey(MASTER))
        begin.wait()
        made.extend(ring.get_or_make("tenant", "persons", f"{n:04}") for n in range(20))

    makers = [threading.Thread(target=make) for _ in range(8)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(made) == 160
    assert len(set(made)) == 20
    files = [path for path in (tmp_path / "keyring").rglob("*") if path.is_file()]
    assert len(files) == 20, "drafts are cleared away"
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert (tmp_path / "keyring").stat().st_mode & 0o777 == 0o700
    assert not any(key in path.read_bytes() for key in made for path in files)


def test_a_key_opens_under_its_own_name_and_master_key(tmp_path: Path) -> None:
    ring = FileKeyring(tmp_path, MasterKey(MASTER))
    key = ring.get_or_make("tenant", "persons", "0001")
    assert FileKeyring(tmp_path, MasterKey(MASTER)).get("tenant", "persons", "0001") == key
    assert ring.versions("tenant", "persons") == ["0001"]
    with pytest.raises(BadSetting, match="RAPPORT_MASTER_KEY: is not the one"):
        FileKeyring(tmp_path, MasterKey(KEY)).get("tenant", "persons", "0001")
    (tmp_path / "tenant" / "persons.0001").rename(tmp_path / "tenant" / "index.0001")
    with pytest.raises(BadSetting):
        FileKeyring(tmp_path, MasterKey(MASTER)).get("tenant", "index", "0001")
    (tmp_path / "tenant" / "index.0001").write_bytes(b"")
    with pytest.raises(BadSetting):
        FileKeyring(tmp_path, MasterKey(MASTER)).get("tenant", "index", "0001")


def test_a_destroyed_key_is_gone(tmp_path: Path) -> None:
    ring = FileKeyring(tmp_path, MasterKey(MASTER))
    key = ring.get_or_make("tenant", "persons", "0001")
    ring.destroy("tenant", "persons", "0001")
    ring.destroy("tenant", "persons", "0001")
    with pytest.raises(NotFound) as caught:
        ring.get("tenant", "persons", "0001")
    assert caught.value.code == "KEY_GONE"
    assert ring.versions("tenant", "persons") == []
    assert ring.get_or_make("tenant", "persons", "0001") != key


async def test_a_wrong_master_key_is_refused_at_the_start(house: House) -> None:
    keys.stop()
    with pytest.raises(RapportError) as closed:
        keys.platform()
    assert closed.value.code == "NOT_STARTED"
    with pytest.raises(BadSetting, match="RAPPORT_MASTER_KEY"):
        keys.start(replace(house.settings, master_key=KEY))


async def _make(tenant_id: Id) -> tuple[Id, bytes]:
    """A subject of a tenant, and a value sealed for it."""
    subject_id = ids.new_id()
    with tenancy.acting_for(tenant_id):
        await keys.make_for([subject_id])
        sealer = (await keys.of([subject_id]))[subject_id]
        return subject_id, sealer.seal(PLACE, ROW, b"hello")


async def test_persons_keys_are_their_tenants(house: House) -> None:
    ours, theirs = ids.new_id(), ids.new_id()
    subject_id, sealed = await _make(ours)
    with tenancy.acting_for(theirs):
        assert await keys.of([subject_id]) == {}, "not even from memory"
    for _ in range(2):
        with tenancy.acting_for(ours):
            (sealer,) = (await keys.of([subject_id, subject_id, ids.new_id()])).values()
            assert sealer.open(PLACE, ROW, sealed) == b"hello"
        keys.stop()
        keys.start(house.settings)  # as the next process would find it
    wrapped = await stored.row("SELECT * FROM person_key", on="keys")
    assert wrapped is not None
    assert (wrapped["tenant_id"], wrapped["subject_id"]) == (ours, subject_id)


async def test_a_destroyed_persons_key_closes_everything(house: House) -> None:
    tenant_id = ids.new_id()
    subject_id, _ = await _make(tenant_id)
    await stored.run("DELETE FROM person_key", on="keys")
    with tenancy.acting_for(tenant_id):
        assert list(await keys.of([subject_id])) == [subject_id], "remembered for a minute"
        clock.move(61 * clock.SECOND)
        assert await keys.of([subject_id]) == {}
        clock.reset()
    subject_id, _ = await _make(tenant_id)
    await stored.run("DELETE FROM person_key", on="keys")
    with tenancy.acting_for(tenant_id):
        keys.forget([subject_id])
        assert await keys.of([subject_id]) == {}


async def test_the_keys_of_old_deliveries_are_dropped(house: House) -> None:
    today = clock.now()
    named = {}
    for age in range(12):
        day, sealer = keys.intake(today - age * clock.DAY)
        named[day] = sealer.seal("delivery.body", ROW, b"{}")
    days = sorted(named, reverse=True)
    assert keys.drop_old_intake_keys() == sorted(days[10:])
    for day in days[:10]:
        assert keys.intake_of(day).open("delivery.body", ROW, named[day]) == b"{}"
    for day in days[10:]:
        with pytest.raises(NotFound) as caught:
            keys.intake_of(day)
        assert caught.value.code == "KEY_GONE"
    assert keys.keyring().versions(PLATFORM, "intake") == sorted(days[:10])
    clock.move(clock.DAY)
    assert keys.drop_old_intake_keys() == [days[9]]


async def test_each_tenant_has_its_own_keys(house: House) -> None:
    ours, theirs = ids.new_id(), ids.new_id()
    with tenancy.acting_for(ours):
        sealed, token = (
            keys.house().seal("person.name", ROW, b"Marta"),
            keys.index().token("a", "b"),
        )
    with tenancy.acting_for(theirs):
        assert keys.index().token("a", "b") != token
        with pytest.raises(Unopenable):
            keys.house().open("person.name", ROW, sealed)
    assert keys.platform_index().token("a", "b") != token
    with pytest.raises(Unopenable):
        keys.platform().open("person.name", ROW, sealed)
