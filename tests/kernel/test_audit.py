"""The audit log: what is recorded stays, whole and found again, and holds nothing but ids (F48)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kernel import audit, chain, clock, database, ids, tenancy
from kernel.audit import Actor
from kernel.chain import Verdict
from kernel.errors import Invalid, NoTenant
from kernel.ids import Id
from tests import stored
from tests.conftest import House
from tests.flows.town import make_tenant
from workers import jobs


async def entries(tenant_id: Id) -> list[dict[str, Any]]:
    """The tenant's log, with the ids unpacked."""
    found = await stored.rows(
        "SELECT * FROM audit_entry WHERE tenant_id = $1::uuid ORDER BY id", tenant_id
    )
    return [{**row, "ids": audit.unpack(row["ids"])} for row in found]


async def test_what_is_recorded_is_there_whole_and_chained(house: House) -> None:
    ours, theirs = await make_tenant(), await make_tenant("Theirs")
    people, key, request_id = [ids.new_id() for _ in range(200)], ids.new_id(), ids.new_id()
    token = "ab" * 32
    before = clock.now()
    with tenancy.acting_for(ours), audit.request_of(Actor("key", key), request_id, "x.y"):
        await audit.record("query.contacts", {"contact": people * 2, "message": []})
        await audit.record(
            "consent.confirm",
            {"number_token": [token]},
            actor=audit.STRANGER,
            outcome="FORGED_TOKEN",
        )
    with tenancy.acting_for(theirs):
        await audit.record("store_request.receive", {"subject": people[:1]})
    read, forged = await entries(ours)
    assert read["ids"] == {"contact": people}
    assert len(audit._pack({"contact": people})) < 4_300
    wanted = {
        "actor_kind": "key",
        "actor_id": key,
        "action": "query.contacts",
        "outcome": "done",
        "request_id": request_id,
    }
    assert {name: read[name] for name in wanted} == wanted
    assert before <= read["at"] <= forged["at"] <= clock.now()
    assert (forged["actor_kind"], forged["actor_id"]) == ("stranger", None)
    assert (forged["action"], forged["outcome"]) == ("consent.confirm", "FORGED_TOKEN")
    assert (forged["ids"], forged["request_id"]) == ({"number_token": [token]}, request_id)
    (received,) = await entries(theirs)
    assert (received["actor_kind"], received["actor_id"]) == ("system", None)
    about = "SELECT entry_id FROM audit_subject WHERE tenant_id = $1::uuid AND about_id = $2::uuid"
    assert await stored.rows(about, ours, people[7]) == [{"entry_id": read["id"]}]
    assert await stored.rows(about, theirs, people[0]) == [{"entry_id": received["id"]}]
    await jobs.link_chains()
    for tenant_id, linked in ((ours, 2), (theirs, 1)):
        with tenancy.acting_for(tenant_id):
            assert await chain.verify(audit.CHAIN) == Verdict(linked, 0, None)


async def test_a_row_shares_the_fate_of_its_unit_and_waits_for_company(house: House) -> None:
    tenants = [await make_tenant(name) for name in ("One", "Two")]
    contact = ids.new_id()

    @database.unit_of_work
    async def change(*, fails: bool) -> None:
        await audit.record("contact.update", {"contact": [contact]})
        if fails:
            raise Invalid("no")

    async def read(tenant_id: Id) -> None:
        with tenancy.acting_for(tenant_id):
            await audit.record("query.contact", {"contact": [contact]})

    with tenancy.acting_for(tenants[0]):
        await change(fails=False)
        with pytest.raises(Invalid):
            await change(fails=True)
    await asyncio.gather(*(read(tenants[number % 2]) for number in range(40)))
    counts = [[row["action"] for row in await entries(one)] for one in tenants]
    assert counts == [["contact.update"] + ["query.contact"] * 20, ["query.contact"] * 20]


async def test_nothing_but_ids_gets_in(house: House) -> None:
    with pytest.raises(NoTenant):
        await audit.record("contact.read", {})
    with tenancy.acting_for(tenant_id := await make_tenant()):
        for action, listed, outcome in (
            ("contact.read", {"contact": ["491701234567"]}, "done"),
            ("contact.read", {"phone_token": [ids.new_id()]}, "done"),
            ("Anna Schmidt", {}, "done"),
            ("contact.read", {}, "the name is Anna"),
        ):
            with pytest.raises(Invalid):
                await audit.record(action, listed, outcome=outcome)
    assert await entries(tenant_id) == []
