"""What each payload of the project must be read as, to the last field."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import orjson
import pytest

from channels import wire
from channels.wire import (
    AccountUpdate,
    AddressBook,
    Echo,
    HistoryNotice,
    InboundMessage,
    NumberChange,
    NumberTrouble,
    Other,
    Person,
    Preference,
    Pricing,
    Status,
    TemplateUpdate,
)
from tests.platform_json import as_platform

PAYLOADS = Path(__file__).parent.parent / "payloads"
FILES = sorted(p.stem for p in PAYLOADS.glob("*.json") if p.stem != "signature-vectors")

AMINA = Person("447700900122", "GB.7781203344119920031", None, None)
AMINA_BY_PHONE = Person("447700900122", None, None, None)
DANA = Person("14155550134", "US.90817263544536271809", None, "dana.k")
RAFA = Person(None, "BR.55120938475610293847", None, "rafa_zn")
SHOP = Person("15550783881", None, None, None)
MARKETING = Pricing(True, "PMP", "regular", "marketing")
UTILITY = Pricing(True, "PMP", "regular", "utility")
SENT_ID = "wamid.HBgLHQgSC3MwMDA2RjVFQzUyRUQwMTA4ODQ3NQ=="
ORDERED_ID = "wamid.HBgLHQgSC3MwMDE5MzVDNzE5QzJBREQ5Q0E4OA=="

# A field that a row does not name must hold its value here: the table is exact.
NOTHING: dict[str, Any] = {
    "waba_id": "102290129340398",
    "phone_number_id": "106540352242922",
    "forwarded": False,
    "frequently_forwarded": False,
    "errors": (),
    "restrictions": (),
    "extra": {},
    "origin": "live",
}


def at(seconds: int) -> int:
    return seconds * 1_000_000


def said(wamid: str, text: str | None, **more: Any) -> tuple[type, dict[str, Any]]:
    fields = {
        "wamid": "wamid." + wamid,
        "at": at(1794000000),
        "kind": "text",
        "sender": AMINA,
        "profile_name": "Amina Diallo",
        "text": text,
    }
    return InboundMessage, fields | more


def status(wamid: str, step: str, seconds: int, **more: Any) -> tuple[type, dict[str, Any]]:
    fields = {"wamid": wamid, "status": step, "at": at(seconds), "recipient": AMINA}
    return Status, fields | more


def failed(wamid: str, seconds: int, code: int, **more: Any) -> tuple[type, dict[str, Any]]:
    fields = {"recipient": AMINA_BY_PHONE, "errors": (code,)}
    return status(wamid, "failed", seconds, **(fields | more))


def template(kind: str, number: int, name: str, **more: Any) -> tuple[type, dict[str, Any]]:
    fields = {"kind": kind, "template_id": str(number), "name": name, "language": "en_US"}
    return TemplateUpdate, fields | more


def account(field: str, seconds: int, **more: Any) -> tuple[type, dict[str, Any]]:
    return AccountUpdate, {"field": field, "at": at(seconds), "phone_number_id": ""} | more


def preference(value: str, seconds: int, detail: str, **more: Any) -> tuple[type, dict[str, Any]]:
    fields = {
        "person": AMINA,
        "value": value,
        "category": "marketing_messages",
        "at": at(seconds),
        "detail": detail,
        "profile": "Amina Diallo",
    }
    return Preference, fields | more


# File: the lane, then its updates in order.
TABLE: dict[str, tuple[int, list[tuple[type, dict[str, Any]]]]] = {
    "account-alert": (
        1,
        [
            account(
                "account_alerts", 1794001800, event="INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED"
            )
        ],
    ),
    "account-update-offboarded": (
        1,
        [
            account(
                "account_update", 1794003500, event="PARTNER_REMOVED", reason="BUSINESS_DOWNGRADE"
            )
        ],
    ),
    "batch-messages-and-statuses": (
        0,
        [
            said("HBgLHQgSCzAwMjAwMEExNTREODVFRDhBQkND", "ok"),
            status("wamid.HBgLHQgSC3MwMDIxNTlFQzg3MTJFOEUzNTc0Rg==", "delivered", 1794000100),
        ],
    ),
    "batch-mixed-fields": (
        0,
        [
            said("HBgLHQgSCzAwMTgzQjA0MTY0MTE3ODg1NEYy", "mixed"),
            template(
                "quality", 1689556908129950, "welcome", quality="GREEN", previous_quality="UNKNOWN"
            ),
        ],
    ),
    "batch-statuses-out-of-order": (
        1,
        [
            status(ORDERED_ID, "read", 1794003012),
            status(ORDERED_ID, "sent", 1794003001, pricing=UTILITY),
            status(ORDERED_ID, "delivered", 1794003003, pricing=UTILITY),
        ],
    ),
    "batch-three-texts": (
        0,
        [
            said("HBgLHQgSCzAwMTMxRDhBNEVBQ0U2OTNBRTJE", "one", at=at(1794002301)),
            said("HBgLHQgSCzAwMTQ2OEI0QUVGNzNFQUFCRTE3", "two", at=at(1794002302)),
            said("HBgLHQgSCzAwMTUxM0U3ODNFN0VCMDRCMzlC", "three", at=at(1794002303)),
        ],
    ),
    "batch-two-entries": (
        0,
        [
            said("HBgLHQgSCzAwMTYxNDJDODM2NDc4MDY4NTc3", "to shop A"),
            said(
                "HBgLHQgSCzAwMTcyNjBERjI1NDUzRkUyRTg1",
                "to shop B",
                waba_id="880099112233445",
                phone_number_id="550011223344556",
            ),
        ],
    ),
    "business-capability": (
        1,
        [account("business_capability_update", 1794001900, tier="TIER_2K")],
    ),
    "envelope-empty-arrays": (0, []),
    "field-unknown": (
        1,
        [(Other, {"field": "brand_new_field", "at": at(1794003700), "phone_number_id": None})],
    ),
    "flow-status-change": (1, [account("flows", 1794002200, event="FLOW_STATUS_CHANGE")]),
    "history-chunk": (
        0,
        [
            (HistoryNotice, {"phase": 0, "chunk_order": 1, "progress": 55}),
            (
                Echo,
                {
                    "wamid": "wamid.HBgLHQgSC2gwMDExNTlFMkQxNTM2NEM3QTUwMA==",
                    "at": at(1793990000),
                    "kind": "text",
                    "sender": SHOP,
                    "recipient": AMINA_BY_PHONE,
                    "text": "Your table is booked.",
                    "origin": "history",
                    "history_status": "READ",
                },
            ),
            said(
                "HBgLHQgSC2gwMDEyOUExRTQwQjQ1ODE1MUE5OQ==",
                None,
                at=at(1793990050),
                kind="media_placeholder",
                sender=AMINA_BY_PHONE,
                profile_name=None,
                origin="history",
                history_status="PLAYED",
            ),
        ],
    ),
    "history-declined": (1, [(HistoryNotice, {"errors": (2593109,)})]),
    "msg-contacts-requested": (
        0,
        [
            said(
                "HBgLHQgSCzAwMDQxNTA5QkIwQTlCRjEzMzMx",
                None,
                at=at(1794000050),
                kind="contacts",
                sender=RAFA,
                profile_name="Rafa",
                shared_phone="447700900188",
            )
        ],
    ),
    "msg-group-text": (
        0,
        [
            said(
                "HBgLHQgSCzAwMDUxMkUxQkM3NjU2NjcwQjE0",
                "See you all at 6",
                group_id="Y2FwaV9ncm91cDoxNTU1MDc4Mzg4MToxMjAzNjM0MDQ2OTQyMzM4MjAZD",
            )
        ],
    ),
    "msg-interactive-no-context": (
        0,
        [said("HBgLHQgSCzAwMjZERTFCMTQ3MTMyMEE4OEVB", "Stop", kind="interactive", choice="unsub")],
    ),
    "msg-missing-contacts": (
        0,
        [said("HBgLHQgSCzAwMjJDMDI5MDEwMzg1NURCRjU1", "contacts array missing", profile_name=None)],
    ),
    "msg-system-number-change-2026": (
        0,
        [
            (
                NumberChange,
                {
                    "wamid": "wamid.HBgLHQgSCzAwMjQ2RTcwNDI0NUE0RkY5MUUz",
                    "at": at(1794003100),
                    "previous": AMINA,
                    "current": Person("447700900123", "GB.1111203344119920031", None, None),
                    "kind": "user_changed_number",
                },
            )
        ],
    ),
    "msg-system-user-id-change": (
        0,
        [
            (
                NumberChange,
                {
                    "wamid": "wamid.HBgLHQgSCzAwMjUzN0E3ODhEMTA2NzYyODMy",
                    "at": at(1794003101),
                    "previous": Person(None, "BR.55120938475610293847", None, None),
                    "current": Person(None, "BR.66120938475610293847", None, None),
                    "kind": "user_changed_user_id",
                },
            )
        ],
    ),
    "msg-text-bsuid-and-phone": (
        0,
        [
            said(
                "HBgLHQgSCzAwMDE4NkRDMjgzQ0YwNDgwRkY5",
                "Bonjour, vous êtes ouverts aujourd\u2019hui ?",
            )
        ],
    ),
    "msg-text-bsuid-only": (
        0,
        [
            said(
                "HBgLHQgSCzAwMDNDQTExODc4MzU5Mzk0MkE0",
                "hello from a private number",
                sender=RAFA,
                profile_name="Rafa",
            )
        ],
    ),
    "msg-text-emoji-rtl": (
        0,
        [
            said(
                "HBgLHQgSCzAwMjcyQ0Q1NTJBMDlEREJFRjEy",
                "\U0001f469\U0001f3fd\u200d\U0001f373 كم السعر؟ ١٢٣ \u200fabc \U0001f1e7\U0001f1f7",
            )
        ],
    ),
    "msg-text-username-and-phone": (
        0,
        [
            said(
                "HBgLHQgSCzAwMDI0N0VBQTA5OTJDQjY5MTZE",
                "Is the blue one back in stock?",
                sender=DANA,
                profile_name="Dana K",
            )
        ],
    ),
    "msg-unknown-type": (
        0,
        [said("HBgLHQgSCzAwMjNFNzk0OUI4MERDQjBCODJF", None, kind="event_rsvp")],
    ),
    "phone-number-quality-throughput": (
        1,
        [
            account(
                "phone_number_quality_update",
                1794001700,
                phone_number="15550783881",
                event="THROUGHPUT_UPGRADE",
                tier="TIER_UNLIMITED",
            )
        ],
    ),
    "smb-state-sync-add": (
        1,
        [
            (
                AddressBook,
                {
                    "action": "add",
                    "person": Person("447700900988", None, None, None),
                    "full_name": "Moussa Sarr",
                    "first_name": "Moussa",
                    "at": at(1794002100),
                },
            )
        ],
    ),
    "standby-echo": (
        1,
        [
            (
                Echo,
                {
                    "wamid": "wamid.HBgLHQgSC2UwMDMyNjI3QkYzMjI1RkFDOUNCNg==",
                    "at": at(1794003600),
                    "kind": "text",
                    "sender": SHOP,
                    "recipient": AMINA_BY_PHONE,
                    "text": "answer by another agent",
                    "origin": "standby",
                },
            )
        ],
    ),
    "status-delivered": (
        1,
        [
            status(
                SENT_ID,
                "delivered",
                1794000104,
                pricing=MARKETING,
                callback_data="cmp:81f2|rcp:000412",
            )
        ],
    ),
    "status-delivered-bsuid-only": (
        1,
        [
            status(
                "wamid.HBgLHQgSC3MwMDMwOUVEODlFRERENjg0NjMyNQ==",
                "delivered",
                1794003202,
                recipient=RAFA,
                pricing=MARKETING,
            )
        ],
    ),
    "status-delivered-service-free-tier": (
        1,
        [
            status(
                "wamid.HBgLHQgSC3MwMDA3MjkwOTQwNkMyRTQxNjc4OA==",
                "delivered",
                1794000300,
                pricing=Pricing(False, "PMP", "free_customer_service", "service"),
            )
        ],
    ),
    "status-failed-131026": (
        1,
        [
            failed(
                "wamid.HBgLHQgSC3MwMDA5MkEwOTVFRTgyQkIyOTk3Ng==",
                1794000401,
                131026,
                recipient=Person("44770090", None, None, None),
                callback_data="cmp:81f2|rcp:000413",
            )
        ],
    ),
    "status-failed-131047": (
        1,
        [failed("wamid.HBgLHQgSC3MwMDI5QjYwMEU2MTI5RUMwNEVDRQ==", 1794003201, 131047)],
    ),
    "status-failed-131049": (
        1,
        [failed("wamid.HBgLHQgSC3MwMDA4NTlCQTFCMEQ1QzkwNjE1OA==", 1794000400, 131049)],
    ),
    "status-failed-131050": (
        1,
        [failed("wamid.HBgLHQgSC3MwMDI4NDM1MENDMTcyMUU1MkYyMQ==", 1794003200, 131050)],
    ),
    "status-free-entry-point": (
        1,
        [
            status(
                "wamid.HBgLHQgSC3MwMDMxRTM0QUNCMTE1RUUzNDdERA==",
                "sent",
                1794003203,
                pricing=Pricing(False, "PMP", "free_entry_point", "referral_conversion"),
                conversation_id="f1d2c3b4a5968778695a4b3c2d1e0f00",
                conversation_origin="referral_conversion",
            )
        ],
    ),
    "status-read": (
        1,
        [status(SENT_ID, "read", 1794000190, callback_data="cmp:81f2|rcp:000412")],
    ),
    "status-sent": (1, [status(SENT_ID, "sent", 1794000101, pricing=MARKETING)]),
    "template-category-done": (
        1,
        [
            template(
                "category",
                1689556908129952,
                "back_in_stock",
                at=at(1794003302),
                category="MARKETING",
                previous_category="UTILITY",
            )
        ],
    ),
    "template-category-impending": (
        1,
        [
            template(
                "category",
                1689556908129902,
                "order_followup",
                at=at(1794001600),
                category="UTILITY",
                correct_category="MARKETING",
                effective_at=at(1794088000),
            )
        ],
    ),
    "template-status-disabled": (
        1,
        [
            template(
                "status",
                1689556908129951,
                "mega_promo",
                at=at(1794003301),
                language="es_MX",
                event="DISABLED",
                reason="NONE",
            )
        ],
    ),
    "template-status-paused": (
        1,
        [
            template(
                "status",
                1689556908129901,
                "spring_sale_2",
                at=at(1794001000),
                language="fr",
                event="PAUSED",
                reason="NONE",
                category="MARKETING",
                pause="FIRST_PAUSE",
                explanation="Your WhatsApp message template has been paused for 3 hours.",
            )
        ],
    ),
    "user-preferences-signup": (
        0,
        [
            preference(
                "signup",
                1794003400,
                "User signed up via signup link",
                signup_id="9876543210123456",
            )
        ],
    ),
    "user-preferences-stop": (
        0,
        [preference("stop", 1794002000, "User requested to stop marketing messages")],
    ),
    "value-errors-130429": (1, [(NumberTrouble, {"errors": (130429,)})]),
}


def test_table_is_complete() -> None:
    assert sorted(TABLE) == FILES


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("form", ["as it lies here", "as the platform sends it"])
def test_payload(name: str, form: str) -> None:
    body = (PAYLOADS / f"{name}.json").read_bytes()
    if form == "as the platform sends it":
        body = as_platform(orjson.loads(body))
    lane, expected = TABLE[name]
    delivery = wire.parse(body)
    assert wire.lane(body) == lane
    assert delivery.object == "whatsapp_business_account"
    assert [(type(u), seen(u)) for u in delivery.updates] == [
        (kind, complete(kind, fields)) for kind, fields in expected
    ]


@pytest.mark.parametrize("name", FILES)
def test_every_item_is_kept_raw_as_it_came(name: str) -> None:
    body = (PAYLOADS / f"{name}.json").read_bytes()
    everything = list(containers(orjson.loads(body)))
    for update in wire.parse(body).updates:
        if not isinstance(update, Status | HistoryNotice | NumberTrouble):
            assert update.raw in everything
            assert orjson.loads(update.payload()) == update.raw


def seen(update: wire.Update) -> dict[str, Any]:
    """All fields but `raw`; of an error its code alone."""
    fields = {f.name: getattr(update, f.name) for f in dataclasses.fields(update)}
    fields.pop("raw", None)
    if "errors" in fields:
        fields["errors"] = tuple(error.code for error in fields["errors"])
    return fields


def complete(kind: type, fields: dict[str, Any]) -> dict[str, Any]:
    names = {f.name for f in dataclasses.fields(kind)} - {"raw"}
    assert fields.keys() <= names
    return {name: fields.get(name, NOTHING.get(name)) for name in names}


def containers(value: Any) -> Any:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from containers(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from containers(inner)
