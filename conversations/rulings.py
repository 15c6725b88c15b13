"""Asking the gate: the facts of a whole batch in one statement, then the decision on each (F21)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import contacts
from channels import TOKEN_REFUSALS
from contacts import Paced, PaceRules
from conversations import gate
from conversations.asked import ASKS_CONSENT, Asked, PaceKind
from conversations.barriers import Barriers
from conversations.fallback import waits_for_email
from conversations.gate import Decision, Facts, Ruled, Went
from conversations.reasons import Reason, reason
from kernel import clock, database, tenancy
from kernel.database import Batch
from kernel.errors import Conflict
from kernel.ids import Id


class NotSendable(Conflict):
    """The gate said no; `reasons` holds every reason."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        first = reasons[0]
        super().__init__(first.message, code=first.code, field=(first.field,))
        self.reasons = tuple(reasons)


async def hold(asked: Sequence[Asked]) -> None:
    """Hold, until the open unit ends, what the gate is about to look at: people, for their pace,
    and their consents.

    What is no template answers its reader and asks for neither, but for what asks for the consent.
    Of a template only the facts tell whether it promotes.
    """
    contact_ids = {one.contact_id for one in asked if one.template_name or one.occasion}
    if contact_ids:
        batch = Batch({"contact_id": "uuid"}, [[one] for one in contact_ids])
        for statement in ("hold_people", "hold_consents"):
            sql = database.sql(__file__, statement)
            await database.rows(sql, tenancy.current(), batch=batch)


async def rulings(asked: Sequence[Asked]) -> dict[Id, Ruled]:
    """What the gate says of each message now, or when it is due."""
    return judge(await read_facts(asked), clock.now())


async def rehearse(asked: Sequence[Asked]) -> dict[Id, Decision]:
    """What the gate would say of each; nothing is written, nobody is held (F21: dry run)."""
    ruled = await rulings(asked)
    return {one.id: ruled[one.id].decision if one.id in ruled else _GONE for one in asked}


async def let_through(asked: Asked) -> Ruled:
    """What a message counts as, which may go now or later; NotSendable where the gate says no."""
    ruled = (await rulings([asked]))[asked.id]
    if ruled.decision.ruling == "refuse":
        instead = await waits_for_email([(asked, ruled)])
        if asked.id not in instead:
            raise NotSendable(ruled.decision.reasons)
        return ruled._replace(decision=instead[asked.id])
    return ruled


@dataclass(frozen=True, slots=True)
class Known:
    """What was read for a batch: each question with its row of `gate_facts.sql`, what went to each
    contact lately, the tenant's rules of pace."""

    pairs: Sequence[tuple[Asked, dict[str, Any]]]
    sent: Mapping[Id, Sequence[Went]]
    rules: PaceRules


async def read_facts(asked: Sequence[Asked]) -> Known:
    """All that the gate looks at, in a few statements however many are asked for."""
    rows = await database.rows(
        database.sql(__file__, "gate_facts"),
        tenancy.current(),
        batch=Batch(
            {
                "id": "uuid",
                "contact_id": "uuid",
                "number_id": "uuid",
                "template_name": "text",
                "template_language": "text",
                "occasion_id": "uuid",
                "topic": "text",
                "words_token": "bytea",
            },
            [
                [
                    one.id,
                    one.contact_id,
                    one.number_id,
                    one.template_name,
                    one.template_language,
                    one.occasion_id,
                    one.topic,
                    one.words_token,
                ]
                for one in asked
            ],
        ),
    )
    by_id = {one.id: one for one in asked}
    pairs = [(by_id[row["id"]], row) for row in rows]
    paced = {one.contact_id for one, row in pairs if _counts_as(one, row)[1] != "service"}
    rules = await contacts.pace_rules()
    return Known(pairs, await sent_lately(paced, rules) if paced else {}, rules)


def judge(known: Known, now: int) -> dict[Id, Ruled]:
    """The decision on each."""
    return {
        one.id: _rule(one, row, tuple(known.sent.get(one.contact_id, ())), known.rules, now)
        for one, row in known.pairs
    }


async def sent_lately(contact_ids: Collection[Id], rules: PaceRules) -> dict[Id, list[Went]]:
    """What went to each besides what serves them; who had nothing is not there."""
    days = max(rules.caps.longest_days, *contacts.GAPS)
    rows = await database.rows(
        database.sql(__file__, "sent_lately"),
        tenancy.current(),
        clock.now() - days * clock.DAY,
        batch=Batch({"contact_id": "uuid"}, [[one] for one in contact_ids]),
    )
    sent: dict[Id, list[Went]] = {}
    for row in rows:
        sent.setdefault(row.pop("contact_id"), []).append(Went(**row))
    return sent


def _counts_as(asked: Asked, row: Mapping[str, Any]) -> tuple[str, PaceKind]:
    """The category of a message, by its row of `gate_facts.sql`, and what it is to its reader.

    The category is the template's of this moment: the platform may have changed it (5.4). What
    promotes and names no kind of its own is a promotion, unless it asks for the consent to that.
    """
    if asked.template_name is None:
        return "service", asked.pace_kind
    category = (row["template_category"] or "").lower()
    is_bare = asked.pace_kind == "service" and asked.occasion != ASKS_CONSENT
    return category, "promotion" if is_bare and category == "marketing" else asked.pace_kind


def _rule(
    asked: Asked, row: Mapping[str, Any], sent: tuple[Went, ...], rules: PaceRules, now: int
) -> Ruled:
    """The decision on a row of `gate_facts.sql`, and on what went to the same contact."""
    category, pace_kind = _counts_as(asked, row)
    at = max(now, asked.due_at or 0)
    facts = Facts(
        needs_window=asked.needs_window,
        category=category,
        is_template=asked.template_name is not None,
        template_name=asked.template_name,
        token_refused=asked.is_new and _is_refused(row, at),
        occasion=asked.occasion,
        barriers=Barriers(*(row[name] for name in _BARRIERS)),
        origin=asked.origin,
        origin_id=asked.origin_id,
        pace_kind=pace_kind,
        sent=sent,
        paced=Paced(*(row[name] for name in _PACED)),
        rules=rules,
        created_at=asked.created_at,
        expires_at=asked.expires_at,
        **{name: row[name] for name in _READ},
    )
    return Ruled(gate.decide(facts, at), category, pace_kind)


def _is_refused(row: Mapping[str, Any], now: int) -> bool:
    expires_at = row["token_expires_at"]
    is_expired = expires_at is not None and expires_at <= now
    return is_expired or row["held_because"] in TOKEN_REFUSALS


_READ = (
    "window_closed_at",
    "tenant_state",
    "contact_state",
    "marketing",
    "is_suppressed",
    "number_state",
    "waba_state",
    "restricted_until",
    "has_address",
    "has_token",
    "template_status",
    "request_expires_at",
    "topic_consent",
    "marketing_gap_days",
    "said_at",
)
_BARRIERS = tuple(one.name for one in fields(Barriers))
_PACED = ("time_zone", "country", "stage", "tier", "first_purchase_at", "best_hour")
_GONE = Decision("refuse", (reason("CONTACT_GONE"),))
