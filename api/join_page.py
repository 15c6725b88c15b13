"""The page of a touchpoint: a number and a yes, asked about on WhatsApp then (F9, F10).

Whatever number is entered, the answer is the same: nobody learns here who is known.
"""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response

import contacts
import links
import privacy
import tenants
from api.pages import Html, Texts, Visit, choice, entry, form, link, notice, page, text
from api.touchpoints import open_touchpoint
from kernel import ids, tenancy
from kernel.errors import NotFound

JOIN = "/join"
_TEXTS = Texts(Path(__file__).parent / "join_page.toml")
_LONGEST_PHONE = 40


async def joining(visit: Visit) -> Response:
    """Ask for a number and a yes, and take them; the token of its form is the code."""
    tenant_id, touchpoint, display = await open_touchpoint(visit.token)
    with tenancy.acting_for(tenant_id):
        wording = await privacy.wording_of(touchpoint, visit.language)
        if wording is None:
            raise NotFound("Nothing is agreed to here.")
        settings = await tenants.read_settings()
        said = {
            name: one.replace("{house}", settings.name)
            for name, one in _TEXTS.of(visit.language).items()
        }
        phone = contacts.read_phone(visit.sent("phone")[:_LONGEST_PHONE], settings.country)
        alarm: list[Html] = []
        if visit.is_post and phone and visit.sent("agreed"):
            agreed_to = ids.read("wording", visit.sent("agreed"))
            evidence = {"ip": visit.address, "user_agent": visit.agent, "code": touchpoint["code"]}
            await privacy.join(touchpoint, agreed_to, phone, evidence)
            chat = link(links.chat_link(touchpoint, display), said["chat"])
            done = notice(said["done"])
            return page(visit, said["done_title"], done, chat, house=settings.name)
        if visit.is_post:
            alarm = [notice(said["unticked" if phone else "bad_phone"], is_alarm=True)]
        shown = ids.show("wording", wording["id"])
        agree = choice("agreed", shown, await privacy.statement_of(wording))
        number = entry("phone", said["phone"], said["hint"], kind="tel", fill="tel")
        fields = form(visit, JOIN, said["button"], number, agree)
        status = 400 if alarm else 200
        intro = text(said["intro"])
        return page(visit, said["title"], *alarm, intro, fields, house=settings.name, status=status)
