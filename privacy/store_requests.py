"""What Shopify asks for by law becomes requests here (F47; contract: the three compliance topics).

The platform knows whom it asks for, so no code is wanted, and the work begins at once. Whoever is
to be forgotten is marked first: what is told of them late does not come in, known here or not.
"""

from __future__ import annotations

from collections.abc import Sequence

import commerce
import contacts
from commerce import TakenRequest
from contacts import Sighting
from kernel import clock, database, tenancy
from kernel.ids import Id
from privacy import fulfilling
from privacy.erasures import begin_erasure
from privacy.request_rows import change, close, hold, note
from privacy.requests import OLDEST, Kind, open_request

_AT_ONCE = 50


@database.unit_of_work
async def take_over(request_ids: Sequence[Id]) -> None:
    """These requests of shops become requests of the current tenant, each once."""
    for one in await commerce.take_requests(request_ids):
        if one.kind == "shop_redact":
            await _begin_with_shop(one)
        else:
            await _begin_with_person(one)


async def redact_shops() -> int:
    """Forget some more of the shops that are to go, of all tenants; 0 once all is gone."""
    with tenancy.across_tenants("shops of all tenants are forgotten by whoever is free"):
        found = await database.rows(f"SELECT r.tenant_id FROM privacy_request r WHERE {_OF_SHOPS}")
    did = 0
    for tenant_id in {row["tenant_id"] for row in found}:
        with tenancy.acting_for(tenant_id):
            rows = await database.rows(
                f"""SELECT r.id, s.store_id FROM privacy_request r
                      JOIN store_request s ON s.tenant_id = $1::uuid AND s.id = r.origin_id
                     WHERE r.tenant_id = $1::uuid AND {_OF_SHOPS}""",
                tenant_id,
            )
            for row in rows:
                did += await _redact(row["id"], row["store_id"])
    return did


async def _begin_with_person(one: TakenRequest) -> None:
    buyer, at = one.buyer, clock.now()
    seen = [
        Sighting(at, customer=buyer.customer, store=one.store_id, source="store"),
        Sighting(at, email=buyer.email, source="store"),
        Sighting(at, phone=buyer.phone, source="store"),
    ]
    seen = [each for each in seen if each.shown()]
    # What belongs to several contacts is one customer's all the same.
    found = {known.contact_id: None for known in await contacts.find(seen) if known}
    is_erasure = one.kind == "customer_redact"
    if is_erasure:
        shown = [each for sighting in seen for each in sighting.shown()]
        await contacts.suppress_lastingly(contacts.mark_tokens(shown), one.id, at)
    for contact_id in found:
        request_id = await _open(one, "erasure" if is_erasure else "access", contact_id)
        request = await hold(request_id, "open")
        if is_erasure:
            await fulfilling.begin_to_erase(request, contact_id, "store")
        else:
            await fulfilling.begin_to_gather(request, contact_id)
    if not found:
        await _close_at_once(one, "erasure" if is_erasure else "access", "nothing_held")


async def _begin_with_shop(one: TakenRequest) -> None:
    store = await commerce.read_store(one.store_id)
    if store.state == "open" and store.state_at > one.at:
        # It was installed anew since this was triggered.
        await _close_at_once(one, "erasure", "reinstalled")
        return
    request_id = await _open(one, "erasure", None)
    await commerce.close_store(one.store_id)
    await change(await hold(request_id, "open"), state="working")


async def _redact(request_id: Id, store_id: Id) -> int:
    """People first: while the shop's rows are there, it shows whom only it knew."""
    rows = await database.rows(
        database.sql(__file__, "known_by_shop_alone"), tenancy.current(), store_id, _AT_ONCE
    )
    for row in rows:
        await begin_erasure(row["id"], reason="store", request_id=request_id)
    if rows:
        return len(rows)
    gone = await commerce.erase_part(store_id)
    if not gone:
        await _end(request_id)
    return gone


@database.unit_of_work
async def _end(request_id: Id) -> None:
    request = await hold(request_id, "working")
    await note(request, "done")
    await close(request, "done", "erased")


async def _open(one: TakenRequest, kind: Kind, contact_id: Id | None) -> Id:
    now = clock.now()
    return await open_request(
        kind,
        contact_id,
        "store",
        one.id,
        received_at=min(max(one.at, now - OLDEST), now),
        proof="platform",
    )


async def _close_at_once(one: TakenRequest, kind: Kind, outcome: str) -> None:
    request = await hold(await _open(one, kind, None), "open")
    await note(request, "done")
    await close(request, "done", outcome)


_OF_SHOPS = """r.origin = 'store' AND r.kind = 'erasure' AND r.contact_id IS NULL
                 AND r.state = 'working'"""
