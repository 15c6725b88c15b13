"""The audit log: every request that reads or changes a person's data, and whoever asks it (F48)."""

from __future__ import annotations

import asyncio
from typing import Any

import tenants
from kernel import audit, chain, clock, ids, tenancy
from kernel.chain import Verdict
from tests.api.door import Door, Store, arrives, open_store, text_message
from tests.api.line import open_line
from tests.commerce.test_own_shop import ORDER, own_shop, put
from workers import jobs

_LOG = """
query($filter: AuditFilter, $first: Int, $after: String) {
  audit(filter: $filter, first: $first, after: $after) {
    nodes {
      id at actor action outcome requestId person { name } key { name }
      touched { kind ids }
    }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}
"""


async def log(door: Door, store: Store, **wanted: Any) -> list[dict[str, Any]]:
    """The entries that a filter holds for, the oldest first, without those about the founding."""
    answer = await door.data(_LOG, store.tokens["owner"], filter=wanted, first=200)
    nodes: list[dict[str, Any]] = answer["audit"]["nodes"]
    assert answer["audit"]["totalCount"] == len(nodes)
    return nodes[::-1]


def told(entry: dict[str, Any]) -> tuple[str, str, dict[str, int]]:
    """What was done, how it ended, and how many ids of each kind."""
    counts = {one["kind"]: len(one["ids"]) for one in entry["touched"]}
    return entry["action"], entry["outcome"], counts


async def test_every_request_leaves_its_row(door: Door, store: Store) -> None:
    for phone in ("34600111222", "34600111223"):
        await arrives(door, text_message(store, "Hola", phone=phone))
    # What the platform tells is a row for each batch, of the house itself.
    came = await log(door, store)
    assert [told(entry) for entry in came] == 2 * [
        ("whatsapp.receive", "done", {"contact": 1, "conversation": 1, "message": 1, "number": 1})
    ]
    assert [(entry["actor"], entry["person"], entry["key"]) for entry in came] == 2 * [
        ("SYSTEM", None, None)
    ]
    since = clock.now()
    # Without a person's data, or without the permission to see it, there is nothing to tell.
    await door.data("{ conversations { nodes { id contact { id country } } } }", store.token)
    named = "{ conversations { nodes { id contact { id name phone } lastMessage { id text } } } }"
    await door.data(named, store.tokens["analyst"])
    assert await log(door, store, at={"after": _moment(since)}) == []
    page = (await door.data(named, store.token))["conversations"]["nodes"]
    thread, contact = page[0]["id"], page[0]["contact"]["id"]
    [read] = await log(door, store, at={"after": _moment(since)})
    assert told(read) == (
        "query.conversations",
        "done",
        {"contact": 2, "identity": 2, "message": 2, "subject": 2},
    )
    touched = {one["kind"]: set(one["ids"]) for one in read["touched"]}
    assert touched["contact"] == {node["contact"]["id"] for node in page}
    assert touched["message"] == {node["lastMessage"]["id"] for node in page}
    assert (read["actor"], read["person"], read["key"]) == ("PERSON", {"name": "Nuria Sala"}, None)
    # A change is told with what it changes, in its own unit; what is shown then, beside it.
    tag = (
        f'mutation {{ contactTag(input: {{contact: "{contact}", name: "VIP"}}) '
        "{ contact { name } userErrors { code } } }"
    )
    since = clock.now()
    await door.data(tag, store.token)
    changed, shown = await log(door, store, at={"after": _moment(since)})
    assert told(changed) == ("mutation.contactTag", "done", {"contact": 1, "tag": 1})
    assert told(shown) == ("mutation.contactTag", "done", {"contact": 1, "subject": 1})
    assert changed["requestId"] == shown["requestId"]
    # What is refused leaves a row as well: with its code, and the ids that were given.
    since = clock.now()
    absent = ids.show("contact", ids.new_id())
    await door.data(
        "mutation($contact: ID!) { contactUntag(input: {contact: $contact, tag: $contact}) "
        "{ userErrors { code } } }",
        store.token,
        contact=absent,
    )
    await door.data(
        f'mutation {{ conversationMarkRead(input: {{conversation: "{thread}"}}) '
        "{ userErrors { code } } }",
        store.token,
    )
    refused, marked = await log(door, store, at={"after": _moment(since)})
    assert told(refused) == ("mutation.contactUntag", "BAD_ID", {"contact": 1})
    assert refused["touched"] == [{"kind": "contact", "ids": [absent]}]
    assert told(marked) == (
        "mutation.conversationMarkRead",
        "done",
        {"conversation": 1, "person": 1},
    )
    # A subscription tells of each event that it shows.
    since = clock.now()
    async with open_line(door) as line:
        await line.begin(store.token)
        await line.subscribe("subscription { inbox { kind message { text } } }")
        await asyncio.sleep(0.1)
        await arrives(door, text_message(store, "Otra", phone="34600111222"))
        await line.hear_events("message.received")
    received, *entries = await log(door, store, at={"after": _moment(since)})
    assert told(received)[0] == "whatsapp.receive"
    assert {told(one)[:2] for one in entries} == {("subscription.inbox", "done")}
    assert told(entries[0])[2] == {"message": 1, "subject": 1}
    # Rows of a shop's own system.
    since, shop = clock.now(), await own_shop(store)
    with tenancy.acting_for(store.tenant_id):
        may = frozenset(tenants.Permission)
        made = await tenants.make_key(store.people["owner"], "Shop", ["commerce:write"], may=may)
    assert (await put(door, made.text, shop, "orders", [ORDER]))[0] == 200
    assert (await put(door, made.text, shop, "products", []))[0] == 200
    taken, empty = await log(door, store, at={"after": _moment(since)})
    assert (taken["actor"], taken["key"]) == ("KEY", {"name": "Shop"})
    assert told(taken) == ("store_rows.take", "done", {"contact": 1, "order": 1})
    assert empty["touched"] == [{"kind": "store", "ids": [shop]}]
    await jobs.link_chains()
    with tenancy.acting_for(store.tenant_id):
        verdict = await chain.verify(audit.CHAIN)
    assert verdict == Verdict(len(await log(door, store)), 0, None)


async def test_the_log_is_searched_and_keeps_to_its_house(door: Door, store: Store) -> None:
    other = await open_store("Nimbus", "106540352242923", "102290129340399")
    for number in range(3):
        await arrives(door, text_message(store, "Hola", phone=f"3460011122{number}"))
    nodes = "{ contacts(orderBy: OLDEST) { nodes { id name } } }"
    people = [one["id"] for one in (await door.data(nodes, store.token))["contacts"]["nodes"]]
    one = "query($id: ID) { contact(id: $id) { name } }"
    middle = clock.now()
    for token in (store.token, store.tokens["owner"]):
        await door.data(one, token, id=people[1])
    assert [told(entry)[0] for entry in await log(door, store, contact=people[1])] == [
        "whatsapp.receive",
        "query.contacts",
        "query.contact",
        "query.contact",
    ]
    assert len(await log(door, store, contact=people[0])) == 2
    agent = ids.show("person", store.people["agent"])
    assert len(await log(door, store, contact=people[1], actor=agent)) == 2
    assert len(await log(door, store, action="query.contact")) == 2
    assert len(await log(door, store, at={"before": _moment(middle)})) == 4
    assert len(await log(door, store, actor=agent, at={"after": _moment(middle)})) == 1
    # Page by page.
    seen, after = [], None
    for _ in range(3):
        page = await door.data(_LOG, store.tokens["owner"], first=1, after=after)
        seen += [node["action"] for node in page["audit"]["nodes"]]
        after = page["audit"]["pageInfo"]["endCursor"]
    assert seen == ["query.contact", "query.contact", "query.contacts"]
    # Another house sees none of it, and who may not read the log is refused.
    assert await log(door, other) == []
    assert await log(door, other, contact=people[1]) == []
    refused = await door.ask(_LOG, store.token)
    assert refused["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    [kept] = await log(door, store, action="query.audit")
    assert (told(kept), kept["person"]) == (
        ("query.audit", "NOT_ALLOWED", {}),
        {"name": "Nuria Sala"},
    )
    wrong = await door.ask(_LOG, store.tokens["owner"], filter={"actor": people[1][:-1]})
    assert wrong["errors"][0]["extensions"]["code"] == "BAD_ID"


def _moment(at: int) -> str:
    return clock.moment(at).isoformat()
