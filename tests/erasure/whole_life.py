"""A life that leaves something everywhere: in each store, on the way in, and in what went wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

import orjson

import campaigns
import privacy
import tenants
from campaigns import Audience, CampaignChanges, Wording
from conversations import Personal
from conversations.content import Parameter, TemplateMessage
from kernel import clock, ids, tenancy
from kernel.ids import Id
from tests import following, stored
from tests.api.desk import Desk
from tests.api.door import arrives, delivery, text_message
from tests.commerce import platforms
from tests.flows import town
from tests.platform_json import as_platform
from tests.privacy import life
from workers import shops

PHONE, EMAIL, CUSTOMER = life.LEA, "lea@example.com", "7100000000001"
SAID = {
    "en": "Is the indigo kimono still there?",
    "zh": "靛蓝色的和服还有货吗",
    "ru": "Есть ли ещё кимоно цвета индиго",
    "es": "¿Queda algún kimono añil para mí?",
    "de": "Gibt es den Kimono in Nachtblau noch?",
    "pt": "Ainda há o quimono azul-anil?",
    "ar": "هل ما زال الكيمونو النيلي متوفراً",
    "id": "Apakah kimono nila masih tersedia?",
}
_SEND = """mutation($input: MessageSendInput!) {
  messageSend(input: $input) { message { id text } userErrors { field code } } }"""
ANSWERED, WAITING = "Querida Lea, te lo guardamos", "Aún no ha salido de aquí"


@dataclass
class Lea:
    """Whom it is about, and all that must be legible nowhere afterwards."""

    contact_id: Id
    secrets: dict[str, str] = field(
        default_factory=lambda: {
            "phone": PHONE,
            "national": PHONE[2:],
            "name": "Lea Prat",
            "e-mail": EMAIL,
            "customer": CUSTOMER,
            "answer": ANSWERED,
            "queued": WAITING,
            "note": "Likes blue",
            "search": "red shoes",
            "tracking": "9400100000000000000001",
            "way back to the cart": "clara.example/back/checkout-1",
            "id of a message": "w-stop",
            "caption": "Like this",
            "picture": "someone's holiday",
            **{f"said in {language}": text for language, text in SAID.items()},
        }
    )


async def live(desk: Desk) -> Lea:
    """Live it through the doors."""
    store = desk.store
    contact_id = await life.live(desk)
    await arrives(
        desk.door, *(text_message(store, text, wamid=f"w-{one}") for one, text in SAID.items())
    )
    await _be_answered_once(desk)
    await _be_one_of_many(desk, contact_id)
    await desk.say(WAITING)
    await _go_wrong(desk)
    with tenancy.acting_for(store.tenant_id):
        await privacy.begin_export(contact_id)
        while await privacy.run_next_export():
            pass
    await following.follow()
    await following.follow_facts()
    return Lea(contact_id)


async def _be_answered_once(desk: Desk) -> None:
    """By a system of the store, whose answer is kept."""
    with tenancy.acting_for(desk.store.tenant_id):
        may = tenants.ROLES[tenants.Role.OWNER]
        scopes = ["conversations:write", "conversations:read", "contacts:read", "contacts:personal"]
        key = await tenants.make_key(desk.store.people["owner"], "Web shop", scopes, may=may)
    given = {"conversation": desk.thread, "content": {"text": {"body": ANSWERED}}}
    body = orjson.dumps({"query": _SEND, "variables": {"input": given}})
    status, answer = await desk.door.raw(body, token=key.text, **{"idempotency-key": "once"})
    assert (status, answer["data"]["messageSend"]["userErrors"]) == (200, []), answer
    await desk.deliver()


async def _be_one_of_many(desk: Desk, contact_id: Id) -> None:
    """By a campaign that calls her by her name."""
    await desk.learn_template("restocked", "UTILITY")
    template = TemplateMessage("restocked", "es", body=(Parameter(""),))
    wording = Wording(template, (Personal("body", 0, "name", "amiga"),))
    audience = Audience(contacts=[contact_id])
    with tenancy.acting_for(desk.store.tenant_id):
        changes = CampaignChanges(
            name="Restock", wording=wording, numbers=[desk.store.number_id], audience=audience
        )
        await campaigns.launch(await campaigns.create(changes, None))
    assert await campaigns.freeze_next() == 1
    await desk.deliver()
    assert await stored.rows(
        "SELECT state FROM send WHERE mailing_id IS NOT NULL AND message_id IS NOT NULL"
    ) == [{"state": "sent"}]


async def _go_wrong(desk: Desk) -> None:
    """Deliveries that nobody could apply, or only in part, and what a shop asked for by law."""
    store = desk.store
    both = text_message(store, SAID["es"], wamid="w-half")
    told = {"phone": life.OTTO, "name": life.OTTO_NAME, "wamid": "w-other"}
    other = text_message(store, "Somebody else", **told)
    (entry,) = other["entry"]
    entry["id"] = "100000000000002"
    entry["changes"][0]["value"]["metadata"]["phone_number_id"] = "100000000000001"
    await arrives(desk.door, {**both, "entry": [*both["entry"], entry]})
    status = {"id": "w-en", "status": "failed", "timestamp": str(clock.now() // clock.SECOND)}
    status |= {"recipient_id": PHONE, "errors": [{"code": 131026, "title": "Lea Prat"}]}
    for body in (
        text_message(store, SAID["de"], wamid="w-dead"),
        delivery(store, statuses=[status]),
    ):
        assert await desk.door.post_webhook(as_platform(body)) == (200, "")
    await stored.run("UPDATE delivery SET state = 'dead' WHERE state = 'stored'")
    with tenancy.acting_for(store.tenant_id):
        await platforms.connect(store)
    buyer = {"id": int(CUSTOMER), "email": EMAIL, "phone": f"+{PHONE}"}
    asked = {"shop_id": 1, "customer": buyer, "orders_requested": [], "data_request": {"id": 7}}
    asked |= {"shop_domain": platforms.SHOPIFY_SHOP}
    await platforms.arrive(desk.door, [platforms.shopify("customers/data_request", asked)])
    order = {"id": 77, "email": EMAIL, "customer": buyer}
    await platforms.post(desk.door, platforms.shopify("orders/create", order, 2))
    await stored.run("UPDATE store_delivery SET state = 'dead' WHERE state = 'stored'")
    assert await shops.drain() == 0
    await town.drain()


def contact(lea: Lea) -> str:
    """The contact as clients name it."""
    return ids.show("contact", lea.contact_id)
