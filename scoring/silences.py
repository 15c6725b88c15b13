"""Silent threads: noted as events come, judged when they are due, shown with their evidence (F38).

Events only make a thread due, in one statement for many; judging is left to a job, so that a
campaign's statuses cost no reading of words. What is stored is codes and numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

import contacts
import conversations
from conversations import Text
from kernel import clock, database, events, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id
from scoring.causes import SILENT_AFTER, Said, Silence, Thread, diagnose

# What a diagnosis looks back on, and so many threads at a time.
_LAST = 30
_AT_ONCE = 50
_UNDELIVERABLE = 131026
_EVIDENCE = {
    "undeliverable": "The platform could not reach them (code {}).",
    "hours_undelivered": "No second tick for {} hours.",
    "answered_unread": "They answered {} of our messages that never showed as read.",
    "said_deciding": "In {} of their last messages somebody else has a say.",
    "said_comparing": "In {} of their last messages they look at other offers.",
    "said_over_budget": "In {} of their last messages it costs too much.",
    "silent_at_price": "They have been silent for {} days since a price was named.",
    "percent_up": "The price is {} % above the one named before.",
    "messages_in_a_day": "They got {} messages within a day.",
    "vague": "Our last message asks nothing that is easily answered.",
    "hard": "Our last message asks for papers or measurements.",
    "questions": "Our last message asks {} questions.",
    "words": "Our last message has {} words.",
    "hour_there": "It came at {}:00 by their clock.",
    "their_hour": "They mostly write at {}:00.",
    "weekend": "It came on a weekend there.",
    "holiday_when_it_came": "It came on a public holiday there.",
    "holiday_now": "Today is a public holiday there.",
}


@dataclass(frozen=True, slots=True)
class LikelyCause:
    """A cause with how far the evidence goes, 0 to 0.95, and the evidence in sentences."""

    code: str
    likelihood: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThreadSilenceRow:
    """Why a thread is silent, the likeliest cause first; none where nothing speaks for any."""

    state: str
    since: int
    causes: tuple[LikelyCause, ...]
    step: str
    step_at: int


async def silences_of(conversation_ids: Iterable[Id]) -> dict[Id, ThreadSilenceRow]:
    """What is known of silent threads, by thread; the others are left out."""
    rows = await database.rows(
        """SELECT s.conversation_id, s.state, s.since, s.causes, s.step, s.step_at
             FROM ({batch}) AS b
             JOIN thread_silence s ON s.tenant_id = $1::uuid AND s.conversation_id = b.id
              AND s.state IS NOT NULL""",
        tenancy.current(),
        batch=_ids(conversation_ids),
    )
    return {
        row.pop("conversation_id"): ThreadSilenceRow(**row | {"causes": _causes(row["causes"])})
        for row in rows
    }


@database.unit_of_work
async def note_silences(conversation_ids: Iterable[Id]) -> None:
    """Something happened in these threads: silent ones become due, others are silent no more."""
    threads = _ids(conversation_ids)
    tenant_id = tenancy.current()
    await database.run(database.sql(__file__, "end_silences"), tenant_id, batch=threads)
    await database.run(
        database.sql(__file__, "note_silences"),
        tenant_id,
        clock.now(),
        SILENT_AFTER,
        batch=threads,
    )


async def judge_silences() -> int:
    """Judge threads that are due, of all tenants; how many."""
    with tenancy.across_tenants("silent threads of all tenants fall due by one clock"):
        rows = await database.rows(
            """SELECT tenant_id, conversation_id, due_at FROM thread_silence
                WHERE due_at <= $1::bigint ORDER BY due_at LIMIT $2::bigint""",
            clock.now(),
            _AT_ONCE,
        )
    due: defaultdict[Id, dict[Id, int]] = defaultdict(dict)
    for row in rows:
        due[row["tenant_id"]][row["conversation_id"]] = row["due_at"]
    for tenant_id, threads in due.items():
        with tenancy.acting_for(tenant_id):
            await _write(threads, await _judge(threads))
    return len(rows)


async def _judge(conversation_ids: Iterable[Id]) -> dict[Id, Silence]:
    """The diagnoses of these threads; of who is frozen, nothing is judged (F49)."""
    texts = await conversations.last_texts(conversation_ids, _LAST)
    people = {told[-1].row["contact_id"] for told in texts.values()}
    rules, now = await contacts.pace_rules(), clock.now()
    frozen = await contacts.frozen_subjects()
    homes = await contacts.contacts_by_ids(people)
    habits = await contacts.pacing_of(people)
    found = {}
    for conversation_id, told in texts.items():
        heard = [text for text in told if _is_heard(text)]
        home = homes.get(told[-1].row["contact_id"])
        if home is None or home["subject_id"] in frozen:
            continue
        if not heard or heard[-1].row["direction"] == "in":
            continue
        habit = habits.get(home["id"])
        found[conversation_id] = diagnose(
            Thread(
                said=[_said(text) for text in heard],
                zone=home["time_zone"],
                country=home["country"],
                best_hour=habit.best_hour if habit else None,
                is_told_gone=heard[-1].row["error_code"] == _UNDELIVERABLE,
                timing=rules.timing,
                now=now,
            )
        )
    return found


def _is_heard(text: Text) -> bool:
    """Whether it is a word of the thread; what waits or failed is none, but where they are gone."""
    row = text.row
    if row["error_code"] == _UNDELIVERABLE:
        return True
    return row["direction"] in ("in", "out") and row["status"] not in ("queued", "failed")


def _said(text: Text) -> Said:
    row = text.row
    return Said(
        is_ours=row["direction"] == "out",
        at=row["provider_at"],
        words=text.words or "",
        delivered_at=row["delivered_at"],
        read_at=row["read_at"] or row["played_at"],
    )


@database.unit_of_work
async def _write(due: Mapping[Id, int], found: Mapping[Id, Silence]) -> None:
    """Write diagnoses down and tell what changed; what became due anew meanwhile stays due."""
    before = await silences_of(found)
    columns = {
        "id": "uuid",
        "was_due": "bigint",
        "state": "text",
        "since": "bigint",
        "causes": "text",
        "step": "text",
        "step_at": "bigint",
        "due_at": "bigint",
    }
    rows = [
        [one, due[one], it.state, it.since, _as_text(it), it.step, it.step_at, it.due_at]
        for one, it in found.items()
    ]
    written = await database.rows(
        """UPDATE thread_silence
              SET state = b.state, since = b.since, causes = b.causes, step = b.step,
                  step_at = b.step_at, judged_at = $2::bigint, due_at = b.due_at
             FROM ({batch}) AS b
            WHERE thread_silence.tenant_id = $1::uuid AND thread_silence.conversation_id = b.id
              AND thread_silence.due_at = b.was_due
        RETURNING thread_silence.conversation_id, thread_silence.contact_id""",
        tenancy.current(),
        clock.now(),
        batch=Batch(columns, rows),
    )
    await database.run(
        """UPDATE thread_silence SET due_at = $2::bigint
            WHERE tenant_id = $1::uuid AND conversation_id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        clock.now() + clock.DAY,
        batch=_ids(one for one in due if one not in found),
    )
    await events.record(
        *(
            Event(
                "silence.diagnosed",
                {
                    "conversation": row["conversation_id"],
                    "contact": row["contact_id"],
                    "reason": _first(found[row["conversation_id"]].causes),
                },
            )
            for row in written
            if _is_news(found[row["conversation_id"]], before.get(row["conversation_id"]))
        )
    )


def _is_news(now: Silence, before: ThreadSilenceRow | None) -> bool:
    return before is None or _first(now.causes) != _first(before.causes)


def _first(causes: Sequence[Any]) -> str:
    return str(causes[0].code) if causes else "unknown"


def _as_text(silence: Silence) -> str:
    told = [[one.code, round(one.likelihood, 2), one.evidence] for one in silence.causes]
    return orjson.dumps(told).decode()


def _causes(told: str) -> tuple[LikelyCause, ...]:
    return tuple(
        LikelyCause(code, likelihood, tuple(_EVIDENCE[name].format(n) for name, n in evidence))
        for code, likelihood, evidence in orjson.loads(told)
    )


def _ids(found: Iterable[Id]) -> Batch:
    return Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(found)])
