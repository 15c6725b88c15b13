"""A tenant changes its rules of pace and timing; each is checked by its own name (F22, F23)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import orjson
from phonenumbers import SUPPORTED_REGIONS

from contacts.calendar import DAY_MINUTES, WAITS
from contacts.pace_rules import pace_rules
from contacts.pacing import KINDS, STAGES, TIERS
from contacts.places import pace_page
from kernel import clock, database, events, tenancy
from kernel.errors import Invalid
from kernel.events import Event

Field = tuple[str, ...]

_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_RANGES = {
    "service_hours": (1, 168),
    "new_days": (0, 90),
    "silence_days": (1, 365),
    "learned_from": (1, 1000),
    "learned_over_days": (7, 365),
}
_LEAST_OPEN = 4 * 60
_MOST_CAPS, _MOST_PEAKS, _MOST_SPANS, _MOST_REST = 40, 50, 6, 3
_LONGEST_PEAK, _LONGEST_NAME = 31, 100
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)


@database.unit_of_work
async def change_pace(changes: Mapping[str, Any]) -> None:
    """Set rules of the current tenant by their names: figures.quiet_from, waits.promotion,
    weekends.AE, best.general, caps, caps_in_peaks, peaks, with values as `pace.toml` has them.

    Invalid names the first field that is wrong, and then nothing is changed.
    """
    tidy = {name: _tidy(name, value) for name, value in changes.items()}
    await database.insert(
        "pace_rule",
        [
            {
                "tenant_id": tenancy.current(),
                "name": name,
                "value": orjson.dumps(value).decode(),
                "updated_at": clock.now(),
            }
            for name, value in tidy.items()
        ],
        conflict="""ON CONFLICT (tenant_id, name)
                    DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at""",
    )
    quiet = (await pace_rules()).timing.quiet
    if (quiet.ends - quiet.begins) % DAY_MINUTES > DAY_MINUTES - _LEAST_OPEN:
        raise Invalid("Quiet hours leave 4 hours of a day at least.", field=("quiet_until",))
    await events.record(*(Event("pace.rule_changed", {"rule": name}) for name in tidy))


@database.unit_of_work
async def reset_pace() -> None:
    """Every rule of the current tenant as the house has it."""
    dropped = await database.rows(
        "DELETE FROM pace_rule WHERE tenant_id = $1::uuid RETURNING name", tenancy.current()
    )
    await events.record(*(Event("pace.rule_changed", {"rule": row["name"]}) for row in dropped))


def _tidy(name: str, value: Any) -> Any:
    rule, _, about = name.partition(".")
    return _CHECKS[rule](value, about)


def _figure(value: Any, about: str) -> Any:
    if about in _RANGES:
        return _whole(value, *_RANGES[about], (about,))
    return _time(value, (about,))


def _waits(value: Sequence[str], about: str) -> list[str]:
    _known([about], KINDS, ("waits", "kind"))
    return _known(value, WAITS, ("waits", "waits_for"))


def _weekend(value: Sequence[int], about: str) -> list[int]:
    if about not in SUPPORTED_REGIONS:
        raise Invalid(
            "A country's code of two letters such as ES is wanted.", field=("weekends", about)
        )
    if len(set(value)) > _MOST_REST or not all(0 <= day <= 6 for day in value):
        raise Invalid(f"A weekend has {_MOST_REST} days at most.", field=("weekends", about))
    return sorted(set(value))


def _best(value: Sequence[Mapping[str, Any]], about: str) -> list[dict[str, Any]]:
    _known([about], tuple(pace_page()["best"]), ("best_hours", "region"))
    _few(value, _MOST_SPANS, ("best_hours", about))
    tidy = []
    for place, one in enumerate(value):
        at = ("best_hours", about, str(place))
        begins, ends = _time(one["begins"], (*at, "begins")), _time(one["ends"], (*at, "ends"))
        if begins >= ends:
            raise Invalid("They end after they begin, on the same day.", field=(*at, "ends"))
        tidy.append({"begins": begins, "ends": ends, "on": one["on"]})
    return tidy


def _caps(name: str) -> Callable[[Sequence[Mapping[str, Any]], str], list[dict[str, Any]]]:
    def check(value: Sequence[Mapping[str, Any]], _about: str) -> list[dict[str, Any]]:
        _few(value, _MOST_CAPS, (name,))
        return [_cap(one, (name, str(place))) for place, one in enumerate(value)]

    return check


def _cap(one: Mapping[str, Any], at: Field) -> dict[str, Any]:
    kinds = _known(one["kinds"], KINDS[1:], (*at, "kinds"))
    if not kinds:
        raise Invalid("A cap is for one kind of content at least.", field=(*at, "kinds"))
    return {
        "kinds": kinds,
        "stages": _known(one.get("stages", ()), STAGES, (*at, "stages")),
        "tiers": _known(one.get("tiers", ()), TIERS, (*at, "tiers")),
        "most": _whole(one["most"], 1, 100, (*at, "most")),
        "days": _whole(one["days"], 1, 366, (*at, "days")),
    }


def _peaks(value: Sequence[Mapping[str, Any]], _about: str) -> list[dict[str, str]]:
    _few(value, _MOST_PEAKS, ("peaks",))
    tidy = []
    for place, one in enumerate(value):
        at, name = ("peaks", str(place)), " ".join(one["name"].split())
        if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable():
            raise Invalid(f"A name has 1 to {_LONGEST_NAME} characters.", field=(*at, "name"))
        first = _day(one["first_day"], (*at, "first_day"))
        last = _day(one["last_day"], (*at, "last_day"))
        if not 0 <= (last - first).days < _LONGEST_PEAK:
            raise Invalid(f"A peak lasts for 1 to {_LONGEST_PEAK} days.", field=(*at, "last_day"))
        days = {"first_day": first.isoformat(), "last_day": last.isoformat()}
        tidy.append({"name": name, **days})
    return tidy


def _known(given: Sequence[str], known: Sequence[str], field: Field) -> list[str]:
    """Those of the known words that are given, in their order."""
    if not set(given) <= set(known):
        raise Invalid("One of " + ", ".join(filter(None, known)) + " is wanted.", field=field)
    return [word for word in known if word in given]


def _few(given: Sequence[object], most: int, field: Field) -> None:
    if len(given) > most:
        raise Invalid(f"At most {most} of them are wanted.", field=field)


def _whole(number: int, least: int, most: int, field: Field) -> int:
    if not least <= number <= most:
        raise Invalid(f"A whole number from {least} to {most} is wanted.", field=field)
    return number


def _time(text: str, field: Field) -> str:
    if not _TIME.fullmatch(text):
        raise Invalid("A time of day such as 22:00 is wanted.", field=field)
    return text


def _day(text: str, field: Field) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise Invalid("A day such as 2026-11-11 is wanted.", field=field)
    return day


_CHECKS: dict[str, Callable[[Any, str], Any]] = {
    "figures": _figure,
    "waits": _waits,
    "weekends": _weekend,
    "best": _best,
    "caps": _caps("caps"),
    "caps_in_peaks": _caps("caps_in_peaks"),
    "peaks": _peaks,
}
