"""Passwords: hashed and compared with argon2id, off the loop, two at a time."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from kernel.errors import Invalid
from tenants import forms

T = TypeVar("T")

# About 30 ms and 19 MiB each (OWASP's argon2id minimum); two at a time, or a flood of sign-ins
# would take all memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_threads = ThreadPoolExecutor(2, thread_name_prefix="passwords")


async def hash_of(password: str, field: forms.Field = ("password",)) -> str:
    """The argon2id hash to store; Invalid when the password is too weak."""
    return await _in_thread(_hasher.hash, forms.password(password, field))


async def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one of the hash; never where there is no hash, and as slowly."""
    return await _in_thread(_matches, password_hash, password)


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
