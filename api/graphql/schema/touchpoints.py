"""Touchpoints: where people can say a first yes, and what each brought (F10)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum
from typing import Annotated, cast

import strawberry

import links
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, enum_type, input_type, object_type
from api.graphql.pages import After, Before, Connection, First, Last, PageArgs, PageList, read_page
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import URL, DateTime
from api.graphql.schema.channels import Number, load_numbers
from api.graphql.schema.filters import TimeCondition
from api.graphql.schema.node import KINDS, Node, created_at, read_id, updated_at
from kernel.ids import Id
from links import TouchpointRow
from tenants import Permission

_WRITE = Permission.CHANNELS_WRITE
_LATEST = 2**62


@enum_type
class TouchpointKind(Enum):
    """Where it is, or what it is."""

    POPUP = strawberry.enum_value("popup", description="A pop-up of the shop.")
    CHAT_POPUP = strawberry.enum_value("chat_popup", description="A pop-up that opens a chat.")
    CHAT_BUBBLE = strawberry.enum_value("chat_bubble", description="A bubble in a page's corner.")
    PRODUCT_BUTTON = strawberry.enum_value(
        "product_button", description="A button on a product's page."
    )
    CHECKOUT_BOX = strawberry.enum_value("checkout_box", description="A box in the checkout.")
    ORDER_CONFIRMATION = strawberry.enum_value(
        "order_confirmation", description="The page that confirms an order."
    )
    EMAIL_SIGNATURE = strawberry.enum_value("email_signature", description="Below e-mails.")
    QR_CODE = strawberry.enum_value("qr_code", description="A picture in print.")
    CHAT_LINK = strawberry.enum_value("chat_link", description="A link that opens a chat.")
    AD = strawberry.enum_value("ad", description="An ad that opens a chat.")
    KEYWORD = strawberry.enum_value("keyword", description="A word that people send.")
    REFERRAL = strawberry.enum_value("referral", description="A link that friends pass on.")
    IMPORT = strawberry.enum_value("import", description="A list of people that is imported.")


@enum_type
class TouchpointState(Enum):
    """Whether people can come through it."""

    ACTIVE = strawberry.enum_value("active", description="They can.")
    ARCHIVED = strawberry.enum_value(
        "archived", description="It has ended; what it brought stays in the reports."
    )


@object_type
class TouchpointInsights:
    """What a touchpoint brought: the people who first came through it in a time."""

    joined: int = strawberry.field(description="How many people came.")
    confirmed: int = strawberry.field(
        description="How many of them confirmed consent to marketing since, or by its list."
    )
    bought: int = strawberry.field(description="How many of them placed an order since.")
    left: int = strawberry.field(
        description="How many of them withdrew consent to marketing since."
    )


@object_type
class Touchpoint(Node):
    """A place where people can say a first yes."""

    kind = "touchpoint"
    row: strawberry.Private[TouchpointRow]
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(name="kind", description="Where it is, or what it is.")
    def touchpoint_kind(self) -> TouchpointKind:
        return TouchpointKind(self.row["kind"])

    @strawberry.field(description="What colleagues call it.")
    def name(self) -> str:
        return self.row["name"]

    @strawberry.field(description="Whether people can come through it.")
    def state(self) -> TouchpointState:
        return TouchpointState(self.row["state"])

    @strawberry.field(description="The business number that people write to.")
    def number(self) -> Number:
        return cast(Number, self.asked.loader(load_numbers).get(self.row["number_id"]))

    @strawberry.field(
        description="What a message is recognised by: eight letters and digits, opaque."
    )
    def code(self) -> str:
        return self.row["code"]

    @strawberry.field(description="The word that people send, of kind KEYWORD.")
    def keyword(self) -> str | None:
        return self.row["keyword"]

    @strawberry.field(
        description="The platform's id of the ad, of kind AD; null for all ads that have no "
        "touchpoint of their own."
    )
    def ad_id(self) -> str | None:
        return self.row["ad_id"]

    @strawberry.field(description="What the message that people send begins with.")
    def greeting(self) -> str:
        return self.row["greeting"]

    @strawberry.field(description="What stands on its button.")
    def label(self) -> str:
        return self.row["label"]

    @strawberry.field(
        description="The name of the wording that people agree to; null where coming through it is "
        "no consent."
    )
    def wording(self) -> str | None:
        return self.row["wording"]

    @strawberry.field(description="What the second yes earns: a coupon's code.")
    def incentive(self) -> str | None:
        return self.row["incentive"]

    @strawberry.field(description="The text that stands in the chat, with the code.")
    def prefilled_text(self) -> str:
        return links.prefilled_text(self.row)

    @strawberry.field(description="The link that opens WhatsApp with the text filled in.")
    async def chat_link(self) -> URL:
        number = await self.asked.loader(load_numbers).one(self.row["number_id"])
        display = number.row["display_phone_number"] if number else ""
        return cast(URL, links.chat_link(self.row, display))

    @strawberry.field(
        description="A short link to the same chat: number and text may change behind it."
    )
    def short_link(self) -> URL:
        return self._address(f"l/{self.row['code']}")

    @strawberry.field(description="A picture of the short link as SVG, for print.")
    def qr_svg(self) -> URL:
        return self._address(f"qr/{self.row['code']}.svg")

    @strawberry.field(description="A picture of the short link as PNG.")
    def qr_png(self) -> URL:
        return self._address(f"qr/{self.row['code']}.png")

    @strawberry.field(
        description="A page where people enter their number and agree; null without a wording."
    )
    def join_link(self) -> URL | None:
        return self._address(f"join/{self.row['code']}") if self.row["wording"] else None

    @strawberry.field(
        description="What a widget in a page needs, as JSON; pages of the tenant's allowedOrigins "
        "may fetch it."
    )
    def widget(self) -> URL:
        return self._address(f"widgets/{self.row['code']}.json")

    @strawberry.field(
        description="What it brought.", directives=[requires(Permission.CONTACTS_READ)]
    )
    def insights(
        self,
        range: Annotated[
            TimeCondition | None,
            strawberry.argument(description="Of people who came in this time; left out, of all."),
        ] = None,
    ) -> TouchpointInsights:
        after = range.after if range and range.after is not None else 0
        before = range.before if range and range.before is not None else _LATEST
        found = self.asked.loader(load_insights).get((self.row["id"], after, before))
        return cast(TouchpointInsights, found)

    def _address(self, path: str) -> URL:
        return cast(URL, f"{self.asked.public_url}/{path}")


@input_type
class TouchpointCreateInput:
    """A touchpoint to make."""

    kind: TouchpointKind = strawberry.field(description="Where it is, or what it is.")
    name: str = strawberry.field(description="What to call it: 1 to 200 characters.")
    number: strawberry.ID = strawberry.field(description="The number that people write to.")
    greeting: str = strawberry.field(
        default="", description="What the message begins with: up to 120 characters."
    )
    label: str = strawberry.field(
        default="", description="What stands on its button: up to 80 characters."
    )
    keyword: str | None = strawberry.field(
        default=None, description="The word that people send, for kind KEYWORD."
    )
    ad_id: str | None = strawberry.field(
        default=None,
        description="The platform's id of the ad, for kind AD; left out, it stands for all ads "
        "that have none of their own.",
    )
    wording: str | None = strawberry.field(
        default=None,
        description="The name of the wording that people agree to; left out, coming through it is "
        "no consent.",
    )
    incentive: str | None = strawberry.field(
        default=None, description="What the second yes earns: a coupon's code. Needs a wording."
    )


@input_type
class TouchpointUpdateInput:
    """What to change of a touchpoint; what is left out stays."""

    touchpoint: strawberry.ID = strawberry.field(description="The touchpoint.")
    name: str | None = strawberry.field(default=None, description="What to call it.")
    number: strawberry.ID | None = strawberry.field(
        default=None, description="The number that people write to."
    )
    greeting: str | None = strawberry.field(
        default=None, description="What the message begins with."
    )
    label: str | None = strawberry.field(default=None, description="What stands on its button.")
    wording: str | None = strawberry.field(
        default=None, description="The name of the wording; empty for none."
    )
    incentive: str | None = strawberry.field(
        default=None, description="What the second yes earns; empty for nothing."
    )


@input_type
class TouchpointArchiveInput:
    """A touchpoint to end."""

    touchpoint: strawberry.ID = strawberry.field(description="The touchpoint.")


@object_type
class TouchpointPayload:
    """What became of a step with a touchpoint."""

    touchpoint: Touchpoint | None = strawberry.field(description="The touchpoint as it is now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class TouchpointMutation:
    """What can be done with touchpoints."""

    @strawberry.mutation(
        description="Make a touchpoint, with its code, links and pictures.",
        directives=[requires(_WRITE)],
    )
    async def touchpoint_create(
        self, info: Info, input: InputOf[TouchpointCreateInput]
    ) -> TouchpointPayload:
        async def work() -> Id:
            details = links.Details(
                name=input.name,
                number_id=read_id("number", input.number, "number"),
                greeting=input.greeting,
                label=input.label,
                wording=input.wording,
                incentive=input.incentive,
            )
            new = links.NewTouchpoint(str(input.kind.value), details, input.keyword, input.ad_id)
            return await links.create_touchpoint(new)

        return await _payload(info, work)

    @strawberry.mutation(
        description="Change a touchpoint; kind and code stay, for they may be in print.",
        directives=[requires(_WRITE)],
    )
    async def touchpoint_update(
        self, info: Info, input: InputOf[TouchpointUpdateInput]
    ) -> TouchpointPayload:
        async def work() -> Id:
            touchpoint_id = read_id("touchpoint", input.touchpoint, "touchpoint")
            details = links.Details()
            if input.name is not None:
                details["name"] = input.name
            if input.number is not None:
                details["number_id"] = read_id("number", input.number, "number")
            if input.greeting is not None:
                details["greeting"] = input.greeting
            if input.label is not None:
                details["label"] = input.label
            if input.wording is not None:
                details["wording"] = input.wording
            if input.incentive is not None:
                details["incentive"] = input.incentive
            await links.update_touchpoint(touchpoint_id, details)
            return touchpoint_id

        return await _payload(info, work)

    @strawberry.mutation(
        description="End a touchpoint: its links and pictures lead nowhere from then on.",
        directives=[requires(_WRITE)],
    )
    async def touchpoint_archive(
        self, info: Info, input: InputOf[TouchpointArchiveInput]
    ) -> TouchpointPayload:
        async def work() -> Id:
            touchpoint_id = read_id("touchpoint", input.touchpoint, "touchpoint")
            await links.archive_touchpoint(touchpoint_id)
            return touchpoint_id

        return await _payload(info, work)


async def load_touchpoints(asked: Context, ids: list[Id]) -> Mapping[Id, Touchpoint]:
    """Touchpoints by their ids."""
    rows = await links.touchpoints_by_ids(ids)
    return {row_id: Touchpoint(row=row, asked=asked) for row_id, row in rows.items()}


async def load_insights(
    _asked: Context, wanted: list[tuple[Id, int, int]]
) -> Mapping[tuple[Id, int, int], TouchpointInsights]:
    """What touchpoints brought in a time, one statement for each time that is asked for."""
    found = {}
    for after, before in dict.fromkeys((after, before) for _, after, before in wanted):
        asked_for = [one for one, *time in wanted if time == [after, before]]
        for touchpoint_id, told in (await links.insights_of(asked_for, after, before)).items():
            found[touchpoint_id, after, before] = TouchpointInsights(
                joined=told.joined, confirmed=told.confirmed, bought=told.bought, left=told.left
            )
    return found


async def load_first_touchpoints(asked: Context, ids: list[Id]) -> Mapping[Id, Touchpoint]:
    """The touchpoint through which contacts came first, by contact."""
    first = await links.touchpoints_of(ids)
    found = await asked.loader(load_touchpoints).many(first.values())
    return {contact_id: found[touchpoint_id] for contact_id, touchpoint_id in first.items()}


async def touchpoints_page(
    info: Info,
    states: list[TouchpointState] | None,
    first: First,
    after: After,
    last: Last,
    before: Before,
) -> Connection[Touchpoint]:
    """The touchpoints of the tenant, the newest first."""
    asked = info.context
    wanted = None if states is None else sorted(str(one.value) for one in states)

    def make(rows: Sequence[TouchpointRow]) -> list[Touchpoint]:
        return [Touchpoint(row=row, asked=asked) for row in rows]

    return await read_page(
        PageArgs.read(first, after, last, before),
        PageList("touchpoints", wanted),
        "DESC",
        lambda direction, beyond, limit: links.touchpoint_page(
            wanted, direction, beyond[0] if beyond else None, limit
        ),
        lambda row: (row["id"],),
        lambda: links.count_touchpoints(wanted),
        make,
    )


async def _payload(info: Info, work: Callable[[], Awaitable[Id]]) -> TouchpointPayload:
    touchpoint_id, errors = await attempt(work)
    found = await load_touchpoints(info.context, [touchpoint_id]) if touchpoint_id else {}
    return TouchpointPayload(touchpoint=found.get(touchpoint_id or ""), user_errors=errors)


KINDS.add("touchpoint", Permission.CHANNELS_READ, load_touchpoints)
