"""Programs of the house as processes of their own: started, killed, ended, watched."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.launching import Launched, launch

_PAUSE = 0.5  # seconds until what ended is started again


class Program:
    """`python -m <module>`; what it says is added to its log."""

    def __init__(self, module: str, environ: Mapping[str, str], log: Path) -> None:
        self.module = module
        self.environ = environ
        self.log = log
        self.endings = 0
        self._process: Launched | None = None

    async def start(self, *arguments: str) -> None:
        """Start it, and do not wait."""
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            files = {"output": log.fileno(), "errors": log.fileno()}
            self._process = await launch(self.module, *arguments, environ=self.environ, **files)

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    @property
    def memory(self) -> float:
        """What it holds in memory, in MB."""
        pages = Path(f"/proc/{self._started.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGESIZE") / 1e6

    def signal(self, number: int) -> None:
        """Send a signal, and do not wait."""
        self._started.send_signal(number)

    async def ended(self) -> int:
        """Its exit status, once it has ended."""
        return await self._started.wait()

    async def kill(self) -> None:
        """Kill -9."""
        if self.is_running:
            self.signal(signal.SIGKILL)
            await self.ended()

    async def end(self, *, within: float) -> tuple[int, float]:
        """SIGTERM; exit status and seconds that it took. TimeoutError when it takes more."""
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        async with asyncio.timeout(within):
            return await self.ended(), time.monotonic() - began

    @property
    def _started(self) -> Launched:
        assert self._process is not None, f"{self.module} was not started"
        return self._process


@asynccontextmanager
async def killed_at_the_end(*programs: Program) -> AsyncIterator[None]:
    """Whatever still runs afterwards is killed."""
    try:
        yield
    finally:
        for program in programs:
            await program.kill()


@asynccontextmanager
async def supervised(*programs: Program) -> AsyncIterator[None]:
    """They run, and whoever ends is started again; killed afterwards."""
    async with killed_at_the_end(*programs):
        for program in programs:
            await program.start()
        keepers = [asyncio.create_task(_keep_running(program)) for program in programs]
        try:
            yield
        finally:
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)


async def until(
    is_so: Callable[[], Awaitable[object]], what: str, *, within: float, every: float = 0.02
) -> float:
    """Wait until it is so; the seconds that it took. Fails after `within` seconds."""
    began = time.monotonic()
    while not await is_so():
        assert time.monotonic() - began < within, f"{what}: not within {within:g} s"
        await asyncio.sleep(every)
    return time.monotonic() - began


async def _keep_running(program: Program) -> None:
    while True:
        await program.ended()
        program.endings += 1
        await asyncio.sleep(_PAUSE)
        await program.start()
