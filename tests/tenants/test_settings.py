from __future__ import annotations

from typing import Any

import pytest

import tenants
from kernel import clock, tenancy
from kernel.errors import Invalid, NoTenant
from tests.conftest import House
from tests.tenants.make import events_of, found


async def test_only_what_is_given_changes(house: House) -> None:
    made = await found()
    other = await found(name="Other", owner_email="owner@other.example")
    with tenancy.acting_for(made.tenant_id):
        before = await tenants.read_settings()
        clock.move(clock.HOUR)
        after = await tenants.update_settings(
            {
                "name": "Costa Sol",
                "business_hours": {
                    "sat": [("10:00", "14:00"), ("17:00", "24:00")],
                    "sun": [],
                    "mon": [("00:00", "09:30"), ("09:30", "10:00")],
                },
                "signature": "Un saludo,\r\nCosta Sol 🌊",
                "holidays": "",
            }
        )
        assert after == await tenants.read_settings()

    assert (after.name, after.signature) == ("Costa Sol", "Un saludo,\nCosta Sol 🌊")
    assert (after.holidays, after.country, after.currency) == ("", "ES", "EUR")
    assert after.business_hours == {
        "mon": [("00:00", "09:30"), ("09:30", "10:00")],
        "sat": [("10:00", "14:00"), ("17:00", "24:00")],
    }
    assert after.created_at == before.created_at
    assert after.updated_at >= before.updated_at + clock.HOUR
    assert (await events_of(made.tenant_id))[-1] == "tenant.settings_changed"
    with tenancy.acting_for(other.tenant_id):
        assert (await tenants.read_settings()).name == "Other"


async def test_nothing_given_changes_nothing(house: House) -> None:
    made = await found()
    with tenancy.acting_for(made.tenant_id):
        before = await tenants.read_settings()
        assert await tenants.update_settings({}) == before
    assert await events_of(made.tenant_id) == ["tenant.founded", "person.joined"]


@pytest.mark.parametrize(
    "hours",
    [
        {"monday": [("09:00", "10:00")]},
        {"mon": [("9:00", "10:00")]},
        {"mon": [("10:00", "10:00")]},
        {"mon": [("18:00", "09:00")]},
        {"mon": [("24:00", "24:00")]},
        {"mon": [("09:00", "25:00")]},
        {"mon": [("09:00", "12:00"), ("11:00", "13:00")]},
        {"mon": [("12:00", "13:00"), ("09:00", "10:00")]},
        {"mon": [("09:00", "09:30")] * 7},
    ],
)
async def test_hours_that_cannot_be_are_refused(house: House, hours: dict[str, Any]) -> None:
    made = await found()
    with tenancy.acting_for(made.tenant_id):
        before = await tenants.read_settings()
        with pytest.raises(Invalid) as caught:
            await tenants.update_settings({"name": "Changed", "business_hours": hours})
        assert caught.value.field == ("business_hours", *hours)
        assert await tenants.read_settings() == before


async def test_suspended_and_resumed_twice_is_once(house: House) -> None:
    made = await found()
    with tenancy.acting_for(made.tenant_id):
        for step, state in (
            (tenants.suspend, "suspended"),
            (tenants.suspend, "suspended"),
            (tenants.resume, "active"),
            (tenants.resume, "active"),
        ):
            await step()
            assert (await tenants.read_settings()).state == state
    assert (await events_of(made.tenant_id))[2:] == ["tenant.suspended", "tenant.resumed"]


async def test_without_a_tenant_there_are_no_settings(house: House) -> None:
    await found()
    with pytest.raises(NoTenant):
        await tenants.read_settings()
