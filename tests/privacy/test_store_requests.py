"""What Shopify asks for by law, through the door: once, in any order, and for good (contract)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

import commerce
import privacy
from kernel import clock, keys, tenancy
from tests import following, stored
from tests.commerce.platforms import (
    SHOPIFY_SECRET,
    SHOPIFY_SHOP,
    Delivery,
    arrive,
    connect,
    shopify,
)
from tests.privacy.office import REQUEST, Office, go_to

_LEA = {"id": 7100000000001, "email": "lea@example.com", "phone": "+34600111222"}
_JO = {"id": 7100000000002, "email": "jo@example.com", "phone": None}


async def test_a_customer_asks_and_is_forgotten(office: Office) -> None:
    await connect(office.store)
    lea = await office.meets()
    await arrive(office.door, [_order(1, _LEA), _customer(2, _JO)])
    wanted = {"shop_id": 1, "customer": _LEA, "data_request": {"id": 9}, "orders_requested": [1]}
    unknown = {"id": 5, "email": "nobody@example.com", "phone": None}
    asks = [
        shopify("customers/data_request", wanted, 3, **_at("2027-01-29T11:00:00Z")),
        # The same once more, and somebody of whom nothing is held.
        shopify("customers/data_request", wanted, 4, **_at("2027-01-29T11:00:00Z")),
        _redact(5, unknown),
    ]
    assert await arrive(office.door, asks) == [200, 200, 200]
    forged = shopify("customers/redact", {"customer": _LEA}, 6)
    forged.headers["X-Shopify-Hmac-Sha256"] = "A" * 43 + "="
    assert await arrive(office.door, [forged]) == [401]
    await _work()
    nothing, access = await _requests(office)
    assert (access["right"], access["state"], access["proof"], access["contact"]) == (
        "ACCESS",
        "DONE",
        "PLATFORM",
        {"id": lea},
    )
    # 30 days from when it was triggered are less than the month that ends on a Sunday.
    assert (access["dueAt"], access["outcome"]) == ("2027-02-28T11:00:00Z", "exported")
    assert (nothing["right"], nothing["state"], nothing["outcome"], nothing["contact"]) == (
        "ERASURE",
        "DONE",
        "nothing_held",
        None,
    )
    go_to("2027-02-08T09:00Z")
    assert await arrive(office.door, [_redact(7, _LEA), _redact(7, _LEA)]) == [200, 200]
    await _work()
    erasure = (await _requests(office))[0]
    assert (erasure["right"], erasure["state"], erasure["outcome"]) == ("ERASURE", "DONE", "erased")
    assert [step["kind"] for step in erasure["steps"]] == ["opened", "begun", "done"]
    # Late words on either of them stay outside; somebody else's come in.
    late = [_order(8, _LEA), _customer(9, unknown), _customer(10, _LEA), _customer(11, _JO)]
    assert await arrive(office.door, late) == [200] * 4
    await _work()
    people = await stored.rows("SELECT state FROM contact ORDER BY id")
    assert [row["state"] for row in people] == ["erased", "active"]
    assert len(await stored.rows("SELECT id FROM identity WHERE kind = 'email'")) == 1
    # What the shop told of whom it meant is not kept.
    await _assert_emptied(office)


async def test_a_shop_is_forgotten_unless_it_was_installed_anew(office: Office) -> None:
    shops = await connect(office.store)
    lea = await office.meets()
    await arrive(office.door, [_order(1, _LEA), _order(2, _JO), _customer(3, _JO)])
    gone = _at("2027-01-29T11:00:00Z")
    uninstalled = shopify("app/uninstalled", {"id": 1}, 4, **gone)
    assert await arrive(office.door, [uninstalled]) == [200]
    with tenancy.acting_for(office.store.tenant_id):
        again = await commerce.connect_store(
            "shopify", "Clara", SHOPIFY_SHOP, secret=SHOPIFY_SECRET
        )
    assert again == shops["shopify"]
    # Triggered before it was installed anew.
    assert await arrive(office.door, [_forget_shop(5, "2027-01-29T11:30:00Z")]) == [200]
    await _work()
    [survived] = await _requests(office)
    assert (survived["state"], survived["outcome"]) == ("DONE", "reinstalled")
    assert len(await stored.rows("SELECT id FROM shop_order")) == 2

    go_to("2027-01-31T12:00Z")
    assert await arrive(office.door, [_forget_shop(6, "2027-01-31T11:00:00Z")] * 2) == [200, 200]
    # What was triggered before and comes after is not taken in.
    late = _order(7, _LEA, **_at("2027-01-31T10:00:00Z"))
    await following.follow()
    assert await arrive(office.door, [late]) == [200]
    await _work()
    done = (await _requests(office))[0]
    assert (done["state"], done["outcome"], done["origin"]) == ("DONE", "erased", "STORE")
    for table in ("shop_order", "order_line", "customer", "cart", "product", "deletion"):
        assert await stored.rows(f"SELECT 1 AS one FROM {table}") == [], table
    # Lea talks with the tenant herself; Jo was known by the shop alone.
    people = await stored.rows("SELECT state FROM contact ORDER BY id")
    assert [row["state"] for row in people] == ["active", "erased"]
    shown = await office.ask("query($id: ID!) { contact(id: $id) { name } }", id=lea)
    assert shown == {"contact": {"name": "Lea Prat"}}


async def test_a_person_asks_to_be_forgotten(office: Office) -> None:
    lea = await office.meets()
    request = await office.opens("ERASURE", lea)
    one = {"request": request["id"]}
    await office.act("privacyRequestProve", **one, evidence="Passport 123")
    begun = (await office.act("privacyRequestFulfil", **one))["request"]
    assert begun["state"] == "WORKING"
    await _work()
    [done] = await _requests(office)
    assert (done["state"], done["outcome"]) == ("DONE", "erased")
    # The evidence went with the key of whom it was about; that there was some stays.
    assert [(step["kind"], step["note"]) for step in done["steps"]] == [
        ("opened", None),
        ("proven", None),
        ("begun", None),
        ("done", None),
    ]
    again = await office.refused("privacyRequestOpen", contact=lea, right="ACCESS")
    assert again == ("contact", "NOT_FOUND")


async def _work() -> None:
    """The workers, until nothing is left."""
    while (
        await following.follow()
        or await privacy.run_next_export()
        or await privacy.erase_next()
        or await privacy.redact_shops()
    ):
        pass


async def _requests(office: Office) -> list[Any]:
    found = await office.ask(f"{{ privacyRequests {{ nodes {REQUEST} }} }}")
    return list(found["privacyRequests"]["nodes"])


async def _assert_emptied(office: Office) -> None:
    rows = await stored.rows("SELECT id, payload_sealed FROM store_request")
    assert rows
    with tenancy.acting_for(office.store.tenant_id):
        for row in rows:
            opened = keys.house().open("store_request.payload", row["id"], row["payload_sealed"])
            assert orjson.loads(opened) == {}


def _order(number: int, customer: dict[str, Any], **headers: str) -> Delivery:
    moment = clock.moment(clock.now()).isoformat()
    body = {
        "id": 9000 + number,
        "name": f"#{number}",
        "currency": "EUR",
        "total_price": "10.00",
        "financial_status": "paid",
        "created_at": moment,
        "updated_at": moment,
        "customer": customer,
        "line_items": [{"title": "Tee", "quantity": 1, "price": "10.00"}],
    }
    return shopify("orders/create", body, number, **headers)


def _customer(number: int, customer: dict[str, Any]) -> Delivery:
    moment = clock.moment(clock.now()).isoformat()
    return shopify("customers/update", customer | {"updated_at": moment, "tags": ""}, number)


def _redact(number: int, customer: dict[str, Any]) -> Delivery:
    at = clock.moment(clock.now() - clock.HOUR).isoformat(timespec="seconds")
    body = {"shop_id": 1, "customer": customer, "orders_to_redact": []}
    return shopify("customers/redact", body, number, **_at(at))


def _forget_shop(number: int, moment: str) -> Delivery:
    return shopify("shop/redact", {"shop_id": 1}, number, **_at(moment))


def _at(moment: str) -> dict[str, str]:
    assert datetime.fromisoformat(moment).tzinfo
    return {"X-Shopify-Triggered-At": moment}
