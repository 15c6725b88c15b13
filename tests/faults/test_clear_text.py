"""What a person writes is seen within 2 s by who may see it, and is in clear nowhere else (F50)."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
import redis

import channels
from kernel import bells, tenancy
from tests import stored
from tests.conftest import House
from tests.faults.conftest import Figure
from tests.faults.load import post
from tests.faults.needles import Needles, files_below
from tests.faults.overheard import held, overheard, written_by
from tests.faults.place import Place, all_drained, count, delivery_states, followed, open_place
from tests.faults.programs import until
from tests.faults.stranger import Stranger, platform_with_picture_of
from tests.faults.subscriptions import subscribed
from tests.servers import Postgres, Redis

_SEEN_WITHIN = 2.0
_SEEN = """
query Seen($phone: PhoneNumber!, $word: String!) {
  contact(phone: $phone) { name phone }
  conversations(filter: {search: $word}) { nodes { messages(last: 9) { nodes {
    text ... on MediaMessage { media { url } } } } } }
}
"""
_MISTAKES = (
    # Refused by the language, by the schema, and by a scalar; each quotes the person.
    {"query": "{ contact(phone: %(phone)s name: %(name)s }"},
    {"query": '{ contact(id: "%(phone)s") { %(given_name)s } }'},
    {"query": _SEEN, "variables": {"phone": "%(phone)s %(name)s", "word": ["%(text)s"]}},
    {"query": '{ conversations(filter: {search: "%(name)s"}, first: -1) { totalCount } }'},
)


@pytest.fixture
def stranger() -> Stranger:
    """The person whom it is about."""
    return Stranger()


@pytest.fixture
async def place(house: House, stranger: Stranger) -> AsyncIterator[Place]:
    """A store whose programs tell all that they ever tell, with a platform to fetch from."""
    async with platform_with_picture_of(stranger) as url:
        environ = {
            **house.environ,
            "RAPPORT_LOG_LEVEL": "debug",
            "RAPPORT_GRAPH_URL": url,
            "RAPPORT_GRAPH_HOSTS": "127.0.0.1",
        }
        async with open_place(replace(house, environ=environ)) as opened:
            yield opened


async def test_a_message_is_seen_and_is_nowhere_in_clear(
    place: Place,
    stranger: Stranger,
    redis_server: Redis,
    request: pytest.FixtureRequest,
    record_property: Figure,
) -> None:
    began = time.time()
    needles = Needles(stranger.secrets())
    with tenancy.acting_for(place.store.tenant_id):
        (waba,) = await channels.list_wabas()
        await channels.connect_number(
            waba["id"], place.store.phone_number_id, "34600000000", "V", stranger.access_token
        )
    async with overheard(redis_server) as heard:
        await place.start_api()
        await place.worker.start()
        async with subscribed(place) as live:
            # The first one only shows that everybody is up.
            assert await post(place, Stranger().writes(place.store)) == 200
            await live.next(within=20)
            posted = time.monotonic()
            assert await post(place, stranger.writes(place.store)) == 200
            who = {"name": stranger.name, "phone": f"+{stranger.phone}"}
            event = await live.next()
            while (event["kind"], event["conversation"]["contact"]) != ("message.received", who):
                event = await live.next()
            took = time.monotonic() - posted
        assert took < _SEEN_WITHIN
        assert event["message"]["text"] == stranger.text
        await _troubles(place, stranger)
        seen = await _ask(place, _SEEN, phone=f"+{stranger.phone}", word=stranger.family_name)
        assert "errors" not in seen, seen
        assert seen["data"]["contact"] == who
        (thread,) = seen["data"]["conversations"]["nodes"]
        said = {one["text"]: one for one in thread["messages"]["nodes"]}
        assert said.keys() == {stranger.text, stranger.caption}
        url = said[stranger.caption]["media"]["url"]
        assert await _download(place, url) == stranger.bytes_of_picture
        await until(lambda: followed(3), "all is followed", within=10)
        assert needles.in_bytes(bytes(heard)) == []
        assert needles.in_bytes(await held(redis_server)) == []
    assert bells.QUEUE.encode() in bytes(heard)
    data = place.house.settings.data
    kept = list(files_below(data))
    assert {"api.log", "worker.log"} <= {path.name for path in kept}
    assert [path for path in kept if path.is_relative_to(data / "media")] != []
    assert needles.in_files(kept) == []
    if place.house.backend == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        of_postgres = await written_by(postgres, began)
        assert needles.in_files(of_postgres) == []
        kept += of_postgres
    record_property("seen after s", round(took, 3))
    record_property("files read", len(kept))


async def test_the_scanner_finds_what_is_planted(
    house: House, redis_server: Redis, request: pytest.FixtureRequest
) -> None:
    began = time.time()
    planted = f"planted-{Stranger().picture}"
    needles = Needles({"plant": planted})
    data = house.settings.data
    assert needles.in_files(files_below(data)) == []
    record = {"position": 0, "event_id": "0" * 32, "lease_until": 0, "fence": 0}
    await stored.insert("reader", [{"name": planted, **record}])
    if house.backend == "sqlite":
        assert needles.in_files(files_below(data)) == ["rapport.sqlite3-wal: plant as plain text"]
        await stored.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        assert needles.in_files(files_below(data)) == ["rapport.sqlite3: plant as plain text"]
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        with suppress(Exception):
            await stored.rows(f"SELECT '{planted}'::integer")
        found = needles.in_files(await written_by(postgres, began))
        # The server's own log, the write-ahead log, the file of the table and that of its key.
        names = {one.split(":")[0] for one in found}
        segments = {name for name in names if re.fullmatch("[0-9A-F]{24}", name)}
        tables = {name for name in names - segments if name.isdigit()}
        assert "keeper.log" in names
        assert (len(segments) > 0, len(tables)) == (True, 2)

    async with overheard(redis_server) as heard:
        with redis.Redis.from_url(redis_server.url) as client:
            client.zadd("a set", {planted.encode().hex(): 1})
        assert needles.in_bytes(await held(redis_server)) == ["plant as hex"]
    assert needles.in_bytes(bytes(heard)) == ["plant as hex"]


async def _troubles(place: Place, stranger: Stranger) -> None:
    """All that tempts a program to quote what it was given."""
    store = place.store
    letters = {
        stranger.writes(store, app_secret="a-wrong-secret"): 401,
        stranger.writes_half(store): 400,
        # The same message once more, in another delivery.
        stranger.writes(store, unheard_of=stranger.name): 200,
        stranger.writes_to_nobody(store): 200,
        stranger.cannot_be_reached(store): 200,
        stranger.sends_a_picture(store): 200,
    }
    for letter, status in letters.items():
        assert await post(place, letter) == status
    known = {**stranger.secrets(), "name": stranger.name, "text": stranger.text}
    for mistake in _MISTAKES:
        answer = await _ask(place, **_filled(mistake, known))
        assert answer["errors"], mistake
    await until(all_drained, "all is drained", within=10)
    assert await delivery_states() == {"drained": 6}
    assert await count("aside") == 1
    stored = "media WHERE state = 'stored'"
    await until(lambda: count(stored), "the picture is fetched", within=10)


async def _ask(place: Place, query: str, **variables: Any) -> dict[str, Any]:
    variables = variables.get("variables", variables)
    headers = {"authorization": f"Bearer {place.store.token}"}
    body = {"query": query, "variables": variables}
    async with place.http.post(f"{place.root}/graphql", json=body, headers=headers) as answer:
        told: dict[str, Any] = await answer.json()
        return told


async def _download(place: Place, url: str) -> bytes:
    headers = {"authorization": f"Bearer {place.store.token}"}
    path = url[url.index("/media/") :]
    async with place.http.get(place.root + path, headers=headers) as answer:
        assert answer.status == 200
        return await answer.read()


def _filled(mistake: Any, known: dict[str, str]) -> Any:
    """The mistake with the person's own words in it."""
    if isinstance(mistake, str):
        return mistake if mistake == _SEEN else mistake % known
    if isinstance(mistake, list):
        return [_filled(one, known) for one in mistake]
    return {name: _filled(one, known) for name, one in mistake.items()}
