"""What became of sends: results of attempts, and echoes of the platform (F21)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import orjson

import channels
from channels import Verdict
from conversations import decisions, failures, statuses
from conversations.failures import Failure
from conversations.gate import Decision, Ruling
from conversations.mailing_counts import End, count_ends
from conversations.reasons import Reason, reason
from kernel import clock, database, events, keys, metrics, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

# How long the platform's own word is waited for before a send counts as unsettled.
UNKNOWN_FOR = clock.HOUR
UNSETTLED = "OUTCOME_UNKNOWN"
_WAITS = "WAITS"
CANCELLED = "CANCELLED"
# What waits no longer than this keeps waiting what was written to the same person after it.
_IN_ORDER = clock.MINUTE

State = Literal["queued", "unknown", "sent", "failed", "refused"]
# How the message stands in its thread then; what waits stays as it was queued.
_SHOWN = {"unknown": "unknown", "sent": "accepted", "failed": "failed", "refused": "failed"}
_OVER = ("sent", "failed", "refused")


class Sent(Protocol):
    """A send of the ledger, as far as its result needs it."""

    @property
    def id(self) -> Id: ...
    @property
    def contact_id(self) -> Id: ...
    @property
    def subject_id(self) -> Id: ...
    @property
    def number_id(self) -> Id: ...
    @property
    def conversation_id(self) -> Id | None: ...
    @property
    def message_id(self) -> Id | None: ...
    @property
    def mailing_id(self) -> Id | None: ...
    @property
    def fence(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Known:
    """A send read from the ledger."""

    id: Id
    contact_id: Id
    subject_id: Id
    number_id: Id
    conversation_id: Id | None
    message_id: Id | None
    mailing_id: Id | None
    fence: int


# The columns of a Known, of a `send s`.
KNOWN = ", ".join(f"s.{name}" for name in Known.__slots__)


@dataclass(frozen=True, slots=True)
class Echo:
    """The platform named a send by its callback data: it has it, under this id."""

    send_id: Id
    number_id: Id
    wamid: str


@dataclass(frozen=True, slots=True)
class Result:
    """What is to be written of a send; times in microseconds.

    `ruling` is what the gate said of it, `reasons` are what it said, where it said more.
    """

    of: Sent
    state: State
    reason: str
    code: int | None = None
    wamid: str | None = None
    due_at: int = 0
    lease_until: int = 0
    ruling: Ruling = "send"
    reasons: tuple[Reason, ...] = ()


@database.unit_of_work
async def settle(verdicts: Sequence[tuple[Sent, Verdict]]) -> None:
    """Write down what became of attempts, in few statements."""
    now = clock.now()
    await write([_result(one, verdict, now) for one, verdict in verdicts])
    await failures.note(
        [
            Failure(one.conversation_id, one.contact_id, one.number_id, verdict.code, now)
            for one, verdict in verdicts
            if verdict.fate == "refused" and verdict.code is not None
        ]
    )
    await _hold_pairs(
        [
            (one, now + verdict.wait)
            for one, verdict in verdicts
            if verdict.hold == "pair" or (verdict.fate == "again" and verdict.wait <= _IN_ORDER)
        ]
    )


async def turn_down(those: Sequence[tuple[Sent, str]]) -> None:
    """These never leave, each for a reason (its code) that is none of the gate's."""
    await write([Result(one, "refused", code, ruling="refuse") for one, code in those])


async def hold_back(barred: Sequence[tuple[Sent, Decision]]) -> None:
    """The gate said no at the last moment, or not yet: that is no attempt."""
    await write(
        [
            Result(
                one,
                "refused" if decision.ruling == "refuse" else "queued",
                decision.reasons[0].code,
                due_at=decision.until or 0,
                ruling=decision.ruling,
                reasons=decision.reasons,
            )
            for one, decision in barred
        ]
    )


@database.unit_of_work
async def put_back(waiting: Sequence[tuple[Sent, int]]) -> None:
    """Claimed, but not to be attempted for so many microseconds; without a wait they keep their
    place."""
    now = clock.now()
    until = [(one, now + wait) for one, wait in waiting if wait]
    await write(
        [
            Result(one, "queued", _WAITS, due_at=now + wait if wait else 0, ruling="defer")
            for one, wait in waiting
        ]
    )
    await _hold_pairs(until)


@database.unit_of_work
async def settle_by_echo(echoes: Sequence[Echo]) -> None:
    """The platform knows these sends: whatever was thought of them, they went out."""
    rows = await database.rows(
        f"""SELECT {KNOWN}, s.state, s.decision
             FROM ({{batch}}) AS b
             JOIN send s ON s.tenant_id = $1::uuid AND s.id = b.send_id
              AND s.number_id = b.number_id
            WHERE s.wamid_token IS NULL
            ORDER BY s.id FOR UPDATE OF s""",
        tenancy.current(),
        batch=Batch(
            {"send_id": "uuid", "number_id": "uuid"},
            [[one.send_id, one.number_id] for one in echoes],
        ),
    )
    wamids = {one.send_id: one.wamid for one in echoes}
    # Once each, however many statuses of it came together.
    found = {row["id"]: row for row in rows}.values()
    ends = [end_of(row) for row in found if row["state"] in _OVER and row["mailing_id"]]
    known = [Known(**{name: row[name] for name in Known.__slots__}) for row in found]
    await write(
        [Result(one, "sent", "ECHOED", wamid=wamids[one.id]) for one in known], by_echo=True
    )
    await count_ends([], undone=ends)


def end_of(row: Mapping[str, Any]) -> End:
    """As which end a settled send was counted: its mailing, its state and its reason."""
    return row["mailing_id"], row["state"], orjson.loads(row["decision"]).get("reason", "")


@database.unit_of_work
async def write(found: Sequence[Result], *, by_echo: bool = False) -> None:
    """Write results, and what follows for messages; who lost its lease changes nothing."""
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
                    one.of.id,
                    one.of.fence,
                    one.state,
                    one.due_at,
                    one.lease_until,
                    statuses.wamid_token(index, one.wamid) if one.wamid else None,
                    one.code,
                    _decision(one),
                    now if one.state in _OVER else None,
                ]
                for one in sorted(found, key=lambda one: one.of.id)
            ],
        ),
    )
    written = {row["id"] for row in rows}
    await channels.release(one.of.id for one in found if one.of.id in written and _stayed(one))
    told = [one for one in found if one.of.id in written and one.reason != _WAITS]
    if told:
        await _write_messages([one for one in told if one.state != "queued"])
        await statuses.fold_statuses(
            (one.of.number_id, statuses.wamid_token(index, one.wamid)) for one in told if one.wamid
        )
        await events.record(*(event for one in told if (event := _event(one))))
        await count_ends(
            (one.of.mailing_id, one.state, one.reason)
            for one in told
            if one.of.mailing_id and one.state in _OVER
        )
        database.after_commit(lambda: _count(told))


def _stayed(one: Result) -> bool:
    """Whether it certainly did not go."""
    return one.state in ("queued", "refused", "failed") and one.reason != UNSETTLED


def _result(one: Sent, verdict: Verdict, now: int) -> Result:
    if verdict.fate == "accepted":
        return Result(one, "sent", verdict.reason, wamid=verdict.wamid)
    if verdict.fate == "again":
        return Result(one, "queued", verdict.reason, verdict.code, due_at=now + verdict.wait)
    if verdict.fate == "unknown":
        return Result(one, "unknown", verdict.reason, lease_until=now + UNKNOWN_FOR)
    return Result(one, "failed", verdict.reason, verdict.code)


async def _hold_pairs(held: Sequence[tuple[Sent, int]]) -> None:
    """What was written later to the same people waits as long, so that it stays in order."""
    if not held:
        return
    await database.run(
        """UPDATE send SET due_at = b.until, decision = $2::jsonb FROM ({batch}) AS b
            WHERE send.tenant_id = $1::uuid AND send.contact_id = b.contact_id
              AND send.number_id = b.number_id AND send.state = 'queued'
              AND send.due_at < b.until AND send.id > b.id""",
        tenancy.current(),
        decisions.keep("defer", [reason(_WAITS)]),
        batch=Batch(
            {"id": "uuid", "number_id": "uuid", "contact_id": "uuid", "until": "bigint"},
            [[one.id, one.number_id, one.contact_id, until] for one, until in held],
        ),
    )


def _decision(one: Result) -> str:
    until = one.due_at if one.state == "queued" and one.due_at else None
    return decisions.keep(one.ruling, one.reasons or [reason(one.reason, until=until)])


async def _write_messages(told: Sequence[Result]) -> None:
    index, now = keys.index(), clock.now()
    sealers = await keys.of(one.of.subject_id for one in told)
    rows, known = [], []
    for one in told:
        message_id = one.of.message_id
        if message_id is None:
            continue  # refused before its first attempt, it never came into a thread
        sealer, status = sealers.get(one.of.subject_id), _SHOWN[one.state]
        token = statuses.wamid_token(index, one.wamid) if one.wamid else None
        rows.append(
            [
                message_id,
                status,
                token,
                sealer.seal_text("message.wamid", message_id, one.wamid)
                if sealer and one.wamid
                else None,
                now if status == "failed" else None,
                one.code if status == "failed" else None,
            ]
        )
        if token:
            known.append(
                {
                    "tenant_id": tenancy.current(),
                    "number_id": one.of.number_id,
                    "token": token,
                    "message_id": message_id,
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


def _event(one: Result) -> Event | None:
    refs = {"send": one.of.id, "contact": one.of.contact_id}
    if one.of.message_id and one.of.conversation_id:  # one of a mailing may never have come so far
        refs |= {"message": one.of.message_id, "conversation": one.of.conversation_id}
    if one.of.mailing_id:
        refs |= {"mailing": one.of.mailing_id}
    match one.state:
        case "sent":
            return Event("send.sent", refs)
        case "unknown":
            return Event("send.unknown", refs)
        case "refused":
            return Event("send.refused", {**refs, "reason": one.reason})
        case "failed":
            return Event("send.failed", {**refs, "code": one.reason})
        case _:
            return None


def _count(told: Sequence[Result]) -> None:
    for one in told:
        waits = "deferred" if one.ruling == "defer" else "again"
        metrics.SENDS.labels(waits if one.state == "queued" else one.state).inc()
