"""House, index and suppression keys are turned beside the work, and nothing and nobody is lost."""

from __future__ import annotations

from typing import Any

import pytest

import contacts
import imports
import privacy
import tenants
from kernel import clock, ids, keys, tenancy
from kernel.errors import NotFound
from tests import following, stored
from tests.api.desk import Desk
from tests.api.door import arrives, text_message
from tests.conftest import House
from tests.erasure import whole_life
from tests.erasure.legible import legible
from tests.launching import finish

_FOUND = """{ contacts(search: "Lea Prat") { totalCount }
  messages(search: "indigo kimono") { totalCount }
  conversations(filter: { words: "indigo kimono", search: "Prat" }) { totalCount }
  people { nodes { name } } }"""
_ERASE = """mutation($contact: ID!) { it: erasureRequest(input: {contact: $contact}) {
  erasure { id } } }"""
_TOKENS = ("identity", "contact_search", "message_word")
GONE, NEW = "34600999111", "34600999222"


class _Died(Exception):
    """The program was killed in the midst of a turn."""


@pytest.fixture(autouse=True)
def started(house: House) -> None:
    """Folders of lists and archives."""
    imports.start(house.settings)
    privacy.start(house.settings)


async def test_keys_are_turned_beside_the_work(
    desk: Desk, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant_id = desk.store.tenant_id
    early = clock.now() // clock.SECOND
    await whole_life.live(desk)
    await _writes(desk, GONE, "Hola")
    await _erase(desk, GONE)
    found, before = await _found(desk), await _legible(desk)
    people = await _people()
    assert await _versions() == {name: {1} for name in _TOKENS} | {"suppression": {1}}

    async def dies(*_: object) -> None:
        raise _Died

    with tenancy.acting_for(tenant_id), monkeypatch.context() as patch:
        patch.setattr(contacts, "turn_ids", dies)
        with pytest.raises(_Died):
            await privacy.TURNS["index"]()
    # What is there bears the first version, what comes the second: everybody is met by both.
    await _writes(desk, whole_life.PHONE, "Sigo aquí")
    await _writes(desk, NEW, "Hola, soy Pau")
    await _writes(desk, NEW, "Soy Pau otra vez")
    assert await _people() == people + 1
    assert await _found(desk) == found
    tokens = await _versions()
    assert (tokens["identity"], tokens["message_word"]) == ({1, 2}, {1, 2})
    # Another process ends the turn, and the programs that run notice.
    assert await _scripts_keys(house, tenant_id, "index") == (
        "The index key was turned; versions that are kept: 0001, 0002."
    )
    for kind in ("house", "suppression"):
        said = f"The {kind} key was turned; versions that are kept: 0001, 0002."
        assert await _scripts_keys(house, tenant_id, kind) == said
    keys.forget_destroyed()  # as the bell has every program do
    clock.move(3 * clock.MINUTE)
    assert await privacy.go_on_turning() > 0
    assert await privacy.go_on_turning() == 0
    assert await _versions() == {name: {2} for name in _TOKENS} | {"suppression": {1}}
    assert await _found(desk) == found
    await _writes(desk, NEW, "Y otra")
    assert await _people() == people + 1

    # Marks count whichever version made them; after 30 days what is of no use is destroyed.
    await _erase(desk, NEW)
    assert (await _versions())["suppression"] == {1, 2}
    for phone in (GONE, NEW):
        told = {"phone": phone, "wamid": f"w.{phone}", "at": early}
        await arrives(desk.door, text_message(desk.store, "Antes", **told))
    assert await _people() == people
    clock.move(31 * clock.DAY)
    assert await privacy.go_on_turning() == 1
    ring = keys.keyring()
    kept = {kind: ring.versions(tenant_id, kind) for kind in privacy.TURNS}
    assert kept == {
        "house": ["0002"],
        "index": ["0001", "0002"],
        "suppression": ["0001", "0002"],
    }
    assert await _found(desk) == found
    after = await _legible(desk)
    assert [one for one in before if one not in after] == []

    # A backup from then is restored when its version is gone: nobody is met before the ids are made
    # up, and everybody afterwards.
    with tenancy.acting_for(tenant_id):
        await privacy.TURNS["index"]()
        ring.destroy(tenant_id, "index", "0003")
        ring.get_or_make(tenant_id, "index", "0004")
        keys.forget_destroyed()
        with pytest.raises(NotFound):
            await contacts.find([contacts.Sighting(clock.now(), phone=whole_life.PHONE)])
    assert await privacy.go_on_turning() == 1
    await _writes(desk, whole_life.PHONE, "Y ahora")
    assert (await _people(), await _found(desk)) == (people, found)


async def _writes(desk: Desk, phone: str, text: str) -> None:
    clock.move(clock.SECOND)
    seconds = clock.now() // clock.SECOND
    name = "Lea Prat" if phone == whole_life.PHONE else "Pau Vives"
    told = {"phone": phone, "name": name, "wamid": f"w.{ids.new_id()}", "at": seconds}
    await arrives(desk.door, text_message(desk.store, text, **told))
    await following.follow()


async def _erase(desk: Desk, phone: str) -> None:
    clock.move(clock.SECOND)
    with tenancy.acting_for(desk.store.tenant_id):
        (known,) = await contacts.find([contacts.Sighting(clock.now(), phone=phone)])
    assert known is not None
    await _ask(desk, _ERASE, contact=ids.show("contact", known.contact_id))
    while await privacy.erase_next():
        pass


async def _ask(desk: Desk, query: str, **variables: Any) -> Any:
    with tenancy.acting_for(desk.store.tenant_id):
        token = await tenants.issue(desk.store.people["owner"])
    return await desk.door.data(query, token, **variables)


async def _found(desk: Desk) -> Any:
    return await _ask(desk, _FOUND)


async def _people() -> int:
    return len(await stored.rows("SELECT id FROM contact WHERE state = 'active'"))


async def _versions() -> dict[str, set[int]]:
    return {
        table: {row["token"][0] for row in await stored.rows(f"SELECT token FROM {table}")}
        for table in (*_TOKENS, "suppression")
    }


async def _legible(desk: Desk) -> list[tuple[str, bytes]]:
    return sorted([one async for one in legible(desk.store.tenant_id)])


async def _scripts_keys(house: House, tenant_id: str, kind: str) -> str:
    command = ("scripts.keys", "turn", ids.show("tenant", tenant_id), kind)
    done = await finish(*command, environ=house.environ)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
