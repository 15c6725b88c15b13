"""Rows of a tenant's own shop, up to 10,000 at once: what is right is kept, mistakes are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from commerce import stores
from commerce.ingest import ingest
from commerce.told import Order, Told
from commerce.wire import own
from contacts import Merge
from kernel import database
from kernel.errors import Conflict, Invalid
from kernel.ids import Id

MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of a row, counted from 0.

    `outcome`: created, updated, unchanged (orders), accepted (others), refused with the reason.
    """

    row: int
    id: str | None
    outcome: str
    code: str | None = None
    field: tuple[str, ...] = ()
    message: str | None = None


@dataclass(slots=True)
class BulkReport:
    """What became of all rows, in order; threads follow `merges` (conversations.follow_merges)."""

    rows: list[RowReport]
    merges: list[Merge] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """How many rows were not taken."""
        return sum(one.outcome == "refused" for one in self.rows)


@dataclass(frozen=True, slots=True)
class ReadRows:
    """Rows as they were read: what the right ones tell, and what became of each so far."""

    store_id: Id
    told: tuple[Told, ...]
    reports: tuple[RowReport, ...]


async def read_rows(store_id: Id, kind: own.RowKind, rows: Sequence[object]) -> ReadRows:
    """Read rows of one kind; nothing is kept yet, and no other writer waits meanwhile.

    NotFound for an unknown shop, Conflict for one that is closed or not the tenant's own, Invalid
    (TOO_MANY) for more than 10,000 rows.
    """
    if len(rows) > MOST_ROWS:
        raise Invalid(
            f"At most {MOST_ROWS} rows are taken at once; these are {len(rows)}.",
            code="TOO_MANY",
            field=("rows",),
        )
    store = await stores.read_store(store_id)
    if store.platform != "own" or store.state != "open":
        raise Conflict("Only an open shop of your own takes rows.", field=("store",))
    reports: list[RowReport] = []
    told: list[Told] = []
    for number, row in enumerate(rows):
        given = row.get("id") if isinstance(row, dict) else None
        row_id = str(given)[:100] if isinstance(given, str | int) else None
        try:
            told.append(own.read(kind, row, store.country))
            reports.append(RowReport(number, row_id, "accepted"))
        except Invalid as error:
            reports.append(
                RowReport(number, row_id, "refused", error.code, error.field, error.message)
            )
    return ReadRows(store_id, tuple(told), tuple(reports))


@database.unit_of_work
async def take_rows(read: ReadRows) -> BulkReport:
    """Keep the rows that are right, all in one pass, and say what became of each."""
    ingested = await ingest(read.store_id, read.told)
    reports = list(read.reports)
    _tell_orders(reports, read.told, ingested.orders)
    return BulkReport(reports, ingested.merges)


def _tell_orders(
    reports: list[RowReport], told: Sequence[Told], outcomes: Mapping[str, str]
) -> None:
    """Orders say whether they were new; of two rows about one, both say the same."""
    accepted = iter(told)
    for place, report in enumerate(reports):
        if report.outcome != "refused":
            one = next(accepted)
            if isinstance(one, Order):
                outcome = outcomes[one.external_id]
                reports[place] = RowReport(report.row, report.id, outcome)
