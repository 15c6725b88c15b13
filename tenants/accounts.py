"""Accounts: an e-mail address and a password, proven without telling strangers which ones exist."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from kernel import clock, database, ids, keys
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.ids import Id
from kernel.keyring import Keyring
from tenants import codes, forms, passwords, throttle

MOST_FAILURES = 10
LOCKED_FOR = 15 * clock.MINUTE
# So many addresses without an account are remembered for their failures.
_STRANGERS = 10_000

# A failure is told no earlier than so many seconds after it was tried: a known address costs a
# write, an unknown one does not, and the difference must not show.
FAILURE_TAKES = 0.1


@dataclass(slots=True)
class _Tries:
    failures: int = 0
    locked_until: int = 0


_turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()
_strangers: WeakKeyDictionary[Keyring, OrderedDict[bytes, _Tries]] = WeakKeyDictionary()


def email_token(email: str) -> bytes:
    """The keyed token of a tidy address; letters' case does not matter."""
    return keys.platform_index().token("account.email", email.casefold())


async def prove(
    email: str, password: str, code: str | None = None, *, address: str | None = None
) -> Id:
    """The account whose e-mail and password these are, and whose second factor, where it has one.

    NotAllowed BAD_CREDENTIALS otherwise, CODE_WANTED or BAD_CODE; LOCKED for 15 minutes after 10
    failures, whether such an account exists or not. An unknown address costs the same work as a
    known one. TryLater for a network address from which too much is tried.
    """
    await throttle.heed(address)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    try:
        token = email_token(forms.email(email))
        # One try at a time per address: guesses side by side cannot run ahead of their count.
        async with _turns.setdefault(token, asyncio.Lock()):
            return await _try(token, password, code)
    except (Invalid, NotAllowed) as error:
        await asyncio.sleep(begun + FAILURE_TAKES - loop.time())
        raise error if isinstance(error, NotAllowed) else denied() from None


async def prove_again(account_id: Id, password: str, code: str | None = None) -> None:
    """As `prove`, for somebody who has signed in and is about to do something grave."""
    account = await read_account(account_id)
    async with _turns.setdefault(account["email_token"], asyncio.Lock()):
        await _try(account["email_token"], password, code)


async def account_of(email: str) -> Id | None:
    """The account of an address, or None."""
    found = await database.row(
        "SELECT id FROM account WHERE email_token = $1", email_token(forms.email(email))
    )
    return found["id"] if found else None


async def read_account(account_id: Id) -> dict[str, Any]:
    """An account's row; NotFound where there is none."""
    account = await database.row(
        """SELECT id, email_token, email_sealed, verified_at, totp_sealed, totp_since
             FROM account WHERE id = $1::uuid""",
        account_id,
    )
    if account is None:
        raise NotFound("There is no such account.")
    return account


async def address_of(account_id: Id) -> str:
    """An account's e-mail address."""
    sealed = (await read_account(account_id))["email_sealed"]
    return keys.platform().open_text("account.email", account_id, sealed)


async def set_password(account_id: Id, password_hash: str) -> None:
    """Give an account another password, and its tries back (inside the caller's unit)."""
    await database.run(
        """UPDATE account
              SET password_hash = $2, failures = 0, locked_until = 0, updated_at = $3::bigint
            WHERE id = $1::uuid""",
        account_id,
        password_hash,
        clock.now(),
    )


async def set_verified(account_id: Id) -> bool:
    """Note that the address is its holder's; whether that is news."""
    now = clock.now()
    changed = await database.run(
        """UPDATE account SET verified_at = $2::bigint, updated_at = $2::bigint
            WHERE id = $1::uuid AND verified_at IS NULL""",
        account_id,
        now,
    )
    return bool(changed)


async def open_account(email: str, password_hash: str, *, is_verified: bool) -> Id:
    """Make the account of an address (inside the caller's unit); Conflict when it has one."""
    tidy, account_id, now = forms.email(email), ids.new_id(), clock.now()
    made = await database.insert(
        "account",
        [
            {
                "id": account_id,
                "email_token": email_token(tidy),
                "email_sealed": keys.platform().seal_text("account.email", account_id, tidy),
                "password_hash": password_hash,
                "failures": 0,
                "locked_until": 0,
                "verified_at": now if is_verified else None,
                "created_at": now,
                "updated_at": now,
            }
        ],
        conflict="ON CONFLICT (email_token) DO NOTHING",
        returning="id",
    )
    if not made:
        raise Conflict("That address has an account already.", code="EMAIL_TAKEN", field=("email",))
    return account_id


def denied() -> NotAllowed:
    """The one answer for an unknown address, a wrong password and a tenant of others."""
    return NotAllowed("That e-mail address and password do not fit.", code="BAD_CREDENTIALS")


async def _try(token: bytes, password: str, code: str | None) -> Id:
    account = await _take_a_try(token)
    password_hash = account["password_hash"] if account else None
    if not await passwords.matches(password_hash, password) or account is None:
        raise denied()
    account_id: Id = account["id"]
    if account["totp_since"] is not None:
        if not code:
            # No guess was made: the try is given back.
            await _set_failures(account_id, account["failures"] - 1)
            raise NotAllowed("A code of the second factor is wanted.", code="CODE_WANTED")
        if not await codes.fits(account_id, account["totp_sealed"], code):
            raise NotAllowed("That code does not fit.", code="BAD_CODE")
    await _set_failures(account_id, 0)
    return account_id


async def _set_failures(account_id: Id, failures: int) -> None:
    await database.run(
        "UPDATE account SET failures = $2::smallint, locked_until = 0 WHERE id = $1::uuid",
        account_id,
        failures,
    )


async def _take_a_try(token: bytes) -> dict[str, Any] | None:
    """Count a try before it is made; the account, or None where the address has none."""
    now = clock.now()
    account = await database.row(
        """UPDATE account
              SET failures = CASE WHEN failures >= $3::smallint THEN 1 ELSE failures + 1 END,
                  locked_until = CASE WHEN failures + 1 = $3::smallint THEN $4::bigint ELSE 0 END
            WHERE email_token = $1 AND locked_until <= $2::bigint
        RETURNING id, password_hash, failures, totp_sealed, totp_since""",
        token,
        now,
        MOST_FAILURES,
        now + LOCKED_FOR,
    )
    if account is None:
        locked = await database.row("SELECT id FROM account WHERE email_token = $1", token)
        if locked or not _stranger_may_try(token, now):
            raise NotAllowed("Too many failures; try again in 15 minutes.", code="LOCKED")
    return account


def _stranger_may_try(token: bytes, now: int) -> bool:
    known = _strangers.setdefault(keys.keyring(), OrderedDict())
    tries = known.pop(token, _Tries())
    known[token] = tries
    if len(known) > _STRANGERS:
        known.popitem(last=False)
    if tries.locked_until > now:
        return False
    tries.failures = 1 if tries.failures >= MOST_FAILURES else tries.failures + 1
    tries.locked_until = now + LOCKED_FOR if tries.failures == MOST_FAILURES else 0
    return True
