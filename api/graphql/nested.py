"""Lists that every thing of a kind has one of: a contact's threads, a thread's messages.

Where they begin or end is read for all the things of a page in one statement, and so is how long
they are; only going on from a cursor, which is bound to one list, reads that list alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar, cast

from api.graphql.context import Context
from api.graphql.pages import (
    After,
    Before,
    Connection,
    Direction,
    First,
    Last,
    PageArgs,
    PageList,
    Place,
    connection,
    read_page,
    turned,
)
from kernel.ids import Id

R = TypeVar("R")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Nested(Generic[R, T]):
    """One such list of a kind of things: how it is called, ordered, read and shown."""

    name: str
    order: Direction
    # So many rows of each of these things' lists from one end, in that direction.
    read_ends: Callable[[list[Id], Direction, int], Awaitable[Mapping[Id, list[R]]]]
    # So many rows of one thing's list beyond a place.
    read_beyond: Callable[[Id, Direction, Any, int], Awaitable[list[R]]]
    count: Callable[[list[Id]], Awaitable[Mapping[Id, int]]]
    place_of: Callable[[R], Place]
    make: Callable[[Context, Sequence[R]], list[T]]

    def page(
        self, asked: Context, of: Id, first: First, after: After, last: Last, before: Before
    ) -> Connection[T]:
        """A page of a thing's list. As with a loader's `get`, perhaps an awaitable of it."""
        args = PageArgs.read(first, after, last, before)
        if args.cursor is None:
            return cast(Connection[T], asked.loader(self.load_ends).get((of, args)))
        return cast(Connection[T], self._page_beyond(asked, of, args))

    async def load_ends(
        self, asked: Context, wanted: list[tuple[Id, PageArgs]]
    ) -> Mapping[tuple[Id, PageArgs], Connection[T]]:
        """The first or last pages of things' lists, by thing and page."""
        pages: dict[tuple[Id, PageArgs], Connection[T]] = {}
        for args in {args for _, args in wanted}:
            ids = [of for of, of_args in wanted if of_args == args]
            direction = turned(self.order) if args.is_backward else self.order
            found = await self.read_ends(ids, direction, args.size + 1)
            for of in ids:
                pages[of, args] = connection(
                    args,
                    PageList(self.name, of),
                    found.get(of, []),
                    self.place_of,
                    partial(self._count_of, asked, of),
                    partial(self.make, asked),
                )
        return pages

    async def _page_beyond(self, asked: Context, of: Id, args: PageArgs) -> Connection[T]:
        page = await read_page(
            args,
            PageList(self.name, of),
            self.order,
            partial(self.read_beyond, of),
            self.place_of,
            partial(self._count_of, asked, of),
            partial(self.make, asked),
        )
        await asked.unseal.fetch()
        return page

    async def _count_of(self, asked: Context, of: Id) -> int:
        return await asked.loader(self._load_counts).one(of) or 0

    async def _load_counts(self, _asked: Context, ids: list[Id]) -> Mapping[Id, int]:
        return await self.count(ids)
