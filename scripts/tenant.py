"""`scripts/tenant suspend|resume TENANT`: closes a tenant's house for now, or opens it again (F1).

While it is closed nobody signs in, tokens and keys stop within 5 seconds, nothing is sent; what
customers write is kept.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

import tenants
from kernel import ids, settings, tenancy
from kernel.errors import Invalid, RapportError
from kernel.settings import Settings
from scripts.operating import opened

_STEPS = {"suspend": tenants.suspend, "resume": tenants.resume}


def main(arguments: Sequence[str]) -> int:
    """The tenant's name and state on standard output; exit status 2 with one line for a mistake."""
    try:
        if len(arguments) != 2 or arguments[0] not in _STEPS:
            raise Invalid("usage: scripts/tenant suspend|resume TENANT")
        print(asyncio.run(_turn(settings.load(), *arguments)))
    except RapportError as error:
        print(error.message, file=sys.stderr)
        return 2
    return 0


async def _turn(chosen: Settings, step: str, tenant: str) -> str:
    async with opened(chosen, "tenant"):
        with tenancy.acting_for(ids.read("tenant", tenant.strip())):
            await _STEPS[step]()
            now = await tenants.read_settings()
            return f"{now.name} is {now.state}."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
