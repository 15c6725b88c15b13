"""Long work that goes on in the background: how far it is, what it came to."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from enum import Enum
from typing import Annotated, cast

import orjson
import strawberry

import imports as room
from api.graphql.context import Context, Info
from api.graphql.described import enum_type, object_type
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
from api.graphql.permissions import requires
from api.graphql.scalars import URL, DateTime, when
from api.graphql.schema.node import KINDS, Node, created_at, read_id, updated_at
from kernel.ids import Id
from tenants import Permission


@enum_type
class JobKind(Enum):
    """What is being done."""

    CONTACTS_IMPORT = strawberry.enum_value("contacts", description="A file of contacts is read.")
    ORDERS_IMPORT = strawberry.enum_value("orders", description="A file of orders is read.")


@enum_type
class JobState(Enum):
    """How a job stands."""

    QUEUED = strawberry.enum_value("queued", description="It waits for its turn.")
    RUNNING = strawberry.enum_value("running", description="It is being done.")
    PAUSED = strawberry.enum_value("paused", description="It rests until it is resumed.")
    FINISHED = strawberry.enum_value("finished", description="It is done; the report stands.")
    FAILED = strawberry.enum_value("failed", description="It cannot go on; trouble says why.")
    CANCELLED = strawberry.enum_value(
        "cancelled", description="It was ended; what was done before stays until it is undone."
    )
    UNDOING = strawberry.enum_value("undoing", description="It is being taken back.")
    UNDONE = strawberry.enum_value("undone", description="It was taken back.")


@object_type
class JobProgress:
    """How far a job is."""

    done: int = strawberry.field(
        description="Rows of the file that are dealt with; of an undo, things taken back; of an "
        "export, rows of the archive."
    )
    total: int | None = strawberry.field(
        description="How many there are; null until they are counted."
    )


@object_type
class ImportReport:
    """What an import came to so far, in rows of its file."""

    counts: strawberry.Private[Mapping[str, int]]

    @strawberry.field(description="Rows that hold something, the header left out.")
    def rows(self) -> int:
        return self.counts.get("rows", 0)

    @strawberry.field(description="Contacts that are new (dry run of contacts: would be).")
    def created(self) -> int:
        return self.counts.get("created", 0)

    @strawberry.field(description="Rows that added something to a known contact.")
    def updated(self) -> int:
        return self.counts.get("updated", 0)

    @strawberry.field(description="Rows that told nothing new.")
    def unchanged(self) -> int:
        return self.counts.get("unchanged", 0)

    @strawberry.field(description="Dry run: rows whose contact is known already.")
    def known(self) -> int:
        return self.counts.get("known", 0)

    @strawberry.field(description="Rows that were left out; problems say why.")
    def refused(self) -> int:
        return self.counts.get("refused", 0)

    @strawberry.field(description="Rows with evidence of consent and its date.")
    def consented(self) -> int:
        return self.counts.get("confirmed", 0)

    @strawberry.field(
        description="Rows that claim consent without evidence: kept as unproven, never marketable."
    )
    def unproven(self) -> int:
        return self.counts.get("unproven", 0)

    @strawberry.field(description="Orders that are new (dry run: would be).")
    def orders(self) -> int:
        return self.counts.get("orders", 0)

    @strawberry.field(description="Cancellations: money that was given back.")
    def returns(self) -> int:
        return self.counts.get("returns", 0)

    @strawberry.field(description="Rows of orders that name nobody.")
    def without_customer(self) -> int:
        return self.counts.get("without_customer", 0)

    @strawberry.field(description="Rows of orders whose number begins as cancellations do.")
    def cancellations(self) -> int:
        return self.counts.get("cancellations", 0)

    @strawberry.field(description="Rows of orders with a price of 0 or less.")
    def free(self) -> int:
        return self.counts.get("free", 0)

    @strawberry.field(description="Rows that are the same as another of their order; they count.")
    def duplicates(self) -> int:
        return self.counts.get("duplicates", 0)

    @strawberry.field(
        description="After an undo: orders that stay, because their shop told of them since."
    )
    def kept_orders(self) -> int:
        return self.counts.get("kept_orders", 0)

    @strawberry.field(
        description="After an undo: contacts that stay, because somebody changed or used them "
        "since."
    )
    def kept(self) -> int:
        return self.counts.get("kept", 0)


@object_type
class JobProblem:
    """Something wrong with a row: where and what, never the cell itself."""

    row: int = strawberry.field(
        description="The row as a spreadsheet counts: the header is 1, the first behind it 2."
    )
    column: int | None = strawberry.field(
        description="The column, counted from 0; null for the row as a whole."
    )
    header: str | None = strawberry.field(description="The header of the column.")
    code: str = strawberry.field(
        description="What is wrong, to decide on: BAD_PHONE, NO_COUNTRY, NOBODY, TWO_PEOPLE, "
        "BAD_QUOTES and so on; new ones may appear."
    )
    message: str = strawberry.field(description="What would be right, to show.")
    taken: bool = strawberry.field(
        description="Whether the row was taken in all the same, without this."
    )


@object_type
class Job(Node):
    """Long work in the background."""

    kind = "job"
    row: strawberry.Private[room.JobRow]
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(name="kind", description="What is being done.")
    def kind_of_work(self) -> JobKind:
        return JobKind(self.row["kind"])

    @strawberry.field(description="How it stands.")
    def state(self) -> JobState:
        return JobState(self.row["state"])

    @strawberry.field(description="Whether it only looks, and changes nothing.")
    def dry_run(self) -> bool:
        return bool(self.row["is_dry_run"])

    @strawberry.field(description="Why it failed, as a code: FILE_GONE, FILE_BROKEN or FAILED.")
    def trouble(self) -> str | None:
        return self.row["trouble"]

    @strawberry.field(description="How far it is.")
    def progress(self) -> JobProgress:
        return JobProgress(done=self.row["done"], total=self.row["total"])

    @strawberry.field(description="When it was begun.")
    def started_at(self) -> DateTime | None:
        return when(self.row["started_at"])

    @strawberry.field(description="When it came to its end.")
    def finished_at(self) -> DateTime | None:
        return when(self.row["finished_at"])

    @strawberry.field(description="What it came to so far.")
    def report(self) -> ImportReport:
        return ImportReport(counts=orjson.loads(self.row["counts"]))

    @strawberry.field(
        description="What was wrong with which rows, in their order.",
        directives=[requires(Permission.IMPORTS_READ)],
    )
    async def problems(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[JobProblem]:
        return await _problems(self.row, PageArgs.read(first, after, last, before))

    @strawberry.field(description="The same as CSV, fetched with the same Authorization header.")
    def problems_url(self) -> URL:
        return URL(f"/imports/{self.id()}/problems.csv")


@object_type
class JobQuery:
    """Asking for jobs."""

    @strawberry.field(
        description="A job of the tenant.", directives=[requires(Permission.IMPORTS_READ)]
    )
    async def job(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")],
    ) -> Job | None:
        job_id = read_id("job", id, "id")
        return (await load_jobs(info.context, [job_id])).get(job_id)

    @strawberry.field(
        description="The jobs of the tenant, the latest first.",
        directives=[requires(Permission.IMPORTS_READ)],
    )
    async def jobs(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Job]:
        asked = info.context
        return await read_page(
            PageArgs.read(first, after, last, before),
            PageList("jobs"),
            "DESC",
            lambda direction, place, limit: room.job_page(
                cast("tuple[Id]", place)[0] if place else None, direction, limit
            ),
            lambda row: (row["id"],),
            room.count_jobs,
            lambda rows: [Job(row=row, asked=asked) for row in rows],
        )


@object_type
class JobSubscription:
    """Being told how jobs go on."""

    @strawberry.subscription(
        description="A job as it goes on, until it comes to an end or rests.",
        directives=[requires(Permission.IMPORTS_READ)],
    )
    async def job(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The job.")],
    ) -> AsyncGenerator[Job, None]:
        async for job in until_over(info.context, "job", read_id("job", id, "id"), load_jobs):
            yield job


async def load_jobs(asked: Context, job_ids: list[Id]) -> Mapping[Id, Job]:
    """Jobs by their ids."""
    rows = await room.jobs_by_ids(job_ids)
    return {row_id: Job(row=row, asked=asked) for row_id, row in rows.items()}


async def _problems(job: room.JobRow, args: PageArgs) -> Connection[JobProblem]:
    headers = room.headers_of(job)

    def make(rows: Sequence[room.ProblemRow]) -> list[JobProblem]:
        return [
            JobProblem(
                row=row["row_number"],
                column=row["place"] if row["place"] >= 0 else None,
                header=room.header_at(headers, row["place"]),
                code=row["code"],
                message=room.RIGHT[row["code"]],
                taken=row["code"] in room.REMARKS,
            )
            for row in rows
        ]

    return await read_page(
        args,
        PageList("problems", job["id"]),
        "ASC",
        lambda direction, place, limit: room.problem_page(
            job["id"], cast("tuple[int, int, str] | None", place), direction, limit
        ),
        lambda row: (row["row_number"], row["place"], row["code"]),
        lambda: room.count_problems(job["id"]),
        make,
    )


KINDS.add("job", Permission.IMPORTS_READ, load_jobs)
