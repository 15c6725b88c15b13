"""What people forbade is noted outside of the databases: no restored backup allows it (F53).

It follows its events: what was committed is noted, within moments, whoever is killed in between.
"""

from __future__ import annotations

from collections.abc import Iterable

import contacts
from kernel import lasting
from kernel.ids import Id

_HOLDING = ("active", "frozen")


async def note_withdrawals(entry_ids: Iterable[Id]) -> None:
    """These entries of the ledger took consent away."""
    taken = await contacts.withdrawals(entry_ids)
    await lasting.mark(lasting.note("consent", [one.words for one in taken]))


async def note_restrictions(contact_ids: Iterable[Id]) -> None:
    """These contacts were frozen or are in use again: what holds now is noted."""
    found = await contacts.contacts_by_ids(sorted(set(contact_ids)))
    states = [(one, row["state"]) for one, row in found.items() if row["state"] in _HOLDING]
    await lasting.mark(lasting.note("restriction", states))
