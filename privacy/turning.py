"""Turning a tenant's other keys beside everything that runs (F50): house, index, suppression.

house        what it sealed is sealed anew; until then older versions open
index        ids and words that people are found by get new tokens from what is sealed beside them;
             until then all versions are looked for. What machines name, and what nothing is kept
             of, stays with the first version for good
suppression  nobody knows the values of marks: old ones stay, and are looked for for good

Versions that are not at work any more are destroyed after 30 days, so that a backup of that age
opens. In an older one values of the house stay shut, and tokens are made up before anybody is met.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from string import Formatter
from typing import Any

import structlog

import contacts
import conversations
import tenants
from kernel import clock, database, keys, tenancy, versions
from kernel.database import Batch
from kernel.errors import NotFound, RapportError
from privacy.closing.archive import key_of
from privacy.data_map import TABLES, Table

# Until then every process has heard that there is a new version, should the bell not be heard.
_LEARNED = 2 * clock.MINUTE
_SETTLED = clock.HOUR
_KEPT = 30 * clock.DAY
_AT_ONCE = 500
_FOREVER = 256  # a version is a byte of the tokens
_log = structlog.get_logger("keys")


async def turn_house() -> None:
    """Begin to seal by a new version; workers seal the rest anew within minutes."""
    await versions.note("house", await versions.begin("house"))


async def turn_index() -> None:
    """Have the current tenant's people found by a new version, or end a turn that was cut short."""
    keys.forget_destroyed()  # what others made is seen
    version = await tenants.index_version()
    there = [one.version for one in keys.finders()]
    if version not in there:
        # A backup from before a turn whose key is gone: nobody is met until all ids are turned.
        before, version = version, there[-1]
        if version < before:
            raise NotFound("the keyring is older than the database", code="KEY_GONE")
        await contacts.turn_ids(keys.index_at(version))
        await tenants.turn_index_version(before, version)
    elif (await versions.noted("index"))[0] >= version:
        await tenants.turn_index_version(version, await versions.begin("index"))
        version = await tenants.index_version()
    index = keys.index_at(version)
    await contacts.turn_ids(index)
    await contacts.turn_search(index)
    await conversations.turn_words(version)
    await versions.note("index", version)


async def turn_suppression() -> None:
    """New marks are made by a new version; the old ones count as before."""
    await versions.begin("suppression", most=_FOREVER)


TURNS: dict[str, Callable[[], Awaitable[None]]] = {
    "house": turn_house,
    "index": turn_index,
    "suppression": turn_suppression,
}


async def go_on_turning() -> int:
    """Go on with the turns of all tenants, and destroy versions past their time; how many."""
    keys.forget_destroyed()
    turned = {
        _go_on_with_house: await versions.tenants_that_turned("house"),
        _go_on_with_index: await tenants.turned_indexes(),
    }
    did = 0
    for go_on, tenant_ids in turned.items():
        for tenant_id in tenant_ids:
            with tenancy.acting_for(tenant_id):
                try:
                    did += await go_on()
                except RapportError as error:  # nobody else's keys wait for this tenant
                    _log.error("turn_stopped", reason=error.code)
    return did


async def _go_on_with_house() -> int:
    version, since = await versions.noted("house")
    age = clock.now() - since
    if not (_LEARNED <= age < _SETTLED or (age >= _KEPT and _has_older("house", version))):
        return 0
    count = sum([await _seal_anew(name, table) for name, table in TABLES.items() if table.house])
    if age >= _KEPT and not count:
        return await versions.destroy_before("house", version)
    return count


async def _go_on_with_index() -> int:
    version, since = await versions.noted("index")
    wanted, there = await tenants.index_version(), [one.version for one in keys.finders()]
    if version != wanted or wanted not in there:
        await turn_index()
        return 1
    if clock.now() - since < _KEPT:
        return 0
    return await versions.destroy_before("index", version, but=keys.FIRST)


def _has_older(kind: str, version: int) -> bool:
    return int(keys.keyring().versions(tenancy.current(), kind)[0]) < version


async def _seal_anew(name: str, table: Table) -> int:
    """Seal by the newest version what an older one had sealed in a table; how many values."""
    key = await key_of(name)
    bound = [field for _, field, _, _ in Formatter().parse(table.bound) if field]
    columns = ", ".join(f"t.{one}" for one in dict.fromkeys([*key, *bound, *table.house]))
    order = ", ".join(f"t.{one}" for one in key)
    there = " OR ".join(f"t.{one} IS NOT NULL" for one in table.house)
    places = ", ".join(f"${place}" for place in range(3, 3 + len(key)))
    reached, count = list[Any](), 0
    while rows := await database.rows(
        f"""SELECT {columns} FROM {name} t
             WHERE t.tenant_id = $1::uuid AND ({there})
                   {f"AND ({order}) > ({places})" if reached else ""}
             ORDER BY {order} LIMIT $2::bigint""",
        tenancy.current(),
        _AT_ONCE,
        *reached,
    ):
        reached = [rows[-1][one] for one in key]
        for column in table.house:
            count += await _write_anew(name, table, key, column, rows)
    return count


async def _write_anew(
    name: str, table: Table, key: list[str], column: str, rows: list[dict[str, Any]]
) -> int:
    house, place, cells = keys.house(), f"{name}.{column.removesuffix('_sealed')}", []
    for row in rows:
        hexed = {one: it.hex() if isinstance(it, bytes) else it for one, it in row.items()}
        if row[column] and (
            anew := house.seal_anew(place, table.bound.format_map(hexed), row[column])
        ):
            cells.append([*(row[one] for one in key), row[column], anew])
    types = database.column_types(name)
    same = " AND ".join(f"{name}.{one} = b.{one}" for one in key)
    # What somebody wrote meanwhile stands.
    return await database.run(
        f"""UPDATE {name} SET {column} = b.anew FROM ({{batch}}) AS b
             WHERE {name}.tenant_id = $1::uuid AND {same} AND {name}.{column} = b.former""",
        tenancy.current(),
        batch=Batch({one: types[one] for one in key} | {"former": "bytea", "anew": "bytea"}, cells),
    )
