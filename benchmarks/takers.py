"""Who takes messages: the simulator in its fast mode, as a program, over TLS or not."""

from __future__ import annotations

import socket
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from benchmarks import ground
from benchmarks.ground import Ground
from tests import servers


@dataclass(frozen=True)
class Taker:
    """A running platform; `ground` is one whose messages go to it."""

    ground: Ground

    @property
    def url(self) -> str:
        """Its root."""
        return self.ground.settings.graph_url

    def begin_anew(self) -> None:
        """Forget what was counted."""
        self._ask("/control/reset", b"{}")
        self._ask("/control/settings", b'{"bare": true}')

    def counts(self) -> dict[str, Any]:
        """What it has counted."""
        return self._ask("/control/counts")

    def _ask(self, path: str, body: bytes | None = None) -> dict[str, Any]:
        trusted = self.ground.settings.graph_ca
        asked = urllib.request.Request(  # noqa: S310 (the bench's own)
            self.url + path, body, {"content-type": "application/json"}
        )
        context = ssl.create_default_context(cafile=trusted) if trusted else None
        with urllib.request.urlopen(asked, context=context) as answer:  # noqa: S310 (the bench's own)
            found: dict[str, Any] = orjson.loads(answer.read())
            return found


@contextmanager
def taker(laid: Ground, *, tls: bool) -> Iterator[Taker]:
    """A platform that takes everything at once, for as long as the block runs."""
    port = servers.free_port()
    trusted = laid.settings.data / f"{port}.pem"
    place = laid.given(RAPPORT_SIMULATOR_PORT=str(port))
    with ground.program(place, "channels.simulator", *(["--tls", str(trusted)] * tls)) as running:
        running.wait_until(lambda: _takes(port))
        there = Taker(
            laid.given(
                RAPPORT_GRAPH_URL=f"{'https' if tls else 'http'}://127.0.0.1:{port}",
                RAPPORT_GRAPH_HOSTS="127.0.0.1",
                RAPPORT_GRAPH_CA=str(trusted) if tls else "",
            )
        )
        there.begin_anew()
        yield there


def _takes(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False
