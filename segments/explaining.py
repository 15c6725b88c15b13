"""Why a contact belongs to a segment or not: the conditions that decide (F36)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kernel import clock
from kernel.errors import NotFound
from kernel.ids import Id
from segments.definitions import rules_of_tenant
from segments.evidence import evidence_of
from segments.matching import Evidence, found, holds
from segments.references import whole
from segments.rules import Condition, Group, Path, Rule, places


@dataclass(frozen=True, slots=True)
class Reason:
    """A condition that decides: where it stands in the rule, what was found, whether it holds.

    In a rule that leads to other segments, the path goes on in theirs.
    """

    path: Path
    condition: Condition
    found: str | int | None
    holds: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a contact belongs, and the fewest conditions that, were each otherwise, would change
    that: of a chain of conditions that all fail, all of these.
    """

    belongs: bool
    deciding: Sequence[Reason]


async def explain_membership(segment_id: Id, contact_id: Id) -> Explanation:
    """Why this contact belongs to this segment or not, by the rule as it is now.

    NotFound where there is no such segment or contact.
    """
    rules = await rules_of_tenant()
    if segment_id not in rules:
        raise NotFound("There is no such segment.", field=("segment",))
    known = (await evidence_of([contact_id])).get(contact_id)
    if known is None:
        raise NotFound("There is no such contact.", field=("contact",))
    return explain(whole(rules[segment_id], rules, segment_id), known, clock.now())


def explain(rule: Rule, known: Evidence, now: int) -> Explanation:
    """Why the rule holds for this contact or not."""
    answers = {path: holds(one, known, now) for path, one in places(rule)}
    belongs, deciding = _weigh(rule, ("rule",), answers)
    return Explanation(
        belongs,
        [
            Reason(path, one, found(one, known, now), answers[path])
            for path, one in places(rule)
            if path in deciding
        ],
    )


def _weigh(rule: Rule, path: Path, answers: Mapping[Path, bool]) -> tuple[bool, tuple[Path, ...]]:
    """The answer of a rule, and the fewest conditions that turn it when they turn."""
    if not isinstance(rule, Group):
        [(place, _)] = places(rule, path)
        return answers[place], (place,)
    parts = [_weigh(one, (*path, rule.word, str(at)), answers) for at, one in enumerate(rule.rules)]
    # One that fails decides for all, one that holds for any and for none.
    decides = rule.word != "all"
    deciding = [turning for answer, turning in parts if answer == decides]
    if deciding:
        turning = tuple(place for some in deciding for place in some)
    else:
        turning = min((some for _, some in parts), key=len)
    return (bool(deciding) == decides) != (rule.word == "none"), turning
