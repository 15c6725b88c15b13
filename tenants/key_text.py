"""How a key of a store reads: `rk_`, 8 letters to know it by, the tenant, the secret, a checksum.

    rk_7Hq2MbXa_0351fktRXrVhpnLWu3OCgzQ0bX…
       └ name    └ tenant (22)         └ secret (32 letters: 190 bits) and CRC-32 (6)

The checksum tells a mistyped or invented key without a look into the database, and lets scanners
for leaked secrets be sure; the tenant inside leads to the one place where the key may be known.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib

from kernel import ids
from kernel.errors import Invalid
from kernel.ids import Id

START = "rk_"
_LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_FORM = re.compile(r"rk_[0-9A-Za-z]{8}_([0-9A-Za-z]{22})[0-9A-Za-z]{38}")


def compose(tenant_id: Id) -> str:
    """A new key of this tenant."""
    tenant = ids.show("tenant", tenant_id).partition("_")[2]
    body = f"{START}{_random(8)}_{tenant}{_random(32)}"
    return body + _checksum(body)


def tenant_of(text: str) -> Id | None:
    """The tenant that a key names; None for what is no key of ours, or was mistyped."""
    match = _FORM.fullmatch(text)
    if match is None or _checksum(text[:-6]) != text[-6:]:
        return None
    try:
        return ids.read("tenant", f"tenant_{match[1]}")
    except Invalid:
        return None


def prefix_of(text: str) -> str:
    """The part that is kept in clear and shown in lists."""
    return text[: len(START) + 8]


def digest_of(text: str) -> str:
    """What is kept of a key. Its secret is random, so one plain hash is as good as a slow one."""
    return hashlib.sha256(text.encode()).hexdigest()


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, len(_LETTERS))
        digits = _LETTERS[digit] + digits
    return digits
