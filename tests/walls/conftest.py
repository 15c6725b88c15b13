"""A running API with one store at the door, and rows of another tenant in every table."""

from __future__ import annotations

import pytest

from kernel import audit
from tests.api.conftest import door
from tests.api.door import Door, arrives, open_store, text_message
from tests.conftest import House
from tests.kernel import filled
from tests.walls.questions import Asker

__all__ = ["door"]


@pytest.fixture
async def asker(house: House, door: Door, monkeypatch: pytest.MonkeyPatch) -> Asker:
    """The owner of a store with a thread; all other tables hold rows of others alone.

    Their questions leave no trace in the audit log, so that its pages stay comparable too.
    """
    await filled.both(house.settings)[0].fill()
    store = await open_store()
    await arrives(door, text_message(store, "Is the blue one in stock?"))
    monkeypatch.setattr(audit, "_write", _leave_no_trace)
    return await Asker.at(door, store)


async def _leave_no_trace(_entries: object) -> None:
    pass
