"""A full life of one person with a store, and beside it the life of another."""

from __future__ import annotations

import io
from typing import Any

import aiohttp

import commerce
import contacts
import conversations
import imports
from commerce.told import Buyer, Customer, Visit
from kernel import audit, clock, ids, tenancy
from kernel.audit import Actor
from kernel.ids import Id
from tests import following
from tests.api.desk import Desk
from tests.api.door import arrives, delivery, text_message
from tests.channels.files import JPEG
from tests.commerce.shop import STORY, open_shop
from workers import jobs

LEA, OTHER_PHONE = "34600111222", "34600333444"
OTTO, OTTO_NAME = "34655000777", "Otto Brandt"
BRUNO = {
    "name": {"formatted_name": "Bruno Keller", "first_name": "Bruno"},
    "phones": [{"phone": "+34 677 888 999", "wa_id": "34677888999", "type": "CELL"}],
}
# What is another's, in any part of Lea's archive.
OTHERS = ("Otto", OTTO, "655000777", "Bruno", "677888999", "677 888 999", "Nuria", "Marta Vidal")
FORMULA = '=HYPERLINK("https://evil.example","x")'
_NOTE = """mutation($input: NoteWriteInput!) {
  noteWrite(input: $input) { note { id } userErrors { code } } }"""
_TAG = """mutation($input: ContactTagInput!) {
  contactTag(input: $input) { contact { id } userErrors { code } } }"""
_ASSIGN = """mutation($input: ConversationAssignInput!) {
  conversationAssign(input: $input) { conversation { id } userErrors { code } } }"""


async def live(desk: Desk) -> Id:
    """Live it; Lea's contact."""
    with tenancy.acting_for(desk.store.tenant_id):
        await _talk(desk)
        await _be_answered(desk)
        lea = await contact_of(desk, LEA)
        await _buy(lea)
        await _be_imported()
        await contacts.tag(lea, "vip")
        colleague = Actor("person", desk.store.people["agent"])
        await audit.record("contact.read", {"contact": [lea]}, actor=colleague)
        await jobs.link_chains()
    await following.follow()
    await following.follow_facts()
    return lea


async def _talk(desk: Desk) -> None:
    store, said = desk.store, f"wamid.{LEA}.Is the blue one in stock?"
    edited = {"type": "text", "text": {"body": "Is the red one in stock?"}}
    edit = {"original_message_id": said, "message": edited}
    photo = {"id": "900100", "mime_type": "image/jpeg", "sha256": "", "caption": "Like this"}
    own = {**_card("Lea Prat", LEA), "origin": "contact_request"}
    await arrives(
        desk.door,
        text_message(store, FORMULA),
        text_message(store, "", wamid="w-photo", type="image", image=photo),
        text_message(store, "", wamid="w-cards", type="contacts", contacts=[BRUNO]),
        text_message(store, "", wamid="w-own", type="contacts", contacts=[own]),
        text_message(store, "", wamid="w-edit", type="edit", edit=edit),
        text_message(store, "STOP", wamid="w-stop"),
        text_message(store, "From my other phone", phone=OTHER_PHONE),
        text_message(store, "Is mine ready?", phone=OTTO, name=OTTO_NAME),
        _preference(store),
    )


async def _be_answered(desk: Desk) -> None:
    agent = ids.show("person", desk.store.people["agent"])
    owner = ids.show("person", desk.store.people["owner"])
    note = {"conversation": desk.thread, "text": "Likes blue", "mentions": [owner]}
    assert not (await _ask(desk, _NOTE, note))["noteWrite"]["userErrors"]
    given = {"conversation": desk.thread, "assignee": agent}
    assert not (await _ask(desk, _ASSIGN, given))["conversationAssign"]["userErrors"]
    await desk.say("It is")
    await desk.deliver()
    await desk.echo("delivered")
    upload = await _upload(desk)
    payload = await desk.send({"media": {"kind": "IMAGE", "upload": upload}})
    assert payload["userErrors"] == []
    await desk.deliver()


async def _buy(lea: Id) -> None:
    store_id = await open_shop()
    visit = Visit("v-1", clock.now(), "searched", lea, query="red shoes")
    same = Customer(Buyer("7100000000001", "lea@example.com", OTHER_PHONE), clock.now())
    for told in ([*STORY, visit], [same]):
        ingested = await commerce.ingest(store_id, told)
        await conversations.follow_merges(ingested.merges)


async def _be_imported() -> None:
    incoming = await imports.Incoming.begin()
    await incoming.add(f"Phone,Tags\n+{LEA},wholesale\n+{OTTO},retail\n".encode())
    file_id = await incoming.keep(None)
    wanted = imports.Wanted(kind="contacts", file_id=file_id, country="ES")
    await imports.create(wanted, None)
    while await imports.run_next():
        pass


async def contact_of(desk: Desk, phone: str) -> Id:
    """Whom a number leads to."""
    text = "query($phone: PhoneNumber) { contact(phone: $phone) { id } }"
    found = await desk.door.data(text, desk.store.token, phone=f"+{phone}")
    return ids.read("contact", found["contact"]["id"])


def _card(name: str, phone: str) -> dict[str, Any]:
    return {"name": {"formatted_name": name}, "phones": [{"phone": f"+{phone}", "wa_id": phone}]}


def _preference(store: Any) -> dict[str, Any]:
    told = {
        "wa_id": LEA,
        "detail": "User requested to stop marketing messages",
        "category": "marketing_messages",
        "value": "stop",
        "timestamp": clock.now() // clock.SECOND,
    }
    contact = {"profile": {"name": "Lea Prat"}, "wa_id": LEA}
    body = delivery(store, contacts=[contact], user_preferences=[told])
    body["entry"][0]["changes"][0]["field"] = "user_preferences"
    return body


async def _ask(desk: Desk, text: str, given: dict[str, Any]) -> Any:
    return await desk.door.data(text, desk.store.token, input=given)


async def _upload(desk: Desk) -> str:
    form = aiohttp.FormData()
    form.add_field("file", io.BytesIO(JPEG), filename="blue.jpg", content_type="image/jpeg")
    headers = {"authorization": f"Bearer {desk.store.token}"}
    url = f"{desk.door.root}/media?kind=image"
    async with desk.door.http.post(url, data=form, headers=headers) as answer:
        return str((await answer.json())["upload"])
