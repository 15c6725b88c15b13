"""Copies of wrapped keys of persons, a file for each tenant, made whenever its key was turned.

What an older backup of the keys database holds opens no more then, for nobody. So before the old
version is destroyed, the keys as they are wrapped now are put aside, and a restore takes them from
there. Without the keyring a copy tells nothing.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import BinaryIO

import orjson

from kernel import database, ids, tenancy
from kernel.errors import RapportError

_AT_ONCE = 5_000
_folder: Path | None = None


def start(folder: Path) -> None:
    """Know where the copies lie."""
    global _folder
    _folder = folder


async def write(version: int) -> None:
    """Copy the current tenant's keys under this version; its older copies go. Durable on return."""
    folder, tenant_id = _place(), tenancy.current()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".{tenant_id}.{ids.new_id()}"
    after, is_last = "0" * 32, False
    with _new(draft) as file:
        while not is_last:
            rows = await database.rows(
                """SELECT subject_id, wrapped, created_at FROM person_key
                    WHERE tenant_id = $1::uuid AND subject_id > $2::uuid
                      AND tenant_key_version = $3
                    ORDER BY subject_id LIMIT $4""",
                tenant_id,
                after,
                version,
                _AT_ONCE,
                on="keys",
            )
            for row in rows:
                wrapped = base64.b64encode(row["wrapped"]).decode()
                line = [row["subject_id"], wrapped, row["created_at"]]
                file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
            # Who comes meanwhile is in the next backup; waiting for them could last for ever.
            is_last = len(rows) < _AT_ONCE
            after = rows[-1]["subject_id"] if rows else after
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / f"{tenant_id}.{version}")
    for path in folder.glob(f"{tenant_id}.*"):
        if int(path.suffix[1:]) < version:
            path.unlink()


def drop() -> None:
    """The current tenant's copies go."""
    for path in _place().glob(f"{tenancy.current()}.*"):
        path.unlink(missing_ok=True)


async def take() -> int:
    """Into a restored keys database, what was turned since; how many tenants' keys were taken."""
    taken = 0
    for path in sorted(_place().glob("[0-9a-f]*.*")):
        with tenancy.acting_for(path.stem):
            taken += await _take(path, int(path.suffix[1:]))
    return taken


async def _take(path: Path, version: int) -> bool:
    tenant_id = tenancy.current()
    row = await database.row(
        """SELECT version FROM tenant_key WHERE tenant_id = $1::uuid AND kind = 'persons'""",
        tenant_id,
        on="keys",
    )
    if row and row["version"] >= version:
        return False  # the backup is younger than the copy
    await database.run(
        "DELETE FROM person_key WHERE tenant_id = $1::uuid AND tenant_key_version < $2",
        tenant_id,
        version,
        on="keys",
    )
    with path.open("rb") as file:
        while lines := file.readlines(1_000_000):
            await database.insert(
                "person_key",
                [
                    {
                        "tenant_id": tenant_id,
                        "subject_id": subject_id,
                        "tenant_key_version": version,
                        "wrapped": base64.b64decode(wrapped),
                        "created_at": created_at,
                    }
                    for subject_id, wrapped, created_at in map(orjson.loads, lines)
                ],
                conflict="ON CONFLICT DO NOTHING",
                on="keys",
            )
    return True


def _new(path: Path) -> BinaryIO:
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _place() -> Path:
    if _folder is None:
        raise RapportError("the keys are not open", code="NOT_STARTED")
    return _folder
