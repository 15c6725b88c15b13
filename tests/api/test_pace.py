"""Pace and timing at the door: the rules, what is learned of contacts, and what waits for when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import contacts
import tenants
from contacts import ConsentStep, record_consent
from kernel import clock, database, events, ids, tenancy
from kernel.events import Event
from kernel.ids import Id
from tests import stored
from tests.api.desk import Desk, open_desk
from tests.api.door import Door, Store, open_store
from tests.api.people import act
from tests.flows.platform import Platform
from tests.following import follow

_RULES = """quietFrom quietUntil serviceHours newDays silenceDays learnedFrom learnedOverDays
  waits { kind waitsFor } ae: weekend(country: "AE") sa: weekend(country: "SA")
  weekends { country days } bestHours { region hours { begins ends onWorkdays } }
  caps { kinds stages tiers most days } capsInPeaks { kinds most days }
  peaks { name firstDay lastDay }"""
_UPDATE = f"""mutation($input: PaceUpdateInput!) {{ paceUpdate(input: $input) {{
  rules {{ {_RULES} }} userErrors {{ field code message }} }} }}"""
_ALL = ["PROMOTION", "USEFUL", "PERSONAL", "OCCASION"]

_CAP = {"kinds": ["PROMOTION"], "most": 1, "days": 7}
_PEAK = {"name": "11.11", "firstDay": "2026-11-09", "lastDay": "2026-11-11"}
# What is given, the field that is wrong, and what would be right.
_WRONG: list[tuple[dict[str, Any], list[str], str]] = [
    ({"quietFrom": "22"}, ["quietFrom"], "A time of day such as 22:00 is wanted."),
    ({"quietUntil": "25:00"}, ["quietUntil"], "A time of day such as 22:00 is wanted."),
    (
        {"quietFrom": "06:00", "quietUntil": "03:00"},
        ["quietUntil"],
        "Quiet hours leave 4 hours of a day at least.",
    ),
    ({"silenceDays": 0}, ["silenceDays"], "A whole number from 1 to 365 is wanted."),
    (
        {"weekends": [{"country": "XX", "days": []}]},
        ["weekends", "XX"],
        "A country's code of two letters such as ES is wanted.",
    ),
    (
        {"weekends": [{"country": "AE", "days": ["MONDAY", "FRIDAY", "SATURDAY", "SUNDAY"]}]},
        ["weekends", "AE"],
        "A weekend has 3 days at most.",
    ),
    (
        {"bestHours": [{"region": "GENERAL", "hours": [{"begins": "12:00", "ends": "10:00"}]}]},
        ["bestHours", "general", "0", "ends"],
        "They end after they begin, on the same day.",
    ),
    (
        {"caps": [_CAP, {**_CAP, "kinds": ["SERVICE"]}]},
        ["caps", "1", "kinds"],
        "One of promotion, useful, personal, occasion is wanted.",
    ),
    (
        {"caps": [{**_CAP, "kinds": []}]},
        ["caps", "0", "kinds"],
        "A cap is for one kind of content at least.",
    ),
    (
        {"capsInPeaks": [{**_CAP, "most": 0}]},
        ["capsInPeaks", "0", "most"],
        "A whole number from 1 to 100 is wanted.",
    ),
    ({"caps": [_CAP] * 41}, ["caps"], "At most 40 of them are wanted."),
    (
        {"peaks": [{**_PEAK, "name": " "}]},
        ["peaks", "0", "name"],
        "A name has 1 to 100 characters.",
    ),
    (
        {"peaks": [{**_PEAK, "lastDay": "9999-12-31"}]},
        ["peaks", "0", "lastDay"],
        "A day such as 2026-11-11 is wanted.",
    ),
    (
        {"peaks": [{**_PEAK, "firstDay": "11.11"}]},
        ["peaks", "0", "firstDay"],
        "A day such as 2026-11-11 is wanted.",
    ),
    (
        {"peaks": [{**_PEAK, "lastDay": "2026-12-12"}]},
        ["peaks", "0", "lastDay"],
        "A peak lasts for 1 to 31 days.",
    ),
]


async def test_the_rules_of_a_tenant(door: Door, store: Store) -> None:
    owner = store.tokens["owner"]
    first = (await door.data(f"{{ paceRules {{ {_RULES} }} }}", store.token))["paceRules"]
    assert (first["quietFrom"], first["quietUntil"], first["silenceDays"]) == ("22:00", "07:00", 14)
    assert first["waits"] == [
        {"kind": "SERVICE", "waitsFor": []},
        {"kind": "PROMOTION", "waitsFor": ["QUIET_HOURS", "HOLIDAYS"]},
        {"kind": "USEFUL", "waitsFor": ["QUIET_HOURS", "HOLIDAYS"]},
        {"kind": "PERSONAL", "waitsFor": ["QUIET_HOURS"]},
        {"kind": "OCCASION", "waitsFor": ["QUIET_HOURS"]},
    ]
    assert (first["ae"], first["sa"]) == (["SATURDAY", "SUNDAY"], ["FRIDAY", "SATURDAY"])
    assert first["bestHours"][1]["hours"] == [
        {"begins": "14:00", "ends": "16:00", "onWorkdays": False}
    ]
    assert [
        (cap["kinds"], cap["stages"], cap["tiers"], cap["most"], cap["days"])
        for cap in first["caps"]
    ] == [
        (["PROMOTION"], [], [], 1, 7),
        (["PROMOTION"], [], [], 2, 30),
        (["PROMOTION"], [], ["LOW"], 1, 30),
        (["USEFUL"], [], [], 1, 7),
        (["PERSONAL"], [], [], 2, 7),
        (_ALL, ["NEW"], [], 1, 1),
        (_ALL, ["REGULAR"], [], 3, 30),
        (_ALL, ["SLEEPING"], [], 1, 14),
    ]
    for given, field, message in _WRONG:
        refused = await act(door, _UPDATE, owner, **given)
        assert refused == {
            "rules": None,
            "userErrors": [{"field": field, "code": "INVALID", "message": message}],
        }
    assert await stored.rows("SELECT * FROM pace_rule") == []

    changed = await act(
        door,
        _UPDATE,
        owner,
        quietFrom="21:30",
        silenceDays=10,
        waits=[{"kind": "PROMOTION", "waitsFor": ["BEST_HOURS", "QUIET_HOURS"]}],
        weekends=[{"country": "AE", "days": ["FRIDAY"]}],
        bestHours=[{"region": "MIDDLE_EAST", "hours": []}],
        preset="BY_VALUE",
        peaks=[_PEAK],
    )
    assert changed["userErrors"] == []
    after = changed["rules"]
    assert (after["quietFrom"], after["quietUntil"], after["silenceDays"]) == ("21:30", "07:00", 10)
    assert after["waits"][1] == {"kind": "PROMOTION", "waitsFor": ["QUIET_HOURS", "BEST_HOURS"]}
    assert (after["ae"], after["weekends"]) == (
        ["FRIDAY"],
        [{"country": "AE", "days": ["FRIDAY"]}],
    )
    assert after["bestHours"][1]["hours"] == []
    assert after["caps"][2] == {
        "kinds": ["PROMOTION"],
        "stages": [],
        "tiers": ["MEDIUM"],
        "most": 2,
        "days": 7,
    }
    assert after["peaks"] == [_PEAK]
    again = await act(door, _UPDATE, owner, caps=[_CAP], capsInPeaks=[])
    assert again["rules"] == {
        **after,
        "caps": [{**_CAP, "stages": [], "tiers": []}],
        "capsInPeaks": [],
    }

    denied = await door.ask(_UPDATE, store.token, input={"newDays": 5})
    assert denied["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    reset = f"mutation {{ paceReset {{ rules {{ {_RULES} }} }} }}"
    assert (await door.data(reset, owner))["paceReset"]["rules"] == first


_PACE = """{ contacts(first: 1) { nodes { pace {
  stage tier firstPurchaseAt bestHour bestHourLearnedAt nextPromotionAt bestPromotionAt
  nextPromotionHolds { code until } saidLastAt isSilent } } } }"""

_TELL = """mutation($input: ContactPaceUpdateInput!) { contactPaceUpdate(input: $input) {
  contact { pace { stage } } userErrors { field code } } }"""


async def pace(desk: Desk) -> Any:
    """What pace and timing come to for the only contact."""
    [node] = (await desk.door.data(_PACE, desk.store.token))["contacts"]["nodes"]
    return node["pace"]


async def turn_to(store: Store, text: str) -> None:
    """Put the clock to a moment; people sign in anew."""
    clock.move(clock.micros(datetime.fromisoformat(text)) - clock.now())
    with tenancy.acting_for(store.tenant_id):
        for role, person_id in store.people.items():
            store.tokens[role] = await tenants.issue(person_id)


@database.unit_of_work
async def buy(contact_id: Id) -> None:
    """An order comes, as a shop's delivery leaves it."""
    order_id = ids.new_id()
    touch = contacts.Touch(order_id, contact_id, clock.now(), "order.placed", order_id)
    await contacts.record_activity([touch])
    await events.record(Event("order.placed", {"order": order_id, "contact": contact_id}))


async def test_a_promotion_queued_at_night_leaves_in_the_morning(
    door: Door, platform: Platform
) -> None:
    clock.move(clock.micros(datetime.fromisoformat("2027-01-11T12:10+01:00")) - clock.now())
    store = await open_store()
    desk = await open_desk(door, store, platform)
    await follow()
    first = await pace(desk)
    # They wrote at ten past twelve in Madrid.
    assert (first["bestHour"], first["isSilent"], first["nextPromotionHolds"]) == (12, False, [])
    assert (first["stage"], first["tier"], first["firstPurchaseAt"]) == ("UNKNOWN", "UNKNOWN", None)
    assert first["saidLastAt"][:16] == first["bestHourLearnedAt"][:16] == "2027-01-11T11:10"
    [row] = await stored.rows("SELECT id, subject_id FROM contact")
    with tenancy.acting_for(store.tenant_id):
        step = ConsentStep(row["id"], row["subject_id"], "confirmed", "test", "1", clock.now())
        await record_consent([step])

    await turn_to(store, "2027-01-13T23:30+01:00")
    await desk.learn_template("winter", "MARKETING")
    night = await pace(desk)
    morning = "2027-01-14T06:00:00Z"
    assert (night["nextPromotionAt"], night["bestPromotionAt"]) == (morning, "2027-01-14T11:00:00Z")
    assert night["nextPromotionHolds"] == [{"code": "QUIET_HOURS", "until": morning}]
    content = {"template": {"name": "winter", "language": "es", "body": [{"text": "Lea"}]}}
    payload = await desk.send(content)
    assert (payload["userErrors"], payload["message"]["send"]["dueAt"]) == ([], morning)
    message = payload["message"]["id"]
    await desk.deliver()
    await turn_to(store, "2027-01-14T06:58+01:00")
    await desk.deliver()
    assert platform.messages == []
    waiting = (await desk.message(message))["send"]
    assert (waiting["state"], waiting["reason"], waiting["dueAt"]) == (
        *("QUEUED", "QUIET_HOURS"),
        morning,
    )
    await turn_to(store, "2027-01-14T07:00+01:00")
    await desk.deliver()
    assert (await desk.message(message))["send"]["state"] == "SENT"
    assert len(platform.messages) == 1

    # They read it in the evening; what they did last counts, of hours in which they did as much.
    await turn_to(store, "2027-01-14T18:20+01:00")
    await desk.echo("read")
    with tenancy.acting_for(store.tenant_id):
        await buy(row["id"])
    await follow()
    evening = await pace(desk)
    assert (evening["bestHour"], evening["firstPurchaseAt"][:16]) == (18, "2027-01-14T17:20")
    assert evening["nextPromotionHolds"] == [
        {"code": "FREQUENCY_CAP", "until": evening["nextPromotionAt"]}
    ]
    # Seven days after it left.
    assert evening["nextPromotionAt"][:16] == "2027-01-21T06:00"
    assert evening["bestPromotionAt"] == "2027-01-21T17:00:00Z"
    again = await desk.send(content)
    assert [one["code"] for one in again["userErrors"]] == ["FREQUENCY_CAP"]
    declared = {"name": "sales", "firstDay": "2027-01-16", "lastDay": "2027-01-20"}
    await act(door, _UPDATE, store.tokens["owner"], peaks=[declared])
    assert (await pace(desk))["nextPromotionAt"][:16] == "2027-01-16T06:00"
    told = {"contact": ids.show("contact", row["id"]), "stage": "SLEEPING", "tier": "LOW"}
    for _ in range(2):
        said = await act(door, _TELL, store.token, **told)
        assert said == {"contact": {"pace": {"stage": "SLEEPING"}}, "userErrors": []}
    changed = await stored.rows("SELECT kind FROM outbox WHERE kind LIKE 'contact.%_changed'")
    assert sorted(one["kind"] for one in changed) == [
        *("contact.stage_changed", "contact.tier_changed")
    ]
    nobody = await act(door, _TELL, store.token, contact=ids.show("contact", ids.new_id()))
    assert nobody["userErrors"] == [{"field": ["contact"], "code": "NOT_FOUND"}]
    asleep = await pace(desk)
    assert (asleep["stage"], asleep["tier"], asleep["bestHour"]) == ("SLEEPING", "LOW", 18)
    # 14 days for who sleeps; by then the sales are over, and low value is for 30 days.
    assert asleep["nextPromotionAt"][:16] == "2027-02-13T06:00"

    for day, is_silent in ((27, False), (29, True)):
        await turn_to(store, f"2027-01-{day}T08:00+01:00")
        assert (await pace(desk))["isSilent"] is is_silent
