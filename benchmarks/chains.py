"""`scripts/bench chains`: an audit log of 1,000,000 entries is checked in flat memory (F48).

Beside it, as the floor, the same rows are only read, page by page.
"""

from __future__ import annotations

import resource
import time

from benchmarks import figures, ground, stage
from benchmarks.figures import Figure, tell
from kernel import audit, chain, clock, database, ids, tenancy

_ENTRIES, _AT_ONCE = 1_000_000, 5_000
_WARM = 50_000


async def measure(backend: str) -> list[Figure]:
    """Entries a second, and by how much the process grew behind the first of them."""
    with ground.laid(backend) as laid:
        async with ground.inside(laid):
            business = await stage.settle_in()
            with tenancy.acting_for(business.tenant_id):
                await _fill(_WARM)
                await chain.verify(audit.CHAIN)
                await _fill(_ENTRIES - _WARM)
                before, began = _grown(), time.perf_counter()
                verdict = await chain.verify(audit.CHAIN)
                took, grown = time.perf_counter() - began, _grown() - before
                floor = await _read()
    if (verdict.linked, verdict.first_altered) != (_ENTRIES, None):
        raise RuntimeError("the chain does not hold")
    return [
        Figure("entries checked, per second", f"{_ENTRIES / took:,.0f}"),
        Figure("checking, times only reading", f"{took / floor:.1f}"),
        Figure("growth while checking, MiB", f"{grown:.1f}", "≤ 16"),
    ]


async def _fill(count: int) -> None:
    for start in range(0, count, _AT_ONCE):
        about = [ids.new_id() for _ in range(_AT_ONCE)]
        await database.insert(
            "audit_entry",
            [
                {
                    "tenant_id": tenancy.current(),
                    "id": one,
                    "at": clock.now(),
                    "actor_kind": "person",
                    "actor_id": one,
                    "action": "query.contact",
                    "request_id": one,
                    "ids": '{"contact":"' + "A" * 24 + '"}',
                }
                for one in about
            ],
        )
        while await chain.link(audit.CHAIN):
            pass
        if start % 100_000 == 0:
            tell(f"{start + _AT_ONCE:,} entries")


async def _read() -> float:
    began, seq = time.perf_counter(), 0
    while rows := await database.rows(
        f"""SELECT chain_seq, chain_hash, {audit.CHAIN.read} FROM audit_entry
             WHERE tenant_id = $1::uuid AND chain_seq > $2::bigint ORDER BY chain_seq LIMIT 1000""",
        tenancy.current(),
        seq,
    ):
        seq = rows[-1]["chain_seq"]
    return time.perf_counter() - began


def _grown() -> float:
    """The most memory that this process has held so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    figures.show(measure)
