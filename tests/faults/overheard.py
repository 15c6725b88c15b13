"""All that Redis hears while a block runs, and all that it holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.asyncio

from tests.servers import Redis


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
