"""The archive of an export: a ZIP with JSON, CSV, a summary to read, files, and a signed manifest.

data/<table>.json    an array, one row a line
data/<table>.csv     the same for spreadsheets, formulas neutralised
files/<id>           what was sent, as it was sent
summary.html         what there is and why
manifest.json        every file with its SHA-256, and the columns that the data map declares
manifest.sig.json    the signature over manifest.json, byte for byte (Ed25519)

It is written from the pages that were gathered, in one pass for each form: none is held whole.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import orjson

from kernel import clock, signing
from kernel.pieces import Draft
from kernel.spreadsheets import MARK, lines, neutral
from privacy.data_map import TABLES, Format

KIND = "rapport.personal-export/1"
MANIFEST, SIGNATURE, SUMMARY = "manifest.json", "manifest.sig.json", "summary.html"
_FOREVER = (2026, 1, 1, 0, 0, 0)  # times of entries would tell nothing

# A page as it was staged: the table and its rows.
Page = tuple[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whose export it is, and of what house."""

    export_id: str
    contact_id: str
    tenant_id: str
    tenant_name: str
    made_at: int


@dataclass(slots=True)
class Archive:
    """A ZIP on its way into a draft; every entry's size and hash are kept for the manifest."""

    about: About
    draft: Draft
    files: list[dict[str, Any]] = field(default_factory=list)
    _zip: zipfile.ZipFile = field(init=False)

    def __post_init__(self) -> None:
        # Without `tell` and `seek` zipfile writes a stream, and never goes back in it.
        self._zip = zipfile.ZipFile(self.draft, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]

    def add(self, path: str, parts: Iterable[bytes], **more: Any) -> None:
        """One file, in parts."""
        digest, size = hashlib.sha256(), 0
        entry = zipfile.ZipInfo(path, _FOREVER)
        entry.compress_type = zipfile.ZIP_DEFLATED
        with self._zip.open(entry, "w", force_zip64=True) as out:
            for part in parts:
                out.write(part)
                digest.update(part)
                size += len(part)
        told = {"path": path, "sha256": digest.hexdigest(), "size": size, **more}
        self.files.append(told)

    def add_tables(self, pages: Iterable[Page], form: str) -> dict[str, int]:
        """The rows of every exported table as `json` or `csv`; how many each has."""
        write = _as_json if form == "json" else _as_csv
        counts: dict[str, int] = {}
        for name, group in groupby(pages, key=lambda page: page[0]):
            rows = _Counted(row for _, page in group for row in page)
            self._add_table(name, form, write(name, rows), rows)
            counts[name] = rows.count
        return counts

    def close(self) -> None:
        """Write the manifest, its signature and the end of the ZIP."""
        manifest = orjson.dumps(_manifest(self.about, self.files), option=orjson.OPT_INDENT_2)
        self.add(MANIFEST, [manifest])
        signature = orjson.dumps(signing.sign(manifest).as_json())
        self.add(SIGNATURE, [signature])
        self._zip.close()

    def _add_table(self, name: str, form: str, parts: Iterable[bytes], rows: _Counted) -> None:
        self.add(f"data/{name}.{form}", parts, table=name)
        self.files[-1]["rows"] = rows.count


class _Counted:
    """Rows that are counted while they pass."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self.count = 0
        self._rows = rows

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for row in self._rows:
            self.count += 1
            yield row


def _as_json(_name: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    separator = b"[\n"
    for row in rows:
        yield separator + orjson.dumps(row)
        separator = b",\n"
    yield b"[]\n" if separator == b"[\n" else b"\n]\n"


def _as_csv(name: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    columns = list(TABLES[name].exported.values())
    yield MARK + lines([[column.name for column in columns]])
    for row in rows:
        yield lines([[_cell(row[column.name], column.format) for column in columns]])


def _cell(value: Any, form: Format) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return orjson.dumps(value).decode()
    return value if form == "money" else neutral(value)


def _manifest(about: About, files: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "kind": KIND,
        "export": about.export_id,
        "contact": about.contact_id,
        "tenant": {"id": about.tenant_id, "name": about.tenant_name},
        "madeAt": clock.moment(about.made_at).isoformat(),
        "files": files,
        "map": {
            name: {
                "what": table.what,
                "columns": {
                    column.name: {"format": column.format, "masked": column.export == "masked"}
                    for column in table.exported.values()
                },
            }
            for name, table in TABLES.items()
            if table.is_exported
        },
        "withheld": {name: table.withheld for name, table in TABLES.items() if table.withheld},
    }
