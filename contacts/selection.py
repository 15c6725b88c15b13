"""Which contacts are meant: all, a list, those with tags; joined, or taken from each other.

A selection is a condition on a row of `contact c`. Whoever writes to many puts it into a statement
of their own, so that the database chooses them, and nobody is read one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from contacts.search import search_tokens
from kernel import database, tenancy
from kernel.conditions import Conditions, places_of
from kernel.ids import Id

Direction = Literal["ASC", "DESC"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Contacts of the current tenant; `values` belong to the `?` of the condition.

    `a | b` are those of either, `a & b` those of both, `a - b` those of `a` that are not of `b`.
    """

    condition: str
    values: tuple[Any, ...] = ()

    def __or__(self, other: Selection) -> Selection:
        return self._with("OR", other)

    def __and__(self, other: Selection) -> Selection:
        return self._with("AND", other)

    def __sub__(self, other: Selection) -> Selection:
        return self._with("AND NOT", other)

    def into(self, statement: str, *params: Any) -> tuple[str, list[Any]]:
        """A statement on `contact c`, with the condition in place of its `/* selection */`, and its
        parameters with the values behind them. Who was merged or erased is never meant.
        """
        where = Conditions(*params)
        chosen = where.fill(f"({self.condition})", *self.values)
        there = f"c.state IN ('active', 'frozen') AND {chosen}"
        return statement.replace("/* selection */", there), where.params

    def _with(self, word: str, other: Selection) -> Selection:
        both = f"({self.condition}) {word} ({other.condition})"
        return Selection(both, self.values + other.values)


EVERYBODY = Selection("1 = 1")
NOBODY = Selection("1 = 0")


def those(contact_ids: Iterable[Id]) -> Selection:
    """These contacts: some thousands at most, for each is a parameter."""
    return _one_of("c.id", contact_ids)


def tagged(*tag_ids: Id) -> Selection:
    """Contacts with at least one of these tags; `tagged(a) & tagged(b)` have both."""
    tags = _one_of("ct.tag_id", tag_ids)
    return Selection(
        f"""EXISTS (SELECT 1 FROM contact_tag ct
                     WHERE ct.tenant_id = c.tenant_id AND ct.contact_id = c.id
                       AND {tags.condition})""",
        tags.values,
    )


def named(text: str) -> Selection:
    """Contacts who are found by this text: the beginnings of all its words are in their names."""
    # Digits would be sought among numbers.
    pieces = [] if any(one.isdigit() for one in text) else search_tokens(text)
    chosen = EVERYBODY if pieces else NOBODY
    for tokens in pieces:
        chosen &= Selection(
            f"""EXISTS (SELECT 1 FROM contact_search s
                        WHERE s.tenant_id = c.tenant_id AND s.token IN ({places_of(tokens)})
                          AND s.contact_id = c.id)""",
            tuple(tokens),
        )
    return chosen


async def count_selected(selection: Selection) -> int:
    """How many contacts are meant."""
    statement, params = selection.into(
        "SELECT count(*) AS n FROM contact c WHERE c.tenant_id = $1::uuid AND /* selection */",
        tenancy.current(),
    )
    row = await database.row(statement, *params)
    return int(row["n"]) if row else 0


async def selected_page(
    selection: Selection, after: Id | None, limit: int, direction: Direction = "ASC"
) -> list[Id]:
    """At most so many of those who are meant, by age, beyond the contact `after`."""
    statement, params = selection.into(
        f"""SELECT c.id FROM contact c
             WHERE c.tenant_id = $1::uuid
               AND ($2::uuid IS NULL OR c.id {">" if direction == "ASC" else "<"} $2::uuid)
               AND /* selection */
             ORDER BY c.id {direction} LIMIT $3::bigint""",
        tenancy.current(),
        after,
        limit,
    )
    return [row["id"] for row in await database.rows(statement, *params)]


def _one_of(column: str, wanted: Iterable[Id]) -> Selection:
    values = tuple(dict.fromkeys(wanted))
    places = ", ".join("?::uuid" for _ in values)
    return Selection(f"{column} IN ({places})", values) if values else NOBODY
