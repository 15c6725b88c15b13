"""The tables of touchpoints and of who came through them; only this folder writes them."""

from __future__ import annotations

from kernel.models import IdField, InstantField, TenantModel, TextField


class Touchpoint(TenantModel):
    """A place where people can say a first yes, and what their message is recognised by."""

    kind = TextField()
    name = TextField()
    number_id = IdField()
    code = TextField()
    sign = TextField(null=True)
    keyword = TextField(null=True)
    ad_id = TextField(null=True)
    greeting = TextField()
    label = TextField()
    wording = TextField(null=True)
    incentive = TextField(null=True)
    state = TextField()
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "touchpoint"


class TouchpointUse(TenantModel):
    """One time that a contact came through a touchpoint."""

    touchpoint_id = IdField()
    contact_id = IdField()
    way = TextField()
    message_id = IdField(null=True)
    at = InstantField()

    class Meta:
        """Its table."""

        table = "touchpoint_use"
