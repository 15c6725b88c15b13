"""Opening sealed values for who may see them: the one place where an answer becomes clear text.

Without contacts:personal no key is even fetched, and every personal value is null; so it is for an
erased person, whose key does not exist any more, and without privacy:read for one who is frozen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import orjson

import contacts
from kernel import keys
from kernel.ids import Id
from kernel.seal import Sealer, Unopenable

# What was opened, for the audit log: places (as `message.body`) and whom it is about, with the ids.
Opened = dict[str, dict[Id, None]]


class Unsealer:
    """The keys of one request; opening is plain arithmetic once `fetch` was awaited."""

    __slots__ = ("_frozen", "_opened", "_sealers", "_turn", "_wanted", "is_allowed")

    def __init__(self, opened: Opened, *, is_allowed: bool, sees_frozen: bool) -> None:
        self.is_allowed = is_allowed
        # Whose data is kept and not used (F49); None where nobody has looked yet.
        self._frozen: set[Id] | None = set() if sees_frozen else None
        self._sealers: dict[Id, Sealer | None] = {}
        self._wanted: set[Id] = set()
        self._opened = opened
        self._turn = asyncio.Lock()

    def want(self, subject_ids: Iterable[Id | None]) -> None:
        """Note whose keys the next `fetch` shall bring."""
        if self.is_allowed:
            self._wanted.update(one for one in subject_ids if one and one not in self._sealers)

    async def fetch(self) -> None:
        """Bring all keys that are wanted, in one question.

        Branches of a query are resolved beside each other, and one may ask for what another wanted:
        who comes second waits until the keys are there.
        """
        async with self._turn:
            wanted, self._wanted = self._wanted - self._sealers.keys(), set()
            if not wanted:
                return
            if self._frozen is None:
                self._frozen = await contacts.frozen_subjects()
            found = await keys.of(wanted - self._frozen)
            self._sealers.update({subject_id: found.get(subject_id) for subject_id in wanted})

    def text(self, place: str, row_id: Id, subject_id: Id, sealed: bytes | None) -> str | None:
        """The text of a sealed column, or None where it may not or cannot be opened."""
        value = self._open(place, row_id, subject_id, sealed)
        return None if value is None else value.decode()

    def json(self, place: str, row_id: Id, subject_id: Id, sealed: bytes | None) -> Any:
        """The JSON value of a sealed column, or None."""
        value = self._open(place, row_id, subject_id, sealed)
        return None if value is None else orjson.loads(value)

    def is_erased(self, subject_id: Id) -> bool:
        """Whether the person's key was looked for and does not exist any more."""
        is_frozen = subject_id in (self._frozen or ())
        return not is_frozen and self._sealers.get(subject_id, True) is None

    def _open(self, place: str, row_id: Id, subject_id: Id, sealed: bytes | None) -> bytes | None:
        sealer = self._sealers.get(subject_id)
        if sealer is None or sealed is None:
            return None
        try:
            value = sealer.open(place, row_id, sealed)
        except Unopenable:
            return None
        self._opened.setdefault(place, {})[row_id] = None
        self._opened.setdefault("subject", {})[subject_id] = None
        return value
