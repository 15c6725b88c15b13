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
