"""What a person sees of their own account."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import database, keys
from kernel.ids import Id
from tenants import accounts, people


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account as its holder sees it; `recovery_codes` is how many are left."""

    email: str
    is_verified: bool
    has_factor: bool
    recovery_codes: int


async def account_state(person_id: Id) -> AccountState:
    """The account of an active person of the current tenant."""
    account = await accounts.read_account(await people.account_of_person(person_id))
    left = await database.row(
        "SELECT count(*) AS n FROM recovery_code WHERE account_id = $1::uuid", account["id"]
    )
    return AccountState(
        email=keys.platform().open_text("account.email", account["id"], account["email_sealed"]),
        is_verified=account["verified_at"] is not None,
        has_factor=account["totp_since"] is not None,
        recovery_codes=left["n"] if left else 0,
    )
