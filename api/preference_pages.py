"""Pages on which people choose what they are sent, by links of their own (F11, F12)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from starlette.responses import Response

import contacts
import tenants
from api.pages import Texts, Visit, form, notice, page, text
from contacts import ContactRow
from kernel import tenancy
from kernel.errors import NotFound
from kernel.ids import Id

_TEXTS = Texts(Path(__file__).parent / "preference_pages.toml")
WITHDRAW = "/withdraw"


async def withdrawal(visit: Visit) -> Response:
    """One click ends all marketing."""
    leads_to = tenants.read_public_link("withdrawal", visit.token)
    with tenancy.acting_for(leads_to.tenant_id):
        contact = await _contact(leads_to.row_id)
        house = (await tenants.read_settings()).name
        visit = replace(visit, known_language=contact["language"])
        words = _TEXTS.of(visit.language)
        if not visit.is_post:
            ask = text(words["stop"].format(house=house))
            button = form(visit, WITHDRAW, words["stop_button"])
            return page(visit, words["stop_title"], ask, button, house=house)
        await contacts.withdraw_all(contact, "withdrawal_link", _evidence(visit))
        done = notice(words["stopped"].format(house=house))
        return page(visit, words["stopped_title"], done, house=house)


async def _contact(contact_id: Id) -> ContactRow:
    """Whom a link leads to by now; NotFound for who was forgotten."""
    found = (await contacts.contacts_by_ids([contact_id])).get(contact_id)
    if found and found["merged_into"]:
        found = (await contacts.contacts_by_ids([found["merged_into"]])).get(found["merged_into"])
    if found is None or found["state"] == "erased":
        raise NotFound("There is no such contact.")
    return found


def _evidence(visit: Visit) -> dict[str, str | None]:
    return {"ip": visit.address, "user_agent": visit.agent}
