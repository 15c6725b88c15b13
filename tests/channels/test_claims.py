"""A table that fills and empties all day is gone through by its keys."""

from __future__ import annotations

import re

import pytest

from channels import deliveries
from kernel import clock, database, ids
from kernel.database import Batch
from tests import stored
from tests.conftest import House

_FILL = """
INSERT INTO delivery (id, app, token, lane, state, intake_key, body_sealed, received_at,
                      lease_until, fence, attempts)
SELECT gen_random_uuid(), 'default', int4send(n), 1, 'stored', 'key', repeat('x', 400)::bytea, 0, 0,
       0, 0 FROM generate_series(1, 5000) AS n
"""


@pytest.mark.parametrize("backend", ["postgresql"])
@pytest.mark.parametrize("name", ["claim_deliveries", "drop_drained", "drop_repetitions"])
async def test_a_table_found_empty_is_gone_through_by_its_keys(house: House, name: str) -> None:
    """Found empty while it has pages, it is believed to have one row for as long as it grows."""
    await stored.run(_FILL)
    await stored.run("DELETE FROM delivery")
    await stored.run("ANALYZE delivery")
    await stored.run(_FILL)
    statement = "EXPLAIN " + database.sql(deliveries.__file__, name)
    if name == "claim_deliveries":
        plan = await stored.rows(statement, clock.now(), clock.now(), 250)
    else:
        keyed = {**deliveries._KEYED, "fence": "bigint"}
        rows = [[ids.new_id(), "default", b"t", 0, 1] for _ in range(250)]
        plan = await stored.rows(statement, batch=Batch(keyed, rows))
    steps = [row["QUERY PLAN"] for row in plan]
    walks = [
        step
        for step, condition in zip(steps, [*steps[1:], ""], strict=True)
        if re.search(r"Scan.* on delivery( d)?  ", step) and "Index Cond" not in condition
    ]
    # What waits is kept in an index of its own, which is walked from its beginning.
    assert all("delivery_waiting" in step for step in walks), "\n".join(steps)
