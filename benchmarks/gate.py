"""`scripts/bench gate`: decisions a second, on facts at hand and on facts read for them (F21).

Promotions to people of whom half had one before. Each is held against its floor in the same run:
reading as many contacts bare, by key, in batches of the same size, which is what the database and
its client alone take; and writing the facts of each as JSON, which is what Python takes to look at
them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import median

import channels
import contacts
import conversations
from benchmarks import aftermath, figures, ground, stage
from benchmarks.figures import Figure, tell
from benchmarks.stage import Business
from contacts import ConsentStep
from conversations import Asked, Outgoing, rulings
from conversations.content import Parameter, TemplateMessage
from kernel import clock, database, ids, tenancy
from kernel.database import Batch
from kernel.ids import Id
from tests.platform_json import as_platform

_PEOPLE, _BATCH, _ROUNDS = 4_000, 200, 5
_WORDS = TemplateMessage("spring_sale", "es", body=(Parameter("Lea"),))
Facts = rulings.Known
Work = Callable[[int], Awaitable[object]]


async def measure(backend: str) -> list[Figure]:
    """Decisions a second on this database."""
    with ground.laid(backend) as laid:
        async with ground.inside(laid):
            business = await stage.settle_in()
            with tenancy.acting_for(business.tenant_id):
                asked = await _fill(business)
                await aftermath.analyse(laid.settings)
                bare, read, shown, alone = await _in_turns(asked)
    return [
        Figure("decisions of the gate, per second of processor", f"{alone:,.0f}", "≥ 20,000"),
        Figure("decisions, of the same facts as JSON", f"{alone / shown:.2f}", "≥ 0.25"),
        Figure("decisions with their facts read, per second", f"{read:,.0f}"),
        Figure("decisions with their facts read, of bare reads", f"{read / bare:.2f}", "≥ 0.03"),
    ]


async def _fill(business: Business) -> list[list[Asked]]:
    """People who agreed to marketing, of whom half had some; the batches of questions."""
    await stage.hear_from(stage.people(_PEOPLE), stage.wamids(_PEOPLE, "in"))
    await stage.deliver(as_platform(_approval()))
    people = await database.rows(
        """SELECT v.id AS thread_id, v.contact_id, c.subject_id
             FROM conversation v JOIN contact c ON c.tenant_id = $1::uuid AND c.id = v.contact_id
            WHERE v.tenant_id = $1::uuid ORDER BY v.contact_id""",
        business.tenant_id,
    )
    await contacts.record_consent(
        [
            ConsentStep(
                one["contact_id"], one["subject_id"], "confirmed", "form", one["contact_id"], 1
            )
            for one in people
        ]
    )
    [waba] = await channels.list_wabas()
    number = (stage.NUMBER, stage.DISPLAY, "Costa Clara", "a-token")
    await channels.connect_number(waba["id"], *number)
    out = Outgoing(people[0]["thread_id"], _WORDS, "key", business.owner_id, "first")
    await _write_copies((await conversations.queue(out)).send_id, people[::2])
    asked = [
        Asked(
            ids.new_id(),
            one["contact_id"],
            business.number_id,
            needs_window=False,
            template_name=_WORDS.name,
            template_language=_WORDS.language,
            origin="campaign",
            origin_id=business.owner_id,
            pace_kind="promotion",
        )
        for one in people
    ]
    return [asked[place : place + _BATCH] for place in range(0, _PEOPLE, _BATCH)]


@database.unit_of_work
async def _write_copies(send_id: Id, people: Sequence[dict[str, Id]]) -> None:
    """The same went to these people, ten days ago."""
    send = await database.row(
        "SELECT * FROM send WHERE tenant_id = $1::uuid AND id = $2::uuid",
        tenancy.current(),
        send_id,
    )
    assert send is not None
    went = {"state": "sent", "words_token": None, "attempted_at": clock.now() - 10 * clock.DAY}
    copies = [
        send
        | went
        | {"id": ids.new_id(), "contact_id": one["contact_id"], "subject_id": one["subject_id"]}
        for one in people
    ]
    await database.insert("send", copies)


async def _in_turns(asked: Sequence[list[Asked]]) -> list[float]:
    """How many a second: contacts read, decisions with their facts, facts as JSON, decisions."""
    known = [await rulings.read_facts(batch) for batch in asked]

    async def read_bare(place: int) -> None:
        await database.rows(
            """SELECT c.id, c.state, c.country FROM ({batch}) AS b
                 JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.id""",
            tenancy.current(),
            batch=Batch({"id": "uuid"}, [[one.contact_id] for one in asked[place]]),
        )

    async def read_and_rule(place: int) -> None:
        await rulings.rulings(asked[place])

    async def show(place: int) -> None:
        for _, row in known[place].pairs:
            json.dumps(row, default=str)

    async def rule(place: int) -> None:
        rulings.judge(known[place], clock.now())

    # What waits for nobody is measured by the processor's own time.
    ways: dict[Work, Callable[[], float]] = {
        read_bare: time.perf_counter,
        read_and_rule: time.perf_counter,
        show: time.process_time,
        rule: time.process_time,
    }
    rates: dict[Work, list[float]] = {way: [] for way in ways}
    for turn in range(_ROUNDS + 1):
        for way, now in ways.items():
            began = now()
            for place in range(len(asked)):
                await way(place)
            rate = _PEOPLE / (now() - began)
            tell(f"{way.__name__}: {rate:,.0f} a second")
            if turn:  # the first turn warms up
                rates[way].append(rate)
    return [median(rates[way]) for way in ways]


def _approval() -> dict[str, object]:
    """The platform approved the template."""
    value = {
        "message_template_id": 4711,
        "message_template_name": _WORDS.name,
        "message_template_language": _WORDS.language,
        "message_template_category": "MARKETING",
        "event": "APPROVED",
    }
    change = {"field": "message_template_status_update", "value": value}
    entry = {"id": stage.WABA, "time": clock.now() // clock.SECOND, "changes": [change]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


if __name__ == "__main__":
    figures.show(measure)
