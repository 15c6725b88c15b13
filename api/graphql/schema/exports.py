"""All that is held on a person, gathered for them (F45)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from enum import Enum
from typing import Annotated, cast

import strawberry

import privacy
from api.export_pages import EXPORT
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, enum_type, input_type, object_type
from api.graphql.lasting import until_over
from api.graphql.pages import (
    After,
    Before,
    Connection,
    First,
    Last,
    PageArgs,
    PageList,
    read_page,
)
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import URL, DateTime, when
from api.graphql.schema.contacts import Contact, load_contacts
from api.graphql.schema.jobs import JobProgress
from api.graphql.schema.node import KINDS, Node, created_at, read_id, updated_at
from kernel.ids import Id
from tenants import Permission


@enum_type
class PersonalDataExportState(Enum):
    """How an export stands."""

    QUEUED = strawberry.enum_value("queued", description="It waits for its turn.")
    RUNNING = strawberry.enum_value("running", description="It is being gathered.")
    PAUSED = strawberry.enum_value("paused", description="It rests until it is resumed.")
    READY = strawberry.enum_value("ready", description="It can be fetched by its link.")
    FAILED = strawberry.enum_value("failed", description="It cannot go on; trouble says why.")
    CANCELLED = strawberry.enum_value(
        "cancelled", description="It was ended before it was ready; what was gathered is gone."
    )
    REVOKED = strawberry.enum_value(
        "revoked", description="It was taken back; the link is dead and the archive is gone."
    )
    EXPIRED = strawberry.enum_value(
        "expired", description="Its days or downloads are used up; the archive is gone."
    )


@object_type
class PersonalDataExport(Node):
    """Everything that is held on a person: gathered, signed, and fetched by a link."""

    kind = "export"
    row: strawberry.Private[privacy.ExportRow]
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(description="Whose data it is.")
    def contact(self) -> Contact:
        return cast(Contact, self.asked.loader(load_contacts).get(self.row["contact_id"]))

    @strawberry.field(description="How it stands.")
    def state(self) -> PersonalDataExportState:
        return PersonalDataExportState(self.row["state"])

    @strawberry.field(description="How far it is, in rows of the archive.")
    def progress(self) -> JobProgress:
        return JobProgress(done=self.row["done"], total=self.row["total"])

    @strawberry.field(description="Why it failed, as a code: FAILED.")
    def trouble(self) -> str | None:
        return self.row["trouble"]

    @strawberry.field(description="The size of the archive, in bytes; null until it is ready.")
    def size(self) -> float | None:
        size = self.row["size"]
        return None if size is None else float(size)

    @strawberry.field(description="How many times it was fetched.")
    def downloads(self) -> int:
        return self.row["downloads"]

    @strawberry.field(description="How many times it can be fetched yet.")
    def downloads_left(self) -> int:
        return self.row["downloads_left"]

    @strawberry.field(description="When it came to its end: ready, or cancelled.")
    def finished_at(self) -> DateTime | None:
        return when(self.row["finished_at"])

    @strawberry.field(description="When its link ends and the archive is destroyed.")
    def expires_at(self) -> DateTime | None:
        return when(self.row["expires_at"])

    @strawberry.field(description="When it was fetched last.")
    def downloaded_at(self) -> DateTime | None:
        return when(self.row["downloaded_at"])

    @strawberry.field(
        description="The page to fetch it from, for the person alone; null while it is not ready, "
        "and once it is used up.",
        directives=[requires(Permission.PRIVACY_WRITE)],
    )
    def download_url(self) -> URL | None:
        row = self.row
        if row["state"] != "ready" or not row["downloads_left"] or row["expires_at"] is None:
            return None
        token = privacy.export_token(row["id"], row["expires_at"])
        return URL(f"{self.asked.public_url}{EXPORT}/{token}")


@input_type
class ExportRequestInput:
    """Whose data is to be gathered."""

    contact: strawberry.ID = strawberry.field(description="The contact.")


@input_type
class ExportInput:
    """An export."""

    export: strawberry.ID = strawberry.field(description="Which one.")


@object_type
class ExportPayload:
    """What became of a wish about an export."""

    export: PersonalDataExport | None = strawberry.field(description="It as it stands now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class ExportQuery:
    """Asking for exports."""

    @strawberry.field(
        description="Exports of what is held on people, the latest first.",
        directives=[requires(Permission.PRIVACY_READ)],
    )
    async def personal_data_exports(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[PersonalDataExport]:
        asked = info.context
        return await read_page(
            PageArgs.read(first, after, last, before),
            PageList("personalDataExports"),
            "DESC",
            lambda direction, place, limit: privacy.export_page(
                cast("tuple[Id]", place)[0] if place else None, direction, limit
            ),
            lambda row: (row["id"],),
            privacy.count_exports,
            lambda rows: [PersonalDataExport(row=row, asked=asked) for row in rows],
        )

    @strawberry.field(description="One export.", directives=[requires(Permission.PRIVACY_READ)])
    async def personal_data_export(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")],
    ) -> PersonalDataExport | None:
        export_id = read_id("export", id, "id")
        return (await load_exports(info.context, [export_id])).get(export_id)


@object_type
class ExportSubscription:
    """Being told how exports go on."""

    @strawberry.subscription(
        description="An export as it goes on, until it is ready, or comes to another end.",
        directives=[requires(Permission.PRIVACY_READ)],
    )
    async def personal_data_export(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The export.")],
    ) -> AsyncGenerator[PersonalDataExport, None]:
        export_id = read_id("export", id, "id")
        async for export in until_over(info.context, "export", export_id, load_exports):
            yield export


@object_type
class ExportMutation:
    """What can be done with exports."""

    @strawberry.mutation(
        description="Have everything that is held on a contact gathered: messages, files, orders, "
        "consents, notes, as JSON and CSV with a summary, signed. One that is being gathered "
        "already is answered again.",
        directives=[requires(Permission.PRIVACY_WRITE)],
    )
    async def export_request(self, info: Info, input: InputOf[ExportRequestInput]) -> ExportPayload:
        async def work() -> Id:
            contact_id = read_id("contact", input.contact, "contact")
            return await privacy.begin_export(contact_id, person_id=info.context.me.person_id)

        return await _answer(info.context, work)

    @strawberry.mutation(
        description="Let an export rest; what was gathered stays.",
        directives=[requires(Permission.PRIVACY_WRITE)],
    )
    async def export_pause(self, info: Info, input: InputOf[ExportInput]) -> ExportPayload:
        return await _do(info.context, input, privacy.pause_export)

    @strawberry.mutation(
        description="Let a paused or failed export go on where it stopped.",
        directives=[requires(Permission.PRIVACY_WRITE)],
    )
    async def export_resume(self, info: Info, input: InputOf[ExportInput]) -> ExportPayload:
        return await _do(info.context, input, privacy.resume_export)

    @strawberry.mutation(
        description="End an export before it is ready; what was gathered is destroyed.",
        directives=[requires(Permission.PRIVACY_WRITE)],
    )
    async def export_cancel(self, info: Info, input: InputOf[ExportInput]) -> ExportPayload:
        return await _do(info.context, input, privacy.cancel_export)

    @strawberry.mutation(
        description="Take a ready export back: its link is dead, and the archive is destroyed.",
        directives=[requires(Permission.PRIVACY_WRITE)],
    )
    async def export_revoke(self, info: Info, input: InputOf[ExportInput]) -> ExportPayload:
        return await _do(info.context, input, privacy.revoke_export)


async def load_exports(asked: Context, export_ids: list[Id]) -> Mapping[Id, PersonalDataExport]:
    """Exports by their ids."""
    rows = await privacy.exports_by_ids(export_ids)
    return {row_id: PersonalDataExport(row=row, asked=asked) for row_id, row in rows.items()}


async def _do(
    asked: Context, given: ExportInput, verb: Callable[[Id], Awaitable[None]]
) -> ExportPayload:
    async def work() -> Id:
        export_id = read_id("export", given.export, "export")
        await verb(export_id)
        return export_id

    return await _answer(asked, work)


async def _answer(asked: Context, work: Callable[[], Awaitable[Id]]) -> ExportPayload:
    export_id, errors = await attempt(work)
    asked.begin_anew()
    exports = await load_exports(asked, [export_id]) if export_id else {}
    return ExportPayload(export=exports.get(export_id) if export_id else None, user_errors=errors)


KINDS.add("export", Permission.PRIVACY_READ, load_exports)
