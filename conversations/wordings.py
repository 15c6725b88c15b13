"""What a mailing says to each recipient (F26).

A million messages that may never leave are not written beforehand: the ledger holds their rows,
and thread, message and sealed words are written for a batch at a time, in the unit that admits it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
from kernel import database, keys, tenancy
from kernel.database import Batch
from kernel.ids import Id

_NO_VALUES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Wording:
    """What a mailing says; `known` are the fields of those who are written to in this batch."""

    content: TemplateMessage
    personal: tuple[Personal, ...]
    components: Any
    known: Mapping[Id, Mapping[str, str]]

    def said_to(self, contact_id: Id) -> Said:
        """As it reads to this contact; Invalid (`personal.fill_in`) where a value is no good."""
        known = self.known.get(contact_id, _NO_VALUES)
        content = personal.fill_in(self.content, self.personal, known)
        return Said(replace(content, filled=fill(self.components, content)), None)


async def of(claims: Iterable[Claim]) -> dict[Id, Wording]:
    """What the mailings of these claims say, of those that are not written yet."""
    fresh = [one for one in claims if not one.is_written]
    if not fresh:
        return {}
    rows = await database.rows(
        """SELECT m.id, m.content_sealed, n.waba_row_id
             FROM ({batch}) AS b
             JOIN mailing m ON m.tenant_id = $1::uuid AND m.id = b.id
             JOIN number n ON n.tenant_id = $1::uuid AND n.id = m.number_id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in {claim.mailing_id for claim in fresh}]),
    )
    house, known, found = keys.house(), await _known(fresh), {}
    for row in rows:
        kept = house.open("mailing.content", row["id"], row["content_sealed"])
        content, places = personal.from_text(kept)
        components = await _components(row["waba_row_id"], content)
        found[row["id"]] = Wording(content, places, components, known)
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
