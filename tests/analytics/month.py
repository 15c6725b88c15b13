"""A month at a shop in Madrid: 42 customers in six zones, all told through the door.

Seven customers in each country do one thing each; times are Madrid's unless UTC is named. Europe's
clocks go forward on 29 March, 3 April is Good Friday, the shop is open on workdays from 9 to 18.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import conversations
import tenants
from kernel import clock, database, events, ids, keys, tenancy
from kernel.events import Event
from tests import stored
from tests.api.door import Door, Store, delivery, open_store, text_message
from tests.commerce.test_own_shop import own_shop, put
from tests.flows import town

Json = dict[str, Any]

# What numbers of a country begin with, and its clock: half past in India, no summer time in Asia.
COUNTRIES = {
    "ES": "3460000000",
    "GB": "44740012345",
    "IN": "9198100000",
    "CN": "861380013800",
    "JP": "81901234567",
    "AE": "97150123456",
}
MADRID = ZoneInfo("Europe/Madrid")


def at(month: int, day: int, hour: int, minute: int = 0) -> int:
    """The second of a time in Madrid, in 2026."""
    return int(datetime(2026, month, day, hour, minute, tzinfo=MADRID).timestamp())


class Month:
    """Tells the story; `campaign_id` wrote to customers 4 to 6 of each country."""

    def __init__(self, door: Door, store: Store) -> None:
        self.door, self.store = door, store
        self.campaign_id, self.shop = ids.new_id(), ""

    def phone(self, country: str, place: int) -> str:
        """The number of a customer, from 1."""
        return f"{COUNTRIES[country]}{place}"

    def asks(self, place: int, *when: int, text: str = "hello") -> list[Json]:
        """The customers of this place write."""
        return [
            text_message(
                self.store,
                text,
                phone=self.phone(country, place),
                at=one,
                wamid=_wamid(self.phone(country, place), one),
            )
            for country in COUNTRIES
            for one in when
        ]

    def answers(self, place: int, when: int) -> list[Json]:
        """The shop writes to them, from its own phone."""
        return [self._echo(self.phone(country, place), when) for country in COUNTRIES]

    def statuses(self, place: int, *told: tuple[str, int, int], **more: Any) -> list[Json]:
        """What became of the message of that second: status, its time, the message's."""
        return [
            delivery(
                self.store,
                statuses=[
                    {
                        "id": _wamid(self.phone(country, place), of),
                        "status": status,
                        "timestamp": str(when),
                        "recipient_id": self.phone(country, place),
                        **more,
                    }
                ],
            )
            for country in COUNTRIES
            for status, when, of in told
        ]

    def _echo(self, phone: str, when: int) -> Json:
        told = {"from": "34600000000", "to": phone, "id": _wamid(phone, when)}
        told |= {"timestamp": str(when), "type": "text", "text": {"body": f"Hola {when}"}}
        body = delivery(self.store, message_echoes=[told])
        body["entry"][0]["changes"][0]["field"] = "smb_message_echoes"
        return body

    async def token(self) -> str:
        """The owner's, good by the clock as it stands."""
        with tenancy.acting_for(self.store.tenant_id):
            return await tenants.issue(self.store.people["owner"])

    async def arrives(self, *bodies: list[Json]) -> None:
        """All of it, at once."""
        await town.post([body for some in bodies for body in some])
        await town.drain()

    async def resolves(self, place: int, when: int) -> None:
        """Their threads, in which the shop wrote in a second before, are resolved an hour later."""
        move_to(when + 3600)
        for row in await self.written(place, when):
            with tenancy.acting_for(self.store.tenant_id):
                await conversations.change_state(row["conversation_id"], None, "resolved")

    async def plans(self) -> None:
        """A campaign, of which nothing more is known than its name."""
        none = ("state_at", "max_failed_percent", "settled_before", "failed_before", "lease_until")
        none += ("fence", "created_at", "updated_at", "everybody")
        row = {"tenant_id": self.store.tenant_id, "id": self.campaign_id, "name": "Spring"}
        row |= {"state": "draft", "topic": "", **dict.fromkeys(none, 0)}
        await stored.insert("campaign", [row])

    async def becomes(self, place: int, when: int, origin: str) -> None:
        """What the shop wrote in that second was the bot's, or the campaign's."""
        for row in await self.written(place, when):
            await stored.run(
                "UPDATE message SET origin = $1 WHERE id = $2::uuid", origin, row["id"]
            )
            if origin == "campaign":
                await self._send(row)

    async def scores(self, place: int, when: int, level: int, topics: str) -> None:
        """What they wrote in that second was read as this."""
        for row in await self.written(place, when):
            same = {name: row[name] for name in ("tenant_id", "subject_id")}
            percents = ("level_percent", "language_percent", "mood_percent")
            score = {**same, "message_id": row["id"], "model": 1, "level": level}
            score |= {"topics": topics, "scored_at": row["provider_at"]}
            await stored.insert("message_score", [score | dict.fromkeys(percents, 90)])

    async def written(self, place: int, when: int) -> list[Json]:
        """The messages of that second, of theirs or to them, by country."""
        with tenancy.acting_for(self.store.tenant_id):
            wamids = [_wamid(self.phone(country, place), when) for country in COUNTRIES]
            tokens = [keys.index().token("message.wamid", one) for one in wamids]
        found = [
            await stored.row("SELECT * FROM message WHERE wamid_token = $1", one) for one in tokens
        ]
        return [row for row in found if row]

    @database.unit_of_work
    async def _tell(self, send_id: str, message: Json) -> None:
        about = {"send": send_id, "message": message["id"], "contact": message["contact_id"]}
        about["conversation"] = message["conversation_id"]
        await events.record(Event("send.sent", about))

    async def _send(self, message: Json) -> None:
        send_id = ids.new_id()
        same = ("tenant_id", "number_id", "contact_id", "subject_id", "wamid_token")
        sent = {name: message[name] for name in same}
        await stored.insert(
            "send",
            [
                {
                    **sent,
                    "id": send_id,
                    "message_id": message["id"],
                    "conversation_id": message["conversation_id"],
                    "origin": "campaign",
                    "origin_id": self.campaign_id,
                    "template_name": "spring",
                    "kind": "template",
                    "category": "marketing",
                    "content_sealed": b"",
                    "state": "sent",
                    "decision": "{}",
                    **dict.fromkeys(("due_at", "created_at"), message["provider_at"]),
                    **dict.fromkeys(("lease_until", "fence", "attempts"), 0),
                }
            ],
        )
        with tenancy.acting_for(self.store.tenant_id):
            await self._tell(send_id, message)


async def play(door: Door) -> Month:
    """The whole month, up to 12 April."""
    move_to(at(3, 16, 8))
    month = Month(door, await open_store())
    month.shop = shop = await own_shop(month.store)
    # 1: asks in opening hours, is answered after 10 minutes, resolved after an hour; asks again two
    # days later and is answered after 20 minutes. In between they bought for 50, and again for 30.
    await month.arrives(
        month.asks(1, at(3, 17, 10)),
        # 2: asks on Friday, ten minutes before the shop closes.
        month.asks(2, at(3, 27, 17, 50)),
    )
    await month.arrives(month.answers(1, at(3, 17, 10, 10)))
    await month.resolves(1, at(3, 17, 10, 10))
    move_to(at(4, 12, 12))
    spring = at(3, 24, 10)
    await month.plans()
    await month.arrives(
        month.asks(1, at(3, 19, 12)),
        month.answers(1, at(3, 19, 12, 20)),
        # 2: is answered on Monday, ten minutes after it opened.
        month.answers(2, at(3, 30, 9, 10)),
        # 3: asks twice, the bot answers at once, a person after half an hour.
        month.asks(3, at(3, 18, 15), at(3, 18, 15, 5)),
        month.answers(3, at(3, 18, 15, 1)),
        month.answers(3, at(3, 18, 15, 30)),
        # 4: reads the campaign and answers after 16 hours, and buys for 60; 5 has blocked the shop;
        # 6 wants no more of it after two days.
        month.answers(4, spring),
        month.answers(5, spring),
        month.answers(6, spring),
        month.asks(4, spring + 16 * 3600),
        month.asks(6, at(3, 26, 12), text="STOP"),
        # 7: asks on the eve of Good Friday, half an hour before the shop closes.
        month.asks(7, at(4, 2, 17, 30)),
        month.answers(7, at(4, 4, 10)),
    )
    await month.becomes(3, at(3, 18, 15, 1), "api")
    for place in (4, 5, 6):
        await month.becomes(place, spring, "campaign")
    read, delivered = ("read", spring + 60, spring), ("delivered", spring + 9, spring)
    failed = {"errors": [{"code": 130403, "title": "blocked"}]}
    # Late, twice, and the wrong way round.
    await month.arrives(
        month.statuses(4, read, delivered, read),
        month.statuses(6, delivered),
        month.statuses(5, ("failed", spring + 5, spring), **failed),
    )
    await month.arrives(
        month.statuses(4, read), month.statuses(6, delivered, ("sent", spring, spring))
    )
    # What a machine read in the first and in the last words of 1, and in those of 4.
    await month.scores(1, at(3, 17, 10), 3, "delivery order")
    await month.scores(1, at(3, 19, 12), 1, "")
    await month.scores(4, spring + 16 * 3600, 2, "price")
    await _buys(month, shop)
    return month


def move_to(second: int) -> None:
    """The clock stands there."""
    clock.move(second * clock.SECOND - clock.now())


async def _buys(month: Month, shop: str) -> None:
    rows = []
    for country in COUNTRIES:
        called_off = {"cancelled_at": shown(at(3, 26, 9))}
        for name, place, when, total, more in (
            ("a", 1, at(3, 18, 9), "50.00", {}),
            ("b", 1, at(3, 25, 9), "30.00", {}),
            ("c", 1, at(3, 25, 10), "99.00", called_off),
            ("d", 1, at(3, 25, 11), "99.00", {"test": True}),
            ("e", 4, at(3, 26, 9), "60.00", {}),
        ):
            customer = {"phone": f"+{month.phone(country, place)}"}
            told = {"id": f"{country}{name}", "placed_at": shown(when), "updated_at": shown(when)}
            rows.append({**told, "currency": "EUR", "total": total, "customer": customer, **more})
    token = await month.token()
    # Six carts, of which five became the order.
    carts = [
        {"id": f"k{country}", "currency": "EUR", "total": 50, "updated_at": shown(at(3, 18, 8))}
        | {"customer": {"phone": f"+{month.phone(country, 1)}"}}
        for country in COUNTRIES
    ]
    assert (await put(month.door, token, shop, "carts", carts))[0] == 200
    for row in rows:
        if row["id"] in {f"{country}a" for country in list(COUNTRIES)[:5]}:
            row["cart"] = f"k{row['id'][:2]}"
    status, answer = await put(month.door, token, shop, "orders", rows)
    assert status == 200, answer
    refund = {"id": "r", "order": "ESa", "amount": "20.00", "currency": "EUR"}
    refund["at"] = shown(at(4, 1, 9))
    assert (await put(month.door, token, shop, "refunds", [refund]))[0] == 200


def _wamid(phone: str, second: int) -> str:
    return f"wamid.{phone}.{second}"


def shown(second: int) -> str:
    """A time as shops tell it."""
    return datetime.fromtimestamp(second, MADRID).isoformat()


async def wiped(tenant_id: str) -> None:
    """Nothing was ever counted."""
    for table in ("kpi_hour", "kpi_source"):
        await stored.run(f"DELETE FROM {table} WHERE tenant_id = $1::uuid", tenant_id)
    await database.forget_plans()
