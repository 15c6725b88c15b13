"""Tags on contacts."""

from __future__ import annotations

from collections.abc import Mapping

import strawberry

import contacts as room
from api.graphql.context import Context
from api.graphql.described import object_type
from api.graphql.scalars import DateTime
from api.graphql.schema.node import KINDS, Node, created_at
from kernel.ids import Id
from tenants import Permission


@object_type
class Tag(Node):
    """A word that colleagues put on contacts."""

    kind = "tag"
    row: strawberry.Private[room.TagRow]
    created_at: DateTime = created_at()

    @strawberry.field(description="The word.")
    def name(self) -> str:
        return self.row["name"]


async def load_tags(asked: Context, ids: list[Id]) -> Mapping[Id, Tag]:
    """Tags by their ids."""
    rows = await room.tags_by_ids(ids)
    return {row_id: Tag(row=row, asked=asked) for row_id, row in rows.items()}


async def load_tags_of(asked: Context, ids: list[Id]) -> Mapping[Id, list[Tag]]:
    """The tags of contacts, by contact."""
    rows = await room.tags_of(ids)
    return {
        contact_id: [Tag(row=row, asked=asked) for row in rows.get(contact_id, ())]
        for contact_id in ids
    }


async def all_tags(asked: Context) -> list[Tag]:
    """All tags of the tenant, by name."""
    return [Tag(row=row, asked=asked) for row in await room.list_tags()]


KINDS.add("tag", Permission.CONTACTS_READ, load_tags)
