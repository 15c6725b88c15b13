"""Long work as its subscribers see it: told anew whenever it has moved, until it is over."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from api.graphql.context import Context
from kernel import bells, events
from kernel.errors import NotFound
from kernel.ids import Id

# A subscriber hears of progress after so many seconds at the latest.
_PATIENCE = 0.5


class Lasting(Protocol):
    """Something with a row that says when it changed and when it ended."""

    row: Any


T = TypeVar("T", bound=Lasting)


async def _as_written(work: Lasting) -> object:
    return work.row["updated_at"]


async def until_over(
    asked: Context,
    kind: str,
    row_id: Id,
    load: Callable[[Context, list[Id]], Awaitable[Mapping[Id, T]]],
    state: Callable[[T], Awaitable[object]] = _as_written,
) -> AsyncGenerator[T, None]:
    """The work each time that its state is another, the last time when it is over; NotFound."""
    seen: object = None
    while True:
        asked.begin_anew()
        work = (await load(asked, [row_id])).get(row_id)
        if work is None:
            raise NotFound(f"There is no such {kind}.", field=("id",))
        if (found := await state(work)) != seen:
            seen = found
            yield work
        if work.row["finished_at"] is not None:
            return
        await bells.wait(events.BELL, _PATIENCE)
