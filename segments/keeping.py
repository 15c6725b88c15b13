"""Members follow what happens, and the passing of time (F36).

A reader of the outbox of its own looks anew at the contacts that events are about, behind the
readers that write what rules ask about. Time takes things into windows and out of them: whose they
are, indexes of times tell, so that nobody goes through all contacts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kernel import clock, database, events, tenancy
from kernel.conditions import Conditions
from kernel.events import Event
from kernel.ids import Id
from segments.following import READER as FACTS
from segments.members import fill, refresh, review, whole_rules
from segments.ready_made import install
from segments.rules import (
    Created,
    Events,
    Figure,
    Messages,
    Orders,
    Rule,
    Trait,
    places,
)
from segments.state import read_state
from tenants import CATALOGUE

READER = "segments"
_CHANGED, _FOUNDED = "segment.changed", "tenant.founded"
# They write activity and scores, and facts.
_BEFORE = ("reactions", FACTS)
# Of whom these tell, something may be otherwise that rules ask about.
_TELLING = frozenset(
    kind.name
    for kind in CATALOGUE
    if "contact" in kind.refs
    and kind.name.partition(".")[0]
    in (
        *("contact", "consent", "order", "cart", "product", "checkout", "storefront", "link"),
        *("touchpoint", "call", "note", "score", "erasure"),
    )
) | {"message.received", "message.changed"}
# Time is followed for a tenant so often. What was computed a little earlier may only be seen now.
_EVERY = clock.MINUTE
_LATE = clock.MINUTE
_TIMES = {
    Events: ("activity", "contact_id", "at"),
    Messages: ("activity", "contact_id", "at"),
    Orders: ("shop_order", "contact_id", "placed_at"),
    Created: ("contact", "id", "created_at"),
}
_COMPUTED = (
    ("contact_facts", "contact_id", "computed_at"),
    ("contact_score", "contact_id", "computed_at"),
)
_SCORES = ("rfmSegment", "RECENCY_SCORE", "FREQUENCY_SCORE", "MONETARY_SCORE")


async def follow_members(limit: int = 2000) -> int:
    """Follow the outbox one step; how many events were seen."""
    return await events.follow(READER, _handle, limit, _TELLING | {_CHANGED, _FOUNDED}, _BEFORE)


async def _handle(happened: Sequence[Event]) -> None:
    if any(one.kind == _FOUNDED for one in happened):
        await install()
    changed = {one.refs["segment"] for one in happened if one.kind == _CHANGED}
    if changed:
        await fill(changed)
    touched = _touched(happened)
    if touched:
        await refresh(touched)


def _touched(told: Iterable[Event]) -> set[Id]:
    return {
        event.refs[name]
        for event in told
        if event.kind in _TELLING
        for name in ("contact", "merged")
        if name in event.refs
    }


async def pass_time() -> int:
    """Look anew at those of whom the passing of time tells, for each tenant whose turn it is; for
    how many tenants.
    """
    now = clock.now()
    with tenancy.across_tenants("time passes for the segments of all tenants"):
        due = await database.rows(
            """SELECT tenant_id, min(seen_to) AS since FROM segment
                WHERE deleted_at IS NULL AND seen_to <= $1 GROUP BY tenant_id""",
            now - _EVERY,
        )
    for row in due:
        with tenancy.acting_for(row["tenant_id"]):
            await _pass(row["since"] - _LATE, now)
    return len(due)


@database.unit_of_work
async def _pass(since: int, now: int) -> None:
    rules = await whole_rules()
    statement, params = _crossing(rules, since, now)
    await refresh(row["id"] for row in await database.rows(statement, *params))
    if ((await read_state())["cuts_at"] or 0) >= since:
        await review(one for one, rule in rules.items() if _asks_for_scores(rule))
    await database.run(
        "UPDATE segment SET seen_to = $2 WHERE tenant_id = $1::uuid AND deleted_at IS NULL",
        tenancy.current(),
        now,
    )


def _asks_for_scores(rule: Rule) -> bool:
    """Whether it is about quintiles: when these are cut anew, everybody may be in another."""
    return any(isinstance(one, Trait | Figure) and one.name in _SCORES for _, one in places(rule))


def _crossing(rules: Mapping[Id, Rule], since: int, now: int) -> tuple[str, list[object]]:
    """Whose times crossed an edge of a window in this time, and whose facts were computed."""
    edges = {(*place, 0) for place in _COMPUTED} | {
        (*_TIMES[type(one)], edge)
        for rule in rules.values()
        for _, one in places(rule)
        if isinstance(one, Created | Events | Messages | Orders)
        for edge in one.time.edges()
    }
    where = Conditions(tenancy.current())
    parts = [
        where.fill(
            f"""SELECT x.{contact} AS id FROM {table} x
                 WHERE x.tenant_id = $1::uuid AND x.{contact} IS NOT NULL
                   AND x.{column} BETWEEN ?::bigint AND ?::bigint""",
            since - edge,
            now - edge,
        )
        for table, contact, column, edge in sorted(edges)
    ]
    return "\nUNION\n".join(parts), where.params
