"""The scripted month: every figure that has a source, reckoned by hand (F41)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analytics.month import COUNTRIES, Month, at, play
from tests.api.door import Door
from tests.api.line import open_line
from tests.following import follow_counters

_BOARD = """
  query($range: DateRange!, $names: [KpiName!], $every: KpiEvery, $by: [KpiDimension!],
        $filter: KpiFilter, $whole: Boolean = false) {
    kpis(range: $range, names: $names, every: $every, by: $by, filter: $filter) {
      timeZone counting { isRunning } funnel @include(if: $whole) { name count share }
      tiles { definition { name } state direction note target
        figure { amount sample money { amount currency } } before { amount }
        series { at figure { amount sample } }
        breakdowns { dimension slices { value label figure { amount sample } } } } } }
"""
_LIVE = """
  subscription($range: DateRange!) {
    kpis(range: $range, names: [MESSAGES_RECEIVED]) { tiles { figure { amount } } } }
"""
MONTH = {"from": "2026-03-16", "to": "2026-04-12"}
# Six customers in each place: what each of them came to stands in month.py.
WAKING = [12, 13, 7.5, 7, 7, 9]  # hours from 10 to 2 in Madrid, in the order of COUNTRIES
EXACT = {
    "SEND_RATE": (1, 18, "NO_TARGET"),
    "MESSAGES_SENT": (54, 54, "NO_TARGET"),
    "DELIVERY_RATE": (12 / 54, 54, "OFF"),
    "READ_RATE": (0.5, 12, "OFF"),
    "OPEN_RATE_DIRECT": (None, 0, "NO_DATA"),
    "FAILURE_RATE": (6 / 54, 54, "OFF"),
    "BLOCK_RATE": (6 / 54, 54, "OFF"),
    "OPT_OUT_RATE": (6 / 48, 48, "OFF"),
    "UNSUBSCRIBES": (6, 6, "OFF"),
    "OPT_INS": (0, 0, "ON_TARGET"),
    "RESPONSE_RATE": (18 / 48, 48, "ON_TARGET"),
    "CUSTOMER_RESPONSE_MEAN": ((4 * 240 + sum(WAKING) * 3600 + 6 * 32 * 3600) / 18, 18, None),
    "CUSTOMER_RESPONSE_MEDIAN": (27_000, 18, None),
    "CUSTOMER_RESPONSE_P90": (32 * 3600, 18, None),
    "AGENT_RESPONSE_MEAN": ((600 + 1200 + 1200 + 1800 + 1800) / 5, 30, "OFF"),
    "AGENT_RESPONSE_MEDIAN": (1200, 30, "OFF"),
    "AGENT_RESPONSE_P90": (1800, 30, "OFF"),
    # Over the night in which clocks go forward, from Friday evening to Monday morning: 62:20.
    "AGENT_RESPONSE_WALL_MEAN": ((600 + 1200 + 224_400 + 1800 + 145_800) / 5, 30, None),
    "AGENT_RESPONSE_WALL_MEDIAN": (1800, 30, None),
    "AGENT_RESPONSE_WALL_P90": (224_400, 30, None),
    "CONVERSATIONS": (48, 48, None),
    "TURNS": (17 / 8, 48, None),
    "CUSTOMER_STARTED_SHARE": (30 / 48, 48, None),
    "MESSAGES_RECEIVED": (48, 48, None),
    "COURTESY_SHARE": (1 / 3, 18, None),
    "INFORMATION_SHARE": (1 / 3, 18, None),
    "ACTION_SHARE": (1 / 3, 18, None),
    "DELIVERY_ENQUIRIES": (6 / 18, 18, None),
    "RESOLUTION_MEAN": (4200, 6, None),
    "RESOLUTION_MEDIAN": (4200, 6, None),
    "RESOLUTION_P90": (4200, 6, None),
    "RESOLVED": (6, 6, None),
    "INQUIRY_TO_ORDER": (12 / 30, 30, "ON_TARGET"),
    "ORDERS": (18, 18, None),
    "REVENUE": (840, 8_400_000, None),
    "AVERAGE_ORDER_VALUE": (840 / 18, 18, None),
    "REPEAT_PURCHASES": (6 / 18, 18, "OFF"),
    "REFUND_RATE": (1 / 18, 18, None),
    "REFUNDED": (20, 200_000, None),
    "CUSTOMER_LIFETIME_VALUE": (820 / 12, 12, None),
    "HALF_YEAR_REPEAT": (None, 0, "NO_DATA"),
    "YEARLY_CHURN": (None, 0, "NO_DATA"),
    "CART_TO_ORDER": (5 / 6, 6, None),
    "ATTRIBUTED_ORDERS": (6, 6, None),
    "ATTRIBUTED_REVENUE": (360, 3_600_000, None),
    "ATTRIBUTED_ORDER_VALUE": (60, 6, None),
    "REVENUE_PER_RECIPIENT": (7.5, 48, None),
}


async def test_the_month_comes_out_exactly(door: Door) -> None:
    month = await play(door)
    await follow_counters()
    ask = _Asking(month, await month.token())
    tiles = await ask(range=MONTH, whole=True)
    found = {name: tile for name, tile in tiles.items() if tile["state"] != "NO_SOURCE_YET"}
    assert found.keys() == EXACT.keys()
    for name, (amount, sample, state) in EXACT.items():
        figure = found[name]["figure"]
        assert figure["sample"] == sample, name
        # What is read out of bins is right to 1 %.
        right = amount and pytest.approx(amount, rel=0.01 if _is_binned(name) else 1e-5)
        assert figure["amount"] == right, name
        assert state is None or found[name]["state"] == state, (name, found[name])
    assert ask.funnel == [
        ("sent", 54, None),
        ("delivered", 12, 12 / 54),
        ("read", 6, 0.5),
        ("answered", 18, 3),
        ("bought", 6, 1 / 3),
    ]
    assert found["REVENUE"]["figure"]["money"] == {"amount": "840.00", "currency": "EUR"}
    # Who bought first 183 days before, and again 365.
    later = await ask(range={"from": "2026-09-01", "to": "2026-09-30"})
    assert later["HALF_YEAR_REPEAT"]["figure"] == _figure(0.5, 12)
    later = await ask(range={"from": "2027-03-01", "to": "2027-03-31"})
    assert later["YEARLY_CHURN"]["figure"] == _figure(1, 6)
    await _is_broken_down(ask, month)
    await _targets_and_bad_input(ask, door)
    await _is_live(month, ask.token)
    await _as_csv(door, ask.token)
    await _counts_anew(door, ask.token)


async def _as_csv(door: Door, token: str) -> None:
    asked = {**MONTH, "names": "read_rate,revenue", "every": "month"}
    signed = {"authorization": f"Bearer {token}"}
    async with door.http.get(f"{door.root}/kpis.csv", params=asked, headers=signed) as answer:
        assert answer.status == 200
        assert (await answer.text()).removeprefix("\ufeff").splitlines() == [
            "kpi,title,unit,from,value,sample,state",
            "read_rate,Read rate,share,,0.5,12,off",
            "read_rate,Read rate,share,2026-02-28T23:00:00+00:00,0.5,12,",
            "read_rate,Read rate,share,2026-03-31T22:00:00+00:00,,0,",
            "revenue,Revenue,money,,840.0,8400000,on_target",
            "revenue,Revenue,money,2026-02-28T23:00:00+00:00,840.0,8400000,",
            "revenue,Revenue,money,2026-03-31T22:00:00+00:00,0.0,0,",
        ]
    wrong = {**asked, "from": "yesterday"}
    async with door.http.get(f"{door.root}/kpis.csv", params=wrong, headers=signed) as answer:
        assert (answer.status, (await answer.json())["field"]) == (400, ["from"])


async def _is_live(month: Month, token: str) -> None:
    async with open_line(month.door) as line:
        await line.begin(token)
        await line.subscribe(_LIVE, range=MONTH)
        for heard in (48, 49):
            told = (await line.hear(within=8))["payload"]["data"]["kpis"]["tiles"]
            assert told == [{"figure": {"amount": heard}}]
            [late, *_] = month.asks(2, at(3, 31, 9))
            await month.arrives([late])
            await follow_counters()


async def _counts_anew(door: Door, token: str) -> None:
    asking = """mutation($step: KpiCountingStep!) { it: kpiCountAnew(input: {step: $step}) {
      counting { isRunning isPaused done } userErrors { code } } }"""
    for step, is_paused in (("BEGIN", False), ("PAUSE", True), ("RESUME", False)):
        told = (await door.data(asking, token, step=step))["it"]
        counting = {"isRunning": True, "isPaused": is_paused, "done": 0}
        assert told == {"counting": counting, "userErrors": []}


class _Asking:
    def __init__(self, month: Month, token: str) -> None:
        self.door, self.token = month.door, token
        self.funnel: list[tuple[str, int, float | None]] = []

    async def __call__(self, **asked: Any) -> dict[str, Any]:
        board = (await self.door.data(_BOARD, self.token, **asked))["kpis"]
        steps = board.get("funnel") or []
        self.funnel = [(one["name"], one["count"], one["share"]) for one in steps]
        assert board["counting"] == {"isRunning": False}
        return {tile["definition"]["name"]: tile for tile in board["tiles"]}

    async def wrong(self, **asked: Any) -> tuple[str, list[str]]:
        [error] = (await self.door.ask(_BOARD, self.token, **asked))["errors"]
        return error["extensions"]["code"], error["extensions"]["field"]


async def _is_broken_down(ask: _Asking, month: Month) -> None:
    tiles = await ask(
        range=MONTH,
        names=["RESPONSE_RATE", "MESSAGES_SENT"],
        every="WEEK",
        by=["COUNTRY", "CAMPAIGN", "CUSTOMER", "TEMPLATE", "SERVICE", "LOCAL_HOUR"],
    )
    slices = {
        one["dimension"]: {
            part["value"]: (part["figure"]["amount"], part["figure"]["sample"])
            for part in one["slices"]
        }
        for one in tiles["RESPONSE_RATE"]["breakdowns"]
    }
    assert slices["COUNTRY"] == dict.fromkeys(COUNTRIES, (3 / 8, 8))
    assert slices["TEMPLATE"] == {"": (6 / 30, 30), "spring": (12 / 18, 18)}
    assert slices["SERVICE"] == {"person": (0, 24), "bot": (18 / 24, 24)}
    # 1 had bought when they were written to again.
    assert slices["CUSTOMER"] == {"new": (18 / 42, 42), "returning": (0, 6)}
    # Spring was at nine by UTC, on a Tuesday.
    assert {value for value in slices["LOCAL_HOUR"] if slices["LOCAL_HOUR"][value][0]} >= {
        *("1-10", "1-09", "1-14", "1-17", "1-18", "1-13")
    }
    assert all(sum(n for _, n in one.values()) == 48 for one in slices.values())
    assert [(one["at"], one["figure"]["amount"]) for one in tiles["MESSAGES_SENT"]["series"]] == [
        ("2026-03-15T23:00:00Z", 24),
        ("2026-03-22T23:00:00Z", 18),
        ("2026-03-29T22:00:00Z", 12),
        ("2026-04-05T22:00:00Z", 0),
    ]
    filtered = await ask(
        range=MONTH, names=["READ_RATE"], filter={"dimension": "TEMPLATE", "value": "spring"}
    )
    assert filtered["READ_RATE"]["figure"] == _figure(0.5, 12)
    # Of 12 too few to tell.
    assert filtered["READ_RATE"]["note"] == "Fewer than 30 in one of the periods: too few to tell."


async def _targets_and_bad_input(ask: _Asking, door: Door) -> None:
    setting = """mutation($input: KpiTargetSetInput!) {
      it: kpiTargetSet(input: $input) { target userErrors { field code } } }"""
    for target, held, state in ((0.5, 0.5, "ON_TARGET"), (0.54, 0.54, "WATCH"), (None, 0.6, "OFF")):
        put = {"name": "READ_RATE", "target": target}
        told = (await door.data(setting, ask.token, input=put))["it"]
        assert told == {"target": held, "userErrors": []}
        tile = (await ask(range=MONTH, names=["READ_RATE"]))["READ_RATE"]
        assert (tile["target"], tile["state"]) == (held, state)
    told = await door.data(setting, ask.token, input={"name": "READ_RATE", "target": 7})
    assert told["it"]["userErrors"] == [{"field": ["target"], "code": "INVALID"}]
    back = {"from": "2026-04-12", "to": "2026-03-16"}
    endless = {"from": "1999-01-01", "to": "2026-01-01"}
    for asked, code, field in (
        ({"range": back}, "INVALID", ["range", "to"]),
        ({"range": endless}, "INVALID", ["range", "to"]),
        ({"range": {**MONTH, "timeZone": "Asia/Kolkata"}}, "INVALID", ["range", "timeZone"]),
        ({"range": MONTH, "by": ["JOURNEY"]}, "NO_SOURCE_YET", ["by"]),
        ({"range": MONTH, "names": ["REVENUE"], "by": ["TEMPLATE"]}, "DOES_NOT_FIT", ["by"]),
        (
            {"range": MONTH, "by": ["TAG"], "filter": {"dimension": "COUNTRY", "value": "ES"}},
            "INVALID",
            ["by"],
        ),
    ):
        assert await ask.wrong(**asked) == (code, field)
    nowhere = {"range": {**MONTH, "timeZone": "Mars/Olympus"}}
    assert "TimeZone must look like" in str(await door.ask(_BOARD, ask.token, **nowhere))


def _figure(amount: float, sample: int) -> dict[str, Any]:
    return {"amount": amount, "sample": sample, "money": None}


def _is_binned(name: str) -> bool:
    # What is resolved by hand is so by a clock that runs on.
    return name.endswith(("MEDIAN", "P90")) or name == "RESOLUTION_MEAN"
