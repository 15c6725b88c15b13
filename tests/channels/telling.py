"""What the platform may tell of an account and its number, and what the tenant holds afterwards."""

from __future__ import annotations

import json
from typing import Any

import channels
import tenants  # noqa: F401 (declares the events)
from channels import Told, wire
from kernel import clock, tenancy
from kernel.ids import Id
from tests import stored
from tests.flows import town
from tests.platform_json import as_platform

WABA, NUMBER, DISPLAY = "102290129340398", "106540352242922", "15550783881"
NOON = 1_794_000_000 * clock.SECOND


class Place:
    """A tenant with one account and one number."""

    def __init__(self, tenant_id: Id, waba: Id, number: Id) -> None:
        self.tenant_id, self.waba, self.number = tenant_id, waba, number

    def told(self, update: wire.Update, subject_id: Id | None = None, after: int = 0) -> Told:
        """The update with where it leads, as a worker would hand it in."""
        number = self.number if getattr(update, "phone_number_id", None) == NUMBER else None
        received_at = NOON + clock.HOUR + after * clock.SECOND
        return Told(update, self.waba, number, subject_id, received_at)

    async def apply(self, *told: Told) -> None:
        with tenancy.acting_for(self.tenant_id):
            await channels.apply_updates(told)


async def make_place(waba: str = WABA, number: str = NUMBER) -> Place:
    tenant_id = await town.make_tenant()
    with tenancy.acting_for(tenant_id):
        waba_row = await channels.connect_waba(waba)
        number_row = await channels.connect_number(
            waba_row, number, f"+{DISPLAY[0]} 555-078-3881", "V"
        )
    return Place(tenant_id, waba_row, number_row)


def change(field: str, value: dict[str, Any], seconds: int | None = 0) -> wire.Update:
    """The one update of a change that the platform tells so many seconds after noon."""
    entry: dict[str, Any] = {"id": WABA, "changes": [{"field": field, "value": value}]}
    if seconds is not None:
        entry["time"] = NOON // clock.SECOND + seconds
    (update,) = wire.parse(as_platform({"entry": [entry]})).updates
    return update


def template(
    seconds: int, field: str = "message_template_status_update", **value: Any
) -> wire.Update:
    base = {
        "message_template_id": 1689,
        "message_template_name": "spring_sale",
        "message_template_language": "fr",
    }
    return change(field, base | value, seconds)


def account(seconds: int, event: str, **value: Any) -> wire.Update:
    return change("account_update", {"event": event, **value}, seconds)


def quality(seconds: int, event: str, **value: Any) -> wire.Update:
    value = {"display_phone_number": DISPLAY, "event": event, **value}
    return change("phone_number_quality_update", value, seconds)


def trouble(code: int) -> wire.Update:
    metadata = {"display_phone_number": DISPLAY, "phone_number_id": NUMBER}
    return change("messages", {"metadata": metadata, "errors": [{"code": code}]}, None)


def preference(value: str = "stop") -> wire.Update:
    chosen = {"wa_id": "447700900122", "category": "marketing_messages", "value": value}
    metadata = {"display_phone_number": DISPLAY, "phone_number_id": NUMBER}
    return change("user_preferences", {"metadata": metadata, "user_preferences": [chosen]}, None)


async def table(name: str, *columns: str) -> list[dict[str, Any]]:
    return await stored.rows(f"SELECT {', '.join(columns) or '*'} FROM {name} ORDER BY id")


async def outbox(kind: str) -> list[dict[str, str]]:
    found = await stored.rows("SELECT refs FROM outbox WHERE kind = $1 ORDER BY id", kind)
    return [json.loads(row["refs"]) for row in found]
