"""The only way out: claim, ask the gate once more, attempt, and write down what became of it (F21).

Exactly once, as far as anybody can: the attempt stands in the ledger before the first byte leaves,
and carries the send's id as callback data. Whoever dies in between leaves a send of which it is
known that it did not go (claimed, not attempted: queued again), or not known (attempted: unknown,
settled by the platform's echo or set down as unsettled, and never sent twice by itself).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

import channels
import contacts
from channels import Verdict
from contacts import Address
from conversations import gate, results, sends
from conversations.content_wire import as_wire, from_json
from kernel import clock, database, keys, rates, tenancy
from kernel.database import Batch
from kernel.errors import RapportError
from kernel.ids import Id
from kernel.seal import Sealer

LEASE = 60 * clock.SECOND
BATCH = 200
# At 100 ms an answer, 1,000 messages a second keep so many calls in flight.
_IN_FLIGHT = 120
# Messages a second of a number (contract 5.6), and one to a person each 6 s, 45 ahead (5.7).
_STANDARD, _HIGH = 80, 1000
_PAIR_INTERVAL, _PAIR_BURST = 6 * clock.SECOND, 45
# A claim older than this is not attempted: what the gate saw may have changed.
_FRESH = clock.SECOND


@dataclass(frozen=True, slots=True)
class Line:
    """A number that has something to send."""

    tenant_id: Id
    number_id: Id
    phone_number_id: str
    per_second: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A send in this worker's hands until its lease ends."""

    id: Id
    contact_id: Id
    subject_id: Id
    number_id: Id
    message_id: Id
    content_sealed: bytes
    fence: int
    attempts: int


async def dispatch() -> int:
    """Send what is due, all numbers beside each other; how many numbers had something."""
    now = clock.now()
    with tenancy.across_tenants("finding the numbers that have something to send"):
        rows = await database.rows(database.sql(__file__, "due_lines"), now)
    lines = [
        Line(
            row["tenant_id"],
            row["number_id"],
            row["phone_number_id"],
            _HIGH if row["throughput"] == "HIGH" else _STANDARD,
        )
        for row in rows
    ]
    await asyncio.gather(*(_dispatch_line(line) for line in lines))
    return len(lines)


async def _dispatch_line(line: Line) -> None:
    with tenancy.acting_for(line.tenant_id):
        interval = clock.SECOND // line.per_second
        (grant,) = await rates.take(
            [f"number:{line.number_id}"], interval, max(1, line.per_second // 4), BATCH
        )
        if grant.granted == 0:
            await asyncio.sleep(min(grant.wait / clock.SECOND, 0.5))
            return
        claims = await _claim(line, grant.granted)
        claims = await _keep_the_pair_limit(claims)
        if claims:
            await _attempt(line, claims)


@database.unit_of_work
async def _claim(line: Line, limit: int) -> list[Claim]:
    """Take the next sends of a number; those that the gate now refuses are settled at once."""
    tenant_id, now = tenancy.current(), clock.now()
    rows = await database.rows(
        database.sql(__file__, "claim_sends"), tenant_id, line.number_id, now, now + LEASE, limit
    )
    if not rows:
        return []
    await database.rows(
        database.sql(__file__, "hold_consents"),
        tenant_id,
        batch=Batch({"contact_id": "uuid"}, [[one] for one in {r["contact_id"] for r in rows}]),
    )
    ruled = await sends.rulings(
        [
            gate.Asked(
                row["id"],
                row["contact_id"],
                row["number_id"],
                row["template_name"] is None,
                row["template_name"],
                row["template_language"],
            )
            for row in rows
        ]
    )
    claims, refused = [], []
    for row in rows:
        claim = Claim(**{name: row[name] for name in Claim.__slots__})
        decision, _ = ruled[claim.id]
        if decision.ruling == "send":
            claims.append(claim)
        else:
            refused.append((claim, decision))
    await results.refuse(refused)
    return sorted(claims, key=lambda claim: claim.id)


async def _keep_the_pair_limit(claims: Sequence[Claim]) -> list[Claim]:
    """Those that their pair lets go now; the others wait without holding anybody up (5.7)."""
    grants = await rates.take(
        [f"pair:{claim.number_id}:{claim.contact_id}" for claim in claims],
        _PAIR_INTERVAL,
        _PAIR_BURST,
    )
    waiting = [
        (claim, grant.wait)
        for claim, grant in zip(claims, grants, strict=True)
        if not grant.granted
    ]
    await results.put_back(waiting)
    held = {claim.id for claim, _ in waiting}
    return [claim for claim in claims if claim.id not in held]


async def _attempt(line: Line, claims: Sequence[Claim]) -> None:
    claimed_at = clock.now()
    token = await channels.access_token(line.number_id)
    bodies, unwritten = await _bodies(claims)
    await results.settle(unwritten)
    if token is None or clock.now() - claimed_at > _FRESH:
        await results.put_back([(claim, 0) for claim, _ in bodies])
        return
    attempted = await _write_attempts([claim for claim, _ in bodies])
    gate_of_flight = asyncio.Semaphore(_IN_FLIGHT)

    async def send(claim: Claim, body: dict[str, Any]) -> tuple[Claim, Verdict]:
        async with gate_of_flight:
            return claim, await channels.post_message(
                line.phone_number_id, token, body, claim.attempts
            )

    verdicts = await asyncio.gather(
        *(send(claim, body) for claim, body in bodies if claim.id in attempted)
    )
    await results.settle(verdicts)
    await channels.heed(line.number_id, [verdict for _, verdict in verdicts])


async def _bodies(
    claims: Sequence[Claim],
) -> tuple[list[tuple[Claim, dict[str, Any]]], list[tuple[Claim, Verdict]]]:
    """The platform's bodies, and what cannot be written: the person was erased meanwhile."""
    sealers = await keys.of(claim.subject_id for claim in claims)
    addresses = await contacts.addresses(claim.contact_id for claim in claims)
    bodies, unwritten = [], []
    for claim in claims:
        sealer, address = sealers.get(claim.subject_id), addresses.get(claim.contact_id)
        if sealer is None or address is None:
            unwritten.append((claim, Verdict("refused", "CONTACT_GONE")))
            continue
        try:
            bodies.append((claim, _body(claim, sealer, address)))
        except RapportError as error:
            unwritten.append((claim, Verdict("refused", error.code)))
    return bodies, unwritten


def _body(claim: Claim, sealer: Sealer, address: Address) -> dict[str, Any]:
    said = orjson.loads(sealer.open("send.content", claim.id, claim.content_sealed))
    content = from_json(orjson.dumps(said["content"]))
    body: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        # There is no idempotency key; this comes back in every status (contract 2.1).
        "biz_opaque_callback_data": claim.id,
        **as_wire(content, reaction_to=said["reaction_to"]),
    }
    if address.phone:
        body["to"] = address.phone
    else:
        body["recipient"] = address.user_id
    if said["context"]:
        body["context"] = {"message_id": said["context"]}
    return body


async def _write_attempts(claims: Sequence[Claim]) -> set[Id]:
    """Set down that these are about to go; only those whose lease still holds."""
    rows = await database.rows(
        """UPDATE send SET attempted_at = $2 FROM ({batch}) AS b
            WHERE send.tenant_id = $1::uuid AND send.id = b.id AND send.fence = b.fence
              AND send.state = 'claimed'
        RETURNING send.id""",
        tenancy.current(),
        clock.now(),
        batch=Batch(
            {"id": "uuid", "fence": "bigint"}, [[claim.id, claim.fence] for claim in claims]
        ),
    )
    return {row["id"] for row in rows}
