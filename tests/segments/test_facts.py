"""Facts follow orders, messages and the clock; always what all rows come to (F36)."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import commerce
import contacts
import conversations
import segments
import tenants
from channels import wire
from commerce.told import Buyer, Deletion, Order, Refund
from contacts import Known, Sighting, Touch
from kernel import clock, database, events, ids, tenancy
from kernel.events import Event
from kernel.ids import Id
from tests import following, stored
from tests.commerce.shop import open_shop as connect
from tests.conftest import House
from tests.conversations.talk import NOON, PHONE, Shop, answers, open_shop, says, status
from tests.segments import oracle

_SCORES = ("r", "f", "m", "rn", "fn", "mn", "rfm_segment")


async def kept(tenant_id: Id) -> dict[str, dict[str, Any]]:
    """The facts as they stand, but when they were computed."""
    rows = await stored.rows(
        "SELECT * FROM contact_facts WHERE tenant_id = $1::uuid ORDER BY contact_id", tenant_id
    )
    return {
        row.pop("contact_id"): {
            name: value for name, value in row.items() if name not in ("tenant_id", "computed_at")
        }
        for row in rows
    }


async def catch_up() -> None:
    """What workers do, until nothing is left."""
    await following.follow_facts()
    while await segments.refresh_due() or await segments.look_after():
        pass


class Town:
    """A shop whose customers buy, write and turn out to be one, at random."""

    def __init__(self, shop: Shop, store_id: Id, seed: int) -> None:
        self.shop, self.store_id = shop, store_id
        self.random = random.Random(seed)
        self.orders: dict[str, Order] = {}
        self.wamids: list[str] = []

    async def live(self, rounds: int) -> None:
        """So many rounds of orders and messages, days apart."""
        for _ in range(rounds):
            await self._buy()
            await self._talk()
            clock.move(self.random.randrange(12 * clock.DAY))

    def _buyer(self) -> Buyer:
        who = self.random.randrange(60)
        return Buyer(str(10_000 + who), phone=f"346001112{who:02}")

    def _ago(self, days: float) -> int:
        return clock.now() - self.random.randrange(int(days * clock.DAY))

    async def _buy(self) -> None:
        told: list[Any] = []
        for _ in range(self.random.randrange(1, 9)):
            name, at = str(len(self.orders)), self._ago(40)
            self.orders[name] = Order(
                name,
                at,
                at,
                self.random.choice(("EUR", "EUR", "GBP")),
                self.random.randrange(400) * 1_0000,
                self._buyer(),
                is_test=self.random.random() < 0.05,
            )
            told.append(self.orders[name])
        for name in self.random.sample(sorted(self.orders), 2):
            old, now = self.orders[name], clock.now()
            told += self.random.choice(
                [
                    [replace(old, at=now, total=old.total + 1_2345)],
                    [replace(old, at=now, cancelled_at=now)],
                    [replace(old, at=now, buyer=self._buyer())],
                    [replace(old, at=now, placed_at=old.placed_at - clock.DAY)],
                    [Deletion("order", name, now)],
                    [Refund(f"r{name}", now, 3_0001, old.currency, name)],
                    [Refund(f"l{name}", now, 7_0001, "GBP", buyer=self._buyer())],
                    # Their own number under another's id: the two are one.
                    [replace(old, at=now, buyer=replace(old.buyer, customer="10059"))],
                ]
            )
        ingested = await commerce.ingest(self.store_id, told)
        await conversations.follow_merges(ingested.merges)

    async def _talk(self) -> None:
        for _ in range(self.random.randrange(4)):
            who, at = await self._known(), (self._ago(3) - NOON) // clock.SECOND
            wamid = f"m-{len(self.wamids)}"
            self.wamids.append(wamid)
            person = wire.Person(PHONE)
            if self.random.random() < 0.5:
                await self.shop.hears(says(at, wamid, sender=person), known=who)
                continue
            await self.shop.hears(answers(at, wamid), known=who)
            for name in ("sent", "read")[: self.random.randrange(3)]:
                await self.shop.is_told(status(wamid, name, at + 9))
        if self.random.random() < 0.3:
            await self._click((await self._known()).contact_id)

    async def _known(self) -> Known:
        phone = f"346001112{self.random.randrange(75):02}"
        (known,) = (await contacts.recognise([Sighting(clock.now(), phone)])).known
        assert known is not None
        return known

    @database.unit_of_work
    async def _click(self, contact_id: Id) -> None:
        touch = Touch(ids.new_id(), contact_id, self._ago(5), "link.clicked", ids.new_id())
        await contacts.record_activity([touch])
        refs = {"link": touch.reference, "contact": contact_id, "click": touch.id}
        await events.record(Event("link.clicked", refs))


async def test_facts_are_what_all_rows_come_to(house: House) -> None:
    shop = await open_shop()
    clock.move(NOON - clock.now())
    with tenancy.acting_for(shop.tenant_id):
        town = Town(shop, await connect(), seed=7)
        for turn in range(6):
            await town.live(rounds=8)
            if turn == 2:
                await commerce.set_rates([commerce.Rate("GBP", 0, 1_171_300_007)])
            if turn == 4:
                await tenants.update_settings({"rfm_rule": "ntile"})
            await catch_up()
            clock.move(clock.MINUTE)  # the cuts are drawn once more, for the last who bought
            await catch_up()
            await _is_right(shop.tenant_id, "ties" if turn < 4 else "ntile")
        clock.move(400 * clock.DAY)
        await catch_up()
        await _is_right(shop.tenant_id, "ntile")
        assert {row["frequency_class"] for row in (await kept(shop.tenant_id)).values()} == {
            None,
            "gone",
        }
        live = await kept(shop.tenant_id)
        await segments.recompute()
        await catch_up()
        assert await kept(shop.tenant_id) == live


async def _is_right(tenant_id: Id, rule: str) -> None:
    found, wanted = await kept(tenant_id), await oracle.facts(tenant_id, clock.now())
    scores = oracle.scores(wanted, rule)
    assert found == {
        who: row | dict(zip(_SCORES, scores[who], strict=True)) for who, row in wanted.items()
    }
    paced = await contacts.pacing_of(found)
    tiers = {"platinum": "high", "gold": "medium"}
    assert {who: (paced[who].stage, paced[who].tier) for who in found if who in paced} == {
        who: (row["stage"] or "", tiers.get(row["tier"], "low") if row["orders"] else "")
        for who, row in found.items()
        if who in paced
    }
    assert all(who in paced for who, row in found.items() if row["stage"])
