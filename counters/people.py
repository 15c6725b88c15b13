"""What of people counts: where they are, their tags, how they came, what they bought."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import contacts
from counters.clocks import House, local_hour
from counters.metrics import SEVERAL
from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id


@dataclass
class Person:
    """A contact as counters see it; `orders` by the time they were placed."""

    is_erased: bool
    country: str
    zone: str
    tag: str = ""
    touchpoint: str = ""
    orders: list[dict[str, Any]] = field(default_factory=list)

    def values(self, at: int) -> dict[str, str]:
        """Their values in the dimensions that everything about them has, at that moment."""
        bought = bool(self.orders) and self.orders[0]["placed_at"] < at
        values = {
            "country": self.country,
            "customer": "returning" if bought else "new",
            "local_hour": local_hour(at, self.zone),
            "tag": self.tag,
            "touchpoint": self.touchpoint,
        }
        return {name: value for name, value in values.items() if value}


async def people_of(contact_ids: Iterable[Id | None], house: House) -> dict[Id | None, Person]:
    """These contacts; under None somebody of whom nothing is known, at home where the tenant is."""
    who = Batch({"id": "uuid"}, [[one] for one in sorted({one for one in contact_ids if one})])
    rows = await database.rows(database.sql(__file__, "people"), tenancy.current(), batch=who)
    people: dict[Id | None, Person] = {None: Person(False, "", house.home.zone)}
    for row in rows:
        zone = contacts.locality(row["time_zone"], row["country"], house.home).zone
        people[row["id"]] = Person(row["state"] == "erased", row["country"] or "", zone)
    for row in await database.rows(database.sql(__file__, "tags"), tenancy.current(), batch=who):
        known = people[row["contact_id"]]
        known.tag = SEVERAL if known.tag else row["tag_id"]
    for row in await database.rows(
        database.sql(__file__, "touchpoints"), tenancy.current(), batch=who
    ):
        known = people[row["contact_id"]]
        known.touchpoint = known.touchpoint or row["touchpoint_id"]
    for row in await database.rows(database.sql(__file__, "orders"), tenancy.current(), batch=who):
        people[row["contact_id"]].orders.append(row)
    return people
