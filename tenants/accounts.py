"""Accounts: an e-mail address and a password, proven without telling strangers which ones exist."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TypeVar
from weakref import WeakKeyDictionary, WeakValueDictionary

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from kernel import clock, database, ids, keys
from kernel.errors import Conflict, Invalid, NotAllowed
from kernel.ids import Id
from kernel.keyring import Keyring
from tenants import forms

T = TypeVar("T")
MOST_FAILURES = 10
LOCKED_FOR = 15 * clock.MINUTE
# So many addresses without an account are remembered for their failures.
_STRANGERS = 10_000

# A failure is told no earlier than so many seconds after it was tried: a known address costs a
# write, an unknown one does not, and the difference must not show.
_FAILURE_TAKES = 0.1
# About 30 ms and 19 MiB each (OWASP's argon2id minimum); two at a time, or a flood of sign-ins
# would take all memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_threads = ThreadPoolExecutor(2, thread_name_prefix="passwords")


@dataclass(slots=True)
class _Tries:
    failures: int = 0
    locked_until: int = 0


_turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()
_strangers: WeakKeyDictionary[Keyring, OrderedDict[bytes, _Tries]] = WeakKeyDictionary()


def email_token(email: str) -> bytes:
    """The keyed token of a tidy address; letters' case does not matter."""
    return keys.platform_index().token("account.email", email.casefold())


async def prove(email: str, password: str) -> Id:
    """The account whose e-mail and password these are.

    NotAllowed BAD_CREDENTIALS otherwise; LOCKED for 15 minutes after 10 failures, whether such an
    account exists or not. An unknown address costs the same work as a known one.
    """
    loop = asyncio.get_running_loop()
    begun = loop.time()
    try:
        token = email_token(forms.email(email))
        # One try at a time per address: guesses side by side cannot run ahead of their count.
        async with _turns.setdefault(token, asyncio.Lock()):
            return await _try(token, password)
    except (Invalid, NotAllowed) as error:
        await asyncio.sleep(begun + _FAILURE_TAKES - loop.time())
        raise error if isinstance(error, NotAllowed) else denied() from None


async def account_of(email: str) -> Id | None:
    """The account of an address, or None."""
    found = await database.row(
        "SELECT id FROM account WHERE email_token = $1", email_token(forms.email(email))
    )
    return found["id"] if found else None


async def hash_of(password: str) -> str:
    """The argon2id hash to store; Invalid when the password is too weak."""
    return await _in_thread(_hasher.hash, forms.password(password))


async def open_account(email: str, password_hash: str) -> Id:
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


async def _try(token: bytes, password: str) -> Id:
    account = await _take_a_try(token)
    password_hash = account["password_hash"] if account else None
    if not await _in_thread(_matches, password_hash, password) or account is None:
        raise denied()
    await database.run(
        "UPDATE account SET failures = 0, locked_until = 0 WHERE id = $1::uuid", account["id"]
    )
    return account["id"]


async def _take_a_try(token: bytes) -> dict[str, str] | None:
    """Count a try before it is made; the account, or None where the address has none."""
    now = clock.now()
    account = await database.row(
        """UPDATE account
              SET failures = CASE WHEN failures >= $3::smallint THEN 1 ELSE failures + 1 END,
                  locked_until = CASE WHEN failures + 1 = $3::smallint THEN $4::bigint ELSE 0 END
            WHERE email_token = $1 AND locked_until <= $2::bigint
        RETURNING id, password_hash""",
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


def _matches(password_hash: str | None, password: str) -> bool:
    stand_in = _stand_in()
    try:
        tidy = forms.password(password)
    except Invalid:
        tidy = ""  # as much work as for any other wrong one
    try:
        _hasher.verify(password_hash or stand_in, tidy)
    except VerifyMismatchError:
        return False
    return password_hash is not None


@cache
def _stand_in() -> str:
    return _hasher.hash(secrets.token_hex())


async def _in_thread(work: Callable[..., T], *args: object) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads, work, *args)
