"""A campaign from its template to its report, with every figure on the way (F26)."""

from __future__ import annotations

import csv
import io
from typing import Any

from kernel import clock
from tests import stored
from tests.api.line import open_line
from tests.campaigns.office import Office, listed

_WATCH = """
  subscription($id: ID!) { campaign(id: $id) { state progress { total left sent refused } } }
"""
_REPORT = """
  progress { total frozen left sent failed toldFailed refused counts { state reason count } }
  recipients(first: 10) {
    totalCount
    nodes {
      contact { name } state reasons { code } attempts errorCode
      attemptedAt sentAt deliveredAt failedAt message { status }
    }
  }
"""
_GIVEN = """
  name state stateReason templateName templateLanguage paceKind perSecond localHour
  maxFailedPercent values { place name text field } topic { code } author { name }
  audience { everybody listed excluded size tagsAny { name } tagsAll { name } tagsNone { name } }
  progress { total } plan { perSecond bound days { people } }
"""


async def test_from_template_to_report(office: Office) -> None:
    # Whom the platform does not know it cannot reach.
    office.sim.settle(
        {
            "people": [
                {"id": "ana", "name": "Ana", "phone": "34600000001"},
                {"id": "bo", "name": "Bo", "phone": "34600000002"},
            ]
        }
    )
    await office.enters(
        listed("Ana Ruiz", "34600000001", "vip"),
        listed("=Bo()", "34600000002", "vip"),
        listed("", "34600000003", "vip"),
        listed("Dora", "34600000004", "vip", consent="withdrawn"),
        listed("Emil", "34600000005", "vip", "never", consent=""),
        listed("Fay", "34600000006", consent=""),
        listed("Gil", "34600000007", "vip"),
    )
    campaign = await office.drafts(
        audience={
            "tagsAny": [await office.tag("vip")],
            "phones": ["+34 600 000 006"],
            "tagsNone": [await office.tag("never")],
            "excluded": [office.contact("Gil")],
        },
        perSecond=20,
    )
    assert await office.sees(campaign, _GIVEN) == {
        "name": "Summer",
        "state": "DRAFT",
        "stateReason": None,
        "templateName": "season",
        "templateLanguage": "en",
        "paceKind": None,
        "perSecond": 20,
        "localHour": None,
        "maxFailedPercent": 10,
        "values": [
            {"place": "body.0", "name": "first_name", "text": "there", "field": "FIRST_NAME"},
            {"place": "body.1", "name": "season", "text": "summer", "field": None},
        ],
        "topic": None,
        "author": {"name": "Marta Vidal"},
        "audience": {
            "everybody": False,
            "listed": 1,
            "excluded": 1,
            "size": 5,
            "tagsAny": [{"name": "vip"}],
            "tagsAll": [],
            "tagsNone": [{"name": "never"}],
        },
        "progress": None,
        "plan": {"perSecond": 20, "bound": "PACE", "days": [{"people": 5}]},
    }
    review = await office.reviews(campaign)
    assert (review["audience"], review["lookedAt"]) == (5, 5)
    assert review["counts"] == [
        {"ruling": "SEND", "reason": None, "count": 3},
        {"ruling": "REFUSE", "reason": "CONSENT_WITHDRAWN", "count": 1},
        {"ruling": "REFUSE", "reason": "NO_CONSENT", "count": 1},
    ]
    words = "Hi {}, the summer things are here for you.\nReply STOP to end"
    assert review["samples"] == [
        {"contact": {"name": "Ana Ruiz"}, "text": words.format("Ana")},
        {"contact": {"name": "=Bo()"}, "text": words.format("=Bo()")},
        {"contact": {"name": None}, "text": words.format("there")},
    ]
    assert review["findings"] == [{"code": "NOT_KNOWN", "place": "body.0", "count": 1}]
    assert review["people"]["totalCount"] == 5
    refused = await office.reviews(campaign, ruling="REFUSE", reason="NO_CONSENT")
    assert refused["people"] == {
        "totalCount": 1,
        "nodes": [
            {"contact": {"name": "Fay"}, "ruling": "REFUSE", "reasons": [{"code": "NO_CONSENT"}]}
        ],
    }
    assert await office.why(campaign, "Ana Ruiz") == ("SEND", [], None)
    assert await office.why(campaign, "Fay") == ("REFUSE", ["NO_CONSENT"], None)
    assert await office.why(campaign, "Emil") == (
        *("REFUSE", ["NOT_IN_AUDIENCE", "NO_CONSENT"], None),
    )
    # Nothing was written by all this.
    assert await stored.row("SELECT count(*) AS n FROM send") == {"n": 0}

    async with open_line(office.studio.door) as line:
        await line.begin(office.studio.owner)
        await line.subscribe(_WATCH, id=campaign)
        told = [await _told(line)]
        await office.launches(campaign)
        told += [await _told(line)]
        await office.delivers()
        while told[-1]["state"] != "FINISHED":
            told.append(await _told(line))
    assert told[0] == {"state": "DRAFT", "progress": None}
    assert told[1]["progress"] is None or told[1]["progress"]["total"] in (0, 5)
    assert told[-1]["progress"] == {"total": 5, "left": 0, "sent": 3, "refused": 2}

    seen = await office.sees(campaign, _REPORT)
    assert seen["progress"] == {
        "total": 5,
        "frozen": True,
        "left": 0,
        "sent": 3,
        "failed": 0,
        "toldFailed": 1,
        "refused": 2,
        "counts": [
            {"state": "refused", "reason": "CONSENT_WITHDRAWN", "count": 1},
            {"state": "refused", "reason": "NO_CONSENT", "count": 1},
            {"state": "sent", "reason": "ACCEPTED", "count": 3},
        ],
    }
    rows = sorted(_shape(one) for one in seen["recipients"]["nodes"])
    assert rows == [
        ("", "SENT", [], 1, 131026, "FAILED", "attempted failed"),
        ("=Bo()", "SENT", [], 1, None, "DELIVERED", "attempted sent delivered"),
        ("Ana Ruiz", "SENT", [], 1, None, "DELIVERED", "attempted sent delivered"),
        ("Dora", "REFUSED", ["CONSENT_WITHDRAWN"], 0, None, None, ""),
        ("Fay", "REFUSED", ["NO_CONSENT"], 0, None, None, ""),
    ]
    assert seen["recipients"]["totalCount"] == 5
    assert await office.why(campaign, "Ana Ruiz") == ("SEND", [], "SENT")
    assert await office.why(campaign, "Dora") == ("REFUSE", ["CONSENT_WITHDRAWN"], "REFUSED")
    assert await office.why(campaign, "Gil") == ("REFUSE", ["NOT_IN_AUDIENCE"], None)
    await _report_says(office, campaign)
    assert await office.happened() == ["scheduled", "launched", "finished"]
    told = await stored.rows("SELECT action, ids FROM audit_entry ORDER BY id")
    changed = {row["action"] for row in told if '"campaign"' in str(row["ids"])}
    assert {"mutation.campaignCreate", "mutation.campaignLaunch", "campaign_report.read"} <= changed


async def _told(line: Any) -> Any:
    """What the subscription says next."""
    return (await line.hear(5.0))["payload"]["data"]["campaign"]


def _shape(one: Any) -> tuple[Any, ...]:
    """What became of a recipient, and which of its times are known."""
    return (
        one["contact"]["name"] or "",
        one["state"],
        [reason["code"] for reason in one["reasons"]],
        one["attempts"],
        one["errorCode"],
        one["message"]["status"] if one["message"] else None,
        " ".join(name for name in ("attempted", "sent", "delivered", "failed") if one[f"{name}At"]),
    )


async def _report_says(office: Office, campaign: str) -> None:
    """The report as CSV, for who may see people, for who may not, and for nobody else."""
    rows = await _csv(office, campaign, "owner")
    assert rows[0][:8] == [
        *("contact", "name", "phone", "state", "status", "reasons", "error_code", "attempts")
    ]
    assert sorted(row[1:8] for row in rows[1:]) == [
        ["", "'+34600000003", "sent", "failed", "", "131026", "1"],
        ["'=Bo()", "'+34600000002", "sent", "delivered", "", "", "1"],
        ["Ana Ruiz", "'+34600000001", "sent", "delivered", "", "", "1"],
        ["Dora", "'+34600000004", "refused", "", "CONSENT_WITHDRAWN", "", "0"],
        ["Fay", "'+34600000006", "refused", "", "NO_CONSENT", "", "0"],
    ]
    assert {row[0] for row in rows[1:] if row[1] == "Ana Ruiz"} == {office.contact("Ana Ruiz")}
    assert {(row[1], row[2]) for row in (await _csv(office, campaign, "analyst"))[1:]} == {("", "")}
    door = office.studio.door
    for path, status in ((campaign, 403), (office.contact("Fay"), 404)):
        token = office.studio.owner if status == 404 else "nobody's"
        headers = {"authorization": f"Bearer {token}"}
        url = f"{door.root}/campaigns/{path}/recipients.csv"
        async with door.http.get(url, headers=headers) as answer:
            assert answer.status in (status, 401)


async def _csv(office: Office, campaign: str, role: str) -> list[list[str]]:
    door = office.studio.door
    shown = await office.sees(campaign, "recipientsUrl")
    headers = {"authorization": f"Bearer {office.studio.store.tokens[role]}"}
    async with door.http.get(door.root + shown["recipientsUrl"], headers=headers) as answer:
        assert answer.status == 200
        return list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))


async def test_by_the_clock_of_each(office: Office) -> None:
    await office.enters(
        listed("Ana", "34600000001"),  # Madrid
        listed("Amina", "442079460000"),  # London
        listed("Aiko", "81312345678"),  # Tokyo
    )
    start = clock.micros(clock.moment(clock.now() + clock.DAY).replace(hour=9, minute=30, second=0))
    start -= start % clock.MINUTE
    shown = clock.moment(start).isoformat()
    audience = {"phones": ["+34600000001", "+442079460000", "+81312345678"]}
    campaign = await office.drafts(startsAt=shown, localHour=10, audience=audience)
    assert (await office.launches(campaign))["state"] == "SCHEDULED"
    listed_as = "query($in: [CampaignState!]) { campaigns(states: $in) { totalCount } }"
    for states, count in ((["SCHEDULED"], 1), (["LAUNCHING", "RUNNING", "DRAFT"], 0)):
        found = await office.studio.door.data(listed_as, office.studio.owner, **{"in": states})
        assert found["campaigns"] == {"totalCount": count}
    dues = await stored.rows("SELECT due_at FROM send ORDER BY due_at")
    # At 9:30 UTC it is about to be 10:00 in London; in Tokyo and Madrid it is over for that day.
    assert [(row["due_at"] - start) // clock.MINUTE for row in dues] == [30, 930, 1410]
