"""Imaginary people, what they show, and who is who by the truth: for histories in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from contacts import Move, Sighting
from tests.contacts.acquaintance import moved, seen

Shown = Sighting | Move
# A stage of a life lasts so many seconds; a change of number is told between two.
STAGE = 100


@dataclass(frozen=True)
class World:
    """What happened, in the order in which it happened, and the ids of each person."""

    history: tuple[Shown, ...]
    people: tuple[frozenset[str], ...]


@st.composite
def lives(draw: st.DrawFn) -> World:
    """One to three people who keep their ids for themselves, and may change them."""
    history: list[Shown] = []
    for person in range(draw(st.integers(1, 3))):
        stages = draw(st.integers(1, 3))
        for stage in range(stages):
            phone, user_id = _phone(person, stage), _user_id(person, stage)
            if stage:
                history.append(_move(draw, person, stage))
            for second in draw(st.lists(st.integers(1, STAGE - 1), max_size=3, unique=True)):
                shows = draw(st.sampled_from(("phone", "user id", "both")))
                history.append(
                    seen(
                        stage * STAGE + second,
                        phone if shows != "user id" else None,
                        user_id if shows != "phone" else None,
                        name=f"person {person}, second {stage * STAGE + second}",
                    )
                )
    history.sort(key=lambda one: one.at)
    return World(tuple(history), linked(history))


@st.composite
def handed_on(draw: st.DrawFn) -> World:
    """A number goes from one person to the next; each shows it together with their user id.

    The last one may have come to it from another number.
    """
    owners = [list[Shown]() for _ in range(draw(st.integers(2, 3)))]
    for owner, shown in enumerate(owners):
        seconds = draw(st.lists(st.integers(1, STAGE - 1), min_size=1, max_size=3, unique=True))
        for second in seconds:
            with_phone = second == seconds[0] or draw(st.booleans())
            phone = _phone(0, 0) if with_phone else None
            shown.append(seen(owner * STAGE + second, phone, _user_id(owner, 0)))
    last = len(owners) - 1
    came = draw(st.sampled_from(("", "told by both", "told by phones")))
    if came:
        by_both = came == "told by both"
        before = (_phone(last, 1), _user_id(last, 1) if by_both else None)
        since = (_phone(0, 0), _user_id(last, 0) if by_both else None)
        owners[last].append(moved(last * STAGE, before, since))
        if draw(st.booleans()):
            second = draw(st.integers(1, last * STAGE - 1))
            owners[last].append(seen(second, _phone(last, 1), _user_id(last, 1)))
    history = sorted((one for shown in owners for one in shown), key=lambda one: one.at)
    alone = [frozenset({_user_id(owner, 0)}) for owner in range(last)]
    return World(tuple(history), tuple(sorted([*alone, *linked(owners[last])], key=sorted)))


def linked(history: Sequence[Shown]) -> tuple[frozenset[str], ...]:
    """The ids of each person: what was shown together belongs together."""
    groups: list[set[str]] = []
    for one in history:
        ids = {value for _, _, _, value in one.shown()}
        touched = [group for group in groups if group & ids]
        groups = [group for group in groups if not group & ids]
        groups.append(ids.union(*touched))
    return tuple(sorted((frozenset(group) for group in groups), key=sorted))


def _move(draw: st.DrawFn, person: int, stage: int) -> Move:
    """The platform tells of a change: by both ids, by user ids, or as it once did by phones."""
    told = draw(st.sampled_from(("both", "user ids", "phones")))
    before = (_phone(person, stage - 1), _user_id(person, stage - 1))
    since = (_phone(person, stage), _user_id(person, stage))
    if told == "user ids":
        before, since = (None, before[1]), (None, since[1])  # type: ignore[assignment]
    if told == "phones":
        before, since = (before[0], None), (since[0], None)  # type: ignore[assignment]
    return moved(stage * STAGE, before, since)


def _phone(person: int, stage: int) -> str:
    return f"4477009001{person}{stage}"


def _user_id(person: int, stage: int) -> str:
    return f"GB.{person}{stage}00000000000000"
