"""Hash chains: append-only tables whose rows are linked, so that an altered or lost row shows.

Business transactions append rows unlinked, and so never wait for each other; one chainer per tenant
links them within seconds. A link covers the row as stored (ciphertext and tokens), so the chain
holds when a person is erased. Whoever could write to the database could compute all links anew:
that shows by the anchors, links that were written down outside (kernel/anchors.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import orjson

from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id

_NOTHING = bytes(32)
_CUT_OFF = "0" * 32
# Links that must be as they were: place in the chain → hash.
Anchors = Mapping[int, bytes]


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
    """What a verification found: rows linked and right, rows not linked yet, an altered one.

    `linked` counts those that were dropped in order, too; `anchored` the anchors compared.
    """

    linked: int
    unlinked: int
    first_altered: Id | None
    anchored: int = 0


@dataclass(frozen=True)
class Link:
    """Where a row stands in its chain: `hash` is the SHA-256 of `previous` and then `covered`."""

    seq: int
    previous: bytes
    covered: bytes
    hash: bytes


async def tenants_with_work(chain: Chain) -> list[Id]:
    """The tenants that have rows to link."""
    with tenancy.across_tenants("the chainer looks for unlinked rows"):
        # With an id only the index of unlinked rows answers; SQLite would else walk all the chain.
        found = await database.rows(
            f"""SELECT tenant_id, min(id::text) AS first_one FROM {chain.table}
                 WHERE chain_seq IS NULL GROUP BY tenant_id"""
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


async def verify(chain: Chain, anchors: Anchors | None = None) -> Verdict:
    """Recompute the current tenant's chain from its start; names the first altered or lost row.

    Where rows were cut off the end there is none to name: then it is an id of zeros. Where all
    links behind an altered row were computed anew, it is the row of the first anchor behind it.
    """
    anchors = anchors or {}
    seq, last = await _start(chain)
    altered = await _first_from(chain, seq) if _is_forged(seq, last, anchors) else None
    while altered is None:
        # The head is read first: a chainer at work meanwhile only adds rows behind it.
        head = await _head(chain)
        altered, seq, last = await _walk_to(chain, head["seq"], seq, last, anchors)
        if altered is None and (head["seq"], head["hash"]) != (seq, last):
            altered = _CUT_OFF
        if altered is None:
            beyond = await _first_beyond(chain, head["cut_seq"], seq)
            if beyond is None:
                break
            if await _head(chain) == head:
                altered = beyond
    if altered is None and max(anchors, default=0) > seq:
        altered = _CUT_OFF
    tail = await database.row(
        f"SELECT count(*) AS n FROM {chain.table} WHERE tenant_id = $1::uuid AND chain_seq IS NULL",
        tenancy.current(),
    )
    return Verdict(seq, tail["n"] if tail else 0, altered, len(anchors))


async def oldest(chain: Chain, before: Id, limit: int = 1000) -> list[dict[str, Any]]:
    """The links at the chain's start whose rows are older than this id: `id`, `seq`, `hash`."""
    start, _ = await _start(chain)
    rows = await database.rows(
        f"""SELECT id, chain_seq AS seq, chain_hash AS hash FROM {chain.table}
             WHERE tenant_id = $1::uuid AND chain_seq > $2::bigint
             ORDER BY chain_seq LIMIT $3::bigint""",
        tenancy.current(),
        start,
        limit,
    )
    return list(takewhile(lambda row: row["id"] < before, rows))


@database.unit_of_work
async def cut(chain: Chain, links: Sequence[Mapping[str, Any]]) -> None:
    """Drop the rows of these links from the chain's start; it begins behind them from now on."""
    await _take_head(chain)
    await database.run(
        f"DELETE FROM {chain.table} WHERE tenant_id = $1::uuid AND chain_seq <= $2::bigint",
        tenancy.current(),
        links[-1]["seq"],
    )
    await database.run(
        """UPDATE chain_head SET cut_seq = $3, cut_hash = $4
            WHERE tenant_id = $1::uuid AND chain = $2""",
        tenancy.current(),
        chain.table,
        links[-1]["seq"],
        links[-1]["hash"],
    )


async def head(chain: Chain) -> tuple[int, bytes]:
    """The place and hash of the current tenant's last link; (0, …) where there is none."""
    found = await _head(chain)
    return found["seq"], found["hash"]


async def links_of(chain: Chain, row_ids: Iterable[Id]) -> dict[Id, Link]:
    """The links of these rows of the current tenant; one that is not linked yet is missing."""
    columns = ", ".join(f"e.{name}" for name in (*chain.columns, *chain.later))
    rows = await database.rows(
        f"""SELECT {columns}, e.chain_seq, e.chain_hash, p.chain_hash AS previous
              FROM ({{batch}}) AS b
              JOIN {chain.table} e ON e.tenant_id = $1::uuid AND e.id = b.row_id
              LEFT JOIN {chain.table} p
                ON p.tenant_id = $1::uuid AND p.chain_seq = e.chain_seq - 1
             WHERE e.chain_seq IS NOT NULL""",
        tenancy.current(),
        batch=Batch({"row_id": "uuid"}, [[one] for one in row_ids]),
    )
    return {
        row["id"]: Link(
            row["chain_seq"], row["previous"] or _NOTHING, _covered(chain, row), row["chain_hash"]
        )
        for row in rows
    }


def _is_forged(seq: int, last: bytes, anchors: Anchors) -> bool:
    """Whether a chain begins where none was cut: each cut has left its anchor."""
    return seq > 0 and bool(anchors) and anchors.get(seq) != last


async def _walk_to(
    chain: Chain, end: int, seq: int, last: bytes, anchors: Anchors
) -> tuple[Id | None, int, bytes]:
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
        altered, seq, last = _walk(chain, rows, seq, last, anchors)
    return altered, seq, last


def _walk(
    chain: Chain, rows: Sequence[dict[str, Any]], seq: int, last: bytes, anchors: Anchors
) -> tuple[Id | None, int, bytes]:
    for row in rows:
        expected = _hash(last, chain, row)
        if row["chain_seq"] != seq + 1 or row["chain_hash"] != expected:
            return row["id"], seq, last
        if anchors.get(seq + 1, expected) != expected:
            return row["id"], seq, last
        seq, last = seq + 1, expected
    return None, seq, last


async def _start(chain: Chain) -> tuple[int, bytes]:
    """The link behind which the chain begins: none, or the last that was dropped in order."""
    found = await _head(chain)
    return found["cut_seq"], found["cut_hash"] or _NOTHING


async def _first_from(chain: Chain, seq: int) -> Id:
    row = await database.row(
        f"""SELECT id FROM {chain.table} WHERE tenant_id = $1::uuid AND chain_seq > $2::bigint
             ORDER BY chain_seq LIMIT 1""",
        tenancy.current(),
        seq,
    )
    return str(row["id"]) if row else _CUT_OFF


async def _first_beyond(chain: Chain, start: int, end: int) -> Id | None:
    """A row linked at a place that the chain does not have."""
    row = await database.row(
        f"""SELECT id FROM {chain.table}
             WHERE tenant_id = $1::uuid AND (chain_seq <= $2::bigint OR chain_seq > $3::bigint)
             ORDER BY chain_seq LIMIT 1""",
        tenancy.current(),
        start,
        end,
    )
    return row["id"] if row else None


async def _head(chain: Chain) -> dict[str, Any]:
    found = await database.row(
        """SELECT seq, hash, cut_seq, cut_hash FROM chain_head
            WHERE tenant_id = $1::uuid AND chain = $2""",
        tenancy.current(),
        chain.table,
    )
    return found or {"seq": 0, "hash": _NOTHING, "cut_seq": 0, "cut_hash": None}


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
    return hashlib.sha256(last + _covered(chain, row)).digest()


def _covered(chain: Chain, row: dict[str, Any]) -> bytes:
    covered = [_stable(row[column]) for column in chain.columns]
    covered += [[name, _stable(row[name])] for name in chain.later if row[name] is not None]
    return orjson.dumps(covered)


def _stable(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value
