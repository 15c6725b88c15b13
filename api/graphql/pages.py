"""Pages of lists that can grow: Relay connections over keyset cursors.

A cursor is a sealed place in one list: it opens only for its tenant, under the same filter and
order, so that nobody can read or forge one, and none leads astray.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, Protocol, TypeVar

import orjson
import strawberry

from api.graphql.described import object_type
from kernel import keys
from kernel.errors import Invalid
from kernel.ids import Id
from kernel.seal import Unopenable

T = TypeVar("T")
Direction = Literal["ASC", "DESC"]
Place = tuple[Any, ...]

LARGEST = 200
_USUAL = 20
_PLACE = "cursor"

First = Annotated[
    int | None,
    strawberry.argument(
        description="How many from the start, or behind `after`: 1 to 200. Without `last`, 20."
    ),
]
After = Annotated[
    str | None, strawberry.argument(description="Begin behind this cursor; goes with `first`.")
]
Last = Annotated[
    int | None,
    strawberry.argument(description="How many from the end, or ahead of `before`: 1 to 200."),
]
Before = Annotated[
    str | None, strawberry.argument(description="End ahead of this cursor; goes with `last`.")
]


@dataclass(frozen=True, slots=True)
class PageArgs:
    """Which part of a list is wanted; Invalid names the argument that is wrong."""

    size: int
    is_backward: bool
    cursor: str | None

    @classmethod
    def read(
        cls, first: int | None, after: str | None, last: int | None, before: str | None
    ) -> PageArgs:
        """The part that these arguments of a connection ask for."""
        for name, size in (("first", first), ("last", last)):
            if size is not None and not 1 <= size <= LARGEST:
                raise _wrong(f"{name} must be 1 to {LARGEST}; it is {size}.", name)
        if first is not None and last is not None:
            raise _wrong("Ask for first or for last, not for both.", "last")
        if last is None and before is not None:
            raise _wrong("before goes with last.", "before")
        if last is not None and after is not None:
            raise _wrong("after goes with first.", "after")
        if last is not None:
            return cls(last, True, before)
        return cls(first or _USUAL, False, after)

    @property
    def cursor_name(self) -> str:
        """The argument that the cursor came in."""
        return "before" if self.is_backward else "after"


class PageList:
    """One list: its name, order and filter, which its cursors are bound to."""

    __slots__ = ("_binding",)

    def __init__(self, name: str, *bound_to: object) -> None:
        digest = hashlib.sha256(repr(bound_to).encode()).hexdigest()[:32]
        self._binding = f"{name}:{digest}"

    def seal(self, place: Place) -> str:
        """The cursor of a place."""
        sealed = keys.house().seal(_PLACE, self._binding, orjson.dumps(place))
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, cursor: str, field: str) -> Place:
        """The place of a cursor of this list; Invalid naming the argument for any other text."""
        try:
            sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            return tuple(orjson.loads(keys.house().open(_PLACE, self._binding, sealed)))
        except (Unopenable, ValueError):
            raise _wrong(
                f"{field} is no cursor of this list: a cursor holds for one filter and order.",
                field,
            ) from None


@object_type
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool = strawberry.field(description="Whether the list goes on behind the page.")
    has_previous_page: bool = strawberry.field(
        description="Whether the list has something ahead of the page."
    )
    start_cursor: str | None = strawberry.field(description="The cursor of the page's first.")
    end_cursor: str | None = strawberry.field(description="The cursor of the page's last.")


@object_type
class Edge(Generic[T]):
    """One thing in a list, with its place there."""

    node: T = strawberry.field(description="The thing itself.")
    in_list: strawberry.Private[PageList]
    place: strawberry.Private[Place]

    @strawberry.field(description="Its place in the list, to go on from: opaque.")
    def cursor(self) -> str:
        return self.in_list.seal(self.place)


@object_type
class Connection(Generic[T]):
    """A page of a list."""

    nodes: list[T] = strawberry.field(description="The things on this page, in order.")
    in_list: strawberry.Private[PageList]
    places: strawberry.Private[Sequence[Place]]
    has_next: strawberry.Private[bool]
    has_previous: strawberry.Private[bool]
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="The things on this page with their cursors, in order.")
    def edges(self) -> list[Edge[T]]:
        return [
            Edge(node=node, in_list=self.in_list, place=place)
            for node, place in zip(self.nodes, self.places, strict=True)
        ]

    @strawberry.field(description="Where this page stands.")
    def page_info(self) -> PageInfo:
        return PageInfo(
            has_next_page=self.has_next,
            has_previous_page=self.has_previous,
            start_cursor=self.in_list.seal(self.places[0]) if self.places else None,
            end_cursor=self.in_list.seal(self.places[-1]) if self.places else None,
        )

    @strawberry.field(description="How many the whole list has; counted only when asked for.")
    async def total_count(self) -> int | None:
        return await self.count()


R = TypeVar("R")
Read = Callable[[Direction, Place | None, int], Awaitable[Sequence[R]]]


async def read_page(
    args: PageArgs,
    in_list: PageList,
    order: Direction,
    read: Read[R],
    place_of: Callable[[R], Place],
    count: Callable[[], Awaitable[int]],
    make: Callable[[Sequence[R]], list[T]],
) -> Connection[T]:
    """A page: `read` brings rows in a direction beyond a place, `make` turns them into nodes."""
    beyond = in_list.open(args.cursor, args.cursor_name) if args.cursor is not None else None
    direction = order if not args.is_backward else turned(order)
    rows = list(await read(direction, beyond, args.size + 1))
    return connection(args, in_list, rows, place_of, count, make)


class HasId(Protocol):
    """A row with an id; ids grow with time."""

    @property
    def id(self) -> Id:
        """Its row id."""


Whole = TypeVar("Whole", bound=HasId)


async def page_of_all(
    name: str, rows: Sequence[Whole], args: PageArgs, make: Callable[[Sequence[Whole]], list[T]]
) -> Connection[T]:
    """A page of a short list that was read as a whole, in the order of its ids."""

    async def read(direction: Direction, beyond: Place | None, limit: int) -> Sequence[Whole]:
        ordered = rows if direction == "ASC" else rows[::-1]
        if beyond is not None:
            ordered = [row for row in ordered if (row.id > beyond[0]) == (direction == "ASC")]
            ordered = [row for row in ordered if row.id != beyond[0]]
        return ordered[:limit]

    async def count() -> int:
        return len(rows)

    return await read_page(args, PageList(name), "ASC", read, lambda row: (row.id,), count, make)


def connection(
    args: PageArgs,
    in_list: PageList,
    rows: list[R],
    place_of: Callable[[R], Place],
    count: Callable[[], Awaitable[int]],
    make: Callable[[Sequence[R]], list[T]],
) -> Connection[T]:
    """The page of rows as they were read: in the direction asked, one more than wanted if there."""
    goes_on = len(rows) > args.size
    rows = rows[: args.size]
    if args.is_backward:
        rows.reverse()
    came_from = args.cursor is not None
    return Connection(
        nodes=make(rows),
        in_list=in_list,
        places=[place_of(row) for row in rows],
        has_next=came_from if args.is_backward else goes_on,
        has_previous=goes_on if args.is_backward else came_from,
        count=count,
    )


def turned(order: Direction) -> Direction:
    """The other direction."""
    return "ASC" if order == "DESC" else "DESC"


def _wrong(message: str, field: str) -> Invalid:
    return Invalid(message, code="BAD_USER_INPUT", field=(field,))
