"""After a restore: what was destroyed or forbidden since is again, before the first send (F53)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import groupby, islice

import structlog

import contacts
from contacts import Withdrawn
from kernel import keys, lasting, tenancy
from kernel.errors import NotFound
from kernel.lasting import Note
from privacy.closing.running import destroy
from privacy.erasures import begin_erasure

_AT_ONCE = 500
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
            while noted := list(islice(group, _AT_ONCE)):
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


async def _suppress(noted: Sequence[Note]) -> None:
    for one in noted:
        origin_id, at, *tokens = one.words
        await contacts.suppress(map(bytes.fromhex, tokens), origin_id, int(at))


async def _withdraw(noted: Sequence[Note]) -> None:
    await contacts.withdraw_again([Withdrawn.read(one.words) for one in noted])


async def _restrict(noted: Sequence[Note]) -> None:
    for contact_id, state in (one.words for one in noted):
        await (contacts.freeze if state == "frozen" else contacts.unfreeze)(contact_id)


async def _destroy_tenant(_noted: Sequence[Note]) -> None:
    await destroy()


_AGAIN: dict[str, Callable[[Sequence[Note]], Awaitable[None]]] = {
    "consent": _withdraw,
    "erased": _erase,
    "key": _drop_keys,
    "marked": _suppress,
    "restriction": _restrict,
    "tenant": _destroy_tenant,
}
