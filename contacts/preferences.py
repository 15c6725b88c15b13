"""What a contact chose themselves: how often, about what, or nothing any more (F11, F12).

A topic that they do not want is a withdrawal of that topic in the consent ledger, so that there is
proof of it; a topic that they want again is that withdrawal taken back. How often is a number of
days between two promotions, on the contact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from contacts.consent import MARKETING, ConsentStep, Grounds, record_consent
from contacts.queries import ConsentRow, ContactRow, consents_of
from contacts.topics import list_topics
from kernel import clock, database, events, tenancy
from kernel.errors import NotFound
from kernel.events import Event
from kernel.ids import Id

# What can be chosen: promotions as they come, a week apart, a month apart.
GAPS = (0, 7, 30)
_OFF = ("withdrawn", "refused")
_OVER = (*_OFF, "none")


@dataclass(frozen=True, slots=True)
class By:
    """Who told of a choice, by which way, and what shows that they did.

    `kind` is contact, person or key.
    """

    kind: str
    id: Id
    method: str
    evidence: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose; None and topics that are left out stay. `topics`: id → wanted."""

    gap_days: int | None = None
    topics: Mapping[Id, bool] = field(default_factory=dict)


@database.unit_of_work
async def choose(contact: ContactRow, choice: Choice, by: By) -> None:
    """Write down what a contact chose; what stood so before is no change.

    NotFound for a topic that is not offered.
    """
    offered = {topic.id: topic.code for topic in await list_topics() if topic.state == "active"}
    if not offered.keys() >= choice.topics.keys():
        raise NotFound("There is no such topic.", field=("topics",))
    standing = await _standing(contact["id"])
    steps = []
    for topic_id, is_wanted in choice.topics.items():
        about = (MARKETING, offered[topic_id])
        is_off = about in standing and standing[about]["state"] in _OFF
        if is_wanted == is_off:
            kind = "superseded" if is_wanted else "withdrawn"
            steps.append(_step(contact, kind, about, standing, by))
    entries = await record_consent(steps)
    changed = await database.run(
        """UPDATE contact SET marketing_gap_days = $3, updated_at = $4
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND marketing_gap_days <> $3""",
        tenancy.current(),
        contact["id"],
        contact["marketing_gap_days"] if choice.gap_days is None else choice.gap_days,
        clock.now(),
    )
    if entries or changed:
        await events.record(Event("preference.changed", {"contact": contact["id"]}))


@database.unit_of_work
async def withdraw_all(contact: ContactRow, by: By) -> None:
    """End marketing and whatever else the contact allowed; twice is once.

    Marketing is withdrawn even where it was never allowed: what they wish is what counts.
    """
    standing = await _standing(contact["id"])
    wanted = {about for about, row in standing.items() if row["state"] not in _OVER}
    whole = standing.get((MARKETING, ""))
    if whole is None or whole["state"] != "withdrawn":
        wanted.add((MARKETING, ""))
    await record_consent(
        [_step(contact, "withdrawn", about, standing, by) for about in sorted(wanted)]
    )


def unwanted_topics(consents: list[ConsentRow]) -> Iterator[str]:
    """The codes of the topics that somebody does not want, of what they allowed and forbade."""
    for row in consents:
        if row["purpose"] == MARKETING and row["topic"] and row["state"] in _OFF:
            yield row["topic"]


def allows_marketing(consents: list[ConsentRow]) -> bool:
    """Whether somebody confirmed consent to marketing, by what they allowed and forbade."""
    return any(
        row["purpose"] == MARKETING and not row["topic"] and row["state"] == "confirmed"
        for row in consents
    )


Standing = dict[tuple[str, str], ConsentRow]


async def _standing(contact_id: Id) -> Standing:
    found = (await consents_of([contact_id])).get(contact_id, [])
    return {(row["purpose"], row["topic"]): row for row in found}


def _step(
    contact: ContactRow,
    kind: str,
    about: tuple[str, str],
    standing: Standing,
    by: By,
) -> ConsentStep:
    before = standing[about]["entry_id"] if about in standing else ""
    return ConsentStep(
        contact_id=contact["id"],
        subject_id=contact["subject_id"],
        kind=kind,
        method=by.method,
        # One for each state that it ends: what was chosen anew can be chosen away again.
        source=f"{by.method}|{contact['id']}|{about[0]}|{about[1]}|{before}",
        at=clock.now(),
        purpose=about[0],
        topic=about[1],
        evidence=by.evidence,
        grounds=Grounds(actor_kind=by.kind, actor_id=by.id),
    )
