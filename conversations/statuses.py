"""Statuses of outgoing messages: every one kept once, the state a fold of them (contract 4.5).

sent < delivered < read < played; failed outranks sent only. The fold does not see the order in
which statuses came, nor whether they came before the message itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from channels import wire
from conversations import failures
from conversations.failures import Failure
from kernel import database, events, keys, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id
from kernel.seal import Indexer

_COLUMNS = {
    "number_id": "uuid",
    "wamid_token": "bytea",
    "status": "text",
    "participant_token": "bytea",
    "at": "bigint",
    "received_at": "bigint",
    "error_code": "integer",
    "pricing_category": "text",
    "pricing_type": "text",
    "pricing_model": "text",
    "entry_until": "bigint",
    "subject_id": "uuid",
    "extra_sealed": "bytea",
}
_ENTRY = list(_COLUMNS).index("entry_until")
_MESSAGES = {"number_id": "uuid", "token": "bytea"}


@dataclass(frozen=True, slots=True)
class ToldStatus:
    """A status, the number that it came for and when it came."""

    status: wire.Status
    number_id: Id
    received_at: int


def wamid_token(index: Indexer, wamid: str) -> bytes:
    """The keyed form of a message's id; the id itself holds the phone number in base64."""
    return index.token("message.wamid", wamid)


@database.unit_of_work
async def record_statuses(told: Sequence[ToldStatus]) -> int:
    """Keep these statuses and bring their messages up to date; how many messages changed.

    Statuses of messages that nobody knows (yet) are kept and count as soon as the message is known.
    """
    if not told:
        return 0
    index = keys.index()
    rows: dict[tuple[Any, ...], list[Any]] = {}
    for one in sorted(told, key=_time, reverse=True):
        # The earliest comes last and stays.
        row = _row(one, index)
        rows[row[0], row[1], row[2], row[3]] = row
    await database.run(
        database.sql(__file__, "store_statuses"),
        tenancy.current(),
        batch=Batch(_COLUMNS, [rows[key] for key in sorted(rows)]),
    )
    await take_turns({row[0] for row in rows.values()})
    await _open_free_entry({(row[0], row[1]) for row in rows.values() if row[_ENTRY] is not None})
    return await _fold({(row[0], row[1]) for row in rows.values()})


async def take_turns(numbers: Collection[Id]) -> None:
    """Wait until nobody else brings messages of these numbers and their statuses together.

    To be called when one's own rows are written, and before the others' are looked for.
    """
    if numbers:
        await database.rows(
            database.sql(__file__, "lock_numbers"),
            tenancy.current(),
            batch=Batch({"id": "uuid"}, [[one] for one in sorted(numbers)]),
        )


async def fold_statuses(messages: Iterable[tuple[Id, bytes]]) -> int:
    """Compute the state of these messages (number, wamid token) from all statuses kept for them.

    They have only become known; mostly nothing was told of them before.
    """
    rows = await database.rows(
        database.sql(__file__, "told_already"),
        tenancy.current(),
        batch=Batch(_MESSAGES, sorted(set(messages))),
    )
    told = {(row["number_id"], row["token"]) for row in rows}
    await _open_free_entry(told)
    return await _fold(told)


async def _open_free_entry(messages: Collection[tuple[Id, bytes]]) -> None:
    """A free entry point tells until when it holds (contract 5.2)."""
    if messages:
        await database.run(
            database.sql(__file__, "open_free_entry"),
            tenancy.current(),
            batch=Batch(_MESSAGES, sorted(messages)),
        )


async def _fold(messages: Collection[tuple[Id, bytes]]) -> int:
    if not messages:
        return 0
    folded = database.sql(__file__, f"folded_statuses.{database.dialect()}")
    changed = await database.rows(
        database.sql(__file__, "fold_statuses").replace("{folded}", folded),
        tenancy.current(),
        batch=Batch(_MESSAGES, sorted(messages)),
    )
    await events.record(
        *(
            Event(
                "message.status_changed",
                {
                    "message": row["id"],
                    "conversation": row["conversation_id"],
                    "contact": row["contact_id"],
                    "status": row["status"],
                },
            )
            for row in changed
        )
    )
    failed = [row for row in changed if row["status"] == "failed"]
    await failures.told_later(
        [row["id"] for row in failed],
        [
            Failure(
                row["conversation_id"],
                row["contact_id"],
                row["number_id"],
                row["error_code"],
                row["failed_at"],
            )
            for row in failed
            if row["error_code"] is not None
        ],
    )
    return len(changed)


def _row(one: ToldStatus, index: Indexer) -> list[Any]:
    status, pricing = one.status, one.status.pricing
    token = wamid_token(index, status.wamid)
    person = status.participant
    participant = (person.user_id or person.phone or "") if person else ""
    is_free_entry = pricing is not None and pricing.type == "free_entry_point"
    return [
        one.number_id,
        token,
        status.status,
        index.token("status.participant", participant) if participant else b"",
        _time(one),
        one.received_at,
        status.errors[0].code if status.errors else None,
        pricing.category if pricing else None,
        pricing.type if pricing else None,
        pricing.model if pricing else None,
        status.expires_at if is_free_entry else None,
        # No person is named here: who received it, the message itself tells.
        tenancy.current(),
        keys.house().seal(
            "message_status.extra", f"{token.hex()}:{status.status}", orjson.dumps(status.extra)
        )
        if status.extra
        else None,
    ]


def _time(one: ToldStatus) -> int:
    return one.received_at if one.status.at is None else one.status.at
