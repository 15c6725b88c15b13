"""Whom a tenant erased stays erased, by every way in, until they come back themselves (F46)."""

from __future__ import annotations

import base64
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

import privacy
from conversations import Asked, rehearse
from kernel import clock, ids, signing, tenancy
from kernel.ids import Id
from tests import stored
from tests.api.door import Store, arrives, delivery, text_message
from tests.commerce.test_own_shop import ORDER, own_shop, put
from tests.contacts.acquaintance import whole
from tests.imports.office import Office, codes

PHONE, EMAIL, CUSTOMER = "34600111222", "lea@example.com", "c-1"
_LIST = "phone,email,name,Consent evidence,Consent date\n"
_LIST += f"{PHONE},{EMAIL},Lea Prat,form 7,2026-01-01\n34600111333,,Marta,,\n"


_ERASE = """mutation($contact: ID!) { it: erasureRequest(input: {contact: $contact}) {
  erasure { id state progress { done total } receipt { body } contact { state name phone } }
  userErrors { field code } } }"""
_ERASURE = """query($id: ID!) { suppressions { standing answered lifted }
  erasures { totalCount nodes { id } }
  erasure(id: $id) { state reason trouble createdAt finishedAt progress { done total }
    steps { name count } receipt { body signature }
    contact { id state name phone identities { kind } } } }"""


async def known(tenant_id: Id) -> list[list[str]]:
    """Each active contact as the values of its ids."""
    with tenancy.acting_for(tenant_id):
        return sorted(sorted(one["value"] for one in own) for own in await whole())


async def test_who_was_erased_comes_back_by_themselves_alone(office: Office) -> None:
    door, store = office.door, office.store
    shop, token = await own_shop(store), store.tokens["owner"]
    order = {**ORDER, "lines": []}
    await put(door, token, shop, "orders", [order])
    await arrives(door, text_message(store, "Hola", phone=PHONE))
    assert await known(store.tenant_id) == [[PHONE, CUSTOMER, EMAIL]]
    (contact,) = await stored.rows("SELECT id, subject_id FROM contact")
    clock.move(clock.MINUTE)
    wanted = {"contact": ids.show("contact", contact["id"])}
    nobody = {"contact": ids.show("contact", contact["subject_id"])}
    refused = (await door.data(_ERASE, token, **nobody))["it"]["userErrors"]
    assert refused == [{"field": ["contact"], "code": "NOT_FOUND"}]
    begun = (await door.data(_ERASE, token, **wanted))["it"]["erasure"]
    assert (begun["state"], begun["progress"]["done"], begun["receipt"]) == ("RUNNING", 4, None)
    # From here on nobody is met by these ids, long before the rows are worked off.
    assert begun["contact"] == {"state": "ERASED", "name": None, "phone": None}
    assert await known(store.tenant_id) == []
    assert (await door.data(_ERASE, token, **wanted))["it"]["erasure"]["id"] == begun["id"]
    while await privacy.erase_next():
        pass
    erasure = await door.data(_ERASURE, token, id=begun["id"])
    assert erasure["erasures"] == {"totalCount": 1, "nodes": [{"id": begun["id"]}]}
    assert erasure["suppressions"] == {"standing": 3, "answered": 0, "lifted": 0}
    erasure_id = ids.read("erasure", begun["id"])
    _a_receipt_says_what_went(erasure["erasure"], erasure_id, contact["id"], store)

    # A late repetition, a history, an echo and a change of number: told by others, or before.
    seconds = clock.now() // clock.SECOND
    echo = {"from": "34600000000", "to": PHONE, "id": "wamid.echo", "timestamp": str(seconds)}
    echo |= {"type": "text", "text": {"body": "Querida Lea"}}
    echoed = delivery(store, message_echoes=[echo])
    echoed["entry"][0]["changes"][0]["field"] = "smb_message_echoes"
    await arrives(door, text_message(store, "Hola otra vez", phone=PHONE, at=seconds - 30), echoed)
    # The shop tells of them, and of a new order of theirs: it counts, and is nobody's.
    now = clock.moment(clock.now()).isoformat()
    new = order | {"id": "2", "number": "A-1002", "updated_at": now}
    status, told = await put(door, token, shop, "orders", [new])
    assert (status, told["rows"][0]["outcome"]) == (200, "created")
    customer = {"id": CUSTOMER, "email": EMAIL.upper(), "phone": f"+{PHONE}", "tags": ["vip"]}
    await put(door, token, shop, "customers", [customer | {"updated_at": now}])
    orders = await stored.rows("SELECT number, contact_id, total FROM shop_order ORDER BY number")
    assert [(one["number"], one["contact_id"], one["total"]) for one in orders] == [
        ("A-1001", contact["id"], 720_000),
        ("A-1002", None, 720_000),
    ]
    # A list of people holds them.
    for more in ({"dryRun": True}, {}):
        job = await office.run(_LIST, legalBasis="CONSENT", **more)
        assert codes(job)[0] == (2, None, "SUPPRESSED")
        assert job["report"]["refused"] == 1
    assert await known(store.tenant_id) == [["34600111333"]]
    assert (
        await stored.rows(
            "SELECT subject_id FROM identity WHERE subject_id = $1::uuid", contact["subject_id"]
        )
        == []
    )

    # They write themselves: a new stranger, who is answered and gets no marketing by what others
    # say; until they say yes themselves.
    clock.move(clock.MINUTE)
    await arrives(door, text_message(store, "Soy yo", phone=PHONE, name="Lea P."))
    (back,) = await stored.rows(
        "SELECT id, suppressed_by FROM contact WHERE suppressed_by IS NOT NULL"
    )
    assert back == {"id": back["id"], "suppressed_by": erasure_id}
    clock.move(clock.MINUTE)
    await office.run(_LIST, legalBasis="CONSENT")
    assert await known(store.tenant_id) == [[PHONE, EMAIL], ["34600111333"]]
    await _has_template(store)
    assert await _reasons(store, back["id"]) == ["SUPPRESSED"]
    yes = {"wa_id": PHONE, "category": "marketing_messages", "value": "signup"}
    yes |= {"timestamp": clock.now() // clock.SECOND}
    signup = delivery(store, user_preferences=[yes], contacts=[{"wa_id": PHONE}])
    signup["entry"][0]["changes"][0]["field"] = "user_preferences"
    await arrives(door, signup)
    assert await _reasons(store, back["id"]) == []
    marks = (await door.data(_ERASURE, store.tokens["owner"], id=begun["id"]))["suppressions"]
    assert marks == {"standing": 0, "answered": 0, "lifted": 3}


def _a_receipt_says_what_went(erasure: Any, erasure_id: Id, contact_id: Id, store: Store) -> None:
    total = erasure["progress"]["total"]
    assert erasure["progress"] == {"done": total, "total": total}
    assert (erasure["state"], erasure["reason"], erasure["trouble"]) == (
        "FINISHED",
        "REQUEST",
        None,
    )
    nothing = {"state": "ERASED", "name": None, "phone": None, "identities": []}
    assert erasure["contact"] == nothing | {"id": ids.show("contact", contact_id)}
    (public,) = signing.public_keys()["keys"]
    body, signature = erasure["receipt"]["body"], erasure["receipt"]["signature"]
    assert (signature["alg"], signature["kid"]) == ("EdDSA", public["kid"])
    key = Ed25519PublicKey.from_public_bytes(_decoded(public["x"]))
    key.verify(_decoded(signature["signature"]), body.encode())
    receipt = orjson.loads(body)
    steps = {one["step"]: (one["fate"], one["count"]) for one in receipt.pop("steps")}
    assert receipt == {
        "kind": "erasure_receipt",
        "version": 1,
        "tenant": store.tenant_id,
        "erasure": erasure_id,
        "contact": contact_id,
        "reason": "request",
        "begun_at": erasure["createdAt"].replace("Z", "+00:00"),
        "finished_at": erasure["finishedAt"].replace("Z", "+00:00"),
        "to_be_told": [
            "The connected shop's platform (Shopify, WooCommerce)",
            "WhatsApp Business Platform (Meta)",
        ],
        "processors": [],
    }
    assert {name: count for name, (_, count) in steps.items()} == {
        one["name"]: one["count"] for one in erasure["steps"]
    }
    assert list(steps)[-4:] == ["contact", "written_meanwhile", "raw_files", "processors"]
    assert {name: one for name, one in steps.items() if one[1]} == {
        "suppression": ("done", 3),
        "noted": ("done", 3),
        "identity": ("deleted", 3),
        "contact_search": ("deleted", 10),
        "message": ("shredded", 1),
        "conversation": ("counted", 1),
        "shop_order": ("counted", 1),
        "activity": ("counted", 1),
        "erasure": ("counted", 1),
        "person_key": ("deleted", 1),
        "subject": ("counted", 1),
        "contact": ("shredded", 1),
    }


async def _has_template(store: Store) -> None:
    """The platform approved a campaign's text."""
    row = {"tenant_id": store.tenant_id, "id": "2" * 32, "template_id": "1", "name": "spring"}
    row |= {"language": "es", "status": "APPROVED", "category": "MARKETING"}
    row |= dict.fromkeys(
        ["status_at", "category_at", "quality_at", "components_at", "created_at", "updated_at"], 1
    )
    (waba,) = await stored.rows("SELECT id FROM waba")
    await stored.insert("template", [row | {"waba_row_id": waba["id"]}])


async def _reasons(store: Store, contact_id: Id) -> list[str]:
    """What bars marketing to them from the store's number, but for the number's own state."""
    asked = Asked("1" * 32, contact_id, store.number_id, False, "spring", "es")
    with tenancy.acting_for(store.tenant_id):
        (decision,) = (await rehearse([asked])).values()
    return [one.code for one in decision.reasons if one.code not in ("NO_TOKEN",)]


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")
