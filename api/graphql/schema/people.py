"""Colleagues: the people of a tenant."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

import strawberry

from api.graphql.context import Context, Info
from api.graphql.described import enum_type, object_type
from api.graphql.pages import (
    After,
    Before,
    Connection,
    First,
    Last,
    PageArgs,
    page_of_all,
)
from api.graphql.permissions import requires
from api.graphql.schema.node import KINDS, Node
from kernel.ids import Id
from tenants import Permission, PersonRow, list_people, people_by_ids


@enum_type
class Role(Enum):
    """What a person is in a tenant; the role decides the permissions."""

    OWNER = strawberry.enum_value("owner", description="May do everything, also name owners.")
    ADMIN = strawberry.enum_value("admin", description="Runs the tenant.")
    AGENT = strawberry.enum_value("agent", description="Talks with customers.")
    ANALYST = strawberry.enum_value("analyst", description="Reads figures, never a person's data.")
    COMPLIANCE = strawberry.enum_value("compliance", description="Sees to privacy.")
    STORE = strawberry.enum_value(
        "store", description="No person: a system of the store, with its key."
    )


@enum_type
class PersonState(Enum):
    """Whether a person works here."""

    ACTIVE = strawberry.enum_value("active", description="Works here.")
    LEFT = strawberry.enum_value("left", description="Has left; what they wrote stays.")


@object_type
class Person(Node):
    """A colleague: somebody who signs in."""

    kind = "person"

    @strawberry.field(
        description="The name that colleagues see.", directives=[requires(Permission.PEOPLE_READ)]
    )
    def name(self) -> str:
        return str(self.row["name"])

    @strawberry.field(description="What they are here.")
    def role(self) -> Role:
        return Role(self.row["role"])

    @strawberry.field(description="Whether they work here.")
    def state(self) -> PersonState:
        return PersonState(self.row["state"])


async def load_people(asked: Context, ids: list[Id]) -> Mapping[Id, Person]:
    """People by their ids."""
    rows = await people_by_ids(ids)
    return {row_id: _person(asked, row) for row_id, row in rows.items()}


async def people_page(
    info: Info, first: First, after: After, last: Last, before: Before
) -> Connection[Person]:
    """The people of the tenant, in the order in which they came."""
    asked = info.context
    return await page_of_all(
        "people",
        await list_people(),
        PageArgs.read(first, after, last, before),
        lambda rows: [_person(asked, row) for row in rows],
    )


def _person(asked: Context, row: PersonRow) -> Person:
    shown: dict[str, Any] = {
        "id": row.id,
        "name": row.name,
        "role": row.role.value,
        "state": row.state,
    }
    return Person(row=shown, asked=asked)


KINDS.add("person", Permission.PEOPLE_READ, load_people)
