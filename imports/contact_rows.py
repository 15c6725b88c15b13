"""Rows of a file of contacts as people, and how a batch of them is entered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import contacts
import links
from contacts import Consent, Effect, Listed, Sighting
from imports import values
from imports.batches import Batch
from imports.cells import Cells
from imports.columns import Field
from imports.plans import Plan
from imports.problems import Problem
from imports.rows import Rows
from imports.values import Wrong
from kernel import clock
from kernel.errors import Invalid
from kernel.ids import Id

AT_ONCE = 1000
Item = tuple[int, Listed]
_FOUND = {"new": "created", "known": "known", "several": "refused", "suppressed": "refused"}
NOBODY = {"several": "TWO_PEOPLE", "suppressed": "SUPPRESSED"}


class ContactRows:
    """Reads a file of contacts batch by batch; `at` is when the list was told."""

    def __init__(self, plan: Plan, rows: Rows, at: int) -> None:
        self._rows = rows
        self._cells = Cells(plan)
        self._plan = plan
        self._at = at

    def next_batch(self) -> Batch:
        """The next thousand rows."""
        batch = Batch(is_last=True)
        for row in self._rows:
            if row.cells or row.trouble:
                self._read(batch, row.number, row.cells, row.trouble)
                batch.counts["rows"] += 1
            batch.done += 1
            if batch.done == AT_ONCE:
                batch.is_last = False
                break
        batch.position, batch.row_number = self._rows.position, self._rows.number
        return batch

    def _read(self, batch: Batch, number: int, cells: list[str], trouble: str | None) -> None:
        found = self._cells.of(batch, number, cells, trouble)
        if found is None:
            return
        try:
            person = self._cells.person(batch, number, found)
            if not (person.phone or person.email or person.customer):
                batch.refuse(number, "NOBODY")
                return
            consent = self._consent(batch, number, found)
        except Wrong as wrong:
            batch.refuse(number, wrong.code, self._cells.last)
            return
        sighting = Sighting(
            self._at,
            phone=person.phone,
            email=person.email,
            customer=person.customer,
            store=self._plan.store_id or "",
            name=person.name,
            source="import",
        )
        language = self._cells.lenient(batch, number, found, Field.LANGUAGE, values.language)
        tags = self._tags(batch, number, found)
        batch.items.append((number, Listed(sighting, language, person.country, tags, consent)))

    def _tags(self, batch: Batch, number: int, found: dict[int, str]) -> tuple[str, ...]:
        tags = []
        for column, cell in found.items():
            if self._plan.mapping[column] is not Field.TAGS:
                continue
            for name in cell.replace(";", ",").split(","):
                try:
                    tags += [contacts.tidy_tag(name)] if name.strip() else []
                except Invalid:
                    batch.remark(number, "BAD_TAG", column)
        return tuple(dict.fromkeys(tags))

    def _consent(self, batch: Batch, number: int, found: dict[int, str]) -> Consent | None:
        """A yes with its evidence and time; without them one that proves nothing (F9).

        Nobody knows when an unproven yes was given: whatever else is known outranks it.
        """
        if self._plan.legal_basis != "consent":
            return None
        evidence = self._cells.get(found, Field.CONSENT_EVIDENCE)
        told_at = self._cells.get(found, Field.CONSENT_AT)
        if not evidence:
            batch.remark(number, "NO_EVIDENCE", self._plan.column_of(Field.CONSENT_EVIDENCE))
        elif not told_at:
            batch.remark(number, "NO_CONSENT_DATE", self._plan.column_of(Field.CONSENT_AT))
        else:
            try:
                at = values.time(told_at, self._plan.time_zone, self._plan.is_month_first)
                if at <= clock.now():
                    return self._said("confirmed", at, evidence, told_at)
            except Wrong:
                pass
            batch.remark(number, "BAD_CONSENT_DATE", self._plan.column_of(Field.CONSENT_AT))
        return self._said("unproven", 0, evidence, told_at)

    def _said(self, kind: str, at: int, evidence: str | None, told_at: str | None) -> Consent:
        return Consent(kind, at, {"evidence": evidence, "given": told_at}, self._plan.touchpoint_id)


async def enter(
    items: Sequence[Item], job_id: Id, plan: Plan, at: int
) -> tuple[list[tuple[int, Effect]], list[Problem], Counter[str]]:
    """Enter these people: what it did by row, what was wrong, how many were what.

    `at` is when the list was told.
    """
    entered = await contacts.enter([listed for _, listed in items], job_id)
    uses = {}
    if plan.touchpoint_id:
        there = {one.contact_id for one in entered if one.contact_id and not one.is_frozen}
        uses = await links.note_listed(plan.touchpoint_id, there, at)
    effects: list[tuple[int, Effect]] = []
    problems: list[Problem] = []
    counts: Counter[str] = Counter()
    for (number, listed), one in zip(items, entered, strict=True):
        if one.nobody:
            problems.append(Problem(number, NOBODY[one.nobody]))
            counts["refused"] += 1
            continue
        effects += [(number, effect) for effect in one.effects]
        kinds = {effect.kind for effect in one.effects}
        counts["created" if "contact" in kinds else "updated" if kinds else "unchanged"] += 1
        if one.contact_id in uses:
            effects.append((number, Effect("use", uses.pop(one.contact_id), one.contact_id)))
        if listed.consent:
            counts[listed.consent.kind] += 1
    return effects, problems, counts


async def look_up(items: Sequence[Item]) -> tuple[list[Problem], Counter[str]]:
    """What entering them would come to (F7: dry run)."""
    found = await contacts.look_up([listed for _, listed in items])
    problems = [
        Problem(number, NOBODY[one])
        for (number, _), one in zip(items, found, strict=True)
        if one in NOBODY
    ]
    counts = Counter(_FOUND[one] for one in found)
    for (_, listed), one in zip(items, found, strict=True):
        if listed.consent and one not in NOBODY:
            counts[listed.consent.kind] += 1
    return problems, counts
