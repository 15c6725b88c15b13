"""All that is held on a person: gathered, checked, fetched once, and nobody else's in it (F45)."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from starlette.types import Message

import imports
import privacy
import tenants
from api.export_pages import Archive
from kernel import clock, ids, signing, tenancy
from kernel.ids import Id
from privacy.exports import reading, running, staging
from scripts import verify_export
from tests import stored
from tests.api.desk import Desk
from tests.channels.files import JPEG
from tests.conftest import House
from tests.privacy.life import FORMULA, LEA, OTHER_PHONE, OTHERS, OTTO, contact_of, live
from tests.servers import ROOT

_EXPORT = """{ id state trouble progress { done total } downloads downloadsLeft downloadUrl
               expiresAt contact { id name } }"""
_ONE = f"query($id: ID!) {{ personalDataExport(id: $id) {_EXPORT} }}"
# Rows of Lea's in every table that tells people something.
COUNTS = {
    "activity": 25,
    "cart": 1,
    "cart_line": 1,
    "consent_entry": 4,
    "consent_state": 2,
    "contact": 2,
    "contact_merge": 1,
    "contact_pace": 1,
    "contact_facts": 1,
    "contact_score": 1,
    "contact_tag": 3,
    "conversation": 2,
    "conversation_step": 1,
    "customer": 1,
    "episode": 1,
    "fulfilment": 1,
    "identity": 4,
    "import_effect": 1,
    "media": 2,
    "mention": 1,
    "message": 11,
    "message_change": 1,
    "message_status": 1,
    "message_score": 7,
    "order_line": 2,
    "personal_export": 1,
    "platform_update": 1,
    "refund": 2,
    "send": 3,
    "shop_order": 2,
    "tag": 3,
    "visit": 1,
}


@pytest.fixture
async def life(desk: Desk, house: House) -> Id:
    """Lea's contact, her life lived."""
    privacy.start(house.settings)
    imports.start(house.settings)
    return await live(desk)


async def test_all_that_is_held_reaches_the_person_and_nobody_elses(
    desk: Desk, life: Id, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 2)
    export = await _request(desk, life)
    assert (export["state"], export["downloadUrl"]) == ("QUEUED", None)
    assert (await _request(desk, life))["id"] == export["id"], "one is under way"
    await _work()
    export = await _look(desk, export["id"])
    assert export["state"] == "READY"
    assert (export["downloads"], export["downloadsLeft"]) == (0, 1)
    assert export["contact"]["name"] == "Lea Prat"

    archive, keys = tmp_path / "lea.zip", tmp_path / "keys.json"
    archive.write_bytes(await _fetch(desk, export["downloadUrl"], language="de"))
    keys.write_text(json.dumps(signing.public_keys()))
    files = _files(archive)
    told = {name: _rows(files, name) for name in _tables(files)}
    assert {name: len(found) for name, found in told.items() if name in COUNTS} == COUNTS
    assert not [name for name in told.keys() - COUNTS.keys() - {"audit_entry"} if told[name]]
    # Besides, whenever something of hers was looked at on the way here.
    rows = sum(COUNTS.values()) + len(told["audit_entry"])
    assert export["progress"] == {"done": rows, "total": rows}
    _is_hers(told)
    for name, content in files.items():
        for other in OTHERS:
            assert other.encode() not in content, f"{other} in {name}"
    cells = list(csv.DictReader(io.StringIO(files["data/message.csv"].decode("utf-8-sig"))))
    assert cells[1]["body"] == f"'{FORMULA}"
    assert files["files/" + told["message"][9]["media_id"] + ".jpg"] == JPEG
    assert b"Messages in both directions, and notes about you: 11" in files["summary.html"]
    await _is_declared(files)

    # Whoever has Python and the public keys can check it.
    verdict = await asyncio.to_thread(_verify, archive, keys)
    assert verdict == (
        0,
        f"OK  {len(files) - 2} files, {rows} rows in {len(told)} tables, made at "
        f"{_manifest(files)['madeAt']} by Costa Clara, signed with {signing.sign(b'').kid}\n",
    )
    assert await _events() == ["export.requested", "export.ready", "export.downloaded"]

    # The link is used up; the archive goes with the next tidying, and its key with it.
    assert await _status(desk, export["downloadUrl"]) == 410
    assert (await _look(desk, export["id"]))["downloadUrl"] is None
    assert await privacy.drop_old_exports() == 1
    assert (await _look(desk, export["id"]))["state"] == "EXPIRED"
    await _is_destroyed(desk, export["id"])


async def test_a_gathering_goes_on_behind_the_last_page_whoever_was_killed(
    desk: Desk, life: Id, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 2)
    monkeypatch.setattr(running, "_TURN", 0.0)
    export_id = (await _request(desk, life))["id"]
    for _ in range(20):
        await privacy.run_next_export()
    before = await _look(desk, export_id)
    assert before["state"] == "RUNNING"
    assert 0 < before["progress"]["done"] < before["progress"]["total"]
    # A page was half written, then the power went; on the way somebody paused it.
    row = await stored.row("SELECT tenant_id, id FROM personal_export")
    assert row is not None
    with tenancy.acting_for(row["tenant_id"]):
        pages = staging._pages_of(row["id"])
    with pages.open("ab") as file:
        file.write(b"\0\0\1\0half a page")
    assert (await _do(desk, "Pause", export_id))["state"] == "PAUSED"
    assert await privacy.run_next_export() == 0
    assert (await _do(desk, "Resume", export_id))["state"] == "QUEUED"
    monkeypatch.setattr(running, "_TURN", 10.0)
    assert (await _watch(desk, export_id))[-1] == "READY"
    assert not pages.exists()
    export = await _look(desk, export_id)
    assert export["state"] == "READY"
    with zipfile.ZipFile(io.BytesIO(await _fetch(desk, export["downloadUrl"]))) as archive:
        assert len(json.loads(archive.read("data/activity.json"))) == COUNTS["activity"]


async def test_links_die_by_revocation_and_by_time(desk: Desk, life: Id) -> None:
    otto = await contact_of(desk, OTTO)
    cancelled = (await _request(desk, otto))["id"]
    assert (await _do(desk, "Cancel", cancelled))["state"] == "CANCELLED"
    assert await privacy.run_next_export() == 0
    await _is_destroyed(desk, cancelled)
    resting = (await _request(desk, otto))["id"]
    assert (await _do(desk, "Pause", resting))["state"] == "PAUSED"

    revoked = await _request(desk, life)
    await _work()
    url = (await _look(desk, revoked["id"]))["downloadUrl"]
    assert (await _do(desk, "Revoke", revoked["id"]))["state"] == "REVOKED"
    assert await _status(desk, url) == 410
    await _is_destroyed(desk, revoked["id"])
    for verb, export_id, code in (
        ("Revoke", revoked["id"], "CONFLICT"),
        ("Pause", revoked["id"], "CONFLICT"),
        ("Cancel", ids.show("export", ids.new_id()), "NOT_FOUND"),
        ("Cancel", ids.show("contact", life), "BAD_ID"),
    ):
        assert await _refused(desk, verb, export_id) == code

    settings = """mutation { tenantUpdate(input: { exportDays: 2, exportDownloads: 3 }) {
        tenant { exportDays exportDownloads } userErrors { code } } }"""
    told = await desk.door.data(settings, desk.store.tokens["owner"])
    assert told["tenantUpdate"]["tenant"] == {"exportDays": 2, "exportDownloads": 3}
    late = await _request(desk, life)
    await _work()
    late = await _look(desk, late["id"])
    assert late["downloadsLeft"] == 3
    await _break_off(late["downloadUrl"])
    assert (await _look(desk, late["id"]))["downloadsLeft"] == 3
    await _fetch(desk, late["downloadUrl"])
    forged = late["downloadUrl"][:-3] + "AAA"
    assert await _status(desk, forged) == 410
    assert await _status(desk, late["downloadUrl"]) == 200
    clock.move(2 * clock.DAY)
    assert await _status(desk, late["downloadUrl"]) == 410
    assert await privacy.drop_old_exports() == 1
    await _is_destroyed(desk, late["id"])
    clock.move(28 * clock.DAY)
    assert await privacy.drop_old_exports() == 1
    await _is_destroyed(desk, resting)

    # Who is forgotten leaves no archive behind, ready or not.
    with tenancy.acting_for(desk.store.tenant_id):
        desk.store.tokens["owner"] = await tenants.issue(desk.store.people["owner"])
    waiting, ready = await _request(desk, otto), await _request(desk, life)
    await _do(desk, "Pause", waiting["id"])
    await _work()
    url = (await _look(desk, ready["id"]))["downloadUrl"]
    with tenancy.acting_for(desk.store.tenant_id):
        for contact_id in (otto, life):
            await privacy.begin_erasure(contact_id, reason="request")
    while await privacy.erase_next():
        pass
    assert await _status(desk, url) == 410
    for one in (waiting, ready):
        await _is_destroyed(desk, one["id"])


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_only_who_may_can_have_one_gathered(desk: Desk) -> None:
    lea = await contact_of(desk, LEA)
    mutation = """mutation($input: ExportRequestInput!) {
        exportRequest(input: $input) { export { id } userErrors { code } } }"""
    for role in ("agent", "analyst"):
        answer = await desk.door.ask(
            mutation, desk.store.tokens[role], input={"contact": ids.show("contact", lea)}
        )
        assert answer["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    absent = {"contact": ids.show("contact", ids.new_id())}
    told = await desk.door.data(mutation, desk.store.tokens["owner"], input=absent)
    assert told["exportRequest"] == {"export": None, "userErrors": [{"code": "NOT_FOUND"}]}
    assert await stored.rows("SELECT id FROM personal_export") == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_tampered_archive_is_named(desk: Desk, life: Id, tmp_path: Path) -> None:
    export_id = (await _request(desk, life))["id"]
    await _work()
    whole = tmp_path / "whole.zip"
    whole.write_bytes(await _fetch(desk, (await _look(desk, export_id))["downloadUrl"]))
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(signing.public_keys()))
    files = _files(whole)
    message = files["data/message.json"].replace(b"Likes blue", b"Likes rude")
    shorter = files["manifest.json"].replace(b'"rows": 11', b'"rows": 8')
    signing.rotate()
    stranger = json.dumps(signing.sign(files["manifest.json"]).as_json()).encode()
    for changed, verdict in (
        ({"data/message.json": message}, "data/message.json: is not the file that was signed"),
        ({"data/visit.csv": None}, "data/visit.csv: is missing"),
        ({"data/more.json": b"[]"}, "data/more.json: is not in the manifest"),
        ({"manifest.json": shorter}, "manifest.json: is not what was signed"),
        ({"manifest.sig.json": b"{}"}, "manifest.sig.json: is no signature"),
        ({"manifest.sig.json": None}, "manifest.sig.json: is missing"),
        ({"manifest.sig.json": stranger}, "which is none of the keys"),
    ):
        archive = tmp_path / "tampered.zip"
        _pack(archive, {**files, **changed})
        status, said = _verify(archive, keys)
        assert status == 1
        assert said.startswith("TAMPERED  ")
        assert said.endswith(f"{verdict}\n")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(whole.read_bytes()[:-100])
    assert _verify(broken, keys) == (1, "TAMPERED  the archive: it is no whole ZIP file\n")
    assert _verify(whole, whole)[0] == 2
    # What was altered where it lies is not handed out, does not count, and is noted.
    altered = (await _request(desk, life))["id"]
    await _work()
    ready = await _look(desk, altered)
    [lying] = desk.door.settings.data.glob(f"exports/*/*/{ids.read('export', altered)}")
    sealed = bytearray(lying.read_bytes())
    sealed[-9] ^= 1
    lying.write_bytes(sealed)
    with pytest.raises(aiohttp.ClientError):
        await _fetch(desk, ready["downloadUrl"])
    assert (await _look(desk, altered))["downloads"] == 0
    traces = await stored.rows(
        "SELECT outcome FROM audit_entry WHERE action = 'export.download' ORDER BY id"
    )
    assert [row["outcome"] for row in traces] == ["done", "ARCHIVE_BROKEN"]
    # It runs by itself, with nothing of the house.
    alone = [sys.executable, "-I", ROOT / "scripts" / "verify_export.py", whole, "--keys", keys]
    ended = subprocess.run(alone, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (ended.returncode, ended.stdout[:4]) == (0, "OK  ")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_the_record_of_processing_is_made_from_the_map(desk: Desk) -> None:
    text = """{ processingRecord { controller country recipients { name } measures
        activities { title legalBasis people recipients { name } kept tables { name owner title
          withheldBecause columns { name keeping exportedAs masked erased } } } } }"""
    told = await desk.door.ask(text, desk.store.tokens["agent"])
    assert told["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    record = (await desk.door.data(text, desk.store.tokens["owner"]))["processingRecord"]
    assert (record["controller"], record["country"]) == ("Costa Clara", "ES")
    assert [one["name"] for one in record["recipients"]] == [
        one.name for one in privacy.RECIPIENTS.values()
    ]
    tables = {one["name"]: one for work in record["activities"] for one in work["tables"]}
    kept = {name for name, table in privacy.TABLES.items() if table.whose != "nobody"}
    assert tables.keys() == kept
    assert tables["delivery"]["owner"] == "MIXED"
    assert (
        tables["send_key"]["withheldBecause"] == "Keyed hashes, by which nothing is taken in twice."
    )
    columns = {one["name"]: one for one in tables["message"]["columns"]}
    assert columns.keys() == privacy.TABLES["message"].columns.keys()
    assert columns["body_sealed"] == {
        "name": "body_sealed",
        "keeping": "SEALED",
        "exportedAs": "body",
        "masked": False,
        "erased": "made unreadable",
    }
    assert (columns["author_id"]["masked"], columns["tie"]["exportedAs"]) == (True, None)
    [identity] = [one for one in tables["identity"]["columns"] if one["name"] == "value_sealed"]
    assert identity["erased"] == "deleted with its row"


async def _request(desk: Desk, contact_id: Id) -> Any:
    text = f"""mutation($input: ExportRequestInput!) {{
        exportRequest(input: $input) {{ export {_EXPORT} userErrors {{ code }} }} }}"""
    given = {"contact": ids.show("contact", contact_id)}
    told = await desk.door.data(text, desk.store.tokens["owner"], input=given)
    assert told["exportRequest"]["userErrors"] == []
    return told["exportRequest"]["export"]


async def _look(desk: Desk, export_id: str) -> Any:
    found = await desk.door.data(_ONE, desk.store.tokens["owner"], id=export_id)
    return found["personalDataExport"]


async def _do(desk: Desk, verb: str, export_id: str) -> Any:
    payload = await _ask(desk, verb, export_id)
    assert payload["userErrors"] == []
    return payload["export"]


async def _refused(desk: Desk, verb: str, export_id: str) -> str:
    [error] = (await _ask(desk, verb, export_id))["userErrors"]
    return str(error["code"])


async def _ask(desk: Desk, verb: str, export_id: str) -> Any:
    text = f"""mutation($input: ExportInput!) {{
        export{verb}(input: $input) {{ export {{ state }} userErrors {{ code }} }} }}"""
    told = await desk.door.data(text, desk.store.tokens["owner"], input={"export": export_id})
    return told[f"export{verb}"]


async def _work() -> None:
    while await privacy.run_next_export():
        pass


async def _watch(desk: Desk, export_id: str) -> list[str]:
    """The states that a subscriber is told while it is worked on."""
    text = "subscription($id: ID!) { personalDataExport(id: $id) { state } }"
    told, url = [], f"{desk.door.root}/graphql"
    async with desk.door.http.ws_connect(url, protocols=["graphql-transport-ws"]) as socket:
        token = {"authorization": f"Bearer {desk.store.tokens['owner']}"}
        await socket.send_json({"type": "connection_init", "payload": token})
        assert (await socket.receive_json())["type"] == "connection_ack"
        asked = {"query": text, "variables": {"id": export_id}}
        await socket.send_json({"id": "1", "type": "subscribe", "payload": asked})
        working = asyncio.create_task(_work())
        while (message := await socket.receive_json())["type"] != "complete":
            if message["type"] == "next":
                told.append(message["payload"]["data"]["personalDataExport"]["state"])
        await working
    return told


async def _fetch(desk: Desk, url: str, language: str = "en") -> bytes:
    """The archive, as a person gets it: a page, a button. Looking does not count."""
    async with desk.door.http.get(url, headers={"accept-language": language}) as page:
        text = await page.text()
        assert (page.status, page.headers["referrer-policy"]) == (200, "no-referrer")
        assert f'<html lang="{language}"' in text or "Lea" not in text
    [token] = re.findall(r'name="token" value="([^"]+)"', text)
    async with desk.door.http.post(f"{desk.door.root}/export", data={"token": token}) as answer:
        assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
        return await answer.read()


async def _break_off(url: str) -> None:
    """Go away in the midst of a download."""
    link = await privacy.read_export_link(url.rpartition("/")[2])
    with tenancy.acting_for(link.tenant_id):
        answer = Archive(link.tenant_id, await privacy.begin_download(link))
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        await asyncio.sleep(0)

    await answer({"type": "http"}, receive, send)
    assert [one.get("more_body") for one in sent] == [None, True]


async def _status(desk: Desk, url: str) -> int:
    async with desk.door.http.get(url) as answer:
        return answer.status


async def _events() -> list[str]:
    """What happened, once the server has seen its answer off."""
    for _ in range(400):
        rows = await stored.rows(
            "SELECT kind FROM outbox WHERE kind LIKE 'export.%' ORDER BY position"
        )
        if rows[-1]["kind"] == "export.downloaded":
            break
        await asyncio.sleep(0.01)
    return [row["kind"] for row in rows]


async def _is_destroyed(desk: Desk, export_id: str) -> None:
    row_id = ids.read("export", export_id)
    with tenancy.acting_for(desk.store.tenant_id):
        assert not staging._archive_of(row_id).exists()
        assert not staging._pages_of(row_id).exists()
    keys = await stored.rows(
        "SELECT subject_id FROM person_key WHERE subject_id = $1::uuid", row_id, on="keys"
    )
    assert keys == []


def _is_hers(told: dict[str, Any]) -> None:
    """What was sealed is there as it was said."""
    assert [one["name"] for one in told["contact"]] == ["Lea Prat"] * 2
    assert {(one["kind"], one["value"]) for one in told["identity"]} == {
        ("phone", LEA),
        ("phone", OTHER_PHONE),
        ("email", "lea@example.com"),
        ("shop_customer", "7100000000001"),
    }
    said = [one["body"] for one in told["message"]]
    assert said == [
        *("Is the blue one in stock?", FORMULA, "Like this", None, None, "STOP"),
        *("From my other phone", "Likes blue", "It is", None),
        "No recibirás más mensajes publicitarios de Costa Clara.",
    ]
    assert told["message"][3]["payload"]["contacts"] == ["(another person)"]
    [own] = told["message"][4]["payload"]["contacts"]
    assert own["phones"][0]["wa_id"] == LEA, "whom she was asked for is herself"
    assert [one["author_id"] for one in told["message"][7:10]] == ["(another person)"] * 3
    assert [one["body"] for one in told["message_change"]] == ["Is the red one in stock?"]
    assert told["consent_entry"][0]["evidence"] == {"wamid": "w-stop", "words": "STOP"}
    assert told["send"][0]["content"]["content"]["content"]["body"] == "It is"
    assert told["platform_update"][0]["payload"]["wa_id"] == LEA
    assert told["fulfilment"][0]["tracking"]["number"] == "9400100000000000000001"
    assert told["cart"][0]["url"] == "https://clara.example/back/checkout-1"
    assert told["visit"][0]["query"] == "red shoes"
    assert {one["name"] for one in told["tag"]} == {"vip", "summer", "wholesale"}
    assert [one["amount"] for one in told["refund"]] == ["18.0000", "5.0000"]
    assert told["refund"][0]["at"] == "2026-07-02T10:00:00+00:00"
    looked = [one for one in told["audit_entry"] if one["action"] == "contact.read"]
    assert [one["actor_id"] for one in looked] == ["(another person)"]


async def _is_declared(files: dict[str, bytes]) -> None:
    """Of every column of the databases, the map says whether it is in the archive, or why not."""
    manifest = _manifest(files)
    for name, table in privacy.TABLES.items():
        told = {column.name for column in table.columns.values() if column.export != "withheld"}
        assert set(manifest["map"].get(name, {}).get("columns", {})) == told
        assert told or table.whose != "contact" or manifest["withheld"][name]


def _files(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as found:
        return {name: found.read(name) for name in found.namelist()}


def _manifest(files: dict[str, bytes]) -> Any:
    return json.loads(files["manifest.json"])


def _tables(files: dict[str, bytes]) -> list[str]:
    return list(_manifest(files)["map"])


def _rows(files: dict[str, bytes], name: str) -> Any:
    return json.loads(files[f"data/{name}.json"])


def _pack(path: Path, files: dict[str, bytes | None]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            if content is not None:
                archive.writestr(name, content)


def _verify(archive: Path, keys: Path) -> tuple[int, str]:
    """Status and words of the verifier."""
    said, usual = io.StringIO(), sys.stdout
    sys.stdout = said
    try:
        return verify_export.main([str(archive), "--keys", str(keys)]), said.getvalue()
    finally:
        sys.stdout = usual
