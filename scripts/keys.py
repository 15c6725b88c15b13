"""`scripts/keys show|turn TENANT [KEY]`, `scripts/keys master`: how keys stand, and changes (F50).

All of it runs beside the API and the workers, and goes on where it was killed. `turn` gives a
tenant's persons a new wrapping and destroys the old version; with house, index or suppression it
turns that key of the tenant instead (privacy/turning.py). `master` wraps the keyring by
RAPPORT_MASTER_KEY what RAPPORT_OTHER_MASTER_KEY had wrapped.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

import privacy
from kernel import bells, clock, ids, keys, settings, tenancy, turning
from kernel.errors import Invalid, RapportError
from kernel.settings import Settings
from kernel.turning import Standing
from scripts.operating import opened

_STEPS = {"show": turning.standing, "turn": turning.turn}


def main(arguments: Sequence[str]) -> int:
    """What stands then on standard output; exit status 2 with one line for a mistake."""
    try:
        if list(arguments) == ["master"]:
            count = keys.file_keyring(settings.load()).wrap_again()
            print(f"{count} keys were wrapped again; RAPPORT_MASTER_KEY opens all.")
        elif len(arguments) == 2 and arguments[0] in _STEPS:
            print(asyncio.run(_step(settings.load(), *arguments)))
        elif len(arguments) == 3 and arguments[0] == "turn" and arguments[2] in privacy.TURNS:
            print(asyncio.run(_turn(settings.load(), *arguments[1:])))
        else:
            kinds = "|".join(privacy.TURNS)
            message = f"usage: scripts/keys show TENANT, turn TENANT [{kinds}], or master"
            raise Invalid(message)
    except RapportError as error:
        print(error.message, file=sys.stderr)
        return 2
    return 0


async def _step(chosen: Settings, step: str, tenant: str) -> str:
    async with opened(chosen, "keys"):
        with tenancy.acting_for(ids.read("tenant", tenant.strip())):
            return _told(await _STEPS[step]())


async def _turn(chosen: Settings, tenant: str, kind: str) -> str:
    async with opened(chosen, "keys"):
        await bells.start(chosen)
        try:
            with tenancy.acting_for(ids.read("tenant", tenant.strip())):
                await privacy.TURNS[kind]()
                kept = ", ".join(keys.keyring().versions(tenancy.current(), kind))
        finally:
            await bells.stop()
    return f"The {kind} key was turned; versions that are kept: {kept}."


def _told(now: Standing) -> str:
    under = [f"{count} under version {version}" for version, count in now.under.items()]
    told = f"Version {now.version} wraps; keys of persons: {', '.join(under) or 'none'}."
    if now.dropped_at is None:
        return told
    return f"{told} Dropped ones wait for the next turn since {clock.moment(now.dropped_at)}."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
