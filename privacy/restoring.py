"""After a restore: what was destroyed since is so again, before the first send (F53)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import groupby

import structlog

import contacts
from kernel import keys, lasting, tenancy
from kernel.errors import NotFound
from kernel.lasting import Note
from privacy.closing.running import destroy
from privacy.erasures import begin_erasure

_log = structlog.get_logger("privacy")


async def catch_up() -> int:
    """Do again what a restored database has missed; how many things were noted there.

    Conflict, and nothing may be sent, where the list beside the keyring is missing. Every step can
    be done twice, so it may run beside itself.
    """
    missed = await lasting.missed()
    if missed is None:
        return 0
    count = 0
    for (kind, tenant_id), group in groupby(
        lasting.notes(missed), key=lambda one: (one.kind, one.tenant_id)
    ):
        with tenancy.acting_for(tenant_id):
            noted = list(group)
            await _AGAIN[kind](noted)
            count += len(noted)
    await lasting.caught_up(missed)
    _log.info("caught_up", things=count)
    return count


async def _drop_keys(noted: Sequence[Note]) -> None:
    await keys.drop_again([one.words[0] for one in noted])


async def _erase(noted: Sequence[Note]) -> None:
    for one in noted:
        erasure_id, contact_id, at, *tokens = one.words
        await contacts.suppress(map(bytes.fromhex, tokens), erasure_id, int(at))
        with suppress(NotFound):  # they came after the backup was made
            await begin_erasure(contact_id, reason="restored")


async def _destroy_tenant(_noted: Sequence[Note]) -> None:
    await destroy()


_AGAIN: dict[str, Callable[[Sequence[Note]], Awaitable[None]]] = {
    "erased": _erase,
    "key": _drop_keys,
    "tenant": _destroy_tenant,
}
