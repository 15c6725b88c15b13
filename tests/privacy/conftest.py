"""The office of a compliance officer, on both databases."""

from __future__ import annotations

from datetime import datetime

import pytest

import privacy
import tenants
from kernel import clock, tenancy
from tests.api.conftest import desk, door, platform, store
from tests.api.door import PASSWORD, Door, open_store
from tests.conftest import House
from tests.privacy.office import Office

__all__ = ["desk", "door", "platform", "store"]


@pytest.fixture
async def office(house: House, door: Door) -> Office:
    """A store in Spain whose officer looks at the clock: Friday, 29 January 2027, noon in UTC."""
    privacy.start(house.settings)
    clock.move(clock.micros(datetime.fromisoformat("2027-01-29T12:00Z")) - clock.now())
    store = await open_store()
    with tenancy.acting_for(store.tenant_id):
        store.people["compliance"] = await tenants.add_person(
            "officer@costa.example", "Olga Marín", "compliance", PASSWORD
        )
    return Office(door, store)
