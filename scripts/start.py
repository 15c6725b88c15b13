"""`scripts/run`: brings the whole house up on this machine and keeps it up until Ctrl-C.

Order: Redis (its own, unless RAPPORT_REDIS_URL names one), migrations, seed, the WhatsApp simulator
(unless RAPPORT_GRAPH_URL names another platform), API and worker, the demo's conversations. Each is
a process of its own with its log in `RAPPORT_DATA/logs`.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kernel import settings
from kernel.errors import BadSetting
from kernel.settings import Settings
from scripts import embedded_redis, welcome
from scripts.children import CannotStart, Child, end_process, start_process

_PATIENCE = 90.0  # seconds until API and worker must be ready
_LAST_WORDS = 8.5  # seconds that a child has to end by itself; API and worker end side by side
_NEEDED_TO_THE_END = ("redis", "simulator")
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 (not bound here, only understood)

_began = time.monotonic()


def main() -> int:
    """Run until Ctrl-C or SIGTERM (status 0), or until something cannot start (its status)."""
    try:
        chosen = settings.load()
        simulator = _simulator(chosen)
        with _only_one(chosen.data), _redis_environ(chosen) as (environ, redis_socket):
            _refuse_a_taken_port("RAPPORT_PORT", chosen.host, chosen.port)
            if simulator:
                host = _simulator_host(chosen)
                _refuse_a_taken_port("RAPPORT_SIMULATOR_PORT", host, chosen.simulator_port)
                environ |= {"RAPPORT_GRAPH_URL": simulator, "RAPPORT_GRAPH_HOSTS": "127.0.0.1"}
            return asyncio.run(_House(chosen, environ, redis_socket, simulator).run())
    except BadSetting as error:
        print(error.message, file=sys.stderr, flush=True)
        return 2


@contextmanager
def _only_one(data: Path) -> Iterator[None]:
    with (data / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadSetting("RAPPORT_DATA", f"Rapport already runs on {data}") from None
        yield


@contextmanager
def _redis_environ(chosen: Settings) -> Iterator[tuple[dict[str, str], Path | None]]:
    """The children's environment, and the socket of the Redis to start (None: one was named)."""
    own = chosen.data / "redis.sock"
    if chosen.redis_url != f"unix://{own}":
        yield dict(os.environ), None
        return
    with embedded_redis.socket_path(own) as path:
        yield {**os.environ, "RAPPORT_REDIS_URL": f"unix://{path}"}, path


def _simulator(chosen: Settings) -> str | None:
    """Where the simulator will be; None where the platform is somewhere else."""
    if chosen.is_production or os.environ.get("RAPPORT_GRAPH_URL", "").strip():
        return None
    return f"http://127.0.0.1:{chosen.simulator_port}"


def _simulator_host(chosen: Settings) -> str:
    """Access tokens go to it without TLS: over this machine's own loopback, and no other way."""
    return chosen.host if chosen.host in _EVERYWHERE else "127.0.0.1"


def _refuse_a_taken_port(name: str, host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BadSetting(name, f"cannot listen on {host}:{port} ({error.strerror})") from None


class _House:
    """All processes of one run."""

    def __init__(
        self,
        chosen: Settings,
        environ: dict[str, str],
        redis_socket: Path | None,
        simulator: str | None,
    ) -> None:
        self._settings = chosen
        self._environ = {**environ, "PYTHONUNBUFFERED": "1"}
        self._redis_socket = redis_socket
        self._simulator = simulator
        self._children: list[Child] = []
        self._keepers: list[asyncio.Task[None]] = []

    async def run(self) -> int:
        """Bring all up, wait for the end, take all down."""
        asked_to_end = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, asked_to_end.set)
        ending = asyncio.create_task(asked_to_end.wait())
        living = asyncio.create_task(self._live())
        try:
            await asyncio.wait({ending, living}, return_when=asyncio.FIRST_COMPLETED)
            if not living.done():
                _tell("ending …")
                living.cancel()
            await asyncio.gather(living, return_exceptions=True)
            failure = None if living.cancelled() else living.exception()
        finally:
            await self._end_all()
        if isinstance(failure, CannotStart):
            if failure.line:
                print(failure.line, file=sys.stderr, flush=True)
            return failure.status
        if failure is not None:
            raise failure
        _tell("all ended; the data stays")
        return 0

    async def _live(self) -> None:
        """Start everything in order, then stay until a child can no longer be kept running."""
        if self._redis_socket is not None:
            self._keep("redis", embedded_redis.command(self._redis_socket))
            await self._or_a_child_fails(self._redis_answers(self._redis_socket))
        await self._once("kernel.migrate")
        if not self._settings.is_production:
            await self._once("scripts.seed")
        if self._simulator:
            self._keep_simulator()
        self._keep("api", [sys.executable, "-m", "api"])
        # An arq worker ends as soon as Redis goes away, whatever else it could do: it is started
        # again and again until Redis is back (traps: arq).
        self._keep("worker", [sys.executable, "-m", "workers"])
        await self._or_a_child_fails(
            welcome.wait_until_ready(self._settings, self._simulator, within=_PATIENCE)
        )
        if not self._settings.is_production:
            simulator = ["--simulator", self._simulator] if self._simulator else []
            await self._once("scripts.seed", "--post", *simulator)
        _tell("ready\n\n" + welcome.words(self._settings))
        await asyncio.gather(*self._keepers)

    def _keep_simulator(self) -> None:
        town = self._settings.data / "town.json"
        command = [sys.executable, "-m", "channels.simulator", "--town", str(town)]
        self._keep("simulator", command, RAPPORT_HOST=_simulator_host(self._settings))

    def _keep(self, name: str, command: list[str], **environ: str) -> None:
        log = self._settings.data / "logs" / f"{name}.log"
        child = Child(name, command, log, {**self._environ, **environ}, _tell)
        self._children.append(child)
        self._keepers.append(asyncio.create_task(child.keep_running()))
        _tell(f"{name} starts")

    async def _redis_answers(self, path: Path) -> None:
        if not await embedded_redis.answers(path, within=10):
            raise CannotStart("Redis does not answer; see redis.log in RAPPORT_DATA/logs", 1)

    async def _or_a_child_fails(self, wait: Coroutine[Any, Any, None]) -> None:
        """Wait for this, or raise what ended a child for good."""
        waiting = asyncio.create_task(wait)
        try:
            await asyncio.wait({waiting, *self._keepers}, return_when=asyncio.FIRST_COMPLETED)
            for task in (*self._keepers, waiting):
                if task.done():
                    task.result()
        finally:
            waiting.cancel()

    async def _once(self, module: str, *arguments: str) -> None:
        """Run a command to its end, its words on the terminal; CannotStart when it fails."""
        process = await start_process([sys.executable, "-m", module, *arguments], self._environ)
        try:
            status = await process.wait()
        except asyncio.CancelledError:
            await end_process(process, within=_LAST_WORDS)
            raise
        if status == 2:
            raise CannotStart("", status)  # it has said its one line itself
        if status != 0:
            raise CannotStart(f"python -m {module} failed (status {status})", 1)

    async def _end_all(self) -> None:
        """API and worker first: while they end they still ring Redis's bells, and what they are
        just sending is still to be answered."""
        needed = [child for child in self._children if child.name in _NEEDED_TO_THE_END]
        others = [child for child in self._children if child not in needed]
        await asyncio.gather(*(child.end(within=_LAST_WORDS) for child in others))
        await asyncio.gather(*(child.end(within=1) for child in needed))
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)


def _tell(words: str) -> None:
    print(f"[{time.monotonic() - _began:5.1f} s] {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
