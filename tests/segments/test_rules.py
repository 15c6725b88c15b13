"""The language of segments: SQL and memory agree, and what is wrong is told by its place."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

import contacts
from contacts import Selection
from kernel import database, ids, tenancy
from kernel.conditions import Conditions
from kernel.database import Batch
from kernel.errors import Invalid
from segments.compiling import Frame, compile_rule
from segments.compiling import known as known_of
from segments.evidence import evidence_of
from segments.matching import matches
from segments.reading import read
from tests import stored
from tests.conftest import House
from tests.contacts.acquaintance import NOON, acting
from tests.flows.town import make_tenant
from tests.segments.people import crowd
from tests.segments.rules import random_rule

RULES, TOGETHER = 10_000, 40
_SPAIN = {"country": {"in": ["ES"]}}


def _nested(depth: int) -> dict[str, Any]:
    return {"all": [_nested(depth - 1) if depth > 1 else _SPAIN]}


@pytest.mark.slow
async def test_both_evaluators_agree(house: House) -> None:
    dice = random.Random(36)
    with acting(await make_tenant()):
        people, tags = await crowd(30, dice, NOON)
        frame = Frame(tenancy.current(), NOON)
        known = await evidence_of(people)
        rules = [read(random_rule(dice, people, tags)) for _ in range(RULES)]
        held = 0
        for start in range(0, RULES, TOGETHER):
            part = rules[start : start + TOGETHER]
            answers = await _answers([compile_rule(one, frame) for one in part])
            for at, rule in enumerate(part):
                expected = {one for one in people if matches(rule, known[one], NOON)}
                assert answers[at] == expected, rule
                held += len(expected)
        assert 0.2 < held / (RULES * len(people)) < 0.8
        # Through the wall that reads each statement; of all, and of those asked about only.
        tagged = {one for one in people if known[one].tags}
        few = replace(frame, within="{} IN (SELECT t.id FROM touched t)")
        for rule in rules[:60]:
            expected = sorted(one for one in people if matches(rule, known[one], NOON))
            assert await contacts.selected_page(compile_rule(rule, frame), None, 200) == expected
            of_few = _OF_TOUCHED.replace("/* known */", known_of(few))
            statement, values = compile_rule(rule, few).into(of_few, tenancy.current())
            found = await database.rows(
                statement, *values, batch=Batch({"id": "uuid"}, [[one] for one in tagged])
            )
            assert sorted(row["id"] for row in found) == [x for x in expected if x in tagged]


@pytest.mark.parametrize(
    ("rule", "code", "field"),
    [
        ({"all": []}, "EMPTY", "rule.all"),
        ({}, "BAD_FORM", "rule"),
        ({"country": {"in": ["ES"]}, "tier": {"in": ["gold"]}}, "BAD_FORM", "rule"),
        ({"any": [{"shoe": 46}]}, "UNKNOWN_CONDITION", "rule.any.0.shoe"),
        ({"country": {"is": "ES"}}, "UNKNOWN_FIELD", "rule.country.is"),
        ({"country": {"in": [7]}}, "WRONG_TYPE", "rule.country.in.0"),
        ({"country": {"in": "ES"}}, "WRONG_TYPE", "rule.country.in"),
        ({"country": "ES"}, "WRONG_TYPE", "rule.country"),
        ({"country": {"in": ["x"] * 51}}, "TOO_MANY", "rule.country.in"),
        ({"country": {"in": ["E" * 201]}}, "WRONG_TYPE", "rule.country.in.0"),
        ({"figure": {"name": "SHOES", "atLeast": 1}}, "UNKNOWN_VALUE", "rule.figure.name"),
        ({"figure": {"name": "ORDERS"}}, "EMPTY", "rule.figure"),
        ({"figure": {"name": "ORDERS", "atLeast": "1"}}, "WRONG_TYPE", "rule.figure.atLeast"),
        ({"figure": {"name": "ORDERS", "atLeast": True}}, "WRONG_TYPE", "rule.figure.atLeast"),
        ({"figure": {"name": "ORDERS", "atLeast": 2, "atMost": 1}}, "BAD_RANGE", "rule.figure"),
        ({"amount": {"name": "SPENT", "atLeast": "much"}}, "WRONG_TYPE", "rule.amount.atLeast"),
        ({"amount": {"name": "SPENT", "atLeast": "NaN"}}, "WRONG_TYPE", "rule.amount.atLeast"),
        ({"amount": {"name": "SPENT", "atLeast": "9" * 20}}, "BAD_RANGE", "rule.amount.atLeast"),
        ({"amount": {"name": "SPENT", "atLeast": "0.00001"}}, "WRONG_TYPE", "rule.amount.atLeast"),
        ({"orders": {"count": {"atLeast": -1}}}, "BAD_RANGE", "rule.orders.count.atLeast"),
        ({"orders": {"time": {"withinDays": 0}}}, "BAD_RANGE", "rule.orders.time.withinDays"),
        (
            {"orders": {"time": {"withinDays": 7, "olderThanDays": 7}}},
            "BAD_RANGE",
            "rule.orders.time.olderThanDays",
        ),
        ({"createdAt": {"after": "yesterday"}}, "BAD_FORM", "rule.createdAt.after"),
        ({"createdAt": {"after": "2026-01-01T00:00:00"}}, "BAD_FORM", "rule.createdAt.after"),
        ({"createdAt": {}}, "BAD_FORM", "rule.createdAt"),
        ({"events": {"kinds": ["sun.rose"]}}, "UNKNOWN_VALUE", "rule.events.kinds.0"),
        ({"messages": {"topics": ["war"]}}, "UNKNOWN_VALUE", "rule.messages.topics.0"),
        ({"consent": {"in": ["maybe"]}}, "UNKNOWN_VALUE", "rule.consent.in.0"),
        ({"tags": {}}, "EMPTY", "rule.tags"),
        ({"tags": {"anyOf": ["7"]}}, "BAD_ID", "rule.tags.anyOf.0"),
        ({"segment": ids.show("contact", "7" * 32)}, "BAD_ID", "rule.segment"),
        ({"attribute": {"name": "shoe", "is": "46"}}, "UNKNOWN_ATTRIBUTE", "rule.attribute.name"),
        ({"attribute": {"name": "name", "is": "Kim"}}, "SEALED", "rule.attribute.name"),
        (
            {"attribute": {"name": "phone", "startsWith": "+34"}},
            "EQUALITY_ONLY",
            "rule.attribute.startsWith",
        ),
        ({"attribute": {"name": "email"}}, "WRONG_TYPE", "rule.attribute.is"),
        (_nested(9), "TOO_DEEP", "rule" + ".all.0" * 8 + ".all"),
        ({"all": [{"any": [_SPAIN] * 50}] * 5}, "TOO_MANY", "rule"),
        ({"all": [_SPAIN] * 51}, "TOO_MANY", "rule.all"),
    ],
)
def test_what_is_wrong_is_told_by_its_place(rule: Any, code: str, field: str) -> None:
    with pytest.raises(Invalid) as told:
        read(rule)
    assert (told.value.code, ".".join(told.value.field)) == (code, field)
    assert told.value.message


_OF_TOUCHED = """WITH touched AS ({batch}), known AS (/* known */)
SELECT c.id FROM known c WHERE /* selection */"""


async def _answers(selections: list[Selection]) -> list[set[str]]:
    """Whom each of these is true of, by one statement."""
    where = Conditions(tenancy.current())
    columns = ", ".join(
        f"({where.fill(one.condition, *one.values)}) AS r{at}" for at, one in enumerate(selections)
    )
    statement = f"SELECT c.id, {columns} FROM contact c WHERE c.tenant_id = $1"
    rows = await stored.rows(statement, *where.params)
    return [{row["id"] for row in rows if row[f"r{at}"]} for at in range(len(selections))]
