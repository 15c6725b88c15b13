"""Importing files: a first look, and what can be done with an import."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import cast

import strawberry

import imports as room
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, enum_type, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import PERSONAL, requires
from api.graphql.scalars import CountryCode, CurrencyCode, TimeZone
from api.graphql.schema.jobs import Job, load_jobs
from api.graphql.schema.node import read_id
from imports import Field, Kind, LegalBasis
from kernel.ids import Id
from tenants import Permission


@enum_type
class ImportKind(Enum):
    """What a file holds."""

    CONTACTS = strawberry.enum_value("contacts", description="A row is a person.")
    ORDERS = strawberry.enum_value(
        "orders", description="A row is a line of an order; rows with one order number are one."
    )


@enum_type
class Delimiter(Enum):
    """What parts the cells of a row."""

    COMMA = strawberry.enum_value(",", description="A comma.")
    SEMICOLON = strawberry.enum_value(";", description="A semicolon.")
    TAB = strawberry.enum_value("\t", description="A tab.")
    PIPE = strawberry.enum_value("|", description="A vertical bar.")


@enum_type
class ImportLegalBasis(Enum):
    """Why the people of a file may be kept (GDPR, article 6)."""

    CONSENT = strawberry.enum_value(
        "consent",
        description="They consented to marketing. Rows with evidence and its date are confirmed; "
        "all others are kept as unproven and get no marketing.",
    )
    CONTRACT = strawberry.enum_value("contract", description="They are customers.")
    LEGITIMATE_INTEREST = strawberry.enum_value(
        "legitimate_interest", description="There is a legitimate interest in keeping them."
    )


@enum_type
class ImportField(Enum):
    """What a column holds."""

    PHONE = strawberry.enum_value(
        "phone", description="A phone number, with its country code or as it is dialled at home."
    )
    EMAIL = strawberry.enum_value("email", description="An e-mail address.")
    NAME = strawberry.enum_value("name", description="The whole name.")
    FIRST_NAME = strawberry.enum_value("first_name", description="The first name.")
    LAST_NAME = strawberry.enum_value("last_name", description="The last name.")
    CUSTOMER = strawberry.enum_value("customer", description="A shop's or a list's own id of them.")
    COUNTRY = strawberry.enum_value(
        "country", description="Their country, as a code or by its name: ES, Spain, 西班牙."
    )
    LANGUAGE = strawberry.enum_value("language", description="Their language: es, es-ES.")
    TAGS = strawberry.enum_value(
        "tags", description="Tags, parted by commas or semicolons; many columns may hold some."
    )
    CONSENT_EVIDENCE = strawberry.enum_value(
        "consent_evidence", description="What proves their consent: a form, an address, a wording."
    )
    CONSENT_AT = strawberry.enum_value("consent_at", description="When they gave it.")
    ORDER = strawberry.enum_value("order", description="The order's number.")
    ORDERED_AT = strawberry.enum_value("ordered_at", description="When it was placed.")
    CURRENCY = strawberry.enum_value("currency", description="The currency of the price: EUR.")
    PRODUCT = strawberry.enum_value("product", description="The product's number.")
    PRODUCT_NAME = strawberry.enum_value("product_name", description="The product's name.")
    QUANTITY = strawberry.enum_value("quantity", description="How many; below 0 in a cancellation.")
    UNIT_PRICE = strawberry.enum_value("unit_price", description="The price of one.")


@object_type
class ImportColumn:
    """A column of a file."""

    index: int = strawberry.field(description="Its place, counted from 0.")
    header: str = strawberry.field(description="Its header; two columns may have the same.")
    field: ImportField | None = strawberry.field(description="What it seems to hold.")


@object_type
class ImportPreview:
    """A first look at a file."""

    found: strawberry.Private[room.Preview]

    @strawberry.field(description="How its text is encoded.")
    def encoding(self) -> str:
        return self.found.form.encoding

    @strawberry.field(description="What parts its cells.")
    def delimiter(self) -> Delimiter:
        return Delimiter(self.found.form.delimiter)

    @strawberry.field(description="Its columns, with what they seem to hold.")
    def columns(self) -> list[ImportColumn]:
        mapping = self.found.mapping
        return [
            ImportColumn(
                index=index,
                header=header,
                field=ImportField(mapping[index].value) if index in mapping else None,
            )
            for index, header in enumerate(self.found.headers)
        ]

    @strawberry.field(
        description="Whether the columns are as somebody mapped them for such a file before."
    )
    def mapped_before(self) -> bool:
        return self.found.is_saved

    @strawberry.field(description="The cells of its first rows, up to 10.", directives=[PERSONAL])
    def rows(self) -> list[list[str]] | None:
        return self.found.rows


@object_type
class ImportPreviewPayload:
    """A first look, or why there is none."""

    preview: ImportPreview | None = strawberry.field(description="What was found.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@input_type
class ImportPreviewInput:
    """A file to look at."""

    file: strawberry.ID = strawberry.field(description="The file that was uploaded.")
    kind: ImportKind = strawberry.field(description="What it holds.")
    encoding: str | None = strawberry.field(
        default=None, description="Its encoding, where the one that is found is wrong: cp1251."
    )
    delimiter: Delimiter | None = strawberry.field(
        default=None, description="What parts its cells, where the one that is found is wrong."
    )


@input_type
class ImportColumnInput:
    """What a column holds."""

    index: int = strawberry.field(description="Its place, counted from 0.")
    field: ImportField = strawberry.field(description="What it holds.")


@input_type
class ImportCreateInput(ImportPreviewInput):
    """An import to start."""

    mapping: list[ImportColumnInput] | None = strawberry.field(
        default=None,
        description="What which columns hold; left out, as the preview says. Kept for the next "
        "file with the same headers.",
    )
    dry_run: bool = strawberry.field(
        default=False, description="Only look at each row and tell what is wrong with it."
    )
    legal_basis: ImportLegalBasis = strawberry.field(description="Why these people may be kept.")
    country: CountryCode | None = strawberry.field(
        default=None,
        description="Where phone numbers without a country code belong, in rows without a country.",
    )
    time_zone: TimeZone | None = strawberry.field(
        default=None, description="What times without a zone mean; left out, the tenant's."
    )
    month_first: bool | None = strawberry.field(
        default=None,
        description="Whether 03/04/2026 is in March; left out, as in the country.",
    )
    decimal_comma: bool | None = strawberry.field(
        default=None,
        description="Whether 1.234,50 is a number; left out, where semicolons part the cells.",
    )
    currency: CurrencyCode | None = strawberry.field(
        default=None, description="The currency of prices without one; left out, the tenant's."
    )
    store: strawberry.ID | None = strawberry.field(
        default=None,
        description="The shop whose orders and customer ids these are; left out, orders go to one "
        "for imported files.",
    )
    cancellation_prefix: str = strawberry.field(
        default="",
        description="How the numbers of cancellations begin. Orders that are negative as a whole "
        "are cancellations anyway.",
    )
    touchpoint: strawberry.ID | None = strawberry.field(
        default=None,
        description="The touchpoint of kind IMPORT by which the people of a list came; its "
        "insights count them.",
    )


@input_type
class ImportInput:
    """An import."""

    job: strawberry.ID = strawberry.field(description="Its job.")


@object_type
class ImportPayload:
    """What became of a wish about an import."""

    job: Job | None = strawberry.field(description="The import's job as it stands now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class ImportMutation:
    """What can be done with imports."""

    @strawberry.mutation(
        description="Look at a file that was uploaded with POST /imports/files.",
        directives=[requires(Permission.IMPORTS_WRITE)],
    )
    async def import_preview(
        self, info: Info, input: InputOf[ImportPreviewInput]
    ) -> ImportPreviewPayload:
        async def work() -> ImportPreview:
            found = await room.preview(
                read_id("file", input.file, "file"),
                cast(Kind, input.kind.value),
                input.encoding,
                _delimiter(input),
            )
            return ImportPreview(found=found)

        preview, errors = await attempt(work)
        return ImportPreviewPayload(preview=preview, user_errors=errors)

    @strawberry.mutation(
        description="Read a file in the background; follow it with the subscription job.",
        directives=[requires(Permission.IMPORTS_WRITE)],
    )
    async def import_create(self, info: Info, input: InputOf[ImportCreateInput]) -> ImportPayload:
        async def work() -> Id:
            return await room.create(_wanted(input), info.context.me.person_id)

        return await _answer(info.context, work)

    @strawberry.mutation(
        description="Let an import rest; what was read stays.",
        directives=[requires(Permission.IMPORTS_WRITE)],
    )
    async def import_pause(self, info: Info, input: InputOf[ImportInput]) -> ImportPayload:
        return await _do(info.context, input, room.pause)

    @strawberry.mutation(
        description="Let a paused or failed import go on where it stopped.",
        directives=[requires(Permission.IMPORTS_WRITE)],
    )
    async def import_resume(self, info: Info, input: InputOf[ImportInput]) -> ImportPayload:
        return await _do(info.context, input, room.resume)

    @strawberry.mutation(
        description="End an import; what was read stays, until it is undone.",
        directives=[requires(Permission.IMPORTS_WRITE)],
    )
    async def import_cancel(self, info: Info, input: InputOf[ImportInput]) -> ImportPayload:
        return await _do(info.context, input, room.cancel)

    @strawberry.mutation(
        description="Take an import back: what it made goes, what it changed is as before. What "
        "somebody changed or used since stays, and is told as a problem of its row.",
        directives=[requires(Permission.IMPORTS_WRITE)],
    )
    async def import_undo(self, info: Info, input: InputOf[ImportInput]) -> ImportPayload:
        return await _do(info.context, input, room.undo)


def _wanted(given: ImportCreateInput) -> room.Wanted:
    mapping = None
    if given.mapping is not None:
        mapping = {one.index: Field(one.field.value) for one in given.mapping}
    return room.Wanted(
        kind=cast(Kind, given.kind.value),
        file_id=read_id("file", given.file, "file"),
        mapping=mapping,
        is_dry_run=given.dry_run,
        legal_basis=cast(LegalBasis, given.legal_basis.value),
        encoding=given.encoding,
        delimiter=_delimiter(given),
        country=given.country,
        time_zone=given.time_zone,
        is_month_first=given.month_first,
        is_decimal_comma=given.decimal_comma,
        currency=given.currency,
        store_id=read_id("store", given.store, "store") if given.store else None,
        cancellation_prefix=given.cancellation_prefix,
        touchpoint_id=(
            read_id("touchpoint", given.touchpoint, "touchpoint") if given.touchpoint else None
        ),
    )


def _delimiter(given: ImportPreviewInput) -> str | None:
    return cast(str, given.delimiter.value) if given.delimiter else None


async def _do(
    asked: Context, given: ImportInput, verb: Callable[[Id], Awaitable[None]]
) -> ImportPayload:
    async def work() -> Id:
        job_id = read_id("job", given.job, "job")
        await verb(job_id)
        return job_id

    return await _answer(asked, work)


async def _answer(asked: Context, work: Callable[[], Awaitable[Id]]) -> ImportPayload:
    job_id, errors = await attempt(work)
    asked.begin_anew()
    jobs = await load_jobs(asked, [job_id]) if job_id else {}
    return ImportPayload(job=jobs.get(job_id) if job_id else None, user_errors=errors)
