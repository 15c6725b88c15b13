"""Programs of ours, forked from a process that has loaded what they need.

Tests start API, worker and commands three hundred times, and each start loads the same modules and
describes the same models for a second or two: a third of the whole run. Here that is done once for
each test process (the models again when the database changes). What is forked is a process of its
own (session, environment, output, signals, exit status) that runs its module as `python -m` would;
what only a start from nothing can show is for tests/scripts.

`python -m tests.launching FD` is that process; it ends with the test process at the other end.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache

from tortoise import Tortoise

from kernel import loading
from kernel.database.start import describe
from kernel.settings import PREFIX
from scripts.children import die_with_parent
from tests import once
from tests.servers import ROOT

_LOADED = ("api.app", "workers.running", "channels.simulator", "scripts.seed", "scripts.operating")
_LARGEST_ORDER = 200_000  # bytes; an environment has some thousand


class Launched:
    """A program that was started, as asyncio shows its own."""

    def __init__(self, pid: int, told: asyncio.StreamReader, line: asyncio.StreamWriter) -> None:
        self.pid = pid
        self._ending = asyncio.create_task(_status(told, line))

    @property
    def returncode(self) -> int | None:
        """Its exit status, or minus the signal that ended it; None while it runs."""
        return self._ending.result() if self._ending.done() else None

    async def wait(self) -> int:
        """Its exit status, once it has ended."""
        return await asyncio.shield(self._ending)

    def send_signal(self, number: int) -> None:
        """Send a signal, and do not wait."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)


async def launch(
    module: str, *arguments: str, environ: Mapping[str, str], output: int, errors: int
) -> Launched:
    """Start `python -m <module>`, its output going to two open files."""
    ours, theirs = socket.socketpair()
    with theirs:
        order = json.dumps([[module, *arguments], dict(environ)]).encode()
        socket.send_fds(_launcher()[1], [order], [theirs.fileno(), output, errors])
    told, line = await asyncio.open_connection(sock=ours)
    return Launched(int(await told.readline()), told, line)


async def finish(
    module: str, *arguments: str, environ: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run `python -m <module>` to its end: its exit status, and what it said."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        files = {"output": output.fileno(), "errors": errors.fileno()}
        program = await launch(module, *arguments, environ=environ, **files)
        status = await program.wait()
        output.seek(0)
        errors.seek(0)
        said = output.read(), errors.read()
    return subprocess.CompletedProcess((module, *arguments), status, *said)


async def _status(told: asyncio.StreamReader, line: asyncio.StreamWriter) -> int:
    status = int(await told.readline())
    line.close()
    return status


@cache
def _launcher() -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    kept = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
    with theirs:
        command = [sys.executable, "-m", "tests.launching", str(theirs.fileno())]
        process = subprocess.Popen(command, cwd=ROOT, env=kept, pass_fds=[theirs.fileno()])
    return process, ours


def _serve(orders: socket.socket) -> None:
    """Fork for every order; returns at the end, or, in a program, when that is done."""
    loading.begin()
    for name in _LOADED:
        importlib.import_module(name)
    once.describe_models()
    die_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who attends to a program is not waited for
    while True:
        order, files, *_ = socket.recv_fds(orders, _LARGEST_ORDER, 3)
        if not order:
            return None
        command, environ = json.loads(order)
        asyncio.run(_describe(environ.get("RAPPORT_DATABASE_URL", "sqlite")))
        loading.end()
        if os.fork() == 0:
            orders.close()
            return _attend(command, environ, *files)
        for one in files:
            os.close(one)


async def _describe(url: str) -> None:
    nowhere = {"engine": "kernel.database.sqlite", "credentials": {"file_path": ":memory:"}}
    if url.startswith("postgresql"):
        nowhere = {"engine": "kernel.database.postgresql", "credentials": {}}
    await describe({"default": nowhere, "keys": nowhere})
    await Tortoise.close_connections()


def _attend(
    command: list[str], environ: dict[str, str], line: int, output: int, errors: int
) -> None:
    """Fork the program and tell its pid, and its status at the end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    die_with_parent()
    pid = os.fork()
    if pid == 0:
        os.close(line)
        return _become(command, environ, output, errors)
    os.close(output)
    os.close(errors)
    with suppress(BrokenPipeError), socket.socket(fileno=line) as test:
        test.sendall(f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        test.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(command: list[str], environ: dict[str, str], output: int, errors: int) -> None:
    os.setsid()
    die_with_parent()
    os.dup2(output, sys.stdout.fileno())
    os.dup2(errors, sys.stderr.fileno())
    os.environ.clear()
    os.environ.update(environ)
    module, *_ = sys.argv[:] = command
    sys.modules.pop(module, None)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
