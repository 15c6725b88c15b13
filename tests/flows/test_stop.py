"""A STOP is withdrawn with the message that says it, in one commit (F11)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

import contacts
from contacts import ConsentStep
from kernel import clock, tenancy
from kernel.ids import Id
from tests import stored
from tests.conftest import House
from tests.flows import town

_SENT_AT = 1_794_000_000
_TAPPED = {"type": "button", "button": {"payload": "stop", "text": "Stop promotions"}}
_LEFT = {"type": "button", "button": {"payload": "leave", "text": "Cancel"}}
_FORWARDED = {"context": {"forwarded": True}, "text": {"body": "STOP"}}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"text": {"body": "请不要再发广告了 🙏"}}, "withdrawn"),
        (_TAPPED, "withdrawn"),
        (_LEFT, "confirmed"),
        (_FORWARDED, "confirmed"),
        ({"text": {"body": "Which bus stop is yours?"}}, "confirmed"),
    ],
)
async def test_what_is_said_decides(house: House, message: dict[str, Any], expected: str) -> None:
    with tenancy.acting_for(await town.settle_in([_said({})])):
        contact_id = await _consent_of_somebody()
        await town.post([_said(message), _said(message)])
        await town.drain()
        assert await _state(contact_id) == expected
        entries = await stored.rows("SELECT kind, method FROM consent_entry ORDER BY id")
        assert entries[1:] == [{"kind": "withdrawn", "method": "stop_word"}] * (
            expected == "withdrawn"
        )


async def test_neither_goes_without_the_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise RuntimeError("broken off")

    with tenancy.acting_for(await town.settle_in([_said({})])):
        contact_id = await _consent_of_somebody()
        with monkeypatch.context() as broken:
            broken.setattr("contacts.record_consent", fails)
            await town.post([_said({"text": {"body": "STOP"}})])
            await town.drain()
        assert len(await stored.rows("SELECT id FROM message")) == 1
        clock.move(2 * clock.MINUTE)
        await town.drain()
        assert len(await stored.rows("SELECT id FROM message")) == 2
        assert await _state(contact_id) == "withdrawn"


async def _consent_of_somebody() -> Id:
    """They wrote once, and said yes before that."""
    await town.post([_said({"id": "wamid.earlier", "timestamp": f"{_SENT_AT - 60}"})])
    await town.drain()
    row = await stored.row("SELECT id, subject_id FROM contact")
    assert row is not None
    at = (_SENT_AT - 60) * clock.SECOND
    await contacts.record_consent(
        [ConsentStep(row["id"], row["subject_id"], "confirmed", "keyword", "yes", at)]
    )
    return str(row["id"])


async def _state(contact_id: Id) -> str:
    [consent] = (await contacts.consents_of([contact_id]))[contact_id]
    return str(consent["state"])


def _said(message: dict[str, Any]) -> dict[str, Any]:
    body = copy.deepcopy(town.own_payloads()["msg-text-emoji-rtl"])
    body["entry"][0]["changes"][0]["value"]["messages"][0].update(message)
    return body
