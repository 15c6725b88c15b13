"""The report of a campaign as CSV: each recipient, what became of their message, and why."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

import contacts
import conversations
from campaigns.queries import CampaignRow, RecipientFilter, RecipientRow, recipient_page
from kernel import clock, ids, keys
from kernel.ids import Id
from kernel.spreadsheets import MARK, lines, neutral

_AT_ONCE = 2_000
_TIMES = ("due_at", "attempted_at", "sent_at", "delivered_at", "read_at", "failed_at")
_HEADER = ("contact", "name", "phone", "state", "status", "reasons", "error_code", "attempts")


async def report(campaign: CampaignRow, *, shows_personal: bool) -> AsyncIterator[bytes]:
    """The report in pieces, UTF-8 with a mark, which spreadsheets need; names and numbers are left
    empty for who may not see them, and of who was erased."""
    yield MARK + lines([(*_HEADER, *_TIMES)])
    place, everybody = None, RecipientFilter()
    while page := await recipient_page(campaign["id"], everybody, place, "ASC", _AT_ONCE):
        people = await _people({row["contact_id"] for row in page}) if shows_personal else {}
        yield lines([_cells(row, people.get(row["contact_id"], ("", ""))) for row in page])
        place = (page[-1]["mailing_id"], page[-1]["id"])


async def _people(contact_ids: set[Id]) -> Mapping[Id, tuple[str, str]]:
    """The names and phones of contacts."""
    rows = (await contacts.contacts_by_ids(contact_ids)).values()
    sealers = await keys.of(row["subject_id"] for row in rows)
    addresses = await contacts.addresses(contact_ids)
    found = {}
    for row in rows:
        sealer, sealed, name = sealers.get(row["subject_id"]), row["name_sealed"], ""
        if sealer and sealed:
            name = sealer.open_text("contact.name", row["id"], sealed)
        address = addresses.get(row["id"])
        phone = f"+{address.phone}" if address and address.phone else ""
        found[row["id"]] = (name, phone)
    return found


def _cells(row: RecipientRow, person: tuple[str, str]) -> Sequence[object]:
    name, phone = person
    reasons = conversations.read_decision(row["decision"]).reasons
    times = (row[name] for name in _TIMES)  # type: ignore[literal-required]  # each is one of its keys
    return (
        ids.show("contact", row["contact_id"]),
        neutral(name),
        neutral(phone),
        row["state"],
        row["status"] or "",
        " ".join(one.code for one in reasons),
        row["error_code"] or "",
        row["attempts"],
        *("" if at is None else clock.moment(at).isoformat() for at in times),
    )
