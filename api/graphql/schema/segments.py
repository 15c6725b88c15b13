"""Segments: who belongs together by a rule, since when, and why (F36)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, cast

import orjson
import strawberry

import contacts as people
import segments as room
from api.graphql.context import Context, Info
from api.graphql.described import object_type
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
    read_page,
)
from api.graphql.permissions import requires
from api.graphql.scalars import JSON, DateTime, when
from api.graphql.schema.contacts import Contact, load_contacts, make_contacts
from api.graphql.schema.node import KINDS, Node, created_at, read_id, updated_at
from api.graphql.schema.people import Person, load_people
from api.graphql.schema.segment_inputs import SegmentRule, plain
from kernel.ids import Id
from tenants import Permission

_READ = Permission.SEGMENTS_READ
_SAMPLES = 5
IdArg = Annotated[strawberry.ID, strawberry.argument(description="Its global id.")]


@object_type
class SegmentReason:
    """A condition that decides."""

    reason: strawberry.Private[room.Reason]

    @strawberry.field(
        description="Where it stands in the rule, with those of other segments put in: "
        "rule.all.1.orders."
    )
    def path(self) -> str:
        return ".".join(self.reason.path)

    @strawberry.field(description="What it asks about: orders, tags, country, …")
    def condition(self) -> str:
        return self.reason.path[-1]

    @strawberry.field(
        description="What was found of the contact: the value, the state, or how many; null where "
        "nothing is known."
    )
    def found(self) -> str | None:
        return None if self.reason.found is None else str(self.reason.found)

    @strawberry.field(description="Whether it holds.")
    def holds(self) -> bool:
        return self.reason.holds


@object_type
class SegmentExplanation:
    """Why a contact belongs to a segment, or does not, by its rule as it is now."""

    belongs: bool = strawberry.field(description="Whether the rule holds for the contact.")
    deciding: list[SegmentReason] = strawberry.field(
        description="What decides: the fewest conditions that, were each of them otherwise, would "
        "make the answer another."
    )


@object_type
class SegmentStay:
    """A contact in a segment, from a time to another."""

    stay: strawberry.Private[room.Stay]
    asked: strawberry.Private[Context]

    @strawberry.field(description="Who.", directives=[requires(Permission.CONTACTS_READ)])
    def contact(self) -> Contact:
        return cast(Contact, self.asked.loader(load_contacts).get(self.stay["contact_id"]))

    @strawberry.field(description="Since when.")
    def entered_at(self) -> DateTime:
        return DateTime(self.stay["entered_at"])

    @strawberry.field(description="Until when; null for those who are members now.")
    def left_at(self) -> DateTime | None:
        return when(self.stay["left_at"])


@object_type
class Segment(Node):
    """Contacts who belong together by a rule, kept current as things happen and as time passes."""

    kind = "segment"
    row: strawberry.Private[room.SegmentRow]
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(description="What colleagues call it.")
    def name(self) -> str:
        return self.row["name"]

    @strawberry.field(description="The name of those that come with the house; null for others.")
    def code(self) -> str | None:
        return self.row["code"]

    @strawberry.field(description="The rule, as segmentCreate takes it, in JSON.")
    def rule(self) -> JSON:
        return JSON(orjson.loads(self.row["rule"]))

    @strawberry.field(description="How often the rule was written, from 1.")
    def version(self) -> int:
        return self.row["version"]

    @strawberry.field(description="Who made it; null for the house, and for a key.")
    def author(self) -> Person | None:
        person_id = self.row["person_id"]
        return self.asked.loader(load_people).get(person_id) if person_id else None

    @strawberry.field(
        description="When its members were last worked out from all contacts; null while they are "
        "still to be."
    )
    def filled_at(self) -> DateTime | None:
        is_filled = self.row["filled_version"] == self.row["version"]
        return when(self.row["filled_at"]) if is_filled else None

    @strawberry.field(description="How many members it has now.")
    async def size(self) -> int:
        return await self.count()

    async def count(self) -> int:
        """Of the loader, so that a list of segments is counted by one statement."""
        return await self.asked.loader(load_sizes).one(self.row["id"]) or 0

    @strawberry.field(
        description="Its members now, those who became contacts last first.",
        directives=[requires(Permission.CONTACTS_READ)],
    )
    async def members(
        self, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Contact]:
        segment_id = self.row["id"]

        async def ids(direction: Direction, after: Id | None, limit: int) -> list[Id]:
            return await room.member_page(segment_id, direction, after, limit)

        args = PageArgs.read(first, after, last, before)
        return await _contacts(self.asked, args, PageList("members", segment_id), ids, self.count)

    @strawberry.field(
        description="Who belonged to it at a moment: as was written down since it was made; before "
        "by its rule of today, where that is about orders, events and when contacts came alone.",
        directives=[requires(Permission.CONTACTS_READ)],
    )
    async def members_at(
        self,
        at: Annotated[DateTime, strawberry.argument(description="The moment.")],
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Contact]:
        chosen = await room.selection_at(self.row["id"], at)

        async def ids(direction: Direction, after: Id | None, limit: int) -> list[Id]:
            return await people.selected_page(chosen, after, limit, direction)

        async def count() -> int:
            return await people.count_selected(chosen)

        args = PageArgs.read(first, after, last, before)
        return await _contacts(
            self.asked, args, PageList("members_at", self.row["id"], at), ids, count
        )

    @strawberry.field(description="Who came and went, the latest first.")
    async def history(
        self, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[SegmentStay]:
        segment_id = self.row["id"]
        return await read_page(
            PageArgs.read(first, after, last, before),
            PageList("stays", segment_id),
            "DESC",
            lambda direction, place, limit: room.stay_page(
                segment_id, direction, cast("tuple[int, Id] | None", place), limit
            ),
            lambda stay: (stay["entered_at"], stay["contact_id"]),
            lambda: room.count_stays(segment_id),
            lambda rows: [SegmentStay(stay=stay, asked=self.asked) for stay in rows],
        )


@object_type
class SegmentMembership:
    """A segment that a contact belongs to."""

    stay: strawberry.Private[room.Stay]
    asked: strawberry.Private[Context]

    @strawberry.field(description="Which.", directives=[requires(_READ)])
    def segment(self) -> Segment:
        return cast(Segment, self.asked.loader(load_segments).get(self.stay["segment_id"]))

    @strawberry.field(description="Since when.")
    def since(self) -> DateTime:
        return DateTime(self.stay["entered_at"])

    @strawberry.field(description="Why, by the rule as it is now.")
    async def explanation(self) -> SegmentExplanation:
        return await _explain(self.stay["segment_id"], self.stay["contact_id"])


@object_type
class SegmentPreview:
    """Whom a rule holds for now."""

    size: int = strawberry.field(description="How many contacts.")
    sample_ids: strawberry.Private[Sequence[Id]]
    asked: strawberry.Private[Context]

    @strawberry.field(
        description="Some of them: at most 5, those who became contacts last.",
        directives=[requires(Permission.CONTACTS_READ)],
    )
    async def samples(self) -> list[Contact]:
        found = await self.asked.loader(load_contacts).many(list(self.sample_ids))
        await self.asked.unseal.fetch()
        return list(found.values())


@object_type
class SegmentQuery:
    """Asking for segments."""

    @strawberry.field(description="A segment of the tenant.", directives=[requires(_READ)])
    async def segment(self, info: Info, id: IdArg) -> Segment | None:
        segment_id = read_id("segment", id, "id")
        return (await load_segments(info.context, [segment_id])).get(segment_id)

    @strawberry.field(
        description="The segments of the tenant, the oldest first.", directives=[requires(_READ)]
    )
    async def segments(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Segment]:
        return await read_page(
            PageArgs.read(first, after, last, before),
            PageList("segments"),
            "ASC",
            lambda direction, place, limit: room.segment_page(direction, _id_in(place), limit),
            lambda row: (row["id"],),
            room.count_segments,
            lambda rows: [Segment(row=row, asked=info.context) for row in rows],
        )

    @strawberry.field(
        description="How many contacts a rule holds for now, and some of them.",
        directives=[requires(_READ)],
    )
    async def segment_preview(
        self,
        info: Info,
        rule: Annotated[SegmentRule, strawberry.argument(description="The rule.")],
    ) -> SegmentPreview:
        chosen = await room.selection_of(plain(rule))
        return SegmentPreview(
            size=await people.count_selected(chosen),
            sample_ids=await people.selected_page(chosen, None, _SAMPLES, "DESC"),
            asked=info.context,
        )

    @strawberry.field(
        description="Why a contact belongs to a segment, or does not.", directives=[requires(_READ)]
    )
    async def explain_membership(
        self,
        info: Info,
        segment: Annotated[strawberry.ID, strawberry.argument(description="The segment.")],
        contact: Annotated[strawberry.ID, strawberry.argument(description="The contact.")],
    ) -> SegmentExplanation:
        return await _explain(
            read_id("segment", segment, "segment"), read_id("contact", contact, "contact")
        )


async def load_segments(asked: Context, ids: list[Id]) -> Mapping[Id, Segment]:
    """Segments by their ids."""
    rows = await room.segments_by_ids(ids)
    return {row_id: Segment(row=row, asked=asked) for row_id, row in rows.items()}


async def load_sizes(_asked: Context, ids: list[Id]) -> Mapping[Id, int]:
    """How many members segments have."""
    return await room.count_members(ids)


async def load_memberships(asked: Context, ids: list[Id]) -> Mapping[Id, list[SegmentMembership]]:
    """The segments that contacts belong to, by contact."""
    found = await room.stays_of(ids)
    return {
        contact_id: [SegmentMembership(stay=one, asked=asked) for one in found.get(contact_id, ())]
        for contact_id in ids
    }


KINDS.add("segment", _READ, load_segments)


async def _explain(segment_id: Id, contact_id: Id) -> SegmentExplanation:
    told = await room.explain_membership(segment_id, contact_id)
    return SegmentExplanation(
        belongs=told.belongs, deciding=[SegmentReason(reason=one) for one in told.deciding]
    )


async def _contacts(
    asked: Context,
    args: PageArgs,
    in_list: PageList,
    ids: Callable[[Direction, Id | None, int], Awaitable[list[Id]]],
    count: Callable[[], Awaitable[int]],
) -> Connection[Contact]:
    """A page of contacts of whom `ids` tells."""

    async def read(
        direction: Direction, place: Place | None, limit: int
    ) -> Sequence[people.ContactRow]:
        found = await ids(direction, _id_in(place), limit)
        rows = await people.contacts_by_ids(found)
        return [rows[one] for one in found]

    page = await read_page(
        args,
        in_list,
        "DESC",
        read,
        lambda row: (row["id"],),
        count,
        lambda rows: make_contacts(asked, rows),
    )
    await asked.unseal.fetch()
    return page


def _id_in(place: Place | None) -> Id | None:
    return cast(Id, place[0]) if place else None
