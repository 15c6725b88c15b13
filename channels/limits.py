"""How a number stands with its limits: how fast it sends, to how many, and why less (F24)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from channels import tiers
from channels.reservations import WINDOW
from channels.throughput import Speed, speed_of
from kernel import clock, database, tenancy
from kernel.database import Batch
from kernel.ids import Id

_TEST = "SANDBOX"


@dataclass(frozen=True, slots=True)
class Limits:
    """The speed; how many people its portfolio may write to first in 24 hours (None: any number)
    and to how many it did; until when promotions are held back, and why. Times in microseconds."""

    speed: Speed
    people: int | None
    people_reached: int
    promotions_held_until: int | None
    promotions_held_because: str | None
    platform_status: str | None
    is_test: bool
    asked_at: int | None


async def limits_of(number_ids: Iterable[Id]) -> dict[Id, Limits]:
    """How these numbers of the current tenant stand."""
    now = clock.now()
    rows = await database.rows(
        database.sql(__file__, "number_limits"),
        tenancy.current(),
        now - WINDOW,
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(number_ids)]),
    )
    found = {}
    for row in rows:
        is_held = row["promotions_held_until"] > now
        found[row["id"]] = Limits(
            speed_of(row, now),
            tiers.people_of(row["messaging_limit"]),
            row["people_reached"],
            row["promotions_held_until"] if is_held else None,
            row["promotions_held_because"] if is_held else None,
            row["platform_status"],
            row["account_mode"] == _TEST,
            row["asked_at"],
        )
    return found
