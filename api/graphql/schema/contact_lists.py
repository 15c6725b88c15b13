"""Lists of contacts, and a contact by phone."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from enum import Enum
from typing import Any

import strawberry

import contacts as room
from api.graphql import selection
from api.graphql.context import Context, Info
from api.graphql.described import enum_type
from api.graphql.pages import (
    After,
    Before,
    Connection,
    Direction,
    First,
    Last,
    PageArgs,
    PageList,
    read_page,
)
from api.graphql.schema.contacts import Contact, load_contacts, load_identities, make_contacts
from api.graphql.schema.filters import ContactFilter, contact_conditions
from api.graphql.schema.node import read_id
from api.graphql.schema.tags import load_tags_of
from kernel.errors import Invalid
from kernel.ids import Id
from tenants import Permission


@enum_type
class ContactOrder(Enum):
    """In which order contacts are listed."""

    NEWEST = strawberry.enum_value("newest", description="Who became a contact last first.")
    OLDEST = strawberry.enum_value("oldest", description="Who became a contact first first.")


async def contacts_page(
    info: Info,
    given: ContactFilter | None,
    order: ContactOrder,
    search: str | None,
    first: First,
    after: After,
    last: Last,
    before: Before,
) -> Connection[Contact]:
    """The tenant's contacts under a filter."""
    asked = info.context
    args = PageArgs.read(first, after, last, before)
    wanted = contact_conditions(asked, given, search)
    direction: Direction = "DESC" if order is ContactOrder.NEWEST else "ASC"
    page = await read_page(
        args,
        PageList("contacts", given, search, order.value),
        direction,
        lambda towards, place, limit: room.contact_page(
            wanted, towards, place[0] if place else None, limit
        ),
        lambda row: (row["id"],),
        lambda: room.count_contacts(wanted),
        lambda rows: make_contacts(asked, rows),
    )
    await _read_ahead(info, page.nodes)
    return page


async def one_contact(
    asked: Context, contact_id: strawberry.ID | None, phone: str | None
) -> Contact | None:
    """The contact with this id or phone; None for the absent and the others'."""
    if (contact_id is None) == (phone is None):
        raise Invalid("Give either id or phone.", code="BAD_USER_INPUT", field=("id",))
    if contact_id is not None:
        row_id: Id | None = read_id("contact", contact_id, "id")
    else:
        asked.me.require(Permission.CONTACTS_PERSONAL)
        [known] = await room.find([room.Sighting(at=0, phone=str(phone).removeprefix("+"))])
        row_id = known.contact_id if known else None
    found = await asked.loader(load_contacts).many([row_id] if row_id else [])
    await asked.unseal.fetch()
    return found.get(row_id) if row_id else None


async def _read_ahead(info: Info, people: list[Contact]) -> None:
    """As in the inbox: what the operation selects on the contacts, one statement each."""
    asked, fields = info.context, selection.of_nodes(info._raw_info)
    ids = [contact.row["id"] for contact in people]
    reads: list[Coroutine[Any, Any, Any]] = []
    if asked.sees_personal and {"phone", "identities", "whatsapp"} & fields.keys():
        reads.append(asked.loader(load_identities).many(ids))
    if "tags" in fields:
        reads.append(asked.loader(load_tags_of).many(ids))
    await asyncio.gather(*reads)
    await asked.unseal.fetch()
