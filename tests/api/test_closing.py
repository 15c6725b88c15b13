"""A tenant leaves: exported, given time, destroyed, and nobody else is touched (F1, F46)."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import orjson

import privacy
from kernel import clock, keys, lasting, tenancy
from privacy.closing.archive import TENANTS
from tests import following, stored
from tests.api.door import Door, Store, arrives, open_store, text_message
from tests.conftest import House
from workers import jobs

_CLOSE = """
mutation($name: String!) {
  tenantClose(input: { name: $name }) { closing { state archivePath } userErrors { field code } }
}
"""
_CANCEL = "mutation { tenantCloseCancel { userErrors { field code } } }"
_HOW_FAR = "{ tenantClosing { state archivePath dueAt } }"


async def _rows(tenant_id: str) -> dict[str, list[dict[str, Any]]]:
    """All that is stored of a tenant."""
    found = {}
    for name in TENANTS:
        whose = "id" if name == "tenant" else "tenant_id"
        statement = f"SELECT * FROM {name} WHERE {whose} = $1::uuid"
        rows = await stored.rows(statement, tenant_id)
        found[name] = sorted(rows, key=repr)
    return found


async def _fetch(door: Door, token: str) -> tuple[int, bytes]:
    headers = {"authorization": f"Bearer {token}"}
    async with door.http.get(f"{door.root}/tenant/archive", headers=headers) as answer:
        return answer.status, await answer.read()


async def test_a_tenant_leaves(door: Door, store: Store, house: House) -> None:
    privacy.start(house.settings)
    stays = await open_store("Other Shop", "106540352242923", "102290129340399")
    for one in (store, stays):
        await arrives(door, text_message(one, "Hola"), text_message(one, "¿Cuánto cuesta?"))
    for follow in (following.follow_counters, following.follow_segments, following.follow_news):
        await follow()
    before = await _rows(stays.tenant_id)
    owner = store.tokens["owner"]

    told = await door.data(_CLOSE, owner, name="Another name")
    assert told["tenantClose"]["userErrors"] == [{"field": ["name"], "code": "INVALID"}]
    refused = await door.ask(_CLOSE, store.token, name="Costa Clara")
    assert refused["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    assert await door.data(_HOW_FAR, owner) == {"tenantClosing": None}
    told = await door.data(_CLOSE, owner, name="Costa Clara")
    assert told["tenantClose"] == {
        "closing": {"state": "EXPORTING", "archivePath": None},
        "userErrors": [],
    }
    assert (await _fetch(door, owner))[0] == 404
    told = await door.data(_CLOSE, owner, name="Costa Clara")
    assert told["tenantClose"]["userErrors"] == [{"field": [], "code": "CONFLICT"}]
    # They stay after all, and leave then.
    assert await door.data(_CANCEL, owner) == {"tenantCloseCancel": {"userErrors": []}}
    await jobs.closings({})
    assert await door.data(_HOW_FAR, owner) == {"tenantClosing": None}
    told = await door.data(_CLOSE, owner, name="Costa Clara")
    await jobs.closings({})
    told = await door.data(_HOW_FAR, owner)
    assert told["tenantClosing"]["state"] == "WAITING"
    assert (await _fetch(door, store.token))[0] == 403
    status, archive = await _fetch(door, owner)
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        assert sorted(files.namelist()) == sorted(f"{name}.jsonl" for name in TENANTS)
        lines = [orjson.loads(line) for line in files.open("message.jsonl")]
    assert sorted(line["body"] for line in lines) == ["Hola", "¿Cuánto cuesta?"]
    on_disk = [path for path in house.settings.data.glob("closings/*/*/*") if path.is_file()]
    assert len(on_disk) == 1
    assert on_disk[0].read_bytes()[:2] != b"PK", "it is sealed"

    await jobs.closings({})
    assert (await _fetch(door, owner))[0] == 200, "it has thirty days"
    clock.move(31 * clock.DAY)
    await jobs.closings({})
    assert {name: rows for name, rows in (await _rows(store.tenant_id)).items() if rows} == {}
    for table in ("person_key", "tenant_key"):
        statement = f"SELECT * FROM {table} WHERE tenant_id = $1::uuid"
        assert await stored.rows(statement, store.tenant_id, on="keys") == []
    assert list(house.settings.keyring.glob(f"{store.tenant_id}/*")) == []
    assert list(house.settings.data.glob(f"*/{store.tenant_id}")) in (
        [],
        [house.settings.keyring / store.tenant_id],
    )
    assert await _rows(stays.tenant_id) == before
    with tenancy.acting_for(stays.tenant_id):
        subjects = [row["subject_id"] for row in before["contact"]]
        assert sorted(await keys.of(subjects)) == sorted(subjects)
    assert await lasting.missed() is None
    with tenancy.acting_for(store.tenant_id):
        await privacy.closing.running.destroy()
