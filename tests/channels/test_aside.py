"""What leads nowhere waits for its number or its account, and is never lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson
import pytest

import channels
from channels import wire
from kernel import keys, tenancy
from kernel.ids import Id
from tests import stored
from tests.channels.telling import DISPLAY, NUMBER, WABA
from tests.conftest import House
from tests.flows import town
from tests.platform_json import as_platform, sign


async def arrive(*bodies: dict[str, Any]) -> list[channels.Claimed]:
    await channels.register_app("default", [town.SECRET], "verify-me")
    for body in bodies:
        raw = as_platform(body)
        await channels.accept("default", raw, sign(raw, town.SECRET))
    return await channels.claim_deliveries(10)


def everything(
    claimed: Iterable[channels.Claimed],
) -> list[tuple[channels.Claimed, int, wire.Update]]:
    return [(one, item, update) for one in claimed for item, update in enumerate(one.updates)]


async def states() -> list[str]:
    return [row["state"] for row in await stored.rows("SELECT state FROM delivery ORDER BY id")]


async def connect_number(tenant_id: Id) -> None:
    with tenancy.acting_for(tenant_id):
        waba = await channels.connect_waba(WABA)
        await channels.connect_number(waba, NUMBER, DISPLAY, "V")


async def connect_waba(tenant_id: Id) -> None:
    with tenancy.acting_for(tenant_id):
        await channels.connect_waba(WABA)


@pytest.mark.parametrize(
    ("name", "connect"),
    [("msg-text-emoji-rtl", connect_number), ("template-status-paused", connect_waba)],
)
async def test_what_was_put_aside_is_taken_up(
    house: House, name: str, connect: Callable[[Id], Any]
) -> None:
    claimed = await arrive(town.own_payloads()[name])
    await channels.put_aside(everything(claimed))
    await channels.put_aside(everything(claimed))
    await channels.settle(claimed)
    (row,) = await stored.rows("SELECT * FROM aside")
    assert (row["delivery_id"], row["item"], row["waba_id"]) == (claimed[0].id, 0, WABA)
    sealer = keys.intake_of(row["intake_key"])
    body = sealer.open("aside.body", f"{row['delivery_id']}:0", row["body_sealed"])
    assert orjson.loads(body)
    assert await channels.claim_deliveries(10) == []
    await connect(await town.make_tenant())
    assert await stored.rows("SELECT * FROM aside") == []
    (again,) = await channels.claim_deliveries(10)
    assert (again.id, again.updates) == (claimed[0].id, claimed[0].updates)


async def test_a_status_is_put_aside_too(house: House) -> None:
    claimed = await arrive(town.own_payloads()["status-delivered"])
    await channels.put_aside(everything(claimed))
    (row,) = await stored.rows("SELECT * FROM aside")
    body = keys.intake_of(row["intake_key"]).open(
        "aside.body", f"{row['delivery_id']}:0", row["body_sealed"]
    )
    assert orjson.loads(body)["status"] == "delivered"


async def test_a_number_connected_between_putting_aside_and_settling(house: House) -> None:
    claimed = await arrive(town.own_payloads()["msg-text-emoji-rtl"])
    await channels.put_aside(everything(claimed))
    await connect_number(await town.make_tenant())
    # The worker that found it to lead nowhere has lost it.
    await channels.settle(claimed)
    assert await states() == ["stored"]
    assert len(await channels.claim_deliveries(10)) == 1


async def test_a_number_connected_between_routing_and_putting_aside(house: House) -> None:
    claimed = await arrive(town.own_payloads()["msg-text-emoji-rtl"])
    await connect_number(await town.make_tenant())
    await channels.put_aside(everything(claimed))
    await channels.settle(claimed)
    assert await states() == ["stored"]
    assert await stored.rows("SELECT * FROM aside") == []


async def test_what_is_put_aside_for_ever_does_not_go_round_for_ever(house: House) -> None:
    await connect_number(await town.make_tenant())
    claimed, rounds = await arrive(town.own_payloads()["msg-text-emoji-rtl"]), 0
    while claimed:
        rounds += 1
        await channels.put_aside(everything(claimed))
        await channels.settle(claimed)
        claimed = await channels.claim_deliveries(10)
    assert rounds == 4
    assert await states() == ["drained"]
    assert len(await stored.rows("SELECT * FROM aside")) == 1


async def test_a_known_account_does_not_call_back_what_waits_for_a_number(house: House) -> None:
    await connect_waba(await town.make_tenant())
    claimed = await arrive(town.own_payloads()["msg-text-emoji-rtl"])
    await channels.put_aside(everything(claimed))
    await channels.settle(claimed)
    assert await states() == ["drained"]
