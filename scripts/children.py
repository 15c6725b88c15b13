"""Child processes that are kept running, and ended without leaving anything behind."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

_BAD_SETTING = 2
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 10.0
# Whoever ran this long was well: the next pause is short again.
_WELL_AFTER = 30.0
_LARGEST_LOG = 20_000_000


class CannotStart(Exception):
    """A child refused to start, for the reason in `line`; `status` is its exit status."""

    def __init__(self, line: str, status: int) -> None:
        super().__init__(line)
        self.line = line
        self.status = status


@dataclass
class Child:
    """One program: its output goes to `log`, and it is started again whenever it ends."""

    name: str
    command: list[str]
    log: Path
    environ: Mapping[str, str]
    tell: Callable[[str], None]
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)
    _ending: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def keep_running(self) -> None:
        """Run until `end`; after a death start again, later each time. CannotStart on status 2."""
        pause = _FIRST_PAUSE
        while not self._ending.is_set():
            began = time.monotonic()
            status, last_line = await self._run_once()
            if self._ending.is_set():
                return
            if status == _BAD_SETTING:
                raise CannotStart(last_line or f"{self.name} cannot start", status)
            if time.monotonic() - began > _WELL_AFTER:
                pause = _FIRST_PAUSE
            self.tell(
                f"{self.name} ended ({_reason(status)}); again in {pause:g} s; see {self.log}"
            )
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def end(self, *, within: float) -> None:
        """Ask it to end; kill it when it has not after so many seconds."""
        self._ending.set()
        if self._process is not None:
            await end_process(self._process, within=within)

    async def _run_once(self) -> tuple[int, str]:
        with _open_log(self.log) as log:
            start = log.tell()
            self._process = await start_process(self.command, self.environ, output=log.fileno())
        if self._ending.is_set():
            await end_process(self._process, within=1)
        status = await self._process.wait()
        self._process = None
        with self.log.open("rb") as log:
            log.seek(max(start, self.log.stat().st_size - 4000))
            return status, log.read().decode(errors="replace").strip().rpartition("\n")[2]


async def start_process(
    command: list[str], environ: Mapping[str, str], *, output: int | None = None
) -> asyncio.subprocess.Process:
    """Start a program, its output going to the file `output` or, without one, to the terminal."""
    return await asyncio.create_subprocess_exec(
        *command,
        env=dict(environ),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        # A Ctrl-C then reaches only the supervisor, which ends its children in order.
        start_new_session=True,
        preexec_fn=die_with_parent if sys.platform == "linux" else None,
    )


async def end_process(process: asyncio.subprocess.Process, *, within: float) -> None:
    """SIGTERM, and SIGKILL to the whole session when it is still there after so many seconds."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), within)
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def die_with_parent() -> None:
    """Linux only: who started this process takes it along when killed outright."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def _open_log(path: Path) -> BinaryIO:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def _reason(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"status {status}"
