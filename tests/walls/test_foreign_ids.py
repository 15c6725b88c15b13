"""Another tenant's ids are like none at all, wherever an id can stand in the schema.

The positions are read from the schema: a new argument is tried without anybody thinking of it. All
of it holds as well when the tenant is taken out of a condition of any statement on the way: the
client's reading of statements holds by itself, and row-level security by itself.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import pytest

from kernel import ids
from kernel.database import statements, walls
from tests.conftest import House
from tests.kernel import filled
from tests.walls.questions import Asker, Position, node_kinds, positions, table_of

_CONDITION = re.compile(r"(?:\+?\b\w+\.)?\btenant_id = (\$\d+(?:::uuid)?)")
# From when on something may be said to somebody: now, where nothing speaks against it.
_BY_THE_CLOCK = re.compile(rb'"(?:next|best)PromotionAt":"[^"]*"')
Try = tuple[Position, str]


@pytest.mark.slow
async def test_foreign_ids_are_like_absent_ones(
    house: House, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where whichever statement lost the tenant in whichever condition: one wall is enough."""
    before = await _rows_of_others(house, asker)
    holes = await _holes(asker, monkeypatch)
    assert len(holes) > 50
    # The client's reading of statements is left.
    assert [one async for one in _leaks(asker, holes, monkeypatch)] == []
    assert await _rows_of_others(house, asker) == before
    monkeypatch.setattr(walls, "check", lambda *_: None)
    leaks = _leaks(asker, holes, monkeypatch)
    if house.backend == "sqlite":
        # No wall is left there: the holes are real.
        assert await anext(leaks, None)
        await leaks.aclose()
        return
    # Row-level security is left.
    assert [one async for one in leaks] == []
    assert await _rows_of_others(house, asker) == before


async def _tries(asker: Asker) -> Any:
    """Each position with the kind of ids that it wants, or all kinds where it takes any."""
    for position in positions():
        kind = await asker.kind_of(position)
        for one in [kind] if kind else sorted(node_kinds()):
            yield position, one


async def _both(asker: Asker, one: Try) -> tuple[bytes, bytes]:
    """What is answered to another tenant's id, and to one that nobody has."""
    position, kind = one
    theirs = ids.show(kind, filled._id(table_of(kind), "id", 1))
    absent = ids.show(kind, ids.new_id())
    asked = await asker.ask(position, theirs), await asker.ask(position, absent)
    return _BY_THE_CLOCK.sub(b"", asked[0]), _BY_THE_CLOCK.sub(b"", asked[1])


async def _holes(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], Try]:
    """Each statement that was met, with each of its conditions taken away, and where it was met;
    with all conditions in place, nowhere another tenant's row shows.
    """
    met: list[str] = []
    prepared = statements._prepared

    def listen(statement: str, *more: Any) -> Any:
        met.append(statement)
        return prepared(statement, *more)

    holes: dict[tuple[str, str], Try] = {}
    with monkeypatch.context() as patch:
        patch.setattr(statements, "_prepared", listen)
        for one in [found async for found in _tries(asker)]:
            met.clear()
            theirs, absent = await _both(asker, one)
            assert theirs == absent, one
            assert b"TOO_MANY" not in absent
            # A subscription waits for its end: again for every hole would take minutes.
            for statement in met if one[0].operation != "subscription" else ():
                for hole in _without_conditions(statement):
                    holes.setdefault((statement, hole), one)
    return holes


def _without_conditions(statement: str) -> Iterator[str]:
    for found in _CONDITION.finditer(statement):
        yield f"{statement[: found.start()]}{found[1]} IS NOT NULL{statement[found.end() :]}"


async def _leaks(
    asker: Asker, holes: dict[tuple[str, str], Try], monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[tuple[str, str], None]:
    """The holes through which another tenant's rows show."""
    prepared = statements._prepared
    for (statement, hole), one in holes.items():

        def with_hole(text: str, *more: Any, _from: str = statement, _to: str = hole) -> Any:
            return prepared(_to if text == _from else text, *more)

        with monkeypatch.context() as patch:
            patch.setattr(statements, "_prepared", with_hole)
            theirs, absent = await _both(asker, one)
        if theirs != absent:
            yield str(one[0]), hole


async def _rows_of_others(house: House, asker: Asker) -> dict[str, list[Any]]:
    """Every row of another tenant."""
    return {
        name: [row for row in rows if row["tenant_id"] == filled._id("tenant", "id", 1)]
        for name, rows in (await filled.both(house.settings)[0].rows()).items()
        if rows and "tenant_id" in rows[0]
    }
