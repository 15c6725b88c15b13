"""Figures out: `/kpis.csv?from=2026-10-01&to=2026-10-31&every=day`, a line for each bucket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date as Date
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

import analytics
from analytics import EVERY, KPIS, Figure, Tile
from api import auth
from api.asgi import respond
from api.refusals import refuse
from kernel import audit, clock, spreadsheets, tenancy
from kernel.errors import Invalid, NotAllowed, RapportError
from tenants import Permission

_HEAD = ("kpi", "title", "unit", "from", "value", "sample", "state")


class KpiCsv:
    """GET, with an access token; durations in seconds, money in units of the tenant's currency."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a wrong parameter is told by its name."""
        if scope["method"] != "GET":
            await respond(send, 405, b"", [(b"allow", b"GET")])
            return
        try:
            viewer = await auth.viewer_of(scope)
            if viewer is None:
                raise NotAllowed("Sign in first.", code="SIGN_IN")
            viewer.require(Permission.ANALYTICS_READ)
            with tenancy.acting_for(viewer.tenant_id):
                asked = await _asked(parse_qs(scope["query_string"].decode("latin-1")))
                await audit.record("kpis.read", {}, actor=auth.actor_of(viewer))
                tiles = await analytics.board(asked)
        except RapportError as error:
            await refuse(send, error)
            return
        rows = [_HEAD, *(row for tile in tiles for row in _rows(tile))]
        headers = [
            (b"content-type", b"text/csv; charset=utf-8"),
            (b"content-disposition", b'attachment; filename="kpis.csv"'),
            (b"x-content-type-options", b"nosniff"),
            (b"cache-control", b"private, no-store"),
        ]
        await respond(send, 200, spreadsheets.MARK + spreadsheets.lines(rows), headers)


async def _asked(given: dict[str, list[str]]) -> analytics.Asked:
    wanted = given.get("every", [""])[0]
    every = next((one for one in EVERY if one == wanted), None)
    if wanted and every is None:
        raise Invalid(f"every is one of {', '.join(EVERY)}.", field=("every",))
    names = [one for text in given.get("names", []) for one in text.split(",")]
    if unknown := set(names) - KPIS.keys():
        raise Invalid(f"There is no KPI {min(unknown)[:40]}.", field=("names",))
    return await analytics.checked(
        _day(given, "from"),
        _day(given, "to"),
        zone=given.get("timeZone", [None])[0],
        names=names or None,
        every=every,
    )


def _day(given: dict[str, list[str]], name: str) -> Date:
    try:
        return Date.fromisoformat(given[name][0])
    except (KeyError, ValueError):
        raise Invalid(f"{name} is a day like 2026-10-01.", field=(name,)) from None


def _rows(tile: Tile) -> Iterator[tuple[object, ...]]:
    kpi = tile.kpi
    of_all = ("", tile.figure, tile.state)
    of_buckets = ((clock.moment(one.at).isoformat(), one.figure, "") for one in tile.series)
    for begun, figure, state in (of_all, *of_buckets):
        yield kpi.name, kpi.title, kpi.unit, begun, _shown(kpi.unit, figure), figure.sample, state


def _shown(unit: str, figure: Figure) -> float | str:
    if figure.amount is None:
        return ""
    return figure.amount / 10_000 if unit == "money" else figure.amount
