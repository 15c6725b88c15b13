"""A tenant's own shop: rows by REST and by GraphQL, the report of each, what is shown of them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

import commerce
import tenants
from kernel import clock, ids, tenancy
from tests.api.door import Door, Store
from tests.commerce.shop import state

ORDER: dict[str, Any] = {
    "id": "9007199254740993",
    "number": "A-1001",
    "placed_at": "2026-09-01T12:10:00+02:00",
    "updated_at": "2026-09-01T12:10:00+02:00",
    "currency": "EUR",
    "total": "72.00",
    "customer": {"id": "c-1", "email": "lea@example.com", "phone": "600 111 222", "name": "Lea"},
    "coupons": ["OLA10"],
    "cart": "cart-1",
    "lines": [{"title": "Camiseta", "quantity": 2, "price": 24.5, "product": "501"}],
}
_SHOWN = """
query($contact: ID!) {
  orders { totalCount nodes { externalId number total { amount currency } baseTotal { amount }
    payment coupons lines { title quantity total { amount } } store { name }
    contact { name phone } refunded { amount } refunds { amount { amount } } } }
  carts { nodes { state url total { amount } order { number } } }
  products { nodes { title price { amount currency } stock variants { sku } } }
  stores { name platform state webhookPath isPulled }
  contact(id: $contact) {
    orders(first: 1) { totalCount nodes { number } }
    timeline(first: 5) { nodes { kind amount { amount } order { number } cart { state } } } }
}
"""


async def own_shop(store: Store) -> str:
    """The id of a shop of the tenant's own, as clients see it."""
    with tenancy.acting_for(store.tenant_id):
        return ids.show("store", await commerce.connect_store("own", "Tienda", "tienda"))


async def put(
    door: Door, token: str, shop: str, kind: str, rows: object, **headers: str
) -> tuple[int, Any]:
    """Status and body of rows sent by REST."""
    body = rows if isinstance(rows, bytes) else orjson.dumps({"rows": rows})
    url = f"{door.root}/stores/{shop}/{kind}"
    sent = {"authorization": f"Bearer {token}", "content-type": "application/json", **headers}
    async with door.http.post(url, data=body, headers=sent) as answer:
        return answer.status, orjson.loads(await answer.read())


async def test_a_purchase_told_by_rows(door: Door, store: Store) -> None:
    shop, token = await own_shop(store), store.tokens["owner"]
    with tenancy.acting_for(store.tenant_id):
        contact_id = await _known_contact(door, token, shop)
        link = commerce.link_token(contact_id)
    cart = {"id": "cart-1", "currency": "EUR", "total": 49, "updated_at": "2026-09-01T12:00:00Z"}
    cart |= {"customer": {"email": "LEA@example.com"}, "url": "https://tienda.example/c/1"}
    for kind, row, outcome in (
        ("carts", cart, "accepted"),
        ("orders", ORDER, "created"),
        ("orders", ORDER, "unchanged"),
        ("orders", {**ORDER, "updated_at": "2026-09-02T00:00:00Z", "payment": "paid"}, "updated"),
        (
            "refunds",
            {
                "id": "r1",
                "order": "9007199254740993",
                "amount": "5.5",
                "currency": "EUR",
                "at": "2026-09-03T00:00:00Z",
            },
            "accepted",
        ),
        (
            "products",
            {
                "id": "501",
                "title": "Camiseta",
                "variants": [{"id": "1", "sku": "OLA", "price": "24.50", "stock": 3}],
            },
            "accepted",
        ),
        (
            "events",
            {
                "id": "e1",
                "kind": "searched",
                "query": "camiseta azul",
                "link_token": link,
                "consent": True,
                "at": "2026-08-30T00:00:00Z",
            },
            "accepted",
        ),
    ):
        status, told = await put(door, token, shop, kind, [row])
        assert (status, told["rows"]) == (200, [{"row": 0, "id": row["id"], "outcome": outcome}])
    shown = await door.data(_SHOWN, token, contact=ids.show("contact", contact_id))
    assert shown["orders"] == {
        "totalCount": 1,
        "nodes": [
            {
                "externalId": "9007199254740993",
                "number": "A-1001",
                "total": {"amount": "72.00", "currency": "EUR"},
                "baseTotal": {"amount": "72.00"},
                "payment": "paid",
                "coupons": ["OLA10"],
                "lines": [{"title": "Camiseta", "quantity": 2, "total": {"amount": "49.00"}}],
                "store": {"name": "Tienda"},
                "contact": {"name": "Lea", "phone": "+34600111222"},
                "refunded": {"amount": "5.50"},
                "refunds": [{"amount": {"amount": "5.50"}}],
            }
        ],
    }
    assert shown["carts"]["nodes"] == [
        {
            "state": "RECOVERED",
            "url": "https://tienda.example/c/1",
            "total": {"amount": "49.00"},
            "order": {"number": "A-1001"},
        }
    ]
    assert shown["products"]["nodes"] == [
        {
            "title": "Camiseta",
            "price": {"amount": "24.50", "currency": "EUR"},
            "stock": 3,
            "variants": [{"sku": "OLA"}],
        }
    ]
    assert shown["contact"]["orders"] == {"totalCount": 1, "nodes": [{"number": "A-1001"}]}
    kinds = [one["kind"] for one in shown["contact"]["timeline"]["nodes"]]
    assert kinds == [
        "order.refunded",
        "cart.recovered",
        "order.placed",
        "storefront.searched",
    ]


async def test_each_mistake_is_told_with_its_field(door: Door, store: Store) -> None:
    shop, token = await own_shop(store), store.tokens["owner"]
    line = ORDER["lines"][0]
    wrong: list[tuple[Any, list[str], str]] = [
        ("text", [], "A row is an object."),
        ({**ORDER, "id": None}, ["id"], "id is missing."),
        ({**ORDER, "total": "-1"}, ["total"], "an amount of 0 or more"),
        ({**ORDER, "total": "1.23456"}, ["total"], "four decimals"),
        ({**ORDER, "total": "NaN"}, ["total"], "an amount of 0 or more"),
        ({**ORDER, "currency": "euro"}, ["currency"], "three capital letters"),
        ({**ORDER, "placed_at": "2026-09-01T12:00:00"}, ["placed_at"], "with its zone"),
        ({**ORDER, "payment": "gladly"}, ["payment"], "one of pending, failed"),
        ({**ORDER, "totall": "1"}, ["totall"], "There is no such field"),
        (
            {**ORDER, "lines": [line, {**line, "quantity": -2}]},
            ["lines", "1", "quantity"],
            "what comes back is told as a refund",
        ),
        ({**ORDER, "customer": {"phone": "12"}}, ["customer", "phone"], "+34600111222"),
        ({**ORDER, "customer": {"email": "lea"}}, ["customer", "email"], "no e-mail address"),
        ({**ORDER, "customer": []}, ["customer"], "A row is an object."),
        ({**ORDER, "number": "a\u0000b"}, ["number"], "a text of at most 500"),
    ]
    status, told = await put(door, token, shop, "orders", [row for row, _, _ in wrong] + [ORDER])
    assert (status, told["accepted"], told["refused"]) == (200, 1, len(wrong))
    for report, (_, field, words) in zip(told["rows"], wrong, strict=False):
        assert (report["outcome"], report["field"]) == ("refused", field), report
        assert words in report["message"]
    with tenancy.acting_for(store.tenant_id):
        assert len((await state())["orders"]) == 1


async def test_what_is_no_bulk(door: Door, store: Store) -> None:
    shop, owner = await own_shop(store), store.tokens["owner"]
    many = [{"id": str(n)} for n in range(10_001)]
    for token, where, kind, rows, expected in (
        ("", shop, "orders", [], (401, "TOKEN_INVALID")),
        (store.tokens["analyst"], shop, "orders", [], (403, "NOT_ALLOWED")),
        (owner, shop, "orders", b"{", (400, "BROKEN_JSON")),
        (owner, shop, "orders", b"[]", (400, "INVALID")),
        (owner, shop, "gifts", [], (404, "NOT_FOUND")),
        (owner, "contact_0351fktRXrVhpnLWu3OCgz", "orders", [], (400, "BAD_ID")),
        (owner, ids.show("store", ids.new_id()), "orders", [], (404, "NOT_FOUND")),
        (owner, shop, "orders", many, (400, "TOO_MANY")),
    ):
        status, told = await put(door, token, where, kind, rows)
        assert (status, told["code"]) == expected, told


async def test_a_key_asks_again_and_gets_the_same_answer(door: Door, store: Store) -> None:
    shop = await own_shop(store)
    with tenancy.acting_for(store.tenant_id):
        key = await tenants.make_key(
            store.people["owner"],
            "shop",
            ["commerce:write"],
            may=tenants.ROLES[tenants.Role.OWNER],
        )
    named = {"idempotency-key": "night-1"}
    first = await put(door, key.text, shop, "orders", [ORDER], **named)
    assert first[1]["rows"][0]["outcome"] == "created"
    assert await put(door, key.text, shop, "orders", [ORDER], **named) == first
    status, told = await put(door, key.text, shop, "orders", [], **named)
    assert (status, told["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert (await put(door, key.text, shop, "orders", [ORDER]))[1]["rows"][0]["outcome"] == (
        "unchanged"
    )


async def test_visits_only_with_leave_and_a_link(door: Door, store: Store) -> None:
    shop, token = await own_shop(store), store.tokens["owner"]
    contact_id = await _known_contact(door, token, shop)
    with tenancy.acting_for(store.tenant_id):
        link = commerce.link_token(contact_id)
    seen = {"id": "e1", "kind": "viewed", "product": "501", "link_token": link, "consent": True}
    _, told = await put(
        door,
        token,
        shop,
        "events",
        [seen, {**seen, "consent": False}, {**seen, "link_token": "x"}, seen],
    )
    assert [one.get("code") for one in told["rows"]] == [
        None,
        "NO_CONSENT",
        "UNKNOWN_VISITOR",
        None,
    ]
    clock.move(31 * clock.DAY)
    _, told = await put(door, store.tokens["owner"], shop, "events", [{**seen, "id": "e2"}])
    with tenancy.acting_for(store.tenant_id):
        from kernel import database

        row = await database.row(
            "SELECT count(*) AS n FROM visit WHERE tenant_id = $1::uuid", store.tenant_id
        )
    assert row == {"n": 1}


_TELL = """
mutation($store: ID!, $rows: JSON!) {
  storeTell(input: {store: $store, kind: ORDERS, rows: $rows}) {
    rows { row id outcome field code } userErrors { field code } } }
"""


async def test_told_by_graphql(door: Door, store: Store) -> None:
    shop, token = await own_shop(store), store.tokens["owner"]
    told = await door.data(_TELL, token, store=shop, rows=[ORDER, {**ORDER, "total": None}])
    assert told["storeTell"] == {
        "rows": [
            {"row": 0, "id": ORDER["id"], "outcome": "created", "field": [], "code": None},
            {
                "row": 1,
                "id": ORDER["id"],
                "outcome": "refused",
                "field": ["total"],
                "code": "MISSING",
            },
        ],
        "userErrors": [],
    }
    told = await door.data(_TELL, token, store=shop, rows=[{}] * 201)
    assert told["storeTell"]["userErrors"] == [{"field": ["rows"], "code": "INVALID"}]


_CONNECT = """
mutation($input: StoreConnectInput!) {
  storeConnect(input: $input) { store { id state webhookPath address } userErrors { field code } } }
"""


async def test_a_shop_is_connected_and_closed(door: Door, store: Store) -> None:
    token = store.tokens["owner"]
    wanted = {
        "platform": "WOOCOMMERCE",
        "name": "Tienda",
        "address": "https://Tienda.example/shop",
        "secret": "a-long-secret",
    }
    made = (await door.data(_CONNECT, token, input=wanted))["storeConnect"]["store"]
    assert (made["state"], made["address"]) == ("OPEN", "https://tienda.example/shop/")
    assert made["webhookPath"].startswith("/webhooks/woocommerce/")
    again = (await door.data(_CONNECT, token, input=wanted))["storeConnect"]
    assert again == {"store": None, "userErrors": [{"field": ["address"], "code": "TAKEN"}]}
    for field, value in (("secret", "short"), ("address", "nowhere"), ("name", " ")):
        told = (await door.data(_CONNECT, token, input={**wanted, field: value}))["storeConnect"]
        assert told["userErrors"] == [{"field": [field], "code": "INVALID"}]
    closed = await door.data(
        "mutation($s: ID!) { storeClose(input: {store: $s}) { store { state } } }",
        token,
        s=made["id"],
    )
    assert closed["storeClose"]["store"] == {"state": "CLOSED"}
    again = (await door.data(_CONNECT, token, input=wanted))["storeConnect"]["store"]
    assert (again["id"], again["state"]) == (made["id"], "OPEN")


@pytest.mark.parametrize("before", [True, False])
async def test_several_currencies_in_the_tenants_own(
    door: Door, store: Store, *, before: bool
) -> None:
    shop, token = await own_shop(store), store.tokens["owner"]
    rates = """mutation { currencyRatesSet(input: {rates: [
        {currency: "JPY", validFrom: "2026-01-01T00:00:00Z", rate: 0.006},
        {currency: "JPY", validFrom: "2026-09-02T00:00:00Z", rate: 0.00671}]}) {
      rates { currency rate } userErrors { code } } }"""
    if before:
        await door.data(rates, token)
    rows = [
        {
            **ORDER,
            "id": str(day),
            "placed_at": f"2026-09-0{day}T12:00:00Z",
            "currency": "JPY",
            "total": "3300",
        }
        for day in (1, 3)
    ]
    rows.append({**ORDER, "id": "usd", "currency": "USD"})
    await put(door, token, shop, "orders", rows)
    if not before:
        await door.data(rates, token)
    shown = await door.data("{ orders { nodes { externalId baseTotal { amount } } } }", token)
    assert {one["externalId"]: one["baseTotal"] for one in shown["orders"]["nodes"]} == {
        "1": {"amount": "19.80"},
        "3": {"amount": "22.143"},
        "usd": None,
    }


async def _known_contact(door: Door, token: str, shop: str) -> str:
    """A customer who is told of, and the contact they are."""
    customer = {"id": "c-1", "email": "lea@example.com", "updated_at": "2026-01-01T00:00:00Z"}
    await put(door, token, shop, "customers", [customer])
    found = await door.data("{ contacts { nodes { id } } }", token)
    return ids.read("contact", found["contacts"]["nodes"][0]["id"])
