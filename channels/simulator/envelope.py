"""Updates put into the platform's envelope, and written as it writes (contract 3.4)."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from channels.simulator.shapes import Json


@dataclass(frozen=True, slots=True)
class Update:
    """One thing to tell.

    With a `key` the `item` belongs into that list of a number's value; without one, `value` is the
    whole value of an account's or template's change.
    """

    waba_id: str
    field: str
    metadata: Json | None = None
    key: str = ""
    item: Json | None = None
    contact: Json | None = None
    value: Json | None = None


def envelope(updates: Iterable[Update], *, mix_kinds: bool, now: int) -> Json:
    """The payload of one POST; `now` in epoch seconds stands with account and template fields.

    With `mix_kinds` messages and statuses of a number share one value.
    """
    entries: dict[tuple[str, bool], Json] = {}
    values: dict[tuple[str, str, str, str], Json] = {}
    for update in updates:
        is_whole = update.value is not None
        entry = entries.setdefault((update.waba_id, is_whole), {"id": update.waba_id})
        if is_whole:
            entry.setdefault("time", now)
            changes = entry.setdefault("changes", [])
            changes.append({"value": update.value, "field": update.field})
            continue
        number_id = (update.metadata or {}).get("phone_number_id", "")
        place = (update.waba_id, update.field, number_id, "" if mix_kinds else update.key)
        if place not in values:
            values[place] = {"messaging_product": "whatsapp", "metadata": update.metadata}
            changes = entry.setdefault("changes", [])
            changes.append({"value": values[place], "field": update.field})
        _add(values[place], update)
    return {"object": "whatsapp_business_account", "entry": list(entries.values())}


def parts(updates: list[Update], most: int, *, mix_accounts: bool) -> Iterator[list[Update]]:
    """The updates in portions for one POST each, accounts apart unless they may mix."""
    groups: dict[str, list[Update]] = {}
    for update in updates:
        groups.setdefault("" if mix_accounts else update.waba_id, []).append(update)
    for group in groups.values():
        for start in range(0, len(group), most):
            yield group[start : start + most]


def written(payload: Json) -> bytes:
    """Compact JSON, non-ASCII as lower-case escapes, every slash escaped (contract 3.1)."""
    text = json.dumps(payload, ensure_ascii=True, separators=(",", ":"))
    return text.replace("/", "\\/").encode("ascii")


def signature(body: bytes, app_secret: str) -> str:
    """The X-Hub-Signature-256 header of these bytes."""
    return "sha256=" + hmac.digest(app_secret.encode(), body, "sha256").hex()


def _add(value: Json, update: Update) -> None:
    if update.contact is not None:
        contacts = value.setdefault("contacts", [])
        if update.contact not in contacts:
            contacts.append(update.contact)
    value.setdefault(update.key, []).append(update.item)
