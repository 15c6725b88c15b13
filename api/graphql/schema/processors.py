"""Processors: systems of others that are told when a person is erased (F46)."""

from __future__ import annotations

import strawberry

import privacy
from api.graphql.described import InputOf, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime, when
from api.graphql.schema.node import read_id
from kernel import ids
from privacy import NoticeRow, ProcessorRow
from tenants import Permission

_READ, _WRITE = Permission.PRIVACY_READ, Permission.PRIVACY_WRITE


@object_type
class Processor:
    """A system that was given people of the tenant, and is told when one is erased."""

    row: strawberry.Private[ProcessorRow]

    @strawberry.field(description="Its id.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(ids.show("processor", self.row["id"]))

    @strawberry.field(description="What it is called.")
    def name(self) -> str:
        return self.row["name"]

    @strawberry.field(description="Where its notices go.")
    def url(self) -> str:
        return self.row["url"]

    @strawberry.field(description="Since when it is told.")
    def created_at(self) -> DateTime:
        return DateTime(self.row["created_at"])


@object_type
class ProcessorNotice:
    """The notice of an erasure to a processor."""

    row: strawberry.Private[NoticeRow]

    @strawberry.field(description="What the processor is called.")
    def processor(self) -> str:
        return self.row["name"]

    @strawberry.field(description="When it took the notice; null where it has not.")
    def told_at(self) -> DateTime | None:
        return when(self.row["told_at"])

    @strawberry.field(description="Why it has not, as a code: HTTP_500, NOT_REACHED, NOT_PUBLIC.")
    def trouble(self) -> str | None:
        return self.row["trouble"]


@input_type
class ProcessorAddInput:
    """A system to tell of erasures."""

    name: str = strawberry.field(description="What it is called: 1 to 200 characters.")
    url: str = strawberry.field(
        description="Where its notices are posted, over https: JSON, signed as Standard Webhooks "
        "says."
    )


@input_type
class ProcessorRemoveInput:
    """A system to tell no more."""

    processor: strawberry.ID = strawberry.field(description="The processor.")


@object_type
class ProcessorAddPayload:
    """What signs the notices of the new processor."""

    processors: list[Processor] = strawberry.field(description="All processors as they are now.")
    secret: str | None = strawberry.field(description="Its secret; it is shown this once.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class ProcessorRemovePayload:
    """Who is told from now on."""

    processors: list[Processor] = strawberry.field(description="All processors as they are now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class ProcessorQuery:
    """Who is told of erasures."""

    @strawberry.field(
        description="The systems that are told when a person is erased, 20 at most.",
        directives=[requires(_READ)],
    )
    async def processors(self) -> list[Processor]:
        return await _processors()


@object_type
class ProcessorMutation:
    """Naming who is told of erasures."""

    @strawberry.mutation(
        description="Have a system told of each erasure from now on; the receipt says when it was.",
        directives=[requires(_WRITE)],
    )
    async def processor_add(self, input: InputOf[ProcessorAddInput]) -> ProcessorAddPayload:
        async def work() -> str:
            return (await privacy.add_processor(input.name, input.url)).secret

        secret, errors = await attempt(work)
        return ProcessorAddPayload(
            processors=await _processors(), secret=secret, user_errors=errors
        )

    @strawberry.mutation(
        description="Tell a system of no further erasure.", directives=[requires(_WRITE)]
    )
    async def processor_remove(
        self, input: InputOf[ProcessorRemoveInput]
    ) -> ProcessorRemovePayload:
        async def work() -> None:
            await privacy.remove_processor(read_id("processor", input.processor, "processor"))

        _, errors = await attempt(work)
        return ProcessorRemovePayload(processors=await _processors(), user_errors=errors)


async def _processors() -> list[Processor]:
    return [Processor(row=row) for row in await privacy.list_processors()]
