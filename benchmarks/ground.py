"""The ground that measurements stand on: fresh databases on a real disk, a Redis, our programs.

Unlike the tests' servers these keep what they promise: PostgreSQL runs with fsync, in a folder that
is no memory file system, because an acknowledged delivery is one that outlives a power cut.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import redis

from kernel import bells, database, keys, settings
from kernel.settings import PREFIX, Settings
from tests import servers

BACKENDS = ("sqlite", "postgresql")
_POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "log_error_verbosity": "terse",
}
_LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Ground:
    """Migrated databases and a Redis; `environ` is whole, for programs that run on them."""

    backend: str
    environ: dict[str, str]
    settings: Settings

    def with_port(self) -> Ground:
        """The same ground for one more API process, on a port of its own."""
        return self.given(RAPPORT_PORT=str(servers.free_port()))

    def given(self, **environ: str) -> Ground:
        """The same ground with other settings."""
        whole = self.environ | environ
        return Ground(self.backend, whole, settings.load(whole))


class Program:
    """A running program of ours, with what the operating system says about it (Linux)."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self.name = name
        self._process = process
        self._log = log

    def wait_until(self, is_so: Callable[[], bool], within: float = 60) -> None:
        """Come back when it is so; RuntimeError with the end of its log when it ends before."""
        deadline = time.monotonic() + within
        while not is_so():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name}: not ready\n{self._log.read_text()[-2000:]}")
            time.sleep(0.005)

    def resident(self, name: str = "VmRSS") -> float:
        """Megabytes of memory that it holds; VmHWM: the most that it ever held."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith(f"{name}:"))
        return int(line.split()[1]) / 1024

    def worked(self) -> float:
        """Seconds of processor time that it has used, all threads together."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def end(self) -> None:
        """SIGTERM, and SIGKILL after 10 seconds."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def laid(backend: str) -> Iterator[Ground]:
    """Fresh ground for as long as the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="rapport-bench-", dir="/var/tmp"))
    folder.chmod(0o711)
    try:
        with contextlib.ExitStack() as stack:
            redis_server = stack.enter_context(servers.own_redis())
            environ = {
                **{name: text for name, text in os.environ.items() if not name.startswith(PREFIX)},
                "RAPPORT_DATA": str(folder / "var"),
                "RAPPORT_REDIS_URL": redis_server.url,
                "RAPPORT_PORT": str(servers.free_port()),
            }
            if backend == "postgresql":
                environ |= stack.enter_context(_postgres(folder))
            migrate = [sys.executable, "-m", "kernel.migrate"]
            subprocess.run(
                migrate, cwd=servers.ROOT, env=environ, check=True, stdout=subprocess.DEVNULL
            )
            yield Ground(backend, environ, settings.load(environ))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def inside(ground: Ground) -> AsyncIterator[None]:
    """The application started in this process, to set the stage and to look at it."""
    try:
        await database.start(ground.settings)
        keys.start(ground.settings)
        await bells.start(ground.settings)
        yield
    finally:
        await bells.stop()
        keys.stop()
        await database.stop()


@contextlib.contextmanager
def program(ground: Ground, module: str, *words: str) -> Iterator[Program]:
    """`python -m module words`, ended with the block."""
    log = ground.settings.data / f"{module}-{ground.settings.port}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            cwd=servers.ROOT,
            env=ground.environ,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    running = Program(module, process, log)
    try:
        yield running
    finally:
        running.end()


def listens(ground: Ground) -> bool:
    """Whether the API says that it is ready."""
    try:
        with socket.create_connection(("127.0.0.1", ground.settings.port), 1) as asked:
            asked.sendall(b"GET /readyz HTTP/1.0\r\nhost: localhost\r\n\r\n")
            return asked.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def works(ground: Ground) -> bool:
    """Whether a worker has begun to take jobs: arq then writes its first sign of health."""
    with redis.Redis.from_url(ground.settings.redis_url) as client:
        return bool(client.exists(f"{bells.QUEUE}:health-check"))


@contextlib.contextmanager
def _postgres(folder: Path) -> Iterator[dict[str, str]]:
    """A PostgreSQL 18 of our own with two empty databases; the settings that lead to them."""
    home, data = folder / "home", folder / "data"
    # PostgreSQL refuses to run as root; nobody is on every machine.
    user = "nobody" if os.getuid() == 0 else None
    for place in (home, data):
        place.mkdir(mode=0o700)
        if user:
            shutil.chown(place, user)
    uid = home.stat().st_uid if user else None
    programs = servers._reachable(servers._installed_postgres(), home, uid) / "bin"
    options = {**_POSTGRES_OPTIONS, "unix_socket_directories": str(home)}
    words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    with (folder / "postgres.log").open("wb") as log:
        subprocess.run(
            [programs / "initdb", "-D", data, "--username=postgres", "--auth=trust", *_LOCALE],
            stdout=log,
            stderr=log,
            cwd=home,
            user=user,
            check=True,
        )
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, *words],
            stdout=log,
            stderr=log,
            cwd=home,
            user=user,
        )
    try:
        postgres = servers.Postgres(home)
        ping = [str(programs / "pg_isready"), "-q", "-h", str(home)]
        servers._wait_until(
            lambda: server.poll() is not None or subprocess.run(ping).returncode == 0, "PostgreSQL"
        )
        postgres.make_roles()
        with postgres.databases() as (main, persons):
            yield {
                "RAPPORT_DATABASE_URL": postgres.url(main),
                "RAPPORT_KEYS_DATABASE_URL": postgres.url(persons),
                "RAPPORT_OWNER_DATABASE_URL": postgres.owner_url(main),
                "RAPPORT_KEYS_OWNER_DATABASE_URL": postgres.owner_url(persons),
            }
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
