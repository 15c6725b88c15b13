"""The register of breaches (F47): entered, described, reported to the authority, closed.

The authority is told within 72 hours of when the breach became known (GDPR 33(1)); whoever is late
says why. Every breach stays in the register, also one of which nobody has to be told (33(5)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, TypedDict, cast, get_args

import orjson

import contacts
from contacts import ContactFilter
from kernel import audit, clock, database, events, ids, keys, tenancy
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import Event
from kernel.ids import Id

# What kind of data, or of harm: article 33(3)(a), and what makes a risk high.
Category = Literal[
    "contact_details",
    "messages",
    "orders",
    "payment",
    "location",
    "special_categories",
    "children",
    "credentials",
    "other",
]
WITHIN = 72 * clock.HOUR
_PLACE = "breach.words"
_LONGEST = 5000
_OLDEST = 366 * clock.DAY
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class BreachWords:
    """What is written of a breach: what happened, what may follow, what was done; when it was
    reported, under which reference and why so late; and why it was closed. No word on a person."""

    happened: str = ""
    consequences: str = ""
    measures: str = ""
    reference: str = ""
    late_because: str = ""
    closed_because: str = ""


class BreachRow(TypedDict):
    """A breach; `words` are opened, times are microseconds UTC."""

    id: Id
    state: str
    categories: list[str]
    words: BreachWords
    known_at: int
    due_at: int
    reported_at: int | None
    closed_at: int | None
    created_at: int
    updated_at: int


@database.unit_of_work
async def open_breach(
    words: BreachWords, categories: Sequence[str], known_at: int | None = None
) -> Id:
    """Enter a breach of the current tenant; its 72 hours run from when it was known. Its id."""
    now, breach_id = clock.now(), ids.new_id()
    known_at = now if known_at is None else known_at
    if not now - _OLDEST <= known_at <= now:
        message = "It became known at some time of the last year, and not later than now."
        raise Invalid(message, code="BAD_RANGE", field=("known_at",))
    if not words.happened.strip():
        raise Invalid("Say what happened.", code="EMPTY", field=("happened",))
    await database.insert(
        "breach",
        [
            {
                "tenant_id": tenancy.current(),
                "id": breach_id,
                "state": "open",
                "categories": _checked(categories),
                "words_sealed": _sealed(breach_id, words),
                "known_at": known_at,
                "due_at": known_at + WITHIN,
                "warned": 0,
                "created_at": now,
                "updated_at": now,
            }
        ],
    )
    await _tell(breach_id, "opened", "open")
    return breach_id


@database.unit_of_work
async def describe_breach(
    breach_id: Id,
    *,
    consequences: str | None = None,
    measures: str | None = None,
    categories: Sequence[str] | None = None,
) -> None:
    """Write down more of a breach that is not closed; None leaves a field as it is."""
    row = await _hold(breach_id, "open", "reported")
    words = row["words"]
    words = replace(
        words,
        consequences=words.consequences if consequences is None else consequences,
        measures=words.measures if measures is None else measures,
    )
    listed = row["categories"] if categories is None else categories
    await _change(breach_id, words, categories=_checked(listed))
    await audit.record("breach.describe", {"breach": [breach_id]})


@database.unit_of_work
async def report_breach(
    breach_id: Id, reference: str, *, at: int | None = None, late_because: str = ""
) -> None:
    """The authority was told then; later than 72 hours it needs the reason for the delay."""
    row, now = await _hold(breach_id, "open"), clock.now()
    at = now if at is None else at
    if not row["known_at"] <= at <= now:
        message = "It was reported after it became known, and not later than now."
        raise Invalid(message, code="BAD_RANGE", field=("reported_at",))
    if at > row["due_at"] and not late_because.strip():
        message = "The 72 hours were over: give the reasons for the delay (GDPR 33(1))."
        raise Invalid(message, code="MISSING", field=("late_because",))
    words = replace(row["words"], reference=reference, late_because=late_because.strip())
    await _change(breach_id, words, state="reported", reported_at=at)
    await _tell(breach_id, "reported", "report")


@database.unit_of_work
async def close_breach(breach_id: Id, because: str = "") -> None:
    """It is dealt with; one that nobody reported needs the reason why nobody had to be told."""
    row = await _hold(breach_id, "open", "reported")
    if row["state"] == "open" and not because.strip():
        message = "It was not reported: say why it puts nobody at risk (GDPR 33(1))."
        raise Invalid(message, code="MISSING", field=("reason",))
    words = replace(row["words"], closed_because=because.strip())
    await _change(breach_id, words, state="closed", closed_at=clock.now())
    await _tell(breach_id, "closed", "close")


async def add_affected(breach_id: Id, wanted: ContactFilter) -> int:
    """Put all contacts for whom the filter holds on the list of a breach; how many are new."""
    after, added = None, 0
    while page := await contacts.contact_page(wanted, "ASC", after, _AT_ONCE):
        after = page[-1]["id"]
        added += await _list(breach_id, [row["id"] for row in page])
    return added


@database.unit_of_work
async def _list(breach_id: Id, contact_ids: Sequence[Id]) -> int:
    await _hold(breach_id, "open", "reported")
    added = await database.insert(
        "breach_person",
        [
            {
                "tenant_id": tenancy.current(),
                "breach_id": breach_id,
                "contact_id": contact_id,
                "added_at": clock.now(),
            }
            for contact_id in contact_ids
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="contact_id",
    )
    listed = [row["contact_id"] for row in added]
    if listed:
        await audit.record("breach.list", {"breach": [breach_id], "contact": listed})
    return len(listed)


async def breaches() -> list[BreachRow]:
    """All breaches of the tenant, oldest first."""
    rows = await database.rows(
        f"SELECT {_COLUMNS} FROM breach WHERE tenant_id = $1::uuid ORDER BY id", tenancy.current()
    )
    return [_opened(row) for row in rows]


async def affected_page(
    breach_id: Id, direction: Literal["ASC", "DESC"], after: Id | None, limit: int
) -> list[Id]:
    """The contacts whom a breach affects, in the order of their ids, beyond `after`."""
    beyond = "<" if direction == "DESC" else ">"
    condition = f"AND contact_id {beyond} $4::uuid" if after else ""
    rows = await database.rows(
        f"""SELECT contact_id FROM breach_person
             WHERE tenant_id = $1::uuid AND breach_id = $2::uuid {condition}
             ORDER BY contact_id {direction} LIMIT $3::bigint""",
        tenancy.current(),
        breach_id,
        limit,
        *([after] if after else []),
    )
    return [row["contact_id"] for row in rows]


async def count_affected(breach_id: Id) -> int:
    """How many contacts a breach affects."""
    row = await database.row(
        """SELECT count(*) AS n FROM breach_person
            WHERE tenant_id = $1::uuid AND breach_id = $2::uuid""",
        tenancy.current(),
        breach_id,
    )
    return int(row["n"]) if row else 0


_COLUMNS = (
    "id, state, categories, words_sealed, known_at, due_at, reported_at, closed_at, created_at, "
    "updated_at"
)


async def _hold(breach_id: Id, *states: str) -> BreachRow:
    row = await database.row(
        f"SELECT {_COLUMNS} FROM breach WHERE tenant_id = $1::uuid AND id = $2::uuid FOR UPDATE",
        tenancy.current(),
        breach_id,
    )
    if row is None:
        raise NotFound("There is no such breach.", field=("breach",))
    if row["state"] not in states:
        message = f"The breach is {row['state']}; that step is over."
        raise Conflict(message, code="BREACH_STATE", field=("breach",))
    return _opened(row)


def _opened(row: dict[str, object]) -> BreachRow:
    sealed = cast(bytes, row.pop("words_sealed"))
    words = orjson.loads(keys.house().open(_PLACE, cast(Id, row["id"]), sealed))
    categories = orjson.loads(cast(str, row["categories"]))
    return cast(BreachRow, {**row, "categories": categories, "words": BreachWords(**words)})


async def _change(breach_id: Id, words: BreachWords, **columns: object) -> None:
    columns |= {"words_sealed": _sealed(breach_id, words), "updated_at": clock.now()}
    sets = ", ".join(
        f"{name} = ${place}{'::jsonb' if name == 'categories' else ''}"
        for place, name in enumerate(columns, start=3)
    )
    await database.run(
        f"UPDATE breach SET {sets} WHERE tenant_id = $1::uuid AND id = $2::uuid",
        tenancy.current(),
        breach_id,
        *columns.values(),
    )


async def _tell(breach_id: Id, what: str, verb: str) -> None:
    await audit.record(f"breach.{verb}", {"breach": [breach_id]})
    await events.record(Event(f"breach.{what}", {"breach": breach_id}))


def _sealed(breach_id: Id, words: BreachWords) -> bytes:
    told = {one.name: getattr(words, one.name) for one in fields(words)}
    for name, text in told.items():
        if len(text) > _LONGEST:
            raise Invalid(f"At most {_LONGEST} characters.", code="TOO_LONG", field=(name,))
    return keys.house().seal(_PLACE, breach_id, orjson.dumps(told))


def _checked(categories: Sequence[str]) -> str:
    unknown = set(categories) - set(get_args(Category))
    if unknown or not categories:
        message = f"Some of {', '.join(get_args(Category))}, one at least."
        raise Invalid(message, field=("categories",))
    return orjson.dumps(sorted(set(categories))).decode()
