"""Rows that grow old: past their days they go, or lose what was said in them (F49).

A room says which of its rows do; the rules stand in privacy/retention.py. A row is as old as its
id: so long it has been here. Rows are taken in the order of their ids, a batch in a unit of work.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from kernel import clock, database, ids, tenancy
from kernel.database import Batch
from kernel.ids import Id


@dataclass(frozen=True)
class Found:
    """How many rows are past their days, and since when the oldest of them has been here."""

    count: int
    oldest: int | None


@dataclass(frozen=True)
class Aging:
    """Rows of `table` (as `t`) that go where `when` holds; with `emptied` they stay without that.

    `whose` is the column that points at a person: rows of those who are spared stay as they are.
    `parts` are tables whose rows go with them, each by the column that points at them; `prepare`
    does what is to be done outside of the database first, and can be done again.
    """

    table: str
    when: str = "true"
    emptied: Mapping[str, str] = field(default_factory=dict)
    whose: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[Sequence[Id]], Awaitable[None]] | None = None

    async def find(self, before: int, spared: Sequence[Id] = ()) -> Found:
        """The current tenant's rows that came before this time."""
        of_these = f"""FROM {self.table} t WHERE t.tenant_id = $1::uuid
                        AND t.id < $2::uuid AND {self._when()}"""
        values, people = (tenancy.current(), ids.first_at(before)), self._people(spared)
        counted = await database.row(f"SELECT count(*) AS n {of_these}", *values, batch=people)
        first = await database.row(
            f"SELECT t.id {of_these} ORDER BY t.id LIMIT 1", *values, batch=people
        )
        return Found(counted["n"] if counted else 0, _came_at(first["id"]) if first else None)

    async def go(
        self, before: int, after: Id, spared: Sequence[Id] = (), limit: int = 500
    ) -> Sequence[Id]:
        """Let the next batch of rows beyond `after` go; their ids, none where there are no more."""
        rows = await database.rows(
            f"""SELECT t.id FROM {self.table} t WHERE t.tenant_id = $1::uuid
                   AND t.id > $2::uuid AND t.id < $3::uuid AND {self._when()}
                 ORDER BY t.id LIMIT $4::bigint""",
            tenancy.current(),
            after,
            ids.first_at(before),
            limit,
            batch=self._people(spared),
        )
        gone = [row["id"] for row in rows]
        if gone:
            if self.prepare:
                await self.prepare(gone)
            await self._carry_out(Batch({"id": "uuid"}, [[one] for one in gone]))
        return gone

    def _when(self) -> str:
        spares = f" AND t.{self.whose} NOT IN (SELECT b.id FROM ({{batch}}) AS b)"
        return f"({self.when})" + spares * bool(self.whose)

    def _people(self, spared: Sequence[Id]) -> Batch | None:
        return Batch({"id": "uuid"}, [[one] for one in spared]) if self.whose else None

    @database.unit_of_work
    async def _carry_out(self, these: Batch) -> None:
        for part, column in self.parts.items():
            await database.run(
                f"""DELETE FROM {part} WHERE tenant_id = $1::uuid
                       AND {column} IN (SELECT b.id FROM ({{batch}}) AS b)""",
                tenancy.current(),
                batch=these,
            )
        ending = f"DELETE FROM {self.table}"
        if self.emptied:
            sets = ", ".join(f"{column} = {value}" for column, value in self.emptied.items())
            ending = f"UPDATE {self.table} SET {sets}"
        await database.run(
            f"""{ending} WHERE tenant_id = $1::uuid
                   AND id IN (SELECT b.id FROM ({{batch}}) AS b)""",
            tenancy.current(),
            batch=these,
        )


def _came_at(row_id: Id) -> int:
    """When a row came, to the millisecond: a uuid7 begins with it."""
    return int(row_id[:12], 16) * (clock.SECOND // 1000)
