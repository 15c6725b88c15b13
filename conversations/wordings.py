"""What a mailing says to each recipient (F26).

A million messages that may never leave are not written beforehand: the ledger holds their rows,
and thread, message and sealed words are written for a batch at a time, in the unit that admits it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

import channels
import contacts
from channels import TemplateFilter
from conversations import personal
from conversations.claims import Claim
from conversations.content import TemplateMessage
from conversations.filled import fill
from conversations.personal import Personal
from conversations.said import Said
from conversations.template_preview import values_of
from kernel import clock, database, keys, tenancy
from kernel.database import Batch
from kernel.ids import Id

_NO_VALUES: Mapping[str, str] = {}
_KEPT_FOR = clock.MINUTE
_MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a mailing, as they stand for so long in this process."""

    content: TemplateMessage
    personal: tuple[Personal, ...]
    components: Any
    until: int


@dataclass(frozen=True, slots=True)
class Wording:
    """What a mailing says; `known` are the fields of those who are written to in this batch."""

    words: _Words
    known: Mapping[Id, Mapping[str, str]]

    def said_to(self, contact_id: Id) -> Said:
        """As it reads to this contact; Invalid (`personal.fill_in`) where a value is no good."""
        words, known = self.words, self.known.get(contact_id, _NO_VALUES)
        content = personal.fill_in(words.content, words.personal, known)
        return Said(replace(content, filled=fill(words.components, content)), None)


async def of(claims: Iterable[Claim]) -> dict[Id, Wording]:
    """What the mailings of these claims say, of those that are not written yet."""
    fresh = [one for one in claims if not one.is_written]
    if not fresh:
        return {}
    words = await _words({one.mailing_id for one in fresh if one.mailing_id})
    is_personal = any(one.personal for one in words.values())
    known = await _known(fresh) if is_personal else {}
    return {mailing_id: Wording(one, known) for mailing_id, one in words.items()}


async def _words(mailing_ids: Collection[Id]) -> dict[Id, _Words]:
    now = clock.now()
    found = {
        one: kept
        for one in mailing_ids
        if (kept := _kept.get((tenancy.current(), one))) and kept.until > now
    }
    if wanted := [one for one in mailing_ids if one not in found]:
        found |= await _read(wanted)
    return found


async def _read(mailing_ids: Sequence[Id]) -> dict[Id, _Words]:
    rows = await database.rows(
        """SELECT m.id, m.content_sealed, n.waba_row_id
             FROM ({batch}) AS b
             JOIN mailing m ON m.tenant_id = $1::uuid AND m.id = b.id
             JOIN number n ON n.tenant_id = $1::uuid AND n.id = m.number_id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in mailing_ids]),
    )
    house, until, found = keys.house(), clock.now() + _KEPT_FOR, {}
    for row in rows:
        sealed = house.open("mailing.content", row["id"], row["content_sealed"])
        content, places = personal.from_text(sealed)
        components = await _components(row["waba_row_id"], content)
        found[row["id"]] = _Words(content, places, components, until)
    if len(_kept) > _MOST_KEPT:
        _kept.clear()
    _kept.update({(tenancy.current(), one): words for one, words in found.items()})
    return found


async def _known(claims: Sequence[Claim]) -> dict[Id, dict[str, str]]:
    """The fields of these contacts that a value may be taken from."""
    rows = await contacts.contacts_by_ids(claim.contact_id for claim in claims)
    sealers = await keys.of(row["subject_id"] for row in rows.values())
    found = {}
    for contact_id, row in rows.items():
        sealer, sealed = sealers.get(row["subject_id"]), row["name_sealed"]
        name = sealer.open_text("contact.name", contact_id, sealed) if sealer and sealed else None
        found[contact_id] = values_of(name, row["language"], row["country"])
    return found


async def _components(waba_row_id: Id, content: TemplateMessage) -> Any:
    wanted = TemplateFilter(
        waba_row_id, ["APPROVED"], languages=[content.language], name=content.name
    )
    found = await channels.template_page(wanted, "ASC", None, 1)
    return orjson.loads((found[0]["components"] if found else None) or "null")


# The words of mailings that this process sends; no value of anybody's is among them.
_kept: dict[tuple[Id, Id], _Words] = {}
