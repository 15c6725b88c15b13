"""The tables of analytics; only this folder writes them."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from kernel.models import IdField, InstantField, TenantModel, TenantTable, TextField


class KpiTarget(TenantTable):
    """What a tenant wants a KPI to be, in millionths of its unit."""

    name = fields.TextField(primary_key=True)
    millionths = fields.BigIntField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "kpi_target"


class Alert(TenantModel):
    """A figure that changed suddenly, until it is back."""

    kpi = TextField()
    subject = TextField()
    reason = TextField()
    value = fields.BigIntField(null=True)
    expected = fields.BigIntField(null=True)
    border = fields.BigIntField(null=True)
    rating = TextField(null=True)
    counted = fields.BigIntField()
    since = InstantField()
    cause = TextField(null=True)
    cause_value = TextField(null=True)
    cause_percent = fields.SmallIntField(null=True)
    raised_at = InstantField()
    cleared_at = InstantField(null=True)
    acknowledged_at = InstantField(null=True)
    acknowledged_by = IdField(null=True)

    class Meta:
        """Its table."""

        table = "alert"


class AlertCheck(TenantTable):
    """When a tenant's figures are looked at next."""

    name = fields.TextField(primary_key=True)
    due_at = InstantField()

    class Meta:
        """Its table."""

        table = "alert_check"


class KpiBaseline(TenantTable):
    """What is usual of a figure in a quarter of a day of the week."""

    kpi = fields.TextField(primary_key=True)
    slot = fields.SmallIntField()
    expected = fields.BigIntField()
    spread = fields.BigIntField()
    learnt_at = InstantField()

    class Meta:
        """Its table."""

        table = "kpi_baseline"


class WeeklyReport(TenantModel):
    """What worked in a week, and what to change, as it was told."""

    week = TextField()
    document: Any = fields.JSONField()
    published_at = InstantField()

    class Meta:
        """Its table."""

        table = "weekly_report"
