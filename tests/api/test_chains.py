"""Ledger and log: one altered byte, a row taken out or slipped in, a tail cut off are named (F48).

Whoever rules the database can compute all links anew; that shows by the anchors outside.
"""

from __future__ import annotations

import random
import tracemalloc
from typing import Any

import asyncpg
import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.exceptions import IntegrityError

import contacts
import privacy
import tenants
from contacts import ConsentStep
from kernel import anchors, audit, chain, clock, database, ids, tenancy
from kernel.chain import Chain, Verdict
from kernel.database.start import column_types
from kernel.ids import Id
from tests import stored
from tests.api.door import Door, open_store
from tests.conftest import House
from tests.flows.town import make_tenant
from tests.launching import finish
from workers import jobs

CUT_OFF = "0" * 32


async def grow() -> None:
    """Lines in both chains of the current tenant, linked."""
    sightings = [contacts.Sighting(at=clock.now(), phone=f"3460011122{one}") for one in range(4)]
    for known in (await contacts.recognise(sightings)).known:
        steps = [
            ConsentStep(
                contact_id=known.contact_id,
                subject_id=known.subject_id,
                kind=kind,
                method="keyword",
                source=f"{known.contact_id}|{kind}",
                at=clock.now(),
                purpose="marketing",
            )
            for kind in ("confirmed", "withdrawn")
        ]
        await contacts.record_consent(steps)
        await audit.record("query.contact", {"contact": [known.contact_id]})
    await jobs.link_chains()


async def rows_of(one: Chain) -> list[dict[str, Any]]:
    """The current tenant's rows, in the order of the chain."""
    return await stored.rows(
        f"SELECT * FROM {one.table} WHERE tenant_id = $1::uuid ORDER BY chain_seq",
        tenancy.current(),
    )


async def write(one: Chain, row_id: Id, column: str, value: Any, kind: str) -> None:
    """Alter a value behind the house's back."""
    await stored.run(
        f"""UPDATE {one.table} SET {column} = $3::{kind}
             WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        row_id,
        value,
    )


def flipped(value: Any, dice: random.Random) -> Any:
    """The value with one bit, digit or letter otherwise."""
    if value is None:
        return None
    if isinstance(value, int):
        return value ^ 1 << dice.randrange(40)
    place = dice.randrange(len(value)) if value else 0
    if isinstance(value, bytes):
        return value[:place] + bytes([value[place] ^ 1 << dice.randrange(8)]) + value[place + 1 :]
    other = dice.choice([one for one in "0123456789abcdef" if one != value[place : place + 1]])
    return value[:place] + other + value[place + 1 :]


@given(st.integers(0, 2**32))
@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_one_altered_byte_anywhere_is_named(house: House, seed: int) -> None:
    dice = random.Random(seed)
    with tenancy.acting_for(await make_tenant()):
        await grow()
        for one in privacy.CHAINS:
            types = column_types(one.table, "default")
            before = await rows_of(one)
            assert await chain.verify(one) == Verdict(len(before), 0, None)
            for column in (*one.columns, *one.later, "chain_hash", "chain_seq"):
                place = dice.randrange(len(before))
                row, value = before[place], flipped(before[place][column], dice)
                if value is None:
                    continue
                try:
                    await write(one, row["id"], column, value, types[column])
                except (IntegrityError, asyncpg.IntegrityConstraintViolationError):
                    continue  # a code that the table does not take, a row that is not there
                found = (await chain.verify(one)).first_altered
                named = {row["id"], value} if column == "id" else {row["id"]}
                if column == "chain_seq" and place + 1 < len(before):
                    named.add(before[place + 1]["id"])
                assert found in named | ({CUT_OFF} if column == "chain_seq" else set()), column
                here = value if column == "id" else row["id"]
                await write(one, here, column, row[column], types[column])
            assert (await chain.verify(one)).first_altered is None


async def test_what_was_computed_anew_shows_by_the_anchors(door: Door, house: House) -> None:
    store = await open_store()
    tenant = ids.show("tenant", store.tenant_id)
    with tenancy.acting_for(store.tenant_id):
        await grow()
    await nightfall()
    with tenancy.acting_for(store.tenant_id):
        await audit.record("contact.read", {"contact": [ids.new_id()]})
        await jobs.link_chains()
        assert await privacy.verify_chains() == {
            "consent_entry": Verdict(8, 0, None, 1),
            "audit_entry": Verdict(5, 0, None, 1),
        }
        [ledger] = [line for line in _anchors(house, store.tenant_id) if "consent" in line["chain"]]
        assert (ledger["tenant"], ledger["seq"]) == (store.tenant_id, 8)
        # Somebody alters a row and computes all links from there on anew, with the head.
        await stored.run("UPDATE audit_entry SET action = 'query.tag' WHERE chain_seq = 2")
        await stored.run("UPDATE audit_entry SET chain_seq = NULL, chain_hash = NULL")
        await stored.run(
            "UPDATE chain_head SET seq = 0, hash = $1 WHERE chain = 'audit_entry'", bytes(32)
        )
        await jobs.link_chains()
        assert await chain.verify(audit.CHAIN) == Verdict(5, 0, None)
        anchored = (await rows_of(audit.CHAIN))[3]["id"]
        assert (await anchors.verify(audit.CHAIN)).first_altered == anchored
    check = "{ auditVerify { linked unlinked anchored firstAltered } }"
    with tenancy.acting_for(store.tenant_id):
        token = await tenants.issue(store.people["owner"])
    answer = await door.data(check, token)
    assert answer["auditVerify"] == {
        "linked": 3,
        "unlinked": 0,
        "anchored": 1,
        "firstAltered": ids.show("entry", anchored),
    }
    # The night tells of it, once, and anchors it no more; the command names it.
    await nightfall()
    await jobs.nights({})
    happened = await stored.rows("SELECT refs FROM outbox WHERE kind = 'audit.chain_broken'")
    assert [orjson.loads(row["refs"]) for row in happened] == [{"entry": anchored}]
    assert len(_anchors(house, store.tenant_id)) == 2
    told = await finish("scripts.verify_chains", "--tenant", tenant, environ=house.environ)
    assert told.returncode == 1
    assert told.stdout.splitlines() == [
        f"{tenant}  consent_entry: intact; 8 linked, 0 not yet, 1 anchors",
        f"{tenant}  audit_entry: ALTERED at {anchored}; 3 linked, 0 not yet, 1 anchors",
    ]


async def test_the_log_begins_where_it_was_cut_in_order(house: House) -> None:
    with tenancy.acting_for(tenant_id := await make_tenant()):
        for _ in range(6):
            await audit.record("contact.read", {"contact": [ids.new_id()]})
        await jobs.link_chains()
        before = await rows_of(audit.CHAIN)
        clock.move(clock.DAY)
        await audit.record("contact.read", {"contact": [contact := ids.new_id()]})
        await jobs.link_chains()
        gone = [await audit.forget(clock.now() - clock.HOUR, limit=4) for _ in range(3)]
        assert gone == [4, 2, 0]
        [left] = await rows_of(audit.CHAIN)
        assert await anchors.verify(audit.CHAIN) == Verdict(7, 0, None, 2)
        about = await stored.rows("SELECT about_id, entry_id FROM audit_subject")
        assert about == [{"about_id": contact, "entry_id": left["id"]}]
        # A beginning that nobody cut in order: the row behind it is named.
        await stored.run("DELETE FROM audit_entry")
        await stored.run(
            "UPDATE chain_head SET cut_seq = 7, cut_hash = $2 WHERE tenant_id = $1::uuid",
            tenant_id,
            left["chain_hash"],
        )
        assert await chain.verify(audit.CHAIN) == Verdict(7, 0, None)
        assert (await anchors.verify(audit.CHAIN)).first_altered == CUT_OFF
        assert len(before) == 6


async def test_a_long_chain_is_read_in_flat_memory(house: House) -> None:
    with tenancy.acting_for(await make_tenant()):
        peaks = []
        for _ in range(2):
            await _append(3_000)
            while await chain.link(audit.CHAIN):
                pass
            tracemalloc.start()
            verdict = await chain.verify(audit.CHAIN)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert verdict == Verdict(6_000, 0, None)
        assert peaks[1] < 1.3 * peaks[0]


async def nightfall() -> None:
    """The next night comes, and its work is done."""
    clock.move(clock.DAY - clock.now() % clock.DAY + 3 * clock.HOUR)
    await jobs.nights({})


async def _append(count: int) -> None:
    await database.insert(
        "audit_entry",
        [
            {
                "tenant_id": tenancy.current(),
                "id": ids.new_id(),
                "at": clock.now(),
                "actor_kind": "system",
                "action": "contact.read",
                "request_id": str(number),
                "ids": "{}",
            }
            for number in range(count)
        ],
    )


def _anchors(house: House, tenant_id: Id) -> list[dict[str, Any]]:
    path = house.settings.anchors / f"{tenant_id}.jsonl"
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]
