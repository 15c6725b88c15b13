"""Codes of a second factor: those of the app, each good once, and those kept in a drawer (F2)."""

from __future__ import annotations

import hmac
import re
import secrets

import pyotp

from kernel import clock, database, keys
from kernel.ids import Id

RECOVERY_CODES = 10
# RFC 6238: 30 seconds a step; a phone's clock may be one step off.
_STEP = 30 * clock.SECOND
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """A fresh TOTP secret, 160 bits in base32."""
    return pyotp.random_base32()


def uri_of(secret: str, email: str) -> str:
    """What an authenticator app reads, as a link or a QR code (otpauth)."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Rapport")


def seal(account_id: Id, secret: str) -> bytes:
    """The secret as it is stored."""
    return keys.platform().seal_text("account.totp", account_id, secret)


async def fits(account_id: Id, sealed: bytes, code: str) -> bool:
    """Whether a code of the app or a recovery code fits; it does not a second time."""
    tidy = re.sub(r"[\s-]", "", code).lower()
    if re.fullmatch(r"[0-9]{6}", tidy):
        return await fits_app(account_id, sealed, tidy)
    used = await database.run(
        "DELETE FROM recovery_code WHERE account_id = $1::uuid AND token = $2",
        account_id,
        _token(account_id, tidy),
    )
    return bool(used)


async def fits_app(account_id: Id, sealed: bytes, code: str) -> bool:
    """As `fits`, for codes of the app alone."""
    secret = keys.platform().open_text("account.totp", account_id, sealed)
    now, one = clock.now() // _STEP, pyotp.TOTP(secret)
    for step in (now - 1, now, now + 1):
        if hmac.compare_digest(one.generate_otp(step), code):
            # Whoever read the code over a shoulder comes too late; beside each other one wins.
            used = await database.run(
                """UPDATE account SET totp_step = $2::bigint
                    WHERE id = $1::uuid AND totp_step < $2::bigint""",
                account_id,
                step,
            )
            return bool(used)
    return False


async def replace_recovery_codes(account_id: Id) -> list[str]:
    """Ten new codes, told once; the former ones are worth nothing (inside the caller's unit)."""
    await forget_recovery_codes(account_id)
    fresh = ["".join(secrets.choice(_LETTERS) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    await database.insert(
        "recovery_code",
        [{"account_id": account_id, "token": _token(account_id, code)} for code in fresh],
    )
    return ["-".join(re.findall("....", code)) for code in fresh]


async def forget_recovery_codes(account_id: Id) -> None:
    """Delete all codes of an account."""
    await database.run("DELETE FROM recovery_code WHERE account_id = $1::uuid", account_id)


def _token(account_id: Id, code: str) -> bytes:
    return keys.platform_index().token("account.recovery", f"{account_id}|{code}")
