"""All that Redis hears while a block runs, all that it holds, and what PostgreSQL writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import redis.asyncio

from tests import stored
from tests.faults.needles import files_below
from tests.servers import Postgres, Redis


@asynccontextmanager
async def overheard(server: Redis) -> AsyncIterator[bytearray]:
    """Every command of every client, as MONITOR tells it; it grows while the block runs."""
    reader, writer = await asyncio.open_unix_connection(server.url.removeprefix("unix://"))
    heard = bytearray()

    async def listen() -> None:
        while piece := await reader.read(65_536):
            heard.extend(piece)

    listening = asyncio.create_task(listen())
    writer.write(b"MONITOR\r\n")
    try:
        yield heard
    finally:
        writer.close()
        await listening


async def held(server: Redis) -> bytes:
    """The dump on disk, uncompressed, and every key with its value."""
    async with redis.asyncio.Redis.from_url(server.url) as client:
        await client.config_set("dir", str(server.folder))
        await client.config_set("rdbcompression", "no")
        await client.save()
        dump = server.folder / "dump.rdb"
        kept = [dump.read_bytes()]
        dump.unlink()
        async for key in client.scan_iter():
            kept += [key, await client.dump(key) or b""]
        return b"\n".join(kept)


async def written_by(postgres: Postgres, since: float) -> list[Path]:
    """What PostgreSQL wrote since then, its log among it; other tests' databases are left out."""
    postgres.run("CHECKPOINT")
    statement = "SELECT oid::text AS oid FROM pg_database WHERE datname = current_database()"
    rows = [*await stored.rows(statement), *await stored.rows(statement, on="keys")]
    ours = {row["oid"] for row in rows}
    log = postgres.folder.parent / "keeper.log"
    return [log] + [
        path
        for path in files_below(postgres.files, since=since)
        if path.parent.parent.name != "base" or path.parent.name in ours
    ]
