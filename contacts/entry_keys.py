"""What identities are found by: by the newest version of the index key, or by a former one."""

from __future__ import annotations

from collections.abc import Iterable

from contacts.sightings import Shown
from kernel import keys
from kernel.database import Batch
from kernel.seal import Indexer

EntryKey = tuple[str, str, bytes]


class EntryKeys:
    """The keys of one batch of sightings; those of former versions lead to the newest."""

    def __init__(self, index: Indexer) -> None:
        self.index = index
        self._keys: dict[Shown, EntryKey] = {}
        self._newest: dict[EntryKey, EntryKey] = {}

    def of(self, shown: Shown) -> EntryKey:
        """Kind, scope and token of what was shown."""
        if shown not in self._keys:
            self._keys[shown] = _key(self.index, shown)
        return self._keys[shown]

    def of_all(self, seen: Iterable[Shown]) -> Batch:
        """By which identities of all that was shown may be found, until they are made anew."""
        for shown in set(seen):
            versions = {_key(one, shown) for one in keys.finders()} | {self.of(shown)}
            self._newest |= dict.fromkeys(versions, self.of(shown))
        return Batch(
            {"kind": "text", "scope": "text", "token": "bytea"},
            [list(key) for key in sorted(self._newest)],
        )

    def newest(self, key: EntryKey) -> EntryKey:
        """As the newest version has it, where it was shown."""
        return self._newest.get(key, key)


def _key(index: Indexer, shown: Shown) -> EntryKey:
    kind, scope, value, _ = shown
    return kind, scope, index.token(f"identity.{kind}", value)
