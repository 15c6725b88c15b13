"""The whole house as `scripts/run` starts it: a process, its place, and its people's eyes on it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from kernel.settings import PREFIX
from scripts.children import start_process
from tests.servers import ROOT, free_port

Json = dict[str, Any]

# Other people's work shares the machine.
_PATIENCE = 60.0


@dataclass
class Started:
    """A running house; `seconds` until its demo.json was there."""

    process: asyncio.subprocess.Process
    data: Path
    http: aiohttp.ClientSession
    seconds: float
    demo: Json

    async def ask(self, query: str, **variables: Any) -> Any:
        """What the first tenant's owner is answered."""
        headers = {"authorization": f"Bearer {self.owner['token']}"}
        body = {"query": query, "variables": variables}
        async with self.http.post(self.demo["graphql"], json=body, headers=headers) as response:
            answer = await response.json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def control(self, path: str, order: Json | None = None) -> Json:
        """What the simulator answers to an order, or to a question."""
        url = f"{self.demo['simulator']}/control/{path}"
        method = "GET" if order is None else "POST"
        async with self.http.request(method, url, json=order) as response:
            answer: Json = await response.json()
            assert response.status == 200, answer
            return answer

    @property
    def owner(self) -> Json:
        """The owner of the first tenant."""
        people: list[Json] = self.demo["tenants"][0]["people"]
        return next(one for one in people if one["role"] == "owner")

    async def end(self) -> int:
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            return await self.process.wait()


def fresh_environ(data: Path) -> dict[str, str]:
    """The environment of a place of its own, on free ports, with a Redis of its own."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
    return {
        **kept,
        "RAPPORT_DATA": str(data),
        "RAPPORT_PORT": str(free_port()),
        "RAPPORT_SIMULATOR_PORT": str(free_port()),
    }


@asynccontextmanager
async def started(environ: dict[str, str]) -> AsyncIterator[Started]:
    """`python -m scripts.start` until all of it is there; killed at the end where it still runs."""
    began, data = time.monotonic(), Path(environ["RAPPORT_DATA"])
    said = data.with_suffix(".said")
    with said.open("wb") as output:
        process = await start_process(
            [sys.executable, "-m", "scripts.start"], environ, output=output.fileno()
        )
    try:
        wait = aiohttp.ClientTimeout(total=20)
        async with aiohttp.ClientSession(timeout=wait) as http:
            demo = data / "demo.json"
            while b"] ready" not in said.read_bytes():
                assert process.returncode is None, said.read_text()
                assert time.monotonic() - began < _PATIENCE, said.read_text()
                await asyncio.sleep(0.05)
            seconds = time.monotonic() - began
            yield Started(process, data, http, seconds, json.loads(demo.read_text()))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def refusal(environ: dict[str, str], module: str, *arguments: str) -> tuple[int, str]:
    """Exit status and words of a program that is to end by itself."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        cwd=ROOT,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(20):
        said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


def programs_of(data: Path) -> list[str]:
    """The command lines of all programs that run in this place."""
    mark, found = f"{PREFIX}DATA={data}".encode(), []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (place / "environ").read_bytes().split(b"\0"):
                found.append((place / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue  # it has ended meanwhile, or is somebody else's
    return found
