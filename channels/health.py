"""How well a number's messages get out, as far as the wire knows (F25)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from channels.outcomes import FOR_OWNER, reason_of
from kernel import clock, database, tenancy
from kernel.database import Batch
from kernel.ids import Id

# up       messages go out
# waiting  nothing goes out for a while; it goes on by itself
# down     nothing goes out until somebody has acted
HealthState = Literal["up", "waiting", "down"]

NEEDS_SOMEBODY = frozenset(map(reason_of, FOR_OWNER))


@dataclass(frozen=True, slots=True)
class Health:
    """The state, since when and why (a code); times are microseconds, None where there is none."""

    state: HealthState
    since: int | None
    reason: str | None
    held_until: int | None
    accepted_at: int | None


async def health_of(number_ids: Iterable[Id]) -> dict[Id, Health]:
    """The health of these numbers of the current tenant."""
    rows = await database.rows(
        """SELECT n.id, n.state, n.token_sealed IS NOT NULL AS has_token, n.token_expires_at,
                  n.held_until, n.held_since, n.held_because, n.accepted_at,
                  w.state AS waba_state, w.state_at AS waba_state_at
             FROM ({batch}) AS b
             JOIN number n ON n.tenant_id = $1::uuid AND n.id = b.id
             JOIN waba w ON w.tenant_id = $1::uuid AND w.id = n.waba_row_id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(number_ids)]),
    )
    return {row["id"]: _health(row, clock.now()) for row in rows}


def _health(row: Mapping[str, Any], now: int) -> Health:
    state, since, reason = _state(row, now)
    held_until = row["held_until"] if row["held_until"] > now else None
    return Health(state, since, reason, held_until, row["accepted_at"])


def _state(row: Mapping[str, Any], now: int) -> tuple[HealthState, int | None, str | None]:
    if row["state"] != "connected":
        return "down", None, "NUMBER_DISCONNECTED"
    if row["waba_state"] in ("disabled", "offboarded"):
        return "down", row["waba_state_at"] or None, "ACCOUNT_DISABLED"
    if not row["has_token"]:
        return "down", None, "NO_TOKEN"
    if row["token_expires_at"] is not None and row["token_expires_at"] <= now:
        return "down", row["token_expires_at"], "TOKEN_EXPIRED"
    if row["held_because"] in NEEDS_SOMEBODY:
        return "down", row["held_since"], row["held_because"]
    if row["held_until"] > now:
        return "waiting", row["held_since"], row["held_because"]
    return "up", None, None
