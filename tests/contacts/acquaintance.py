"""How people show up in tests, and what a tenant then knows of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import contacts
from contacts import Merge, Move, Sighting
from kernel import keys, tenancy
from kernel.ids import Id
from tests import stored

SECOND = 1_000_000
NOON = 1_794_000_000 * SECOND
SCOPE = "portfolio-1"
AMINA, AMINA_ID = "447700900122", "GB.7781203344119920031"
BRUNO, BRUNO_ID = "5511987654321", "BR.55120938475610293847"


def seen(
    second: int,
    phone: str | None = None,
    user_id: str | None = None,
    *,
    username: str | None = None,
    name: str | None = None,
    scope: str = SCOPE,
    source: str = "whatsapp",
) -> Sighting:
    """Somebody shows up so many seconds after noon."""
    return Sighting(NOON + second * SECOND, phone, user_id, username, name, scope, source)


def at_shop(
    second: int, phone: str | None = None, *, name: str | None = None, **typed: str
) -> Sighting:
    """A shop tells of somebody: `email`, `customer`, `store`."""
    told = {"store": "shop-1", **typed}
    return Sighting(NOON + second * SECOND, phone, name=name, source="store", **told)


def moved(
    second: int, before: tuple[str | None, str | None], since: tuple[str | None, str | None]
) -> Move:
    """Somebody has another number or user id since so many seconds after noon."""
    return Move(NOON + second * SECOND, *before, *since, SCOPE)


async def meet(*shown: Sighting | Move) -> list[Id]:
    """See each of these in a batch of its own; whom they turned out to be."""
    return [(await contacts.recognise([one])).known[0].contact_id for one in shown]


async def meet_together(*shown: Sighting | Move) -> list[Merge]:
    """See all of these in one batch; who was joined on the way."""
    return (await contacts.recognise(shown)).merges


async def known() -> list[list[tuple[str, str, str]]]:
    """Each contact as its ids: kind, value as shown last, state."""
    return sorted(
        sorted((one["kind"], one["value"], one["state"]) for one in ids) for ids in await whole()
    )


async def values() -> list[list[str]]:
    """Each contact as the values of its ids."""
    return sorted(sorted(one["value"] for one in ids) for ids in await whole())


async def whole() -> list[list[dict[str, Any]]]:
    """The opened identities of each active contact of the current tenant."""
    found = await stored.rows(
        """SELECT c.id AS active, i.* FROM contact c
             LEFT JOIN identity i ON i.tenant_id = c.tenant_id AND i.contact_id = c.id
            WHERE c.tenant_id = $1::uuid AND c.state = 'active' ORDER BY c.id, i.id""",
        tenancy.current(),
    )
    sealers = await keys.of(row["subject_id"] for row in found if row["id"])
    people: dict[Id, list[dict[str, Any]]] = {}
    for row in found:
        mine = people.setdefault(row["active"], [])
        if row["id"]:
            opened = sealers[row["subject_id"]].open_text(
                "identity.value", row["id"], row["value_sealed"]
            )
            mine.append({**row, "value": opened})
    return list(people.values())


async def name_of(contact_id: Id) -> str | None:
    """The contact's name, opened."""
    row = await stored.row(
        "SELECT subject_id, name_sealed FROM contact WHERE tenant_id = $1::uuid AND id = $2::uuid",
        tenancy.current(),
        contact_id,
    )
    assert row is not None
    if row["name_sealed"] is None:
        return None
    sealer = (await keys.of([row["subject_id"]]))[row["subject_id"]]
    return sealer.open_text("contact.name", contact_id, row["name_sealed"])


def batches(shown: Sequence[Any], cuts: Iterable[int]) -> Iterator[Sequence[Any]]:
    """These in batches that end at the cuts."""
    places = [0, *sorted({cut % (len(shown) + 1) for cut in cuts}), len(shown)]
    for start, end in itertools.pairwise(places):
        if start < end:
            yield shown[start:end]


@contextmanager
def acting(tenant_id: Id) -> Iterator[Id]:
    """For this tenant."""
    with tenancy.acting_for(tenant_id):
        yield tenant_id
