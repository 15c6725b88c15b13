"""What the holder of an account's mailbox may do: verify the address, choose a password (F2)."""

from __future__ import annotations

import asyncio
from typing import Literal

from kernel import clock, database, events, ids, tenancy
from kernel.errors import Conflict, Invalid, NotAllowed
from kernel.events import Event
from kernel.ids import Id
from tenants import accounts, endings, forms, mails, passwords, people, signed_text, throttle
from tenants.settings import read_settings

_LASTS = {"verification": 3 * clock.DAY, "reset": 1 * clock.HOUR}
# Nobody fills a mailbox with our mails: one of a kind in so long.
_ONE_IN = 1 * clock.MINUTE
_KEPT = 30 * clock.DAY


async def ask_for_verification(person_id: Id) -> None:
    """Send the mail that proves the address of a person of the current tenant, once a minute.

    Conflict EMAIL_VERIFIED where it was proven already.
    """
    account_id = await people.account_of_person(person_id)
    if (await accounts.read_account(account_id))["verified_at"] is not None:
        raise Conflict("The address is verified already.", code="EMAIL_VERIFIED")
    await put_proof(account_id, "verification", (await read_settings()).locale)


async def verify_email(token: str, address: str | None = None) -> None:
    """The address of the account to which this token was sent is its holder's."""
    await throttle.heed(address)
    await _verify(_proof_of("verification", token))


async def ask_for_reset(email: str, address: str | None = None) -> None:
    """Send a link to choose a new password, where the address has an account at home somewhere.

    It returns the same, and after the same time, for an address that has none. Invalid for what is
    no address.
    """
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await throttle.heed(address)
    account_id = await accounts.account_of(forms.email(email))
    seats = await people.seats_of_account(account_id) if account_id else []
    if account_id and seats:
        with tenancy.acting_for(seats[0].tenant_id):
            await put_proof(account_id, "reset", (await read_settings()).locale)
    await asyncio.sleep(begun + accounts.FAILURE_TAKES - loop.time())


async def reset_password(token: str, password: str, address: str | None = None) -> None:
    """Give the account to which this token was sent a new password; all its sessions end.

    A second factor stays. Invalid LINK_DEAD for a token that was used, or has expired.
    """
    await throttle.heed(address)
    proof_id = _proof_of("reset", token)
    await _reset(proof_id, await passwords.hash_of(password))


async def change_password(
    person_id: Id, session_id: Id, old: str, new: str, code: str | None = None
) -> None:
    """Another password for somebody who knows the present one; all other sessions end.

    Invalid names the field that is wrong; failures count as those of sign-ins.
    """
    account_id = await people.account_of_person(person_id)
    password_hash = await passwords.hash_of(new, ("new",))
    try:
        await accounts.prove_again(account_id, old, code)
    except NotAllowed as error:
        field = "old" if error.code == "BAD_CREDENTIALS" else "code"
        raise Invalid(error.message, code=error.code, field=(field,)) from None
    await _set_password(account_id, password_hash, but=session_id)


@database.unit_of_work
async def put_proof(account_id: Id, kind: Literal["verification", "reset"], locale: str) -> None:
    """Make a proof and have its mail sent, unless one was a moment ago."""
    now = clock.now()
    # Two who ask at once wait for each other here.
    await database.row("SELECT id FROM account WHERE id = $1::uuid FOR UPDATE", account_id)
    recent = await database.row(
        """SELECT 1 AS found FROM account_proof
            WHERE account_id = $1::uuid AND kind = $2 AND created_at > $3::bigint LIMIT 1""",
        account_id,
        kind,
        now - _ONE_IN,
    )
    if recent:
        return
    proof_id = ids.new_id()
    proof = {
        "id": proof_id,
        "account_id": account_id,
        "kind": kind,
        "created_at": now,
        "expires_at": now + _LASTS[kind],
    }
    await database.insert("account_proof", [proof])
    await mails.put(kind, {"proof": proof_id}, locale)


async def holder_of(proof_id: Id) -> Id | None:
    """The account of a proof that still counts, or None."""
    row = await database.row(
        """SELECT account_id FROM account_proof
            WHERE id = $1::uuid AND used_at IS NULL AND expires_at > $2::bigint""",
        proof_id,
        clock.now(),
    )
    return row["account_id"] if row else None


async def drop_old_proofs() -> int:
    """Delete the proofs that expired 30 days ago; how many went."""
    return await database.run(
        "DELETE FROM account_proof WHERE expires_at < $1::bigint", clock.now() - _KEPT
    )


def _proof_of(kind: Literal["verification", "reset"], token: str) -> Id:
    found = signed_text.read(kind, token.strip(), ids=1)
    if found is None:
        raise dead_link()
    return found[0][0]


def dead_link() -> Invalid:
    """The one answer for links that were used, have expired, were withdrawn or are invented."""
    return Invalid(
        "This link does not work any more; ask for another.", code="LINK_DEAD", field=("token",)
    )


@database.unit_of_work
async def _verify(proof_id: Id) -> None:
    await verified(await _use(proof_id))


@database.unit_of_work
async def _reset(proof_id: Id, password_hash: str) -> None:
    account_id = await _use(proof_id)
    # Other links that wait in the mailbox must not open the account again.
    await database.run(
        """UPDATE account_proof SET used_at = $2::bigint
            WHERE account_id = $1::uuid AND kind = 'reset' AND used_at IS NULL""",
        account_id,
        clock.now(),
    )
    await verified(account_id)
    await _set_password(account_id, password_hash)


@database.unit_of_work
async def _set_password(account_id: Id, password_hash: str, *, but: Id | None = None) -> None:
    await accounts.set_password(account_id, password_hash)
    for seat in await people.seats_of_account(account_id):
        with tenancy.acting_for(seat.tenant_id):
            await endings.end_sessions(seat.person_id, but=but)


async def verified(account_id: Id) -> None:
    """Note, in the open unit, that the address is its holder's; told in all their tenants."""
    if await accounts.set_verified(account_id):
        for seat in await people.seats_of_account(account_id):
            with tenancy.acting_for(seat.tenant_id):
                await events.record(Event("account.verified", {"person": seat.person_id}))


async def _use(proof_id: Id) -> Id:
    used = await database.rows(
        """UPDATE account_proof SET used_at = $2::bigint
            WHERE id = $1::uuid AND used_at IS NULL AND expires_at > $2::bigint
        RETURNING account_id""",
        proof_id,
        clock.now(),
    )
    if not used:
        raise dead_link()
    account_id: Id = used[0]["account_id"]
    return account_id
