"""Customers: a shop's record of a contact, its tags on the contact, and what they said to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson

import contacts
from commerce import saving
from commerce.told import Buyer, Customer
from contacts import MARKETING, ConsentStep, Known
from kernel import clock, database, ids, keys, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

# What people allow shops to send them as text messages: evidence, never consent to WhatsApp.
SMS = "sms"
_STEPS = {"subscribed": "confirmed", "unsubscribed": "withdrawn", "redacted": "withdrawn"}


async def write(
    store_id: Id,
    told: Sequence[Customer],
    who: Callable[[Buyer], Known | None],
    origin_id: Id | None,
) -> list[Event]:
    """Write the records of customers, the newest word of each; what happened.

    What they said to text messages goes to the ledger of consent, by its own time.
    """
    latest: dict[str, Customer] = {}
    for one in told:
        name = one.buyer.customer
        if name and (name not in latest or _standing(one) > _standing(latest[name])):
            latest[name] = one
    if not latest:
        return []
    tokens = {_token(name): one for name, one in latest.items()}
    before = await _hold(store_id, tokens)
    rows, events, tags = [], [], []
    for token, one in tokens.items():
        known, old = who(one.buyer), before.get(token)
        if known is None or (old and _standing(one) <= (old["told_at"], old["told_tie"])):
            continue
        row = _row(store_id, token, one, known, old, origin_id)
        rows.append(row)
        events.append(Event("customer.updated", {"contact": known.contact_id, "store": store_id}))
        if one.tags is not None:
            tags.append((known.contact_id, one.tags))
    await saving.save("customer", "token", rows)
    await contacts.retag(f"store:{store_id}", tags)
    await contacts.record_consent(list(_steps(store_id, told, who)))
    return events


def _row(
    store_id: Id,
    token: bytes,
    one: Customer,
    known: Known,
    old: dict[str, Any] | None,
    origin_id: Id | None,
) -> dict[str, Any]:
    now = clock.now()
    at, tie = _standing(one)
    return {
        "tenant_id": tenancy.current(),
        "id": old["id"] if old else ids.new_id(),
        "store_id": store_id,
        "contact_id": known.contact_id,
        "token": token,
        "tags": orjson.dumps(one.tags or ()).decode(),
        "origin_id": old["origin_id"] if old else origin_id,
        "told_at": at,
        "told_tie": tie,
        "created_at": old["created_at"] if old else now,
        "updated_at": now,
    }


async def _hold(store_id: Id, tokens: Iterable[bytes]) -> dict[bytes, dict[str, Any]]:
    rows = await database.rows(
        """SELECT c.id, c.token, c.origin_id, c.told_at, c.told_tie, c.created_at FROM customer c
            WHERE c.tenant_id = $1::uuid AND c.store_id = $2::uuid
              AND c.token = ANY (ARRAY(SELECT b.token FROM ({batch}) AS b))
            ORDER BY c.id FOR UPDATE OF c""",
        tenancy.current(),
        store_id,
        batch=Batch({"token": "bytea"}, [[token] for token in sorted(tokens)]),
    )
    return {row["token"]: row for row in rows}


def _steps(
    store_id: Id, told: Iterable[Customer], who: Callable[[Buyer], Known | None]
) -> Iterable[ConsentStep]:
    """A withdrawal is respected for marketing as a whole; a yes to text messages is only noted."""
    for one in told:
        known, kind = who(one.buyer), _STEPS.get(one.sms or "")
        if known is None or kind is None or one.sms_at is None:
            continue
        purposes = (SMS, MARKETING) if kind == "withdrawn" else (SMS,)
        for purpose in purposes:
            yield ConsentStep(
                contact_id=known.contact_id,
                subject_id=known.subject_id,
                kind=kind,
                method="store",
                source=f"store|{store_id}|{one.buyer.customer}|{purpose}|{one.sms}|{one.sms_at}",
                at=one.sms_at,
                purpose=purpose,
                evidence=one.sms_evidence,
            )


def _standing(one: Customer) -> tuple[int, int]:
    """When it was told; of two words of one moment always the same one counts."""
    return one.at, keys.index().tie("customer.told", repr((one.tags, one.sms, one.sms_at)))


def _token(name: str) -> bytes:
    return keys.index().token("customer.external_id", name)
