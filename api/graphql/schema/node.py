"""Things with a global id, and how one is found by it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

import strawberry

from api.graphql.context import Context
from api.graphql.described import interface_type
from api.graphql.scalars import DateTime
from kernel import ids
from kernel.errors import Invalid
from kernel.ids import Id
from tenants import Permission


@interface_type
class Node:
    """A thing with a global id, by which `node` finds it again."""

    kind: ClassVar[str]

    row: strawberry.Private[Any]
    asked: strawberry.Private[Context]

    @strawberry.field(description="Its global id: opaque, and the same for ever.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(ids.show(self.kind, self.row["id"]))


def created_at() -> Any:
    """The field of things that know when they came to be."""

    def read(root: Any) -> DateTime:
        return DateTime(root.row["created_at"])

    return strawberry.field(resolver=read, description="When it came to be here.")


def updated_at() -> Any:
    """The field of things that know when they changed."""

    def read(root: Any) -> DateTime:
        return DateTime(root.row["updated_at"])

    return strawberry.field(resolver=read, description="When it was changed last.")


Find = Callable[[Context, list[Id]], Awaitable[Any]]


class Kinds:
    """Which kinds of ids `node` knows: who may see them, and how they are read."""

    def __init__(self) -> None:
        self._kinds: dict[str, tuple[Permission, Find]] = {}

    def add(self, kind: str, permission: Permission, find: Find) -> None:
        """Make a kind known."""
        self._kinds[kind] = permission, find

    def __contains__(self, kind: str) -> bool:
        """Whether there are things of this kind."""
        return kind in self._kinds

    async def find(self, asked: Context, texts: list[str]) -> list[Node | None]:
        """The things with these ids in their order; null for the absent, others' and forbidden.

        What is no id at all is null too: nothing tells one kind of absence from another.
        """
        wanted: dict[str, list[Id]] = {}
        places: list[tuple[str, Id] | None] = []
        for text in texts:
            place = self._place(asked, text)
            places.append(place)
            if place:
                wanted.setdefault(place[0], []).append(place[1])
        found: dict[tuple[str, Id], Node] = {}
        for kind, row_ids in wanted.items():
            rows = await asked.loader(self._kinds[kind][1]).many(row_ids)
            found |= {(kind, row_id): node for row_id, node in rows.items()}
        await asked.unseal.fetch()
        return [found.get(place) if place else None for place in places]

    def _place(self, asked: Context, text: str) -> tuple[str, Id] | None:
        try:
            kind, row_id = ids.read_any(text)
        except Invalid:
            return None
        if kind not in self._kinds or not asked.me.may(self._kinds[kind][0]):
            return None
        return kind, row_id


KINDS = Kinds()


def read_id(kind: str, text: str, *field: str) -> Id:
    """The row id of an id in an argument or input; Invalid naming that field."""
    try:
        return ids.read(kind, text)
    except Invalid as error:
        raise Invalid(error.message, code=error.code, field=field) from None
