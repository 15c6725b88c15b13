"""What a preview costs beside the bare count of the same condition, and how long it takes to work
out the members of all ready-made segments (F36). Part of `scripts/bench segments`.
"""

from __future__ import annotations

import time
from typing import Any

import contacts
import segments
from benchmarks.figures import Figure
from kernel import clock, database
from kernel.ids import Id
from segments.members import fill

_THERE = "c.tenant_id = $1::uuid AND c.state IN ('active', 'frozen')"
# What is asked; the rule, and the count of the same by hand with how many days ago it begins.
_ASKED: dict[str, tuple[dict[str, Any], str, int]] = {
    "3 orders in 90 days": (
        {"orders": {"count": {"atLeast": 3}, "time": {"withinDays": 90}}},
        f"""SELECT count(*) AS n FROM contact c
              JOIN (SELECT o.contact_id FROM shop_order o
                     WHERE o.tenant_id = $1::uuid AND o.placed_at >= $2::bigint
                       AND o.cancelled_at IS NULL AND o.deleted_at IS NULL AND o.is_test = 0
                     GROUP BY o.contact_id HAVING count(*) >= 3) AS b ON b.contact_id = c.id
             WHERE {_THERE}""",
        90,
    ),
    "3 orders ever, none lately": (
        {
            "all": [
                {"figure": {"name": "ORDERS", "atLeast": 3}},
                {"none": [{"orders": {"time": {"withinDays": 30}}}]},
            ]
        },
        f"""SELECT count(*) AS n FROM contact c
              JOIN contact_facts f ON f.tenant_id = $1::uuid AND f.contact_id = c.id
             WHERE {_THERE} AND f.orders >= 3
               AND NOT EXISTS (SELECT 1 FROM shop_order o
                                WHERE o.tenant_id = $1::uuid AND o.contact_id = c.id
                                  AND o.placed_at >= $2::bigint AND o.cancelled_at IS NULL
                                  AND o.deleted_at IS NULL AND o.is_test = 0)""",
        30,
    ),
}
_LEFT = 5


async def previews(tenant_id: Id) -> list[Figure]:
    """How many times the bare count each preview takes, size and samples together."""
    found = []
    for name, (rule, bare, days) in _ASKED.items():
        since = clock.now() - days * clock.DAY
        counts, took = set(), dict[str, float]()
        for _ in range(2):  # the second time both are warm
            began = time.perf_counter()
            row = await database.row(bare, tenant_id, since)
            took["bare"] = time.perf_counter() - began
            counts.add(row["n"] if row else 0)
            began = time.perf_counter()
            chosen = await segments.selection_of(rule)
            counts.add(await contacts.count_selected(chosen))
            await contacts.selected_page(chosen, None, 5, "DESC")
            took["preview"] = time.perf_counter() - began
        # Orders leave the window while it is counted.
        assert max(counts) - min(counts) <= _LEFT, counts
        ratio = took["preview"] / took["bare"]
        found += [
            Figure(f"{name}: counted bare, seconds", f"{took['bare']:.2f}"),
            Figure(f"{name}: preview, times the bare count", f"{ratio:.1f}", "≤ 3"),
        ]
    return found


async def work_out_members() -> float:
    """Seconds until the members of all ready-made segments are worked out from all contacts."""
    await segments.install_missing()
    page = await segments.segment_page("ASC", None, 100)
    began = time.perf_counter()
    await fill(row["id"] for row in page)
    return time.perf_counter() - began
