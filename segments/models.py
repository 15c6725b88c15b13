"""The tables of what contacts come to; only this folder writes them."""

from __future__ import annotations

from typing import Any

from tortoise.fields import BigIntField, IntField, JSONField, SmallIntField

from kernel.models import IdField, InstantField, TenantModel, TenantTable, TextField


class ContactFacts(TenantTable):
    """What the orders and messages of a contact come to, in the tenant's currency."""

    contact_id = IdField(primary_key=True)
    first_order_at = InstantField(null=True)
    last_order_at = InstantField(null=True)
    orders = IntField()
    spent = BigIntField()
    spent_net = BigIntField()
    first_order = BigIntField(null=True)
    largest_order = BigIntField(null=True)
    orders_30d = IntField()
    orders_90d = IntField()
    orders_180d = IntField()
    orders_365d = IntField()
    spent_365d = BigIntField()
    last_inbound_at = InstantField(null=True)
    last_outbound_at = InstantField(null=True)
    last_read_at = InstantField(null=True)
    inbound_30d = IntField()
    clicks_7d = IntField()
    r = SmallIntField(null=True)
    f = SmallIntField(null=True)
    m = SmallIntField(null=True)
    rn = SmallIntField(null=True)
    fn = SmallIntField(null=True)
    mn = SmallIntField(null=True)
    rfm_segment = TextField(null=True)
    recency_class = TextField(null=True)
    frequency_class = TextField(null=True)
    tier = TextField(null=True)
    value_class = TextField(null=True)
    stage = TextField(null=True)
    computed_at = InstantField()
    due_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "contact_facts"


class FactsState(TenantTable):
    """Where the quintiles of a tenant are cut, and how far computing all anew is."""

    tenant_id = IdField(primary_key=True)
    buyers = IntField()
    cuts: Any = JSONField()
    cuts_at = InstantField(null=True)
    cuts_due_at = InstantField(null=True)
    walk_after = IdField(null=True)
    walk_done = IntField()
    walk_total = IntField()
    walk_started_at = InstantField(null=True)
    walk_finished_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "facts_state"


class Segment(TenantModel):
    """A rule with a name, and how far its members are worked out."""

    name = TextField()
    code = TextField(null=True)
    rule: Any = JSONField()
    version = IntField()
    filled_version = IntField()
    filled_at = InstantField(null=True)
    seen_to = InstantField()
    tag_id = IdField(null=True)
    person_id = IdField(null=True)
    created_at = InstantField()
    updated_at = InstantField()
    deleted_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "segment"


class SegmentMember(TenantTable):
    """A stay of a contact in a segment."""

    segment_id = IdField(primary_key=True)
    contact_id = IdField()
    entered_at = InstantField()
    left_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "segment_member"
