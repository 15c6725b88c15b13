"""Phone and e-mail as somebody says that they are right (GDPR 16): no shop or list undoes it.

What shops and lists told instead goes. A number that they wrote from was theirs: it ends.
"""

from __future__ import annotations

from typing import Any

import tenants
from contacts import search, suppression
from contacts.found_by import pieces_of
from contacts.people import Person, update_people
from contacts.phones import place_of
from contacts.queries import identities_of
from contacts.sightings import STATED, WORD_OF_OTHERS, Shown, Sighting
from kernel import clock, database, events, ids, keys, tenancy
from kernel.database import Batch, RunAgain
from kernel.errors import Conflict
from kernel.events import Event
from kernel.ids import Id

_VALUE = "identity.value"
_WORD_OF_OTHERS = "(" + ", ".join(f"'{source}'" for source in (*WORD_OF_OTHERS, STATED)) + ")"


async def state_ids(
    contact: dict[str, Any], phone: str | None, email: str | None
) -> list[tuple[str, str, str]]:
    """What is right of a contact that the open unit holds; of each change: kind, before, after.

    `phone` is in full international digits. Conflict names the field: TAKEN where another contact
    has it, SUPPRESSED where it was somebody's who was erased.
    """
    told = Sighting(clock.now(), phone=phone, email=email, source=STATED)
    marks = await suppression.read_marks([told])
    changed = []
    found = await _found_by(contact["id"])
    for shown in told.shown():
        kind, value = shown[0], shown[3]
        if marks.stands_on(shown):
            message = "It was somebody's who was erased; it comes back by their own act alone."
            raise Conflict(message, code="SUPPRESSED", field=("correction", kind))
        before = await _standing(contact["id"], kind)
        await _take(contact, shown)
        if before != value:
            changed.append((kind, before, value))
    if not changed:
        return []
    left = await _found_by(contact["id"])
    await search.forget((contact["id"], piece) for piece in found - left)
    await search.remember(((contact["id"], piece) for piece in left), await tenants.newest_index())
    if phone and contact["country_source"] != "stated":
        person = Person(contact["id"], contact["subject_id"], is_new=False)
        person.place, person.placed_by = place_of(phone), "number"
        await update_people([person])
    await events.record(Event("contact.identity_changed", {"contact": contact["id"]}))
    return changed


async def _take(contact: dict[str, Any], shown: Shown) -> None:
    """Write the identity down as the contact's; another's former one becomes theirs."""
    kind, scope, canonical, value = shown
    index, now = await tenants.newest_index(), clock.now()
    tokens = [[one.token(f"identity.{kind}", canonical)] for one in keys.finders()]
    held = next(
        iter(
            await database.rows(
                """SELECT i.id, i.contact_id, i.state FROM ({batch}) AS b
                     JOIN identity i ON i.tenant_id = $1::uuid AND i.kind = $2 AND i.scope = $3
                                    AND i.token = b.token
                      FOR UPDATE OF i""",
                tenancy.current(),
                kind,
                scope,
                batch=Batch({"token": "bytea"}, tokens),
            )
        ),
        None,
    )
    if held and held["contact_id"] != contact["id"] and held["state"] == "current":
        message = "Another contact has it; nothing was changed."
        raise Conflict(message, code="TAKEN", field=("correction", kind))
    if held:
        await database.run(
            "DELETE FROM identity WHERE tenant_id = $1::uuid AND id = $2::uuid",
            tenancy.current(),
            held["id"],
        )
    sealer, new_id = (await keys.of([contact["subject_id"]]))[contact["subject_id"]], ids.new_id()
    added = await database.insert(
        "identity",
        [
            {
                "tenant_id": tenancy.current(),
                "id": new_id,
                "contact_id": contact["id"],
                "subject_id": contact["subject_id"],
                "kind": kind,
                "scope": scope,
                "token": index.token(f"identity.{kind}", canonical),
                "value_sealed": sealer.seal_text(_VALUE, new_id, value),
                "state": "current",
                "source": STATED,
                "first_at": now,
                "last_at": now,
                "ended_at": None,
            }
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="id",
    )
    if not added:
        raise RunAgain
    await database.run(
        f"""DELETE FROM identity WHERE tenant_id = $1::uuid AND contact_id = $2::uuid
              AND kind = $3 AND id <> $4::uuid AND source IN {_WORD_OF_OTHERS}""",
        tenancy.current(),
        contact["id"],
        kind,
        new_id,
    )
    await database.run(
        """UPDATE identity SET state = 'former', ended_at = $5::bigint
            WHERE tenant_id = $1::uuid AND contact_id = $2::uuid
              AND kind = $3 AND id <> $4::uuid AND state = 'current'""",
        tenancy.current(),
        contact["id"],
        kind,
        new_id,
        now,
    )


async def _standing(contact_id: Id, kind: str) -> str:
    """The number or address that counted so far; "" where there was none."""
    rows = (await identities_of([contact_id])).get(contact_id, ())
    row = next((one for one in rows if (one["kind"], one["state"]) == (kind, "current")), None)
    sealer = (await keys.of([row["subject_id"]])).get(row["subject_id"]) if row else None
    return sealer.open_text(_VALUE, row["id"], row["value_sealed"]) if row and sealer else ""


async def _found_by(contact_id: Id) -> set[str]:
    return (await pieces_of([contact_id])).get(contact_id, set())
