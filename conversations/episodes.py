"""Episodes: from the first message after resolution, or after long silence, to resolution (F13).

KPIs count episodes, so they must come out the same whatever the order of arrival. They are a fold
over the thread in the platform's order; a message that comes late folds its part of the thread
anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal

from kernel import clock, database, ids, tenancy
from kernel.database import Batch
from kernel.ids import Id

SILENCE = 72 * clock.HOUR
# Origins of messages that no person wrote.
_NOBODY = ("bot", "campaign")

Direction = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class Said:
    """A message as episodes see it; `by_bot` for what no person wrote."""

    at: int
    tie: int
    direction: Direction
    by_bot: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What an episode came to; `turns` counts the runs of messages of one side."""

    ordinal: int
    starter: str
    mode: str
    started_at: int
    first_answer_at: int | None
    last_at: int
    last_direction: str
    turns: int
    messages: int
    ended_at: int | None = None
    end_reason: str | None = None


_FACTS = tuple(one.name for one in fields(Facts))


def fold(
    said: Iterable[Said], resolved_at: Sequence[int], start: Facts | None = None
) -> list[Facts]:
    """The episodes of messages in order, going on from `start` where one is given.

    A resolution closes what was said up to then; a silence of 72 h closes by itself.
    """
    episodes = [start] if start else []
    for one in said:
        last = _closed(episodes[-1], one.at, resolved_at) if episodes else None
        if last:
            episodes[-1] = last
        if last is None or last.ended_at is not None:
            episodes.append(_begun(one, last.ordinal + 1 if last else 1))
        else:
            episodes[-1] = _continued(last, one)
    if episodes:
        final = [at for at in resolved_at if at >= episodes[-1].last_at]
        if final and episodes[-1].ended_at is None:
            episodes[-1] = replace(episodes[-1], ended_at=min(final), end_reason="resolved")
    return episodes


async def bring_up_to_date(said: Mapping[Id, Sequence[Said]]) -> None:
    """Bring the episodes of threads up to date with new messages (already stored).

    The caller holds the threads' rows, so that two workers never fold one thread at a time.
    """
    last = await _last_episodes(list(said))
    continued: list[tuple[Id, Facts]] = []
    for conversation_id, messages in said.items():
        ordered = sorted(messages, key=lambda one: (one.at, one.tie))
        known = last.get(conversation_id)
        # The same second is late too: only the whole thread tells which of the two was first.
        if known and ordered[0].at <= max(known.last_at, known.ended_at or 0):
            await refold(conversation_id, ordered[0].at)
        else:
            continued += [(conversation_id, one) for one in fold(ordered, [], known)]
    await _write(continued)


async def refold(conversation_id: Id, since: int = 0) -> None:
    """Fold the thread anew from the episode in which this time falls."""
    tenant_id = tenancy.current()
    start = await database.row(
        """SELECT coalesce(max(started_at), 0) AS at, coalesce(max(ordinal), 1) AS ordinal
             FROM episode
            WHERE tenant_id = $1::uuid AND conversation_id = $2::uuid AND started_at <= $3""",
        tenant_id,
        conversation_id,
        since,
    ) or {"at": 0, "ordinal": 1}
    messages = await database.rows(
        """SELECT provider_at, tie, direction, origin FROM message
            WHERE tenant_id = $1::uuid AND conversation_id = $2::uuid AND provider_at >= $3
              AND direction IN ('in', 'out') AND group_token IS NULL
            ORDER BY provider_at, tie""",
        tenant_id,
        conversation_id,
        start["at"],
    )
    resolutions = await database.rows(
        """SELECT at FROM conversation_step
            WHERE tenant_id = $1::uuid AND conversation_id = $2::uuid AND kind = 'resolved'
              AND at >= $3 ORDER BY at""",
        tenant_id,
        conversation_id,
        start["at"],
    )
    said = [
        Said(row["provider_at"], row["tie"], row["direction"], row["origin"] in _NOBODY)
        for row in messages
    ]
    episodes = fold(said, [row["at"] for row in resolutions])
    shifted = [replace(one, ordinal=one.ordinal + start["ordinal"] - 1) for one in episodes]
    await database.run(
        """DELETE FROM episode
            WHERE tenant_id = $1::uuid AND conversation_id = $2::uuid AND ordinal > $3""",
        tenant_id,
        conversation_id,
        start["ordinal"] + len(shifted) - 1,
    )
    await _write([(conversation_id, one) for one in shifted])


async def resolve_last(conversation_id: Id, at: int) -> None:
    """The running episode of a thread ends now."""
    await database.run(
        """UPDATE episode SET ended_at = $3, end_reason = 'resolved'
            WHERE tenant_id = $1::uuid AND conversation_id = $2::uuid AND ended_at IS NULL""",
        tenancy.current(),
        conversation_id,
        at,
    )


def _closed(last: Facts, at: int, resolved_at: Sequence[int]) -> Facts:
    """The episode as it stands when the next message is said at this time."""
    if last.ended_at is not None:
        return last
    resolutions = [one for one in resolved_at if last.last_at <= one < at]
    if resolutions:
        return replace(last, ended_at=min(resolutions), end_reason="resolved")
    if at - last.last_at > SILENCE:
        return replace(last, ended_at=last.last_at + SILENCE, end_reason="silence")
    return last


def _begun(one: Said, ordinal: int) -> Facts:
    return Facts(
        ordinal=ordinal,
        starter="customer" if one.direction == "in" else "business",
        mode=_mode("none", one),
        started_at=one.at,
        first_answer_at=None,
        last_at=one.at,
        last_direction=one.direction,
        turns=1,
        messages=1,
    )


def _continued(last: Facts, one: Said) -> Facts:
    is_answer = one.direction != last.last_direction
    first_answer_at = last.first_answer_at
    if first_answer_at is None and is_answer:
        first_answer_at = one.at
    return replace(
        last,
        mode=_mode(last.mode, one),
        first_answer_at=first_answer_at,
        last_at=one.at,
        last_direction=one.direction,
        turns=last.turns + is_answer,
        messages=last.messages + 1,
    )


def _mode(mode: str, one: Said) -> str:
    if one.direction == "in":
        return mode
    who = "bot" if one.by_bot else "person"
    return who if mode in ("none", who) else "both"


async def _last_episodes(conversation_ids: Sequence[Id]) -> dict[Id, Facts]:
    rows = await database.rows(
        database.sql(__file__, "last_episodes"),
        tenancy.current(),
        batch=Batch({"conversation_id": "uuid"}, [[one] for one in conversation_ids]),
    )
    return {row["conversation_id"]: Facts(**{name: row[name] for name in _FACTS}) for row in rows}


async def _write(episodes: Sequence[tuple[Id, Facts]]) -> None:
    await database.insert(
        "episode",
        [
            {
                "tenant_id": tenancy.current(),
                "id": ids.new_id(),
                "conversation_id": conversation_id,
                **{name: getattr(one, name) for name in _FACTS},
            }
            for conversation_id, one in episodes
        ],
        conflict=f"""ON CONFLICT (tenant_id, conversation_id, ordinal) DO UPDATE
            SET {", ".join(f"{name} = excluded.{name}" for name in _FACTS)}""",
    )
