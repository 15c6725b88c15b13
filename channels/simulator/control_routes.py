"""The control API under /control, and the page that uses it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from channels.simulator import acts, control, shapes, town_document
from channels.simulator.errors import GraphError
from channels.simulator.shapes import Json
from channels.simulator.world import World
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound, RapportError

_PAGE = Path(__file__).with_name("page.html")
_STATUS = {NotAllowed: 403, NotFound: 404, Conflict: 409}
_Handler = Callable[[Request, Json], Any]
# Pictures that people see may be looked at, anything else is only to be kept.
_SHOWN = ("image/png", "image/jpeg", "image/webp", "audio/", "video/mp4")


def control_routes(world: World) -> list[Route]:
    """Every address of the control API."""
    given = _given_routes(world)
    asked = _asked_routes(world)
    return [
        Route("/", _page),
        Route("/control/live", _live(world)),
        Route("/control/media/{media}", _media(world)),
        *(Route(path, _answering(do, takes=True), methods=["POST"]) for path, do in given),
        *(Route(path, _answering(do, takes=False), methods=["GET"]) for path, do in asked),
        Route("/control/faults", _answering(_cleared(world), takes=False), methods=["DELETE"]),
    ]


def _given_routes(world: World) -> list[tuple[str, _Handler]]:
    async def verify(request: Request, _given: Json) -> Json:
        return await control.verify(world, request.path_params["id"])

    async def settled(_request: Request, given: Json) -> Json:
        return {"settled": await world.settled(float(given.get("within", 5)))}

    def reset(_request: Request, _given: Json) -> Json:
        world.reset()
        return {"done": True}

    def change_person(request: Request, given: Json) -> Json:
        person = town_document.settle_person(world, {**given, "id": request.path_params["id"]})
        world.live.tell("town")
        return control.person(world, person.id)

    def by_id(do: Callable[[World, str, Json], Json]) -> _Handler:
        return lambda request, given: do(world, request.path_params["id"], given)

    def plain(do: Callable[[World, Json], Json]) -> _Handler:
        return lambda _request, given: do(world, given)

    return [
        ("/control/town", plain(town_document.settle)),
        ("/control/reset", reset),
        ("/control/settings", plain(control.settings)),
        ("/control/clock", plain(control.clock)),
        ("/control/faults", plain(control.order_fault)),
        ("/control/webhooks", plain(control.tell)),
        ("/control/settled", settled),
        ("/control/apps/{id}/verify", verify),
        ("/control/businesses/{id}", by_id(control.change_business)),
        ("/control/wabas/{id}", by_id(control.change_waba)),
        ("/control/numbers/{id}", by_id(control.change_number)),
        ("/control/templates/{id}", by_id(control.change_template)),
        ("/control/people/{id}", change_person),
        ("/control/people/{id}/acts", by_id(acts.act)),
    ]


def _asked_routes(world: World) -> list[tuple[str, _Handler]]:
    def sent(request: Request, _given: Json) -> Json:
        query = request.query_params
        return control.sent(
            world,
            number=query.get("number", ""),
            callback_data=query.get("callback_data", ""),
            after=_whole(query.get("after", "0")),
            limit=_whole(query.get("limit", "1000")),
        )

    def chat(request: Request, _given: Json) -> Json:
        return control.chat(world, request.path_params["number"], request.path_params["person"])

    return [
        ("/control/health", lambda _request, _given: {"status": "ok"}),
        ("/control/town", lambda _request, _given: control.town(world)),
        ("/control/settings", lambda _request, _given: shapes.show(world.settings)),
        ("/control/clock", lambda _request, _given: control.clock(world, {})),
        ("/control/faults", lambda _request, _given: control.faults(world)),
        ("/control/counts", lambda _request, _given: control.counts(world)),
        ("/control/deliveries", lambda _request, _given: world.outbox.measured()),
        ("/control/messages", sent),
        (
            "/control/people/{id}",
            lambda request, _given: control.person(world, request.path_params["id"]),
        ),
        ("/control/chats/{number}/{person}", chat),
    ]


def _answering(do: _Handler, *, takes: bool) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint: JSON in and out, errors with their code and field."""

    async def endpoint(request: Request) -> Response:
        try:
            found = do(request, await _json(request) if takes else {})
            if isinstance(found, Awaitable):
                found = await found
        except RapportError as error:
            told = {"code": error.code, "message": error.message, "field": list(error.field)}
            status = _STATUS.get(type(error), 400)
            return Response(orjson.dumps({"error": told}), status, media_type="application/json")
        except GraphError as error:
            return Response(orjson.dumps(error.body()), 400, media_type="application/json")
        return Response(orjson.dumps(found), media_type="application/json")

    return endpoint


async def _json(request: Request) -> Json:
    origin = request.headers.get("origin")
    if origin and origin.partition("://")[2] != request.headers.get("host"):
        raise NotAllowed("Another web page gives no orders here.")
    body = await request.body()
    if not body:
        return {}
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Invalid("Send application/json.", code="NOT_JSON")
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Invalid("That is no JSON.", code="NOT_JSON") from None
    if not isinstance(given, dict):
        raise Invalid("The body has to be an object.", code="NOT_JSON")
    return given


def _cleared(world: World) -> _Handler:
    def clear(_request: Request, _given: Json) -> Json:
        world.faults.ordered.clear()
        return {"done": True}

    return clear


async def _page(_request: Request) -> Response:
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
        "connect-src 'self'; img-src 'self' data:; media-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    return HTMLResponse(_PAGE.read_bytes(), headers={"Content-Security-Policy": policy})


def _live(world: World) -> Callable[[Request], Awaitable[Response]]:
    async def live(_request: Request) -> Response:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        stream = world.live.watch()
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    return live


def _media(world: World) -> Callable[[Request], Awaitable[Response]]:
    async def media(request: Request) -> Response:
        found = world.media.by_id.get(request.path_params["media"])
        if found is None:
            return Response(status_code=404)
        headers = {"X-Content-Type-Options": "nosniff"}
        if not found.mime_type.startswith(_SHOWN):
            headers["Content-Disposition"] = "attachment"
        return Response(found.data, media_type=found.mime_type, headers=headers)

    return media


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise Invalid("That has to be a whole number.")
    return int(text)
