"""Forgetting people (F46): asked for, watched, and proved by a receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Annotated, cast

import orjson
import strawberry

import contacts
import privacy
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, enum_type, input_type, object_type
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
from api.graphql.scalars import JSON, DateTime
from api.graphql.schema.contacts import Contact, load_contacts
from api.graphql.schema.jobs import JobProgress
from api.graphql.schema.node import KINDS, Node, created_at, read_id
from api.graphql.schema.processors import ProcessorNotice
from kernel.ids import Id
from privacy import ErasureRow, ErasureStepRow, NoticeRow
from tenants import Permission

_READ, _WRITE = Permission.PRIVACY_READ, Permission.PRIVACY_WRITE


@enum_type
class ErasureState(Enum):
    """How far an erasure is."""

    RUNNING = strawberry.enum_value("running", description="It is being worked off.")
    FINISHED = strawberry.enum_value("finished", description="It is done; the receipt stands.")


@enum_type
class ErasureReason(Enum):
    """Why somebody is forgotten."""

    REQUEST = strawberry.enum_value("request", description="They asked for it.")
    STORE = strawberry.enum_value("store", description="A shop asked for it, for them.")
    RETENTION = strawberry.enum_value("retention", description="Their data was kept long enough.")
    NO_BASIS = strawberry.enum_value("no_basis", description="Nothing allows to keep their data.")
    RESTORED = strawberry.enum_value(
        "restored", description="A backup from before their erasure was restored."
    )


@object_type
class ErasureStep:
    """One step of an erasure that is done."""

    row: strawberry.Private[ErasureStepRow]

    @strawberry.field(description="What was done: the name of a store, or of what is beside them.")
    def name(self) -> str:
        return self.row["step"]

    @strawberry.field(description="How many things went, or stay and tell of nobody.")
    def count(self) -> int:
        return self.row["count"]

    @strawberry.field(description="When it was done.")
    def done_at(self) -> DateTime:
        return DateTime(self.row["done_at"])


@object_type
class ErasureReceipt:
    """What an erasure did, in counts, without personal data, signed by this deployment."""

    body: str = strawberry.field(
        description="JSON; its UTF-8 bytes are what was signed, to the letter."
    )
    signature: JSON = strawberry.field(
        description="alg, kid and signature; the public keys stand at "
        "/.well-known/attestation-keys.json."
    )


@object_type
class Erasure(Node):
    """The forgetting of one person."""

    kind = "erasure"
    row: strawberry.Private[ErasureRow]
    created_at: DateTime = created_at()

    @strawberry.field(description="How far it is.")
    def state(self) -> ErasureState:
        return ErasureState(self.row["state"])

    @strawberry.field(description="Why they are forgotten.")
    def reason(self) -> ErasureReason:
        return ErasureReason(self.row["reason"])

    @strawberry.field(
        description="What it waits for, as a code: READER_OPEN, IMPORT_RUNNING, DELIVERY_IN_HAND, "
        "PROCESSOR_NOT_TOLD."
    )
    def trouble(self) -> str | None:
        return self.row["trouble"]

    @strawberry.field(description="Steps that are done, of all.")
    async def progress(self) -> JobProgress:
        done = await self.asked.loader(load_steps).one(self.row["id"]) or []
        return JobProgress(done=len(done), total=privacy.STEP_COUNT)

    @strawberry.field(description="What was done so far, in order.")
    async def steps(self) -> list[ErasureStep]:
        done = await self.asked.loader(load_steps).one(self.row["id"]) or []
        return [ErasureStep(row=row) for row in done]

    @strawberry.field(
        description="The systems that are told, and when each was; the receipt waits for them up "
        "to a day."
    )
    async def notices(self) -> list[ProcessorNotice]:
        found = await self.asked.loader(load_notices).one(self.row["id"]) or []
        return [ProcessorNotice(row=row) for row in found]

    @strawberry.field(description="When it was done.")
    def finished_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["finished_at"])

    @strawberry.field(description="The receipt, once it is done.")
    def receipt(self) -> ErasureReceipt | None:
        body, signature = self.row["receipt"], self.row["receipt_signature"]
        if body is None or signature is None:
            return None
        return ErasureReceipt(body=body, signature=JSON(orjson.loads(signature)))

    @strawberry.field(
        description="What is left of the contact: an id.",
        directives=[requires(Permission.CONTACTS_READ)],
    )
    async def contact(self) -> Contact | None:
        return await self.asked.loader(load_contacts).one(self.row["contact_id"])


@object_type
class Suppressions:
    """Ids of people who were erased, as hashes: how many, by what became of them.

    They lift by the person's own new act alone, so nobody here can lift one.
    """

    counts: strawberry.Private[Mapping[str, int]]

    @strawberry.field(description="Nobody may tell of them: shops, lists and platforms are barred.")
    def standing(self) -> int:
        return self.counts.get("standing", 0)

    @strawberry.field(description="They came back themselves: answered, and not marketed to.")
    def answered(self) -> int:
        return self.counts.get("answered", 0)

    @strawberry.field(description="They confirmed a consent themselves since.")
    def lifted(self) -> int:
        return self.counts.get("lifted", 0)


@object_type
class ErasureQuery:
    """Asking for erasures."""

    @strawberry.field(description="An erasure of the tenant.", directives=[requires(_READ)])
    async def erasure(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")],
    ) -> Erasure | None:
        erasure_id = read_id("erasure", id, "id")
        return (await load_erasures(info.context, [erasure_id])).get(erasure_id)

    @strawberry.field(
        description="The erasures of the tenant, the latest first.", directives=[requires(_READ)]
    )
    async def erasures(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Erasure]:
        asked = info.context
        return await read_page(
            PageArgs.read(first, after, last, before),
            PageList("erasures"),
            "DESC",
            lambda direction, place, limit: privacy.erasure_page(
                direction, cast("tuple[Id]", place)[0] if place else None, limit
            ),
            lambda row: (row["id"],),
            privacy.count_erasures,
            lambda rows: [Erasure(row=row, asked=asked) for row in rows],
        )

    @strawberry.field(
        description="How many ids of erased people are kept out.", directives=[requires(_READ)]
    )
    async def suppressions(self) -> Suppressions:
        return Suppressions(counts=await contacts.count_marks())


@input_type
class ErasureRequestInput:
    """Somebody to forget."""

    contact: strawberry.ID = strawberry.field(description="The contact.")


@object_type
class ErasureRequestPayload:
    """The erasure that was begun, now or before."""

    erasure: Erasure | None = strawberry.field(description="How far it is.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class ErasureMutation:
    """What can be done about people who are to be forgotten."""

    @strawberry.mutation(
        description="Forget a person, for good: from now on nobody finds them, meets them by an "
        "id of theirs, or writes to them; all that is kept of them goes in the background. There "
        "is no way back.",
        directives=[requires(_WRITE)],
    )
    async def erasure_request(
        self, info: Info, input: InputOf[ErasureRequestInput]
    ) -> ErasureRequestPayload:
        async def work() -> Id:
            contact_id = read_id("contact", input.contact, "contact")
            return await privacy.begin_erasure(contact_id, reason="request")

        erasure_id, errors = await attempt(work)
        info.context.begin_anew()
        found = await load_erasures(info.context, [erasure_id]) if erasure_id else {}
        return ErasureRequestPayload(erasure=found.get(erasure_id or ""), user_errors=errors)


async def load_erasures(asked: Context, erasure_ids: Sequence[Id]) -> Mapping[Id, Erasure]:
    """Erasures by their ids."""
    rows = await privacy.erasures_by_ids(erasure_ids)
    return {row_id: Erasure(row=row, asked=asked) for row_id, row in rows.items()}


async def load_steps(
    asked: Context, erasure_ids: Sequence[Id]
) -> Mapping[Id, list[ErasureStepRow]]:
    """What was done of erasures."""
    return await privacy.erasure_steps(erasure_ids)


async def load_notices(asked: Context, erasure_ids: Sequence[Id]) -> Mapping[Id, list[NoticeRow]]:
    """Who is told of erasures."""
    return await privacy.notices_of(erasure_ids)


KINDS.add("erasure", _READ, load_erasures)
