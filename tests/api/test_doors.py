"""Health, readiness, metrics, public keys, files, browsers."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from kernel import ids, signing, tenancy
from tests import stored
from tests.api.door import Door, Store, arrives, open_door, text_message
from tests.conftest import House
from tests.servers import ROOT, Redis, free_port


async def test_healthz(door: Door) -> None:
    async with door.http.get(f"{door.root}/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})


async def test_readyz(door: Door, redis_server: Redis) -> None:
    checks = {"databases": "ok", "migrations": "ok", "redis": "ok"}
    async with door.http.get(f"{door.root}/readyz") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ok", "checks": checks})
    redis_server.stop()
    try:
        async with door.http.get(f"{door.root}/readyz") as answer:
            assert (answer.status, await answer.json()) == (
                200,
                {"status": "degraded", "checks": {**checks, "redis": "degraded"}},
            )
    finally:
        redis_server.start()


async def test_readyz_before_migrations(house: House, tmp_path: Path) -> None:
    empty = replace(house.settings, database_url=f"sqlite://{tmp_path}/empty.sqlite3")
    async with (
        open_door(empty) as door,
        door.http.get(f"{door.root}/readyz") as answer,
    ):
        assert answer.status == 503
        assert (await answer.json())["checks"]["migrations"] == "pending"


async def test_metrics(house: House, door: Door, store: Store) -> None:
    await arrives(door, text_message(store, "hello"))
    async with door.http.get(f"{door.root}/metrics") as answer:
        text = await answer.text()
        assert answer.status == 200
        assert 'rapport_webhooks_total{status="200"}' in text
        assert "34600111222" not in text


async def test_metrics_with_a_token(house: House) -> None:
    guarded = replace(house.settings, metrics_token="a-token-of-16-letters")
    async with open_door(guarded) as door:
        url = f"{door.root}/metrics"
        for given, status in (("", 401), ("Bearer no", 401), ("Bearer a-token-of-16-letters", 200)):
            async with door.http.get(url, headers={"authorization": given}) as answer:
                assert answer.status == status


async def test_public_keys(door: Door, store: Store) -> None:
    async with door.http.get(f"{door.root}/.well-known/jwks.json") as answer:
        [key] = (await answer.json(content_type=None))["keys"]
        assert (key["kty"], key["crv"], key["use"]) == ("OKP", "Ed25519", "sig")
        assert "d" not in key
    async with door.http.get(f"{door.root}/.well-known/attestation-keys.json") as answer:
        assert await answer.json(content_type=None) == signing.public_keys()
        assert signing.sign(b"").kid != key["kid"]


async def test_files_are_for_who_may_see_them(
    door: Door, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await arrives(door, _image(store))
    [row] = await stored.rows("SELECT id FROM media")
    shown = ids.show("media", row["id"])
    url = f"{door.root}/media/{shown}"
    agent = {"authorization": f"Bearer {store.token}"}
    analyst = {"authorization": f"Bearer {store.tokens['analyst']}"}
    for headers, address, status in (
        ({}, url, 401),
        (analyst, url, 403),
        (agent, url, 404),  # not fetched yet
        (agent, f"{door.root}/media/nonsense", 404),
        (agent, f"{door.root}/media/{ids.show('contact', row['id'])}", 404),
    ):
        async with door.http.get(address, headers=headers) as answer:
            assert answer.status == status

    import channels

    async def opened(media_id: str) -> channels.OpenedMedia:
        assert (media_id, tenancy.current()) == (row["id"], store.tenant_id)
        return channels.OpenedMedia(b"<script>", "text/html", "5" * 32, row["id"])

    monkeypatch.setattr("channels.open_media", opened)
    async with door.http.get(url, headers=agent) as answer:
        assert (answer.status, await answer.read()) == (200, b"<script>")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"] == f'attachment; filename="{shown}.html"'
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, no-store"


async def test_browsers_of_allowed_origins(house: House) -> None:
    settings = replace(house.settings, allowed_origins=("https://desk.example.com",))
    asked = {"access-control-request-method": "POST"}
    async with open_door(settings) as door:
        for origin, allowed in (
            ("https://desk.example.com", "https://desk.example.com"),
            ("https://evil.example.com", None),
        ):
            headers = {**asked, "origin": origin}
            async with door.http.options(f"{door.root}/graphql", headers=headers) as answer:
                assert answer.headers.get("access-control-allow-origin") == allowed


async def test_production_takes_no_get(house: House, store: Store) -> None:
    settings = replace(house.settings, env="production", port=free_port())
    async with open_door(settings) as door:
        url = f"{door.root}/graphql"
        async with door.http.get(url, params={"query": "{ viewer { role } }"}) as answer:
            assert (answer.status, answer.headers["allow"]) == (405, "POST")
        status, _ = await door.raw(orjson.dumps({"query": "{ viewer { role } }"}))
        assert status == 401


async def test_unknown_addresses(door: Door) -> None:
    for path in ("/", "/graphiql", "/webhooks", "/media/of/whom"):
        async with door.http.get(f"{door.root}{path}") as answer:
            assert answer.status == 404, path


async def test_a_wrong_setting_is_one_line(environ: dict[str, str]) -> None:
    wrong = {**environ, "RAPPORT_PORT": "none"}
    command = [sys.executable, "-m", "api"]
    ended = subprocess.run(
        command, cwd=ROOT, env=wrong, check=False, capture_output=True, text=True, timeout=20
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("RAPPORT_PORT: ")
    assert ended.stderr.count("\n") == 1


def _image(store: Store) -> dict[str, object]:
    body = text_message(store, "", wamid="wamid.image")
    message = body["entry"][0]["changes"][0]["value"]["messages"][0]
    del message["text"]
    message.update(type="image", image={"id": "55", "mime_type": "image/jpeg", "sha256": "x"})
    return body
