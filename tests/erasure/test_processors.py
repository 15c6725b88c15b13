"""Who was given somebody's data hears when they are erased, and the receipt says when (F46)."""

from __future__ import annotations

import base64
import hmac
from typing import Any

import orjson
from aiohttp import web

import privacy
import tenants
from kernel import clock, ids, tenancy
from tests import stored
from tests.api.desk import Desk

_ADD = """mutation($input: ProcessorAddInput!) { it: processorAdd(input: $input) {
  processors { id name url } secret userErrors { field code } } }"""
_REMOVE = """mutation($input: ProcessorRemoveInput!) { it: processorRemove(input: $input) {
  processors { name } userErrors { field code } } }"""
_ERASURE = """query($id: ID!) { erasure(id: $id) { state trouble receipt { body }
  notices { processor toldAt trouble } } }"""


async def test_processors_are_told_and_the_receipt_says_when(desk: Desk) -> None:
    privacy.start(desk.door.settings)
    heard: list[tuple[dict[str, str], bytes]] = []

    async def take(request: web.Request) -> web.Response:
        heard.append((dict(request.headers), await request.read()))
        return web.Response(status=500 if request.path == "/deaf" else 204)

    application = web.Application()
    application.router.add_post("/{name}", take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        for name, url, field in (("", root, "name"), ("x", "ftp://x", "url"), ("x", "x", "url")):
            answer = await _ask(desk, _ADD, input={"name": name, "url": url})
            assert answer["it"]["userErrors"] == [{"field": [field], "code": "INVALID"}]
        secret = (await _ask(desk, _ADD, input={"name": "Mailer", "url": f"{root}/mailer"}))["it"]
        for name in ("deaf", "former"):
            added = await _ask(desk, _ADD, input={"name": name, "url": f"{root}/{name}"})
        former = added["it"]["processors"][-1]["id"]
        removed = await _ask(desk, _REMOVE, input={"processor": former})
        assert removed["it"]["processors"] == [{"name": "Mailer"}, {"name": "deaf"}]
        again = await _ask(desk, _REMOVE, input={"processor": former})
        assert again["it"]["userErrors"] == [{"field": ["processor"], "code": "NOT_FOUND"}]

        [contact] = await stored.rows("SELECT id FROM contact")
        with tenancy.acting_for(desk.store.tenant_id):
            erasure = await privacy.begin_erasure(contact["id"], reason="request")
        await privacy.erase_next()
        shown = await _ask(desk, _ERASURE, id=ids.show("erasure", erasure))
        assert (shown["erasure"]["state"], shown["erasure"]["trouble"]) == (
            "RUNNING",
            "PROCESSOR_NOT_TOLD",
        )
        mailer, deaf = shown["erasure"]["notices"]
        assert (mailer["trouble"], deaf["toldAt"], deaf["trouble"]) == (None, None, "HTTP_500")
        told, _ = sorted(heard, key=lambda one: one[0]["webhook-id"])
        _assert_signed(*told, secret["secret"])
        assert orjson.loads(told[1])["data"] == {
            "tenant": ids.show("tenant", desk.store.tenant_id),
            "contact": ids.show("contact", contact["id"]),
            "erasure": ids.show("erasure", erasure),
        }
        # Told again is who was not; after a day the receipt says so.
        clock.move(clock.MINUTE)
        await privacy.erase_next()
        assert [one[0]["webhook-id"] for one in heard[2:]] == [heard[-1][0]["webhook-id"]]
        clock.move(clock.DAY)
        await privacy.erase_next()
        done = (await _ask(desk, _ERASURE, id=ids.show("erasure", erasure)))["erasure"]
    finally:
        await runner.cleanup()
    assert (done["state"], len(heard)) == ("FINISHED", 4)
    listed = orjson.loads(done["receipt"]["body"])["processors"]
    assert [(one["name"], one["told_at"] is not None) for one in listed] == [
        ("Mailer", True),
        ("deaf", False),
    ]
    rows = await stored.rows("SELECT action FROM audit_entry WHERE action LIKE 'processor.%'")
    assert len(rows) == 4


async def _ask(desk: Desk, query: str, **variables: Any) -> Any:
    with tenancy.acting_for(desk.store.tenant_id):
        token = await tenants.issue(desk.store.people["owner"])
    return await desk.door.data(query, token, **variables)


def _assert_signed(headers: dict[str, str], body: bytes, secret: str) -> None:
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{right}"
