"""How a message of a mailing comes into its thread, with its first attempt (F26)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contacts import Known
from conversations import episodes, ledger
from conversations.letters import Letter
from conversations.threads import Thread, Tidings, find_or_start, tell
from kernel import clock, database, ids
from kernel.ids import Id


@dataclass(frozen=True, slots=True)
class Written:
    """A message about to be shown in its thread, and its content, sealed for the ledger."""

    letter: Letter
    thread: Thread
    message_id: Id
    content_sealed: bytes


async def prepare(letters: Sequence[Letter]) -> dict[Id, Written]:
    """Begin or hold the threads of these; by send. Part of the unit that admits them."""
    if not letters:
        return {}
    wanted = [
        (Known(one.claim.contact_id, one.claim.subject_id), one.claim.number_id) for one in letters
    ]
    threads = await find_or_start(wanted)
    return {
        one.claim.id: Written(
            one,
            threads[one.claim.contact_id, one.claim.number_id],
            ids.new_id(),
            one.said.seal(one.sealer, one.claim.id),
        )
        for one in letters
    }


async def show(written: Sequence[Written]) -> None:
    """Put the messages into their threads, which are held; part of the unit that admits them."""
    if not written:
        return
    now = clock.now()
    await database.insert("message", [_message(one) for one in written])
    await tell((one.thread.id, Tidings(said=(now, 0, one.message_id))) for one in written)
    said = episodes.Said(now, 0, "out", by_bot=True)
    await episodes.bring_up_to_date({one.thread.id: [said] for one in written})


def _message(one: Written) -> dict[str, Any]:
    claim = one.letter.claim
    return ledger.message_row(
        one.message_id,
        one.letter.said,
        one.letter.sealer,
        conversation_id=one.thread.id,
        contact_id=claim.contact_id,
        subject_id=claim.subject_id,
        number_id=claim.number_id,
        origin="campaign",
    )
