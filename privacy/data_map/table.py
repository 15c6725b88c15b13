"""What the data map says of a table and of each of its columns, and how it is written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from kernel.errors import Invalid

# contact: a customer; colleague: who works here; mixed: several people in one value; nobody: none.
Whose = Literal["contact", "colleague", "mixed", "nobody"]
# clear: states, times, numbers, codes, ids; keyed: a keyed hash for equality; searched: keyed
# hashes of pieces; sealed: encrypted under a key of the subject, the house, the platform, the day.
Keeping = Literal["clear", "keyed", "searched", "sealed"]
# told: as it is, or opened; masked: a stand-in, for it is somebody else's; withheld: not at all.
Export = Literal["told", "masked", "withheld"]
Format = Literal["text", "time", "money", "json"]

_FORMATS: tuple[Format, ...] = ("text", "time", "money", "json")


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is kept and exported; `name` and `format` are those of the archive."""

    keeping: Keeping
    export: Export
    name: str
    format: Format


@dataclass(frozen=True, slots=True)
class Way:
    """How rows lead to their person: columns hold those of `table`, at last the contact's id."""

    columns: tuple[str, ...]
    table: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: what it is kept for, whose it is, how its rows lead to them, and its columns.

    `what` is its title in archives; `withheld` says why nothing of it is exported. Sealed values
    are bound to what `bound` comes to, filled in with the row; those of `house` may be under the
    tenant's own key, and are sealed anew when it is turned.
    """

    activity: str
    whose: Whose
    what: str
    ways: tuple[Way, ...]
    key: tuple[str, ...]
    bound: str
    house: tuple[str, ...]
    withheld: str
    columns: Mapping[str, Column]

    @property
    def is_exported(self) -> bool:
        """Whether a person gets a file of it."""
        return any(column.export != "withheld" for column in self.columns.values())

    @property
    def exported(self) -> dict[str, Column]:
        """The columns that stand in a person's archive."""
        return {name: one for name, one in self.columns.items() if one.export != "withheld"}


def table(
    activity: str,
    whose: Whose,
    what: str = "",
    *,
    by: str = "",
    key: str = "id",
    bound: str = "{id}",
    told: str = "",
    opened: str = "",
    masked: str = "",
    clear: str = "",
    keyed: str = "",
    searched: str = "",
    sealed: str = "",
    house: str = "",
    withheld: str = "",
) -> Table:
    """A table of the map. Each of its columns stands in exactly one list:

    told      in clear, exported
    opened    sealed, exported as it was said; a format may follow, as in payload_sealed:json
    masked    in clear, somebody else's: exported as a stand-in
    clear     in clear, of the machine's own working: not exported
    keyed     a keyed hash for equality: not exported
    searched  keyed hashes of pieces: not exported
    sealed    sealed, not the person's (secrets of the house, of colleagues): not exported

    `house` names the sealed ones that may be under the tenant's own key. `by` tells the ways to the
    person, any of which may lead there: contact_id>contact,
    order_id>shop_order (by its id), id>contact_tag.tag_id, a,b>other.c,d.
    """
    columns: dict[str, Column] = {}
    for names, keeping, export in (
        (told, "clear", "told"),
        (opened, "sealed", "told"),
        (masked, "clear", "masked"),
        (clear, "clear", "withheld"),
        (keyed, "keyed", "withheld"),
        (searched, "searched", "withheld"),
        (sealed, "sealed", "withheld"),
    ):
        for name, form in _read(names):
            if name in columns:
                raise Invalid(f"{name} stands in the map twice")
            columns[name] = Column(
                keeping,  # type: ignore[arg-type]
                export,  # type: ignore[arg-type]
                name.removesuffix("_sealed"),
                form,
            )
    ways = tuple(_way(text) for text in by.split())
    key_columns, of_house = tuple(key.split()), tuple(house.split())
    return Table(activity, whose, what, ways, key_columns, bound, of_house, withheld, columns)


def _read(names: str) -> Iterator[tuple[str, Format]]:
    for text in names.split():
        name, _, said = text.partition(":")
        form = next((one for one in _FORMATS if one == said), _by_name(name))
        yield name, form


def _by_name(name: str) -> Format:
    is_time = name in ("at", "since") or name.endswith(("_at", "_until"))
    return "time" if is_time else "text"


def _way(text: str) -> Way:
    held, _, target = text.partition(">")
    name, _, of = target.partition(".")
    return Way(tuple(held.split(",")), name, tuple((of or "id").split(",")))
