"""What is kept of whom, and why: the record of processing (GDPR, article 30), from the data map."""

from __future__ import annotations

from enum import Enum

import strawberry

import privacy
from api.graphql.context import Info
from api.graphql.described import enum_type, object_type
from api.graphql.permissions import requires
from privacy import Column, Processing, Recipient, Table
from tenants import Permission, read_settings


@enum_type
class DataKeeping(Enum):
    """How a column is kept."""

    CLEAR = strawberry.enum_value("clear", description="States, times, numbers, codes and ids.")
    KEYED = strawberry.enum_value("keyed", description="A keyed hash, for equality alone.")
    SEARCHED = strawberry.enum_value("searched", description="Keyed hashes of pieces.")
    SEALED = strawberry.enum_value("sealed", description="Encrypted.")


@enum_type
class DataOwner(Enum):
    """Whose data a table holds."""

    CONTACT = strawberry.enum_value("contact", description="A customer's.")
    COLLEAGUE = strawberry.enum_value("colleague", description="Somebody's who works here.")
    MIXED = strawberry.enum_value("mixed", description="Several people's in one value.")
    NOBODY = strawberry.enum_value("nobody", description="No person's.")


@object_type
class DataRecipient:
    """Somebody outside who is given personal data."""

    one: strawberry.Private[Recipient]

    @strawberry.field(description="Who it is.")
    def name(self) -> str:
        return self.one.name

    @strawberry.field(description="What they are given it for.")
    def purpose(self) -> str:
        return self.one.what_for


@object_type
class DataColumn:
    """One column: how it is kept, exported and erased."""

    table: strawberry.Private[str]
    column: strawberry.Private[Column]
    name: str = strawberry.field(description="Its name in the database.")

    @strawberry.field(description="How it is kept.")
    def keeping(self) -> DataKeeping:
        return DataKeeping(self.column.keeping)

    @strawberry.field(
        description="Its name in the archive that a person gets; null where it is not in it."
    )
    def exported_as(self) -> str | None:
        return None if self.column.export == "withheld" else self.column.name

    @strawberry.field(
        description="Whether the archive holds a stand-in, because it is somebody else's."
    )
    def masked(self) -> bool:
        return self.column.export == "masked"

    @strawberry.field(description="What an erasure of the person does to it.")
    def erased(self) -> str:
        return privacy.erased(self.table, self.column)


@object_type
class DataTable:
    """One table of the data map."""

    table: strawberry.Private[Table]
    name: str = strawberry.field(description="Its name in the database.")

    @strawberry.field(description="Whose data it holds.")
    def owner(self) -> DataOwner:
        return DataOwner(self.table.whose)

    @strawberry.field(description="Its title in archives; null where nothing of it is exported.")
    def title(self) -> str | None:
        return self.table.what or None

    @strawberry.field(description="Why nothing of it is exported.")
    def withheld_because(self) -> str | None:
        return self.table.withheld or None

    @strawberry.field(description="Every column of it.")
    def columns(self) -> list[DataColumn]:
        return [
            DataColumn(table=self.name, column=column, name=name)
            for name, column in self.table.columns.items()
        ]


@object_type
class ProcessingActivity:
    """One thing that personal data is processed for."""

    one: strawberry.Private[Processing]

    @strawberry.field(description="What it is called.")
    def title(self) -> str:
        return self.one.activity.title

    @strawberry.field(description="What it is for.")
    def purpose(self) -> str:
        return self.one.activity.purpose

    @strawberry.field(description="What allows it: articles of the GDPR.")
    def legal_basis(self) -> str:
        return self.one.activity.basis

    @strawberry.field(description="Whom it concerns: contacts, colleagues.")
    def people(self) -> list[str]:
        return list(self.one.people)

    @strawberry.field(description="How long it is kept.")
    def kept(self) -> str:
        return self.one.activity.kept

    @strawberry.field(description="Who is given it.")
    def recipients(self) -> list[DataRecipient]:
        return [DataRecipient(one=one) for one in self.one.recipients]

    @strawberry.field(description="The tables in which it is kept.")
    def tables(self) -> list[DataTable]:
        return [DataTable(table=privacy.TABLES[name], name=name) for name in self.one.tables]


@object_type
class ProcessingRecord:
    """The record of processing activities (GDPR, article 30)."""

    controller: str = strawberry.field(description="Who decides about it: the tenant's name.")
    country: str = strawberry.field(description="Where they are at home, ISO 3166-1 alpha-2.")

    @strawberry.field(description="What personal data is processed for.")
    def activities(self) -> list[ProcessingActivity]:
        return [ProcessingActivity(one=one) for one in privacy.record()]

    @strawberry.field(description="Everybody outside who is given some.")
    def recipients(self) -> list[DataRecipient]:
        return [DataRecipient(one=one) for one in privacy.RECIPIENTS.values()]

    @strawberry.field(description="How it is protected.")
    def measures(self) -> list[str]:
        return list(privacy.MEASURES)


@object_type
class DataMapQuery:
    """Asking what is kept of whom."""

    @strawberry.field(
        description="What personal data is kept, of whom, for what, for how long, and who is given "
        "it; made from the same map by which it is exported and erased.",
        directives=[requires(Permission.PRIVACY_READ)],
    )
    async def processing_record(self, info: Info) -> ProcessingRecord:
        home = await read_settings()
        return ProcessingRecord(controller=home.name, country=home.country)
