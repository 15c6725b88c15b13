"""Texts that wait in the ledger, as many as are wanted, over several fast numbers.

One is queued through the front door, the others are copies of its rows to the same people.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson

import channels
import conversations
from benchmarks import stage
from benchmarks.one_by_one import Address
from benchmarks.stage import Business
from conversations import Outgoing
from conversations.content import Text
from kernel import bells, clock, database, ids, keys, tenancy
from kernel.ids import Id
from tests.platform_json import as_platform

TEXT = "Your order is on its way. Track it here: https://example.com/t/4711 شكراً 📦"
_SEALED = {
    "send": {"content_sealed": "send.content"},
    "message": {"body_sealed": "message.body", "payload_sealed": "message.payload"},
}
_PARTIES = ("conversation_id", "contact_id", "subject_id", "number_id")
Row = dict[str, Any]


async def open_lines(business: Business, count: int, people: int) -> None:
    """So many fast numbers, each with so many people who have just written."""
    everybody = stage.people(count * people)
    with tenancy.acting_for(business.tenant_id):
        [waba] = await channels.list_wabas()
    for place in range(count):
        number, display = str(int(stage.NUMBER) + place), str(int(stage.DISPLAY) + place)
        with tenancy.acting_for(business.tenant_id):
            await channels.connect_number(waba["id"], number, display, "Costa", "a-token")
        mine = everybody[place * people : (place + 1) * people]
        await stage.hear_from(mine, stage.wamids(people, f"line{place}"), number)
        await stage.deliver(as_platform(_upgrade(display)))


async def queue(business: Business, count: int) -> None:
    """So many texts more, in one commit; then the bell is rung."""
    with tenancy.acting_for(business.tenant_id):
        threads = await database.rows(
            """SELECT v.id AS conversation_id, v.contact_id, v.number_id, c.subject_id
                 FROM conversation v
                 JOIN contact c ON c.tenant_id = $1::uuid AND c.id = v.contact_id
                WHERE v.tenant_id = $1::uuid ORDER BY c.subject_id""",
            business.tenant_id,
        )
        thread_id, key = threads[0]["conversation_id"], ids.new_id()
        first = await conversations.queue(
            Outgoing(thread_id, Text(TEXT), "key", business.owner_id, key)
        )
        await _write_copies(first.send_id, threads, count - 1)
    bells.ring(conversations.SENDS_BELL)


async def addresses(business: Business) -> list[Address]:
    """Tenant, number, and the platform's id of the number, of each text that waits."""
    with tenancy.acting_for(business.tenant_id):
        rows = await database.rows(
            """SELECT s.number_id, n.phone_number_id
                 FROM send s JOIN number n ON n.tenant_id = $1::uuid AND n.id = s.number_id
                WHERE s.tenant_id = $1::uuid AND s.state = 'queued'""",
            business.tenant_id,
        )
    return [(business.tenant_id, row["number_id"], row["phone_number_id"]) for row in rows]


async def waiting() -> int:
    """How many are not done with."""
    with tenancy.across_tenants("counting what waits"):
        row = await database.row(
            "SELECT count(*) AS n FROM send WHERE state IN ('queued', 'claimed', 'unknown')"
        )
    return int(row["n"]) if row else 0


def bodies(count: int) -> Iterator[bytes]:
    """What the worker posts for so many of them, one a line."""
    for place, person in enumerate(stage.people(count)):
        yield orjson.dumps(
            {
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "biz_opaque_callback_data": f"{place:032x}",
                "to": person.phone,
                "type": "text",
                "text": {"body": TEXT},
            }
        )


@database.unit_of_work
async def _write_copies(send_id: Id, threads: list[Row], count: int) -> None:
    send = await _row("send", send_id)
    message = await _row("message", send["message_id"])
    sealers = await keys.of(thread["subject_id"] for thread in threads)
    places = (threads[place % len(threads)] for place in range(count))
    while part := list(islice(places, 2000)):
        rows: dict[str, list[Row]] = {"message": [], "send": []}
        for thread in part:
            moved = {name: thread[name] for name in _PARTIES}
            named = {"message": ids.new_id(), "send": ids.new_id()}
            for table, row in (("message", message), ("send", send)):
                copy = row | moved | {"id": named[table]}
                for column, place in _SEALED[table].items():
                    plain = sealers[row["subject_id"]].open(place, row["id"], row[column])
                    copy[column] = sealers[thread["subject_id"]].seal(place, copy["id"], plain)
                rows[table].append(copy)
            rows["send"][-1]["message_id"] = named["message"]
        for table, copies in rows.items():
            await database.insert(table, copies)


async def _row(table: str, row_id: Id) -> Row:
    row = await database.row(
        f"SELECT * FROM {table} WHERE tenant_id = $1::uuid AND id = $2::uuid",
        tenancy.current(),
        row_id,
    )
    assert row is not None
    return row


def _upgrade(display: str) -> dict[str, object]:
    """The platform lets a number send 1,000 a second (contract 5.6)."""
    value = {"display_phone_number": display, "event": "THROUGHPUT_UPGRADE"}
    change = {"value": value, "field": "phone_number_quality_update"}
    entry = {"id": stage.WABA, "time": clock.now() // clock.SECOND, "changes": [change]}
    return {"object": "whatsapp_business_account", "entry": [entry]}
