"""Touchpoints: made, changed, archived (F10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict

import channels
import contacts
from kernel import clock, database, events, ids, tenancy
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import Event
from kernel.ids import Id
from links.codes import new_code, sign_of_ad, sign_of_keyword
from links.queries import find_code

_LONGEST = {"name": 200, "label": 80, "incentive": 200, "wording": 100}
# With its code it fits the 140 characters of the platform's own QR codes (contract 8).
_LONGEST_GREETING = 120
_LONGEST_SIGN = 60


class Details(TypedDict, total=False):
    """What can be changed of a touchpoint; what is left out stays."""

    name: str
    number_id: Id
    greeting: str
    label: str
    wording: str | None
    incentive: str | None


@dataclass(frozen=True, slots=True)
class NewTouchpoint:
    """A touchpoint to make; `keyword` goes with kind keyword, `ad_id` with kind ad."""

    kind: str
    details: Details
    keyword: str | None = None
    ad_id: str | None = None


@database.unit_of_work
async def create_touchpoint(new: NewTouchpoint) -> Id:
    """Make a touchpoint; its id. Conflict (TAKEN) where the keyword or ad has one already.

    Invalid or NotFound names the field that is wrong.
    """
    sign = _sign(new)
    details = await _checked({"greeting": "", "label": "", **new.details})
    now, touchpoint_id = clock.now(), ids.new_id()
    added = await database.insert(
        "touchpoint",
        [
            {
                "tenant_id": tenancy.current(),
                "id": touchpoint_id,
                "kind": new.kind,
                "code": await _fresh_code(),
                "sign": sign,
                "keyword": new.keyword.strip() if new.keyword else None,
                "ad_id": new.ad_id,
                "wording": None,
                "incentive": None,
                **details,
                "state": "active",
                "created_at": now,
                "updated_at": now,
            }
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="id",
    )
    if not added:
        field = "keyword" if new.kind == "keyword" else "ad_id"
        raise Conflict("Another touchpoint has it already.", code="TAKEN", field=(field,))
    await events.record(Event("touchpoint.created", {"touchpoint": touchpoint_id}))
    return touchpoint_id


@database.unit_of_work
async def update_touchpoint(touchpoint_id: Id, details: Details) -> None:
    """Change a touchpoint; its kind and code stay, for they may be in print."""
    row = await _hold(touchpoint_id)
    columns = await _checked({**details}, row)
    places = "".join(
        f", {name} = ${place}" + ("::uuid" if name == "number_id" else "")
        for place, name in enumerate(columns, start=4)
    )
    await database.run(
        f"""UPDATE touchpoint SET updated_at = $3{places}
             WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        touchpoint_id,
        clock.now(),
        *columns.values(),
    )


@database.unit_of_work
async def archive_touchpoint(touchpoint_id: Id) -> None:
    """End a touchpoint: its links and pictures lead nowhere, and nobody is tied to it any more.

    What it brought stays in the reports. Twice is once.
    """
    await _hold(touchpoint_id)
    await database.run(
        """UPDATE touchpoint SET state = 'archived', updated_at = $3
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'active'""",
        tenancy.current(),
        touchpoint_id,
        clock.now(),
    )


def _sign(new: NewTouchpoint) -> str | None:
    """What messages are recognised by beside the code."""
    for kind, name in (("keyword", "keyword"), ("ad", "ad_id")):
        if getattr(new, name) is not None and new.kind != kind:
            raise _wrong(name, f"Only a touchpoint of kind {kind.upper()} has it.")
    if new.kind == "ad":
        if new.ad_id is not None and not (new.ad_id.isascii() and new.ad_id.isalnum()):
            raise _wrong("ad_id", "The platform's id of the ad, as in its ads manager.")
        return sign_of_ad(new.ad_id)
    if new.kind != "keyword":
        return None
    sign = sign_of_keyword(new.keyword or "")
    if not 1 <= len(sign) <= _LONGEST_SIGN:
        raise _wrong("keyword", f"A keyword has 1 to {_LONGEST_SIGN} letters and digits.")
    if contacts.is_withdrawal(new.keyword or ""):
        raise _wrong("keyword", "With this word people withdraw; it cannot be a yes as well.")
    return sign


async def _checked(details: Details, before: dict[str, Any] | None = None) -> dict[str, Any]:
    """The details as they are stored; Invalid names the first that is wrong."""
    columns: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in details.items()
    }
    if "name" in columns and not columns["name"]:
        raise _wrong("name", "A touchpoint has a name.")
    for name, longest in (*_LONGEST.items(), ("greeting", _LONGEST_GREETING)):
        if len(columns.get(name) or "") > longest:
            raise _wrong(name, f"It has {longest} characters at most.")
    for name in ("wording", "incentive"):
        if name in columns:
            columns[name] = columns[name] or None
    wording = columns.get("wording")
    if wording and not await contacts.wording_page(wording, "DESC", None, 1):
        raise NotFound("There is no wording of this name.", field=("wording",))
    after = {**(before or {}), **columns}
    if after.get("incentive") and not after.get("wording"):
        raise _wrong(
            "incentive",
            "It is released on the second yes, so it needs the wording that is agreed to.",
        )
    if "number_id" in columns and not await channels.numbers_by_ids([columns["number_id"]]):
        raise NotFound("There is no such number.", field=("number",))
    return columns


async def _hold(touchpoint_id: Id) -> dict[str, Any]:
    row = await database.row(
        """SELECT wording, incentive FROM touchpoint
            WHERE tenant_id = $1::uuid AND id = $2::uuid FOR UPDATE""",
        tenancy.current(),
        touchpoint_id,
    )
    if row is None:
        raise NotFound("There is no such touchpoint.", field=("touchpoint",))
    return row


async def _fresh_code() -> str:
    """A code that no tenant has: it stands in addresses that name no tenant."""
    while True:
        code = new_code()
        if await find_code(code) is None:
            return code


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, field=(field,))
