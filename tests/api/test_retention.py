"""Retention: rules with bounds, a dry run, nights that let go what is past its days (F49)."""

from __future__ import annotations

from typing import Any

import orjson

import conversations
import privacy
import tenants
from kernel import audit, chain, clock, ids, tenancy
from tests import stored
from tests.api.desk import Desk
from tests.api.door import arrives, open_store, text_message
from tests.api.test_uploads import _upload
from tests.commerce.test_own_shop import ORDER, own_shop, put
from tests.conftest import House
from workers import jobs

_RULES = "{ retentionRules { kind days defaultDays leastDays isFixed } }"
_SET = """
mutation($kind: String!, $days: Int!) {
  retentionSet(input: {kind: $kind, days: $days}) { rule { kind days } userErrors { field code } }
}
"""
_PREVIEW = """
query($changes: [RetentionSetInput!]) { retentionPreview(changes: $changes) { kind count oldest } }
"""
_SAID = """
query($id: ID!) {
  node(id: $id) { ... on Conversation { messages(last: 9) { totalCount nodes { text status } } } }
}
"""
CART: dict[str, Any] = {
    "id": "cart-1",
    "updated_at": "2026-09-01T12:00:00+02:00",
    "currency": "EUR",
    "total": "49.00",
    "customer": {"id": "c-1", "phone": "600 111 222"},
    "lines": [{"title": "Camiseta", "quantity": 2, "price": 24.5}],
}


async def ask(desk: Desk, query: str, **variables: Any) -> Any:
    """The owner asks; tokens do not live for months."""
    with tenancy.acting_for(desk.store.tenant_id):
        token = await tenants.issue(desk.store.people["owner"])
    return await desk.door.data(query, token, **variables)


async def counts() -> dict[str, int]:
    """How many rows the stores have, and how many of them still say something."""
    found = {}
    for name, rest in (
        ("message", ""),
        ("message", " WHERE body_sealed IS NOT NULL OR payload_sealed IS NOT NULL"),
        ("send", " WHERE length(content_sealed) > 0"),
        ("media", " WHERE state = 'stored'"),
        ("cart", ""),
        ("cart_line", ""),
        ("shop_order", ""),
        ("episode", ""),
    ):
        row = await stored.row(f"SELECT count(*) AS n FROM {name}{rest}")
        assert row is not None
        found[name + (" kept" if rest else "")] = row["n"]
    return found


async def test_rules_have_their_bounds(desk: Desk) -> None:
    listed = (await ask(desk, _RULES))["retentionRules"]
    assert {rule["kind"]: rule["days"] for rule in listed} == {
        "message_bodies": 1095,
        "media": 365,
        "platform_updates": 365,
        "activity": 1095,
        "carts": 365,
        "visits": 395,
        "audit": 1095,
        "deliveries": 3,
        "import_files": 7,
        "kept_answers": 1,
        "sessions": 30,
    }
    for kind, days, field, code in (
        ("audit", 364, "days", "BAD_RANGE"),
        ("media", 0, "days", "BAD_RANGE"),
        ("media", 36_501, "days", "BAD_RANGE"),
        ("sessions", 40, "kind", "INVALID"),
        ("orders", 10, "kind", "INVALID"),
    ):
        answer = (await ask(desk, _SET, kind=kind, days=days))["retentionSet"]
        assert answer == {"rule": None, "userErrors": [{"field": [field], "code": code}]}
    for days in (10, 20):
        answer = (await ask(desk, _SET, kind="media", days=days))["retentionSet"]
        assert answer == {"rule": {"kind": "media", "days": days}, "userErrors": []}
    assert (await ask(desk, _RULES))["retentionRules"][1] == {
        "kind": "media",
        "days": 20,
        "defaultDays": 365,
        "leastDays": 1,
        "isFixed": False,
    }
    denied = await desk.door.ask(_RULES, desk.store.token)
    assert denied["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"


async def test_a_night_lets_go_what_is_past_its_days(desk: Desk, house: House) -> None:
    other = await open_store("Nimbus", "106540352242923", "102290129340399")
    began = clock.now()
    await arrives(desk.door, text_message(other, "Theirs", phone="34600111299"))
    upload = await _upload(desk)
    await desk.send({"media": {"kind": "IMAGE", "upload": upload}})
    keyed = {"key": "order-1", "content": {"text": {"body": "Yes"}}, "conversation": desk.thread}
    first = await desk.send({"text": {"body": "Yes"}}, key="order-1")
    await desk.deliver()
    owner, shop = desk.store.tokens["owner"], await own_shop(desk.store)
    for kind, rows in (
        ("carts", [CART, {**CART, "id": "cart-2"}]),
        ("orders", [{**ORDER, "cart": "cart-2"}]),
    ):
        assert (await put(desk.door, owner, shop, kind, rows))[1]["refused"] == 0
    before = await counts()
    # A dry run counts, and changes nothing.
    clock.move(40 * clock.DAY)
    await arrives(desk.door, text_message(desk.store, "Still here"))
    assert {one["count"] for one in (await ask(desk, _PREVIEW))["retentionPreview"]} == {0}
    wished = {"message_bodies": 30, "media": 30, "carts": 30, "activity": 60}
    changes = [{"kind": kind, "days": days} for kind, days in wished.items()]
    found = (await ask(desk, _PREVIEW, changes=changes))["retentionPreview"]
    assert {one["kind"]: one["count"] for one in found} == {
        "message_bodies": 5,  # three messages, and what was sent of two
        "media": 1,
        "platform_updates": 0,
        "activity": 0,
        "carts": 1,
        "visits": 0,
        "audit": 0,
    }
    oldest = clock.moment(began).isoformat()[:16]
    assert found[0]["oldest"][:16] <= oldest
    after_preview = await counts()
    assert after_preview == {
        **before,
        "message": before["message"] + 1,
        "message kept": before["message kept"] + 1,
        "episode": before["episode"] + 1,
    }
    # Carried out, after a night that was broken off.
    for kind, days in wished.items():
        await ask(desk, _SET, kind=kind, days=days)
    month_ago = clock.now() - 30 * clock.DAY
    with tenancy.acting_for(desk.store.tenant_id):
        # What a legal hold keeps of somebody is spared, until it ends.
        [contact] = await stored.rows(
            "SELECT contact_id AS id FROM conversation WHERE id = $1::uuid", desk.thread_id
        )
        until = clock.now() + clock.DAY
        hold = await privacy.set_hold(contact["id"], ["messages"], until, "HGB 257")
        found = (await ask(desk, _PREVIEW))["retentionPreview"]
        assert [one["count"] for one in found] == [0, 1, 0, 0, 1, 0, 0]
        await privacy.let_go()
        kept = await counts()
        assert (kept["message kept"], kept["send kept"]) == (5, 2)
        await privacy.lift_hold(hold)
        [gone] = await conversations.BODIES[0].go(month_ago, "0" * 32, limit=1)
    assert gone
    await _nightfall()
    await _nightfall()
    assert await counts() == {
        "message": before["message"] + 1,
        "message kept": 2,  # the other house's, and the one that came late
        "send kept": 0,
        "media kept": 0,
        "cart": 1,
        "cart_line": 1,
        "shop_order": 1,
        "episode": before["episode"] + 1,
    }
    assert not [path for path in (house.settings.data / "media").rglob("*") if path.is_file()]
    thread = (await ask(desk, _SAID, id=desk.thread))["node"]["messages"]
    assert [node["text"] for node in thread["nodes"]] == [None, None, None, "Still here"]
    assert thread["totalCount"] == 4
    assert thread["nodes"][2]["status"] == "ACCEPTED"
    happened = await stored.rows("SELECT refs FROM outbox WHERE kind = 'retention.carried_out'")
    told = sorted(orjson.loads(row["refs"])["rule"] for row in happened)
    assert told == ["carts", "media", "message_bodies"]
    # Under its key nothing new is said, for what was said is not known any more.
    with tenancy.acting_for(desk.store.tenant_id):
        desk.store.tokens["agent"] = await tenants.issue(desk.store.people["agent"])
    answer = await desk.send(keyed["content"], key="order-1")
    assert [one["code"] for one in answer["userErrors"]] == ["KEY_REUSED"]
    assert first["userErrors"] == []


async def test_the_log_loses_its_oldest_entries_and_holds(desk: Desk) -> None:
    await ask(desk, _SET, kind="audit", days=365)
    await jobs.link_chains()
    clock.move(366 * clock.DAY)
    await ask(desk, _SET, kind="media", days=100)
    await jobs.link_chains()
    await _nightfall()
    with tenancy.acting_for(desk.store.tenant_id):
        left = await stored.rows("SELECT action, chain_seq FROM audit_entry ORDER BY id")
        assert [row["action"] for row in left] == ["mutation.retentionSet"]
        verdict = await chain.verify(audit.CHAIN)
        assert (verdict.linked, verdict.first_altered) == (left[0]["chain_seq"], None)
        assert ids.first_at(0) == "0" * 32


async def _nightfall() -> None:
    clock.move(clock.DAY - clock.now() % clock.DAY + 3 * clock.HOUR)
    await jobs.nights({})
