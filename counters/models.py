"""The tables of what was counted; only this folder writes them."""

from __future__ import annotations

from tortoise import fields

from kernel.models import IdField, InstantField, TenantTable, TextField


class Attribution(TenantTable):
    """The touch that an order belongs to: one for each order, or none."""

    order_id = IdField(primary_key=True)
    evidence = TextField()
    send_id = IdField(null=True)
    campaign_id = IdField(null=True)
    touchpoint_id = IdField(null=True)
    touched_at = InstantField()
    confidence = fields.SmallIntField()
    attributed_at = InstantField()

    class Meta:
        """Its table."""

        table = "attribution"


class KpiHour(TenantTable):
    """How much of a metric came in an hour, under one value of a dimension."""

    dimension = TextField()
    metric = fields.TextField(primary_key=True)
    hour = InstantField()
    value = TextField()
    bin = fields.IntField()
    n = fields.BigIntField()

    class Meta:
        """Its table."""

        table = "kpi_hour"


class KpiSource(TenantTable):
    """What a thing has given to the counters, to be taken back when the thing changes."""

    kind = TextField()
    thing_id = IdField(primary_key=True)
    part = fields.IntField()
    generation = fields.IntField()
    gave = TextField()

    class Meta:
        """Its table."""

        table = "kpi_source"


class KpiCount(TenantTable):
    """How a tenant's counting stands, and how far counting anew has come."""

    name = fields.TextField(primary_key=True)
    generation = fields.IntField()
    basis = TextField()
    stage = TextField(null=True)
    after_id = IdField()
    done = fields.BigIntField()
    total = fields.BigIntField()
    is_paused = fields.SmallIntField()
    started_at = InstantField()
    finished_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "kpi_count"
