"""Claims that can be written: what is said, to whom, and the body that the platform gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import contacts
from contacts import Address
from conversations import results, wordings
from conversations.claims import Claim
from conversations.content import file_of
from conversations.said import Said
from conversations.wordings import Wording
from kernel import keys
from kernel.errors import RapportError
from kernel.ids import Id
from kernel.seal import Sealer


@dataclass(frozen=True, slots=True)
class Letter:
    """A claim that can be written, and to whom."""

    claim: Claim
    said: Said
    address: Address
    sealer: Sealer

    @property
    def upload(self) -> Id | None:
        """The file of ours that it brings along."""
        file = file_of(self.said.content)
        return file.upload if file else None

    def body(self, uploads: dict[Id, str]) -> dict[str, Any]:
        """As the platform wants it (contract 2.1)."""
        to = {"to": self.address.phone} if self.address.phone else {}
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            # There is no idempotency key; this comes back in every status.
            "biz_opaque_callback_data": self.claim.id,
            **(to or {"recipient": self.address.user_id}),
            **self.said.as_wire(uploads),
        }


async def write_letters(claims: Sequence[Claim]) -> list[Letter]:
    """Those that can be written; the others (somebody was erased meanwhile) are settled."""
    sealers = await keys.of(claim.subject_id for claim in claims)
    addresses = await contacts.addresses(claim.contact_id for claim in claims)
    worded = await wordings.of(claims)
    letters: list[Letter] = []
    turned_down: list[tuple[Claim, str]] = []
    for claim in claims:
        sealer, address = sealers.get(claim.subject_id), addresses.get(claim.contact_id)
        if sealer is None or address is None:
            turned_down.append((claim, "NO_ADDRESS" if sealer else "CONTACT_GONE"))
            continue
        try:
            said = _said(claim, sealer, worded)
        except RapportError as error:
            turned_down.append((claim, error.code))
        else:
            letters.append(Letter(claim, said, address, sealer))
    await results.turn_down(turned_down)
    return letters


def _said(claim: Claim, sealer: Sealer, worded: Mapping[Id, Wording]) -> Said:
    if claim.is_written:
        return Said.open(sealer, claim.id, claim.content_sealed)
    return worded[claim.mailing_id or ""].said_to(claim.contact_id)


def unwritten(letters: Iterable[Letter]) -> list[Letter]:
    """Those of mailings that stand in no thread yet."""
    return [one for one in letters if not one.claim.is_written]
