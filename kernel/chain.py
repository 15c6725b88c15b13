"""Hash chains: append-only tables whose rows are linked, so that an altered or lost row shows.

Business transactions append rows unlinked, and so never wait for each other; one chainer per tenant
links them within seconds. A link covers the row as stored (ciphertext and tokens), so the chain
holds when a person is erased.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id

_NOTHING = bytes(32)
_CUT_OFF = "0" * 32


@dataclass(frozen=True)
class Chain:
    """A table with `chain_seq` and `chain_hash`; a link covers `columns`, in this order.

    `later` came to the table when it had links already: a link covers them, with their names, where
    they hold something, so that the older links still hold.
    """

    table: str
    columns: tuple[str, ...]
    later: tuple[str, ...] = ()

    @property
    def read(self) -> str:
        """All that a link may cover, as SQL lists it."""
        return ", ".join((*self.columns, *self.later))


@dataclass(frozen=True)
class Verdict:
    """What a verification found: rows linked and right, rows not linked yet, an altered one."""

    linked: int
    unlinked: int
    first_altered: Id | None


async def tenants_with_work(chain: Chain) -> list[Id]:
    """The tenants that have rows to link."""
    with tenancy.across_tenants("the chainer looks for unlinked rows"):
        found = await database.rows(
            f"SELECT DISTINCT tenant_id FROM {chain.table} WHERE chain_seq IS NULL"
        )
    return [row["tenant_id"] for row in found]


@database.unit_of_work
async def link(chain: Chain, limit: int = 1000) -> int:
    """Link the current tenant's unlinked rows to its chain; how many were linked."""
    tenant_id = tenancy.current()
    head = await _take_head(chain)
    waiting = await database.rows(
        f"""SELECT {chain.read} FROM {chain.table}
             WHERE tenant_id = $1::uuid AND chain_seq IS NULL ORDER BY id LIMIT $2::bigint""",
        tenant_id,
        limit,
    )
    seq, last, links = head["seq"], head["hash"], []
    for row in waiting:
        seq, last = seq + 1, _hash(last, chain, row)
        links.append([row["id"], seq, last])
    if links:
        await database.run(
            f"""UPDATE {chain.table} SET chain_seq = b.seq, chain_hash = b.hash
                  FROM ({{batch}}) AS b
                 WHERE {chain.table}.tenant_id = $1::uuid AND {chain.table}.id = b.id""",
            tenant_id,
            batch=Batch({"id": "uuid", "seq": "bigint", "hash": "bytea"}, links),
        )
        await database.run(
            "UPDATE chain_head SET seq = $3, hash = $4 WHERE tenant_id = $1::uuid AND chain = $2",
            tenant_id,
            chain.table,
            seq,
            last,
        )
    return len(links)


async def verify(chain: Chain) -> Verdict:
    """Recompute the current tenant's chain from its start; names the first altered or lost row.

    Where rows were cut off the end there is none to name: then it is an id of zeros.
    """
    seq, last, altered = 0, _NOTHING, None
    while altered is None:
        # The head is read first: a chainer at work meanwhile only adds rows behind it.
        head = await _head(chain)
        altered, seq, last = await _walk_to(chain, head["seq"], seq, last)
        if altered is None and (head["seq"], head["hash"]) != (seq, last):
            altered = _CUT_OFF
        if altered is None:
            beyond = await _first_beyond(chain, seq)
            if beyond is None:
                break
            if await _head(chain) == head:
                altered = beyond
    tail = await database.row(
        f"SELECT count(*) AS n FROM {chain.table} WHERE tenant_id = $1::uuid AND chain_seq IS NULL",
        tenancy.current(),
    )
    return Verdict(linked=seq, unlinked=tail["n"] if tail else 0, first_altered=altered)


async def _walk_to(chain: Chain, end: int, seq: int, last: bytes) -> tuple[Id | None, int, bytes]:
    """On from a link that is right, to the end: the first row that is not, the last that is."""
    altered = None
    while altered is None:
        rows = await database.rows(
            f"""SELECT chain_seq, chain_hash, {chain.read} FROM {chain.table}
                 WHERE tenant_id = $1::uuid AND chain_seq > $2::bigint AND chain_seq <= $3::bigint
                 ORDER BY chain_seq LIMIT 1000""",
            tenancy.current(),
            seq,
            end,
        )
        if not rows:
            break
        altered, seq, last = _walk(chain, rows, seq, last)
    return altered, seq, last


def _walk(
    chain: Chain, rows: Sequence[dict[str, Any]], seq: int, last: bytes
) -> tuple[Id | None, int, bytes]:
    for row in rows:
        expected = _hash(last, chain, row)
        if row["chain_seq"] != seq + 1 or row["chain_hash"] != expected:
            return row["id"], seq, last
        seq, last = seq + 1, expected
    return None, seq, last


async def _first_beyond(chain: Chain, end: int) -> Id | None:
    """A row linked at a place that the chain does not have."""
    row = await database.row(
        f"""SELECT id FROM {chain.table}
             WHERE tenant_id = $1::uuid AND (chain_seq < 1 OR chain_seq > $2::bigint)
             ORDER BY chain_seq LIMIT 1""",
        tenancy.current(),
        end,
    )
    return row["id"] if row else None


async def _head(chain: Chain) -> dict[str, Any]:
    head = await database.row(
        "SELECT seq, hash FROM chain_head WHERE tenant_id = $1::uuid AND chain = $2",
        tenancy.current(),
        chain.table,
    )
    return head or {"seq": 0, "hash": _NOTHING}


async def _take_head(chain: Chain) -> dict[str, Any]:
    tenant_id = tenancy.current()
    await database.insert(
        "chain_head",
        [{"tenant_id": tenant_id, "chain": chain.table, "seq": 0, "hash": _NOTHING}],
        conflict="ON CONFLICT DO NOTHING",
    )
    head = await database.row(
        """SELECT seq, hash FROM chain_head
            WHERE tenant_id = $1::uuid AND chain = $2 FOR UPDATE""",
        tenant_id,
        chain.table,
    )
    return head or {}


def _hash(last: bytes, chain: Chain, row: dict[str, Any]) -> bytes:
    covered = [_stable(row[column]) for column in chain.columns]
    covered += [[name, _stable(row[name])] for name in chain.later if row[name] is not None]
    return hashlib.sha256(last + orjson.dumps(covered)).digest()


def _stable(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value
