"""Which sends go next: of a number's own queue first, then of its mailings, each its share (F21).

What belongs to no mailing (answers, notices of orders) never waits for one; mailings share what is
left evenly, and each keeps to its own rate. Seats are kept free as well: a platform that takes long
to answer for a mailing keeps nobody else waiting.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conversations.asked import Asked, PaceKind
from kernel import clock, database, rates, tenancy
from kernel.ids import Id

LEASE = 60 * clock.SECOND
# So many mailings of a number in one turn; those that were left out have the next ones.
_MOST_MAILINGS = 4
# Seats that no mailing takes.
_SPARE = 100
_OF_NUMBER = "s.number_id = $2::uuid AND s.mailing_id IS NULL"
_OF_MAILING = """s.mailing_id = $2::uuid AND EXISTS (
               SELECT 1 FROM mailing m
                WHERE m.tenant_id = $1::uuid AND m.id = $2::uuid AND m.state = 'running')"""


class Seats:
    """How many messages this process has in hand at once; each may need a connection.

    At 100 ms an answer, 1,000 a second keep 100 in flight. The others are on their way there and
    back: a turn asks the database the same questions for 100 messages as for 200, so several
    numbers beside each other need room for full turns.
    """

    def __init__(self, count: int) -> None:
        self.count = self.free = count

    def take(self, wanted: int, among: int = 1, spare: int = 0) -> int:
        """Take so many, or as many as there are above `spare`; no more than a fair part of all
        `among` some."""
        taken = max(0, min(wanted, self.free - spare, -(-self.count // max(1, among))))
        self.free -= taken
        return taken

    def keep(self, count: int) -> None:
        """Keep so many beyond the turn for which they were taken."""
        self.free -= count

    def give_back(self, count: int) -> None:
        """Give back what was taken or kept."""
        self.free += count


SEATS = Seats(900)


@dataclass(frozen=True, slots=True)
class Running:
    """A mailing that has something to send: `due` so many now, at most so many a second."""

    id: Id
    per_second: int | None
    due: int


@dataclass(frozen=True, slots=True)
class Line:
    """A number that has something to send: `due` so many now that belong to no mailing."""

    tenant_id: Id
    number_id: Id
    phone_number_id: str
    due: int
    mailings: tuple[Running, ...] = ()

    @property
    def is_slow(self) -> bool:
        """Whether one of its mailings keeps to a rate of its own."""
        return any(one.per_second for one in self.mailings)

    def take_seats(self, most: int, among: int) -> int:
        """Seats for its next turn, among so many lines."""
        wanted = min(most, self.due + sum(one.due for one in self.mailings))
        return SEATS.take(wanted, among, 0 if self.due else _SPARE)


@dataclass(frozen=True, slots=True)
class Claim:
    """A send in this worker's hands until its lease ends; `attempts` were made before.

    One of a mailing has neither thread nor message nor content until its first attempt.
    """

    id: Id
    contact_id: Id
    subject_id: Id
    number_id: Id
    conversation_id: Id | None
    message_id: Id | None
    mailing_id: Id | None
    template_name: str | None
    template_language: str | None
    origin: str
    origin_id: Id | None
    topic: str
    pace_kind: PaceKind
    occasion: str | None
    occasion_id: Id | None
    content_sealed: bytes
    created_at: int
    expires_at: int | None
    fence: int
    attempts: int

    @property
    def asked(self) -> Asked:
        """What the gate is asked of it."""
        return Asked(
            self.id,
            self.contact_id,
            self.number_id,
            self.template_name is None,
            self.template_name,
            self.template_language,
            occasion=self.occasion,
            occasion_id=self.occasion_id,
            topic=self.topic,
            origin=self.origin,
            origin_id=self.origin_id,
            pace_kind=self.pace_kind,
            created_at=self.created_at,
            expires_at=self.expires_at,
        )

    @property
    def is_written(self) -> bool:
        """Whether it stands in its thread."""
        return self.message_id is not None


async def due_lines(most: int) -> list[Line]:
    """The numbers of all tenants that have something to send now, each queue counted up to that."""
    now = clock.now()
    with tenancy.across_tenants("finding the numbers that have something to send"):
        rows = await database.rows(database.sql(__file__, "due_lines"), now, most)
    by_number: dict[Id, list[dict[str, Any]]] = {}
    for row in rows:
        by_number.setdefault(row["number_id"], []).append(row)
    return [_line(queues) for queues in by_number.values()]


def _line(queues: Sequence[Mapping[str, Any]]) -> Line:
    number = queues[0]
    return Line(
        number["tenant_id"],
        number["number_id"],
        number["phone_number_id"],
        sum(one["due"] for one in queues if one["mailing_id"] is None),
        tuple(
            Running(one["mailing_id"], one["mailing_per_second"], one["due"])
            for one in queues
            if one["mailing_id"] is not None
        ),
    )


async def claim(line: Line, limit: int) -> list[Claim]:
    """Take the next sends of a number, at most so many."""
    claims = await _claim(_OF_NUMBER, line.number_id, limit) if line.due else []
    chosen = random.sample(line.mailings, min(len(line.mailings), _MOST_MAILINGS))
    chosen.sort(key=lambda one: one.per_second is None)  # what slow ones leave, the others take
    for place, mailing in enumerate(chosen):
        share = -(-(limit - len(claims)) // (len(chosen) - place))
        allowed = await _allowed(mailing, min(share, mailing.due))
        if allowed:
            claims += await _claim(_OF_MAILING, mailing.id, allowed)
    return sorted(claims, key=lambda one: one.id)


async def _allowed(mailing: Running, wanted: int) -> int:
    """How many its own rate allows now."""
    if mailing.per_second is None or wanted < 1:
        return wanted
    ahead = max(1, mailing.per_second // 4)
    (grant,) = await rates.take(
        [f"mailing:{mailing.id}"], clock.SECOND // mailing.per_second, ahead, wanted
    )
    return grant.granted


async def _claim(queue: str, queue_id: Id, limit: int) -> list[Claim]:
    now = clock.now()
    rows = await database.rows(
        database.sql(__file__, "claim_sends").replace("/* queue */", queue),
        tenancy.current(),
        queue_id,
        now,
        now + LEASE,
        limit,
    )
    return [Claim(**row) for row in rows]
