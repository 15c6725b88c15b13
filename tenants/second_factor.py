"""A second factor is set up, confirmed and taken off (F2)."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import clock, database, events
from kernel.errors import Conflict, Invalid, NotAllowed
from kernel.events import Event
from kernel.ids import Id
from tenants import accounts, codes, people


@dataclass(frozen=True, slots=True)
class Secret:
    """What an authenticator app needs, told once."""

    text: str
    uri: str


async def set_up_factor(person_id: Id, password: str) -> Secret:
    """A new secret for the account of a person of the current tenant; it counts once confirmed.

    Conflict FACTOR_ON where one counts already; NotAllowed as at sign-in for a wrong password.
    """
    account_id = await people.account_of_person(person_id)
    if (await accounts.read_account(account_id))["totp_since"] is not None:
        raise Conflict("A second factor is on; take it off first.", code="FACTOR_ON")
    await _prove(account_id, password, None)
    secret = codes.new_secret()
    await database.run(
        "UPDATE account SET totp_sealed = $2 WHERE id = $1::uuid AND totp_since IS NULL",
        account_id,
        codes.seal(account_id, secret),
    )
    return Secret(secret, codes.uri_of(secret, await accounts.address_of(account_id)))


async def confirm_factor(person_id: Id, code: str) -> list[str]:
    """The factor counts from now on; its recovery codes, told once. Invalid for a wrong code."""
    account_id = await people.account_of_person(person_id)
    account = await accounts.read_account(account_id)
    if account["totp_since"] is not None:
        raise Conflict("A second factor is on already.", code="FACTOR_ON")
    sealed = account["totp_sealed"]
    if sealed is None or not await codes.fits_app(account_id, sealed, code.strip()):
        raise _bad_code()
    return await _switch_on(person_id, account_id, sealed)


async def take_off_factor(person_id: Id, password: str, code: str) -> None:
    """The account signs in by its password alone again; NotAllowed as at sign-in."""
    account_id = await people.account_of_person(person_id)
    if (await accounts.read_account(account_id))["totp_since"] is None:
        raise Conflict("There is no second factor.", code="FACTOR_OFF")
    await _prove(account_id, password, code)
    await _switch_off(person_id, account_id)


async def _prove(account_id: Id, password: str, code: str | None) -> None:
    try:
        await accounts.prove_again(account_id, password, code)
    except NotAllowed as error:
        field = "password" if error.code == "BAD_CREDENTIALS" else "code"
        raise Invalid(error.message, code=error.code, field=(field,)) from None


@database.unit_of_work
async def _switch_on(person_id: Id, account_id: Id, sealed: bytes) -> list[str]:
    on = await database.run(
        """UPDATE account SET totp_since = $2::bigint
            WHERE id = $1::uuid AND totp_since IS NULL AND totp_sealed = $3""",
        account_id,
        clock.now(),
        sealed,
    )
    if not on:  # another secret was asked for meanwhile
        raise _bad_code()
    await _record(person_id)
    return await codes.replace_recovery_codes(account_id)


@database.unit_of_work
async def _switch_off(person_id: Id, account_id: Id) -> None:
    await database.run(
        "UPDATE account SET totp_since = NULL, totp_sealed = NULL WHERE id = $1::uuid", account_id
    )
    await codes.forget_recovery_codes(account_id)
    await _record(person_id)


async def _record(person_id: Id) -> None:
    refs = {"person": person_id, "factor": "totp"}
    await events.record(Event("account.factor_changed", refs))


def _bad_code() -> Invalid:
    return Invalid("That code does not fit.", code="BAD_CODE", field=("code",))
