"""A simulator in this process: for tests, and inside of the program of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from channels.simulator import acts, control, shapes, tls, town_document
from channels.simulator.app import App
from channels.simulator.records import Message
from channels.simulator.server import Connections, Server
from channels.simulator.settings import Settings
from channels.simulator.shapes import Json
from channels.simulator.world import World
from kernel.clock import SECOND

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 (not bound here, only understood)


class Simulator:
    """A simulator that listens at `url`; its methods do what the control API does."""

    def __init__(self, world: World, server: Server, root: str) -> None:
        self.world = world
        self._server = server
        self._root = root

    @property
    def url(self) -> str:
        """The root of the platform's API, of the control API and of the page."""
        return f"{self._root}:{self._server.port}"

    def settle(self, document: Json) -> Json:
        """Add to the town what the document names (POST /control/town)."""
        return town_document.settle(self.world, document)

    def reset(self) -> None:
        """An empty town, settings as at the start."""
        self.world.reset()

    def set(self, **changed: Any) -> None:
        """Change settings: `sim.set(statuses={"loss": 1.0}, latency=0.1)`."""
        control.settings(self.world, changed)

    def act(self, person: str, act: str, number: str | None = None, **details: Any) -> Json:
        """Let a person do something; {"wamid": ...} when it is a message."""
        given: Json = {"act": act, **details}
        if number is not None:
            given["number"] = number
        return acts.act(self.world, person, given)

    def fault(self, kind: str, **details: Any) -> None:
        """Let something go wrong with the next requests."""
        control.order_fault(self.world, {"kind": kind, **details})

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        self.world.faults.ordered.clear()

    def move(self, seconds: float) -> None:
        """Put the clock forward; what falls due on the way is done at its own moment."""
        self.world.clock.move(int(seconds * SECOND))

    def freeze(self) -> None:
        """Let the clock stand still until it is moved."""
        self.world.clock.set_speed(0)

    def accepted(self, *, callback_data: str | None = None) -> list[Message]:
        """The accepted messages of the business, in the order of acceptance."""
        return [
            one
            for one in self.world.town.messages.values()
            if one.outgoing and callback_data in (None, one.callback_data)
        ]

    def counts(self) -> Json:
        """Everything that was counted."""
        return control.counts(self.world)

    def deliveries(self) -> Json:
        """How long receivers of webhooks took, and what became of the posts."""
        return self.world.outbox.measured()

    def change_template(self, template_id: str, **given: Any) -> Json:
        """A verdict, quality, pause, category or pacing of a template."""
        return control.change_template(self.world, template_id, given)

    def change_number(self, number_id: str, **given: Any) -> Json:
        """Other fields of a number."""
        return control.change_number(self.world, number_id, given)

    def change_waba(self, waba_id: str, **given: Any) -> Json:
        """Other fields of an account."""
        return control.change_waba(self.world, waba_id, given)

    async def settled(self, within: float = 5.0) -> bool:
        """Wait until every update that is due went out or failed."""
        return await self.world.settled(within)


@asynccontextmanager
async def running(
    settings: Json | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    trusted: Path | None = None,
) -> AsyncIterator[Simulator]:
    """A simulator for as long as the block runs, on a free port unless one is named.

    `settings` as in POST /control/settings. With `trusted` it speaks TLS alone; this file then
    holds the certificate that its clients have to trust. It shares the house's clock:
    `kernel.clock.move` moves both, `move` the simulator alone.
    """
    chosen = shapes.read_into(Settings(), settings or {}, ("settings",))
    world = World(chosen)
    connections = Connections()
    server = Server(App(world, connections), connections)
    shown = "127.0.0.1" if host in _EVERYWHERE else host
    await server.start(host, port, tls.serving(shown, trusted) if trusted else None)
    root = f"{'https' if trusted else 'http'}://{f'[{shown}]' if ':' in shown else shown}"
    simulator = Simulator(world, server, root)
    world.base_url = simulator.url
    await world.start()
    try:
        yield simulator
    finally:
        await world.stop()
        await server.stop()
