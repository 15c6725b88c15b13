"""The weekly report (F43): once a week, what worked and what to change, as data and as a page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import analytics
from kernel import clock, tenancy
from tests import stored
from tests.analytics.test_alerts import counts
from tests.api.door import Door, Store

Json = dict[str, Any]
_REPORTS = """
query { weeklyReports { totalCount nodes {
  week funnel { step count } heatMap { weekday hour share sample }
  trends { kpi target points { amount sample } }
  hours { name amount low high } kinds { name amount sample }
  advice { code figures { name amount sample } } pageUrl
} } }
"""


async def test_a_week_is_told_once(door: Door, store: Store) -> None:
    zone = ZoneInfo("Europe/Madrid")
    today = clock.moment(clock.now()).astimezone(zone)
    monday = today.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(
        days=today.weekday() + 7
    )
    with tenancy.acting_for(store.tenant_id):
        await analytics.publish_weekly()
        assert await stored.rows("SELECT id FROM weekly_report") == []  # nothing to tell of
        for back in range(8):
            at = clock.micros(monday - timedelta(weeks=back) + timedelta(days=1, hours=9))
            await counts(_of_week(at // clock.HOUR * clock.HOUR, back))
        await analytics.publish_weekly()
        await analytics.publish_weekly()
    told = await stored.rows("SELECT kind FROM outbox WHERE kind = 'report.published'")
    assert len(told) == 1

    found = (await door.data(_REPORTS, store.tokens["owner"]))["weeklyReports"]
    (report,) = found["nodes"]
    assert (found["totalCount"], report["week"]) == (1, monday.date().isoformat())
    assert [(one["step"], one["count"]) for one in report["funnel"]] == [
        *(("sent", 1000), ("delivered", 900), ("read", 160), ("replied", 120), ("ordered", 0)),
    ]
    delivery, *_ = report["trends"]
    assert (delivery["kpi"], delivery["target"]) == ("delivery_rate", 0.95)
    assert [one["amount"] for one in delivery["points"]] == [*[0.96] * 7, 0.9]
    assert report["heatMap"] == [
        {"weekday": 1, "hour": 9, "share": 0.25, "sample": 2000},
        {"weekday": 4, "hour": 20, "share": 0.1, "sample": 2000},
    ]
    assert [(one["name"], one["amount"]) for one in report["hours"]] == [("09", 0.25), ("20", 0.1)]
    best = report["hours"][0]
    assert (round(best["low"], 3), round(best["high"], 3)) == (0.232, 0.269)
    assert report["kinds"] == [
        {"name": "image", "amount": 0.25, "sample": 2000},
        {"name": "template", "amount": 0.1, "sample": 2000},
    ]
    # Few read, so halve (F44); too little arrives; the rest of what there would be to say waits.
    assert [(one["code"], one["figures"][0]["name"]) for one in report["advice"]] == [
        ("HALVE_VOLUME", "read_rate"),
        ("DELIVERY_RATE_OFF", "delivery_rate"),
        ("RESPONSE_RATE_OFF", "response_rate"),
    ]
    await _reads_well(door, report["pageUrl"])


async def _reads_well(door: Door, address: str) -> None:
    """The page that the link opens: every chart has a name and its figures, and nothing runs."""
    path = address[address.index("/reports/") :]
    async with door.http.get(door.root + path) as answer:
        shown = await answer.text()
        assert (answer.status, answer.headers["content-language"]) == (200, "en")
    assert "<script" not in shown
    assert "style=" not in shown
    svgs = re.findall(r"<svg [^>]*>", shown)
    assert len(svgs) == 9
    assert all('role="img" aria-label="' in one for one in svgs)
    assert shown.count("<summary>In figures</summary>") == 9
    assert "Delivery rate: 90.0% of 1,000, target 95.0%" in shown
    assert "25% of 2,000, likely 23% to 27%" in shown
    assert "halve the volume" in shown
    async with door.http.get(door.root + path + ".json") as answer:
        assert (await answer.json())["funnel"][0] == {"step": "sent", "count": 1000}
    async with door.http.get(door.root + path[:-1]) as answer:
        assert answer.status == 410


def _of_week(hour: int, back: int) -> dict[tuple[int, str, str], int]:
    """A thousand messages; in the last week fewer arrived, and few were read."""
    found = {("sent", ""): 1000, ("delivered", ""): 900 if back == 0 else 960, ("read", ""): 160}
    found |= {("approaches", ""): 1000, ("replies", ""): 120}
    for dimension, better, worse in (
        ("local_hour", "1-09", "4-20"),
        ("media", "image", "template"),
    ):
        found |= {
            ("approaches", f"{dimension}:{better}"): 500,
            ("replies", f"{dimension}:{better}"): 125,
            ("approaches", f"{dimension}:{worse}"): 500,
            ("replies", f"{dimension}:{worse}"): 50,
        }
    return {(hour, *name): n for name, n in found.items()}
