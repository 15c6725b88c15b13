"""A cheap generator of HTTP load, in a process of its own: prebuilt requests, kept connections.

`python -m benchmarks.load PORT CONNECTIONS RATE FROM COUNT FILE` sends COUNT of the file's requests
from number FROM on. RATE 0 is a closed loop: each connection sends its next request when it has its
answer. Else the loop is open: requests leave by the clock, whatever the answers do, and a latency
counts from the moment at which the request was due. The result is one line of JSON.
"""

from __future__ import annotations

import asyncio
import gc
import mmap
import struct
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httptools
import orjson
import uvloop

from tests.servers import ROOT

_LENGTH = struct.Struct("<I")
_TICK = 0.001


@dataclass(frozen=True)
class Result:
    """What came back; times in milliseconds, `busy` is the share of a core the generator used."""

    answers: dict[str, int]
    seconds: float
    rate: float
    median: float
    p99: float
    longest: float
    late_sends: float
    busy: float


def write_requests(path: Path, requests: Iterable[bytes]) -> int:
    """Put prebuilt requests into a file for the generator; how many."""
    count = 0
    with path.open("wb") as file:
        for request in requests:
            file.write(_LENGTH.pack(len(request)) + request)
            count += 1
    return count


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The bytes of a POST request."""
    lines = [
        f"POST {path} HTTP/1.1",
        "host: localhost",
        "content-type: application/json",
        f"content-length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def start(
    port: int, path: Path, count: int, *, first: int = 0, connections: int = 256, rate: float = 0
) -> subprocess.Popen[bytes]:
    """A generator at work; `result` waits for its end."""
    words = [port, connections, rate, first, count, path]
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load", *map(str, words)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )


def result(generator: subprocess.Popen[bytes]) -> Result:
    """What a started generator has to tell, once it is done; every answer must have been a 200."""
    told, _ = generator.communicate()
    found = Result(**orjson.loads(told))
    if set(found.answers) != {"200"}:
        raise RuntimeError(f"not every answer was a 200: {found.answers}")
    return found


class _Generator:
    """The requests still to send, and what became of those that were sent."""

    def __init__(self, requests: list[bytes], rate: float) -> None:
        self.requests = requests
        self.rate = rate
        self.sent = 0
        self.due: deque[int] = deque()
        # In turns, so that none is idle for so long that the server closes it.
        self.idle: deque[_Connection] = deque()
        self.latencies: list[float] = []
        self.answers: Counter[str] = Counter()
        self.late = 0.0
        self.began = 0.0
        self.done = asyncio.get_running_loop().create_future()

    async def run(self, port: int, connections: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            _, connection = await loop.create_connection(
                lambda: _Connection(self), "127.0.0.1", port
            )
            self.idle.append(connection)
        self.began = time.perf_counter()
        if self.rate:
            self.send_what_is_due()
        else:
            for connection in self.idle:
                self.next(connection)
        await self.done

    def send_what_is_due(self) -> None:
        now = time.perf_counter()
        until = min(len(self.requests), int((now - self.began) * self.rate) + 1)
        for number in range(self.sent, until):
            self.late = max(self.late, now - self.due_at(number))
            if self.idle:
                self.idle.popleft().send(number, self.due_at(number))
            else:
                self.due.append(number)
        self.sent = until
        if until < len(self.requests):
            asyncio.get_running_loop().call_later(_TICK, self.send_what_is_due)

    def due_at(self, number: int) -> float:
        return self.began + number / self.rate

    def next(self, connection: _Connection) -> None:
        if self.rate:
            if self.due:
                number = self.due.popleft()
                connection.send(number, self.due_at(number))
            else:
                self.idle.append(connection)
        elif self.sent < len(self.requests):
            self.sent += 1
            connection.send(self.sent - 1, time.perf_counter())

    def answered(self, connection: _Connection, status: str, since: float) -> None:
        self.latencies.append(time.perf_counter() - since)
        self.answers[status] += 1
        if len(self.latencies) == len(self.requests):
            self.done.set_result(None)
        else:
            self.next(connection)

    def result(self) -> Result:
        seconds = time.perf_counter() - self.began
        ordered = sorted(self.latencies)
        return Result(
            answers=dict(self.answers),
            seconds=seconds,
            rate=len(ordered) / seconds,
            median=1000 * ordered[len(ordered) // 2],
            p99=1000 * ordered[int(len(ordered) * 0.99)],
            longest=1000 * ordered[-1],
            late_sends=1000 * self.late,
            busy=time.process_time() / seconds,
        )


class _Connection(asyncio.Protocol):
    """One kept connection, one request at a time."""

    def __init__(self, generator: _Generator) -> None:
        self._generator = generator
        self._parser = httptools.HttpResponseParser(self)
        self._since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._generator.done.done():
            self._generator.done.set_exception(error or ConnectionError("closed by the server"))

    def send(self, number: int, since: float) -> None:
        self._since = since
        self._transport.write(self._generator.requests[number])

    def on_message_complete(self) -> None:
        self._generator.answered(self, str(self._parser.get_status_code()), self._since)


def _read(path: Path, first: int, count: int) -> list[bytes]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        requests: list[bytes] = []
        place = 0
        while place < len(held) and len(requests) < first + count:
            (length,) = _LENGTH.unpack_from(held, place)
            place += _LENGTH.size
            requests.append(held[place : place + length] if len(requests) >= first else b"")
            place += length
    return requests[first:]


async def _generate(words: list[Any]) -> Result:
    port, connections, rate, first, count, path = words
    generator = _Generator(_read(Path(path), int(first), int(count)), float(rate))
    # Collecting garbage among many prebuilt requests would be mistaken for the server's slowness.
    gc.freeze()
    gc.disable()
    await generator.run(int(port), int(connections))
    return generator.result()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.stdout.write(orjson.dumps(runner.run(_generate(sys.argv[1:]))).decode() + "\n")
