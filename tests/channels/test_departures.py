"""What a killed process had in hand: believed when nobody has it, and of this boot alone."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import channels
from channels import Departing, departures
from kernel import ids, tenancy
from tests.conftest import House

_TENANT = ids.new_id()
_FIRST, _SECOND = (ids.new_id(), 3), (ids.new_id(), 12)


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """No database is asked."""
    return str(request.param)


@pytest.fixture
async def folder(house: House) -> AsyncIterator[Path]:
    """Where a wire that is started keeps them."""
    await channels.start(house.settings)
    with tenancy.acting_for(_TENANT):
        yield house.settings.data / "departures"
    await channels.stop()


async def test_the_living_leave_nothing_behind(folder: Path) -> None:
    channels.depart([_FIRST, _SECOND])
    assert _left_behind() == []
    channels.arrived([_FIRST])
    assert len(list(folder.iterdir())) == 1
    channels.arrived([_SECOND])
    assert list(folder.iterdir()) == []


async def test_what_the_dead_left_without_a_mark(folder: Path) -> None:
    channels.depart([_FIRST, _SECOND])
    departures.leaves(_FIRST)
    [path] = folder.iterdir()
    written = path.read_bytes()
    channels.arrived([_FIRST, _SECOND])
    path.write_bytes(written)  # as if its process had died before that
    [found] = channels.left_behind()
    assert (found.tenant_id, found.departing) == (_TENANT, [_SECOND])
    assert _left_behind() == [[_SECOND]]
    found.forget()
    assert list(folder.iterdir()) == []


async def test_another_start_of_the_machine_proves_nothing(folder: Path) -> None:
    channels.depart([_FIRST])
    [path] = folder.iterdir()
    other = path.with_name(f"{ids.new_id()}.{_TENANT}.{ids.new_id()}")
    other.write_bytes(path.read_bytes())
    channels.arrived([_FIRST])
    assert _left_behind() == []
    assert list(folder.iterdir()) == [other]
    os.utime(other, (1, 1))
    assert _left_behind() == []
    assert list(folder.iterdir()) == []


def _left_behind() -> list[list[Departing]]:
    return [found.departing for found in channels.left_behind()]
