"""Statuses come in: they settle sends whose answer was lost, then they count (contract 2.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from conversations import results, statuses
from conversations.results import Echo
from conversations.statuses import ToldStatus
from kernel import database

_ID = re.compile(r"[0-9a-f]{32}")


@database.unit_of_work
async def record_statuses(told: Sequence[ToldStatus]) -> int:
    """Keep these statuses and bring their messages up to date; how many messages changed.

    A status that carries the callback data of a send proves that the platform has it.
    """
    echoes = [
        Echo(one.status.callback_data, one.number_id, one.status.wamid)
        for one in told
        if one.status.callback_data and _ID.fullmatch(one.status.callback_data)
    ]
    if echoes:
        await results.settle_by_echo(echoes)
    return await statuses.record_statuses(told)
