"""To which touch an order belongs (F34): from the campaign to the order and back, in any order."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import commerce
import conversations
import links
from commerce.told import Buyer, Customer, Order, Told
from kernel import clock, database, ids, keys, tenancy
from kernel.ids import Id
from tests import following, stored
from tests.api.door import Store, delivery, text_message
from tests.campaigns.office import Office, listed
from tests.commerce.test_own_shop import own_shop, put
from tests.conftest import House
from tests.flows import town

Json = dict[str, Any]

_SHOWN = """
  query($campaign: ID!) {
    orders { nodes { externalId attribution {
      evidence confidence campaign { name } touch { status }
      touchpoint { name } } } }
    campaign(id: $campaign) { revenue {
      orders total { amount currency } perRecipient { amount } averageOrder { amount }
      storeAverageOrder { amount } } }
  }
"""


async def test_what_a_campaign_brought(office: Office) -> None:
    people = [
        {"id": "ana", "name": "Ana", "phone": "34600000001", "behaviour": {"read_after": 0.0}},
        {"id": "bo", "name": "Bo", "phone": "34600000002"},
    ]
    office.sim.settle({"people": people})
    await office.enters(listed("Ana", "34600000001"), listed("Bo", "34600000002"))
    campaign = await office.drafts()
    await office.launches(campaign)
    await office.delivers()
    studio = office.studio
    shop, token = await own_shop(studio.store), studio.owner
    with tenancy.acting_for(studio.store.tenant_id):
        await links.create_touchpoint(
            links.NewTouchpoint(
                "qr_code",
                {
                    "name": "At the till",
                    "number_id": studio.store.number_id,
                    "greeting": "Hello",
                },
            )
        )
    await stored.run("UPDATE touchpoint SET incentive = 'OLA10'")
    now = clock.now()

    async def sells(
        name: str, phone: str, total: str, after: int = clock.HOUR, **more: Any
    ) -> None:
        at = _told(now + after)
        row = {"id": name, "placed_at": at, "updated_at": at, "currency": "EUR", "total": total}
        _, told = await put(
            studio.door, token, shop, "orders", [{**row, "customer": {"phone": phone}, **more}]
        )
        assert told["rows"][0]["outcome"] in ("created", "updated"), told

    async def seen() -> tuple[dict[str, Json | None], Json]:
        await following.follow_attribution()
        found = await studio.door.data(_SHOWN, token, campaign=campaign)
        orders = found["orders"]["nodes"]
        return (
            {one["externalId"]: one["attribution"] for one in orders},
            found["campaign"]["revenue"],
        )

    ana, bo = "+34600000001", "+34600000002"
    await sells("1", ana, "80.00")
    await sells("2", bo, "40.00")
    await sells("3", bo, "30.00", coupons=["ola10"])
    await sells("4", ana, "500.00", test=True)
    await sells("5", "+34600000009", "10.00")
    await sells("6", ana, "100.00", 6 * clock.DAY)
    orders, revenue = await seen()
    read = {
        "evidence": "READ",
        "confidence": 0.6,
        "campaign": {"name": "Summer"},
        "touch": {"status": "READ"},
        "touchpoint": None,
    }
    assert orders == {
        "1": read,
        "2": {
            **read,
            "evidence": "DELIVERY",
            "confidence": 0.2,
            "touch": {"status": "DELIVERED"},
        },
        "3": {
            **dict.fromkeys(("campaign", "touch")),
            "evidence": "COUPON",
            "confidence": 0.95,
            "touchpoint": {"name": "At the till"},
        },
        **dict.fromkeys(("4", "5", "6")),
    }
    assert revenue == {
        "orders": 2,
        "total": {"amount": "120.00", "currency": "EUR"},
        "perRecipient": {"amount": "60.00"},
        "averageOrder": {"amount": "60.00"},
        "storeAverageOrder": {"amount": "52.00"},
    }
    # What is told later puts it right: an order is called off, money goes back.
    await sells("2", bo, "40.00", 2 * clock.HOUR, cancelled_at=_told(now + 2 * clock.HOUR))
    refund = {"id": "r", "order": "1", "amount": "20.00", "currency": "EUR"}
    refund["at"] = _told(now + clock.DAY)
    assert (await put(studio.door, token, shop, "refunds", [refund]))[0] == 200
    orders, revenue = await seen()
    assert (orders["1"], orders["2"]) == (read, None)
    assert (revenue["orders"], revenue["total"]["amount"]) == (1, "60.00")
    told = await stored.rows("SELECT refs FROM outbox WHERE kind = 'order.attributed' ORDER BY id")
    assert [sorted(orjson.loads(row["refs"])) for row in told] == [
        *[["contact", "order", "touch"]] * 3,
        ["order"],
    ]


def _told(at: int) -> str:
    """A time as shops tell it."""
    return datetime.fromtimestamp(at / clock.SECOND, UTC).isoformat()


NOON = 1_794_000_000
PHONE, MAIL = "34600111222", "lea@example.com"
LEA = Buyer("71", MAIL, PHONE, "Lea")
# A number and an account for each tenant.
_numbers = itertools.count(106540352242922)


@dataclass(frozen=True)
class Status:
    """What became of a promotion, so many hours after noon."""

    send: str
    status: str
    hour: int

    def told_of(self, number: str) -> Json:
        """As the platform tells of it."""
        at = str(NOON + self.hour * 3600)
        told = {"id": f"wamid.{self.send}", "status": self.status, "timestamp": at}
        return _of(number, delivery(_store(number), statuses=[{**told, "recipient_id": PHONE}]))


def _store(number: str) -> Store:
    return Store("", "", number)


def _of(number: str, body: Json) -> Json:
    body["entry"][0]["id"] = f"1{number}"
    return body


def _order(name: str, hour: int, since: int = 0, **more: Any) -> Order:
    at = (NOON + hour * 3600) * clock.SECOND
    parts: Json = {"at": at + since, "placed_at": at, "currency": "EUR", "total": 10_0000}
    return Order(**{"external_id": name, "buyer": LEA, "payment": "paid", **parts, **more})


# What was delivered and read when, and what was bought; the guest turns out to be Lea.
STORY: tuple[Status | Told, ...] = (
    Status("A", "delivered", 1),
    Status("A", "read", 30),
    Status("A", "read", 31),
    Status("B", "delivered", 40),
    Status("C", "delivered", 200),
    _order("before", 0),
    _order("delivered", 2),
    _order("read", 48, buyer=Buyer(email=MAIL)),
    _order("read", 48, 1, total=20_0000, buyer=Buyer(email=MAIL)),
    _order("late", 30 + 121, buyer=Buyer(email=MAIL)),
    _order("cancelled", 50),
    _order("cancelled", 50, 1, cancelled_at=NOON * clock.SECOND),
    _order("test", 51, is_test=True),
    _order("other", 201, buyer=Buyer(email=MAIL)),
    Customer(LEA, NOON * clock.SECOND),
)


@given(st.permutations(STORY), st.sets(st.integers(0, 14), max_size=3))
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_in_any_order(house: House, told: list[Status | Told], looks: set[int]) -> None:
    number = str(next(_numbers))
    tenant_id = await town.settle_in([Status("A", "sent", 0).told_of(number)])
    with tenancy.acting_for(tenant_id):
        store_id = await commerce.connect_store("own", "Clara", ids.new_id())
        sends = await _promotions(tenant_id, number)
        for place, one in enumerate([*told, *told[:4]]):
            if isinstance(one, Status):
                await town.post([one.told_of(number)])
                await town.drain()
            else:
                await _take(store_id, one)
            if place in looks:
                await following.follow_attribution()
        await following.follow_attribution()
        rows = await stored.rows(
            """SELECT o.external_id, a.evidence, a.send_id, a.touched_at FROM attribution a
                 JOIN shop_order o ON o.tenant_id = a.tenant_id AND o.id = a.order_id
                WHERE a.tenant_id = $1::uuid ORDER BY o.external_id""",
            tenant_id,
        )
    assert [tuple(row.values()) for row in rows] == [
        ("delivered", "delivery", sends["A"], (NOON + 3600) * clock.SECOND),
        ("late", "delivery", sends["B"], (NOON + 40 * 3600) * clock.SECOND),
        ("other", "delivery", sends["C"], (NOON + 200 * 3600) * clock.SECOND),
        ("read", "read", sends["A"], (NOON + 30 * 3600) * clock.SECOND),
    ]


async def _promotions(tenant_id: Id, number: str) -> dict[str, Id]:
    """Lea wrote once; three promotions went to her before noon. Their ids."""
    await town.post([_of(number, text_message(_store(number), "hi", phone=PHONE, at=NOON))])
    await town.drain()
    message = await stored.row("SELECT * FROM message WHERE tenant_id = $1::uuid", tenant_id)
    assert message is not None
    sends = {}
    for name in "ABC":
        message_id, send_id = ids.new_id(), sends.setdefault(name, ids.new_id())
        token = keys.index().token("message.wamid", f"wamid.{name}")
        own = {"id": message_id, "direction": "out", "wamid_token": token}
        await stored.insert("message", [{**message, **own, "status": "accepted"}])
        of_it = {"tenant_id": tenant_id, "number_id": message["number_id"]}
        await stored.insert("message_key", [{**of_it, "token": token, "message_id": message_id}])
        at = NOON * clock.SECOND - clock.DAY
        await stored.insert(
            "send",
            [
                {
                    **of_it,
                    "id": send_id,
                    "contact_id": message["contact_id"],
                    "subject_id": message["subject_id"],
                    "message_id": message_id,
                    "origin": "api",
                    "kind": "template",
                    "category": "marketing",
                    "content_sealed": b"",
                    "state": "sent",
                    "decision": "{}",
                    **dict.fromkeys(("due_at", "created_at"), at),
                    **dict.fromkeys(("lease_until", "fence", "attempts"), 0),
                }
            ],
        )
    return sends


@database.unit_of_work
async def _take(store_id: Id, one: Told) -> None:
    await conversations.follow_merges((await commerce.ingest(store_id, [one])).merges)
