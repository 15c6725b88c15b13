"""Units of work: each runs as a task of its own, so that no cancellation can cut it in two.

A task cancelled while it enters a transaction leaks SQLite's lock or a pooled connection for good
(traps: Tortoise). Time-outs, shutdowns and websockets cancel all the time; here they wait.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import asyncpg
import structlog
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction


class RunAgain(Exception):
    """Raised inside a unit that met another one's fresh row: roll back and run the unit again."""


P = ParamSpec("P")
T = TypeVar("T")
Hook = Callable[[], Awaitable[None] | None]


@dataclass(slots=True)
class _Unit:
    before: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    after: list[Hook] = field(default_factory=list)


_unit: ContextVar[_Unit | None] = ContextVar("unit", default=None)
_sheltered: ContextVar[bool] = ContextVar("sheltered", default=False)
_log = structlog.get_logger("database")
_TRIES = 5


def unit_of_work(
    work: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """All that the function writes is committed together, or nothing; inside a unit it joins it.

    It may run again after a deadlock, so it must not touch the network or anything else outside.
    """

    @wraps(work)
    async def in_its_unit(*args: P.args, **kwargs: P.kwargs) -> T:
        if in_unit():
            return await work(*args, **kwargs)
        return await sheltered(_run(lambda: work(*args, **kwargs)))

    return in_its_unit


def in_unit() -> bool:
    """Whether a unit of work is open here."""
    return _unit.get() is not None


def before_commit(hook: Callable[[], Awaitable[None]]) -> bool:
    """Call the hook as the last of the open unit, once however often it asks; whether it is new."""
    unit = _unit.get()
    if unit is None:
        raise RuntimeError("no unit of work is open")
    is_new = hook not in unit.before
    if is_new:
        unit.before.append(hook)
    return is_new


def after_commit(hook: Hook) -> None:
    """Call the hook once the open unit has committed (at once where none is open)."""
    unit = _unit.get()
    if unit is not None:
        unit.after.append(hook)
    else:
        called = hook()
        if inspect.isawaitable(called):
            task = asyncio.ensure_future(called)
            _running.add(task)
            task.add_done_callback(_running.discard)


async def sheltered(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end even when the caller is cancelled; the cancellation is raised afterwards."""
    task = asyncio.create_task(_in_shelter(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:
                continue
        if not task.cancelled():
            task.exception()
        raise


def is_sheltered() -> bool:
    """Whether a cancellation can reach the statements of this task."""
    return _sheltered.get()


async def _in_shelter(work: Coroutine[Any, Any, T]) -> T:
    _sheltered.set(True)
    return await work


async def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    for attempt in range(1, _TRIES + 1):
        unit = _Unit()
        token = _unit.set(unit)
        try:
            async with in_transaction("default"):
                result = await work()
                for hook in unit.before:
                    await hook()
        except (RunAgain, asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
            if attempt == _TRIES:
                raise
            await asyncio.sleep(0.01 * attempt)
            continue
        finally:
            _unit.reset(token)
        await _call(unit.after)
        return result
    raise OperationalError("unreachable")


async def _call(hooks: list[Hook]) -> None:
    for hook in hooks:
        try:
            called = hook()
            if inspect.isawaitable(called):
                await called
        except Exception as error:  # the work is committed; a lost wake-up only delays
            _log.warning("after_commit_failed", error=type(error).__name__)


_running: set[asyncio.Future[None]] = set()
