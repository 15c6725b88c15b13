"""The drill: a backup is restored, and who was destroyed since is so again at once (F53)."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import contacts
import privacy
from contacts import Sighting
from conversations.content import Parameter, TemplateMessage
from kernel import clock, database, ids, keys, lasting, settings, turning
from kernel.ids import Id
from kernel.settings import Settings
from scripts import backup
from tests import following, stored
from tests.conftest import House, urls_of
from tests.conversations.sending import Counter
from tests.conversations.talk import customer
from tests.launching import finish
from tests.servers import Postgres
from workers import jobs


@contextmanager
def _empty(house: House, folder: Path, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The environment of fresh databases beside the same keyring."""
    if house.backend == "sqlite":
        main, persons = (f"sqlite://{folder}/{name}.sqlite3" for name in ("main", "keys"))
        urls = {"RAPPORT_DATABASE_URL": main, "RAPPORT_KEYS_DATABASE_URL": persons}
        yield house.environ | urls
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    with postgres.databases() as names:
        yield house.environ | urls_of(postgres, names)


async def _restore(environ: dict[str, str], copy: Path) -> tuple[int, str]:
    """The command's exit status and what it said."""
    done = await finish("scripts.restore", str(copy), environ=environ)
    return done.returncode, (done.stdout + done.stderr).strip()


async def _erase(contact_id: Id) -> None:
    await privacy.begin_erasure(contact_id, reason="request")
    while await privacy.erase_next():
        pass


async def _marks() -> list[bytes]:
    """How erased people are known again."""
    return [one["token"] for one in await stored.rows("SELECT token FROM suppression ORDER BY 1")]


async def _reader_ahead(house: House) -> int:
    """Where a reader stands that followed a PostgreSQL which had seen more than the fresh one."""
    if house.backend == "sqlite":
        return 0
    row = await stored.row("SELECT pg_current_xact_id()::text::bigint + 3000 AS position")
    assert row is not None
    reader = {"name": "asleep", "event_id": "0" * 32, "lease_until": 0, "fence": 0}
    await stored.insert("reader", [reader | row])
    return int(row["position"])


async def _move(to: Settings) -> None:
    """This process works on other databases from now on."""
    keys.stop()
    await database.stop()
    await database.start(to)
    keys.start(to)


async def test_a_restored_backup_sends_nothing_before_it_has_caught_up(
    house: House, counter: Counter, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    thread = await counter.opens()
    gone, other = [await customer(phone) for phone in ("4917000001", "4917000002")]
    asleep = await _reader_ahead(house)
    queued = await counter.queues(thread)
    await counter.learns_template("spring_sale", "MARKETING")
    await counter.consents("confirmed")
    offered = await counter.queues(
        thread, TemplateMessage("spring_sale", "es", body=(Parameter("Lea"),))
    )
    await following.follow()
    copy = await asyncio.to_thread(backup.make, house.settings, tmp_path / "backups")
    assert sorted(path.name.partition(".")[0] for path in copy.iterdir()) == [
        "keys",
        "main",
        "manifest",
    ]
    # One is destroyed, and another comes and is destroyed, before the disks break.
    later = await customer("4917000003")
    await _erase(gone.contact_id)
    await turning.turn()
    await _erase(later.contact_id)
    # What people forbid before the disks break stays forbidden.
    await counter.consents("withdrawn", clock.SECOND)
    await contacts.freeze(other.contact_id)
    stranger = contacts.mark_tokens(Sighting(clock.now(), email="lea@example.com").shown())
    await contacts.suppress_lastingly(stranger, ids.new_id(), clock.now())
    await following.follow()
    marks = await _marks()
    assert len(marks) == 3
    with _empty(house, tmp_path, request) as place:
        said = "Restored. 7 things that were destroyed or forbidden since are so again."
        assert await _restore(place, copy) == (0, said)
        said = "The main database is not empty: restore into a fresh one."
        assert await _restore(place, copy) == (2, said)
        await _move(settings.load(place))
        assert await lasting.missed() is None
        subjects = [one.subject_id for one in (gone, other, later)]
        assert list(await keys.of(subjects)) == [other.subject_id]
        assert await _marks() == marks
        begun = await stored.rows("SELECT contact_id, reason, state FROM erasure")
        assert [tuple(one.values()) for one in begun] == [(gone.contact_id, "restored", "running")]
        await jobs.sends({})
        await counter.delivers()
        assert (await counter.send(queued))["state"] == "sent"
        assert await counter.fate(offered) == ("refused", "CONSENT_WITHDRAWN")
        frozen = await stored.rows("SELECT id FROM contact WHERE state = 'frozen'")
        assert frozen == [{"id": other.contact_id}]
        ledger = await stored.rows("SELECT kind, method FROM consent_entry ORDER BY provider_at")
        assert [tuple(one.values()) for one in ledger] == [
            ("confirmed", "platform_preference"),
            ("withdrawn", "restored"),
        ]
        now = await stored.row("SELECT max(position) AS position FROM outbox")
        assert now is not None
        assert now["position"] > asleep, "what happens now comes behind all that was restored"
        await _move(house.settings)


async def test_a_backup_restored_by_hand_is_noticed(
    house: House, counter: Counter, tmp_path: Path
) -> None:
    queued = await counter.queues(await counter.opens())
    gone = await customer("4917000001")
    before = {
        on: (await stored.rows("SELECT * FROM destroyed_mark", on=on)) for on in ("default", "keys")
    }
    person = await stored.rows(
        "SELECT * FROM person_key WHERE subject_id = $1::uuid", gone.subject_id, on="keys"
    )
    await keys.drop([gone.subject_id])
    assert await lasting.missed() is None
    for on, (mark,) in before.items():
        await stored.run("UPDATE destroyed_mark SET position = $1", mark["position"], on=on)
    await stored.insert("person_key", person, on="keys")
    listed = house.settings.keyring / "destroyed"
    shutil.move(listed, tmp_path / "destroyed")
    await stored.run("UPDATE destroyed_mark SET position = 7", on="keys")
    await jobs.sends({})
    assert (await counter.send(queued))["state"] == "queued", "the list is missing"
    await stored.run("UPDATE destroyed_mark SET position = 0", on="keys")
    shutil.move(tmp_path / "destroyed", listed)
    with listed.open("ab") as file:
        file.write(b"key 0000")  # as a power cut would leave it
    assert await privacy.catch_up() == 1
    assert await keys.of([gone.subject_id]) == {}
    await keys.drop([gone.subject_id])
    await jobs.sends({})
    await counter.delivers()
    assert (await counter.send(queued))["state"] == "sent"
    assert await privacy.catch_up() == 0


async def test_a_damaged_backup_is_refused(
    house: House, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    copy = await asyncio.to_thread(backup.make, house.settings, tmp_path / "backups")
    with _empty(house, tmp_path, request) as place:
        (damaged,) = copy.glob("keys.*")
        damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
        said = f"{damaged.name} of the backup is damaged."
        assert await _restore(place, copy) == (2, said)
        assert await _restore(place, tmp_path) == (2, "That folder holds no backup.")
