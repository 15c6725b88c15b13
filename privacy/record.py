"""The record of processing and the list of recipients, from the data map (GDPR, article 30)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from privacy.data_map import ACTIVITIES, RECIPIENTS, TABLES, Activity, Column, Recipient, Table
from privacy.manifest import STORES

MEASURES = (
    "What tells who somebody is, and what was said, is encrypted under a key of the person "
    "(AES-256-GCM); search and equality go by keyed hashes.",
    "Keys of persons stand in a database of their own, wrapped by keys that stand in neither; who "
    "is erased loses theirs.",
    "Tenants are parted by three walls, the lowest of them in the database.",
    "Every look at personal data is written into a log that is chained and anchored.",
)
_FATES = {store.table: store.fate for store in STORES}


@dataclass(frozen=True, slots=True)
class Processing:
    """One activity of the record: whom it concerns, what is kept of them, who is given it."""

    code: str
    activity: Activity
    people: tuple[str, ...]
    tables: tuple[str, ...]
    recipients: tuple[Recipient, ...]


def record() -> list[Processing]:
    """The activities that touch anybody, in the order of the map."""
    return [one for one in map(_processing, ACTIVITIES) if one.people]


def exported(column: Column) -> str:
    """How a column is exported, in words."""
    if column.export == "withheld":
        return "no"
    masked = ", masked" if column.export == "masked" else ""
    return f"`{column.name}` as {column.format}{masked}"


def erased(name: str, column: Column) -> str:
    """What an erasure of the person does to a column of theirs, in words."""
    table = TABLES[name]
    if table.whose != "contact":
        return "with the tenant" if table.whose != "mixed" else "with the key of its day or file"
    fate = _fate(table, name)
    if fate == "deleted":
        return "deleted with its row"
    return "made unreadable" if column.keeping == "sealed" else "stays: tells nobody apart"


def data_map_text() -> str:
    """The page docs/data-map.md."""
    return "\n".join([_HEAD, *_activities(), *_recipients(), *_measures(), *_columns(), ""])


def _processing(code: str) -> Processing:
    activity = ACTIVITIES[code]
    tables = {
        name: table
        for name, table in TABLES.items()
        if table.activity == code and table.whose != "nobody"
    }
    whose = {one for table in tables.values() for one in _PEOPLE[table.whose]}
    recipients = tuple(RECIPIENTS[one] for one in activity.recipients)
    return Processing(code, activity, tuple(sorted(whose)), tuple(tables), recipients)


def _fate(table: Table, name: str) -> str:
    """What happens to its rows: the manifest says it, of the table or of what its rows hang on."""
    if name in _FATES:
        return _FATES[name]
    through = table.ways[0].table
    return "counted" if through in ("contact", "subject") else _fate(TABLES[through], through)


def _activities() -> Iterator[str]:
    yield "\n## Record of processing\n"
    yield "| activity | purpose | legal basis | people | kept in | recipients | kept for |"
    yield "|---|---|---|---|---|---|---|"
    for one in record():
        cells = (
            one.activity.title,
            one.activity.purpose,
            one.activity.basis,
            ", ".join(one.people),
            ", ".join(f"`{name}`" for name in one.tables),
            "; ".join(recipient.name for recipient in one.recipients) or "nobody",
            one.activity.kept,
        )
        yield f"| {' | '.join(cells)} |"


def _recipients() -> Iterator[str]:
    yield "\n## Recipients\n"
    yield "| who | what for |"
    yield "|---|---|"
    for one in RECIPIENTS.values():
        yield f"| {one.name} | {one.what_for} |"


def _measures() -> Iterator[str]:
    yield "\n## Measures\n"
    for one in MEASURES:
        yield f"* {one}"


def _columns() -> Iterator[str]:
    yield "\n## Columns"
    for name, table in TABLES.items():
        yield f"\n### `{name}`\n"
        yield _of(table)
        if table.whose == "nobody":
            yield "\n" + ", ".join(f"`{one}`" for one in table.columns)
            continue
        yield "\n| column | kept | exported | erased |"
        yield "|---|---|---|---|"
        for column_name, column in table.columns.items():
            how = (column.keeping, exported(column), erased(name, column))
            yield f"| `{column_name}` | {' | '.join(how)} |"


def _of(table: Table) -> str:
    activity = ACTIVITIES[table.activity].title
    whose = ", ".join(_PEOPLE[table.whose]) or "nobody's"
    title = f" In archives: “{table.what}”." if table.what else ""
    return f"{activity}; {whose}.{title}{' ' + table.withheld if table.withheld else ''}"


_PEOPLE = {
    "contact": ("contacts",),
    "colleague": ("colleagues",),
    "mixed": ("contacts", "colleagues"),
    "nobody": (),
}
_HEAD = """\
# What is kept of whom

Made from `privacy/data_map` and `privacy/manifest.py` by `python -m scripts.data_map`; do not edit it by hand. Every column of every table stands here; a test holds the map against the real databases.

How a column is kept: *clear* (states, times, numbers, codes, ids), *keyed* (a keyed hash for equality), *searched* (keyed hashes of pieces), *sealed* (encrypted under a key of the person, of the house, of the platform or of the day)."""  # noqa: E501 (a page, whose paragraphs are lines)
