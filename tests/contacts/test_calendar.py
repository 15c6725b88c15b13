"""When a message may leave by somebody's own clock and calendar (F23), country by country."""

from __future__ import annotations

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.calendar import Home, Timing, best_moment, opening
from contacts.pace_rules import rules_of
from kernel import clock

HOME = Home("Europe/Madrid", "ES", "ES-CT")


def timing(home: Home = HOME, **changed: object) -> Timing:
    """Rules with these changed: `waits_promotion` is the rule waits.promotion."""
    own = {name.replace("_", ".", 1): value for name, value in changed.items()}
    told = tuple(sorted((name, orjson.dumps(value).decode()) for name, value in own.items()))
    return rules_of(home, told).timing


ALL = ["quiet_hours", "holidays", "weekends"]
RULES = {
    "house": timing(),
    "rest": timing(waits_promotion=ALL),
    "best": timing(waits_promotion=[*ALL, "best_hours"]),
    "small": timing(figures_quiet_from="01:30", figures_quiet_until="02:30"),
    "siesta": timing(figures_quiet_from="13:00", figures_quiet_until="16:15"),
    "never": timing(figures_quiet_from="00:00", figures_quiet_until="00:00"),
    "canary": timing(Home("Atlantic/Canary", "ES", "ES")),
    "friday": timing(waits_promotion=ALL, weekends_ES=[4]),
}

# Zone, country, rules, a moment, when a promotion may leave, and what held it back; - is not known.
TABLE = """
Europe/Madrid ES house 2026-11-23T21:59+01:00 2026-11-23T21:59+01:00 -
Europe/Madrid ES house 2026-11-23T22:00+01:00 2026-11-24T07:00+01:00 night
Europe/Madrid ES house 2026-11-24T06:59+01:00 2026-11-24T07:00+01:00 night
Europe/Madrid ES house 2026-11-24T07:00+01:00 2026-11-24T07:00+01:00 -
Europe/Madrid ES house 2026-12-24T23:30+01:00 2026-12-26T07:00+01:00 night,holiday
Europe/Madrid ES house 2026-12-25T12:00+01:00 2026-12-26T07:00+01:00 night,holiday
Europe/Madrid ES never 2026-12-25T12:00+01:00 2026-12-26T00:00+01:00 holiday
Europe/Madrid ES siesta 2026-11-23T13:00+01:00 2026-11-23T16:15+01:00 night
Europe/Madrid ES siesta 2026-11-23T23:00+01:00 2026-11-23T23:00+01:00 -
Europe/Madrid ES house 2026-03-28T23:00+01:00 2026-03-29T07:00+02:00 night
Europe/Madrid ES house 2026-10-24T23:00+02:00 2026-10-25T07:00+01:00 night
Europe/Madrid ES small 2026-03-29T01:45+01:00 2026-03-29T03:00+02:00 night
Europe/Madrid ES small 2026-10-25T02:10+02:00 2026-10-25T02:30+02:00 night
Europe/Madrid ES small 2026-10-25T02:45+02:00 2026-10-25T02:45+02:00 -
Europe/Madrid ES small 2026-10-25T02:10+01:00 2026-10-25T02:30+01:00 night
Europe/Madrid ES rest 2026-11-21T12:00+01:00 2026-11-23T07:00+01:00 night,weekend
Europe/Madrid ES friday 2026-11-20T12:00+01:00 2026-11-21T07:00+01:00 night,weekend
Europe/Madrid ES best 2026-11-23T15:00+01:00 2026-11-24T07:00+01:00 night,hour
Atlantic/Canary ES house 2026-11-24T06:59+00:00 2026-11-24T07:00+00:00 night
Europe/London GB house 2026-12-25T12:00+00:00 2026-12-27T07:00+00:00 night,holiday
Europe/London GB small 2026-03-29T00:59+00:00 2026-03-29T00:59+00:00 -
Europe/London GB small 2026-10-25T01:40+01:00 2026-10-25T01:00+00:00 night
Europe/London GB small 2026-10-25T01:40+00:00 2026-10-25T02:30+00:00 night
America/New_York US house 2026-11-25T22:30-05:00 2026-11-27T07:00-05:00 night,holiday
America/New_York US house 2026-03-07T23:00-05:00 2026-03-08T07:00-04:00 night
America/New_York US house 2026-10-31T23:00-04:00 2026-11-01T07:00-05:00 night
America/New_York US small 2026-03-08T01:30-05:00 2026-03-08T03:00-04:00 night
America/Los_Angeles US house 2026-07-02T22:10-07:00 2026-07-05T07:00-07:00 night,holiday
America/Los_Angeles US rest 2026-07-02T22:10-07:00 2026-07-06T07:00-07:00 night,holiday,weekend
America/Phoenix US house 2026-03-08T06:30-07:00 2026-03-08T07:00-07:00 night
Pacific/Honolulu US house 2026-11-23T05:00-10:00 2026-11-23T07:00-10:00 night
America/St_Johns CA house 2026-11-23T22:00-03:30 2026-11-24T07:00-03:30 night
America/Sao_Paulo BR house 2026-09-07T10:00-03:00 2026-09-08T07:00-03:00 night,holiday
America/Sao_Paulo BR best 2026-09-04T09:30-03:00 2026-09-08T07:00-03:00 night,holiday,weekend,hour
America/Santiago CL house 2026-09-05T23:30-04:00 2026-09-06T07:00-03:00 night
America/Santiago CL house 2026-04-04T22:30-03:00 2026-04-05T07:00-04:00 night,holiday
America/Santiago CL never 2026-09-18T12:00-03:00 2026-09-20T00:00-03:00 holiday
America/Mexico_City MX house 2026-09-16T08:00-06:00 2026-09-17T07:00-06:00 night,holiday
Asia/Kolkata IN house 2026-01-26T12:00+05:30 2026-01-27T07:00+05:30 night,holiday
Asia/Kolkata IN best 2026-11-23T12:00+05:30 2026-11-23T20:00+05:30 hour
Asia/Kathmandu NP house 2026-11-23T22:15+05:45 2026-11-24T07:00+05:45 night
Asia/Kathmandu NP best 2026-11-23T21:59+05:45 2026-11-23T21:59+05:45 -
Asia/Tehran IR house 2026-11-23T23:00+03:30 2026-11-24T07:00+03:30 night
Asia/Tehran IR rest 2026-11-27T12:00+03:30 2026-11-28T07:00+03:30 night,weekend
Asia/Riyadh SA house 2026-09-23T12:00+03:00 2026-09-24T07:00+03:00 night,holiday
Asia/Riyadh SA rest 2026-11-27T12:00+03:00 2026-11-29T07:00+03:00 night,weekend
Asia/Riyadh SA rest 2026-11-29T12:00+03:00 2026-11-29T12:00+03:00 -
Asia/Riyadh SA best 2026-11-26T16:00+03:00 2026-11-29T14:00+03:00 night,weekend,hour
Asia/Dubai AE rest 2026-11-27T12:00+04:00 2026-11-27T12:00+04:00 -
Asia/Dubai AE rest 2026-11-28T12:00+04:00 2026-11-30T07:00+04:00 night,weekend
Asia/Dubai AE house 2026-12-01T22:30+04:00 2026-12-04T07:00+04:00 night,holiday
Africa/Cairo EG house 2026-04-23T22:30+02:00 2026-04-24T07:00+03:00 night
Africa/Cairo EG house 2026-10-29T22:30+03:00 2026-10-30T07:00+02:00 night
Africa/Cairo EG rest 2026-10-29T22:30+03:00 2026-11-01T07:00+02:00 night,weekend
Asia/Jerusalem IL house 2026-09-20T22:30+03:00 2026-09-22T07:00+03:00 night,holiday
Asia/Jerusalem IL rest 2026-11-26T22:30+02:00 2026-11-29T07:00+02:00 night,weekend
Asia/Shanghai CN rest 2026-10-01T09:00+08:00 2026-10-08T07:00+08:00 night,holiday,weekend
Asia/Shanghai CN rest 2026-10-10T09:00+08:00 2026-10-10T09:00+08:00 -
Asia/Shanghai CN rest 2026-10-17T09:00+08:00 2026-10-19T07:00+08:00 night,weekend
Asia/Tokyo JP house 2026-05-03T09:00+09:00 2026-05-07T07:00+09:00 night,holiday
Asia/Tokyo JP best 2026-11-20T21:59+09:00 2026-11-20T21:59+09:00 -
Asia/Tokyo JP best 2026-11-20T22:00+09:00 2026-11-24T10:00+09:00 night,holiday,weekend,hour
Australia/Adelaide AU house 2026-10-03T23:00+09:30 2026-10-04T07:00+10:30 night
Australia/Adelaide AU house 2026-04-04T23:00+10:30 2026-04-05T07:00+09:30 night
Australia/Adelaide AU small 2026-10-04T01:30+09:30 2026-10-04T03:00+10:30 night
Australia/Lord_Howe AU small 2026-10-04T01:40+10:30 2026-10-04T02:30+11:00 night
Australia/Lord_Howe AU small 2026-04-05T01:35+11:00 2026-04-05T02:30+10:30 night
Pacific/Auckland NZ house 2026-02-06T12:00+13:00 2026-02-07T07:00+13:00 night,holiday
Pacific/Chatham NZ house 2026-09-26T22:30+12:45 2026-09-27T07:00+13:45 night
Pacific/Chatham NZ house 2026-04-04T22:30+13:45 2026-04-05T07:00+12:45 night
Pacific/Apia WS house 2011-12-29T22:30-10:00 2011-12-31T07:00+14:00 night
Pacific/Kiritimati KI house 2026-11-24T06:00+14:00 2026-11-24T07:00+14:00 night
Pacific/Pago_Pago AS house 2026-11-22T22:00-11:00 2026-11-23T07:00-11:00 night
- AU house 2026-11-23T23:00+11:00 2026-11-24T07:00+11:00 night
- JP house 2026-11-25T06:30+09:00 2026-11-25T07:00+09:00 night
- ES canary 2026-11-24T06:30+00:00 2026-11-24T07:00+00:00 night
Asia/Tokyo - house 2026-11-03T12:00+09:00 2026-11-04T07:00+09:00 night,holiday
Mars/Base JP house 2026-11-25T06:30+09:00 2026-11-25T07:00+09:00 night
- - house 2026-11-24T06:30+01:00 2026-11-24T07:00+01:00 night
- - house 2026-09-11T12:00+02:00 2026-09-12T07:00+02:00 night,holiday
Europe/Madrid ES house 2026-09-11T12:00+02:00 2026-09-11T12:00+02:00 -
"""
REASONS = {
    "night": "QUIET_HOURS",
    "holiday": "HOLIDAY",
    "weekend": "WEEKEND",
    "hour": "OUTSIDE_BEST_HOURS",
}
ROWS = [line.split() for line in TABLE.strip().splitlines()]


def at(text: str) -> int:
    return clock.micros(datetime.fromisoformat(text))


def at_offset(text: str) -> tzinfo | None:
    return datetime.fromisoformat(text).tzinfo


@pytest.mark.parametrize(
    ("zone", "country", "rules", "asked", "opens", "reasons"), ROWS, ids=map(" ".join, ROWS)
)
def test_a_promotion_waits_for_its_readers_day(
    zone: str, country: str, rules: str, asked: str, opens: str, reasons: str
) -> None:
    place = (None if zone == "-" else zone, None if country == "-" else country)
    found = opening(at(asked), "promotion", *place, RULES[rules])
    clocks = ZoneInfo(zone) if "/" in zone and zone != "Mars/Base" else at_offset(opens)
    shown = clock.moment(found.at).astimezone(clocks).isoformat(timespec="minutes")
    assert shown == opens
    assert found.reasons == tuple(REASONS[one] for one in reasons.split(",") if one != "-")


def test_what_somebody_waits_for_waits_for_nothing() -> None:
    night = at("2026-12-25T03:00+01:00")
    assert opening(night, "service", "Europe/Madrid", "ES", RULES["best"]).at == night
    # Personal words come on a holiday too.
    found = opening(night, "personal", "Europe/Madrid", "ES", RULES["house"])
    assert (found.at, found.reasons) == (at("2026-12-25T07:00+01:00"), ("QUIET_HOURS",))


def test_the_hour_that_was_learned_takes_the_place_of_the_regions() -> None:
    """And where it lies within quiet hours, the region's best hours hold after all."""
    told = {}
    for best_hour in (None, 9, 18, 21, 22, 3):
        monday = at("2026-11-23T08:30+01:00")
        told[best_hour] = show(
            best_moment(
                monday, "promotion", "Europe/Madrid", "ES", RULES["house"], best_hour=best_hour
            )
        )
    assert told == {
        None: "2026-11-23T08:30",
        9: "2026-11-23T09:00",
        18: "2026-11-23T18:00",
        21: "2026-11-23T21:00",
        22: "2026-11-23T08:30",
        3: "2026-11-23T08:30",
    }
    late = timing(figures_quiet_until="08:45")
    assert show(best_moment(monday, "promotion", "Europe/Madrid", "ES", late)) == "2026-11-23T08:45"
    later = timing(figures_quiet_until="09:00")
    assert show(best_moment(monday, "promotion", "Europe/Madrid", "ES", later)) == (
        "2026-11-23T09:00"
    )


ZONES = st.sampled_from(
    [
        *("Europe/Madrid", "America/Santiago", "America/St_Johns", "Africa/Cairo", "Asia/Riyadh"),
        *("Asia/Kathmandu", "Asia/Shanghai", "Australia/Lord_Howe", "Pacific/Chatham"),
    ]
)
COUNTRIES = st.sampled_from(["ES", "CL", "NP", "AU", "NZ", "EG", "CA", "SA", "CN", None])
MOMENTS = st.integers(at("2026-01-01T00:00+00:00"), at("2028-01-01T00:00+00:00"))
HOURS = st.none() | st.integers(0, 23)
RULE_NAMES = st.sampled_from(sorted(RULES))
LADDER = [
    timing(waits_promotion=waits, figures_quiet_from=begins, figures_quiet_until=ends)
    for waits, begins, ends in (
        ([], "22:00", "07:00"),
        (["quiet_hours"], "23:30", "05:15"),
        (["quiet_hours"], "22:00", "07:00"),
        (["quiet_hours", "holidays"], "22:00", "07:00"),
        (ALL, "22:00", "07:00"),
        (ALL, "20:00", "09:30"),
        ([*ALL, "best_hours"], "20:00", "09:30"),
    )
]


@settings(max_examples=150)
@given(MOMENTS, ZONES, COUNTRIES, RULE_NAMES, HOURS)
def test_an_opening_is_never_earlier_and_is_its_own(
    asked: int, zone: str, country: str | None, rules: str, best_hour: int | None
) -> None:
    found = opening(asked, "promotion", zone, country, RULES[rules], best_hour)
    assert found.at >= asked
    assert bool(found.reasons) == (found.at > asked)
    again = opening(found.at, "promotion", zone, country, RULES[rules], best_hour)
    assert (again.at, again.reasons) == (found.at, ())


@settings(max_examples=100)
@given(MOMENTS, ZONES, COUNTRIES, HOURS)
def test_another_rule_never_opens_earlier(
    asked: int, zone: str, country: str | None, best_hour: int | None
) -> None:
    opens = [opening(asked, "promotion", zone, country, one, best_hour).at for one in LADDER]
    assert opens == sorted(opens)


def show(moment: int) -> str:
    """What a clock in Madrid shows."""
    local = clock.moment(moment).astimezone(ZoneInfo("Europe/Madrid"))
    return local.strftime("%Y-%m-%dT%H:%M")
