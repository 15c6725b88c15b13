"""Read marks and typing signs on their way to customers.

They have a reader of their own, so that a slow platform never keeps waiting what else follows from
events. What fails is forgotten.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import channels
import conversations
from conversations import Receivable
from kernel import clock, events
from kernel.events import Event
from kernel.ids import Id

READER = "receipts"
# A typing sign ends by itself after so long (contract 2.6); later it would be a lie.
_TYPING_LASTS = 25 * clock.SECOND
# Answered after so long, a read mark is no news any more.
_READ_LASTS = 10 * clock.MINUTE
_LASTS = {"receipt.wanted": _READ_LASTS, "typing.wanted": _TYPING_LASTS}
_AT_ONCE = 20


async def tell_customers(limit: int = 500) -> int:
    """Follow the outbox one step; how many events were seen."""
    return await events.follow(READER, _handle, limit, _LASTS)


async def _handle(happened: Sequence[Event]) -> None:
    now = clock.now()
    wished = [one for one in happened if now - one.at <= _LASTS[one.kind]]
    # The latest of a thread speaks for those before it.
    latest = {one.refs["conversation"]: one for one in wished}.values()
    types = {one.refs["conversation"] for one in wished if one.kind == "typing.wanted"}
    known = await conversations.receivables(one.refs["message"] for one in latest)
    numbers = await channels.numbers_by_ids({one.number_id for one in known.values()})
    tokens = {number_id: await channels.access_token(number_id) for number_id in numbers}
    seats = asyncio.Semaphore(_AT_ONCE)

    async def post(event: Event, message: Receivable) -> None:
        number_id: Id = message.number_id
        token = tokens.get(number_id)
        if token is None:
            return
        async with seats:
            await channels.post_receipt(
                numbers[number_id]["phone_number_id"],
                token,
                message.wamid,
                typing=event.refs["conversation"] in types,
            )

    await asyncio.gather(
        *(post(one, message) for one in latest if (message := known.get(one.refs["message"])))
    )
