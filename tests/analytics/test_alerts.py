"""Sudden changes are said once, with the likely cause; a quiet month says nothing (F42)."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

import analytics
import tenants
from analytics import reckoning
from kernel import clock, database, events, ids, tenancy
from kernel.events import Event
from tests import following, stored
from tests.api.door import Door, Store

Json = dict[str, Any]
_ALERTS = """
query { alerts(open: true) { nodes {
  id kpi reason value expected limit counted rating number { id }
  cause { dimension value share } acknowledgedBy { name } clearedAt
} } }
"""
_SEEN = """
mutation($alert: ID!) { alertAcknowledge(input: {alert: $alert}) {
  alert { acknowledgedBy { name } } userErrors { code } } }
"""


@pytest.mark.slow
async def test_one_right_alert_each(
    door: Door, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = clock.now() // clock.DAY * clock.DAY + 10 * clock.HOUR
    with tenancy.acting_for(store.tenant_id):
        await counts(_quiet(end - 28 * clock.DAY, end))
        await analytics.learn_baselines()
        # Looked at now and then, the month is quiet.
        for hour in range(0, 28 * 24, 25):
            _at(end - 28 * clock.DAY + hour * clock.HOUR)
            await _looks()
        _at(end)
        assert await stored.rows("SELECT * FROM alert") == []

        # One template is blocked by many.
        wave = {("sent", ""): 200, ("delivered", ""): 160, ("blocked", ""): 40, ("failed", ""): 40}
        wave |= {("sent", "template:loud"): 100, ("blocked", "template:loud"): 39}
        wave |= {("sent", "template:calm"): 100, ("blocked", "template:calm"): 1}
        await counts({(end, *name): n for name, n in wave.items()})
        await _looks()
        with monkeypatch.context() as patch:
            # What is raised is not reckoned again, which would take a process each minute.
            patch.setattr(reckoning, "_CHILD", "/nowhere.py")
            await _looks()
        (raised,) = await _open(door, store)
        alert_id, expected = raised.pop("id"), raised.pop("expected")
        assert 0.001 < expected < 0.02
        assert raised.pop("cause") == {"dimension": "template", "value": "loud", "share": 1.0}
        assert raised == {
            **dict.fromkeys(("rating", "number", "acknowledgedBy", "clearedAt")),
            "kpi": "block_rate",
            "reason": "LIMIT",
            "value": 0.2,
            "limit": 0.07,
            "counted": 200,
        }
        told = await door.data(_SEEN, await _token(store), alert=alert_id)
        assert told["alertAcknowledge"] == {
            "alert": {"acknowledgedBy": {"name": "Marta Vidal"}},
            "userErrors": [],
        }
        # An hour later all is as usual: it is cleared, once.
        _at(end + clock.HOUR)
        await counts(_quiet(end + clock.HOUR, end + 2 * clock.HOUR))
        await _looks()
        assert await _open(door, store) == []

        # Later, much of what one country is sent does not arrive, and no status tells of it.
        drop = end + 2 * clock.HOUR
        lost = {("sent", ""): 300, ("delivered", ""): 270}
        lost |= {("sent", "country:ES"): 200, ("delivered", "country:ES"): 198}
        lost |= {("sent", "country:PT"): 100, ("delivered", "country:PT"): 72}
        await counts({(drop, *name): n for name, n in lost.items()})
        _at(drop + clock.HOUR)
        await _looks()
        assert await _open(door, store) == []  # it may still arrive
        _at(drop + 3 * clock.HOUR)
        await _looks()
        (raised,) = await _open(door, store)
        assert (raised["kpi"], raised["value"], raised["limit"]) == ("delivery_rate", 0.9, 0.95)
        assert (raised["cause"]["dimension"], raised["cause"]["value"]) == ("country", "PT")
        _at(drop + clock.DAY + clock.HOUR)
        await counts(_quiet(drop + clock.DAY - clock.HOUR, drop + clock.DAY + clock.HOUR))

        # A day of slow answers; and a number that the platform rates low.
        agent = ids.new_id()
        slow = {("answers", ""): 60, ("answer_open", ""): 60 * 40 * clock.MINUTE}
        slow |= {("answers", f"agent:{agent}"): 30}
        slow |= {("answer_open", f"agent:{agent}"): 30 * 78 * clock.MINUTE}
        slow |= {("answers", "agent:"): 30, ("answer_open", "agent:"): 30 * 2 * clock.MINUTE}
        await counts({(drop + clock.DAY + clock.HOUR, *name): n for name, n in slow.items()})
        await stored.run("UPDATE number SET quality = 'RED'")
        await _looks()
        quality, response = sorted(
            await _open(door, store), key=lambda one: str(one["kpi"]), reverse=True
        )
        assert (response["kpi"], response["value"], response["limit"]) == (
            *("agent_response_mean", 40 * 60, 15 * 60),
        )
        cause = {"dimension": "agent", "value": ids.show("person", agent)}
        assert {**cause, "share": response["cause"]["share"]} == response["cause"]
        number = {"id": ids.show("number", store.number_id)}
        assert (quality["kpi"], quality["rating"], quality["number"]) == ("quality", "RED", number)
    kinds = Counter(
        row["kind"]
        for row in await stored.rows("SELECT kind FROM outbox WHERE kind LIKE 'alert.%'")
    )
    assert kinds == {"alert.raised": 4, "alert.cleared": 2}


async def _looks() -> None:
    """There is news, and the minute comes."""

    @database.unit_of_work
    async def tell() -> None:
        await events.record(Event("number.state_changed", {"number": ids.new_id()}))

    await tell()
    await following.follow_news()
    clock.move(clock.MINUTE)
    due = await analytics.tenants_to_check()
    await analytics.check(due[tenancy.current()])
    assert await analytics.tenants_to_check() == {}
    clock.move(-clock.MINUTE)


def _at(moment: int) -> None:
    clock.move(moment - clock.now())


async def _token(store: Store) -> str:
    """Hours go by, and tokens with them."""
    return await tenants.issue(store.people["owner"])


async def _open(door: Door, store: Store) -> list[Json]:
    found = await door.data(_ALERTS, await _token(store))
    return list(found["alerts"]["nodes"])


def _quiet(since: int, until: int) -> dict[tuple[int, str, str], int]:
    """A store's hours: busy by day, a few blocks, a few that do not arrive, answers in minutes."""
    dice, found = random.Random((until - since) // clock.HOUR), {}
    for hour in range(since, until, clock.HOUR):
        sent = 90 if hour // clock.HOUR % 24 in range(8, 20) else 4
        blocked = sum(dice.random() < 0.01 for _ in range(sent))
        lost = sum(dice.random() < 0.02 for _ in range(sent - blocked))
        waits = sent // 3
        for metric, n in (
            ("sent", sent),
            ("blocked", blocked),
            ("failed", blocked + lost),
            ("delivered", sent - blocked - lost),
            ("answers", waits),
            ("answer_open", sum(dice.randrange(2, 9) for _ in range(waits)) * clock.MINUTE),
        ):
            found[hour, metric, ""] = n
    return found


async def counts(found: dict[tuple[int, str, str], int]) -> None:
    """These were counted: by hour, metric and dimension:value."""
    rows = []
    for (hour, metric, what), n in found.items():
        dimension, _, value = what.partition(":")
        of = {"tenant_id": tenancy.current(), "hour": hour, "metric": metric}
        rows.append({**of, "dimension": dimension, "value": value, "bin": 0, "n": n})
    await stored.insert("kpi_hour", rows)
