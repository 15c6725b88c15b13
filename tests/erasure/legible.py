"""All that can be read with the keys that are left: every sealed value, every sealed file.

Whoever has all files and all live keys reads this much, and no more. The scanner of raw bytes finds
clear text; this finds what is sealed under a key that outlived its person.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from typing import Any

from channels import files
from imports import files as lists
from kernel import keys, tenancy
from kernel.errors import RapportError
from kernel.ids import Id
from kernel.seal import Sealer
from privacy import TABLES
from tests import stored

# Columns that values are bound to, beside others.
_BOUND_BY = ("id", "delivery_id", "item", "key_id", "wamid_token", "status")


async def legible(tenant_id: Id) -> AsyncIterator[tuple[str, bytes]]:
    """What opens of this tenant's, and of what is nobody's yet; and where it stands."""
    with tenancy.acting_for(tenant_id):
        persons = await _keys_of_persons()
        for name, table in TABLES.items():
            columns = [one for one, how in table.columns.items() if how.keeping == "sealed"]
            if columns and name != "person_key":
                for row in await stored.rows(f"SELECT * FROM {name}"):
                    if row.get("tenant_id", tenant_id) == tenant_id:
                        for found in _in_row(name, row, columns, table.bound, persons):
                            yield found
        for row in await stored.rows("SELECT * FROM media"):
            path = files.path_of(tenant_id, row["id"])
            if path.exists() and row["subject_id"] in persons:
                yield (
                    "file",
                    persons[row["subject_id"]].open(files.PLACE, row["id"], path.read_bytes()),
                )
        for row in await stored.rows("SELECT * FROM import_file"):
            path = lists.path_of(row["id"])
            if path.exists() and row["id"] in persons:
                for piece in lists.read(path, persons[row["id"]], row["id"], row["size"]):
                    yield "list", piece


async def _keys_of_persons() -> dict[Id, Sealer]:
    keys.forget_destroyed()
    rows = await stored.rows("SELECT subject_id FROM person_key", on="keys")
    return await keys.of([row["subject_id"] for row in rows])


def _in_row(
    name: str, row: dict[str, Any], columns: Iterable[str], bound: str, persons: dict[Id, Sealer]
) -> Iterator[tuple[str, bytes]]:
    """Its sealed values, opened by whichever key may have sealed them."""
    shown = {key: one.hex() if isinstance(one, bytes) else one for key, one in row.items()}
    bounds = [
        one.format(**shown)
        for one in (bound, "{delivery_id}:{item}", "{key_id}")
        if all(f"{{{key}}}" not in one or key in shown for key in _BOUND_BY)
    ]
    sealers = [persons[one] for one in row.values() if isinstance(one, str) and one in persons]
    sealers += [keys.platform(), keys.house()]
    sealers += [keys.intake_of(row["intake_key"])] if "intake_key" in row else []
    for column, sealer, one in itertools.product(columns, sealers, bounds):
        if row[column]:
            place = f"{name}.{column.removesuffix('_sealed')}"
            with suppress(RapportError):
                yield place, sealer.open(place, one, row[column])
