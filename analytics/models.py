"""The tables of analytics; only this folder writes them."""

from __future__ import annotations

from tortoise import fields

from kernel.models import InstantField, TenantTable


class KpiTarget(TenantTable):
    """What a tenant wants a KPI to be, in millionths of its unit."""

    name = fields.TextField(primary_key=True)
    millionths = fields.BigIntField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "kpi_target"
