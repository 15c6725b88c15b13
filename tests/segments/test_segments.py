"""Segments through the door: from a rule to who belongs, since when and why."""

from __future__ import annotations

import random
from typing import Any

import segments
import tenants
from kernel import clock, ids, tenancy
from segments.evidence import evidence_of
from segments.explaining import explain
from segments.matching import holds, matches
from segments.reading import read
from segments.rules import Group, Path, Rule, places
from tests import stored
from tests.api.door import Door, Store
from tests.conftest import House
from tests.contacts.acquaintance import NOON, acting, meet, seen
from tests.flows.town import make_tenant
from tests.following import follow_segments
from tests.segments.people import DAY, crowd, happens, touch
from tests.segments.rules import random_rule

CREATE = """mutation($input: SegmentCreateInput!) { segmentCreate(input: $input) {
  segment { id name version filledAt size rule } userErrors { field code message } } }"""
UPDATE = """mutation($input: SegmentUpdateInput!) { segmentUpdate(input: $input) {
  segment { version size } userErrors { field code message } } }"""
DELETE = """mutation($input: SegmentDeleteInput!) { segmentDelete(input: $input) {
  segment { id } userErrors { code message } } }"""
PREVIEW = "query($rule: SegmentRule!) { segmentPreview(rule: $rule) { size samples { id } } }"
SHOW = """query($id: ID!) { segment(id: $id) {
  size members { totalCount nodes { id } }
  history { nodes { contact { id } enteredAt leftAt } } } }"""
AT = """query($id: ID!, $at: DateTime!) { segment(id: $id) {
  membersAt(at: $at) { totalCount nodes { id } } } }"""
WHY = """query($segment: ID!, $contact: ID!) { explainMembership(segment: $segment,
  contact: $contact) { belongs deciding { path condition found holds } } }"""
KEEN = {
    "all": [
        {"events": {"kinds": ["link.clicked"], "count": {"atLeast": 2}, "time": {"withinDays": 7}}},
        {"none": [{"orders": {"time": {"withinDays": 7}}}]},
    ]
}


async def test_from_rule_to_explanation(door: Door, store: Store) -> None:
    token = store.tokens["owner"]
    with tenancy.acting_for(store.tenant_id):
        keen, once, nobody = await meet(*(seen(0, f"44770090010{at}") for at in range(3)))
        for person, ages in ((keen, (DAY, 2 * DAY)), (once, (DAY, 8 * DAY))):
            for age in ages:
                await touch(person, "link.clicked", clock.now() - age)
    shown = {one: ids.show("contact", one) for one in (keen, once, nobody)}

    async def make(name: str, rule: Any) -> Any:
        answer = await door.data(CREATE, token, input={"name": name, "rule": rule})
        return answer["segmentCreate"]

    refused = await door.ask(CREATE, store.token, input={"name": "Keen", "rule": KEEN})
    assert refused["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    preview = (await door.data(PREVIEW, store.token, rule=KEEN))["segmentPreview"]
    assert preview == {"size": 1, "samples": [{"id": shown[keen]}]}
    made = await make("Keen", KEEN)
    assert made["userErrors"] == []
    segment = made["segment"]
    assert segment["rule"] == KEEN
    assert (segment["version"], segment["filledAt"], segment["size"]) == (1, None, 0)
    assert (await make(" keen ".strip().title(), KEEN))["userErrors"][0]["code"] == "TAKEN"
    await follow_segments()

    async def show() -> Any:
        return (await door.data(SHOW, token, id=segment["id"]))["segment"]

    seen_now = await show()
    assert seen_now["size"] == seen_now["members"]["totalCount"] == 1
    assert seen_now["members"]["nodes"] == [{"id": shown[keen]}]
    why = {
        one: (await door.data(WHY, token, segment=segment["id"], contact=shown[one]))[
            "explainMembership"
        ]
        for one in (keen, once)
    }
    clicks = {"path": "rule.all.0.events", "condition": "events"}
    assert why == {
        keen: {"belongs": True, "deciding": [{**clicks, "found": "2", "holds": True}]},
        once: {"belongs": False, "deciding": [{**clicks, "found": "1", "holds": False}]},
    }
    # A click more, and later a week in which nothing happens.
    before = clock.now()
    with tenancy.acting_for(store.tenant_id):
        await happens(once, "link.clicked", clock.now())
        await follow_segments()
        clock.move(8 * DAY)
        assert await segments.pass_time() == 1
        token = await tenants.issue(store.people["owner"])
    history = (await show())["history"]["nodes"]
    assert [one["contact"]["id"] for one in history] == [shown[once], shown[keen]]
    assert all(one["leftAt"] for one in history)
    told = await stored.rows(
        """SELECT kind FROM outbox WHERE kind LIKE 'segment.%'
              AND CAST(refs AS text) LIKE '%' || $1 || '%' ORDER BY id""",
        ids.read("segment", segment["id"]),
    )
    assert [row["kind"] for row in told] == ["segment.changed", "segment.entered"] + [
        "segment.left"
    ] * 2

    async def at(moment: int) -> list[str]:
        when = clock.moment(moment).isoformat()
        page = (await door.data(AT, token, id=segment["id"], at=when))["segment"]["membersAt"]
        assert page["totalCount"] == len(page["nodes"])
        return [one["id"] for one in page["nodes"]]

    assert await at(before) == [shown[keen]]
    assert await at(before + DAY) == [shown[once], shown[keen]]
    assert await at(clock.now()) == []
    # Before it was made: by the times of what happened, a day ago only one click was two.
    assert await at(before - 12 * clock.HOUR) == [shown[keen]]
    assert await at(before - 36 * clock.HOUR) == []

    # Of another segment; it stays as long as it is needed, and never leads back to itself.
    other = (await make("Not keen", {"none": [{"segment": segment["id"]}]}))["segment"]
    await follow_segments()
    assert (await door.data(SHOW, token, id=other["id"]))["segment"]["size"] == 3
    cycle = {"segment": segment["id"], "rule": {"any": [{"segment": other["id"]}]}}
    answer = (await door.data(UPDATE, token, input=cycle))["segmentUpdate"]
    assert answer["userErrors"][0]["code"] == "CYCLE"
    assert answer["userErrors"][0]["field"][:3] == ["rule", "any", "0"]
    wider = {"segment": segment["id"], "rule": {"contacts": [shown[nobody]]}}
    answer = (await door.data(UPDATE, token, input=wider))["segmentUpdate"]
    assert answer == {"segment": {"version": 2, "size": 0}, "userErrors": []}
    await follow_segments()
    assert (await show())["members"]["nodes"] == [{"id": shown[nobody]}]
    assert (await door.data(SHOW, token, id=other["id"]))["segment"]["size"] == 2
    kept = (await door.data(DELETE, token, input={"segment": segment["id"]}))["segmentDelete"]
    assert kept["userErrors"][0]["code"] == "CONFLICT"
    for one in (other, segment):
        gone = (await door.data(DELETE, token, input={"segment": one["id"]}))["segmentDelete"]
        assert gone == {"segment": None, "userErrors": []}
    phone = {"attribute": {"name": "phone", "is": "+44 7700 900100"}}
    held = (await make("By phone", phone))["segment"]["rule"]
    assert held == {"contacts": [shown[keen]]}
    wrong = (await make("None", {"country": {"in": []}}))["userErrors"][0]
    assert (wrong["code"], wrong["field"]) == ("EMPTY", ["rule", "country", "in"])


async def test_what_is_named_decides(house: House) -> None:
    """Were each of the named otherwise, the answer would be another; with fewer it would not."""
    dice = random.Random(36)
    with acting(await make_tenant()):
        people, tags = await crowd(10, dice, NOON)
        known = await evidence_of(people)
        for _ in range(600):
            rule, one = read(random_rule(dice, people, tags, 4)), dice.choice(people)
            told = explain(rule, known[one], NOON)
            assert told.belongs == matches(rule, known[one], NOON)
            named = [reason.path for reason in told.deciding]
            assert named
            answers = {path: holds(each, known[one], NOON) for path, each in places(rule)}
            assert [answers[path] for path in named] == [why.holds for why in told.deciding]
            assert _turned(rule, answers, named) is not told.belongs
            assert _turned(rule, answers, named[1:]) is told.belongs


def _turned(
    rule: Rule, answers: dict[Path, bool], turned: list[Path], path: Path = ("rule",)
) -> bool:
    """What the rule comes to where the conditions at these paths are otherwise."""
    if not isinstance(rule, Group):
        [(here, _)] = places(rule, path)
        return answers[here] != (here in turned)
    parts = [
        _turned(one, answers, turned, (*path, rule.word, str(at)))
        for at, one in enumerate(rule.rules)
    ]
    return {"all": all(parts), "any": any(parts), "none": not any(parts)}[rule.word]
