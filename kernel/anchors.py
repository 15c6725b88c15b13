"""Anchors: the heads of the chains, written down outside the database day by day (F48).

Whoever can write to the database can alter a row and compute all links behind it anew; what stands
here, best on another machine or a medium that is only ever added to, then differs. A file for each
tenant, a line for each head: time, chain, place and hash.
"""

from __future__ import annotations

import os
from pathlib import Path

import orjson
import structlog

from kernel import chain, clock, tenancy
from kernel.chain import Chain, Verdict
from kernel.settings import Settings

_log = structlog.get_logger("anchors")
_folder: Path | None = None


def start(settings: Settings) -> None:
    """Use the folder of these settings."""
    global _folder
    _folder = settings.anchors


async def drop_anchor(one: Chain) -> bool:
    """Write down the head of the current tenant's chain; False where it stands there already."""
    seq, last = await chain.head(one)
    known = read(one)
    if seq == 0 or known.get(seq) == last:
        return False
    write(one, seq, last)
    return True


def write(one: Chain, seq: int, last: bytes) -> None:
    """Write down a link of the current tenant's chain, to the disk, and log it."""
    path = _path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = {
        "at": clock.moment(clock.now()).isoformat(),
        "tenant": tenancy.current(),
        "chain": one.table,
        "seq": seq,
        "hash": last.hex(),
    }
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(file, orjson.dumps(line) + b"\n")
        os.fsync(file)
    finally:
        os.close(file)
    _log.info("chain_anchored", chain=one.table, seq=seq, hash=last.hex())


def read(one: Chain) -> dict[int, bytes]:
    """The anchors of the current tenant's chain. A line that was cut short is passed over."""
    found: dict[int, bytes] = {}
    try:
        with _path().open("rb") as file:
            for line in file:
                try:
                    told = orjson.loads(line)
                except orjson.JSONDecodeError:
                    continue
                if told["chain"] == one.table:
                    found[told["seq"]] = bytes.fromhex(told["hash"])
    except FileNotFoundError:
        pass
    return found


async def verify(one: Chain) -> Verdict:
    """The current tenant's chain against itself and its anchors.

    What looks altered is looked at again: rows may have been dropped in order meanwhile.
    """
    verdict = await chain.verify(one, read(one))
    return verdict if verdict.first_altered is None else await chain.verify(one, read(one))


def _path() -> Path:
    if _folder is None:
        raise RuntimeError("the anchors have no folder yet")
    return _folder / f"{tenancy.current()}.jsonl"
