"""What the platform tells beside messages: kept once as it came, and acted on (contract 4b, F19).

The order of arrival changes nothing: what is acted on is folded by the platform's own times.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from channels import standing, templates, wire
from channels.told import Kept, Told, event_of, field_of, payload_of
from kernel import database, events, ids, keys, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

_NOT_A_DIGIT = re.compile(r"[^0-9]")


@database.unit_of_work
async def apply_updates(items: Sequence[Told]) -> None:
    """Keep these updates of the current tenant, each once, and act on them.

    Messages, echoes, statuses, calls and moves among them are left to the conversations. What is
    about a person whose key was destroyed is dropped.
    """
    told = await _with_numbers([one for one in items if isinstance(one.update, Kept)])
    if not told:
        return
    fresh = await _keep(told)
    await events.record(*(_event(row) for row in fresh))
    await templates.apply(told)
    await standing.apply(told)


async def _with_numbers(told: list[Told]) -> list[Told]:
    """With the number's row where an account's news names a number by its displayed digits."""
    wabas = {one.waba_row_id for one in told if _displayed(one) and one.waba_row_id}
    if not wabas:
        return told
    rows = await database.rows(
        """SELECT n.id, n.waba_row_id, n.display_phone_number FROM ({batch}) AS b
             JOIN number n ON n.tenant_id = $1::uuid AND n.waba_row_id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[waba] for waba in wabas]),
    )
    known = {
        (row["waba_row_id"], _NOT_A_DIGIT.sub("", row["display_phone_number"])): row["id"]
        for row in rows
    }
    return [
        replace(one, number_id=known.get((one.waba_row_id, digits)))
        if (digits := _displayed(one))
        else one
        for one in told
    ]


def _displayed(one: Told) -> str | None:
    if one.number_id is None and isinstance(one.update, wire.AccountUpdate):
        return one.update.phone_number
    return None


async def _keep(told: Sequence[Told]) -> list[dict[str, Any]]:
    """Store each update that is not here yet; the new rows."""
    sealers = await keys.of({one.subject_id for one in told if one.subject_id})
    rows: dict[bytes, dict[str, Any]] = {}
    for one in told:
        sealer = sealers.get(one.subject_id) if one.subject_id else keys.house()
        if sealer is None:
            continue
        payload, row_id = payload_of(one.update), ids.new_id()
        token = keys.index().token("platform_update", _identity(one.update, payload))
        rows.setdefault(
            token,
            {
                "tenant_id": tenancy.current(),
                "id": row_id,
                "token": token,
                "field": field_of(one.update),
                "event": event_of(one.update),
                "waba_row_id": one.waba_row_id,
                "number_id": one.number_id,
                "subject_id": one.subject_id or tenancy.current(),
                "payload_sealed": sealer.seal("platform_update.payload", row_id, payload),
                "at": one.at,
                "received_at": one.received_at,
            },
        )
    stored = await database.insert(
        "platform_update",
        # In one order everywhere, so that two workers never wait for each other.
        [rows[token] for token in sorted(rows)],
        conflict="ON CONFLICT DO NOTHING",
        returning="id",
    )
    new: set[Id] = {row["id"] for row in stored}
    return [row for row in rows.values() if row["id"] in new]


def _identity(update: wire.Update, payload: bytes) -> str:
    """What makes it the same update when it comes again (contract 3.3)."""
    number = getattr(update, "phone_number_id", None) or ""
    at = getattr(update, "at", None) or 0
    digest = hashlib.sha256(payload).hexdigest()
    return f"{update.waba_id}|{number}|{field_of(update)}|{at}|{digest}"


def _event(row: dict[str, Any]) -> Event:
    refs = {
        "update": row["id"],
        "waba": row["waba_row_id"],
        "number": row["number_id"],
        "field": row["field"],
        "event": row["event"],
    }
    return Event("platform.updated", {name: ref for name, ref in refs.items() if ref})
