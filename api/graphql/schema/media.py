"""Files of messages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import strawberry

import channels as room
from api.graphql.context import Context
from api.graphql.described import enum_type, object_type
from api.graphql.scalars import URL, DateTime
from kernel import ids
from kernel.ids import Id


@enum_type
class MediaState(Enum):
    """Whether the file is here."""

    WANTED = strawberry.enum_value("wanted", description="It is being fetched.")
    STORED = strawberry.enum_value("stored", description="It is here, checked and sealed.")
    REFUSED = strawberry.enum_value("refused", description="It must not be kept.")
    GONE = strawberry.enum_value("gone", description="The platform does not have it any more.")


@object_type
class Media:
    """A file of a message."""

    row: strawberry.Private[room.MediaRow]

    @strawberry.field(description="Its id: opaque.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(ids.show("media", self.row["id"]))

    @strawberry.field(description="Its MIME type, as the platform told it.")
    def mime_type(self) -> str:
        return self.row["mime"]

    @strawberry.field(description="Its size in bytes, once it is here.")
    def size(self) -> int | None:
        return self.row["size"]

    @strawberry.field(description="Whether it is here.")
    def state(self) -> MediaState:
        return MediaState(self.row["state"])

    @strawberry.field(description="Why it is not here, as a code.")
    def trouble(self) -> str | None:
        return self.row["trouble"]

    @strawberry.field(
        description="Where it is fetched, with the same Authorization header and the permission "
        "contacts:personal; null until it is here."
    )
    def url(self) -> URL | None:
        return URL(f"/media/{self.id()}") if self.row["state"] == "stored" else None

    @strawberry.field(description="When its message came.")
    def created_at(self) -> DateTime:
        return DateTime(self.row["created_at"])


async def load_media_of(_asked: Context, ids: list[Id]) -> Mapping[Id, Media]:
    """The file of messages, by message; where there are several, the first."""
    found = await room.media_of(ids)
    return {message_id: Media(row=rows[0]) for message_id, rows in found.items()}


async def load_media(_asked: Context, ids: list[Id]) -> Mapping[Id, Media]:
    """Files by their ids."""
    return {media_id: Media(row=row) for media_id, row in (await room.media_by_ids(ids)).items()}
