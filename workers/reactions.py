"""What follows from what: event → verbs, on one page. Every verb is idempotent and takes a batch.

Events come in order, of one tenant at a time, at least once. What is only made due, or learnt, is
noted by a reader of its own: nobody waits for it, so it goes in large steps, a moment later.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from itertools import groupby

import campaigns
import contacts
import conversations
import privacy
import scoring
from contacts import Touch
from kernel import clock, database, events
from kernel.events import Event
from kernel.ids import Id

Verb = Callable[[Sequence[Event]], Awaitable[object]]

READER, NOTING = "reactions", "notes"
# What an activity refers to: the first of these that its event carries.
_REFERENCES = ("message", "entry", "touchpoint", "tag", "request")
# What comes in crowds carries one of these, and waits so long for one another.
_OF_CROWDS = {"mailing", "status"}
_CROWD = 5 * clock.MINUTE
# So many at once: SQLite has one writer, and webhooks wait for it.
_AT_ONCE = 200
# Statuses that tell when somebody looked.
_SEEN = ("read", "played")


async def index(happened: Sequence[Event]) -> None:
    """Messages are found by their words."""
    await conversations.index_words(one.refs["message"] for one in happened)


async def score(happened: Sequence[Event]) -> None:
    """Customers' messages are read: how much they are about, what they want, how they feel."""
    await scoring.score_messages(one.refs["message"] for one in happened)


async def note_silences(happened: Sequence[Event]) -> None:
    """Somebody said something, or our words came further: who is silent is asked anew."""
    for some in _portions(
        one.refs["conversation"] for one in happened if "conversation" in one.refs
    ):
        await scoring.note_silences(some)


async def note_standings(happened: Sequence[Event]) -> None:
    """Contacts did something, or something befell them: how they stand is asked anew.

    Mailings and their ticks come in crowds and matter little each, so they wait for one another.
    """
    crowd, others = list[Id](), list[Id]()
    for event in happened:
        if "contact" in event.refs:
            is_one_of_many = event.refs.keys() & _OF_CROWDS
            (crowd if is_one_of_many else others).append(event.refs["contact"])
    for some in _portions(crowd):
        await scoring.note_standings(some, _CROWD)
    for some in _portions(others):
        await scoring.note_standings(some)


async def touch(happened: Sequence[Event]) -> None:
    """Note what touched a person, for timelines, facts and engagement."""
    await contacts.record_activity(
        [
            Touch(
                id=event.id,
                contact_id=event.refs["contact"],
                at=event.at,
                kind=event.kind,
                reference=next(
                    (event.refs[name] for name in _REFERENCES if name in event.refs), event.id
                ),
            )
            for event in happened
            if "contact" in event.refs  # who asks for a right may be nobody that is known
        ]
    )


async def learn(happened: Sequence[Event]) -> None:
    """Learn at which hour people write and read."""
    for some in _portions(
        event.refs["contact"] for event in happened if event.refs.get("status", "read") in _SEEN
    ):
        await conversations.learn_hours(some)


async def note_purchases(happened: Sequence[Event]) -> None:
    """Whoever bought is a new customer for a while."""
    await contacts.note_purchases(
        event.refs["contact"] for event in happened if "contact" in event.refs
    )


async def take_over(happened: Sequence[Event]) -> None:
    """What a shop's platform asks for by law becomes a request of the privacy desk."""
    await privacy.take_over([event.refs["request"] for event in happened])


async def close_erased(happened: Sequence[Event]) -> None:
    """Who asked to be forgotten is."""
    await privacy.finish([event.refs["erasure"] for event in happened], "erased")
    await privacy.close_gone([event.refs["contact"] for event in happened])


async def ask_who_came(happened: Sequence[Event]) -> None:
    """Ask for the second yes of those who came through touchpoints."""
    await privacy.ask_who_came([event.refs["use"] for event in happened])


async def note_withdrawals(happened: Sequence[Event]) -> None:
    """A backup from before must not allow again what somebody forbade."""
    await privacy.note_withdrawals(event.refs["entry"] for event in happened)


async def note_restrictions(happened: Sequence[Event]) -> None:
    """Nor use who is frozen."""
    await privacy.note_restrictions(event.refs["contact"] for event in happened)


async def note_lost_prompts(happened: Sequence[Event]) -> None:
    """Say of requests for consent that what asked did not arrive."""
    await contacts.note_lost_prompts(
        (
            event.refs["contact"],
            event.refs["message"],
            event.refs.get("code") or event.refs["reason"],
        )
        for event in happened
        if "message" in event.refs  # of a campaign nothing may have been written yet
    )


async def close_exported(happened: Sequence[Event]) -> None:
    """What was held on who asked lies ready."""
    await privacy.finish([event.refs["export"] for event in happened], "exported")


async def reopen(happened: Sequence[Event]) -> None:
    """It could not be gathered: whoever answers the request has to look at it."""
    await privacy.reopen([event.refs["export"] for event in happened])


# What is written down of events alone, and tells nobody: a crash that loses it brings it again.
_REDONE = frozenset((touch, index, note_silences, note_standings))

REACTIONS: dict[str, tuple[Verb, ...]] = {
    "message.received": (touch, index, score),
    "message.status_changed": (campaigns.note_failures,),
    "message.recorded": (touch, index),
    "message.changed": (index, score),
    "send.queued": (index,),
    "send.sent": (touch,),
    "call.received": (touch,),
    "note.written": (touch, index),
    "consent.requested": (touch,),
    "consent.prompted": (touch,),
    "consent.refused": (touch, note_withdrawals),
    "consent.expired": (touch,),
    "consent.confirmed": (touch, privacy.give_thanks),
    "consent.withdrawn": (touch, note_withdrawals, privacy.bid_farewell),
    "preference.changed": (touch,),
    "restriction.set": (touch, note_restrictions),
    "restriction.lifted": (touch, note_restrictions),
    "contact.tagged": (touch,),
    "contact.untagged": (touch,),
    "contact.stage_changed": (touch,),
    "contact.tier_changed": (touch,),
    "score.engagement_changed": (touch,),
    "privacy.request_opened": (touch,),
    "privacy.request_verified": (touch,),
    "privacy.request_closed": (touch,),
    "order.placed": (note_purchases,),
    "contact.merged": (campaigns.follow_merges, scoring.follow_merges),
    "template.status_changed": (campaigns.stop_with_templates,),
    "template.category_changed": (campaigns.stop_with_templates,),
    "send.failed": (note_lost_prompts,),
    "send.refused": (note_lost_prompts,),
    "store.request_received": (take_over,),
    "export.ready": (close_exported,),
    "export.failed": (reopen,),
    "export.cancelled": (reopen,),
    "erasure.finished": (close_erased,),
    "touchpoint.used": (touch, ask_who_came),
}
NOTES: dict[str, tuple[Verb, ...]] = {
    "message.received": (learn, note_silences),
    "message.status_changed": (learn, note_silences, note_standings),
    "message.recorded": (note_silences, note_standings),
    "conversation.state_changed": (note_silences,),
    "send.sent": (note_silences, note_standings),
    "call.received": (note_standings,),
    "consent.confirmed": (note_standings,),
    "consent.withdrawn": (note_standings,),
    "score.message_scored": (note_standings,),
    "silence.diagnosed": (note_standings,),
    "order.placed": (note_standings,),
}


async def react(limit: int = 500) -> int:
    """Follow the outbox one step; how many events were seen."""
    return await events.follow(READER, partial(_handle, REACTIONS), limit, REACTIONS)


async def note(limit: int = 500) -> int:
    """The same for what is only noted."""
    return await events.follow(NOTING, partial(_handle, NOTES), limit, NOTES)


async def _handle(verbs: Mapping[str, tuple[Verb, ...]], happened: Sequence[Event]) -> None:
    ordered = sorted(happened, key=lambda event: event.kind)
    for kind, group in groupby(ordered, key=lambda event: event.kind):
        batch = list(group)
        for verb in verbs[kind]:
            with database.redone_if_lost() if verb in _REDONE else nullcontext():
                await verb(batch)


def _portions(found: Iterable[Id]) -> Iterator[list[Id]]:
    once = list(dict.fromkeys(found))
    return (once[start : start + _AT_ONCE] for start in range(0, len(once), _AT_ONCE))
