"""Four beginnings beside each other on a bare place: one set of tables, one set of keys."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from kernel import database, keys
from kernel import settings as kernel_settings
from tests import stored
from tests.conftest import House
from tests.faults import load
from tests.faults.conftest import Figure
from tests.faults.load import post
from tests.faults.place import Place, open_place, wamids
from tests.faults.programs import Program, killed_at_the_end, until
from tests.flows import town
from tests.servers import free_port

_STARTS = 4


async def test_four_starts_beside_each_other(
    bare_environ: dict[str, str], backend: str, record_property: Figure
) -> None:
    environs = [{**bare_environ, "RAPPORT_PORT": str(free_port())} for _ in range(_STARTS)]
    logs = Path(bare_environ["RAPPORT_DATA"]) / "logs"
    migrations = [Program("kernel.migrate", one, logs / "migrate.log") for one in environs]
    apis = [Program("api", one, logs / "api.log") for one in environs]

    async def begin(migration: Program, api: Program) -> None:
        await migration.start()
        assert await migration.ended() == 0
        await api.start()

    async with killed_at_the_end(*migrations, *apis):
        began = time.monotonic()
        await asyncio.gather(*(begin(*pair) for pair in zip(migrations, apis, strict=True)))
        settings = kernel_settings.load(bare_environ)
        await database.start(settings)
        keys.start(settings)
        try:
            async with open_place(House(settings, backend, bare_environ)) as place:
                served = [
                    _served_by(place, environ, api)
                    for environ, api in zip(environs, apis, strict=True)
                ]
                for one in served:
                    await until(one.is_ready, "the API starts", within=30)
                took = time.monotonic() - began
                # The first deliveries of the day: whoever is first makes the key for all.
                letters = load.letters(place.store, 5 * _STARTS)
                posted = [post(served[n % _STARTS], one) for n, one in enumerate(letters)]
                assert await asyncio.gather(*posted) == [200] * len(letters)
                await town.drain()
                assert await wamids(place.store) == Counter(one.wamid for one in letters)
                for one in served:
                    assert await _name_of_viewer(one) == "Nuria Sala"
        finally:
            await stored.close()
            keys.stop()
            await database.stop()
    told = (logs / "migrate.log").read_text()
    assert (told.count("0001_spine"), told.count("0001_person_keys")) == (1, 1)
    record_property("all four ready after s", round(took, 1))


def _served_by(place: Place, environ: dict[str, str], api: Program) -> Place:
    """The place, as a client of another of its programs sees it."""
    settings = replace(place.house.settings, port=int(environ["RAPPORT_PORT"]))
    other = Place(replace(place.house, settings=settings), place.store, place.http)
    other.api = api
    return other


async def _name_of_viewer(place: Place) -> str:
    headers = {"authorization": f"Bearer {place.store.token}"}
    body = {"query": "{ viewer { person { name } } }"}
    async with place.http.post(f"{place.root}/graphql", json=body, headers=headers) as answer:
        told = await answer.json()
    assert "errors" not in told, told
    return str(told["data"]["viewer"]["person"]["name"])
