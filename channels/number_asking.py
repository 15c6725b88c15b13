"""What the platform says of a number when it is asked: what webhooks lost is caught (7.3, F24)."""

from __future__ import annotations

from typing import Any

from channels import graph, standing
from channels.numbers import access_token
from channels.standing import Heard
from channels.template_listing import moment
from kernel import clock, database, tenancy
from kernel.ids import Id

_EVERY = 30 * clock.MINUTE
_AGAIN_AFTER = 5 * clock.MINUTE
_FIELDS = "quality_rating,status,throughput,account_mode,whatsapp_business_manager_messaging_limit"


async def ask_next_number() -> int:
    """Ask for the next number whose turn it is; how many were asked."""
    now = clock.now()
    with tenancy.across_tenants("numbers of all tenants are asked by one clock"):
        row = await database.row(
            """SELECT tenant_id, id FROM number
                WHERE state = 'connected' AND ask_due_at <= $1 ORDER BY ask_due_at LIMIT 1""",
            now,
        )
    if row is None:
        return 0
    with tenancy.acting_for(row["tenant_id"]):
        claimed = await database.row(
            """UPDATE number SET ask_due_at = $3
                WHERE tenant_id = $1::uuid AND id = $2::uuid AND ask_due_at <= $4
            RETURNING id, waba_row_id, phone_number_id""",
            tenancy.current(),
            row["id"],
            now + _EVERY,
            now,
        )
        token = await access_token(row["id"]) if claimed is not None else None
        if claimed is not None and token is not None:
            await _ask(claimed, token)
    return 1


async def _ask(number: dict[str, Any], token: str) -> None:
    at = moment()
    outcome = await graph.get(number["phone_number_id"], token, fields=_FIELDS)
    told = outcome.json()
    if outcome.trouble is not None:
        await _ask_again(number["id"])
        return
    throughput = told.get("throughput")
    await standing.hear(
        number["waba_row_id"],
        number["id"],
        Heard(
            at,
            quality=_text(told, "quality_rating"),
            throughput=_text(throughput, "level") if isinstance(throughput, dict) else None,
            tier=_text(told, "whatsapp_business_manager_messaging_limit"),
            status=_text(told, "status"),
            mode=_text(told, "account_mode"),
        ),
    )


async def _ask_again(number_id: Id) -> None:
    await database.run(
        "UPDATE number SET ask_due_at = $3 WHERE tenant_id = $1::uuid AND id = $2::uuid",
        tenancy.current(),
        number_id,
        clock.now() + _AGAIN_AFTER,
    )


def _text(told: dict[str, Any], name: str) -> str | None:
    """A word or number of the platform; unknown ones are kept as they are."""
    value = told.get(name)
    return str(value)[:64] if isinstance(value, str | int) and value != "" else None
