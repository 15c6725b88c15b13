"""Files of contacts and orders in, reports out: `POST /imports/files` with the file as the body.

A file is sealed piece by piece as it comes; none stands whole in memory. `importCreate` takes the
id that is answered.
"""

from __future__ import annotations

import asyncio

import orjson
import structlog
from starlette.types import Receive, Scope, Send

import imports
from api import auth
from api.asgi import ClientGone, respond
from api.refusals import JSON, refuse
from kernel import audit, ids, tenancy
from kernel.errors import Invalid, NotFound, RapportError, TryLater
from kernel.ids import Id
from tenants import Permission

# Seconds for the whole file.
_WITHIN = 900.0
_log = structlog.get_logger("imports")


class FilesToImport:
    """`/imports/files`: POST, with an access token."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: 201 with the id, or a code and what would be right."""
        if scope["method"] != "POST":
            await respond(send, 405, b"", [(b"allow", b"POST")])
            return
        try:
            file_id = await _keep(scope, receive)
        except ClientGone:
            return
        except RapportError as error:
            await refuse(send, error)
            return
        except Exception as error:
            _log.error("import_file_failed", exc_info=error)
            await refuse(send, TryLater("Something went wrong on our side.", after=5.0))
            return
        answer = orjson.dumps({"file": ids.show("file", file_id)})
        await respond(send, 201, answer, [JSON, (b"cache-control", b"no-store")])


class Reports:
    """`/imports/{id}/problems.csv`: GET, with an access token."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; absent and others' are both 404."""
        if scope["method"] != "GET":
            await respond(send, 405, b"", [(b"allow", b"GET")])
            return
        try:
            viewer = await auth.viewer_who_may(scope, "import_report.read", Permission.IMPORTS_READ)
            with tenancy.acting_for(viewer.tenant_id):
                job = await _job(scope)
                actor = auth.actor_of(viewer)
                await audit.record("import_report.read", {"job": [job["id"]]}, actor=actor)
                await _send_report(job, send)
        except RapportError as error:
            await refuse(send, error)


async def _keep(scope: Scope, receive: Receive) -> Id:
    viewer = await auth.viewer_who_may(scope, "import_file.upload", Permission.IMPORTS_WRITE)
    with tenancy.acting_for(viewer.tenant_id):
        incoming = await imports.Incoming.begin()
        try:
            async with asyncio.timeout(_WITHIN):
                goes_on = True
                while goes_on:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise ClientGone
                    await incoming.add(message.get("body", b""))
                    goes_on = message.get("more_body", False)
            file_id = await incoming.keep(viewer.person_id)
            actor = auth.actor_of(viewer)
            await audit.record("import_file.upload", {"file": [file_id]}, actor=actor)
            return file_id
        except TimeoutError:
            raise TryLater("The file did not come in time.", code="TOO_SLOW") from None
        finally:
            incoming.drop()


async def _job(scope: Scope) -> imports.JobRow:
    try:
        job_id = ids.read("job", scope["path_params"]["id"])
    except Invalid:
        raise NotFound("There is no such import.") from None
    found = (await imports.jobs_by_ids([job_id])).get(job_id)
    if found is None:
        raise NotFound("There is no such import.")
    return found


async def _send_report(job: imports.JobRow, send: Send) -> None:
    headers = [
        (b"content-type", b"text/csv; charset=utf-8"),
        (b"content-disposition", b'attachment; filename="problems.csv"'),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"private, no-store"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    async for piece in imports.report(job):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
