"""`GET /tenant/archive`: everything a tenant has, for its owners, while it leaves (F1)."""

from __future__ import annotations

from starlette.concurrency import iterate_in_threadpool
from starlette.types import Receive, Scope, Send

import privacy
from api import auth
from api.asgi import respond
from api.refusals import refuse
from kernel import tenancy
from kernel.errors import RapportError
from tenants import Permission

_HEADERS = [
    (b"content-type", b"application/zip"),
    (b"content-disposition", b'attachment; filename="tenant.zip"'),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
]


class TenantArchive:
    """The archive, with an access token of an owner."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: the ZIP, or a code and what would be right."""
        if scope["method"] != "GET":
            await respond(send, 405, b"", [(b"allow", b"GET")])
            return
        try:
            viewer = await auth.viewer_who_may(scope, "tenant.export", Permission.OWNERS_WRITE)
            with tenancy.acting_for(viewer.tenant_id):
                size, pieces = await privacy.read_archive(auth.actor_of(viewer))
        except RapportError as error:
            await refuse(send, error)
            return
        headers = [*_HEADERS, (b"content-length", str(size).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async for piece in iterate_in_threadpool(pieces):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
