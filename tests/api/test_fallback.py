"""While a number is down, what is important goes by e-mail, once and by one way; the rest waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

import channels
import contacts
import conversations
import tenants
from contacts import ConsentStep, Sighting
from kernel import clock, ids, tenancy
from tests import stored
from tests.api.desk import Desk
from tests.api.people import Mailbox, act, post_office
from tests.flows.platform import TOKEN, drop, error

_SET = """mutation($input: FallbackSetInput!) { fallbackSet(input: $input) {
  rules { template kind way } userErrors { field code } } }"""
_WAY = """query($id: ID!) { node(id: $id) { ... on Message {
  status send { state way reason attempts } } } }"""


async def test_what_is_important_goes_by_email(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, category in (("order_here", "UTILITY"), ("spring_sale", "MARKETING")):
        await desk.learn_template(name, category)
    await _rules(desk)
    async with _mail(desk) as box:
        desk.platform.does(drop())
        unknown = await _queue(desk, "order_here")
        await desk.deliver()
        desk.platform.token = "renewed"
        clock.move(clock.MINUTE)
        waits = await _queue(desk, "order_here")
        await desk.deliver()
        assert await _outage(desk) is None
        # Down: seen by query, event and metric. Nobody knows an address so far.
        await channels.watch_outages()
        assert (await _outage(desk))["reason"] == "PLATFORM_190"
        assert await _told() == [("channel.failed",)]
        async with desk.door.http.get(f"{desk.door.root}/metrics") as page:
            assert "rapport_outages 1.0" in await page.text()
        assert await _mail_out() == 0
        await _learn_address(desk)
        assert await _mail_out() == 1
        [mail] = box.mails
        assert (mail["To"], mail["Subject"]) == ("lea@costa.example", "Mensaje de Costa Clara")
        assert mail.get_content().splitlines() == [
            "Hola Lea, ya está aquí.",
            "",
            "--",
            "Costa Clara",
            "Le llega por correo porque Costa Clara no puede escribirle por WhatsApp en este "
            "momento.",
        ]
        assert await _way(desk, waits) == ("ACCEPTED", "SENT", "EMAIL", None, 2)
        # What may have gone is not mailed; what is none of a template waits, or is refused.
        assert (await _way(desk, unknown))[:3] == ("UNKNOWN", "UNKNOWN", "WHATSAPP")
        [refused] = (await desk.send({"text": {"body": "and this?"}}))["userErrors"]
        assert refused["code"] == "TOKEN_REFUSED"

        # Consent holds for e-mail as well, at the moment of leaving.
        assert await _refused(desk, "spring_sale") == ["NO_CONSENT"]
        await _consent(desk, "confirmed")
        sale = await _queue(desk, "spring_sale")
        assert await _mail_out() == 1
        assert "No recibir más ofertas: https://rapport.example/withdraw/withdraw_" in (
            box.mails[1].get_content()
        )
        await _later(desk, 8 * clock.DAY)
        await desk.learn_template("summer_sale", "MARKETING")
        late = await _queue(desk, "summer_sale")
        await _consent(desk, "withdrawn")
        assert await _mail_out() == 0
        assert (await _way(desk, late))[1:4] == ("REFUSED", "WHATSAPP", "CONSENT_WITHDRAWN")
        assert (await _way(desk, sale))[1:3] == ("SENT", "EMAIL")

        # Refused for now: tried again. Refused for good: it waits for its number.
        box.answers += ["451 later"]
        later = await _queue(desk, "order_here")
        assert await _mail_out() == 1
        assert (await _way(desk, later))[1:4] == ("QUEUED", "WHATSAPP", "EMAIL_LATER")
        clock.move(clock.MINUTE)
        assert await _mail_out() == 1
        assert (await _way(desk, later))[1:3] == ("SENT", "EMAIL")
        box.answers += ["550 no"]
        never = await _queue(desk, "order_here")
        assert await _mail_out() == 1
        assert (await _way(desk, never))[1:4] == ("QUEUED", "WHATSAPP", "EMAIL_REFUSED")

        # A worker dies with a mail in its hands: the same mail goes again, and no other way.
        with monkeypatch.context() as patch:
            patch.setattr(channels, "send_email", _die)
            cut = await _queue(desk, "order_here")
            with pytest.raises(KeyError):
                await _mail_out()
        clock.move(2 * clock.MINUTE)
        await conversations.settle_overdue()
        await _connect(desk)
        await channels.watch_outages()
        assert await _outage(desk) is None
        assert await _told() == [("channel.failed",), ("channel.recovered",)]
        await desk.deliver()
        assert (await _way(desk, cut))[1:3] == ("GOING", "EMAIL")
        assert await _mail_out() == 1
        assert (await _way(desk, cut))[1:3] == ("SENT", "EMAIL")
        [send] = await stored.rows(
            "SELECT id FROM send WHERE message_id = $1::uuid", ids.read("message", cut)
        )
        assert box.mails[-1]["Message-ID"] == f"<{send['id']}@mail.example>"
        assert (await desk.retry(cut))["userErrors"][0]["code"] == "NOT_RETRYABLE"
    # Up again, what waited goes by its number; what was mailed never does.
    assert (await _way(desk, never))[1:3] == ("SENT", "WHATSAPP")
    assert len(box.mails) == 4
    assert len(desk.platform.messages) == 2  # the one that was cut off, and this


async def test_a_platform_that_fails_is_an_outage_until_it_takes_something(desk: Desk) -> None:
    desk.platform.usual = error(2, 500)
    message = await desk.say()
    for attempt in range(5):
        await channels.watch_outages()
        assert await _outage(desk) is None, attempt
        await desk.deliver()
        await _later(desk, 15 * clock.SECOND * 2**attempt)
    await channels.watch_outages()
    assert (await _outage(desk))["reason"] == "PLATFORM_FAILING"
    # Nothing was tried for a while: it is tried anew, and one more fault is enough.
    await _later(desk, 10 * clock.MINUTE)
    await channels.watch_outages()
    assert await _outage(desk) is None
    await desk.deliver()
    await channels.watch_outages()
    assert (await _outage(desk))["reason"] == "PLATFORM_FAILING"
    desk.platform.usual = None
    await _later(desk, 15 * clock.MINUTE)
    await desk.deliver()
    await channels.watch_outages()
    assert await _outage(desk) is None
    assert (await _way(desk, message))[1] == "SENT"
    failed, recovered = ("channel.failed",), ("channel.recovered",)
    assert await _told() == [failed, recovered, failed, recovered]


async def _rules(desk: Desk) -> None:
    """Set by an owner; wrong ones name their field."""
    owner = desk.store.tokens["owner"]
    for given, field in (
        ({}, "template"),
        ({"template": "x", "kind": "SERVICE"}, "template"),
        ({"template": "x" * 513}, "template"),
    ):
        payload = await act(desk.door, _SET, owner, way="EMAIL", **given)
        assert payload["userErrors"] == [{"field": [field], "code": "INVALID"}]
    for way in ("EMAIL", "WAIT"):
        await act(desk.door, _SET, owner, kind="SERVICE", way=way)
    await act(desk.door, _SET, owner, template="order_here", way="EMAIL")
    payload = await act(desk.door, _SET, owner, kind="PROMOTION", way="EMAIL")
    assert payload["rules"] == [
        {"template": None, "kind": "PROMOTION", "way": "EMAIL"},
        {"template": None, "kind": "SERVICE", "way": "WAIT"},
        {"template": "order_here", "kind": None, "way": "EMAIL"},
    ]
    denied = await desk.door.ask(_SET, desk.store.token, input={"kind": "SERVICE", "way": "WAIT"})
    assert denied["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"


@asynccontextmanager
async def _mail(desk: Desk) -> AsyncIterator[Mailbox]:
    """A mail server beside the platform."""
    await channels.stop()
    both = replace(desk.door.settings, graph_url=desk.platform.url, graph_hosts=("127.0.0.1",))
    async with post_office(both) as box:
        yield box


async def _queue(desk: Desk, template: str) -> str:
    content = {"template": {"name": template, "language": "es", "body": [{"text": "Lea"}]}}
    payload = await desk.send(content)
    assert payload["userErrors"] == []
    return str(payload["message"]["id"])


async def _refused(desk: Desk, template: str) -> list[str]:
    content = {"template": {"name": template, "language": "es", "body": [{"text": "Lea"}]}}
    return [one["code"] for one in (await desk.send(content))["userErrors"]][:1]


async def _mail_out() -> int:
    return await conversations.mail_out("https://rapport.example")


async def _later(desk: Desk, span: int) -> None:
    """Time passes, and the agent signs in again."""
    clock.move(span)
    with tenancy.acting_for(desk.store.tenant_id):
        desk.store.tokens["agent"] = await tenants.issue(desk.store.people["agent"])


async def _outage(desk: Desk) -> Any:
    query = "{ numbers { channelHealth { outage { since reason } } } }"
    [number] = (await desk.door.data(query, desk.store.token))["numbers"]
    return number["channelHealth"]["outage"]


async def _way(desk: Desk, message: str) -> tuple[Any, ...]:
    node = (await desk.door.data(_WAY, desk.store.token, id=message))["node"]
    send = node["send"]
    return node["status"], send["state"], send["way"], send["reason"], send["attempts"]


async def _told() -> list[tuple[str, ...]]:
    rows = await stored.rows(
        "SELECT kind FROM outbox WHERE kind LIKE 'channel.%' ORDER BY position, id"
    )
    return [(row["kind"],) for row in rows]


async def _learn_address(desk: Desk) -> None:
    with tenancy.acting_for(desk.store.tenant_id):
        await contacts.recognise(
            [Sighting(clock.now(), "34600111222", email="lea@costa.example", source="store")]
        )


async def _consent(desk: Desk, kind: str) -> None:
    with tenancy.acting_for(desk.store.tenant_id):
        [known] = await contacts.find([Sighting(clock.now(), "34600111222")])
        assert known
        step = ConsentStep(known.contact_id, known.subject_id, kind, "test", kind, clock.now())
        await contacts.record_consent([step])


async def _connect(desk: Desk) -> None:
    """A new token."""
    desk.platform.token = TOKEN
    with tenancy.acting_for(desk.store.tenant_id):
        [waba] = await channels.list_wabas()
        await channels.connect_number(
            waba["id"], desk.store.phone_number_id, "34600000000", "Costa Clara", TOKEN
        )


async def _die(_email: channels.Email) -> None:
    raise KeyError("the worker is gone")
