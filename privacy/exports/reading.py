"""Reading all that is held on a person, page by page, as the data map declares it (F45).

Statements are made from the map: of a table's rows those that lead to the contact, to a contact
that was merged into it, or to one of their subjects. What is sealed is opened, what is somebody
else's becomes a stand-in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from kernel import clock, database, keys, tenancy
from kernel.ids import Id
from kernel.seal import Sealer, Unopenable
from privacy.data_map import TABLES, Column, Table, Way
from privacy.exports.masking import STAND_IN, mask_cards

PAGE = 500
EXPORTED = tuple(name for name, table in TABLES.items() if table.is_exported)

_CONTACTS = """SELECT c.id FROM contact c
 WHERE c.tenant_id = $1::uuid AND (c.id = $2::uuid OR c.merged_into = $2::uuid)"""
_SUBJECTS = f"""SELECT s.id FROM subject s
 WHERE s.tenant_id = $1::uuid AND s.contact_id IN ({_CONTACTS})"""

Row = dict[str, Any]
Reached = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as they stand in the archive; `reached` is the key of the last, None at the end."""

    rows: list[Row]
    reached: Reached | None


async def count(name: str, contact_id: Id) -> int:
    """How many rows of a table are the person's."""
    row = await database.row(
        f"SELECT count(*) AS n FROM {name} t WHERE {_theirs(TABLES[name])}",
        tenancy.current(),
        contact_id,
    )
    return int(row["n"]) if row else 0


async def read_page(name: str, contact_id: Id, reached: Reached | None) -> Page:
    """The next rows of a table that are the person's, in the order of its key."""
    table = TABLES[name]
    key = ", ".join(f"t.{one}" for one in table.key)
    places = ", ".join(f"${place}" for place in range(4, 4 + len(table.key)))
    behind = f"AND ({key}) > ({places})" if reached else ""
    rows = await database.rows(
        f"""SELECT {", ".join(f"t.{one}" for one in _wanted(table))} FROM {name} t
             WHERE {_theirs(table)} {behind} ORDER BY {key} LIMIT $3::bigint""",
        tenancy.current(),
        contact_id,
        PAGE,
        *(reached or ()),
    )
    last = [rows[-1][one] for one in table.key] if len(rows) == PAGE else None
    return Page(await _shown(name, table, rows), last)


def pack(reached: Reached | None) -> str | None:
    """A key as text, to be kept."""
    if reached is None:
        return None
    return orjson.dumps([{"hex": x.hex()} if isinstance(x, bytes) else x for x in reached]).decode()


def unpack(text: str | None) -> Reached | None:
    """The key again."""
    if text is None:
        return None
    return [bytes.fromhex(x["hex"]) if isinstance(x, dict) else x for x in orjson.loads(text)]


def _theirs(table: Table) -> str:
    ways = " OR ".join(_leads("t", way, 1) for way in table.ways)
    return f"t.tenant_id = $1::uuid AND ({ways})"


def _leads(alias: str, way: Way, depth: int) -> str:
    """The condition that a row leads this way to the person."""
    held = ", ".join(f"{alias}.{one}" for one in way.columns)
    if way.table in ("contact", "subject") and way.targets == ("id",):
        return f"{held} IN ({_CONTACTS if way.table == 'contact' else _SUBJECTS})"
    inner = f"p{depth}"
    found = ", ".join(f"{inner}.{one}" for one in way.targets)
    ways = " OR ".join(_leads(inner, one, depth + 1) for one in TABLES[way.table].ways)
    return f"""({held}) IN (SELECT {found} FROM {way.table} {inner}
        WHERE {inner}.tenant_id = $1::uuid AND ({ways}))"""


def _wanted(table: Table) -> list[str]:
    """What is exported, and what is needed to go on and to open it."""
    bound = [one for one in table.columns if f"{{{one}}}" in table.bound]
    needed = [*table.exported, *table.key, *bound]
    return list(dict.fromkeys([*needed, *(["subject_id"] if _is_sealed(table) else [])]))


def _is_sealed(table: Table) -> bool:
    return any(one.keeping == "sealed" for one in table.exported.values())


async def _shown(name: str, table: Table, rows: Sequence[Row]) -> list[Row]:
    if not _is_sealed(table):
        return [_row(name, table, row, None) for row in rows]
    house = tenancy.current()
    sealers = {**await keys.of(_subjects(rows, house)), house: keys.house()}
    return [_row(name, table, row, sealers.get(row["subject_id"] or house)) for row in rows]


def _row(name: str, table: Table, row: Row, sealer: Sealer | None) -> Row:
    bound = ""
    if sealer is not None:
        bound = table.bound.format_map({one: _hex(row[one]) for one in row})
    values = {
        column.name: _value(name, column, row[one], sealer, bound)
        for one, column in table.exported.items()
    }
    return mask_cards(values)


def _subjects(rows: Iterable[Row], house: Id) -> set[Id]:
    return {row["subject_id"] for row in rows} - {None, house}


def _value(name: str, column: Column, value: Any, sealer: Sealer | None, bound: str) -> Any:
    if value is None:
        return None
    if column.export == "masked":
        return STAND_IN
    if column.keeping == "sealed":
        value = _opened(f"{name}.{column.name}", value, sealer, bound)
    match column.format:
        case "time":
            return _instant(value)
        case "money":
            return str(Decimal(value).scaleb(-4))
        case "json":
            return orjson.loads(value) if isinstance(value, str) else value
        case _:
            return value


def _opened(place: str, sealed: bytes, sealer: Sealer | None, bound: str) -> str | None:
    """The value; None where its key is gone, as after an erasure."""
    try:
        return sealer.open_text(place, bound, sealed) if sealer else None
    except Unopenable:
        return None


def _instant(micros: int) -> str | None:
    """RFC 3339, UTC; 0 stands for never."""
    return clock.moment(micros).isoformat() if micros else None


def _hex(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value
