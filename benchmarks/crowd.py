"""A crowd for campaigns: people who may be written to, from fast numbers, by an approved template.

Those who are written to were met through the front door, and have agreed. The others, who are only
frozen into the ledger, are copies of a contact's row.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import channels
import contacts
import conversations
import tenants
from benchmarks import ledger, stage
from benchmarks.stage import Business
from contacts import ConsentStep, Known, Selection, Sighting
from conversations import NewMailing, Outgoing, Personal
from conversations.content import Parameter, TemplateMessage
from kernel import clock, database, ids, tenancy
from kernel.ids import Id
from tests.platform_json import as_platform

TEXT = "Hi {{1}}, the blue one is back in all sizes. Tap here: https://example.com/blue 💙"
_CONTENT = TemplateMessage("back_again", "en", body=(Parameter("?"),))
_NOTICE = TemplateMessage("on_its_way", "en", body=(Parameter("4711"),))
_PERSONAL = (Personal("body", 0, "first_name", fallback="there"),)
_AT_ONCE = 500
_COPY = {
    "sqlite": """
        WITH RECURSIVE place (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM place WHERE n < $3)
        INSERT INTO contact (tenant_id, id, subject_id, state, name_at, name_tie, country,
                             time_zone, marketing_gap_days, source, created_at, updated_at)
        SELECT $1::uuid, printf('%012x7', $4 + p.n / 1000) || printf('%03x', p.n % 1000)
               || '8' || substr(lower(hex(randomblob(8))), 2), c.subject_id, 'active', 0, 0,
               c.country, c.time_zone, 0, c.source, c.created_at, c.updated_at
          FROM place p JOIN contact c ON c.tenant_id = $1::uuid AND c.id = $2::uuid""",
    "postgresql": """
        INSERT INTO contact (tenant_id, id, subject_id, state, name_at, name_tie, country,
                             time_zone, marketing_gap_days, source, created_at, updated_at)
        SELECT $1::uuid, (lpad(to_hex($4::bigint + n / 1000), 12, '0') || '7'
               || lpad(to_hex(n % 1000), 3, '0')
               || '8' || substr(md5(n::text), 2, 15))::uuid, c.subject_id, 'active', 0, 0,
               c.country, c.time_zone, 0, c.source, c.created_at, c.updated_at
          FROM generate_series(1, $3::bigint) AS n
          JOIN contact c ON c.tenant_id = $1::uuid AND c.id = $2::uuid""",
}


async def open_numbers(business: Business, count: int) -> list[Id]:
    """So many fast numbers, with a template that may promote something, at any hour."""
    await ledger.open_lines(business, count, 0)
    await _tell_template(stage.WABA, _CONTENT, "MARKETING")
    await _tell_template(stage.WABA, _NOTICE, "UTILITY")
    with tenancy.acting_for(business.tenant_id):
        # The same at any hour of the day: the rules are looked at, and nobody has to wait.
        await contacts.change_pace({"waits.promotion": []})
        return [row["id"] for row in await channels.list_numbers()][-count:]


async def open_neighbour() -> Business:
    """Another tenant, which tells its customers of their orders."""
    founded = await tenants.found(
        name="Neighbour",
        country="ES",
        locale="es-ES",
        time_zone="Europe/Madrid",
        currency="EUR",
        owner_email="owner@neighbour.example",
        owner_name="Owner",
        password="correct horse battery",  # noqa: S106 (of no house)
    )
    waba, number, display = (f"9{text}" for text in (stage.WABA, stage.NUMBER, stage.DISPLAY))
    with tenancy.acting_for(founded.tenant_id):
        waba_row_id = await channels.connect_waba(waba)
        number_id = await channels.connect_number(waba_row_id, number, display, "N", "a-token")
    await _tell_template(waba, _NOTICE, "UTILITY")
    return Business(founded.tenant_id, number_id, founded.person_id)


async def wait_for_notice(business: Business, number_id: Id, place: int) -> float:
    """Tell somebody of their order; the seconds until the platform has it."""
    with tenancy.acting_for(business.tenant_id):
        seen = Sighting(clock.now(), f"4478{place:08}", name="Noor")
        known = (await contacts.recognise([seen])).known[0]
        thread_id = await conversations.thread_with(known, number_id)
        wish = Outgoing(thread_id, _NOTICE, "key", business.owner_id, ids.new_id())
        began = time.perf_counter()
        queued = await conversations.queue(wish)
        async with asyncio.timeout(60):
            while not await _is_sent(queued.send_id):  # noqa: ASYNC110 (nothing tells)
                await asyncio.sleep(0.02)
    return time.perf_counter() - began


async def meet(business: Business, count: int) -> list[Known]:
    """So many people more, who have agreed to hear of offers; by age."""
    people: list[Known] = []
    with tenancy.acting_for(business.tenant_id):
        for start in range(0, count, _AT_ONCE):
            people += await _meet_some(range(start, min(start + _AT_ONCE, count)))
            await database.forget_plans()
    return sorted(people, key=lambda one: one.contact_id)


async def _tell_template(waba: str, content: TemplateMessage, category: str) -> None:
    named = {
        "message_template_id": int.from_bytes(content.name.encode()[:6]),
        "message_template_name": content.name,
        "message_template_language": content.language,
    }
    for field, value in (
        (
            "message_template_status_update",
            {**named, "event": "APPROVED", "message_template_category": category},
        ),
        ("message_template_components_update", {**named, "message_template_element": TEXT}),
    ):
        change = {"field": field, "value": value}
        entry = {"id": waba, "time": clock.now() // clock.SECOND, "changes": [change]}
        told = {"object": "whatsapp_business_account", "entry": [entry]}
        await stage.deliver(as_platform(told))


async def _is_sent(send_id: Id) -> bool:
    row = await database.row(
        """SELECT 1 AS one FROM send
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'sent'""",
        tenancy.current(),
        send_id,
    )
    return row is not None


@database.unit_of_work
async def _meet_some(places: Sequence[int]) -> list[Known]:
    now = clock.now()
    seen = [Sighting(now, f"4477{one:08}", name=f"Amina Diallo {one}") for one in places]
    known = [one for one in (await contacts.recognise(seen)).known if one]
    await contacts.record_consent(
        [
            ConsentStep(
                contact_id=one.contact_id,
                subject_id=one.subject_id,
                kind="confirmed",
                method="platform_preference",
                source=one.contact_id,
                at=now,
            )
            for one in known
        ]
    )
    return known


async def copy(business: Business, one: Known, count: int) -> None:
    """So many contacts more that look like this one, and whom nobody could write to."""
    with tenancy.acting_for(business.tenant_id):
        await database.run(
            _COPY[database.dialect()],
            business.tenant_id,
            one.contact_id,
            count,
            clock.now() // 1000,
        )


def between(people: Sequence[Known]) -> Selection:
    """Everybody from the first to the last of these."""
    ends = (people[0].contact_id, people[-1].contact_id)
    return Selection("c.id BETWEEN ?::uuid AND ?::uuid", ends)


def mailing_from(number_id: Id) -> NewMailing:
    """What goes to them."""
    return NewMailing(ids.new_id(), number_id, _CONTENT, _PERSONAL)
