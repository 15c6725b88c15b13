"""The roots: where every query and every change begins."""

from __future__ import annotations

from typing import Annotated

import strawberry

from api.graphql.context import Info
from api.graphql.described import object_type
from api.graphql.pages import After, Before, Connection, First, Last
from api.graphql.permissions import SIGNED_IN, requires
from api.graphql.scalars import PhoneNumber
from api.graphql.schema.account import AccountMutation
from api.graphql.schema.alerts import AlertMutation, AlertQuery
from api.graphql.schema.api_keys import ApiKey, ApiKeyMutation, keys_page
from api.graphql.schema.asking_consent import AskingConsentMutation
from api.graphql.schema.audit import AuditQuery
from api.graphql.schema.breaches import BreachMutation, BreachQuery
from api.graphql.schema.campaign_reviews import CampaignReviewQuery
from api.graphql.schema.campaign_steps import CampaignMutation
from api.graphql.schema.campaigns import CampaignQuery
from api.graphql.schema.carts import (
    Cart,
    CartFilterArg,
    Product,
    StoreArg,
    carts_page,
    products_page,
)
from api.graphql.schema.channels import (
    Number,
    PlatformUpdate,
    WhatsAppAccount,
    all_numbers,
    all_wabas,
    platform_updates_page,
)
from api.graphql.schema.closing import ClosingMutation, ClosingQuery
from api.graphql.schema.colleagues import ColleaguesMutation, Invitation, invitations_page
from api.graphql.schema.consent_proofs import ConsentProofQuery
from api.graphql.schema.consents import ConsentQuery
from api.graphql.schema.contact_lists import ContactOrder, contacts_page, one_contact
from api.graphql.schema.contact_pace import ContactPaceMutation
from api.graphql.schema.contacts import Contact
from api.graphql.schema.conversation_lists import ConversationOrder, inbox_page
from api.graphql.schema.conversations import Conversation
from api.graphql.schema.correcting_scores import ScoreMutation
from api.graphql.schema.data_map import DataMapQuery
from api.graphql.schema.desk import DeskMutation
from api.graphql.schema.erasures import ErasureMutation, ErasureQuery
from api.graphql.schema.exports import ExportMutation, ExportQuery
from api.graphql.schema.fallbacks import FallbackMutation, FallbackQuery
from api.graphql.schema.filters import ContactFilterArg, ConversationFilterArg
from api.graphql.schema.found_messages import FoundMessagesQuery
from api.graphql.schema.holds import LegalHoldMutation, LegalHoldQuery
from api.graphql.schema.imports import ImportMutation
from api.graphql.schema.jobs import JobQuery
from api.graphql.schema.kpi_steps import KpiMutation
from api.graphql.schema.kpis import KpiQuery
from api.graphql.schema.node import KINDS, Node
from api.graphql.schema.orders import Order, OrderFilterArg, orders_page
from api.graphql.schema.pace import PaceQuery
from api.graphql.schema.pace_changes import PaceMutation
from api.graphql.schema.people import Person, people_page
from api.graphql.schema.preferences import PreferencesMutation, Topic, topics_page
from api.graphql.schema.privacy_requests import PrivacyRequestQuery
from api.graphql.schema.privacy_steps import PrivacyRequestMutation
from api.graphql.schema.processors import ProcessorMutation, ProcessorQuery
from api.graphql.schema.restriction import RestrictionMutation
from api.graphql.schema.retention import RetentionMutation, RetentionQuery
from api.graphql.schema.rfm import RfmMutation, RfmQuery
from api.graphql.schema.segment_steps import SegmentMutation
from api.graphql.schema.segments import SegmentQuery
from api.graphql.schema.sending import SendingMutation
from api.graphql.schema.signing import SigningMutation
from api.graphql.schema.stores import CurrencyRate, Store, StoreMutation, all_rates, all_stores
from api.graphql.schema.tag_rules import TagRuleMutation, TagRuleQuery
from api.graphql.schema.tags import Tag, all_tags
from api.graphql.schema.telling import TellingMutation
from api.graphql.schema.template_preview import TemplateQuery
from api.graphql.schema.template_steps import TemplateMutation
from api.graphql.schema.templates import Template, TemplateFilterArg, templates_page
from api.graphql.schema.tenant import Tenant, TenantMutation, Viewer, read_tenant
from api.graphql.schema.touchpoints import (
    Touchpoint,
    TouchpointMutation,
    TouchpointState,
    touchpoints_page,
)
from api.graphql.schema.weekly_reports import ReportQuery
from api.graphql.schema.why_not_sent import WhyNotSentQuery
from api.graphql.schema.withdrawing_consent import WithdrawingConsentMutation
from kernel.errors import Invalid
from tenants import Permission

_MOST_NODES = 200

Search = Annotated[
    str | None,
    strawberry.argument(
        description="By name (the beginnings of its words) or the last 4 or more digits of a "
        "number.",
        directives=[requires(Permission.CONTACTS_PERSONAL)],
    ),
]
Phone = Annotated[
    PhoneNumber | None,
    strawberry.argument(
        description="Their phone, however it was written when they used it.",
        directives=[requires(Permission.CONTACTS_PERSONAL)],
    ),
]
ContactOrderArg = Annotated[ContactOrder, strawberry.argument(description="In which order.")]
ConversationOrderArg = Annotated[
    ConversationOrder, strawberry.argument(description="In which order.")
]


@object_type
class Query(
    ReportQuery,
    AlertQuery,
    AuditQuery,
    BreachQuery,
    CampaignQuery,
    CampaignReviewQuery,
    WhyNotSentQuery,
    ClosingQuery,
    ConsentQuery,
    ConsentProofQuery,
    ErasureQuery,
    DataMapQuery,
    ExportQuery,
    FallbackQuery,
    FoundMessagesQuery,
    JobQuery,
    KpiQuery,
    LegalHoldQuery,
    PaceQuery,
    PrivacyRequestQuery,
    ProcessorQuery,
    RetentionQuery,
    RfmQuery,
    SegmentQuery,
    TagRuleQuery,
    TemplateQuery,
):
    """What can be asked."""

    @strawberry.field(description="Who asks, and what they may.", directives=[SIGNED_IN])
    def viewer(self, info: Info) -> Viewer:
        return Viewer(asked=info.context)

    @strawberry.field(
        description="The tenant of the viewer.", directives=[requires(Permission.TENANT_READ)]
    )
    async def tenant(self, info: Info) -> Tenant:
        return await read_tenant(info.context)

    @strawberry.field(
        description="The thing with this id; null where there is none, or none that is yours.",
        directives=[requires(Permission.TENANT_READ)],
    )
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")],
    ) -> Node | None:
        return (await KINDS.find(info.context, [id]))[0]

    @strawberry.field(
        description="The things with these ids, in their order; null where there is none.",
        directives=[requires(Permission.TENANT_READ)],
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID], strawberry.argument(description="Their global ids: at most 200.")
        ],
    ) -> list[Node | None]:
        if len(ids) > _MOST_NODES:
            raise Invalid(
                f"At most {_MOST_NODES} ids can be asked for.",
                code="BAD_USER_INPUT",
                field=("ids",),
            )
        return await KINDS.find(info.context, list(ids))

    @strawberry.field(
        description="A contact by id or by phone: give one of them.",
        directives=[requires(Permission.CONTACTS_READ)],
    )
    async def contact(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Their global id.")
        ] = None,
        phone: Phone = None,
    ) -> Contact | None:
        return await one_contact(info.context, id, phone)

    @strawberry.field(
        description="The contacts of the tenant.", directives=[requires(Permission.CONTACTS_READ)]
    )
    async def contacts(
        self,
        info: Info,
        filter: ContactFilterArg = None,
        order_by: ContactOrderArg = ContactOrder.NEWEST,
        search: Search = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Contact]:
        return await contacts_page(info, filter, order_by, search, first, after, last, before)

    @strawberry.field(
        description="The tags of the tenant, by name.",
        directives=[requires(Permission.CONTACTS_READ)],
    )
    async def tags(self, info: Info) -> list[Tag]:
        return await all_tags(info.context)

    @strawberry.field(
        description="The topics that marketing is about, oldest first, archived ones too.",
        directives=[requires(Permission.CONTACTS_READ)],
    )
    async def topics(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Topic]:
        return await topics_page(info, first, after, last, before)

    @strawberry.field(
        description="The threads of the tenant: the shared inbox.",
        directives=[requires(Permission.CONVERSATIONS_READ)],
    )
    async def conversations(
        self,
        info: Info,
        filter: ConversationFilterArg = None,
        order_by: ConversationOrderArg = ConversationOrder.LATEST_MESSAGE,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Conversation]:
        return await inbox_page(info, filter, order_by, first, after, last, before)

    @strawberry.field(
        description="The shops of the tenant, oldest first.",
        directives=[requires(Permission.STORES_READ)],
    )
    async def stores(self, info: Info) -> list[Store]:
        return await all_stores(info.context)

    @strawberry.field(
        description="What currencies are worth in the tenant's own, by currency and time.",
        directives=[requires(Permission.STORES_READ)],
    )
    async def currency_rates(self, info: Info) -> list[CurrencyRate]:
        return await all_rates()

    @strawberry.field(
        description="The orders of the tenant's shops, the newest first; deleted ones left out.",
        directives=[requires(Permission.COMMERCE_READ)],
    )
    async def orders(
        self,
        info: Info,
        filter: OrderFilterArg = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Order]:
        return await orders_page(info, filter, first, after, last, before)

    @strawberry.field(
        description="The carts of the tenant's shops, the one left last first.",
        directives=[requires(Permission.COMMERCE_READ)],
    )
    async def carts(
        self,
        info: Info,
        filter: CartFilterArg = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Cart]:
        return await carts_page(info, filter, first, after, last, before)

    @strawberry.field(
        description="The products of the tenant's shops, the newest first; deleted ones left out.",
        directives=[requires(Permission.COMMERCE_READ)],
    )
    async def products(
        self,
        info: Info,
        store: StoreArg = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Product]:
        return await products_page(info, store, first, after, last, before)

    @strawberry.field(
        description="The people of the tenant, in the order in which they came.",
        directives=[requires(Permission.PEOPLE_READ)],
    )
    async def people(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Person]:
        return await people_page(info, first, after, last, before)

    @strawberry.field(
        description="The invitations that nobody has followed yet, oldest first.",
        directives=[requires(Permission.PEOPLE_WRITE)],
    )
    async def invitations(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Invitation]:
        return await invitations_page(info, first, after, last, before)

    @strawberry.field(
        description="The keys of the store's own systems, oldest first, also those that ended.",
        directives=[requires(Permission.KEYS_READ)],
    )
    async def api_keys(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[ApiKey]:
        return await keys_page(info, first, after, last, before)

    @strawberry.field(
        description="The WhatsApp Business accounts of the tenant, oldest first.",
        directives=[requires(Permission.CHANNELS_READ)],
    )
    async def whatsapp_accounts(self, info: Info) -> list[WhatsAppAccount]:
        return await all_wabas(info.context)

    @strawberry.field(
        description="The business numbers of the tenant, oldest first.",
        directives=[requires(Permission.CHANNELS_READ)],
    )
    async def numbers(self, info: Info) -> list[Number]:
        return await all_numbers(info.context)

    @strawberry.field(
        description="The message templates of the tenant, by name.",
        directives=[requires(Permission.CHANNELS_READ)],
    )
    async def templates(
        self,
        info: Info,
        filter: TemplateFilterArg = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Template]:
        return await templates_page(info, filter, first, after, last, before)

    @strawberry.field(
        description="The touchpoints of the tenant, the newest first.",
        directives=[requires(Permission.CHANNELS_READ)],
    )
    async def touchpoints(
        self,
        info: Info,
        states: Annotated[
            list[TouchpointState] | None,
            strawberry.argument(description="Only those in one of these states."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Touchpoint]:
        return await touchpoints_page(info, states, first, after, last, before)

    @strawberry.field(
        description="What the platform told about accounts, numbers and templates, latest first.",
        directives=[requires(Permission.CHANNELS_READ)],
    )
    async def platform_updates(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[PlatformUpdate]:
        return await platform_updates_page(info, first, after, last, before)


@object_type
class Mutation(
    AlertMutation,
    SigningMutation,
    AccountMutation,
    ColleaguesMutation,
    TenantMutation,
    PaceMutation,
    ContactPaceMutation,
    RfmMutation,
    PreferencesMutation,
    ApiKeyMutation,
    CampaignMutation,
    DeskMutation,
    ExportMutation,
    FallbackMutation,
    KpiMutation,
    RestrictionMutation,
    RetentionMutation,
    SegmentMutation,
    TagRuleMutation,
    ScoreMutation,
    SendingMutation,
    ImportMutation,
    StoreMutation,
    TellingMutation,
    TemplateMutation,
    TouchpointMutation,
    PrivacyRequestMutation,
    ProcessorMutation,
    AskingConsentMutation,
    BreachMutation,
    ClosingMutation,
    ErasureMutation,
    LegalHoldMutation,
    WithdrawingConsentMutation,
):
    """What can be done."""
