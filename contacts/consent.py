"""The consent ledger: append only, and beside it what it comes to (F9, F11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import orjson

from contacts.suppression import lift_suppression
from kernel import clock, database, events, ids, keys, tenancy
from kernel.chain import Chain
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

MARKETING = "marketing"

# The contact is left out: a merge moves rows to the survivor, and the chain must stand. The subject
# never changes.
LEDGER = Chain(
    "consent_entry",
    (
        "id",
        "subject_id",
        "purpose",
        "topic",
        "kind",
        "method",
        "source_token",
        "evidence_sealed",
        "provider_at",
        "recorded_at",
    ),
    (
        "request_id",
        "touchpoint_id",
        "wording_id",
        "text_hash",
        "notice",
        "actor_kind",
        "actor_id",
        "prompt_id",
        "answer_id",
    ),
)
_STATE_AFTER = {
    "requested": "pending",
    "prompted": "pending",
    "confirmed": "confirmed",
    "refused": "refused",
    "expired": "expired",
    "withdrawn": "withdrawn",
    # A withdrawal taken back gives no consent; it only no longer stands in the way.
    "superseded": "none",
    "unproven": "unproven",
}


# Told by others about a person: no new act of their own.
_TOLD_BY_OTHERS = frozenset({"import", "store"})
# Of two steps of one second (the platform's times are no finer) the graver counts, so that the
# order in which they came does not.
_GRAVITY = ("none", "pending", "confirmed", "unproven", "expired", "refused", "withdrawn")
# Being asked, or not answering, changes nothing of what a person said before or says after.
_UNDECIDED = ("pending", "expired")


def _weight_in(row: str) -> str:
    ranks = " ".join(f"WHEN '{state}' THEN {rank}" for rank, state in enumerate(_GRAVITY))
    undecided = ", ".join(f"'{state}'" for state in _UNDECIDED)
    return f"""(CASE WHEN {row}.state IN ({undecided}) THEN 0 ELSE 1 END, {row}.since,
        CASE {row}.state {ranks} END)"""


# How a state is written where another may stand already.
UNLESS_LATER = f"""ON CONFLICT (tenant_id, contact_id, purpose, topic) DO UPDATE
   SET state = excluded.state, since = excluded.since, entry_id = excluded.entry_id
 WHERE {_weight_in("excluded")} > {_weight_in("consent_state")}"""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a step rests on: ids, codes and hashes only, for they outlive the person.

    `actor_kind` is contact, person, key, platform or system; `text_hash` the SHA-256 of the words
    that they were shown, `prompt_id` and `answer_id` the messages that asked and that answered.
    """

    request_id: Id | None = None
    touchpoint_id: Id | None = None
    wording_id: Id | None = None
    text_hash: str | None = None
    notice: str | None = None
    actor_kind: str | None = None
    actor_id: Id | None = None
    prompt_id: Id | None = None
    answer_id: Id | None = None


@dataclass(frozen=True, slots=True)
class ConsentStep:
    """One step to write down; `source` makes it one however often it is told."""

    contact_id: Id
    subject_id: Id
    kind: str
    method: str
    source: str
    at: int
    purpose: str = MARKETING
    topic: str = ""
    evidence: Mapping[str, str | None] = field(default_factory=dict)
    grounds: Grounds = Grounds()


@database.unit_of_work
async def record_consent(steps: Sequence[ConsentStep]) -> list[Id]:
    """Append steps to the ledger and bring the states up to date; ids of the entries that are new.

    The latest decision by the provider's time counts, in whatever order they are told; a withdrawal
    also ends what was asked for before it. What a contact did that was merged meanwhile is their
    survivor's.
    """
    if not steps:
        return []
    steps = await _of_survivors(steps)
    tenant_id, index, now = tenancy.current(), keys.index(), clock.now()
    sealers = await keys.of(step.subject_id for step in steps)
    records: dict[bytes, tuple[ConsentStep, dict[str, Any]]] = {}
    for step in steps:
        entry_id, token = ids.new_id(), index.token("consent_entry.source", step.source)
        records[token] = (
            step,
            {
                "tenant_id": tenant_id,
                "id": entry_id,
                "contact_id": step.contact_id,
                "subject_id": step.subject_id,
                "purpose": step.purpose,
                "topic": step.topic,
                "kind": step.kind,
                "method": step.method,
                "source_token": token,
                "evidence_sealed": sealers[step.subject_id].seal(
                    "consent_entry.evidence", entry_id, orjson.dumps(dict(step.evidence))
                ),
                "provider_at": step.at,
                "recorded_at": now,
                **asdict(step.grounds),
            },
        )
    added = await database.insert(
        "consent_entry",
        [record for _, record in records.values()],
        conflict="ON CONFLICT DO NOTHING",
        returning="id",
    )
    new = {row["id"] for row in added}
    fresh = [(step, record["id"]) for step, record in records.values() if record["id"] in new]
    await _bring_up_to_date(fresh)
    await _end_requests([step for step, _ in fresh if step.kind == "withdrawn"])
    await lift_suppression(
        step.contact_id
        for step, _ in fresh
        if step.kind == "confirmed" and step.method not in _TOLD_BY_OTHERS
    )
    await events.record(
        *(
            Event(
                f"consent.{step.kind}",
                {"contact": step.contact_id, "purpose": step.purpose, "entry": entry_id},
            )
            for step, entry_id in fresh
        )
    )
    return [entry_id for _, entry_id in fresh]


async def _of_survivors(steps: Sequence[ConsentStep]) -> list[ConsentStep]:
    rows = await database.rows(
        """SELECT c.id, c.merged_into FROM ({batch}) AS b
             JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.id
            WHERE c.merged_into IS NOT NULL""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in {step.contact_id for step in steps}]),
    )
    survivors = {row["id"]: row["merged_into"] for row in rows}
    return [
        replace(step, contact_id=survivors.get(step.contact_id, step.contact_id)) for step in steps
    ]


async def _bring_up_to_date(fresh: Sequence[tuple[ConsentStep, Id]]) -> None:
    latest: dict[tuple[Id, str, str], tuple[ConsentStep, Id]] = {}
    for step, entry_id in sorted(fresh, key=_standing):
        latest[step.contact_id, step.purpose, step.topic] = step, entry_id
    await database.insert(
        "consent_state",
        [
            {
                "tenant_id": tenancy.current(),
                "contact_id": step.contact_id,
                "purpose": step.purpose,
                "topic": step.topic,
                "state": _STATE_AFTER[step.kind],
                "since": step.at,
                "entry_id": entry_id,
            }
            for step, entry_id in latest.values()
        ],
        conflict=UNLESS_LATER,
    )


def _standing(one: tuple[ConsentStep, Id]) -> tuple[bool, int, int]:
    state = _STATE_AFTER[one[0].kind]
    return state not in _UNDECIDED, one[0].at, _GRAVITY.index(state)


async def _end_requests(withdrawn: Sequence[ConsentStep]) -> None:
    """What was asked for before these withdrawals, of their purpose or topic, is asked no more."""
    if not withdrawn:
        return
    await database.run(
        database.sql(__file__, "end_consent_requests"),
        tenancy.current(),
        clock.now(),
        batch=Batch(
            {"contact_id": "uuid", "purpose": "text", "topic": "text", "at": "bigint"},
            [[one.contact_id, one.purpose, one.topic, one.at] for one in withdrawn],
        ),
    )
