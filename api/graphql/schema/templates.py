"""Templates: what the platform approves in advance, with their versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Annotated, cast

import orjson
import strawberry

import channels as room
from api.graphql.context import Context, Info
from api.graphql.described import enum_type, input_type, object_type
from api.graphql.pages import After, Before, Connection, First, Last, PageArgs, PageList, read_page
from api.graphql.scalars import JSON, DateTime
from api.graphql.schema.channels import WhatsAppAccount, load_wabas
from api.graphql.schema.node import KINDS, Node, created_at, read_id, updated_at
from kernel.ids import Id
from tenants import Permission


@enum_type
class TemplateVersionState(Enum):
    """How far a version got."""

    DRAFT = strawberry.enum_value("draft", description="It can be changed and submitted.")
    LEAVING = strawberry.enum_value(
        "leaving",
        description="It is on its way; where no answer came, the platform is asked what it has.",
    )
    SUBMITTED = strawberry.enum_value("submitted", description="The platform has it.")


@object_type
class TemplateVersion:
    """What a template holds, or held: as its author wrote it."""

    row: strawberry.Private[room.VersionRow]

    @strawberry.field(description="Counted from 1.")
    def number(self) -> int:
        return self.row["number"]

    @strawberry.field(description="How far it got.")
    def state(self) -> TemplateVersionState:
        return TemplateVersionState(self.row["state"])

    @strawberry.field(description="The category that was asked for: MARKETING, UTILITY …")
    def category(self) -> str:
        return room.read_draft(self.row["draft"]).category

    @strawberry.field(
        description="Its header, body, footer and buttons, as the platform reads them; of a file "
        "in the header without the sample."
    )
    def components(self) -> JSON:
        return JSON(room.components_of(room.read_draft(self.row["draft"])))

    @strawberry.field(description="When it went to the platform.")
    def submitted_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["submitted_at"])

    @strawberry.field(description="What the platform decided: APPROVED or REJECTED; null before.")
    def verdict(self) -> str | None:
        return self.row["verdict"]

    @strawberry.field(description="Why, as the platform's code: INVALID_FORMAT, SCAM or newer.")
    def verdict_reason(self) -> str | None:
        return self.row["verdict_reason"]

    @strawberry.field(
        description="Why it did not get there the last time, as a code: PLATFORM_2388040 …"
    )
    def trouble(self) -> str | None:
        return self.row["trouble"]

    @strawberry.field(description="The platform's own words about that.")
    def trouble_text(self) -> str | None:
        return self.row["trouble_text"]

    @strawberry.field(description="When it was begun.")
    def created_at(self) -> DateTime:
        return DateTime(self.row["created_at"])


@object_type
class Template(Node):
    """A message that the platform approves in advance, in one language."""

    kind = "template"
    row: strawberry.Private[room.TemplateRow]
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(description="The platform's id of it; null until it has one.")
    def template_id(self) -> str | None:
        return self.row["template_id"] or None

    @strawberry.field(description="Its name; several languages share one.")
    def name(self) -> str:
        return self.row["name"]

    @strawberry.field(description="Its language, as the platform writes it: en_US.")
    def language(self) -> str:
        return self.row["language"]

    @strawberry.field(
        description="DRAFT until it was submitted; then the platform's word: PENDING, APPROVED, "
        "REJECTED, PAUSED, DISABLED, DELETED or newer. Only what is APPROVED is sent."
    )
    def status(self) -> str | None:
        return self.row["status"]

    @strawberry.field(description="Why it has that status, as the platform's code.")
    def status_reason(self) -> str | None:
        return self.row["status_reason"]

    @strawberry.field(description="MARKETING, UTILITY, AUTHENTICATION or newer.")
    def category(self) -> str | None:
        return self.row["category"]

    @strawberry.field(description="The category that the platform will move it to.")
    def category_coming(self) -> str | None:
        return self.row["category_coming"]

    @strawberry.field(description="The platform's rating: GREEN, YELLOW, RED, UNKNOWN or newer.")
    def quality(self) -> str | None:
        return self.row["quality"]

    @strawberry.field(description="Its header, body, footer and buttons, as the platform has them.")
    def components(self) -> JSON | None:
        components = self.row["components"]
        return None if components is None else JSON(orjson.loads(components))

    @strawberry.field(description="The account it belongs to.")
    def account(self) -> WhatsAppAccount:
        found = self.asked.loader(load_wabas).get(self.row["waba_row_id"])
        return cast(WhatsAppAccount, found)

    @strawberry.field(
        description="What was written in it, the newest version first; every one that was "
        "submitted stays. Empty for a template that was made elsewhere."
    )
    async def versions(self) -> list[TemplateVersion]:
        return await self.asked.loader(load_versions).one(self.row["id"]) or []


@input_type
class TemplateFilter:
    """Which templates are wanted; all conditions hold together."""

    account: strawberry.ID | None = strawberry.field(
        default=None, description="Those of this account."
    )
    name: str | None = strawberry.field(default=None, description="Those with this name.")
    status: list[str] | None = strawberry.field(
        default=None, description="Those with one of these statuses."
    )
    category: list[str] | None = strawberry.field(
        default=None, description="Those of one of these categories."
    )
    language: list[str] | None = strawberry.field(
        default=None, description="Those in one of these languages."
    )


TemplateFilterArg = Annotated[
    TemplateFilter | None, strawberry.argument(description="Which are wanted.")
]


async def load_templates(asked: Context, ids: list[Id]) -> Mapping[Id, Template]:
    """Templates by their ids."""
    rows = await room.templates_by_ids(ids)
    return {row_id: Template(row=row, asked=asked) for row_id, row in rows.items()}


async def load_versions(_asked: Context, ids: list[Id]) -> Mapping[Id, list[TemplateVersion]]:
    """The versions of templates, the newest first, by template."""
    found = await room.versions_of(ids)
    return {row_id: [TemplateVersion(row=row) for row in rows] for row_id, rows in found.items()}


async def templates_page(
    info: Info,
    wanted: TemplateFilter | None,
    first: First,
    after: After,
    last: Last,
    before: Before,
) -> Connection[Template]:
    """The tenant's templates, by name."""
    asked, given = info.context, wanted or TemplateFilter()
    conditions = room.TemplateFilter(
        waba_row_id=read_id("waba", given.account, "filter", "account") if given.account else None,
        name=given.name,
        statuses=given.status,
        categories=given.category,
        languages=given.language,
    )

    def make(rows: Sequence[room.TemplateRow]) -> list[Template]:
        return [Template(row=row, asked=asked) for row in rows]

    return await read_page(
        PageArgs.read(first, after, last, before),
        PageList("templates", conditions),
        "ASC",
        lambda direction, place, limit: room.template_page(
            conditions, direction, cast("tuple[str, Id] | None", place), limit
        ),
        lambda row: (row["name"], row["id"]),
        lambda: room.count_templates(conditions),
        make,
    )


KINDS.add("template", Permission.CHANNELS_READ, load_templates)
