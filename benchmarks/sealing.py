"""`scripts/bench sealing`: the inbox page of `scripts/bench inbox`, sealed and unsealed (F50).

Two grounds are filled with the same people and messages, and asked in turns. Compared is the
processor time of the API, which stays the same beside whatever else the machine does.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from functools import partial
from itertools import repeat
from statistics import median

import orjson

import tenants
from benchmarks import figures, ground, inbox, load, stage, unsealed
from benchmarks.figures import Figure, tell
from benchmarks.ground import Ground
from kernel import tenancy
from kernel.seal import Sealer

_ROUNDS, _EACH, _CONNECTIONS = 6, 60, 4
_PROGRAMS = {"sealed": "api", "unsealed": "benchmarks.unsealed"}


async def measure(backend: str) -> list[Figure]:
    """What a page costs more because it is sealed, on this database."""
    with ExitStack() as stack:
        grounds = {name: stack.enter_context(ground.laid(backend)) for name in _PROGRAMS}
        tokens = {name: await _fill(name, laid) for name, laid in grounds.items()}
        spent = await _in_turns(stack, grounds, tokens)
    sealed, bare = median(spent["sealed"]), median(spent["unsealed"])
    return [
        Figure("inbox page unsealed, ms of processor", f"{bare:.1f}"),
        Figure("inbox page sealed, ms of processor", f"{sealed:.1f}"),
        Figure("inbox page, sealed over unsealed", f"{100 * (sealed / bare - 1):+.0f} %", "≤ 30 %"),
    ]


async def _fill(name: str, laid: Ground) -> str:
    """Fill the ground, as this program would; the token of who asks."""
    before = Sealer.seal, Sealer.open, unsealed.keys.of
    if name == "unsealed":
        unsealed.unseal()
    try:
        async with ground.inside(laid):
            business = await stage.settle_in()
            await inbox.fill(business)
            with tenancy.acting_for(business.tenant_id):
                return await tenants.issue(business.owner_id)
    finally:
        Sealer.seal, Sealer.open, unsealed.keys.of = before  # type: ignore[method-assign,assignment]


async def _in_turns(
    stack: ExitStack, grounds: dict[str, Ground], tokens: dict[str, str]
) -> dict[str, list[float]]:
    """Milliseconds of processor time a page, in each turn."""
    body = orjson.dumps({"query": inbox.QUERY})
    spent: dict[str, list[float]] = {name: [] for name in grounds}
    programs, sizes = {}, set()
    for name, laid in grounds.items():
        running = stack.enter_context(ground.program(laid, _PROGRAMS[name]))
        running.wait_until(partial(ground.listens, laid))
        programs[name] = running
        headers = {"authorization": f"Bearer {tokens[name]}"}
        sizes.add(len(await asyncio.to_thread(inbox.ask, laid, "/graphql", body, headers)))
        request = load.post("/graphql", body, headers)
        load.write_requests(laid.settings.data / "requests", repeat(request, _EACH))
    if len(sizes) != 1:
        raise RuntimeError("the two pages do not show the same")
    for turn in range(_ROUNDS + 1):
        for name, laid in grounds.items():
            before = programs[name].worked()
            generator = load.start(
                laid.settings.port,
                laid.settings.data / "requests",
                _EACH,
                connections=_CONNECTIONS,
            )
            found = await asyncio.to_thread(load.result, generator)
            page = 1000 * (programs[name].worked() - before) / _EACH
            tell(f"{name}: {page:.1f} ms a page, {found.rate:.1f} a second")
            if turn:  # the first turn warms up
                spent[name].append(page)
    return spent


if __name__ == "__main__":
    figures.show(measure)
