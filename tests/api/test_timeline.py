"""One history of a contact (F8): everything that touched them in one order, by kind and by page."""

from __future__ import annotations

from typing import Any

from kernel import ids, tenancy
from tests import stored
from tests.api.door import Door, Store, arrives, text_message
from tests.commerce.test_own_shop import ORDER, own_shop, put
from tests.following import follow

_PAGE = """
query($first: Int, $after: String, $kinds: [TimelineKind!]) {
  contacts { nodes { timeline(first: $first, after: $after, kinds: $kinds) {
    totalCount pageInfo { endCursor hasNextPage }
    nodes { kind at order { number } message { __typename } tag { name } request { right } } } } }
}
"""
_NODE = {"order": None, "message": None, "tag": None, "request": None}


async def test_everything_that_touched_somebody(door: Door, store: Store) -> None:
    token = store.tokens["owner"]
    await arrives(door, text_message(store, "Is it still there?"))
    with tenancy.acting_for(store.tenant_id):
        row = await stored.row("SELECT id, contact_id FROM conversation")
    assert row is not None
    contact, thread = ids.show("contact", row["contact_id"]), ids.show("conversation", row["id"])
    shop = await own_shop(store)
    order = {**ORDER, "customer": {"phone": "+34600111222"}, "placed_at": "2026-09-01T10:00:00Z"}
    assert (await put(door, token, shop, "orders", [order]))[0] == 200

    async def does(mutation: str, shown: str = "userErrors { code }", **given: Any) -> Any:
        kind = mutation[0].upper() + mutation[1:]
        asked = f"mutation($input: {kind}Input!) {{ {mutation}(input: $input) {{ {shown} }} }}"
        return (await door.data(asked, token, input=given))[mutation]

    tag = (await does("contactTag", "tag { id }", contact=contact, name="vip"))["tag"]["id"]
    for mutation, given in (
        ("contactUntag", {"contact": contact, "tag": tag}),
        ("noteWrite", {"conversation": thread, "text": "She waits for size M."}),
        ("privacyRequestOpen", {"contact": contact, "right": "ACCESS"}),
    ):
        assert await does(mutation, **given) == {"userErrors": []}
    await follow()

    async def page(who: str = "owner", **given: Any) -> Any:
        told = await door.data(_PAGE, store.tokens[who], **given)
        return told["contacts"]["nodes"][0]["timeline"]

    whole = (await page(first=10))["nodes"]
    assert [{name: one[name] for name in ("kind", *_NODE)} for one in whole] == [
        {**_NODE, "kind": "privacy.request_opened", "request": {"right": "ACCESS"}},
        {**_NODE, "kind": "note.written", "message": {"__typename": "NoteMessage"}},
        {**_NODE, "kind": "contact.untagged", "tag": {"name": "vip"}},
        {**_NODE, "kind": "contact.tagged", "tag": {"name": "vip"}},
        {**_NODE, "kind": "message.received", "message": {"__typename": "TextMessage"}},
        {**_NODE, "kind": "order.placed", "order": {"number": "A-1001"}},
    ]
    first = await page(first=4)
    rest = await page(first=4, after=first["pageInfo"]["endCursor"])
    assert (first["totalCount"], first["nodes"] + rest["nodes"]) == (6, whole)
    some = await page(first=1, kinds=["ORDERS", "TAGS", "CLICKS"])
    more = await page(
        first=5, kinds=["ORDERS", "TAGS", "CLICKS"], after=some["pageInfo"]["endCursor"]
    )
    assert (some["totalCount"], some["nodes"] + more["nodes"]) == (3, [*whole[2:4], whole[5]])
    assert (await page(kinds=[]))["nodes"] == []
    # A cursor of one wish is none of another; rights are for those who answer requests.
    answer = await door.ask(_PAGE, token, first=1, after=first["pageInfo"]["endCursor"], kinds=[])
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    refused = await door.ask(_PAGE, store.tokens["agent"], first=1)
    assert refused["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
