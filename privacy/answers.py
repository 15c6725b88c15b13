"""The second yes, or the no (F9): by button, word or link, from the same person, to the prompt.

What is not right changes nothing and leaves a trace in the audit log. The last word of a person on
a prompt counts, by the time at which they said it, as long as the prompt holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import contacts
import conversations
import tenants
from channels import wire
from contacts import Answer, ConsentRequestRow, ConsentStep, Grounds
from conversations import Stored
from kernel import audit, clock, database, tenancy
from kernel.audit import Actor
from kernel.errors import Conflict
from kernel.ids import Id
from privacy.consent_words import Meaning, fill, meaning_of
from privacy.double_opt_in import NO, YES, FirstYes, ask

# Of all wordings of a tenant, the one that people can ask for by a word.
BY_WORD = "marketing"
Outcome = Literal["confirmed", "refused"]


@dataclass(frozen=True, slots=True)
class _Heard:
    """What somebody said that may be about a consent; `request_id` where a button names it."""

    of: Stored
    update: wire.InboundMessage
    meaning: Meaning
    request_id: Id | None = None

    @property
    def contact_id(self) -> Id:
        return self.of.received.known.contact_id

    @property
    def at(self) -> int:
        return self.of.received.at


@database.unit_of_work
async def hear(stored: Sequence[Stored]) -> None:
    """Take the answers among what people just wrote, in the unit in which it was stored."""
    heard = [one for each in stored if (one := await _read(each))]
    if not heard:
        return
    asked = await _prompted(heard)
    answers = [one for one in heard if one.meaning != "start"]
    pairs = [(one, row) for one in answers for row in asked.get(one.of.message_id, ())]
    prompts = [(one.of.message_id, row["prompt_id"] or "") for one, row in pairs]
    replies = await conversations.replies_to(prompts)
    told: dict[Id, tuple[_Heard, ConsentRequestRow]] = {}
    for (one, row), reply in zip(pairs, replies, strict=True):
        is_named = one.request_id is not None
        if row["contact_id"] != one.contact_id:
            await _leave_trace(one, row["id"], "other_person")
        elif reply == "other" and (not is_named or one.update.reply_to is not None):
            if is_named:
                await _leave_trace(one, row["id"], "other_message")
        elif one.at >= row["expires_at"]:
            await _leave_trace(one, row["id"], "expired")
        else:
            told.setdefault(one.of.message_id, (one, row))
    await _write_down([_step(*each) for each in told.values()])
    for one in heard:
        if one.meaning == "start":
            await _begin(one)


@dataclass(frozen=True, slots=True)
class Question:
    """What the link of a prompt asks: of which store, and to agree to what, in which language."""

    house: str
    statement: str
    locale: str


async def question_of(token: str) -> Question:
    """What a link asks. DeadLink, or Conflict (LINK_USED), as for an answer."""
    leads_to = await _follow(token)
    with tenancy.acting_for(leads_to.tenant_id):
        row = (await contacts.requests_by_ids([leads_to.row_id])).get(leads_to.row_id)
        if row is None or not _holds(row) or row["link_used_at"] is not None:
            raise _used()
        [wording] = (await contacts.wordings_by_ids([row["wording_id"]])).values()
        house = (await tenants.read_settings()).name
        statement = fill(wording["statement"], store=house)
        return Question(house, statement, wording["locale"])


async def answer_by_link(token: str, is_yes: bool, evidence: dict[str, str | None]) -> Outcome:
    """Take an answer by the link of a prompt, which works once; part of no unit.

    DeadLink for a token that is forged or has ended, Conflict (LINK_USED) for one that was used.
    """
    leads_to = await _follow(token)
    with tenancy.acting_for(leads_to.tenant_id):
        outcome = await _use(leads_to.row_id, is_yes, evidence)
        if outcome is None:
            await _note_stranger(leads_to.row_id, "replayed")
            raise _used()
        return outcome


async def _follow(token: str) -> tenants.PublicLink:
    """Where a link leads; one that is dead leaves a trace where there is what it claims."""
    try:
        return tenants.read_public_link("confirmation", token)
    except tenants.DeadLink as dead:
        if dead.claimed:
            with tenancy.acting_for(dead.claimed.tenant_id):
                if await contacts.requests_by_ids([dead.claimed.row_id]):
                    is_late = dead.code == "LINK_EXPIRED"
                    await _note_stranger(dead.claimed.row_id, "expired" if is_late else "forged")
        raise


async def _note_stranger(request_id: Id, outcome: str) -> None:
    ids = {"request": [request_id]}
    await audit.record("consent.answer", ids, actor=audit.STRANGER, outcome=outcome)


def _used() -> Conflict:
    return Conflict("This link was used, or what it is about is over.", code="LINK_USED")


def _holds(row: ConsentRequestRow) -> bool:
    return row["prompt_id"] is not None and row["expires_at"] > clock.now()


async def _read(one: Stored) -> _Heard | None:
    update = one.received.update
    if not isinstance(update, wire.InboundMessage) or not one.received.is_live:
        return None
    if update.forwarded or one.received.changes or update.text is None:
        return None
    if is_answer(update):
        return await _read_button(one, update)
    if update.choice is not None:
        return None
    meaning = meaning_of(update.text)
    return _Heard(one, update, meaning) if meaning else None


def is_answer(update: wire.InboundMessage) -> bool:
    """Whether it was tapped on the button of a prompt, and so says nothing else."""
    return (update.choice or "").startswith((YES, NO))


async def _read_button(one: Stored, update: wire.InboundMessage) -> _Heard | None:
    meaning, _, token = (update.choice or "").partition(":")
    try:
        leads_to = tenants.read_public_link("answer", token)
    except tenants.DeadLink as dead:
        # When it was tapped is for the request to judge.
        if dead.claimed is None or dead.code != "LINK_EXPIRED":
            await _trace(one, {}, "forged")
            return None
        leads_to = dead.claimed
    if leads_to.tenant_id != tenancy.current():
        await _trace(one, {}, "forged")
        return None
    return _Heard(one, update, "yes" if f"{meaning}:" == YES else "no", leads_to.row_id)


async def _prompted(heard: Sequence[_Heard]) -> dict[Id, list[ConsentRequestRow]]:
    """The requests, of which a prompt went out, that each of these may answer."""
    by_id = await contacts.requests_by_ids(one.request_id for one in heard if one.request_id)
    words = {one.contact_id for one in heard if one.request_id is None}
    by_contact = await contacts.requests_of(words)
    found: dict[Id, list[ConsentRequestRow]] = {}
    for one in heard:
        if one.request_id is None:
            rows = by_contact.get(one.contact_id, [])
        else:
            rows = [by_id[one.request_id]] if one.request_id in by_id else []
            if not rows:
                await _trace(one.of, {"request": [one.request_id]}, "gone")
        found[one.of.message_id] = [row for row in rows if row["prompt_id"]]
    return found


def _step(one: _Heard, row: ConsentRequestRow) -> tuple[ConsentStep, Answer]:
    is_yes = one.meaning == "yes"
    step = ConsentStep(
        row["contact_id"],
        one.of.received.known.subject_id,
        "confirmed" if is_yes else "refused",
        "keyword" if one.request_id is None else "button",
        f"answer|{one.update.wamid}",
        one.at,
        row["purpose"],
        row["topic"],
        {"wamid": one.update.wamid, "context": one.update.reply_to, "words": one.update.text},
        _grounds(row, one.of.message_id),
    )
    return step, Answer(row["id"], is_yes, one.at)


def _grounds(row: ConsentRequestRow, answer_id: Id | None = None) -> Grounds:
    return Grounds(
        row["id"],
        row["touchpoint_id"],
        row["wording_id"],
        row["prompt_hash"],
        actor_kind="contact",
        actor_id=row["contact_id"],
        prompt_id=row["prompt_id"],
        answer_id=answer_id,
    )


async def _write_down(told: Sequence[tuple[ConsentStep, Answer]]) -> None:
    if told:
        steps = [step for step, _ in told]
        await contacts.record_consent([*await _superseded(steps), *steps])
        await contacts.answer_requests([answer for _, answer in told])


async def _superseded(steps: Sequence[ConsentStep]) -> list[ConsentStep]:
    """That yeses to other wordings end where one to a newer wording takes their place."""
    agreed = await contacts.agreed_wordings(step.contact_id for step in steps)
    return [
        replace(
            step,
            kind="superseded",
            method="newer_wording",
            source=f"superseded|{before[0]}",
            evidence={},
            grounds=Grounds(step.grounds.request_id, wording_id=before[1], actor_kind="system"),
        )
        for step in steps
        if step.kind == "confirmed"
        and (before := agreed.get((step.contact_id, step.purpose, step.topic)))
        and before[1] != step.grounds.wording_id
    ]


async def _begin(one: _Heard) -> None:
    """A word that asks for it is a first yes, where the tenant has a wording for that."""
    [contact] = (await contacts.contacts_by_ids([one.contact_id])).values()
    settings = await tenants.read_settings()
    wording = await contacts.newest_wording(BY_WORD, [contact["language"], settings.locale])
    if wording is None:
        return
    try:
        await ask(
            FirstYes(
                one.contact_id,
                wording["id"],
                "keyword",
                min(one.at, clock.now()),
                {"wamid": one.update.wamid, "words": one.update.text},
                "contact",
                one.contact_id,
                number_id=one.of.received.number_id,
            )
        )
    except Conflict:
        return  # they have it already


@database.unit_of_work
async def _use(request_id: Id, is_yes: bool, evidence: dict[str, str | None]) -> Outcome | None:
    """Use up the link of a request and take the answer; None where it cannot be used any more."""
    row = await contacts.hold_request(request_id)
    if row is None or not _holds(row) or not await contacts.use_link(request_id):
        return None
    outcome: Outcome = "confirmed" if is_yes else "refused"
    step = ConsentStep(
        row["contact_id"],
        row["subject_id"],
        outcome,
        "link",
        f"link|{row['id']}",
        clock.now(),
        row["purpose"],
        row["topic"],
        evidence,
        _grounds(row),
    )
    await _write_down([(step, Answer(row["id"], is_yes, step.at))])
    return outcome


async def _leave_trace(one: _Heard, request_id: Id, outcome: str) -> None:
    await _trace(one.of, {"request": [request_id]}, outcome)


async def _trace(one: Stored, ids: dict[str, list[Id]], outcome: str) -> None:
    contact_id = one.received.known.contact_id
    await audit.record(
        "consent.answer",
        {"contact": [contact_id], "message": [one.message_id], **ids},
        actor=Actor("contact", contact_id),
        outcome=outcome,
    )
