"""Retention (F49): how long each kind of data is kept, and the night's work that carries it out.

A tenant may change the days of a kind, but not below what its note says must be kept. What law
keeps longer than the person wants (orders, the proof of a consent) stands under no rule here, and
what a legal hold keeps of somebody is spared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import channels
import commerce
import contacts
import conversations
from kernel import audit, clock, database, events, ids, tenancy
from kernel.aging import Aging, Found
from kernel.errors import Invalid
from kernel.events import Event
from kernel.ids import Id

_LONGEST = 36_500
_START = "0" * 32


@dataclass(frozen=True)
class Kind:
    """A kind of data: how many days it is kept by default, and within which bounds."""

    days: int
    note: str
    least: int = 1
    rows: Sequence[Aging] = ()
    # Kept so long by the house itself, for every tenant alike.
    is_fixed: bool = False


@dataclass(frozen=True)
class Rule:
    """How long a kind is kept by the current tenant, and since when that was set."""

    name: str
    kind: Kind
    days: int
    set_at: int | None


KINDS: Mapping[str, Kind] = {
    "message_bodies": Kind(
        1095,
        "What was said. Messages stay, with times and states; so do all figures. Claims out of a "
        "sale expire after 2 to 3 years in most countries.",
        rows=conversations.BODIES,
    ),
    "media": Kind(365, "Files of messages: pictures, voices, documents.", rows=channels.MEDIA),
    "platform_updates": Kind(
        365,
        "What the platform told of accounts, numbers and persons.",
        rows=channels.PLATFORM_UPDATES,
    ),
    "activity": Kind(
        1095, "What touched a person, and when: the source of timelines.", rows=contacts.ACTIVITY
    ),
    "carts": Kind(365, "Carts that were never bought.", rows=commerce.CARTS),
    "visits": Kind(
        395,
        "What was looked at in shops; 13 months is what supervisors hold fitting.",
        rows=commerce.VISITS,
    ),
    "audit": Kind(
        1095, "Who read or changed what. At least a year, to answer for it (GDPR 5(2)).", least=365
    ),
    "deliveries": Kind(3, "Deliveries as they came, sealed.", is_fixed=True),
    "import_files": Kind(7, "Uploaded files of contacts and orders.", is_fixed=True),
    "kept_answers": Kind(1, "Answers to requests with an Idempotency-Key.", is_fixed=True),
    "sessions": Kind(30, "Sign-ins that have ended.", is_fixed=True),
}


async def rules() -> list[Rule]:
    """How long the current tenant keeps each kind."""
    rows = await database.rows(
        "SELECT kind, days, updated_at FROM retention_rule WHERE tenant_id = $1::uuid",
        tenancy.current(),
    )
    own = {row["kind"]: row for row in rows}
    return [
        Rule(name, kind, own[name]["days"], own[name]["updated_at"])
        if name in own
        else Rule(name, kind, kind.days, None)
        for name, kind in KINDS.items()
    ]


@database.unit_of_work
async def set_rule(name: str, days: int) -> None:
    """Keep a kind for so many days from the next night on; Invalid beyond its bounds."""
    check(name, days)
    row_id, now = ids.new_id(), clock.now()
    await database.insert(
        "retention_rule",
        [
            {
                "tenant_id": tenancy.current(),
                "id": row_id,
                "kind": name,
                "days": days,
                "created_at": now,
                "updated_at": now,
            }
        ],
        conflict="""ON CONFLICT (tenant_id, kind)
                    DO UPDATE SET days = excluded.days, updated_at = excluded.updated_at""",
    )
    await events.record(Event("retention.rule_changed", {"rule": name}))


async def preview(changes: Mapping[str, int]) -> dict[str, Found]:
    """What the next night would let go, by kind, were the rules changed so; nothing is done."""
    for name, days in changes.items():
        check(name, days)
    found, spared = {}, await _held()
    for rule in await rules():
        if not rule.kind.is_fixed:
            before = _before(changes.get(rule.name, rule.days))
            found[rule.name] = await _find(rule.name, before, spared)
    return found


async def carry_out() -> None:
    """A night's work: what is past its days goes. Whoever is stopped goes on the next time."""
    for rule in await rules():
        gone = 0 if rule.kind.is_fixed else await _let_go(rule)
        if gone:
            await _tell(rule.name)


def check(name: str, days: int) -> None:
    """Invalid where a kind is not known, is fixed, or may not be kept for so many days."""
    kind = KINDS.get(name)
    if kind is None or kind.is_fixed:
        raise Invalid("There is no such rule to set.", field=("kind",))
    if not kind.least <= days <= _LONGEST:
        raise Invalid(
            f"{name} is kept for {kind.least} to {_LONGEST} days; this is {days}.",
            code="BAD_RANGE",
            field=("days",),
        )


async def _find(name: str, before: int, spared: Sequence[Id]) -> Found:
    found = [await one.find(before, spared) for one in KINDS[name].rows or (_AUDIT,)]
    oldest = [one.oldest for one in found if one.oldest is not None]
    return Found(sum(one.count for one in found), min(oldest, default=None))


async def _let_go(rule: Rule) -> int:
    before, spared, total = _before(rule.days), await _held(), 0
    for one in rule.kind.rows:
        after = _START
        while gone := await one.go(before, after, spared):
            after, total = gone[-1], total + len(gone)
    if rule.name == "audit":
        while count := await audit.forget(before):
            total += count
    return total


async def _held() -> list[Id]:
    """The contacts, and the owners of their keys, whose messages a legal hold keeps."""
    rows = await database.rows(
        """WITH held AS (
               SELECT h.contact_id FROM legal_hold h
                WHERE h.tenant_id = $1::uuid AND h.ended_at IS NULL
                  AND h.listed LIKE '%"messages"%'
           ), people AS (
               SELECT contact_id AS id FROM held
                UNION SELECT c.id FROM contact c WHERE c.tenant_id = $1::uuid
                         AND c.merged_into IN (SELECT contact_id FROM held)
           )
           SELECT id FROM people
            UNION SELECT s.id FROM subject s WHERE s.tenant_id = $1::uuid
                     AND s.contact_id IN (SELECT id FROM people)""",
        tenancy.current(),
    )
    return [row["id"] for row in rows]


@database.unit_of_work
async def _tell(name: str) -> None:
    await events.record(Event("retention.carried_out", {"rule": name, "run": ids.new_id()}))


def _before(days: int) -> int:
    return clock.now() - days * clock.DAY


# Only counted here: the log is cut from its start, so that its chain still holds.
_AUDIT = Aging("audit_entry")
