"""Pace and timing at the door: the rules, what is learned of contacts, and what waits for when."""

from __future__ import annotations

from typing import Any

from tests import stored
from tests.api.door import Door, Store
from tests.api.people import act

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
