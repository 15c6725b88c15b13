"""What tests share: real servers, fresh databases on both backends, the real samples.

`house` is the usual one: a started application on fresh, migrated databases, run once on SQLite and
once on PostgreSQL. `environ` is the same ground without the application, for tests that start
programs of their own; `bare_environ` has not even been migrated.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvloop
from argon2 import PasswordHasher

from kernel import anchors, bells, clock, database, keys, loading, log
from kernel import settings as kernel_settings
from kernel.seal import Sealer
from kernel.settings import PREFIX, Settings
from tenants import passwords
from tests import once, stored
from tests.logged import Logged, overhearing
from tests.servers import ROOT, Postgres, Redis, free_port, own_redis, shared_postgres
from tests.swept import Swept

_SHARED = ROOT.parent / "shared"
_HASHER = passwords._hasher


@dataclass(frozen=True)
class House:
    """A started application, and the environment for programs that are to run beside it."""

    settings: Settings
    backend: str
    environ: dict[str, str]


@pytest.fixture(scope="session", autouse=True)
def logged() -> Iterator[Logged]:
    """What this process logs, at DEBUG; when all is over, none of it may be what was sealed."""
    heard, seal = Logged(), Sealer.seal
    Sealer.seal = overhearing(seal, heard)  # type: ignore[method-assign]
    yield heard
    Sealer.seal = seal  # type: ignore[method-assign]
    assert heard.leaks() == []


@pytest.fixture(scope="session", autouse=True)
def _once() -> None:
    once.describe_models()
    once.read_types()
    once.read_statements()


@pytest.fixture(scope="session", autouse=True)
def _hashed_lightly() -> Iterator[None]:
    """Argon2id as in production, but with the least work it can be given, for people sign in to
    every other test. `heavy_hashes` has the real figures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def heavy_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as in production."""
    monkeypatch.setattr(passwords, "_hasher", _HASHER)


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """The database that the test runs on; who asks for it, or for what needs it, runs twice."""
    return str(request.param)


@pytest.fixture
def bare_environ(
    backend: str, redis_server: Redis, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[dict[str, str]]:
    """The environment of a fresh place: empty databases, no keys, a running and flushed Redis.

    It is whole: `subprocess.Popen(command, env=bare_environ)`, `settings.load(bare_environ)`.
    """
    environ = _environ(tmp_path / "var", redis_server)
    if backend == "sqlite":
        yield environ
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    with postgres.databases() as names:
        yield {**environ, **urls_of(postgres, names)}


@pytest.fixture
def environ(
    backend: str, redis_server: Redis, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[dict[str, str]]:
    """As `bare_environ`, with migrated databases."""
    environ = _environ(tmp_path / "var", redis_server)
    if backend == "sqlite":
        shutil.copytree(request.getfixturevalue("sqlite_template"), tmp_path / "var")
        yield environ
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    swept: Swept = request.getfixturevalue("swept")
    with swept.lent() as names:
        yield {**environ, **urls_of(postgres, names)}


@pytest.fixture
async def house(environ: dict[str, str], backend: str, logged: Logged) -> AsyncIterator[House]:
    """The application, started in this process; the clock is set right again afterwards."""
    settings = kernel_settings.load(environ)
    log.start("debug", "test", logged)
    try:
        await database.start(settings)
        keys.start(settings)
        anchors.start(settings)
        await bells.start(settings)
        yield House(settings, backend, environ)
    finally:
        await bells.stop()
        keys.stop()
        await database.stop()
        clock.reset()
        await stored.close()


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real material; the test is skipped where there is none."""
    folder = ROOT / (os.environ.get("RAPPORT_SAMPLES") or "../shared")
    if not folder.is_dir():
        pytest.skip(f"there is no folder {folder} (RAPPORT_SAMPLES)")
    return folder.resolve()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    """The Redis of this test process; a test may stop, start and flush it."""
    with own_redis() as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL 18 that all test processes share."""
    with shared_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(redis_server: Redis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with both databases migrated, to copy from."""
    folder = tmp_path_factory.mktemp("template") / "var"
    _migrate(_environ(folder, redis_server))
    (folder / "master.key").unlink(missing_ok=True)
    return folder


@pytest.fixture(scope="session")
def postgres_template(
    postgres: Postgres, redis_server: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """The names of two migrated databases (main, keys), to copy from."""
    with postgres.databases() as names:
        environ = _environ(tmp_path_factory.mktemp("template") / "var", redis_server)
        _migrate({**environ, **urls_of(postgres, names)})
        yield names


@pytest.fixture(scope="session")
def swept(postgres: Postgres, postgres_template: tuple[str, str]) -> Iterator[Swept]:
    """The pair of databases that the tests of this process take turns with."""
    pair = Swept(postgres, postgres_template)
    yield pair
    pair.close()


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests run on the loop that programs run on."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow ones first, so that no process is left with one when all others are done; then one
    database after the other, for models are described anew whenever it changes."""
    items.sort(
        key=lambda item: (
            item.get_closest_marker("slow") is None,
            _backend_of(item),
            str(item.path),
        )
    )


def _backend_of(item: pytest.Item) -> str:
    return str(getattr(item, "callspec", None) and item.callspec.params.get("backend", ""))


def pytest_configure() -> None:
    """Tests load what programs load, as they do."""
    loading.begin()


def pytest_collection_finish() -> None:
    """What was loaded stays: walking it again and again took a fifth of the whole run."""
    loading.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With CI=true, where ../shared is there, a `real_data` test has no excuse to skip."""
    report = yield
    no_excuse = os.environ.get("CI") == "true" and _SHARED.is_dir()
    if report.skipped and no_excuse and item.get_closest_marker("real_data"):
        report.outcome = "failed"
        report.longrepr = f"real_data was skipped although {_SHARED.name} is there: {call.excinfo}"
    return report


def pytest_xdist_auto_num_workers() -> int:
    """`-n auto`: a test process per core and two more, for many tests wait for other programs."""
    return len(os.sched_getaffinity(0)) + 2


def _environ(data: Path, redis_server: Redis) -> dict[str, str]:
    """The environment of this process, with RAPPORT_* of the test alone."""
    redis_server.start()
    redis_server.flush()
    kept = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
    return {
        **kept,
        "RAPPORT_DATA": str(data),
        "RAPPORT_REDIS_URL": redis_server.url,
        "RAPPORT_PORT": str(free_port()),
        "RAPPORT_DATABASE_POOL": "5",
    }


def urls_of(postgres: Postgres, names: tuple[str, str]) -> dict[str, str]:
    """The settings that lead to these two databases (main, keys)."""
    return {
        "RAPPORT_DATABASE_URL": postgres.url(names[0]),
        "RAPPORT_KEYS_DATABASE_URL": postgres.url(names[1]),
        "RAPPORT_OWNER_DATABASE_URL": postgres.owner_url(names[0]),
        "RAPPORT_KEYS_OWNER_DATABASE_URL": postgres.owner_url(names[1]),
    }


def _migrate(environ: dict[str, str]) -> None:
    # As everyone migrates: by the command, so that nothing of it stays in this process.
    subprocess.run([sys.executable, "-m", "kernel.migrate"], cwd=ROOT, env=environ, check=True)
