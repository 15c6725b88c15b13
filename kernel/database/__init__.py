"""The two databases: units of work, statements written once for SQLite and PostgreSQL.

`unit_of_work` is the only way to write; `rows`, `row` and `run` take SQL with `$1` places and speak
the same types on both databases: ids are 32 hex digits, times are integer microseconds, sealed
values are bytes, JSON is text.
"""

from kernel.database.redoing import is_redone_if_lost, redone_if_lost
from kernel.database.scrub import scrub
from kernel.database.sources import Batch, sql
from kernel.database.start import column_types, dialect, is_ready, start, stop
from kernel.database.statements import forget_plans, insert, row, rows, run
from kernel.database.units import (
    RunAgain,
    after_commit,
    before_commit,
    in_unit,
    sheltered,
    unit_of_work,
)

__all__ = [
    "Batch",
    "RunAgain",
    "after_commit",
    "before_commit",
    "column_types",
    "dialect",
    "forget_plans",
    "in_unit",
    "insert",
    "is_ready",
    "is_redone_if_lost",
    "redone_if_lost",
    "row",
    "rows",
    "run",
    "scrub",
    "sheltered",
    "sql",
    "start",
    "stop",
    "unit_of_work",
]
