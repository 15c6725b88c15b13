"""Channels: accounts, numbers and what the platform told about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import cast

import strawberry

import channels as room
from api.graphql.context import Context, Info
from api.graphql.described import enum_type, interface_type, object_type
from api.graphql.pages import After, Before, Connection, First, Last, PageArgs, PageList, read_page
from api.graphql.permissions import PERSONAL
from api.graphql.scalars import JSON, DateTime
from api.graphql.schema.health import ChannelHealth, load_health
from api.graphql.schema.node import KINDS, Node, created_at, updated_at
from api.graphql.schema.number_limits import NumberLimits, load_limits
from kernel.ids import Id
from tenants import Permission


@enum_type
class AccountState(Enum):
    """What the platform lets a WhatsApp Business account do."""

    ACTIVE = strawberry.enum_value("active", description="Everything.")
    RESTRICTED = strawberry.enum_value("restricted", description="Not everything, for a while.")
    DISABLED = strawberry.enum_value("disabled", description="Nothing: it is banned.")
    OFFBOARDED = strawberry.enum_value("offboarded", description="It left.")


@enum_type
class NumberState(Enum):
    """Whether messages of a number reach us."""

    CONNECTED = strawberry.enum_value("connected", description="They do.")
    DISCONNECTED = strawberry.enum_value("disconnected", description="They do not.")


@object_type
class WhatsAppAccount(Node):
    """A WhatsApp Business account."""

    kind = "waba"
    row: strawberry.Private[room.WabaRow]
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(description="The platform's id of it.")
    def account_id(self) -> str:
        return self.row["waba_id"]

    @strawberry.field(description="What the platform lets it do.")
    def state(self) -> AccountState:
        return AccountState(self.row["state"])

    @strawberry.field(description="Until when it is restricted.")
    def restricted_until(self) -> DateTime | None:
        return cast("DateTime | None", self.row["restricted_until"])

    @strawberry.field(description="When its templates were last read from the platform's list.")
    def templates_synced_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["templates_synced_at"])

    @strawberry.field(
        description="Why that list could not be read the last time, as a code; null where it could."
    )
    def templates_trouble(self) -> str | None:
        return self.row["templates_trouble"]

    @strawberry.field(
        description="How many people it may write to first in 24 hours, in the platform's word."
    )
    def messaging_limit(self) -> str | None:
        return self.row["messaging_limit"]


@interface_type
class Channel(Node):
    """A way to write to each other: today a WhatsApp number."""

    @strawberry.field(description="How customers see it.")
    def display_name(self) -> str:
        raise NotImplementedError


@object_type
class Number(Channel):
    """A business number on WhatsApp."""

    kind = "number"
    row: strawberry.Private[room.NumberRow]
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(description="How customers see it.")
    def display_name(self) -> str:
        return self.row["verified_name"] or self.row["display_phone_number"]

    @strawberry.field(description="The platform's id of it.")
    def phone_number_id(self) -> str:
        return self.row["phone_number_id"]

    @strawberry.field(description="The number as the platform writes it.")
    def display_phone_number(self) -> str:
        return self.row["display_phone_number"]

    @strawberry.field(description="The business name that the platform approved.")
    def verified_name(self) -> str:
        return self.row["verified_name"]

    @strawberry.field(description="Whether its messages reach us.")
    def state(self) -> NumberState:
        return NumberState(self.row["state"])

    @strawberry.field(description="The platform's rating: GREEN, YELLOW, RED, UNKNOWN or newer.")
    def quality(self) -> str | None:
        return self.row["quality"]

    @strawberry.field(description="Its throughput, in the platform's word: STANDARD, HIGH.")
    def throughput(self) -> str | None:
        return self.row["throughput"]

    @strawberry.field(description="When its access token ends.")
    def token_expires_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["token_expires_at"])

    @strawberry.field(description="The platform's code of the last trouble with it.")
    def trouble_code(self) -> int | None:
        return self.row["trouble_code"]

    @strawberry.field(description="When that trouble was told.")
    def trouble_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["trouble_at"])

    @strawberry.field(description="Whether its messages get out.")
    def channel_health(self) -> ChannelHealth:
        return cast(ChannelHealth, self.asked.loader(load_health).get(self.row["id"]))

    @strawberry.field(description="What it may send, what of it is used, and why less.")
    def limits(self) -> NumberLimits:
        return cast(NumberLimits, self.asked.loader(load_limits).get(self.row["id"]))

    @strawberry.field(description="The account it belongs to.")
    def account(self) -> WhatsAppAccount:
        found = self.asked.loader(load_wabas).get(self.row["waba_row_id"])
        return cast(WhatsAppAccount, found)


@object_type
class PlatformUpdate:
    """Something that the platform told about accounts, numbers or templates."""

    row: strawberry.Private[room.PlatformUpdateRow]
    asked: strawberry.Private[Context]

    @strawberry.field(description="The webhook field it came in; new ones may appear.")
    def field(self) -> str:
        return self.row["field"]

    @strawberry.field(description="What happened, in the platform's word; empty where it has none.")
    def event(self) -> str:
        return self.row["event"]

    @strawberry.field(description="When, by the platform's time.")
    def at(self) -> DateTime:
        return DateTime(self.row["at"])

    @strawberry.field(description="When it came in.")
    def received_at(self) -> DateTime:
        return DateTime(self.row["received_at"])

    @strawberry.field(description="The account it is about.")
    def account(self) -> WhatsAppAccount | None:
        row_id = self.row["waba_row_id"]
        return self.asked.loader(load_wabas).get(row_id) if row_id else None

    @strawberry.field(description="The number it is about.")
    def number(self) -> Number | None:
        row_id = self.row["number_id"]
        return self.asked.loader(load_numbers).get(row_id) if row_id else None

    @strawberry.field(
        description="It as the platform sent it; it may name people.", directives=[PERSONAL]
    )
    def payload(self) -> JSON | None:
        row = self.row
        told = self.asked.unseal.json(
            "platform_update.payload", row["id"], row["subject_id"], row["payload_sealed"]
        )
        return None if told is None else JSON(told)


async def load_wabas(asked: Context, ids: list[Id]) -> Mapping[Id, WhatsAppAccount]:
    """Accounts by their ids."""
    rows = await room.wabas_by_ids(ids)
    return {row_id: WhatsAppAccount(row=row, asked=asked) for row_id, row in rows.items()}


async def load_numbers(asked: Context, ids: list[Id]) -> Mapping[Id, Number]:
    """Numbers by their ids."""
    rows = await room.numbers_by_ids(ids)
    return {row_id: Number(row=row, asked=asked) for row_id, row in rows.items()}


async def all_wabas(asked: Context) -> list[WhatsAppAccount]:
    """All accounts of the tenant, oldest first."""
    return [WhatsAppAccount(row=row, asked=asked) for row in await room.list_wabas()]


async def all_numbers(asked: Context) -> list[Number]:
    """All numbers of the tenant, oldest first."""
    return [Number(row=row, asked=asked) for row in await room.list_numbers()]


async def platform_updates_page(
    info: Info, first: First, after: After, last: Last, before: Before
) -> Connection[PlatformUpdate]:
    """What the platform told, the latest first."""
    asked = info.context

    def make(rows: Sequence[room.PlatformUpdateRow]) -> list[PlatformUpdate]:
        asked.unseal.want(row["subject_id"] for row in rows)
        return [PlatformUpdate(row=row, asked=asked) for row in rows]

    page = await read_page(
        PageArgs.read(first, after, last, before),
        PageList("platformUpdates"),
        "DESC",
        lambda direction, place, limit: room.platform_update_page(
            direction, cast("tuple[int, Id] | None", place), limit
        ),
        lambda row: (row["at"], row["id"]),
        room.count_platform_updates,
        make,
    )
    await asked.unseal.fetch()
    return page


KINDS.add("waba", Permission.CHANNELS_READ, load_wabas)
KINDS.add("number", Permission.CHANNELS_READ, load_numbers)
