"""One attempt at a batch: bodies are written, the gate is asked, the attempt set down, and it goes.

What needs longer than the others (a hanging answer, a file that goes to the platform first) is
finished beside them, so that it keeps nobody waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import structlog

import channels
from channels import Departing, Verdict
from conversations import mailed, reserving, results, stops
from conversations.claims import SEATS, Claim, Line
from conversations.fallback import waits_for_email
from conversations.gate import Ruled
from conversations.ledger import BELL
from conversations.letters import Letter, unwritten, write_letters
from conversations.mailed import Written
from conversations.rulings import hold, rulings
from kernel import bells, clock, database, tenancy
from kernel.database import Batch
from kernel.ids import Id

# Results that come within so many seconds are written together; then the late ones are left to
# themselves.
_TOGETHER = 0.5
# What the gate saw longer ago may have changed.
_FRESH = clock.SECOND
# Files stand in memory while they are handed over; the messages of others wait a little.
_MOST_FILES = 2
_FILE_WAIT = 2 * clock.SECOND
# How long, and how often, it is tried to write a result while the database is away.
_PATIENCE = 10 * clock.MINUTE
_PAUSE = 0.5  # seconds
_log = structlog.get_logger("outbound")

Flight = asyncio.Task[tuple[Claim, Verdict]]
T = TypeVar("T")


async def attempt(line: Line, claims: Sequence[Claim]) -> None:
    """Send these, and write down what became of them, at the latest when their answers come."""
    letters = await write_letters(claims)
    token = await channels.access_token(line.number_id)
    if token is None:
        await results.put_back([(letter.claim, clock.MINUTE) for letter in letters])
        return
    uploads = await channels.platform_ids(
        {letter.upload for letter in letters if letter.upload}, line.number_id
    )
    ready = [one for one in letters if one.upload is None or one.upload in uploads]
    await _bring_uploads(line, token, [one for one in letters if one.upload not in uploads])
    bodies = [(one.claim.id, one.body(uploads)) for one in ready]
    claims = [one.claim for one in ready]
    channels.depart(map(_departing, claims))
    try:
        admitted = await _admit(claims, unwritten(ready))
    except BaseException:
        # Broken off, or the database went away: it may have been set down that these go. They do
        # not.
        beside(_logged(_insist(lambda: _stay(claims))))
        raise
    channels.arrived(_departing(claim) for claim in claims if claim.id not in admitted)
    await _fly(line, token, [(admitted[one], body) for one, body in bodies if one in admitted])


async def finish() -> int:
    """Wait for everything that is still in the air, or on its way there; how many there were."""
    finished = set[asyncio.Task[Any]]()
    while late := set(_late):
        finished |= late
        await asyncio.wait(late)
    return len(finished)


@database.unit_of_work
async def _admit(claims: Sequence[Claim], fresh: Sequence[Letter] = ()) -> dict[Id, Claim]:
    """Set down that these are about to go, where the gate lets them and their lease holds still.

    The `fresh` ones are of mailings, and come into their threads with it. By id, as they are then.
    """
    claims = await _unless_stopped(claims)
    if not claims:
        return {}
    asked = {claim.id: claim.asked for claim in claims}
    await hold(list(asked.values()))
    ruled = await rulings(list(asked.values()))
    instead = await waits_for_email([(asked[claim.id], ruled[claim.id]) for claim in claims])
    barred = [
        (claim, instead.get(claim.id, ruled[claim.id].decision))
        for claim in claims
        if not ruled[claim.id].may_go
    ]
    await results.hold_back(barred)
    held = {claim.id for claim, _ in barred}
    held |= await _without_room([claim for claim in claims if claim.id not in held], ruled)
    going = {claim.id: claim for claim in claims if claim.id not in held}
    written = await mailed.prepare([one for one in fresh if one.claim.id in going])
    rows = await database.rows(
        database.sql(__file__, "write_attempts"),
        tenancy.current(),
        clock.now(),
        batch=Batch(
            {
                "id": "uuid",
                "fence": "bigint",
                "category": "text",
                "pace_kind": "text",
                "conversation_id": "uuid",
                "message_id": "uuid",
                "content_sealed": "bytea",
            },
            [
                [
                    claim.id,
                    claim.fence,
                    ruled[claim.id].category,
                    ruled[claim.id].pace_kind,
                    *_place(written.get(claim.id)),
                ]
                for claim in going.values()
            ],
        ),
    )
    await mailed.show([written[row["id"]] for row in rows if row["id"] in written])
    return {
        row["id"]: replace(
            going[row["id"]],
            conversation_id=row["conversation_id"],
            message_id=row["message_id"],
        )
        for row in rows
    }


async def _unless_stopped(claims: Sequence[Claim]) -> list[Claim]:
    """Those that nobody stopped meanwhile; the others go back into the queue, or are called off."""
    held, cancelled = await stops.stopped(claims)
    await results.put_back([(claim, 0) for claim in held])
    await results.turn_down([(claim, results.CANCELLED) for claim in cancelled])
    stopped = {claim.id for claim in (*held, *cancelled)}
    return [claim for claim in claims if claim.id not in stopped]


def _place(written: Written | None) -> tuple[Id | None, Id | None, bytes | None]:
    if written is None:
        return None, None, None
    return written.thread.id, written.message_id, written.content_sealed


async def _without_room(claims: Sequence[Claim], ruled: Mapping[Id, Ruled]) -> set[Id]:
    """Those that wait until their portfolio may write to more people first."""
    templates = [
        reserving.Template(one.id, one.contact_id, ruled[one.id].category, one.expires_at)
        for one in claims
        if one.template_name
    ]
    waiting = await reserving.without_room(claims[0].number_id, templates) if templates else {}
    await results.hold_back([(one, waiting[one.id]) for one in claims if one.id in waiting])
    return set(waiting)


async def _fly(line: Line, token: str, bodies: Sequence[tuple[Claim, dict[str, Any]]]) -> None:
    if not bodies:
        return
    admitted_at = clock.now()
    flights = {
        asyncio.create_task(_post(line, token, claim, body, admitted_at)) for claim, body in bodies
    }
    landed, late = set[Flight](), flights
    try:
        landed, late = await asyncio.wait(flights, timeout=_TOGETHER)
    finally:
        # Also where this turn is broken off: what flies is waited for, and written down.
        if late:
            SEATS.keep(len(late))
            beside(_logged(_land(line, late)))
    if landed:
        await _settle(line, landed)


async def _post(
    line: Line, token: str, claim: Claim, body: dict[str, Any], admitted_at: int
) -> tuple[Claim, Verdict]:
    if clock.now() - admitted_at > _FRESH:
        return claim, Verdict("again", "STALE")  # this process stood still; nothing has left
    verdict = await channels.post_message(
        line.phone_number_id, token, body, claim.attempts + 1, _departing(claim)
    )
    return claim, verdict


async def _settle(line: Line, landed: set[Flight]) -> None:
    verdicts = [flight.result() for flight in landed]
    try:
        await _write_down(verdicts)
    except Exception:
        beside(_logged(_insist(lambda: _write_down(verdicts))))
        raise
    await channels.heed(line.number_id, [verdict for _, verdict in verdicts])


async def _write_down(verdicts: Sequence[tuple[Claim, Verdict]]) -> None:
    await results.settle(verdicts)
    channels.arrived(_departing(claim) for claim, _ in verdicts)


async def _stay(claims: Sequence[Claim]) -> None:
    await results.put_back([(claim, 0) for claim in claims])
    channels.arrived(map(_departing, claims))


def _departing(claim: Claim) -> Departing:
    return claim.id, claim.fence


async def _land(line: Line, late: set[Flight]) -> None:
    """Settle the late ones as they come, each at most so many seconds after its answer."""
    while late:
        landed, late = await asyncio.wait(late, timeout=_TOGETHER)
        SEATS.give_back(len(landed))
        if landed:
            await _logged(_settle(line, landed))


async def _bring_uploads(line: Line, token: str, letters: Sequence[Letter]) -> None:
    """Have the files of these handed to the platform first, few at a time, beside all else."""
    by_upload: dict[Id, list[Claim]] = {}
    for one in letters:
        if one.upload:
            by_upload.setdefault(one.upload, []).append(one.claim)
    for upload, claims in by_upload.items():
        if (line.number_id, upload) in _bringing or len(_bringing) >= _MOST_FILES:
            await results.put_back([(claim, _FILE_WAIT) for claim in claims])
        else:
            _bringing.add((line.number_id, upload))
            beside(_logged(_bring(line, token, upload, claims)))


async def _bring(line: Line, token: str, upload: Id, claims: Sequence[Claim]) -> None:
    try:
        verdict = await channels.hand_over(upload, line.number_id, line.phone_number_id, token)
    finally:
        _bringing.discard((line.number_id, upload))
    if verdict.fate == "accepted":
        # This may have taken long: they are claimed anew, and the gate is asked.
        await results.put_back([(claim, 0) for claim in claims])
        bells.ring(BELL)
    else:
        await results.settle([(claim, verdict) for claim in claims])
        await channels.heed(line.number_id, [verdict])


async def _insist(write: Callable[[], Awaitable[None]]) -> None:
    """Write what is known here alone, as soon as the database lets it."""
    until = clock.now() + _PATIENCE
    while True:
        try:
            return await write()
        except Exception:
            if clock.now() > until:
                raise
        await asyncio.sleep(_PAUSE)


def beside(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Begin something that `finish` waits for."""
    task = asyncio.create_task(work)
    _late.add(task)
    task.add_done_callback(_late.discard)
    return task


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception as error:
        # What has no result here is settled by the platform's echo, or when its lease ends.
        _log.error("late_results_lost", exc_info=error)


_late: set[asyncio.Task[Any]] = set()
_bringing: set[tuple[Id, Id]] = set()
