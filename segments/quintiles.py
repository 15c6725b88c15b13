"""The quintiles of a tenant's customers: cuts are drawn now and then, scores follow at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

import tenants
from kernel import clock, database, tenancy
from kernel.database import Batch
from kernel.ids import Id
from segments import rfm
from segments.rfm import FIGURES, QUINTILES, Cuts, Figure, segment_of
from segments.state import cuts_age, hold_state, read_state

_VALUES: Mapping[Figure, str] = {
    "r": f"x.last_order_at / {clock.DAY}",
    "f": "x.orders",
    "m": "x.spent",
}
_QUANTILES = (1, 2, 3, 4)


async def draw_cuts() -> None:
    """Draw the cuts of the current tenant anew where that is due, and score all by them.

    What is long holds nobody up: whoever buys meanwhile has them drawn once more.
    """
    due_at = (await read_state())["cuts_due_at"]
    if due_at is None or due_at > clock.now():
        return
    begun_at = await _begin()
    rows = await database.rows(
        _SORTED, tenancy.current(), batch=Batch({"j": "bigint"}, [[one] for one in _QUANTILES])
    )
    count = rows[0]["n"] if rows else 0
    drawn = {
        figure: rfm.cuts(
            {row[f"by_{figure}"]: (row[figure], row["contact_id"]) for row in rows}, count
        )
        for figure in FIGURES
        if count
    }
    await _keep(drawn, count, begun_at)


async def score(contact_ids: Iterable[Id]) -> None:
    """Score these contacts of the current tenant by the cuts that stand, if any do."""
    cuts = await read_cuts()
    if not cuts:
        return
    batch = Batch({"id": "uuid"}, [[one] for one in contact_ids])
    chosen = "AND x.contact_id IN (SELECT b.id FROM ({batch}) AS b)"
    await _score(cuts, chosen, batch)


async def read_cuts() -> dict[Figure, Cuts]:
    """The cuts of the current tenant; none before the first were drawn."""
    kept = orjson.loads((await read_state())["cuts"])
    return {
        figure: Cuts(tuple(one["fifths"]), tuple((value, who) for value, who in one["ends"]))
        for figure, one in kept.items()
    }


@database.unit_of_work
async def _begin() -> int:
    """Whoever wrote facts before this moment has committed."""
    await hold_state()
    return clock.now()


@database.unit_of_work
async def _keep(drawn: Mapping[Figure, Cuts], buyers: int, begun_at: int) -> None:
    await hold_state()
    kept = {one: {"fifths": cuts.fifths, "ends": cuts.ends} for one, cuts in drawn.items()}
    await database.run(
        """UPDATE facts_state SET cuts = $2::jsonb, buyers = $3, cuts_at = $4, cuts_due_at = NULL
            WHERE tenant_id = $1::uuid""",
        tenancy.current(),
        orjson.dumps(kept).decode(),
        buyers,
        clock.now(),
    )
    since = await database.row(
        """SELECT count(*) AS n FROM contact_facts
            WHERE tenant_id = $1::uuid AND computed_at >= $2""",
        tenancy.current(),
        begun_at,
    )
    if since and since["n"]:
        await cuts_age()
    await _score(drawn)


async def _score(
    drawn: Mapping[Figure, Cuts], chosen: str = "", batch: Batch | None = None
) -> None:
    places: list[Any] = []
    for figure in FIGURES:
        cuts = drawn.get(figure, Cuts((), ()))
        ends = [*cuts.ends, *[(None, None)] * (4 - len(cuts.ends))]
        places += [*cuts.fifths, *[None] * (4 - len(cuts.fifths))]
        places += [value for value, _ in ends] + [who for _, who in ends]
    rule = (await tenants.read_settings()).rfm_rule
    await database.run(
        _SCORED[rule].replace("/* chosen */", chosen), tenancy.current(), *places, batch=batch
    )


def _sum_of(conditions: Iterable[str]) -> str:
    """One, and one more for each that holds; of whom has not bought, none."""
    counted = " + ".join(f"CASE WHEN {one} THEN 1 ELSE 0 END" for one in conditions)
    return f"CASE WHEN x.orders > 0 THEN 1 + {counted} END"


def _scores(figure: Figure) -> str:
    """The two scores of a figure, from its twelve parameters."""
    first, value = 2 + 12 * FIGURES.index(figure), _VALUES[figure]
    above = "<=" if figure == "r" else "<"
    by_ties = (f"${first + at}::bigint {above} 5 * ({value})" for at in range(4))
    by_ntile = (
        f"(${first + 4 + at}::bigint, ${first + 8 + at}::uuid) < ({value}, x.contact_id)"
        for at in range(4)
    )
    return f"{_sum_of(by_ties)} AS {figure}, {_sum_of(by_ntile)} AS {figure}n"


def _segment(r: str, f: str) -> str:
    """The name of the cell, of whom has bought."""
    cells = " ".join(
        f"WHEN {5 * in_r + in_f} THEN '{segment_of(in_r, in_f)}'"
        for in_r in QUINTILES
        for in_f in QUINTILES
    )
    return f"CASE 5 * s.{r} + s.{f} {cells} END"


# Around the quantile, and the end of the part.
_WANTED = (
    *("(t.n - 1) * b.j / 5 + 1", "(t.n - 1) * b.j / 5 + 2"),
    "t.n / 5 * b.j + LEAST(b.j, t.n % 5)",
)
_RANKS = ", ".join(f"row_number() OVER (ORDER BY {one}, contact_id) AS by_{one}" for one in FIGURES)
_PLACES = " UNION ".join(
    f"SELECT {one} AS place FROM ({{batch}}) AS b CROSS JOIN counted t" for one in _WANTED
)
_SORTED = f"""
WITH bought AS (
    SELECT x.contact_id, {", ".join(f"{_VALUES[one]} AS {one}" for one in FIGURES)}
      FROM contact_facts x WHERE x.tenant_id = $1::uuid AND x.orders > 0
), counted AS (
    SELECT count(*) AS n FROM bought
), wanted AS (
    {_PLACES}
)
SELECT p.contact_id, t.n, p.r, p.f, p.m, p.by_r, p.by_f, p.by_m
  FROM (SELECT contact_id, r, f, m, {_RANKS} FROM bought) AS p CROSS JOIN counted t
 WHERE {" OR ".join(f"p.by_{one} IN (SELECT w.place FROM wanted w)" for one in FIGURES)}"""

_SCORED = {
    rule: f"""
UPDATE contact_facts
   SET r = t.r, f = t.f, m = t.m, rn = t.rn, fn = t.fn, mn = t.mn, rfm_segment = t.segment
  FROM (SELECT s.*, {_segment(r, f)} AS segment
          FROM (SELECT x.contact_id, x.r AS was_r, x.f AS was_f, x.m AS was_m, x.rn AS was_rn,
                       x.fn AS was_fn, x.mn AS was_mn, x.rfm_segment AS was_segment,
                       {", ".join(_scores(one) for one in FIGURES)}
                  FROM contact_facts x
                 WHERE x.tenant_id = $1::uuid /* chosen */) AS s) AS t
 WHERE contact_facts.tenant_id = $1::uuid AND contact_facts.contact_id = t.contact_id
   AND (t.was_r, t.was_f, t.was_m, t.was_rn, t.was_fn, t.was_mn, t.was_segment)
       IS DISTINCT FROM (t.r, t.f, t.m, t.rn, t.fn, t.mn, t.segment)"""
    for rule, r, f in (("ties", "r", "f"), ("ntile", "rn", "fn"))
}
