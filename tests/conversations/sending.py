"""A shop that answers somebody: what it queues, what leaves, what the ledger holds afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

import channels
import contacts
import conversations
from channels import wire
from contacts import ConsentStep, Known
from conversations import Outgoing, Queued
from conversations.claims import Line
from conversations.content import Content, Text
from kernel import clock, ids, tenancy
from kernel.ids import Id
from tests import stored
from tests.conversations.talk import NOON, Shop, customer, open_shop, says, status
from tests.flows.platform import TOKEN, Json, Platform
from tests.following import send_all


@dataclass
class Counter:
    """The shop's counter, with a number that has a token, and the platform."""

    shop: Shop
    platform: Platform

    async def opens(self, known: Known | None = None) -> Id:
        """Somebody has just written; the thread."""
        await self.shop.hears(says(_second(), f"in-{ids.new_id()}"), known=known)
        return Id((await self.shop.thread(known))["id"])

    async def meets(self, phone: str) -> Id:
        """Somebody else has just written; the thread."""
        return await self.opens(await customer(phone, second=_second()))

    async def queues(
        self,
        thread: Id,
        content: Content | None = None,
        *,
        key: str = "",
        about: Id | None = None,
        expires_at: int | None = None,
    ) -> Queued:
        """A colleague writes this into the thread."""
        return await conversations.queue(
            Outgoing(
                thread,
                content or Text("Good morning"),
                "key",
                self.shop.tenant_id,
                key or ids.new_id(),
                about,
                expires_at=expires_at,
            )
        )

    async def delivers(self) -> None:
        """The worker sends what is due, and waits for all answers."""
        await send_all()

    async def delivers_in(self, wait: int) -> None:
        """As `delivers`, so many microseconds later."""
        clock.move(wait)
        await self.delivers()

    @property
    def line(self) -> Line:
        """Its number, as a worker finds it that has something to send."""
        return Line(self.shop.tenant_id, self.shop.number_id, "pn", 10)

    async def send(self, queued: Queued) -> dict[str, Any]:
        """Its row in the ledger."""
        row = await stored.row(
            "SELECT * FROM send WHERE tenant_id = $1::uuid AND id = $2::uuid",
            self.shop.tenant_id,
            queued.send_id,
        )
        assert row is not None
        return row

    async def fate(self, queued: Queued) -> tuple[str, str | None]:
        """State and reason in the ledger."""
        row = await self.send(queued)
        return row["state"], orjson.loads(row["decision"]).get("reason")

    async def message(self, queued: Queued) -> dict[str, Any]:
        """Its message in the thread."""
        row = await stored.row(
            "SELECT * FROM message WHERE tenant_id = $1::uuid AND id = $2::uuid",
            self.shop.tenant_id,
            queued.message_id,
        )
        assert row is not None
        return row

    async def number(self) -> dict[str, Any]:
        """The number's row."""
        row = await stored.row(
            "SELECT * FROM number WHERE tenant_id = $1::uuid AND id = $2::uuid",
            self.shop.tenant_id,
            self.shop.number_id,
        )
        assert row is not None
        return row

    async def is_told(
        self, kind: str, body: Json, *, wamid: str = "", after: int = 0, code: int = 0
    ) -> None:
        """The platform tells a status of a message, with our callback data."""
        errors = (wire.ErrorInfo(code, "no", None, None, None),) if code else ()
        await self.shop.is_told(
            status(
                wamid or self.platform.wamid_of(body),
                kind,
                _second() + after,
                callback_data=body["biz_opaque_callback_data"],
                errors=errors,
            )
        )

    async def learns_template(self, name: str, category: str, state: str = "APPROVED") -> None:
        """The platform has told of a template in Spanish."""
        [waba] = await channels.list_wabas()
        now = clock.now()
        await stored.insert(
            "template",
            [
                {
                    "tenant_id": tenancy.current(),
                    "id": ids.new_id(),
                    "waba_row_id": waba["id"],
                    "template_id": f"{name}-{now}",
                    "name": name,
                    "language": "es",
                    "status": state,
                    "status_at": now,
                    "category": category,
                    "category_at": now,
                    "quality_at": 0,
                    "components": orjson.dumps(
                        {"message_template_element": "Hello {{1}}, it is back."}
                    ).decode(),
                    "components_at": now,
                    "created_at": now,
                    "updated_at": now,
                }
            ],
        )

    async def consents(self, kind: str, after: int = 0, known: Known | None = None) -> None:
        """The customer agrees to marketing, or stops it in the app."""
        known = known or self.shop.known
        await contacts.record_consent(
            [
                ConsentStep(
                    contact_id=known.contact_id,
                    subject_id=known.subject_id,
                    kind=kind,
                    method="platform_preference",
                    source=f"{kind}|{after}|{known.contact_id}",
                    at=clock.now() + after,
                    evidence={"value": kind},
                )
            ]
        )


async def open_counter(platform: Platform) -> Counter:
    """The counter; its tenant must be acted for afterwards."""
    shop = await open_shop()
    with tenancy.acting_for(shop.tenant_id):
        [waba] = await channels.list_wabas()
        [number] = await channels.list_numbers()
        await channels.connect_number(
            waba["id"], number["phone_number_id"], "15550783881", "Shop", TOKEN
        )
    return Counter(shop, platform)


def _second() -> int:
    return (clock.now() - NOON) // clock.SECOND
