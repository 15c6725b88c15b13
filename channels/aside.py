"""Updates for numbers and accounts that nobody has connected: kept, sealed, until somebody does."""

from __future__ import annotations

from collections.abc import Sequence

from channels import numbers, wire
from channels.deliveries import Claimed
from channels.told import code, payload_of
from kernel import database, keys, metrics


async def put_aside(items: Sequence[tuple[Claimed, int, wire.Update]]) -> None:
    """Keep updates that lead nowhere, each once, named by its delivery and its place therein.

    Connecting their number or account drains their deliveries once more.
    """
    if not items:
        return
    sealers = {day: keys.intake_of(day) for day in {one.intake_key for one, _, _ in items}}
    stored = await database.insert(
        "aside",
        [
            {
                "delivery_id": one.id,
                "item": item,
                "phone_number_id": getattr(update, "phone_number_id", None) or "",
                "waba_id": update.waba_id,
                "field": code(getattr(update, "field", None)),
                "intake_key": one.intake_key,
                "body_sealed": sealers[one.intake_key].seal(
                    "aside.body", f"{one.id}:{item}", payload_of(update)
                ),
                "received_at": one.received_at,
            }
            for one, item, update in items
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="delivery_id",
    )
    metrics.ASIDE.inc(len(stored))
    await numbers.take_up_what_was_missed([one.id for one, _, _ in items])
