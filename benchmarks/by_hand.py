"""The floor of `inbox`: the same page written by hand, without GraphQL and without sign-in.

`python -m benchmarks.by_hand TENANT PERSON` answers POST /inbox: the same statements, the same
sealed rows opened, one dictionary built, orjson.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

import contacts
import conversations
import tenants
from conversations import ConversationFilter, ConversationRow, MessageRow
from kernel import clock, database, ids, keys, settings, tenancy
from kernel.ids import Id
from kernel.seal import Sealer
from kernel.settings import Settings

_DIRECTIONS = {"in": "INBOUND", "out": "OUTBOUND", "note": "NOTE", "event": "EVENT"}
_PAGE, _LAST = 50, 3


def app(page: Settings, tenant_id: Id, person_id: Id) -> Starlette:
    """The application that knows one page of one tenant."""

    async def inbox(_request: Request) -> Response:
        with tenancy.acting_for(tenant_id):
            body = {"data": {"conversations": {"nodes": await _page(person_id)}}}
        return Response(orjson.dumps(body), media_type="application/json")

    async def ready(_request: Request) -> Response:
        return PlainTextResponse("ok")

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        await database.start(page)
        keys.start(page)
        yield
        await database.stop()

    return Starlette(
        routes=[Route("/inbox", inbox, methods=["POST"]), Route("/readyz", ready)], lifespan=life
    )


async def _page(person_id: Id) -> list[dict[str, Any]]:
    threads = await conversations.conversation_page(
        ConversationFilter(), "last_message_at", "DESC", None, _PAGE
    )
    contact_ids = [thread["contact_id"] for thread in threads]
    thread_ids = [thread["id"] for thread in threads]
    found, identities, tags, colleagues, unread, messages = await asyncio.gather(
        contacts.contacts_by_ids(contact_ids),
        contacts.identities_of(contact_ids),
        contacts.tags_of(contact_ids),
        tenants.people_by_ids(
            {thread["assignee_id"] for thread in threads if thread["assignee_id"]}
        ),
        conversations.unread_of(thread_ids, person_id),
        conversations.last_messages(thread_ids, _LAST),
    )
    sealers = await keys.of(
        {contact["subject_id"] for contact in found.values()}
        | {one["subject_id"] for rows in messages.values() for one in rows}
    )
    now = clock.now()
    nodes = []
    for thread in threads:
        contact = found[thread["contact_id"]]
        assignee = thread["assignee_id"]
        phone = next(
            one
            for one in identities[contact["id"]]
            if one["kind"] == "phone" and one["state"] == "current"
        )
        nodes.append(
            {
                "id": ids.show("conversation", thread["id"]),
                "state": thread["state"].upper(),
                "unread": unread.get(thread["id"], 0),
                "lastMessageAt": _time(thread["last_message_at"]),
                "window": _window(thread, now),
                "contact": {
                    "id": ids.show("contact", contact["id"]),
                    "name": _opened(sealers, contact, "contact.name", contact["name_sealed"]),
                    "phone": f"+{_opened(sealers, phone, 'identity.value', phone['value_sealed'])}",
                    "tags": [{"name": tag["name"]} for tag in tags.get(contact["id"], ())],
                },
                "assignee": {"name": colleagues[assignee].name} if assignee else None,
                "messages": {
                    "nodes": [_message(sealers, one) for one in messages.get(thread["id"], ())]
                },
            }
        )
    return nodes


def _window(thread: ConversationRow, now: int) -> dict[str, Any]:
    closed_at = thread["window_closed_at"]
    return {"open": now < closed_at, "closesAt": _time(closed_at) if closed_at else None}


def _message(sealers: dict[Id, Sealer], row: MessageRow) -> dict[str, Any]:
    return {
        "id": ids.show("message", row["id"]),
        "__typename": "TextMessage",
        "direction": _DIRECTIONS[row["direction"]],
        "text": _opened(sealers, row, "message.body", row["body_sealed"]),
        "status": row["status"].upper(),
        "sentAt": _time(row["provider_at"]),
    }


def _opened(sealers: dict[Id, Sealer], row: Any, place: str, sealed: bytes | None) -> str | None:
    if sealed is None:
        return None
    return sealers[row["subject_id"]].open_text(place, row["id"], sealed)


def _time(at: int) -> str:
    return clock.moment(at).isoformat().replace("+00:00", "Z")


if __name__ == "__main__":
    chosen = settings.load_or_exit()
    uvicorn.run(
        app(chosen, sys.argv[1], sys.argv[2]),
        port=chosen.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
    )
