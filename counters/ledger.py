"""What each thing has given to the counters: replaced when it changes, and the counters with it.

Whatever the order of events and however often each comes, a thing has given what its rows say now;
the counters are the sum of what all things have given. Counters hold no ids of people. Things of
people who were erased have given what they gave: totals stay (F46).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from counters.metrics import METRICS
from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id

# A thing, and which part of it.
Part = tuple[Id, int]
_Given = tuple[int, dict[str, str], dict[str, int], dict[str, int]]

_KEYS = {"thing_id": "uuid", "part": "integer"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What a thing gives to the metrics of one hour: its values, its numbers, its durations' bins.

    Where it says nothing of a dimension, its value there is empty.
    """

    hour: int
    values: Mapping[str, str]
    amounts: Mapping[str, int]
    bins: Mapping[str, int] = field(default_factory=dict)


async def replace(
    kind: str,
    generation: int,
    given: Mapping[Part, Sequence[Entry]],
    renewed: Iterable[Part],
    erased: Collection[Id] = (),
    *,
    exactly: bool = False,
) -> int:
    """Have things give this in place of what they gave before; how many parts gave something else.

    `renewed` names things and from which of their parts on, or `exactly` which: what is not given
    there any more is taken back. Part of the caller's unit, which holds the tenant's counting.
    """
    kept = await _kept(kind, renewed, "=" if exactly else ">=")
    gave = {part: _written(entries) for part, entries in given.items() if entries}
    # Many things give the same, so that is reckoned once.
    changes: Counter[str] = Counter()
    written: list[tuple[Part, str]] = []
    gone: list[Part] = []
    for part in gave.keys() | kept.keys():
        old, of = kept.get(part, ("[]", generation))
        new = old if part[0] in erased and part in kept else gave.get(part, "[]")
        counted = old if of == generation else "[]"
        if new == "[]":
            gone.append(part)
        elif new != old or of != generation:
            written.append((part, new))
        if new != counted:
            changes[counted] -= 1
            changes[new] += 1
    await _write(kind, generation, written, gone)
    await _count(_numbers(changes))
    return len(written) + len(gone)


async def _kept(kind: str, renewed: Iterable[Part], from_part: str) -> dict[Part, tuple[str, int]]:
    # Behind a SELECT PostgreSQL does not see the kind: of one that is new since it last looked at
    # the table it would believe that there are none, and read all of it for each batch.
    rows = await database.rows(
        f"""SELECT s.thing_id, s.part, s.gave, s.generation FROM ({{batch}}) AS b
             JOIN kpi_source s ON s.tenant_id = $1::uuid AND s.kind = (SELECT $2::text)
              AND s.thing_id = b.thing_id AND s.part {from_part} b.part""",
        tenancy.current(),
        kind,
        batch=Batch(_KEYS, sorted(set(renewed))),
    )
    return {(row["thing_id"], row["part"]): (row["gave"], row["generation"]) for row in rows}


def _written(entries: Sequence[Entry]) -> str:
    return orjson.dumps(
        [[one.hour, one.values, one.amounts, one.bins] for one in entries],
        option=orjson.OPT_SORT_KEYS,
    ).decode()


async def _write(
    kind: str, generation: int, written: Sequence[tuple[Part, str]], gone: Sequence[Part]
) -> None:
    await database.insert(
        "kpi_source",
        [
            {
                "tenant_id": tenancy.current(),
                "kind": kind,
                "thing_id": thing_id,
                "part": part,
                "generation": generation,
                "gave": gave,
            }
            for (thing_id, part), gave in sorted(written)
        ],
        conflict="""ON CONFLICT (tenant_id, kind, thing_id, part) DO UPDATE
            SET gave = excluded.gave, generation = excluded.generation""",
    )
    if gone:
        await database.run(
            """DELETE FROM kpi_source WHERE tenant_id = $1::uuid AND kind = (SELECT $2::text)
                  AND (thing_id, part) IN (SELECT b.thing_id, b.part FROM ({batch}) AS b)""",
            tenancy.current(),
            kind,
            batch=Batch(_KEYS, sorted(gone)),
        )


def _numbers(changes: Mapping[str, int]) -> Counter[tuple[str, str, int, str, int]]:
    """By how much each counter changes when so many things more, or fewer, give this."""
    numbers: Counter[tuple[str, str, int, str, int]] = Counter()
    for gave, times in changes.items():
        entries: list[_Given] = orjson.loads(gave) if times else []
        for hour, values, amounts, bins in entries:
            told = [(metric, 0, n) for metric, n in amounts.items()]
            told += [(metric, place, 1) for metric, place in bins.items()]
            for metric, place, n in told:
                numbers["", metric, hour, "", place] += times * n
                for dimension in METRICS[metric].dimensions:
                    value = values.get(dimension, "")
                    numbers[dimension, metric, hour, value, place] += times * n
    return numbers


async def _count(changes: Mapping[tuple[str, str, int, str, int], int]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "tenant_id": tenancy.current(),
            "dimension": dimension,
            "metric": metric,
            "hour": hour,
            "value": value,
            "bin": place,
            "n": n,
        }
        for (dimension, metric, hour, value, place), n in sorted(changes.items())
        if n
    ]
    await database.insert(
        "kpi_hour",
        rows,
        conflict="""ON CONFLICT (tenant_id, dimension, metric, hour, value, bin) DO UPDATE
            SET n = kpi_hour.n + excluded.n""",
    )
