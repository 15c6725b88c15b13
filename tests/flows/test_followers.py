"""Who reads the outbox is led to its end by the worker's own jobs."""

from __future__ import annotations

import ast
import asyncio
import importlib
from collections.abc import Iterator

from kernel import events
from tests import stored
from tests.flows.market import Market
from tests.house import sources
from tests.servers import ROOT
from workers import jobs


async def test_every_reader_is_followed(market_here: Market) -> None:
    market_here.hears("p0", "Good morning!")
    await jobs.deliveries({})
    newest, readers = await events.newest(), dict.fromkeys(_readers())
    for _ in range(100):  # what others have open on PostgreSQL holds readers back for a moment
        await jobs.outbox({})
        rows = await stored.rows("SELECT name, position, event_id FROM reader")
        readers |= {row["name"]: (row["position"], row["event_id"]) for row in rows}
        if all(place is not None and place >= newest for place in readers.values()):
            break
        await asyncio.sleep(0.02)
    assert [name for name, place in readers.items() if place is None or place < newest] == []


def _readers() -> Iterator[str]:
    """The names under which rooms follow the outbox."""
    for path in sources.python_files():
        for node in ast.walk(sources.tree(path)):
            if isinstance(node, ast.Call) and sources.called(node) == "events.follow":
                module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                yield getattr(importlib.import_module(module), ast.unparse(node.args[0]))
