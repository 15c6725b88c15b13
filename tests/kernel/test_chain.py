"""Chains: whatever is altered, taken out, put in or cut off shows (F9, F48)."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel import audit, chain, clock, database, ids, tenancy
from kernel.chain import Verdict
from kernel.errors import NoTenant
from kernel.ids import Id
from tests import stored
from tests.conftest import House
from tests.flows.town import make_tenant

AUDIT = audit.CHAIN
CUT_OFF = "0" * 32
# Another value of the right type for each covered column.
ALTERED: dict[str, Any] = {
    "id": "f" * 32,
    "at": 1,
    "actor_kind": "system",
    "actor_id": "e" * 32,
    "action": "contact.erased",
    "outcome": "refused",
    "request_id": "another",
    "ids": "{}",
}
CASTS = {"id": "::uuid", "actor_id": "::uuid", "at": "::bigint"}


@database.unit_of_work
async def append(count: int) -> None:
    """So many rows of the current tenant, not linked yet."""
    await stored.insert(
        "audit_entry",
        [
            {
                "tenant_id": tenancy.current(),
                "id": ids.new_id(),
                "at": clock.now(),
                "actor_kind": "person",
                "actor_id": ids.new_id(),
                "action": "contact.read",
                "request_id": f"request {number}",
                "ids": f'{{"contact":"{number}"}}',
            }
            for number in range(count)
        ],
    )


async def rows() -> list[dict[str, Any]]:
    """The current tenant's rows in the order of the chain."""
    return await stored.rows(
        "SELECT * FROM audit_entry WHERE tenant_id = $1::uuid ORDER BY chain_seq",
        tenancy.current(),
    )


async def put_back(before: list[dict[str, Any]]) -> None:
    """Everything as it was."""
    await stored.run("DELETE FROM audit_entry WHERE tenant_id = $1::uuid", tenancy.current())
    await stored.insert("audit_entry", before)


async def change(row_id: Id, column: str, value: Any, cast: str = "") -> None:
    """Alter one value behind the house's back."""
    await stored.run(
        f"""UPDATE audit_entry SET {column} = $3{cast}
             WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        row_id,
        value,
    )


async def linked(count: int) -> list[dict[str, Any]]:
    """A chain of so many rows, right as it stands."""
    await append(count)
    assert await chain.link(AUDIT) == count
    assert await chain.verify(AUDIT) == Verdict(count, 0, None)
    return await rows()


async def test_rows_are_linked_and_verified(house: House) -> None:
    tenant_id, other = await make_tenant(), await make_tenant("Other")
    with tenancy.acting_for(tenant_id):
        assert await chain.verify(AUDIT) == Verdict(0, 0, None)
        await append(5)
        assert await chain.verify(AUDIT) == Verdict(0, 5, None)
        assert await chain.tenants_with_work(AUDIT) == [tenant_id]
        assert await chain.link(AUDIT, limit=3) == 3
        assert await chain.verify(AUDIT) == Verdict(3, 2, None)
        assert await chain.link(AUDIT) == 2
        assert await chain.link(AUDIT) == 0
        assert await chain.verify(AUDIT) == Verdict(5, 0, None)
        # More than one reading of the verifier.
        await append(1_200)
        assert [await chain.link(AUDIT) for _ in range(3)] == [1000, 200, 0]
        assert await chain.verify(AUDIT) == Verdict(1205, 0, None)
    with tenancy.acting_for(other):
        assert await chain.verify(AUDIT) == Verdict(0, 0, None)
    assert await chain.tenants_with_work(AUDIT) == []


async def test_an_altered_value_of_any_column_shows(house: House) -> None:
    with tenancy.acting_for(await make_tenant()):
        before = await linked(6)
        victim = before[3]
        for column in AUDIT.columns:
            await change(victim["id"], column, ALTERED[column], CASTS.get(column, ""))
            found = (await chain.verify(AUDIT)).first_altered
            assert found == (ALTERED["id"] if column == "id" else victim["id"]), column
            await put_back(before)
        for column, value in (("chain_hash", bytes(32)), ("chain_seq", 99), ("chain_seq", -4)):
            await change(victim["id"], column, value)
            assert (await chain.verify(AUDIT)).first_altered in (victim["id"], before[4]["id"])
            await put_back(before)
        assert await chain.verify(AUDIT) == Verdict(6, 0, None)


async def test_a_row_taken_out_put_in_or_moved_shows(house: House) -> None:
    with tenancy.acting_for(tenant_id := await make_tenant()):
        before = await linked(6)

        async def is_found(left: list[dict[str, Any]]) -> Id | None:
            await put_back(left)
            return (await chain.verify(AUDIT)).first_altered

        identity = [row["id"] for row in before]
        assert await is_found(before[:2] + before[3:]) == identity[3]
        assert await is_found(before[:5]) == CUT_OFF
        assert await is_found([]) == CUT_OFF
        swapped = [dict(row) for row in before]
        for column in ("chain_seq", "chain_hash"):
            swapped[1][column], swapped[2][column] = before[2][column], before[1][column]
        assert await is_found(swapped) == identity[2]
        # A forged row, wherever it stands, does not fit.
        forged = {**before[0], "id": "f" * 32}
        for seq in (7, 0, -1):
            assert await is_found([*before, {**forged, "chain_seq": seq}]) == "f" * 32
        assert await is_found(before) is None
        # Nor does a head that was turned back together with the tail.
        await stored.run(
            "UPDATE chain_head SET seq = 5 WHERE tenant_id = $1::uuid AND chain = $2",
            tenant_id,
            AUDIT.table,
        )
        assert await is_found(before[:5]) == CUT_OFF


@given(st.integers(0, 2**32))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_alteration_shows(house: House, seed: int) -> None:
    dice = random.Random(seed)
    with tenancy.acting_for(await make_tenant()):
        before = await linked(dice.randint(3, 9))
        victim = dice.randrange(len(before))
        altered = [dict(row) for row in before]
        column = dice.choice([*AUDIT.columns, "chain_hash", "delete", "swap"])
        first = victim
        if column == "delete":
            del altered[victim]
        elif column == "swap":
            other = (victim + 1) % len(before)
            for name in set(AUDIT.columns) - {"id"}:
                altered[victim][name], altered[other][name] = (
                    before[other][name],
                    before[victim][name],
                )
            first = min(victim, other)
        elif column == "chain_hash":
            altered[victim][column] = dice.randbytes(32)
        else:
            altered[victim][column] = ALTERED[column]
        await put_back(altered)
        found = (await chain.verify(AUDIT)).first_altered
        expected = altered[first]["id"] if first < len(altered) else CUT_OFF
        assert found == expected, column


async def test_chainers_beside_each_other_and_a_verifier(house: House) -> None:
    with tenancy.acting_for(await make_tenant()):
        await append(60)
        verdicts = []

        async def verify_always() -> None:
            for _ in range(30):
                verdicts.append(await chain.verify(AUDIT))

        async def link_always() -> None:
            while await chain.link(AUDIT, limit=3):
                pass

        await asyncio.gather(link_always(), verify_always(), link_always(), link_always())
        assert [one for one in verdicts if one.first_altered] == [], (
            "a chain at work looked altered"
        )
        assert await chain.verify(AUDIT) == Verdict(60, 0, None)


async def test_only_the_current_tenant_is_linked(house: House) -> None:
    ours, theirs = await make_tenant(), await make_tenant("Theirs")
    for tenant_id in (ours, theirs):
        with tenancy.acting_for(tenant_id):
            await append(2)
    with tenancy.acting_for(ours):
        assert await chain.link(AUDIT) == 2
    assert await chain.tenants_with_work(AUDIT) == [theirs]
    with pytest.raises(NoTenant):
        await chain.verify(AUDIT)
