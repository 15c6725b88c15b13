"""`python -m tests.erasure.mortals SECONDS`: workers that erase, each killed at a step of its own.

One after another is forked from this process, which has loaded everything and has nothing open, and
works off what is due. Whoever comes to a step at which none has died yet has done it and written it
down, and gets SIGKILL before the commit. Each lives a minute after the one before, so that the
leases of the dead are over; the first so many seconds from now. Told on standard output are the
steps at which they died; the last one ends by itself, with nothing left to do.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Collection
from typing import Any

from tortoise.apps import Apps

import channels
import imports
import privacy
from kernel import anchors, bells, clock, database, keys, log, settings
from privacy import erasing
from workers import jobs

_RECEIPT = "receipt"


def main() -> int:
    """Exit status of the one who was not killed."""
    moved, died = int(sys.argv[1]) * clock.SECOND, list[str]()
    asyncio.run(_load())
    while True:
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            asyncio.run(_live(moved, died, writer))
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as told:
            step = told.read()
        _, status = os.waitpid(child, 0)
        if not step:
            return os.waitstatus_to_exitcode(status)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
        died.append(step)
        moved += erasing.LEASE + clock.SECOND
        print(step, flush=True)


async def _load() -> None:
    """The models are made ready once for all; nearly all that a start costs."""
    await database.start(settings.load())
    await database.stop()
    Apps._build_initial_querysets = lambda _apps: None  # type: ignore[method-assign]
    gc.freeze()  # nor does anybody collect what was loaded


async def _live(moved: int, died: Collection[str], writer: int) -> None:
    page = settings.load()
    clock.move(moved)
    log.start("debug", "worker")
    _die_where_nobody_did(died, writer)
    await database.start(page)
    keys.start(page)
    anchors.start(page)
    imports.start(page)
    privacy.start(page)
    await bells.start(page)
    await channels.start(page)
    await jobs.erasures({})
    await channels.stop()
    await bells.stop()
    keys.stop()
    await database.stop()


def _die_where_nobody_did(died: Collection[str], writer: int) -> None:
    note_steps, sign = erasing.note_steps, erasing.sign_receipt

    def die(step: str) -> None:
        if step not in died:
            os.write(writer, step.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    async def note(erasure_id: str, went: dict[str, int]) -> None:
        await note_steps(erasure_id, went)
        (step,) = went
        die(step)

    def signed(*told: Any) -> tuple[str, str]:
        die(_RECEIPT)
        return sign(*told)

    patched: dict[str, Callable[..., Any]] = {"note_steps": note, "sign_receipt": signed}
    for name, instead in patched.items():
        setattr(erasing, name, instead)


if __name__ == "__main__":
    sys.exit(main())
