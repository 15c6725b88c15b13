"""Requests for the second yes (F9): a first yes, whether it was asked about, what came of it.

The ledger holds the proof; a request only says what is still to be done. What its person says about
it counts by the time at which they said it, in whatever order it is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict, cast

from kernel import clock, database, events, ids, keys, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

_COLUMNS = """r.id, r.contact_id, r.subject_id, r.purpose, r.topic, r.wording_id, r.touchpoint_id,
              r.number_id, r.state, r.asked_at, r.prompt_id, r.prompted_at, r.prompt_hash,
              r.trouble, r.incentive_sealed, r.released_at, r.link_used_at, r.expires_at,
              r.created_at"""
_INCENTIVE = "consent_request.incentive"


class ConsentRequestRow(TypedDict):
    """A request as stored; `trouble` says why it has not been asked about. Times in microseconds.

    `prompt_id` is the message that asked, `prompt_hash` the SHA-256 of its words; the incentive is
    sealed under `subject_id`.
    """

    id: Id
    contact_id: Id
    subject_id: Id
    purpose: str
    topic: str
    wording_id: Id
    touchpoint_id: Id | None
    number_id: Id | None
    state: str
    asked_at: int
    prompt_id: Id | None
    prompted_at: int | None
    prompt_hash: str | None
    trouble: str | None
    incentive_sealed: bytes | None
    released_at: int | None
    link_used_at: int | None
    expires_at: int
    created_at: int


@dataclass(frozen=True, slots=True)
class Wish:
    """A first yes to be asked about, given at `at`; the second counts until `expires_at`."""

    contact_id: Id
    subject_id: Id
    purpose: str
    topic: str
    wording_id: Id
    at: int
    expires_at: int
    touchpoint_id: Id | None = None
    number_id: Id | None = None
    incentive: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said to a request, and when."""

    request_id: Id
    is_yes: bool
    at: int


async def open_request(wish: Wish) -> Id | None:
    """Note a first yes, part of the caller's unit; its id, None where one waits already."""
    request_id = ids.new_id()
    sealed = None
    if wish.incentive:
        sealer = (await keys.of([wish.subject_id]))[wish.subject_id]
        sealed = sealer.seal_text(_INCENTIVE, request_id, wish.incentive)
    added = await database.insert(
        "consent_request",
        [
            {
                "tenant_id": tenancy.current(),
                "id": request_id,
                "contact_id": wish.contact_id,
                "subject_id": wish.subject_id,
                "purpose": wish.purpose,
                "topic": wish.topic,
                "wording_id": wish.wording_id,
                "touchpoint_id": wish.touchpoint_id,
                "number_id": wish.number_id,
                "state": "pending",
                "asked_at": wish.at,
                "decided_at": 0,
                "incentive_sealed": sealed,
                "expires_at": wish.expires_at,
                "due_at": clock.now(),
                "created_at": clock.now(),
            }
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="id",
    )
    return request_id if added else None


async def hold_request(request_id: Id) -> ConsentRequestRow | None:
    """A request, held until the unit ends."""
    row = await database.row(
        f"""SELECT {_COLUMNS} FROM consent_request r
             WHERE r.tenant_id = $1::uuid AND r.id = $2::uuid FOR UPDATE OF r""",
        tenancy.current(),
        request_id,
    )
    return cast(ConsentRequestRow, row) if row else None


async def note_prompt(request_id: Id, prompt_id: Id, prompt_hash: str) -> None:
    """Which message asks, and with which words."""
    await database.run(
        """UPDATE consent_request
              SET prompt_id = $3::uuid, prompted_at = $4::bigint, prompt_hash = $5, trouble = NULL,
                  due_at = expires_at
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        request_id,
        prompt_id,
        clock.now(),
        prompt_hash,
    )


async def note_trouble(request_id: Id, trouble: str, again_at: int) -> None:
    """Why nothing could ask yet, by a code; when it is to be tried again."""
    await database.run(
        """UPDATE consent_request SET trouble = $3, due_at = LEAST(expires_at, $4::bigint)
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        request_id,
        trouble,
        again_at,
    )


async def note_lost_prompts(lost: Iterable[tuple[Id, Id, str]]) -> None:
    """These messages (contact, message, code of the reason) did not go; what asked says so."""
    await database.run(
        """UPDATE consent_request SET trouble = b.code
             FROM ({batch}) AS b
            WHERE consent_request.tenant_id = $1::uuid
              AND consent_request.contact_id = b.contact_id
              AND consent_request.prompt_id = b.message_id AND consent_request.state = 'pending'""",
        tenancy.current(),
        batch=Batch(
            {"contact_id": "uuid", "message_id": "uuid", "code": "text"},
            [[*one] for one in lost],
        ),
    )


async def answer_requests(answers: Sequence[Answer]) -> list[Id]:
    """Fold what people said into their requests; the contacts whose incentive was released now."""
    latest: dict[Id, Answer] = {}
    for one in sorted(answers, key=lambda one: (one.at, not one.is_yes)):
        latest[one.request_id] = one
    batch = Batch(
        {"id": "uuid", "state": "text", "at": "bigint"},
        [
            [one.request_id, "confirmed" if one.is_yes else "refused", one.at]
            for one in latest.values()
        ],
    )
    # A no and a withdrawal outrank a yes of the same second.
    await database.run(
        """UPDATE consent_request
              SET state = b.state, decided_at = b.at,
                  due_at = CASE b.state WHEN 'confirmed' THEN NULL ELSE $2::bigint END
             FROM ({batch}) AS b
            WHERE consent_request.tenant_id = $1::uuid AND consent_request.id = b.id
              AND (consent_request.decided_at < b.at
                   OR (consent_request.decided_at = b.at AND b.state = 'refused'
                       AND consent_request.state = 'confirmed'))""",
        tenancy.current(),
        clock.now(),
        batch=batch,
    )
    released = await database.rows(
        """UPDATE consent_request SET released_at = $2
             FROM ({batch}) AS b
            WHERE consent_request.tenant_id = $1::uuid AND consent_request.id = b.id
              AND consent_request.state = 'confirmed' AND consent_request.released_at IS NULL
              AND consent_request.incentive_sealed IS NOT NULL
            RETURNING consent_request.id, consent_request.contact_id""",
        tenancy.current(),
        clock.now(),
        batch=batch,
    )
    await events.record(
        *(
            Event("incentive.released", {"contact": row["contact_id"], "code": row["id"]})
            for row in released
        )
    )
    return [row["id"] for row in released]


async def use_link(request_id: Id) -> bool:
    """Use up the link of a request; whether it had not been used."""
    return bool(
        await database.run(
            """UPDATE consent_request SET link_used_at = $3
                WHERE tenant_id = $1::uuid AND id = $2::uuid AND link_used_at IS NULL""",
            tenancy.current(),
            request_id,
            clock.now(),
        )
    )


async def requests_by_ids(request_ids: Iterable[Id]) -> dict[Id, ConsentRequestRow]:
    """The requests with these ids."""
    rows = await database.rows(
        f"""SELECT {_COLUMNS} FROM ({{batch}}) AS b
              JOIN consent_request r ON r.tenant_id = $1::uuid AND r.id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(request_ids)]),
    )
    return {row["id"]: cast(ConsentRequestRow, row) for row in rows}


async def requests_of(contact_ids: Iterable[Id]) -> dict[Id, list[ConsentRequestRow]]:
    """The requests of these contacts, the newest first."""
    rows = await database.rows(
        f"""SELECT {_COLUMNS} FROM ({{batch}}) AS b
              JOIN consent_request r ON r.tenant_id = $1::uuid AND r.contact_id = b.id
             ORDER BY r.contact_id, r.id DESC""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(contact_ids)]),
    )
    grouped: dict[Id, list[ConsentRequestRow]] = {}
    for row in rows:
        grouped.setdefault(row["contact_id"], []).append(cast(ConsentRequestRow, row))
    return grouped


async def open_incentive(row: ConsentRequestRow) -> str | None:
    """The code that the second yes earns; None where there is none, or the person was erased."""
    sealer = (await keys.of([row["subject_id"]])).get(row["subject_id"])
    if sealer is None or row["incentive_sealed"] is None:
        return None
    return sealer.open_text(_INCENTIVE, row["id"], row["incentive_sealed"])


async def tenants_with_requests_due() -> list[Id]:
    """The tenants that have a request about which something is to be done."""
    with tenancy.across_tenants("requests for consent of all tenants fall due by one clock"):
        rows = await database.rows(
            "SELECT DISTINCT tenant_id FROM consent_request WHERE due_at <= $1::bigint",
            clock.now(),
        )
    return [row["tenant_id"] for row in rows]


async def hold_requests_due(limit: int) -> list[ConsentRequestRow]:
    """Requests about which something is to be done, held until the unit ends, oldest first."""
    rows = await database.rows(
        f"""SELECT {_COLUMNS} FROM consent_request r
             WHERE r.tenant_id = $1::uuid AND r.due_at <= $2::bigint
             ORDER BY r.due_at, r.id LIMIT $3::bigint FOR UPDATE OF r SKIP LOCKED""",
        tenancy.current(),
        clock.now(),
        limit,
    )
    return cast(list[ConsentRequestRow], rows)


async def expire_requests(request_ids: Iterable[Id], purge_after: int) -> None:
    """These were not answered in time; they are forgotten so long after they were made."""
    await database.run(
        """UPDATE consent_request SET state = 'expired', due_at = created_at + $2::bigint
             FROM ({batch}) AS b
            WHERE consent_request.tenant_id = $1::uuid AND consent_request.id = b.id
              AND state = 'pending'""",
        tenancy.current(),
        purge_after,
        batch=Batch({"id": "uuid"}, [[one] for one in request_ids]),
    )


async def keep_requests(request_ids: Iterable[Id], purge_after: int) -> None:
    """These are looked at again so long after they were made."""
    await database.run(
        """UPDATE consent_request SET due_at = created_at + $2::bigint
             FROM ({batch}) AS b
            WHERE consent_request.tenant_id = $1::uuid AND consent_request.id = b.id""",
        tenancy.current(),
        purge_after,
        batch=Batch({"id": "uuid"}, [[one] for one in request_ids]),
    )


async def forget_requests(request_ids: Iterable[Id]) -> None:
    """Take these away; the ledger keeps what was said."""
    await database.run(
        """DELETE FROM consent_request WHERE tenant_id = $1::uuid
              AND id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in request_ids]),
    )
