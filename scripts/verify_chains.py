"""`scripts/verify-chains [--tenant TENANT]`: is anything in a ledger or an audit log altered (F48)?

Reads each chain from its start, a thousand rows at a time, and compares it with its anchors. Exit
status 1 where one does not hold; the first altered row is named.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

import privacy
import tenants
from kernel import ids, settings, tenancy
from kernel.chain import Verdict
from kernel.errors import Invalid, RapportError
from kernel.settings import Settings
from scripts.operating import opened


def main(arguments: Sequence[str]) -> int:
    """A line for each chain; exit status 0, 1 where one is altered, 2 for a mistake."""
    try:
        match list(arguments):
            case []:
                only = None
            case ["--tenant", tenant]:
                only = ids.read("tenant", tenant)
            case _:
                raise Invalid("usage: scripts/verify-chains [--tenant TENANT]")
        return asyncio.run(_verify(settings.load(), only))
    except RapportError as error:
        print(error.message, file=sys.stderr)
        return 2


async def _verify(chosen: Settings, only: ids.Id | None) -> int:
    status = 0
    async with opened(chosen, "verify-chains"):
        for tenant_id in [only] if only else await tenants.everyone():
            with tenancy.acting_for(tenant_id):
                for name, verdict in (await privacy.verify_chains()).items():
                    print(f"{ids.show('tenant', tenant_id)}  {name}: {_told(verdict)}")
                    status = max(status, verdict.first_altered is not None)
    return status


def _told(verdict: Verdict) -> str:
    found = f"ALTERED at {verdict.first_altered}" if verdict.first_altered else "intact"
    counted = f"{verdict.linked} linked, {verdict.unlinked} not yet, {verdict.anchored} anchors"
    return f"{found}; {counted}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
