"""What the dry run says comes true: 5,000 people of all kinds, by ruling and reason (F21)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import orjson
import pytest

import contacts
from contacts import ConsentStep
from kernel import clock, ids, tenancy
from kernel.database import Batch
from kernel.ids import Id
from tests import stored
from tests.campaigns.office import Office, listed

_MANY = 5_000
# Of each hundred people so many are of a kind; the others may be written to.
_KINDS = {
    "nobody asked": 30,
    "withdrew": 15,
    "not about this": 8,
    "frozen": 6,
    "erased before": 6,
    "without address": 8,
    "name too long": 5,
    "had one yesterday": 8,
    "had the same today": 5,
    "asleep": 5,
}
_NOON = 12


@pytest.mark.slow
async def test_it_comes_true(office: Office) -> None:
    await _at_noon(office)
    office.sim.set(strangers="reachable", limits={"on": False})
    tenant_id = office.studio.store.tenant_id
    people = await _people(office)
    with tenancy.acting_for(tenant_id):
        await contacts.change_pace({"waits.promotion": ["quiet_hours"]})
        topic = await contacts.create_topic("sales", "Sales", {})
        await contacts.record_consent(await _about_topic(people["not about this"]))
    for kind, statement in (
        ("frozen", "UPDATE contact SET state = 'frozen' WHERE id IN ({ids})"),
        ("erased before", "UPDATE contact SET suppressed_by = id WHERE id IN ({ids})"),
        ("without address", "UPDATE identity SET state = 'former' WHERE contact_id IN ({ids})"),
        ("asleep", "UPDATE contact SET time_zone = 'Pacific/Auckland' WHERE id IN ({ids})"),
    ):
        await _mark(statement, people[kind])
    await _had(office, people["had one yesterday"], "another", clock.now() - clock.DAY)
    await _had(office, people["had the same today"], "season", clock.now() - clock.HOUR)
    await stored.run("UPDATE number SET throughput = 'HIGH'")
    campaign = await office.drafts(
        audience={"tagsAny": [await office.tag("many")]}, topic=ids.show("topic", topic)
    )
    review = await office.reviews(campaign)
    foreseen = {(one["ruling"], one["reason"]): one["count"] for one in review["counts"]}
    assert foreseen == {
        ("SEND", None): 200,
        ("DEFER", "QUIET_HOURS"): 250,
        ("REFUSE", "NO_CONSENT"): 1500,
        ("REFUSE", "CONSENT_WITHDRAWN"): 750,
        ("REFUSE", "TOPIC_UNWANTED"): 400,
        ("REFUSE", "CONTACT_RESTRICTED"): 300,
        ("REFUSE", "SUPPRESSED"): 300,
        ("REFUSE", "NO_ADDRESS"): 400,
        ("REFUSE", "TOO_LONG"): 250,
        ("REFUSE", "FREQUENCY_CAP"): 400,
        ("REFUSE", "DUPLICATE"): 250,
    }
    await office.launches(campaign)
    await office.delivers()
    assert await _came(tenant_id) == foreseen


async def _came(tenant_id: Id) -> dict[tuple[str, str | None], int]:
    """What became of the recipients, in the words of the gate."""
    rulings = {"sent": "SEND", "queued": "DEFER", "refused": "REFUSE"}
    rows = await stored.rows(
        "SELECT state, decision FROM send WHERE tenant_id = $1 AND mailing_id IS NOT NULL",
        tenant_id,
    )
    counts = Counter[tuple[str, str | None]]()
    for row in rows:
        reason = orjson.loads(row["decision"]).get("reason")
        counts[rulings[row["state"]], None if row["state"] == "sent" else reason] += 1
    return dict(counts)


async def _at_noon(office: Office) -> None:
    """Noon of the tenant's clock, when it is night in New Zealand."""
    noon = clock.moment(clock.now()).replace(hour=_NOON, minute=0) + timedelta(days=1)
    await office.waits(clock.micros(noon) - clock.now())


async def _people(office: Office) -> dict[str, list[Id]]:
    """All of them, by kind."""
    kinds = [kind for kind, share in _KINDS.items() for _ in range(share)]
    kinds += ["free"] * (100 - len(kinds))
    consents = {"nobody asked": "", "withdrew": "withdrawn"}
    people = [
        listed(
            "N" * 1100 if kinds[at % 100] == "name too long" else f"P{at}",
            f"346{at:08}",
            "many",
            consent=consents.get(kinds[at % 100], "confirmed"),
        )
        for at in range(_MANY)
    ]
    found = [
        one for at in range(0, _MANY, 1000) for one in await office.enters(*people[at:][:1000])
    ]
    by_kind: dict[str, list[Id]] = {}
    for at, contact_id in enumerate(found):
        by_kind.setdefault(kinds[at % 100], []).append(contact_id)
    return by_kind


async def _about_topic(people: list[Id]) -> list[ConsentStep]:
    rows = await contacts.contacts_by_ids(people)
    return [
        ConsentStep(
            one, rows[one]["subject_id"], "withdrawn", "test", one, clock.now(), topic="sales"
        )
        for one in people
    ]


async def _mark(statement: str, people: list[Id]) -> None:
    chosen = "SELECT b.id FROM ({batch}) AS b"
    batch = Batch({"id": "uuid"}, [[one] for one in people])
    await stored.run(statement.replace("{ids}", chosen), batch=batch)


async def _had(office: Office, people: list[Id], template: str, at: int) -> None:
    """A promotion by this template went to these people."""
    given: list[Any] = [office.studio.store.tenant_id, office.studio.store.number_id, template, at]
    await stored.run(
        """INSERT INTO send (tenant_id, id, origin, contact_id, subject_id, number_id, topic, kind,
                             category, pace_kind, template_name, template_language, content_sealed,
                             state, decision, due_at, lease_until, fence, attempts, attempted_at,
                             created_at)
           SELECT $1::uuid, b.send_id, 'campaign', c.id, c.subject_id, $2::uuid, '', 'template',
                  'marketing', 'promotion', $3::text, 'en', $5::bytea, 'sent', '{}'::jsonb,
                  $4::bigint, 0, 0, 1, $4::bigint, $4::bigint
             FROM ({batch}) AS b JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.id""",
        *given,
        b"",
        batch=Batch({"id": "uuid", "send_id": "uuid"}, [[one, ids.new_id()] for one in people]),
    )
