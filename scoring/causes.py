"""Why nobody answers: each cause by what speaks for it, and what to do next (F38).

Every figure of the diagnosis stands on this page. A likelihood is 0 to 0.95: how far the evidence
goes, not a share of 1. Times in microseconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

import contacts
from contacts import HOLIDAYS, QUIET_HOURS, WEEKENDS, Opening, Timing
from kernel import clock
from scoring.remarks import prices, questions, remarks, words

State = Literal["read", "delivered", "sent"]
Step = Literal["wait", "change_angle", "easier_question", "other_channel", "stop"]

# Nobody is silent before that, and nothing changes by itself after the last of these.
SILENT_AFTER = clock.HOUR
_CHANGES = (1, 2, 3, 5, 8, 12, 24, 36, 48, 72, 7 * 24, 14 * 24, 30 * 24)
_TRIED = 3  # days on which we wrote and got no answer: enough
# What they said themselves; less where they may not know yet what we said to it.
_SAID = {"deciding": 0.85, "comparing": 0.8, "over_budget": 0.8}
_UNHEARD = 0.6
# How far what we wrote can be a cause where it was only shown, or did not come.
_SEEN: dict[State, float] = {"read": 1.0, "delivered": 0.7, "sent": 0.4}
_MANY, _MANY_LIKELY, _EACH_MORE = 4, 0.6, 0.06
_MOST_LIKELY = 0.95
_HOW_ASKED = ("vague", "hard")
_QUESTIONS, _LONG = 3, 80
_QUESTION_LIKELY = {"vague": 0.6, "hard": 0.6, "questions": 0.65, "words": 0.6}
_JUMP, _OTHER_THING, _JUMP_LIKELY = 1.1, 5.0, 0.75
_REFUSAL_AFTER, _REFUSAL_LIKELY = 72 * clock.HOUR, 0.45
_GONE = ((7 * clock.DAY, 0.85), (72 * clock.HOUR, 0.7), (24 * clock.HOUR, 0.4))
_TOLD_GONE = 0.9
_NIGHT_LIKELY, _WOKEN, _WOKEN_LIKELY, _EVENING_LIKELY = 0.75, 3 * clock.HOUR, 0.6, 0.55
_HOLIDAY_LIKELY, _HOLIDAY_NOW_LIKELY, _WEEKEND_LIKELY = 0.7, 0.55, 0.4
_BUSY, _BUSY_FOR = range(9, 18), 8 * clock.HOUR
_BUSY_LIKELY, _OTHER_HOURS_LIKELY, _NEAR, _HABIT = 0.3, 0.6, 2, 3
_UNREAD_ANSWERED, _RECEIPTS_LIKELY = 2, 0.82

# What to do where a cause comes first and a day has passed; before that, and after a night, a
# holiday or a crowd of messages until the second day, one waits.
_STEPS: dict[str, Step] = {
    "hard_question": "easier_question",
    "receipts_off": "easier_question",
    "blocked_or_gone": "other_channel",
}
_PATIENT = ("busy_hour", "off_hours", "holiday", "overload", "deciding")


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a thread; the words are "" where nobody can open them."""

    is_ours: bool
    at: int
    words: str
    delivered_at: int | None = None
    read_at: int | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """Why they are silent, perhaps; the evidence as codes with their numbers."""

    code: str
    likelihood: float
    evidence: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Silence:
    """A thread in which the last words are ours: how far they came, why no answer, what next.

    `since` is the first of our messages without an answer; `due_at` when the passing of time may
    change the diagnosis.
    """

    state: State
    since: int
    causes: tuple[Cause, ...]
    step: Step
    step_at: int
    due_at: int | None


@dataclass(frozen=True)
class Thread:
    """What a diagnosis goes by: the last messages, oldest first, and where the customer lives.

    What several causes look at is found once.
    """

    said: Sequence[Said]
    zone: str | None
    country: str | None
    best_hour: int | None
    is_told_gone: bool  # the platform could not reach them (131026)
    timing: Timing
    now: int

    @cached_property
    def ours(self) -> Sequence[Said]:
        """Our messages without an answer."""
        first = len(self.said)
        while first and self.said[first - 1].is_ours:
            first -= 1
        return self.said[first:]

    @cached_property
    def before(self) -> Sequence[Said]:
        """All that was said before them."""
        return self.said[: len(self.said) - len(self.ours)]

    @cached_property
    def their_remarks(self) -> Counter[str]:
        """In how many of their last two messages each remark stands."""
        theirs = [one for one in self.before if not one.is_ours][-2:]
        return Counter(remark for one in theirs for remark in remarks(one.words, _SAID))

    @cached_property
    def rise(self) -> float | None:
        """What we ask now as a share of what was named before; None where one is missing."""
        named = [amount for one in self.before for amount in prices(one.words)]
        named += self.asked[:-1]
        return self.asked[-1] / named[-1] if named and self.asked else None

    @cached_property
    def asked(self) -> Sequence[float]:
        """The prices in our messages without an answer."""
        return [amount for one in self.ours for amount in prices(one.words)]

    @property
    def state(self) -> State:
        """How far our last message came."""
        last = self.said[-1]
        if last.read_at is not None:
            return "read"
        return "sent" if last.delivered_at is None else "delivered"

    @property
    def quiet_for(self) -> int:
        """How long ago our last message was."""
        return self.now - self.said[-1].at

    def free_from(self, at: int, *waits: str) -> Opening:
        """The first moment from `at` on at which none of these holds where they live."""
        return contacts.free_from(at, frozenset(waits), self.zone, self.country, self.timing)

    def hour(self, at: int) -> int:
        """The hour of the day where they live."""
        zone = contacts.locality(self.zone, self.country, self.timing.home).zone
        return clock.moment(at).astimezone(ZoneInfo(zone)).hour


def diagnose(thread: Thread) -> Silence:
    """Why nobody answers this thread, the likeliest cause first, and the next step."""
    found = [cause for look in _LOOKS if (cause := look(thread))]
    causes = tuple(sorted(found, key=lambda one: (-one.likelihood, one.code)))
    step, at = _next_step(thread, causes[0].code if causes else "")
    return Silence(
        thread.state,
        thread.ours[0].at,
        causes,
        step,
        thread.free_from(max(at, thread.now), QUIET_HOURS, HOLIDAYS).at,
        _due_at(thread),
    )


def _next_step(thread: Thread, cause: str) -> tuple[Step, int]:
    """What to do, and the earliest moment for it."""
    last, days = thread.said[-1].at, {one.at // clock.DAY for one in thread.ours}
    if thread.quiet_for >= _CHANGES[-1] * clock.HOUR or len(days) >= _TRIED:
        return "stop", thread.now
    if cause == "blocked_or_gone":
        return "other_channel", thread.now
    patience = 2 * clock.DAY if cause in _PATIENT else clock.DAY
    if thread.quiet_for < patience:
        return "wait", last + patience
    return _STEPS.get(cause, "change_angle"), thread.now


def _due_at(thread: Thread) -> int | None:
    changes = (thread.said[-1].at + hours * clock.HOUR for hours in _CHANGES)
    return min((at for at in changes if at > thread.now), default=None)


def _blocked_or_gone(thread: Thread) -> Cause | None:
    """No second tick for long: none of what we wrote since their last word was delivered."""
    if any(one.delivered_at is not None or one.read_at is not None for one in thread.ours):
        return None
    waited = thread.now - thread.ours[0].at
    likely = next((likely for least, likely in _GONE if waited >= least), 0.0)
    if thread.is_told_gone:
        return Cause("blocked_or_gone", _TOLD_GONE, (("undeliverable", 131026),))
    if not likely:
        return None
    return Cause("blocked_or_gone", likely, (("hours_undelivered", waited // clock.HOUR),))


def _receipts_off(thread: Thread) -> Cause | None:
    """They answered what they never read."""
    unread = 0
    for one, other in zip(thread.before, thread.before[1:], strict=False):
        if one.read_at is not None:
            return None
        unread += one.is_ours and one.delivered_at is not None and not other.is_ours
    if thread.state != "delivered" or unread < _UNREAD_ANSWERED:
        return None
    return Cause("receipts_off", _RECEIPTS_LIKELY, (("answered_unread", unread),))


def _what_they_said(remark: str) -> Callable[[Thread], Cause | None]:
    def look(thread: Thread) -> Cause | None:
        heard = thread.their_remarks[remark]
        if not heard:
            return None
        factor = _UNHEARD if thread.state == "sent" else 1.0
        return Cause(remark, round(_SAID[remark] * factor, 2), ((f"said_{remark}", heard),))

    return look


def _refusal(thread: Thread) -> Cause | None:
    """They fell silent at the price: a refusal without words."""
    if not thread.asked or thread.quiet_for < _REFUSAL_AFTER:
        return None
    if thread.their_remarks["over_budget"] or _price_jump(thread):
        return None
    likely = round(_REFUSAL_LIKELY * _seen(thread), 2)
    return Cause("over_budget", likely, (("silent_at_price", thread.quiet_for // clock.DAY),))


def _price_jump(thread: Thread) -> Cause | None:
    """What we ask now is far above what was named before."""
    if thread.rise is None or not _JUMP <= thread.rise <= _OTHER_THING:
        return None
    percent = round(100 * thread.rise) - 100
    return Cause("price_jump", round(_JUMP_LIKELY * _seen(thread), 2), (("percent_up", percent),))


def _overload(thread: Thread) -> Cause | None:
    """Many messages of ours within a day."""
    times = [one.at for one in thread.ours]
    most = max(sum(at <= other < at + clock.DAY for other in times) for at in times)
    if most < _MANY:
        return None
    likely = min(_MANY_LIKELY + _EACH_MORE * (most - _MANY), _MOST_LIKELY)
    return Cause("overload", round(likely, 2), (("messages_in_a_day", most),))


def _hard_question(thread: Thread) -> Cause | None:
    """Our last words ask much, or nothing that can be answered."""
    text = thread.said[-1].words
    asked, said = questions(text), words(text)
    found = [(name, 1) for name in sorted(remarks(text, _HOW_ASKED))]
    found += [("questions", asked)] if asked >= _QUESTIONS else []
    found += [("words", said)] if asked and said >= _LONG else []
    if not found:
        return None
    likely = max(_QUESTION_LIKELY[name] for name, _ in found) * _seen(thread)
    return Cause("hard_question", round(likely, 2), tuple(found))


def _off_hours(thread: Thread) -> Cause | None:
    """It came by night there, or just before; or on a weekend."""
    last, waking = thread.said[-1], thread.free_from(thread.said[-1].at, QUIET_HOURS)
    factor = 0.5 if last.read_at is not None else 1.0
    evidence = (("hour_there", thread.hour(last.at)),)
    if waking.reasons and thread.now < waking.at + _WOKEN:
        likely = _NIGHT_LIKELY if thread.now < waking.at else _WOKEN_LIKELY
        return Cause("off_hours", likely * factor, evidence)
    if thread.quiet_for < clock.DAY and thread.free_from(thread.now, QUIET_HOURS).reasons:
        late = thread.free_from(last.at + _WOKEN, QUIET_HOURS).reasons
        return Cause("off_hours", _EVENING_LIKELY * factor, evidence) if late else None
    if thread.free_from(last.at, HOLIDAYS, WEEKENDS).reasons == ("WEEKEND",):
        monday = thread.free_from(last.at, WEEKENDS).at
        return (
            Cause("off_hours", _WEEKEND_LIKELY, (("weekend", 1),))
            if (thread.now < monday + clock.DAY)
            else None
        )
    return None


def _holiday(thread: Thread) -> Cause | None:
    """It came on a public holiday there, or today is one."""
    at = thread.said[-1].at
    over = thread.free_from(at, HOLIDAYS, WEEKENDS)
    if "HOLIDAY" in over.reasons and thread.now < over.at + clock.DAY // 2:
        return Cause("holiday", _HOLIDAY_LIKELY, (("holiday_when_it_came", 1),))
    if thread.quiet_for < 2 * clock.DAY and thread.free_from(thread.now, HOLIDAYS).reasons:
        return Cause("holiday", _HOLIDAY_NOW_LIKELY, (("holiday_now", 1),))
    return None


def _busy_hour(thread: Thread) -> Cause | None:
    """It came in the middle of a workday, in hours in which they never write."""
    at = thread.said[-1].at
    hour = thread.hour(at)
    is_workday = not thread.free_from(at, HOLIDAYS, WEEKENDS).reasons
    if hour not in _BUSY or not is_workday or thread.quiet_for >= _BUSY_FOR:
        return None
    hours = [thread.hour(one.at) for one in thread.before if not one.is_ours]
    hours += [thread.best_hour] if thread.best_hour is not None else []
    if len(hours) < _HABIT or any(abs(one - hour) <= _NEAR for one in hours):
        return Cause("busy_hour", _BUSY_LIKELY, (("hour_there", hour),))
    usual = max(set(hours), key=lambda one: (hours.count(one), one))
    return Cause("busy_hour", _OTHER_HOURS_LIKELY, (("hour_there", hour), ("their_hour", usual)))


def _seen(thread: Thread) -> float:
    return 1.0 if _receipts_off(thread) else _SEEN[thread.state]


_LOOKS: tuple[Callable[[Thread], Cause | None], ...] = (
    *(_blocked_or_gone, _receipts_off, *(_what_they_said(one) for one in _SAID)),
    *(_refusal, _price_jump, _overload, _hard_question, _off_hours, _holiday, _busy_hour),
)
