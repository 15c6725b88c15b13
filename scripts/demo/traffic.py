"""Turns the talks of `*.json` beside this file into webhook bodies, in the platform's exact form.

A talk is a list of `[who, what, more]`: `in` from the customer, `out` from the business's own
phone (an echo and its statuses), `preference` for a choice made in the app. `what` is a text or a
payload; a reaction to `$2` is one to the talk's second message, and so is `"quotes": 2`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.demo.customers import Customer
from scripts.demo.houses import HOUSES, House

Json = dict[str, Any]

_FOLDER = Path(__file__).parent
_FILES = ("image", "video", "audio", "document", "sticker")
_STATUSES = ("sent", "delivered", "read")
_SERVICE = {
    "billable": False,
    "pricing_model": "PMP",
    "type": "free_customer_service",
    "category": "service",
}


def bodies(anchor: int) -> list[Json]:
    """A body for each talk, all within the 20 hours before `anchor` (seconds since the epoch).

    The same anchor gives the same bodies, ids included.
    """
    return [talk.body() for talk in _talks(anchor)]


def earlier_customers() -> list[Customer]:
    """Those whose talks these bodies are."""
    return [talk.customer() for talk in _talks(anchor=0)]


def _talks(anchor: int) -> Iterator[_Talk]:
    houses = {house.key: house for house in HOUSES}
    for path in sorted(_FOLDER.glob("??.json")):
        page = json.loads(path.read_text())
        for thread in page["threads"]:
            house = houses[thread.get("house", page["house"])]
            yield _Talk(house, path.stem, thread, anchor)


@dataclass(frozen=True)
class _Talk:
    house: House
    language: str
    thread: Json
    anchor: int

    def customer(self) -> Customer:
        user_id = self.ids("", "user_id")["user_id"]
        return Customer(
            id=f"{self.language}-{user_id[-6:]}",
            house=self.house,
            name=self.thread["name"],
            phone=self.thread["phone"],
            user_id=user_id,
            username=self.thread.get("username"),
            country=self.thread["country"],
            language=self.language,
            hidden=self.thread["phone"] is None,
        )

    def body(self) -> Json:
        changes = [
            change
            for place, step in enumerate(self.thread["talk"], start=1)
            for change in self.changes(place, *step)
        ]
        return {
            "object": "whatsapp_business_account",
            "entry": [{"id": self.house.waba_id, "changes": changes}],
        }

    def changes(self, place: int, who: str, what: Any, more: Json | None = None) -> Iterator[Json]:
        """What the platform tells about one step."""
        if who == "in":
            yield self.change(
                "messages", "messages", [{**self.sender(), **self.message(place, what)}]
            )
        elif who == "out":
            echo = {**self.receiver(), **self.message(place, what)}
            yield self.change("smb_message_echoes", "message_echoes", [echo])
            yield self.change("messages", "statuses", self.statuses(place, more or {}))
        else:
            yield self.change(
                "user_preferences", "user_preferences", [self.preference(place, what)]
            )

    def change(self, field: str, kind: str, items: Sequence[Json]) -> Json:
        profile = {"name": self.thread["name"]}
        if "username" in self.thread:
            profile["username"] = self.thread["username"]
        contact = {"profile": profile, **self.ids("wa_id", "user_id")}
        metadata = {
            "display_phone_number": self.house.display_phone_number,
            "phone_number_id": self.house.phone_number_id,
        }
        value = {"messaging_product": "whatsapp", "metadata": metadata, "contacts": [contact]}
        return {"value": {**value, kind: list(items)}, "field": field}

    def message(self, place: int, what: Any) -> Json:
        payload = {"type": "text", "text": {"body": what}} if isinstance(what, str) else what
        payload = json.loads(json.dumps(payload))
        quoted = payload.pop("quotes", None)
        if quoted:
            payload["context"] = {"from": self.house.display_phone_number, "id": self.wamid(quoted)}
        if payload["type"] == "reaction":
            reaction = payload["reaction"]
            reaction["message_id"] = self.wamid(int(reaction["message_id"].removeprefix("$")))
        if payload["type"] in _FILES:
            file = self.digest(f"file {place}")
            payload[payload["type"]] |= {
                "id": str(int.from_bytes(file[:7])),
                "sha256": base64.b64encode(file).decode(),
            }
        return {"id": self.wamid(place), "timestamp": str(self.at(place)), **payload}

    def statuses(self, place: int, more: Json) -> list[Json]:
        """Up to the last one reached: read, unless the step says that it was not."""
        reached = _STATUSES.index(more.get("status", "read"))
        told = []
        for late, status in enumerate(_STATUSES[: reached + 1]):
            item = {
                "id": self.wamid(place),
                "status": status,
                "timestamp": str(self.at(place) + (1, 2, 20)[late]),
                **self.ids("recipient_id", "recipient_user_id"),
            }
            if status == "delivered":
                item["pricing"] = _SERVICE
            told.append(item)
        return told

    def preference(self, place: int, value: str) -> Json:
        told = {
            **self.ids("wa_id", "user_id"),
            "detail": f"User requested to {value} marketing messages",
            "category": "marketing_messages",
            "value": value,
            "timestamp": self.at(place),
        }
        if value == "signup":
            told["signup_id"] = str(int.from_bytes(self.digest("signup")[:6]))
        return told

    def sender(self) -> Json:
        return self.ids("from", "from_user_id")

    def receiver(self) -> Json:
        return {"from": self.house.display_phone_number, **self.ids("to", "to_user_id")}

    def ids(self, phone: str, user_id: str) -> Json:
        """The customer under these names; a phone that is withheld is absent (contract 4.2)."""
        given = {phone: self.thread["phone"]} if self.thread["phone"] else {}
        number = int.from_bytes(self.digest("user")[:8])
        return {**given, user_id: f"{self.thread['country']}.{number:020}"}

    def wamid(self, place: int) -> str:
        return "wamid." + base64.b64encode(b"\x1c\x18" + self.digest(f"message {place}")).decode()

    def at(self, place: int) -> int:
        """When a step was: one to five minutes after the one before it."""
        pauses = (60 + self.digest(f"pause {before}")[0] for before in range(1, place))
        return self.anchor - 60 * int(self.thread["ago"]) + sum(pauses)

    def digest(self, of: str) -> bytes:
        who = self.thread["phone"] or self.thread["username"]
        return hashlib.sha256(f"{self.house.key} {who} {of}".encode()).digest()
