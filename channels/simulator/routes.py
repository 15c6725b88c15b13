"""Which part answers which request: `/v26.0/<node>/<edge>`, any version or none."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from channels.simulator import access, extras, media, numbers, sending, subscriptions, templates
from channels.simulator.call import Answer, Call
from channels.simulator.errors import GraphError
from channels.simulator.records import MANAGEMENT, MESSAGING, App, Number, Waba
from channels.simulator.store import Media, Template
from channels.simulator.world import World

_VERSION = re.compile(r"v\d{1,3}\.\d{1,2}")
_Handler = Callable[[World, Call, Any], Awaitable[Answer]]


def split(path: str) -> tuple[str, str, list[str]]:
    """Node, edge and what follows, without the version."""
    pieces = [piece for piece in path.split("/") if piece]
    if pieces and _VERSION.fullmatch(pieces[0]):
        del pieces[0]
    pieces += [""] * (2 - len(pieces))
    return pieces[0], pieces[1], pieces[2:]


async def answer(world: World, call: Call) -> Answer:
    """The answer of the platform; GraphError is one as well."""
    world.counts["requests"] += 1
    if call.node == "whatsapp_business":
        return await media.download(world, call)
    token = access.token_of(world, call)
    if call.node.startswith("upload:"):
        return await media.upload_bytes(world, call)
    target = access.object_of(world, call.node)
    found = _EDGES.get((type(target), call.method, call.edge))
    if found is None:
        raise GraphError(
            100,
            message=f"(#100) Tried accessing nonexisting field ({call.edge}) or method "
            f"{call.method} on node type ({type(target).__name__})",
        )
    permission, handler = found
    access.permit(world, token, permission, target)
    access.count(world, token, call, target)
    return await handler(world, call, target)


_EDGES: dict[tuple[type, str, str], tuple[str, _Handler]] = {
    (Number, "POST", "messages"): (MESSAGING, sending.messages),
    (Number, "POST", "marketing_messages"): (MESSAGING, sending.marketing_messages),
    (Number, "POST", "media"): (MESSAGING, media.upload),
    (Media, "GET", ""): (MESSAGING, media.read),
    (Media, "DELETE", ""): (MESSAGING, media.delete),
    (App, "POST", "uploads"): (MANAGEMENT, media.begin_upload),
    (Waba, "GET", ""): (MANAGEMENT, numbers.read_waba),
    (Waba, "GET", "phone_numbers"): (MANAGEMENT, numbers.list_numbers),
    (Number, "GET", ""): (MANAGEMENT, numbers.read_number),
    (Number, "POST", ""): (MANAGEMENT, subscriptions.configure_number),
    (Number, "POST", "register"): (MANAGEMENT, numbers.register),
    (Number, "POST", "deregister"): (MANAGEMENT, numbers.deregister),
    (Number, "GET", "whatsapp_business_profile"): (MANAGEMENT, extras.read_profile),
    (Number, "POST", "whatsapp_business_profile"): (MANAGEMENT, extras.write_profile),
    (Number, "GET", "block_users"): (MESSAGING, extras.list_blocked),
    (Number, "POST", "block_users"): (MESSAGING, extras.block_users),
    (Number, "DELETE", "block_users"): (MESSAGING, extras.unblock_users),
    (Number, "GET", "message_qrdls"): (MANAGEMENT, extras.read_qr_codes),
    (Number, "POST", "message_qrdls"): (MANAGEMENT, extras.write_qr_code),
    (Number, "DELETE", "message_qrdls"): (MANAGEMENT, extras.delete_qr_code),
    (Number, "POST", "conversational_automation"): (MANAGEMENT, extras.write_automation),
    (Waba, "GET", "subscribed_apps"): (MANAGEMENT, subscriptions.list_apps),
    (Waba, "POST", "subscribed_apps"): (MANAGEMENT, subscriptions.subscribe),
    (Waba, "DELETE", "subscribed_apps"): (MANAGEMENT, subscriptions.unsubscribe),
    (Waba, "GET", "message_templates"): (MANAGEMENT, templates.list_templates),
    (Waba, "POST", "message_templates"): (MANAGEMENT, templates.create),
    (Waba, "DELETE", "message_templates"): (MANAGEMENT, templates.delete),
    (Template, "GET", ""): (MANAGEMENT, templates.read),
    (Template, "POST", ""): (MANAGEMENT, templates.edit),
    (Template, "POST", "unpause"): (MANAGEMENT, templates.unpause),
}
