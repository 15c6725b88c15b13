"""Statuses: every order and repetition, also before the message, gives one state (contract 4.5)."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from typing import Any

import pytest

from channels import wire
from kernel import keys
from tests import stored
from tests.conversations.talk import NOON, SECOND, Shop, answers, says, status
from tests.tenants.make import events_of

AT = {"sent": 1, "delivered": 2, "read": 3, "failed": 4, "played": 5}
# Which of two wins, whatever came first.
WINNERS = {
    ("sent", "delivered"): "delivered",
    ("sent", "read"): "read",
    ("sent", "failed"): "failed",
    ("sent", "played"): "played",
    ("delivered", "read"): "read",
    ("delivered", "failed"): "delivered",
    ("delivered", "played"): "played",
    ("read", "failed"): "read",
    ("read", "played"): "played",
    ("failed", "played"): "played",
}
UNDELIVERABLE = wire.ErrorInfo(131026, "Undeliverable", None, None, {})


def winner(names: tuple[str, ...]) -> str:
    """The one that wins against all others."""
    best = names[0]
    for name in names[1:]:
        best = WINNERS.get((best, name)) or WINNERS.get((name, best)) or best
    return best


def test_the_table_has_one_winner_for_any_set() -> None:
    for size in (3, 4, 5):
        for names in itertools.combinations(AT, size):
            assert len({winner(order) for order in itertools.permutations(names)}) == 1


@pytest.mark.slow
async def test_any_order_and_any_repetition_give_one_state(shop: Shop) -> None:
    """All 325 orders of all sets of statuses, each with the message first, last and in between."""
    told: list[tuple[str, tuple[str, ...], int]] = []
    for size in range(1, len(AT) + 1):
        for order in itertools.permutations(AT, size):
            for place in {0, size // 2, size}:
                told.append((f"{'-'.join(order)}@{place}", order, place))
    for step in range(len(AT) + 1):
        await shop.hears(*(answers(0, wamid) for wamid, _, place in told if place == step))
        statuses = [_status(wamid, order[step]) for wamid, order, _ in told if step < len(order)]
        # Told again, later than the first time; the first time stays.
        again = [
            _status(wamid, order[step - 1], later=50)
            for wamid, order, _ in told
            if 0 < step <= len(order)
        ]
        if statuses or again:
            await shop.is_told(*statuses, *again)
    messages = {row["id"]: row for row in await shop.messages()}
    assert len(messages) == len(told)
    by_wamid = {await _wamid(row): row for row in messages.values()}
    for wamid, order, _ in told:
        row = by_wamid[wamid]
        assert row["status"] == winner(order), wamid
        for name, second in AT.items():
            expected = NOON + second * SECOND if name in order else None
            assert row[f"{name}_at"] == expected, (wamid, name)
        assert row["error_code"] == (131026 if "failed" in order else None)


def _status(wamid: str, name: str, later: int = 0) -> wire.Status:
    errors = (UNDELIVERABLE,) if name == "failed" else ()
    return status(wamid, name, AT[name] + later, errors=errors)


async def _wamid(row: dict[str, Any]) -> str:
    sealer = (await keys.of([row["subject_id"]]))[row["subject_id"]]
    return sealer.open_text("message.wamid", row["id"], row["wamid_sealed"])


async def test_the_first_time_counts_although_it_comes_last(shop: Shop) -> None:
    await shop.hears(answers(0, "m"))
    await shop.is_told(status("m", "delivered", 9))
    await shop.is_told(status("m", "delivered", 5), status("m", "delivered", 7))
    (message,) = await shop.messages()
    assert message["delivered_at"] == NOON + 5 * SECOND


@pytest.mark.parametrize("name", ["deleted", "warning", "something new"])
async def test_a_status_nobody_knows_is_kept_and_changes_nothing(shop: Shop, name: str) -> None:
    await shop.hears(answers(0, "m"))
    await shop.is_told(status("m", "sent", 1))
    assert await shop.is_told(status("m", name, 9)) == 0
    (message,) = await shop.messages()
    assert message["status"] == "sent"


async def test_in_a_group_the_first_participant_counts(shop: Shop) -> None:
    await shop.hears(answers(0, "m", group_id="g1"))
    for number, second in (("1", 7), ("2", 5), ("3", 9)):
        person = wire.Person(f"44770090010{number}")
        await shop.is_told(
            status("m", "read", second, recipient=None, group_id="g1", participant=person)
        )
    (message,) = await shop.messages()
    assert (message["status"], message["read_at"]) == ("read", NOON + 5 * SECOND)


async def test_statuses_are_of_outgoing_messages_alone(shop: Shop) -> None:
    await shop.hears(says(0, "m"))
    assert await shop.is_told(status("m", "read", 5)) == 0
    (message,) = await shop.messages()
    assert (message["status"], message["read_at"]) == ("received", None)


async def test_each_change_is_told_once(shop: Shop) -> None:
    await shop.hears(answers(0, "m"))
    assert await shop.is_told(status("m", "sent", 1), status("m", "delivered", 2)) == 1
    assert await shop.is_told(status("m", "sent", 1), status("m", "delivered", 2)) == 0
    assert await shop.is_told(status("m", "read", 3)) == 1
    assert await shop.is_told() == 0
    told = [kind for kind in await events_of(shop.tenant_id) if kind == "message.status_changed"]
    assert len(told) == 2


async def test_prices_are_taken_up_whenever_they_are_told(shop: Shop) -> None:
    pricing = wire.Pricing(True, "PMP", "regular", "marketing")
    await shop.is_told(status("m", "delivered", 5))
    await shop.is_told(status("m", "delivered", 9, pricing=pricing))
    row = await stored.row("SELECT * FROM message_status")
    assert row is not None
    assert (row["at"], row["pricing_category"], row["pricing_type"], row["pricing_model"]) == (
        NOON + 5 * SECOND,
        "marketing",
        "regular",
        "PMP",
    )


async def test_a_free_entry_point_holds_whenever_it_is_told(shop: Shop) -> None:
    pricing = wire.Pricing(False, "PMP", "free_entry_point", "referral_conversion")
    until = NOON + 72 * 3600 * SECOND
    free = replace(status("m", "sent", 1), pricing=pricing, expires_at=until)
    await shop.is_told(free)
    await shop.hears(answers(0, "m"))
    assert (await shop.thread())["free_entry_until"] == until
    shorter = replace(free, wamid="n", expires_at=until - 1)
    await shop.hears(answers(1, "n"))
    await shop.is_told(shorter)
    assert (await shop.thread())["free_entry_until"] == until
    paid = replace(free, wamid="o", expires_at=until + 9, pricing=replace(pricing, type="regular"))
    await shop.hears(answers(2, "o"))
    await shop.is_told(paid)
    assert (await shop.thread())["free_entry_until"] == until


async def test_drains_beside_each_other_lose_no_status(shop: Shop) -> None:
    """Each of three drains has one status of every message; neither passes over the others'."""
    wamids = [f"wamid.beside-{place}" for place in range(60)]
    await shop.hears(*(answers(0, wamid) for wamid in wamids))
    for start in range(0, len(wamids), 10):
        part = wamids[start : start + 10]
        await asyncio.gather(
            *(
                shop.is_told(*(_status(wamid, name) for wamid in part))
                for name in ("read", "delivered", "sent")
            )
        )
    expected = tuple(NOON + AT[name] * SECOND for name in ("sent", "delivered", "read"))
    for row in await shop.messages():
        assert row["status"] == "read"
        assert (row["sent_at"], row["delivered_at"], row["read_at"]) == expected
