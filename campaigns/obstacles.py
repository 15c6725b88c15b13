"""What would stand in everybody's way: better told to who launches than to each recipient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import conversations
from conversations import Asked
from kernel import ids
from kernel.errors import Conflict
from kernel.ids import Id

# Reasons of the gate that are no recipient's own, and the part of the campaign that each is about.
_FOR_ALL: dict[str, tuple[str, ...]] = {
    "TENANT_SUSPENDED": (),
    "NUMBER_DISCONNECTED": ("numbers",),
    "NO_TOKEN": ("numbers",),
    "TOKEN_REFUSED": ("numbers",),
    "ACCOUNT_DISABLED": ("numbers",),
    "ACCOUNT_RESTRICTED": ("numbers",),
    "UNKNOWN_TEMPLATE": ("template", "name"),
    "TEMPLATE_NOT_APPROVED": ("template", "name"),
}


async def refuse_obstacles(
    campaign: Mapping[str, Any], number_ids: Sequence[Id], contact_id: Id
) -> None:
    """Conflict where the gate would refuse whoever it is; asked for one of them."""
    asked = [
        Asked(
            ids.new_id(),
            contact_id,
            number_id,
            needs_window=False,
            template_name=campaign["template_name"],
            template_language=campaign["template_language"],
            is_new=True,
        )
        for number_id in number_ids
    ]
    for decision in (await conversations.rehearse(asked)).values():
        for reason in decision.reasons:
            if reason.code in _FOR_ALL:
                field = _FOR_ALL[reason.code]
                raise Conflict(reason.message, code=reason.code, field=field)
