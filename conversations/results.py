"""What became of sends: results of attempts, echoes of the platform, leases that ran out (F21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from channels import Verdict
from conversations import statuses
from conversations.gate import Decision
from kernel import clock, database, events, keys, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

# How long the platform's own word is waited for before a send counts as unsettled.
UNKNOWN_FOR = clock.HOUR
UNSETTLED = "OUTCOME_UNKNOWN"


class Claimed(Protocol):
    """A send in a worker's hands."""

    @property
    def id(self) -> Id: ...
    @property
    def contact_id(self) -> Id: ...
    @property
    def subject_id(self) -> Id: ...
    @property
    def number_id(self) -> Id: ...
    @property
    def message_id(self) -> Id: ...
    @property
    def fence(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Echo:
    """The platform named a send by its callback data: it has it, under this id."""

    send_id: Id
    number_id: Id
    wamid: str


@dataclass(frozen=True, slots=True)
class _Result:
    claim: Claimed
    state: str
    reason: str
    code: int | None = None
    wamid: str | None = None
    due_at: int = 0
    lease_until: int = 0


async def settle(verdicts: Sequence[tuple[Claimed, Verdict]]) -> None:
    """Write down what became of attempts, in few statements."""
    now = clock.now()
    await _write([_result(claim, verdict, now) for claim, verdict in verdicts])


async def refuse(refused: Sequence[tuple[Claimed, Decision]]) -> None:
    """The gate said no at the last moment."""
    await _write(
        [_Result(claim, "refused", decision.reasons[0].code) for claim, decision in refused]
    )


async def put_back(waiting: Sequence[tuple[Claimed, int]]) -> None:
    """Claimed, but not to be attempted for so many microseconds."""
    now = clock.now()
    await _write([_Result(claim, "queued", "WAITS", due_at=now + wait) for claim, wait in waiting])


@database.unit_of_work
async def settle_by_echo(echoes: Sequence[Echo]) -> None:
    """The platform knows these sends: whatever was thought of them, they went out."""
    rows = await database.rows(
        """SELECT s.id, s.contact_id, s.subject_id, s.number_id, s.message_id, s.fence
             FROM ({batch}) AS b
             JOIN send s ON s.tenant_id = $1::uuid AND s.id = b.send_id
              AND s.number_id = b.number_id
            WHERE s.wamid_token IS NULL AND s.attempted_at IS NOT NULL""",
        tenancy.current(),
        batch=Batch(
            {"send_id": "uuid", "number_id": "uuid"},
            [[one.send_id, one.number_id] for one in echoes],
        ),
    )
    wamids = {one.send_id: one.wamid for one in echoes}
    await _write(
        [
            _Result(_Known(**row), "sent", "ECHOED", wamid=wamids[row["id"]])
            for row in {row["id"]: row for row in rows}.values()
        ],
        by_echo=True,
    )


async def settle_overdue() -> int:
    """Leases that ran out, in all tenants: queued again, unknown, or unsettled; how many."""
    now = clock.now()
    with tenancy.across_tenants("sends whose worker died, or whose echo never came"):
        rows = await database.rows(
            """SELECT tenant_id, id, contact_id, subject_id, number_id, message_id, fence, state,
                      attempted_at
                 FROM send
                WHERE state IN ('claimed', 'unknown') AND lease_until < $1
                ORDER BY tenant_id LIMIT 1000""",
            now,
        )
    by_tenant: dict[Id, list[_Result]] = {}
    for row in rows:
        claim = _Known(**{name: row[name] for name in _Known.__slots__})
        by_tenant.setdefault(row["tenant_id"], []).append(_overdue(claim, row, now))
    for tenant_id, found in by_tenant.items():
        with tenancy.acting_for(tenant_id):
            await _write(found)
    return len(rows)


@dataclass(frozen=True, slots=True)
class _Known:
    """A send read from the ledger."""

    id: Id
    contact_id: Id
    subject_id: Id
    number_id: Id
    message_id: Id
    fence: int


def _overdue(claim: Claimed, row: dict[str, Any], now: int) -> _Result:
    if row["state"] == "unknown":
        return _Result(claim, "failed", UNSETTLED)
    if row["attempted_at"] is None:
        return _Result(claim, "queued", "NEVER_LEFT", due_at=now)
    return _Result(claim, "unknown", "WORKER_DIED", lease_until=now + UNKNOWN_FOR)


def _result(claim: Claimed, verdict: Verdict, now: int) -> _Result:
    if verdict.fate == "accepted":
        return _Result(claim, "sent", verdict.reason, wamid=verdict.wamid)
    if verdict.fate == "again":
        return _Result(claim, "queued", verdict.reason, verdict.code, due_at=now + verdict.wait)
    if verdict.fate == "unknown":
        return _Result(claim, "unknown", verdict.reason, lease_until=now + UNKNOWN_FOR)
    return _Result(claim, "failed", verdict.reason, verdict.code)


@database.unit_of_work
async def _write(found: Sequence[_Result], *, by_echo: bool = False) -> None:
    if not found:
        return
    index, now = keys.index(), clock.now()
    rows = await database.rows(
        database.sql(__file__, "settle_by_echo" if by_echo else "settle_sends"),
        tenancy.current(),
        batch=Batch(
            {
                "id": "uuid",
                "fence": "bigint",
                "state": "text",
                "due_at": "bigint",
                "lease_until": "bigint",
                "wamid_token": "bytea",
                "error_code": "integer",
                "decision": "jsonb",
                "settled_at": "bigint",
            },
            [
                [
                    one.claim.id,
                    one.claim.fence,
                    one.state,
                    one.due_at,
                    one.lease_until,
                    statuses.wamid_token(index, one.wamid) if one.wamid else None,
                    one.code,
                    orjson.dumps({"ruling": one.state, "reason": one.reason}).decode(),
                    now if one.state in ("sent", "failed", "refused") else None,
                ]
                for one in found
            ],
        ),
    )
    written = {row["id"] for row in rows}
    await _tell_messages([one for one in found if one.claim.id in written])


async def _tell_messages(found: Sequence[_Result]) -> None:
    told = [one for one in found if one.state in ("sent", "failed", "refused")]
    if told:
        await _write_messages(told)
    sent = [one for one in told if one.state == "sent"]
    await statuses.fold_statuses(
        (one.claim.number_id, statuses.wamid_token(keys.index(), one.wamid or "")) for one in sent
    )
    await events.record(*(event for one in found if (event := _event(one))))


async def _write_messages(told: Sequence[_Result]) -> None:
    index, now = keys.index(), clock.now()
    sealers = await keys.of(one.claim.subject_id for one in told)
    rows, known = [], []
    for one in told:
        sealer = sealers.get(one.claim.subject_id)
        token = statuses.wamid_token(index, one.wamid) if one.wamid else None
        rows.append(
            [
                one.claim.message_id,
                "accepted" if one.state == "sent" else "failed",
                token,
                sealer.seal_text("message.wamid", one.claim.message_id, one.wamid)
                if sealer and one.wamid
                else None,
                None if one.state == "sent" else now,
                one.code,
            ]
        )
        if token:
            known.append(
                {
                    "tenant_id": tenancy.current(),
                    "number_id": one.claim.number_id,
                    "token": token,
                    "message_id": one.claim.message_id,
                }
            )
    await database.run(
        database.sql(__file__, "tell_messages"),
        tenancy.current(),
        batch=Batch(
            {
                "id": "uuid",
                "status": "text",
                "wamid_token": "bytea",
                "wamid_sealed": "bytea",
                "failed_at": "bigint",
                "error_code": "integer",
            },
            rows,
        ),
    )
    await database.insert("message_key", known, conflict="ON CONFLICT DO NOTHING")


def _event(one: _Result) -> Event | None:
    refs = {"send": one.claim.id, "contact": one.claim.contact_id}
    if one.state == "sent":
        return Event("send.sent", {**refs, "message": one.claim.message_id})
    if one.state == "unknown":
        return Event("send.unknown", refs)
    if one.state == "refused":
        return Event("send.refused", {**refs, "reason": one.reason})
    if one.state == "failed":
        return Event("send.failed", {**refs, "code": one.reason})
    return None
