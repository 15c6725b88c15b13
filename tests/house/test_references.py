"""A row points at rows of its own tenant alone: every reference is a key of two columns.

Where there is no key, the reason stands here, and the row that is meant is looked up with the
tenant: an id of another tenant's row leads nowhere.
"""

from __future__ import annotations

from tests.house.catalogs import Catalog
from tests.house.conftest import Catalogs
from tests.house.test_keys_of_rows import GLOBAL

_OF_A_KEY = "names the key that a text is sealed under, which may be destroyed before the row"
_BEFORE = "is written before what it points at, or stays when that is gone"
_OF_MANY = "points at rows of several tables"
_LATER = "came to a table that stood, where SQLite adds no key of two columns"
_OUTSIDE = "is an id of the platform or the shop"
# Table and column → why no foreign key stands there.
WITHOUT_KEY = {
    "activity": {"reference": _OF_MANY},
    "attribution": {"order_id": _BEFORE},
    "audit_entry": {"actor_id": _OF_MANY, "request_id": "is the id of a request"},
    "audit_subject": {"about_id": _OF_MANY, "entry_id": "goes with its entry"},
    "campaign_number": {"mailing_id": _BEFORE},
    "cart": {"subject_id": _OF_A_KEY},
    "consent_entry": {
        "request_id": _BEFORE,
        "touchpoint_id": _BEFORE,
        "wording_id": _LATER,
        "actor_id": _OF_MANY,
        "prompt_id": _BEFORE,
        "answer_id": _BEFORE,
    },
    "consent_request": {
        "subject_id": _OF_A_KEY,
        "touchpoint_id": _BEFORE,
        "number_id": _BEFORE,
        "prompt_id": _BEFORE,
    },
    "contact": {"subject_id": _BEFORE},
    "conversation": {"last_message_id": _BEFORE},
    "customer": {"origin_id": _OUTSIDE},
    "erasure": {"request_id": _BEFORE},
    "fulfilment": {"external_id": _OUTSIDE, "subject_id": _OF_A_KEY},
    "import_effect": {"contact_id": _BEFORE, "object_id": _OF_MANY},
    "legal_hold": {"subject_id": _OF_A_KEY},
    "mailing": {"origin_id": _OF_MANY},
    "media": {"subject_id": _OF_A_KEY, "message_id": _BEFORE, "platform_media_id": _OUTSIDE},
    "message": {"subject_id": _OF_A_KEY, "media_id": _BEFORE},
    "message_change": {"subject_id": _OF_A_KEY},
    "message_key": {"number_id": _BEFORE, "message_id": _BEFORE},
    "message_status": {"subject_id": _OF_A_KEY},
    "number": {"phone_number_id": _OUTSIDE},
    "order_token": {"store_id": _BEFORE},
    "personal_export": {"request_id": _BEFORE},
    "platform_update": {"waba_row_id": _BEFORE, "number_id": _BEFORE, "subject_id": _OF_A_KEY},
    "privacy_letter": {"subject_id": _OF_A_KEY},
    "privacy_request": {"origin_id": _OF_MANY, "subject_id": _OF_A_KEY, "work_id": _OF_MANY},
    "privacy_step": {"subject_id": _OF_A_KEY, "actor_id": _OF_MANY},
    "product": {"external_id": _OUTSIDE},
    "refund": {"order_external_id": _OUTSIDE, "external_id": _OUTSIDE, "origin_id": _OUTSIDE},
    "reservation": {"send_id": _BEFORE},
    "send": {
        "origin_id": _OF_MANY,
        "subject_id": _OF_A_KEY,
        "message_id": _BEFORE,
        "mailing_id": _LATER,
        "occasion_id": _OF_MANY,
    },
    "send_key": {"send_id": _BEFORE},
    "kpi_count": {"after_id": _BEFORE},
    "kpi_source": {"thing_id": _OF_MANY},
    "shop_order": {"external_id": _OUTSIDE, "origin_id": _OUTSIDE},
    "suppression": {"origin_id": _BEFORE},
    "template": {"template_id": _OUTSIDE},
    "touchpoint": {"ad_id": _OUTSIDE},
    "touchpoint_use": {"message_id": _BEFORE},
    "variant": {"external_id": _OUTSIDE},
    "visit": {"subject_id": _OF_A_KEY},
    "waba": {"waba_id": _OUTSIDE, "portfolio_id": _OUTSIDE, "messaging_account_id": _OUTSIDE},
}


def loose_references(catalog: Catalog) -> dict[str, set[str]]:
    """The columns that look like a reference and belong to no foreign key with the tenant."""
    found = {}
    for name, table in catalog.items():
        if name in GLOBAL or "tenant_id" not in table.columns:
            continue
        held = {
            column
            for one in table.foreign_keys
            if "tenant_id" in one.columns or one.table in GLOBAL
            for column in one.columns
        }
        named = {one for one in table.columns if one.endswith("_id") or one == "reference"}
        if loose := named - held - {"tenant_id", "id"}:
            found[name] = loose
    return found


def test_every_reference_keeps_to_its_tenant(every_catalog: Catalogs) -> None:
    wanted = {name: set(columns) for name, columns in WITHOUT_KEY.items()}
    for dialect in ("sqlite", "postgresql"):
        assert loose_references(every_catalog[dialect, "main"]) == wanted


def test_a_loose_reference_is_found(every_catalog: Catalogs) -> None:
    catalog = every_catalog["sqlite", "main"]
    table = catalog["identity"]
    kept = {one for one in table.foreign_keys if "contact_id" not in one.columns}
    doctored = {"identity": type(table)(table.columns, table.key, foreign_keys=kept)}
    assert loose_references(doctored) == {"identity": {"contact_id"}}
