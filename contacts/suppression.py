"""Suppression: whom a tenant erased does not come back by shops, files or late deliveries (F46).

A mark is a hash of an id under a key of its own, which seals nothing and by which nobody is found.
All marks of a person bear one origin, the erasure that made them, and have one state:

standing  nobody may tell of them
answered  they came themselves since: they are known again and answered, and nothing is marketed
lifted    they confirmed a consent since, themselves

What was told of a time before the mark never comes in, whatever its state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contacts.sightings import Move, Shown, Sighting
from kernel import database, keys, lasting, tenancy
from kernel.database import Batch
from kernel.ids import Id
from kernel.seal import Indexer


@dataclass(frozen=True, slots=True)
class Mark:
    """That somebody with an id was erased at a time."""

    origin_id: Id
    at: int
    state: str


class Marks:
    """The marks on the ids of a batch of sightings."""

    def __init__(self, marked: Mapping[Shown, Mark]) -> None:
        self._marked = marked

    def on(self, one: Sighting | Move) -> Mark | None:
        """The latest mark on what was shown."""
        found = [self._marked[each] for each in one.shown() if each in self._marked]
        return max(found, key=lambda mark: mark.at, default=None)

    def stands_on(self, shown: Shown) -> bool:
        """Whether this id was an erased person's, who did not come themselves since."""
        mark = self._marked.get(shown)
        return mark is not None and mark.state == "standing"

    def bar(self, one: Sighting | Move) -> bool:
        """Whether what was shown may not come in."""
        return any(
            one.at <= mark.at or (mark.state == "standing" and not one.is_own_act)
            for each in one.shown()
            if (mark := self._marked.get(each))
        )


async def read_marks(seen: Sequence[Sighting | Move]) -> Marks:
    """The marks on all ids that were shown."""
    shown = {each for one in seen for each in one.shown()}
    tokens = {_token(indexer, one): one for indexer in keys.suppression() for one in shown}
    rows = await database.rows(
        """SELECT s.token, s.origin_id, s.at, s.state FROM ({batch}) AS b
             JOIN suppression s ON s.tenant_id = $1::uuid AND s.token = b.token""",
        tenancy.current(),
        batch=Batch({"token": "bytea"}, [[token] for token in sorted(tokens)]),
    )
    return Marks(
        {tokens[row["token"]]: Mark(row["origin_id"], row["at"], row["state"]) for row in rows}
    )


def mark_tokens(shown: Iterable[Shown]) -> list[bytes]:
    """How these ids are marked, by the newest version of the key."""
    newest = keys.suppression()[-1]
    return sorted({_token(newest, one) for one in shown})


@database.unit_of_work
async def suppress_lastingly(tokens: Iterable[bytes], origin_id: Id, at: int) -> int:
    """As `suppress`, and a backup from before knows of it; for what is surely told again."""
    marked = sorted(set(tokens))
    noted = lasting.note("marked", [(origin_id, str(at), *(token.hex() for token in marked))])
    database.after_commit(lambda: lasting.mark(noted))
    return await suppress(marked, origin_id, at)


@database.unit_of_work
async def suppress(tokens: Iterable[bytes], origin_id: Id, at: int) -> int:
    """Mark ids as erased at that time, each once; how many they are."""
    marked = sorted(set(tokens))
    await database.insert(
        "suppression",
        [
            {
                "tenant_id": tenancy.current(),
                "token": token,
                "origin_id": origin_id,
                "at": at,
                "state": "standing",
            }
            for token in marked
        ],
        # Who came back and is erased once more is marked anew; the same mark again changes nothing.
        conflict="""ON CONFLICT (tenant_id, token) DO UPDATE
            SET origin_id = excluded.origin_id, at = excluded.at, state = excluded.state
          WHERE excluded.at > suppression.at""",
    )
    return len(marked)


async def welcome(came: Iterable[tuple[Id, Mark]]) -> None:
    """These contacts were erased and are known again: their marks are answered, and they bear them.

    Joined to the caller's unit of work, in which they were found or made.
    """
    tenant_id, back = tenancy.current(), [one for one in came if one[1].state != "lifted"]
    if not back:
        return
    await database.run(
        """UPDATE suppression SET state = 'answered'
            WHERE tenant_id = $1::uuid AND state = 'standing'
              AND origin_id IN (SELECT b.origin_id FROM ({batch}) AS b)""",
        tenant_id,
        batch=Batch({"origin_id": "uuid"}, [[mark.origin_id] for _, mark in back]),
    )
    await database.run(
        """UPDATE contact SET suppressed_by = b.origin_id FROM ({batch}) AS b
            WHERE contact.tenant_id = $1::uuid AND contact.id = b.id""",
        tenant_id,
        batch=Batch(
            {"id": "uuid", "origin_id": "uuid"},
            [[one, mark.origin_id] for one, mark in sorted(dict(back).items())],
        ),
    )


async def follow_moves(moved: Iterable[tuple[Move, Mark]]) -> None:
    """Whoever was erased and has other ids by now is marked by these, too."""
    for move, mark in moved:
        await suppress_lastingly(mark_tokens(move.since()), mark.origin_id, mark.at)


async def lift_suppression(contact_ids: Iterable[Id]) -> None:
    """These contacts confirmed a consent themselves: they may be marketed to again.

    Joined to the caller's unit of work, in which the consent is written down.
    """
    who = Batch({"id": "uuid"}, [[one] for one in sorted(set(contact_ids))])
    if not who.rows:
        return
    for statement in (
        """UPDATE suppression SET state = 'lifted'
            WHERE tenant_id = $1::uuid AND origin_id IN (
                  SELECT c.suppressed_by FROM ({batch}) AS b
                    JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.id
                   WHERE c.suppressed_by IS NOT NULL)""",
        """UPDATE contact SET suppressed_by = NULL
            WHERE tenant_id = $1::uuid AND suppressed_by IS NOT NULL
              AND id IN (SELECT b.id FROM ({batch}) AS b)""",
    ):
        await database.run(statement, tenancy.current(), batch=who)


async def count_marks() -> dict[str, int]:
    """How many marks the current tenant has, by their state."""
    rows = await database.rows(
        "SELECT state, count(*) AS n FROM suppression WHERE tenant_id = $1::uuid GROUP BY state",
        tenancy.current(),
    )
    return {row["state"]: row["n"] for row in rows}


def _token(indexer: Indexer, shown: Shown) -> bytes:
    """All forms of an id have one mark; a shop's ids hold for that shop."""
    kind, scope, value, _ = shown
    return indexer.token(f"suppression.{kind}", f"{scope}\0{value}")
