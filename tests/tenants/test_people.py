from __future__ import annotations

import asyncio

import pytest

import tenants
from kernel import clock, ids, tenancy
from kernel.errors import Conflict, NotAllowed, NotFound
from tests.conftest import House
from tests.tenants.make import PASSWORD, add, events_of, found


async def test_people_are_read_by_id_within_their_tenant(house: House) -> None:
    made = await found()
    agent = await add(made.tenant_id, "agent@costa.example", "agent", "José Niño 李")
    other = await found(name="Other", owner_email="owner@other.example")

    with tenancy.acting_for(made.tenant_id):
        assert await tenants.people_by_ids([]) == {}
        assert await tenants.people_by_ids([agent, agent, other.person_id, ids.new_id()]) == {
            agent: tenants.PersonRow(agent, "José Niño 李", tenants.Role.AGENT, "active")
        }


async def test_who_left_is_still_known_and_may_come_back(house: House) -> None:
    made = await found()
    agent = await add(made.tenant_id, "agent@costa.example", "agent")
    with tenancy.acting_for(made.tenant_id):
        await tenants.leave(agent)

        assert (await tenants.people_by_ids([agent]))[agent].state == "left"
        assert [one.id for one in await tenants.list_people()] == [made.person_id]
        assert len(await tenants.list_people(with_left=True)) == 2
        with pytest.raises(NotFound):
            await tenants.leave(agent)
    with pytest.raises(NotAllowed) as caught:
        await tenants.sign_in("agent@costa.example", PASSWORD)
    assert caught.value.code == "BAD_CREDENTIALS"

    assert await add(made.tenant_id, "agent@costa.example", "analyst", "Nuria S.") == agent
    with tenancy.acting_for(made.tenant_id):
        assert await tenants.people_by_ids([agent]) == {
            agent: tenants.PersonRow(agent, "Nuria S.", tenants.Role.ANALYST, "active")
        }
    assert (await events_of(made.tenant_id))[-2:] == ["person.left", "person.joined"]


async def test_the_last_owner_stays_owner(house: House) -> None:
    made = await found()
    admin = await add(made.tenant_id, "admin@costa.example", "admin")
    with tenancy.acting_for(made.tenant_id):
        for step in (
            tenants.leave(made.person_id),
            tenants.change_role(made.person_id, tenants.Role.AGENT),
        ):
            with pytest.raises(Conflict) as caught:
                await step
            assert caught.value.code == "LAST_OWNER"
        assert (await tenants.people_by_ids([made.person_id]))[made.person_id].state == "active"

        await tenants.change_role(admin, tenants.Role.OWNER)
        await tenants.leave(made.person_id)
        assert [(one.id, one.role) for one in await tenants.list_people()] == [(admin, "owner")]
    assert (await events_of(made.tenant_id))[-2:] == ["person.role_changed", "person.left"]


async def test_two_owners_who_leave_at_once_do_not_both_go(house: House) -> None:
    made = await found()
    second = await add(made.tenant_id, "second@costa.example", "owner")
    with tenancy.acting_for(made.tenant_id):
        results = await asyncio.gather(
            tenants.leave(made.person_id), tenants.leave(second), return_exceptions=True
        )

        assert [isinstance(one, Conflict) for one in results].count(True) == 1
        assert len(await tenants.list_people()) == 1


async def test_another_tenants_person_is_out_of_reach(house: House) -> None:
    made = await found()
    other = await found(name="Other", owner_email="owner@other.example")
    agent = await add(other.tenant_id, "agent@other.example", "agent")
    with tenancy.acting_for(made.tenant_id):
        for step in (
            tenants.leave(agent),
            tenants.change_role(agent, tenants.Role.ADMIN),
            tenants.issue(agent),
        ):
            with pytest.raises(NotFound):
                await step
    with tenancy.acting_for(other.tenant_id):
        assert (await tenants.people_by_ids([agent]))[agent].role == "agent"


async def test_a_new_role_counts_within_five_seconds(house: House) -> None:
    made = await found()
    agent = await add(made.tenant_id, "agent@costa.example", "agent")
    with tenancy.acting_for(made.tenant_id):
        token = await tenants.issue(agent)
        assert (await tenants.read_token(token)).role == "agent"
        await tenants.change_role(agent, tenants.Role.ANALYST)
    clock.move(5 * clock.SECOND)

    viewer = await tenants.read_token(token)

    assert viewer.role == tenants.Role.ANALYST
    assert not viewer.may(tenants.Permission.CONTACTS_PERSONAL)
