"""Keys of a request: branches of one query want them beside each other."""

from __future__ import annotations

import asyncio

from api.graphql.unseal import Unsealer
from kernel import ids, keys, tenancy
from tests.conftest import House


async def test_no_branch_goes_on_before_the_keys_are_there(house: House) -> None:
    subject, row = ids.new_id(), ids.new_id()
    with tenancy.acting_for("1" * 32):
        await keys.make_for([subject])
        sealed = (await keys.of([subject]))[subject].seal_text("message.body", row, "hello")
        keys.forget([subject])
        unsealer = Unsealer({}, is_allowed=True, sees_frozen=False)

        async def branch() -> str | None:
            await unsealer.fetch()
            return unsealer.text("message.body", row, subject, sealed)

        # The first to fetch takes along what the others want, and is still on its way.
        unsealer.want([subject])
        assert await asyncio.gather(branch(), branch(), branch()) == ["hello"] * 3
