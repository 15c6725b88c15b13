"""`scripts/restore FOLDER`: a backup into empty databases; what was destroyed since is so again.

Nothing may run on these databases meanwhile. Beside the keyring has to lie the list of what was
destroyed, as it was last; whoever restores by other means is held to it all the same, for workers
compare it before they send (F53).
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import orjson

import privacy
from kernel import key_copies, lasting, settings
from kernel.errors import Conflict, Invalid, RapportError
from kernel.settings import Settings
from scripts.backup import MANIFEST, path_of, postgresql, sha256, urls
from scripts.operating import opened

# Roles belong to the server and not to a dump (docs/decisions/0008-walls.md).
_ROLES = ("rapport_app", "rapport_across")
_NEWEST = """
    SELECT max(position) FROM (SELECT max(position) AS position FROM outbox
                               UNION ALL SELECT max(position) FROM reader) AS said
"""


def main(arguments: Sequence[str]) -> int:
    """What was done, on standard output; exit status 2 with one line for a mistake."""
    try:
        if len(arguments) != 1:
            raise Invalid("usage: scripts/restore FOLDER")
        count = restore(settings.load(), Path(arguments[0]))
        print(f"Restored. {count} things that were destroyed or forbidden since are so again.")
    except RapportError as error:
        print(error.message, file=sys.stderr)
        return 2
    return 0


def restore(chosen: Settings, folder: Path) -> int:
    """Put the backup of this folder in place; how many destructions were done again.

    Conflict, and nothing is changed, where the copy is damaged or a database is not empty.
    """
    copies = _checked(folder)
    for name, url in urls(chosen).items():
        kind = "sqlite3" if url.startswith("sqlite") else "dump"
        if f"{name}.{kind}" not in copies:
            raise Conflict("The backup was made of the other kind of database.")
        if not _is_empty(url):
            raise Conflict(f"The {name} database is not empty: restore into a fresh one.")
    for name, url in urls(chosen).items():
        if url.startswith("sqlite"):
            path_of(url).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(folder / f"{name}.sqlite3", path_of(url))
            path_of(url).chmod(0o600)
        else:
            asyncio.run(_make_roles(url))
            words = ("--exit-on-error", "--single-transaction", str(folder / f"{name}.dump"))
            postgresql("pg_restore", url, *words)
    return asyncio.run(_catch_up(chosen))


async def _catch_up(chosen: Settings) -> int:
    if not chosen.owner_database_url.startswith("sqlite"):
        await _lift_positions(chosen.owner_database_url)
    async with opened(chosen, "restore"):
        await key_copies.take()
        await lasting.look_at_all_again()
        await privacy.go_on_turning()
        return await privacy.catch_up()


async def _lift_positions(url: str) -> None:
    """Events are numbered by transactions, and a fresh server counts these from the start.

    So its counter is brought past all that was restored (docs/decisions/0003-outbox.md): empty
    transactions, about a hundred thousand a second.
    """
    connection = await asyncpg.connect(url)
    try:
        newest = int(await connection.fetchval(_NEWEST) or 0)
        await connection.execute(
            f"""DO $$ BEGIN
                  WHILE pg_current_xact_id()::text::bigint <= {newest} LOOP COMMIT; END LOOP;
                END $$"""
        )
    finally:
        await connection.close()


async def _make_roles(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for role in _ROLES:
            if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
                await connection.execute(f"CREATE ROLE {role} NOLOGIN")
    finally:
        await connection.close()


def _checked(folder: Path) -> set[str]:
    """The files of a backup; Conflict where one is missing or was altered."""
    try:
        told = orjson.loads((folder / MANIFEST).read_bytes())["sha256"]
    except (OSError, ValueError, KeyError):
        raise Conflict("That folder holds no backup.") from None
    for name, said in told.items():
        if not (folder / name).is_file() or sha256(folder / name) != said:
            raise Conflict(f"{name} of the backup is damaged.")
    return set(told)


def _is_empty(url: str) -> bool:
    if url.startswith("sqlite"):
        return not path_of(url).exists()
    return asyncio.run(_has_no_tables(url))


async def _has_no_tables(url: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval("SELECT to_regclass('schema_migration')") is None
    finally:
        await connection.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
