"""The consent ledger: append only, and beside it what it comes to (F9, F11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

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


# Of two steps of one second (the platform's times are no finer) the graver counts, so that the
# order in which they came does not.
_GRAVITY = ("none", "pending", "confirmed", "unproven", "expired", "refused", "withdrawn")


def _gravity_in(row: str) -> str:
    cases = " ".join(f"WHEN '{state}' THEN {rank}" for rank, state in enumerate(_GRAVITY))
    return f"CASE {row}.state {cases} END"


# How a state is written where another may stand already.
UNLESS_LATER = f"""ON CONFLICT (tenant_id, contact_id, purpose, topic) DO UPDATE
   SET state = excluded.state, since = excluded.since, entry_id = excluded.entry_id
 WHERE (excluded.since, {_gravity_in("excluded")})
       > (consent_state.since, {_gravity_in("consent_state")})"""


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


@database.unit_of_work
async def record_consent(steps: Sequence[ConsentStep]) -> list[Id]:
    """Append steps to the ledger and bring the states up to date; ids of the entries that are new.

    The latest step by the provider's time decides, in whatever order they are told. What a contact
    did that was merged meanwhile is their survivor's.
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


def _standing(one: tuple[ConsentStep, Id]) -> tuple[int, int]:
    return one[0].at, _GRAVITY.index(_STATE_AFTER[one[0].kind])
