"""How orders are written: buyers through contacts' front door, orders through commerce's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import commerce
import contacts
import conversations
from commerce import told as shop
from contacts import Effect, Listed, Sighting
from imports.cells import Person
from imports.order_rows import Bought
from imports.problems import Problem
from kernel.ids import Id

Outcome = tuple[list[tuple[int, Effect]], list[Problem], Counter[str]]


async def write(items: Sequence[Bought], job_id: Id, begun_at: int, store_id: Id) -> Outcome:
    """Write these orders: what it did by row, what was wrong, how many were what."""
    problems, counts = list[Problem](), Counter[str]()
    new = await _unknown(items, store_id, problems)
    people = _buyers(new)
    listed = [_listed(one, at, store_id) for one, (_, at) in people.items()]
    entered = dict(zip(people, await contacts.enter(listed, job_id), strict=True))
    effects = [(people[one][0], effect) for one, into in entered.items() for effect in into.effects]
    rows = {into.contact_id: people[one][0] for one, into in entered.items()}
    effects += await _shown(rows, begun_at)
    told = []
    for one in new:
        if entered[one.person].nobody == "several":
            problems += [Problem(row, "TWO_PEOPLE") for row in one.rows]
        else:
            # Of somebody who was erased the order counts, and says no more who bought.
            told.append(_told(one))
            counts["returns" if one.is_return else "orders"] += 1
    ingested = await commerce.ingest(store_id, told, origin_id=job_id)
    await conversations.follow_merges(ingested.merges)
    counts["refused"] = len(problems)
    counts["created"] = sum(effect.kind == "contact" for _, effect in effects)
    return effects, problems, counts


async def try_out(items: Sequence[Bought], store_id: Id) -> tuple[list[Problem], Counter[str]]:
    """What writing them would come to (F7: dry run)."""
    problems, counts = list[Problem](), Counter[str]()
    for one in await _unknown(items, store_id, problems):
        counts["returns" if one.is_return else "orders"] += 1
    counts["refused"] = len(problems)
    return problems, counts


async def _unknown(items: Sequence[Bought], store_id: Id, problems: list[Problem]) -> list[Bought]:
    known = await commerce.known_orders(store_id, [one.number for one in items])
    for one in items:
        if one.number in known:
            problems += [Problem(row, "KNOWN_ORDER") for row in one.rows]
    return [one for one in items if one.number not in known]


def _buyers(bought: Sequence[Bought]) -> dict[Person, tuple[int, int]]:
    """Who bought: the row of their first order here, and the time of their earliest."""
    people: dict[Person, tuple[int, int]] = {}
    for one in bought:
        row, at = people.get(one.person, (one.rows[0], one.at))
        people[one.person] = row, min(at, one.at)
    return people


def _listed(person: Person, at: int, store_id: Id) -> Listed:
    sighting = Sighting(
        at,
        phone=person.phone,
        email=person.email,
        customer=person.customer,
        store=store_id,
        name=person.name,
        source="import",
    )
    return Listed(sighting, country=person.country)


async def _shown(rows: dict[Id | None, int], begun_at: int) -> list[tuple[int, Effect]]:
    """When these contacts showed their ids so far: their orders will show them at other times."""
    shown = await contacts.times_shown([one for one in rows if one], begun_at)
    return [(rows[effect.contact_id], effect) for effect in shown]


def _told(one: Bought) -> shop.Order | shop.Refund:
    """As a shop tells it: as of when it was placed, so that whatever a shop tells later counts."""
    buyer = shop.Buyer(one.person.customer, one.person.email, one.person.phone)
    if one.is_return:
        return shop.Refund(one.number, one.at, one.total, one.currency, buyer=buyer)
    return shop.Order(
        external_id=one.number,
        at=one.at,
        placed_at=one.at,
        currency=one.currency,
        total=one.total,
        buyer=buyer,
        lines=one.lines,
    )
