"""Connecting accounts and numbers, and finding the tenant of what comes in (F19)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from channels import intake
from kernel import bells, clock, database, ids, keys, tenancy
from kernel.database import Batch
from kernel.errors import Conflict
from kernel.ids import Id

_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Route:
    """Where an id of the platform leads: the tenant, the row, and the portfolio of user ids."""

    tenant_id: Id
    waba_row_id: Id
    number_id: Id | None
    portfolio: str
    display_phone_number: str = ""


@database.unit_of_work
async def connect_waba(waba_id: str, portfolio_id: str | None = None) -> Id:
    """Make an account of the platform the current tenant's; Conflict when it is another's.

    What came for it before it was connected is taken up again.
    """
    now = clock.now()
    row_id = await _lead_here("waba", waba_id)
    await database.insert(
        "waba",
        [
            {
                "tenant_id": tenancy.current(),
                "id": row_id,
                "waba_id": waba_id,
                "portfolio_id": portfolio_id,
                "state": "active",
                "state_at": 0,
                "messaging_limit_at": 0,
                "created_at": now,
                "updated_at": now,
            }
        ],
        conflict="ON CONFLICT DO NOTHING",
    )
    await _take_up("waba_id", waba_id)
    return row_id


@database.unit_of_work
async def connect_number(
    waba_row_id: Id,
    phone_number_id: str,
    display_phone_number: str,
    verified_name: str,
    token: str | None = None,
) -> Id:
    """Make a number of the platform the current tenant's; Conflict when it is another's.

    What came for it before it was connected is taken up again; with a new token, what waits to go
    out is no longer held back.
    """
    now = clock.now()
    row_id = await _lead_here("number", phone_number_id)
    await database.insert(
        "number",
        [
            {
                "tenant_id": tenancy.current(),
                "id": row_id,
                "waba_row_id": waba_row_id,
                "phone_number_id": phone_number_id,
                "display_phone_number": display_phone_number,
                "verified_name": verified_name,
                "state": "connected",
                "token_sealed": keys.house().seal_text("number.token", row_id, token)
                if token
                else None,
                "held_until": 0,
                "created_at": now,
                "updated_at": now,
            }
        ],
        conflict="""ON CONFLICT (tenant_id, phone_number_id) DO UPDATE
            SET token_sealed = coalesce(excluded.token_sealed, number.token_sealed),
                held_until = CASE WHEN excluded.token_sealed IS NULL THEN number.held_until
                                  ELSE 0 END,
                held_since = CASE WHEN excluded.token_sealed IS NULL THEN number.held_since END,
                held_because = CASE WHEN excluded.token_sealed IS NULL THEN number.held_because END,
                display_phone_number = excluded.display_phone_number,
                verified_name = excluded.verified_name,
                state = 'connected',
                updated_at = excluded.updated_at""",
    )
    await _take_up("phone_number_id", phone_number_id)
    return row_id


async def routes(
    phone_number_ids: Iterable[str], waba_ids: Iterable[str]
) -> tuple[dict[str, Route], dict[str, Route]]:
    """Where these numbers and accounts lead; unknown ones are missing."""
    wanted = [["number", one] for one in set(phone_number_ids)]
    wanted += [["waba", one] for one in set(waba_ids)]
    found: dict[str, dict[str, Route]] = {"number": {}, "waba": {}}
    if wanted:
        with tenancy.across_tenants("finding the tenant of a delivery"):
            rows = await database.rows(
                database.sql(__file__, "routes"),
                batch=Batch({"kind": "text", "external_id": "text"}, wanted),
            )
        for row in rows:
            found[row["kind"]][row["external_id"]] = Route(
                tenant_id=row["tenant_id"],
                waba_row_id=row["waba_row_id"],
                number_id=row["number_id"],
                portfolio=row["portfolio_id"] or "",
                display_phone_number=row["display_phone_number"] or "",
            )
    return found["number"], found["waba"]


async def access_token(number_id: Id) -> str | None:
    """The token that speaks for a number of the current tenant; None while none is given."""
    row = await database.row(
        "SELECT token_sealed FROM number WHERE tenant_id = $1::uuid AND id = $2::uuid",
        tenancy.current(),
        number_id,
    )
    if row is None or row["token_sealed"] is None:
        return None
    return keys.house().open_text("number.token", number_id, row["token_sealed"])


async def take_up_what_was_missed(delivery_ids: Iterable[Id]) -> None:
    """Drain these deliveries again where what was put aside of them leads somewhere by now.

    A number connected just while its update was put aside saw nothing to take up. A few times at
    most: what leads somewhere and is put aside all the same must not go round for ever.
    """
    batch = Batch({"id": "uuid"}, [[one] for one in set(delivery_ids)])

    async def take_up() -> None:
        with tenancy.across_tenants("what was put aside may lead to any tenant by now"):
            missed = await database.rows(
                database.sql(__file__, "drain_missed"), _ROUNDS, batch=batch
            )
        if missed:
            await database.run(
                "DELETE FROM aside WHERE delivery_id IN (SELECT id FROM ({batch}) AS b)",
                batch=Batch({"id": "uuid"}, [[row["id"]] for row in missed]),
            )
            bells.ring(intake.BELL)

    if database.in_unit():
        database.after_commit(take_up)
    else:
        await take_up()


async def _lead_here(kind: str, external_id: str) -> Id:
    tenant_id = tenancy.current()
    fresh = {
        "kind": kind,
        "external_id": external_id,
        "tenant_id": tenant_id,
        "target_id": ids.new_id(),
    }
    await database.insert("route", [fresh], conflict="ON CONFLICT DO NOTHING")
    with tenancy.across_tenants("an id of the platform leads to one tenant alone"):
        row = await database.row(
            "SELECT tenant_id, target_id FROM route WHERE kind = $1 AND external_id = $2",
            kind,
            external_id,
        )
    if row is None or row["tenant_id"] != tenant_id:
        raise Conflict(f"This {kind} is connected elsewhere.", code="TAKEN", field=(kind,))
    target: Id = row["target_id"]
    return target


async def _take_up(column: Literal["phone_number_id", "waba_id"], external_id: str) -> None:
    """Deliveries with updates kept aside for this number or account go through the drain again."""

    async def take_up() -> None:
        await database.run(_DRAIN_AGAIN.format(column=column), external_id)
        await database.run(f"DELETE FROM aside WHERE {column} = $1", external_id)
        bells.ring(intake.BELL)

    await take_up()
    # And once more for what another worker put aside while nobody could see this connection yet.
    database.after_commit(take_up)


# The new fence takes a delivery out of the hands of a worker that still has it: it has found its
# updates to lead nowhere, and would settle it over them.
_DRAIN_AGAIN = """
    UPDATE delivery SET state = 'stored', attempts = 0, lease_until = 0, fence = fence + 1
     WHERE id IN (SELECT delivery_id FROM aside WHERE {column} = $1) AND state <> 'dead'
"""
