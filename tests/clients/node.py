"""Programs of this folder, run by Node: each tells on a line of JSON what happened to it."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"


class Script:
    """One program, running."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def hear(self, within: float = 20.0) -> Any:
        """What it tells next; fails where it has nothing more to tell."""
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), within)
        assert line, f"it ended with status {await self._process.wait()}"
        return orjson.loads(line)

    async def tell(self, line: str) -> None:
        """Give it a line to read."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()

    async def hear_all(self, within: float = 60.0) -> list[Any]:
        """All that is left to tell; fails where it does not end well."""
        async with asyncio.timeout(within):
            told, _ = await self._process.communicate()
        assert self._process.returncode == 0, told.decode()
        return [orjson.loads(line) for line in told.splitlines()]


@asynccontextmanager
async def running(name: str, *words: str, **environ: str) -> AsyncIterator[Script]:
    """The program of this name, killed where it still runs at the end."""
    process = await asyncio.create_subprocess_exec(
        shutil.which("node") or "node",
        str(FOLDER / name),
        *words,
        cwd=FOLDER,
        env={**os.environ, **environ},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Script(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
