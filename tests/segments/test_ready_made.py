"""Every tenant begins with the segments of F36, filled, and its own rules put tags on."""

from __future__ import annotations

from typing import Any

import contacts
import segments
import tenants
from kernel import clock, ids, tenancy
from segments.reading import read
from segments.ready_made import ready_made
from tests import stored
from tests.api.door import Door, Store
from tests.contacts.acquaintance import meet, seen
from tests.following import follow_segments
from tests.segments.people import DAY, happens

LIST = "{ segments(first: 100) { totalCount nodes { code name size filledAt } } }"


async def test_they_are_there_and_filled(door: Door, store: Store) -> None:
    assert all(read(told["rule"]) for told in ready_made().values())
    with tenancy.acting_for(store.tenant_id):
        keen, _ = await meet(seen(0, "447700900101"), seen(0, "447700900102"))
        for age in (DAY, 2 * DAY):
            await happens(keen, "link.clicked", clock.now() - age)
    await follow_segments()
    assert await segments.install_missing() == 0
    page = (await door.data(LIST, store.token))["segments"]
    assert page["totalCount"] == len(ready_made()) == 30
    assert all(one["filledAt"] for one in page["nodes"])
    sizes = {one["code"]: one["size"] for one in page["nodes"] if one["size"]}
    assert sizes["high_intent"] == 1
    await stored.run("DELETE FROM segment_member")
    await stored.run("DELETE FROM segment")
    assert await segments.install_missing() == 1


SET = """mutation($input: TagRuleSetInput!) { tagRuleSet(input: $input) {
  tag { id name } userErrors { field code } } }"""
DROP = """mutation($input: TagRuleDropInput!) { tagRuleDrop(input: $input) {
  userErrors { field code } } }"""


async def test_tags_go_by_rules(door: Door, store: Store) -> None:
    token = store.tokens["owner"]
    suggested = (await door.data("{ suggestedTags { name rule } }", token))["suggestedTags"]
    rules = {one["name"]: one["rule"] for one in suggested}
    assert list(rules) == [
        *("new inquiry", "purchased", "VIP", "to follow up", "problem", "highly interested"),
    ]

    async def put(name: str, rule: Any) -> Any:
        answer = await door.data(SET, token, input={"name": name, "rule": rule})
        return answer["tagRuleSet"]

    async def bear(tag: str) -> dict[str, str]:
        await follow_segments()
        rows = await stored.rows(
            "SELECT contact_id, source FROM contact_tag WHERE tag_id = $1", ids.read("tag", tag)
        )
        return {row["contact_id"]: row["source"] for row in rows}

    with tenancy.acting_for(store.tenant_id):
        keen, by_hand = await meet(seen(0, "447700900101"), seen(0, "447700900102"))
        await contacts.tag(by_hand, "highly interested")
        for age in (DAY, 6 * DAY):
            await happens(keen, "link.clicked", clock.now() - age)
    tag = (await put("highly interested", rules["highly interested"]))["tag"]["id"]
    assert await bear(tag) == {keen: "rule", by_hand: "person"}
    warm = (await put("warm", {"tags": {"anyOf": [tag]}}))["tag"]["id"]
    assert set(await bear(warm)) == {keen, by_hand}
    back = await put("highly interested", {"none": [{"tags": {"anyOf": [warm]}}]})
    assert back == {"tag": None, "userErrors": [{"field": ["rule"], "code": "CYCLE"}]}
    # By Wednesday only one click is of the last seven days; a tag put on by hand stays.
    clock.move(2 * DAY)
    await segments.pass_time()
    assert await bear(tag) == {by_hand: "person"}
    assert await bear(warm) == {by_hand: "rule"}
    with tenancy.acting_for(store.tenant_id):
        token = await tenants.issue(store.people["owner"])
    for given in (warm, tag):
        done = await door.data(DROP, token, input={"tag": given})
        assert done["tagRuleDrop"]["userErrors"] == []
    assert (await bear(tag), await bear(warm)) == ({by_hand: "person"}, {})
