"""Touchpoints through the door: made, met, counted, and what the world sees of them."""

from __future__ import annotations

from typing import Any

import pytest

from contacts import (
    ConsentStep,
    Touch,
    Wording,
    add_wording,
    record_activity,
    record_consent,
)
from kernel import clock, ids, tenancy
from tests import stored
from tests.api.door import Door, Store, arrives, text_message
from tests.api.people import act

_FIELDS = """touchpoint { id kind name state code keyword adId greeting label wording incentive
  prefilledText chatLink shortLink joinLink qrSvg qrPng widget number { displayPhoneNumber } }
  userErrors { field code }"""
CREATE = f"""mutation($input: TouchpointCreateInput!) {{
  touchpointCreate(input: $input) {{ {_FIELDS} }} }}"""
UPDATE = f"""mutation($input: TouchpointUpdateInput!) {{
  touchpointUpdate(input: $input) {{ {_FIELDS} }} }}"""
ARCHIVE = f"""mutation($input: TouchpointArchiveInput!) {{
  touchpointArchive(input: $input) {{ {_FIELDS} }} }}"""
_INSIGHTS = """query($id: ID!, $range: TimeCondition) {
  node(id: $id) { ... on Touchpoint { insights(range: $range) { joined confirmed bought left } } }
}"""


async def make(door: Door, store: Store, kind: str = "QR_CODE", **more: Any) -> Any:
    """A touchpoint of the owner's."""
    given = {
        "kind": kind,
        "name": "Shop window",
        "number": ids.show("number", store.number_id),
        **more,
    }
    made = await act(door, CREATE, store.tokens["owner"], **given)
    assert made["userErrors"] == []
    return made["touchpoint"]


async def insights(door: Door, store: Store, one: Any, **range: str) -> list[int]:
    """How many joined, confirmed, bought and left by a touchpoint."""
    found = await door.data(_INSIGHTS, store.token, id=one["id"], range=range or None)
    return list(found["node"]["insights"].values())


async def came(store: Store) -> list[tuple[str, str, int]]:
    """Touchpoint, way and time of each use, in order."""
    rows = await stored.rows("SELECT touchpoint_id, way, at FROM touchpoint_use ORDER BY id")
    return [(ids.show("touchpoint", r["touchpoint_id"]), r["way"], r["at"]) for r in rows]


async def test_what_a_touchpoint_is(door: Door, store: Store) -> None:
    greeting = "¡Hola! Quiero las novedades"
    with tenancy.acting_for(store.tenant_id):
        await add_wording(Wording("news", "es-ES", "Novedades de {store}"))
    made = await make(door, store, greeting=greeting, label="Chat with us", wording="news")
    root, code = door.settings.public_url, made["code"]
    assert len(code) == 8
    assert made == {
        "id": made["id"],
        "kind": "QR_CODE",
        "name": "Shop window",
        "state": "ACTIVE",
        "code": code,
        "keyword": None,
        "adId": None,
        "greeting": greeting,
        "label": "Chat with us",
        "wording": "news",
        "incentive": None,
        "prefilledText": f"{greeting} ({code})",
        "chatLink": "https://wa.me/34600000000?text=%C2%A1Hola%21%20Quiero%20las%20novedades%20"
        f"%28{code}%29",
        "shortLink": f"{root}/l/{code}",
        "joinLink": f"{root}/join/{code}",
        "qrSvg": f"{root}/qr/{code}.svg",
        "qrPng": f"{root}/qr/{code}.png",
        "widget": f"{root}/widgets/{code}.json",
        "number": {"displayPhoneNumber": "34600000000"},
    }
    async with door.http.get(made["shortLink"], allow_redirects=False) as answer:
        assert (answer.status, answer.headers["location"]) == (302, made["chatLink"])
    async with door.http.get(made["qrSvg"]) as answer:
        assert (answer.status, answer.content_type) == (200, "image/svg+xml")
        assert answer.headers["cache-control"] == "public, max-age=86400"
        assert b"<svg" in await answer.read()
    async with door.http.get(made["qrPng"]) as answer:
        assert (await answer.read())[:8] == b"\x89PNG\r\n\x1a\n"

    widget = {
        "kind": "qr_code",
        "code": code,
        "label": "Chat with us",
        "prefilledText": made["prefilledText"],
        **{name: made[name] for name in ("chatLink", "shortLink", "joinLink", "qrSvg", "qrPng")},
    }
    async with door.http.get(made["widget"]) as answer:
        assert (answer.status, await answer.json()) == (200, widget)
        etag = answer.headers["etag"]
    async with door.http.get(made["widget"], headers={"if-none-match": etag}) as answer:
        assert answer.status == 304
    owner = store.tokens["owner"]
    allow = """mutation($input: TenantUpdateInput!) { tenantUpdate(input: $input) {
      userErrors { code } } }"""
    await act(door, allow, owner, allowedOrigins=["https://shop.example"])
    for origin, status in (("https://shop.example", 200), ("https://other.example", 403)):
        async with door.http.get(made["widget"], headers={"origin": origin}) as answer:
            allowed = answer.headers.get("access-control-allow-origin")
            assert (answer.status, allowed) == (status, origin if status == 200 else None)

    changes = {"touchpoint": made["id"], "greeting": "Hola", "incentive": "WELCOME10"}
    changed = await act(door, UPDATE, owner, **changes)
    assert changed["touchpoint"] == made | {
        "greeting": "Hola",
        "incentive": "WELCOME10",
        "prefilledText": f"Hola ({code})",
        "chatLink": f"https://wa.me/34600000000?text=Hola%20%28{code}%29",
    }
    for _ in range(2):
        ended = await act(door, ARCHIVE, owner, touchpoint=made["id"])
        assert ended["touchpoint"] == changed["touchpoint"] | {"state": "ARCHIVED"}
    for name in ("shortLink", "qrSvg", "qrPng", "widget"):
        async with door.http.get(made[name], allow_redirects=False) as answer:
            assert answer.status == 404
    query = """{ all: touchpoints(first: 5) { totalCount nodes { id } }
                 live: touchpoints(states: [ACTIVE]) { totalCount nodes { id } } }"""
    assert await door.data(query, store.token) == {
        "all": {"totalCount": 1, "nodes": [{"id": made["id"]}]},
        "live": {"totalCount": 0, "nodes": []},
    }


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_touchpoints_that_cannot_be(door: Door, store: Store) -> None:
    number = ids.show("number", store.number_id)
    await make(door, store, "KEYWORD", keyword="Únete ya!")
    await make(door, store, "AD")
    usual = {"kind": "QR_CODE", "name": "Window", "number": number}
    for wrong, field, code in (
        ({"name": " "}, "name", "INVALID"),
        ({"greeting": "x" * 121}, "greeting", "INVALID"),
        ({"number": ids.show("number", ids.new_id())}, "number", "NOT_FOUND"),
        ({"number": "x"}, "number", "BAD_ID"),
        ({"keyword": "join"}, "keyword", "INVALID"),
        ({"adId": "120"}, "adId", "INVALID"),
        ({"incentive": "TEN"}, "incentive", "INVALID"),
        ({"wording": "no_such"}, "wording", "NOT_FOUND"),
        ({"kind": "KEYWORD"}, "keyword", "INVALID"),
        ({"kind": "KEYWORD", "keyword": "?!"}, "keyword", "INVALID"),
        ({"kind": "KEYWORD", "keyword": "Stop"}, "keyword", "INVALID"),
        ({"kind": "KEYWORD", "keyword": "únete  YA"}, "keyword", "TAKEN"),
        ({"kind": "AD", "adId": "12 0"}, "adId", "INVALID"),
        ({"kind": "AD"}, "adId", "TAKEN"),
    ):
        refused = await act(door, CREATE, store.tokens["owner"], **{**usual, **wrong})
        told = {"field": [field], "code": code}
        assert refused == {"touchpoint": None, "userErrors": [told]}, wrong
    for mutation in (UPDATE, ARCHIVE):
        absent = {"touchpoint": ids.show("touchpoint", ids.new_id())}
        refused = await act(door, mutation, store.tokens["owner"], **absent)
        assert refused["userErrors"] == [{"field": ["touchpoint"], "code": "NOT_FOUND"}]
    denied = await door.ask(CREATE, store.token, input=usual)
    assert denied["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    for path in ("l/ABCDEFGH", "l/x", "qr/ABCDEFGH.svg", "widgets/ABCDEFGH.json"):
        async with door.http.get(f"{door.root}/{path}") as answer:
            assert answer.status == 404
    rows = await stored.rows("SELECT kind FROM touchpoint ORDER BY id")
    assert [row["kind"] for row in rows] == ["keyword", "ad"]


async def test_who_came_through_it(door: Door, store: Store) -> None:
    window = await make(door, store)
    word = await make(door, store, "KEYWORD", keyword="Únete")
    one_ad = await make(door, store, "AD", adId="120210")
    ads = await make(door, store, "AD")
    second = clock.now() // clock.SECOND
    referral = {"source_url": "https://fb.example/1", "source_type": "ad"}
    told = (
        # phone, text, more, touchpoint, way
        ("34600111001", f"hola {window['code'].lower()}, qué tal", {}, window, "code"),
        ("34600111002", " ¡ÚNETE! ", {}, word, "keyword"),
        ("34600111003", "Hi", {"referral": {**referral, "source_id": "120210"}}, one_ad, "ad"),
        ("34600111004", "Hi", {"referral": {**referral, "source_id": "777"}}, ads, "ad"),
        ("34600111005", "ABCDEFGH únete hoy", {}, None, ""),
    )
    for place, (phone, text, more, _, _) in enumerate(told):
        message = text_message(store, text, phone=phone, at=second + place, **more)
        # What comes twice is one.
        await arrives(door, message, message)
    expected = [
        (touchpoint["id"], way, (second + place) * clock.SECOND)
        for place, (_, _, _, touchpoint, way) in enumerate(told)
        if touchpoint
    ]
    assert await came(store) == expected
    query = "{ contacts(orderBy: OLDEST) { nodes { source touchpoint { id } } } }"
    answer = await door.data(query, store.token)
    assert answer["contacts"]["nodes"] == [
        {
            "source": "touchpoint" if touchpoint else "whatsapp",
            "touchpoint": touchpoint and {"id": touchpoint["id"]},
        }
        for *_, touchpoint, _ in told
    ]
    # Somebody known comes through another: they stay who they were, and this one counts them too.
    again = text_message(store, window["code"], phone="34600111005", at=second + 9)
    await arrives(door, again)
    assert len(await came(store)) == 5
    used = await stored.rows("SELECT refs FROM outbox WHERE kind = 'touchpoint.used'")
    assert len(used) == 5
    # Archived, it ties nobody any more.
    await act(door, ARCHIVE, store.tokens["owner"], touchpoint=word["id"])
    await arrives(door, text_message(store, "Únete", phone="34600111006", at=second + 10))
    assert len(await came(store)) == 5

    with tenancy.acting_for(store.tenant_id):
        people = await stored.rows("SELECT id, subject_id FROM contact ORDER BY id")
        first, last = people[0], people[4]
        steps = []
        for kind, person, at in (
            ("confirmed", first, 20),
            ("withdrawn", first, 30),
            ("confirmed", last, 5),
        ):
            steps.append(_step(person, kind, (second + at) * clock.SECOND))
        await record_consent(steps)
        await record_activity(
            [
                Touch(ids.new_id(), person["id"], (second + 40) * clock.SECOND, kind, ids.new_id())
                for person, kind in (
                    (first, "order.placed"),
                    (first, "order.placed"),
                    (last, "order.placed"),
                    (people[1], "order.refunded"),
                )
            ]
        )

    # Joined, confirmed, bought, left: what somebody did before they came counts for nothing.
    assert await insights(door, store, window) == [2, 1, 2, 1]
    assert await insights(door, store, word) == [1, 0, 0, 0]
    later = clock.moment((second + 1) * clock.SECOND).isoformat()
    assert await insights(door, store, window, after=later) == [1, 0, 1, 0]
    assert await insights(door, store, window, before=later) == [1, 1, 1, 1]


def _step(person: dict[str, Any], kind: str, at: int) -> ConsentStep:
    return ConsentStep(person["id"], person["subject_id"], kind, "test", f"{kind}|{at}", at)
