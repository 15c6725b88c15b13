"""`scripts/token EMAIL [TENANT]`: prints a fresh access token of a person, for operators.

Needs only the databases and the keyring. The tenant (its id) is wanted where there are several.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

import tenants
from kernel import ids, settings, tenancy
from kernel.errors import Conflict, Invalid, NotFound, RapportError
from kernel.settings import Settings
from scripts.operating import opened


def main(arguments: Sequence[str]) -> int:
    """The token on standard output; exit status 2 with one line when there is none to give."""
    try:
        if not 1 <= len(arguments) <= 2 or arguments[0].startswith("-"):
            raise Invalid("usage: scripts/token EMAIL [TENANT]")
        print(asyncio.run(_token(settings.load(), *arguments)))
    except RapportError as error:
        print(error.message, file=sys.stderr)
        return 2
    return 0


async def _token(chosen: Settings, email: str, tenant: str | None = None) -> str:
    async with opened(chosen, "token"):
        seat = _choose(await tenants.seats_of(email), tenant)
        with tenancy.acting_for(seat.tenant_id):
            return await tenants.issue(seat.person_id, chosen.access_token_minutes)


def _choose(seats: Sequence[tenants.Seat], tenant: str | None) -> tenants.Seat:
    wanted = [seat for seat in seats if tenant in (None, ids.show("tenant", seat.tenant_id))]
    if not wanted:
        raise NotFound("Nobody with that address works here.")
    if len(wanted) > 1:
        choices = ", ".join(
            f"{ids.show('tenant', seat.tenant_id)} ({seat.tenant_name})" for seat in wanted
        )
        raise Conflict(f"That address works for several tenants; name one: {choices}")
    if wanted[0].tenant_state == "suspended":
        raise Conflict("The tenant is suspended: no token would be taken.")
    return wanted[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
