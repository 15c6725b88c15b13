"""What happens to messages while their number is down: they wait, or go by e-mail (F25).

A rule stands for a template, or else for all that is of one kind to its reader; where there is
none, messages wait. Only templates go by e-mail: what stands in a mailing, or answers in an open
window, waits in any case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from conversations.asked import Asked, PaceKind
from conversations.gate import Decision, Ruled
from kernel import clock, database, tenancy
from kernel.database import Batch
from kernel.errors import Invalid
from kernel.ids import Id

RuleKind = Literal["template", "pace_kind"]
RuleWay = Literal["wait", "email"]
_MOST_RULES = 200
_LONGEST_NAME = 512  # contract 5.1
# What the gate says of a number or its account, and nothing of the message.
OF_THE_LINE = frozenset(
    ("NUMBER_DISCONNECTED", "NO_TOKEN", "TOKEN_REFUSED", "ACCOUNT_DISABLED", "ACCOUNT_RESTRICTED")
)
# Whether a send, or something like one, called `s`, goes by e-mail now: its number is down, the
# rule says so, and an address is known.
GOES_BY_EMAIL = """
    s.template_name IS NOT NULL
    AND EXISTS (SELECT 1 FROM outage o
                 WHERE o.tenant_id = $1::uuid AND o.number_id = s.number_id AND o.ended_at IS NULL)
    AND coalesce(
        (SELECT r.way FROM fallback_rule r
          WHERE r.tenant_id = $1::uuid AND r.kind = 'template' AND r.name = s.template_name),
        (SELECT r.way FROM fallback_rule r
          WHERE r.tenant_id = $1::uuid AND r.kind = 'pace_kind' AND r.name = s.pace_kind),
        'wait') = 'email'
    AND EXISTS (SELECT 1 FROM identity i
                 WHERE i.tenant_id = $1::uuid AND i.contact_id = s.contact_id
                   AND i.kind = 'email' AND i.state = 'current')
"""


@dataclass(frozen=True, slots=True)
class FallbackRule:
    """What to do with messages of a template, or of a kind."""

    kind: RuleKind
    name: str
    way: RuleWay


async def list_fallbacks() -> list[FallbackRule]:
    """The rules of the current tenant: those of kinds, then those of templates."""
    rows = await database.rows(
        """SELECT kind, name, way FROM fallback_rule WHERE tenant_id = $1::uuid
            ORDER BY kind, name""",
        tenancy.current(),
    )
    return [FallbackRule(**row) for row in rows]


@database.unit_of_work
async def set_fallback(rule: FallbackRule) -> None:
    """Set a rule of the current tenant; Invalid names the field."""
    if rule.kind == "pace_kind" and rule.name not in get_args(PaceKind):
        raise Invalid(f"A kind is one of {', '.join(get_args(PaceKind))}.", field=("kind",))
    if rule.kind == "template" and not 1 <= len(rule.name) <= _LONGEST_NAME:
        raise Invalid("A template's name is wanted.", field=("template",))
    there = {(one.kind, one.name) for one in await list_fallbacks()}
    if len(there | {(rule.kind, rule.name)}) > _MOST_RULES:
        raise Invalid(f"At most {_MOST_RULES} rules are kept.", field=("template",))
    await database.insert(
        "fallback_rule",
        [
            {
                "tenant_id": tenancy.current(),
                "kind": rule.kind,
                "name": rule.name,
                "way": rule.way,
                "updated_at": clock.now(),
            }
        ],
        conflict="""ON CONFLICT (tenant_id, kind, name) DO UPDATE
            SET way = excluded.way, updated_at = excluded.updated_at""",
    )


async def waits_for_email(ruled: Sequence[tuple[Asked, Ruled]]) -> dict[Id, Decision]:
    """Of messages that are refused for their number alone: those that wait, to go by e-mail."""
    barred = [
        (asked, one)
        for asked, one in ruled
        if one.decision.ruling == "refuse"
        and all(
            reason.code in OF_THE_LINE for reason in one.decision.reasons if reason.until is None
        )
    ]
    if not barred:
        return {}
    rows = await database.rows(
        f"SELECT s.id FROM ({{batch}}) AS s WHERE {GOES_BY_EMAIL}",
        tenancy.current(),
        batch=Batch(
            {
                "id": "uuid",
                "contact_id": "uuid",
                "number_id": "uuid",
                "template_name": "text",
                "pace_kind": "text",
            },
            [
                [asked.id, asked.contact_id, asked.number_id, asked.template_name, one.pace_kind]
                for asked, one in barred
            ],
        ),
    )
    taken, now = {row["id"] for row in rows}, clock.now()
    return {
        asked.id: Decision("defer", one.decision.reasons, now)
        for asked, one in barred
        if asked.id in taken
    }
