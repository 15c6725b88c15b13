"""What to change, with the figures behind it: three things at most, the most urgent first (F43).

Among them is the advice on pace: where few read, halve the volume and test (F44).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analytics.figures import Figure
from analytics.kpis import KPIS

_MOST = 3
# F44: fewer readers than that mean that there is too much to read.
_FEW_READ = 0.2
Compared = Sequence[Mapping[str, Any]]

# What to do where a KPI misses its target, the most urgent first.
_OFF_TARGET = {
    "block_rate": "Too many block you: write only to those who answered or bought lately, and say "
    "in the first line why they hear from you.",
    "delivery_rate": "Too little arrives: leave out numbers that were not reached twice, and look "
    "at the quality of your own.",
    "opt_out_rate": "Too many say stop: offer them to hear from you less often, and by topic.",
    "agent_response_median": "Answers take too long: put somebody at the desk in the busy hours, "
    "and answer what is asked most by quick replies.",
    "read_rate": "Few read: put the news into the first line, and write at the best hour.",
    "response_rate": "Few answer: end with one easy question or a button.",
}


def advise(
    now: Mapping[str, Figure], hours: Compared, kinds: Compared, at_large: Figure
) -> list[dict[str, Any]]:
    """Three things to change at most: a code, a sentence, and the figures behind it."""
    found = [*_of_pace(now), *_of_targets(now), *_of_better(hours, kinds, at_large)]
    return found[:_MOST]


def _of_pace(now: Mapping[str, Figure]) -> Iterator[dict[str, Any]]:
    read = now.get("read_rate")
    if read and not read.is_thin and (read.amount or 0) < _FEW_READ:
        yield _advice(
            "HALVE_VOLUME",
            "Fewer than one in five read what you send: halve the volume, write to those who read "
            "before, and test two first lines against each other.",
            read_rate=read,
        )


def _of_targets(now: Mapping[str, Figure]) -> Iterator[dict[str, Any]]:
    for name, text in _OFF_TARGET.items():
        kpi, figure = KPIS[name], now.get(name)
        if figure is None or figure.is_thin or figure.amount is None or kpi.target is None:
            continue
        if name == "read_rate" and figure.amount < _FEW_READ:
            continue  # said above
        if figure.amount < kpi.target if kpi.good == "more" else figure.amount > kpi.target:
            yield _advice(f"{name.upper()}_OFF", text, **{name: figure})


def _of_better(hours: Compared, kinds: Compared, at_large: Figure) -> Iterator[dict[str, Any]]:
    """An hour, or a kind of content, that is surely better than all together."""
    for code, text, own in (
        ("BETTER_HOUR", "Write at {0}:00 by their own clock: then more people answer.", hours),
        ("BETTER_KIND", "Send more messages of the kind {0}: more people answer them.", kinds),
    ):
        if len(own) > 1 and own[0]["low"] > (at_large.amount or 0):
            best = Figure(own[0]["amount"], own[0]["sample"])
            yield _advice(code, text.format(own[0]["name"]), best=best, at_large=at_large)


def _advice(code: str, text: str, **behind: Figure) -> dict[str, Any]:
    return {
        "code": code,
        "text": text,
        "figures": [
            {"name": name, "amount": one.amount, "sample": one.sample}
            for name, one in behind.items()
        ],
    }
