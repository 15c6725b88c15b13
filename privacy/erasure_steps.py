"""What an erasure does, in order: everything outside of the rows, then every store, keys last."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import channels
import commerce
import contacts
import conversations
import imports
import tenants
from contacts import Person
from kernel import database, keys, lasting, tenancy
from kernel.database import Batch
from kernel.errors import TryLater
from kernel.ids import Id
from kernel.traces import Traces
from privacy.exports.steps import destroy_exports_of
from privacy.holds import hold_files
from privacy.manifest import STORES, Store
from privacy.processors import tell_processors


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is erased, since when, and what leads to them where no key of theirs protects it."""

    erasure_id: Id
    person: Person
    begun_at: int

    @property
    def traces(self) -> Traces:
        """Their addresses and ids as words, their numbers as they are dialled in their country."""
        known = self.person.ids
        return Traces(
            frozenset(value.casefold() for kind, _, value in known if kind in contacts.WORDS),
            frozenset(contacts.national(value) for kind, _, value in known if kind == "phone"),
        )

    @property
    def customers(self) -> list[tuple[Id, str]]:
        """Their ids at shops: the shop, and what it calls them."""
        return [(scope, value) for kind, scope, value in self.person.ids if kind == "shop_customer"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step, which comes to the number of things that went; harmless to do again.

    Rows go in the transaction that sets the step down; what is outside of them goes before it.
    TryLater where something has to end first.
    """

    name: str
    work: Callable[[Plan], Awaitable[int]]
    is_outside: bool = False


async def _note(plan: Plan) -> int:
    """Noted outside of the databases: a backup from before must not bring them back."""
    marks = await database.rows(
        "SELECT token FROM suppression WHERE tenant_id = $1::uuid AND origin_id = $2::uuid",
        tenancy.current(),
        plan.erasure_id,
    )
    tokens = sorted(row["token"].hex() for row in marks)
    who = (plan.erasure_id, plan.person.contact_ids[0], str(plan.begun_at))
    await lasting.mark(lasting.note("erased", [(*who, *tokens)]))
    return len(tokens)


async def _void_sends(plan: Plan) -> int:
    return await conversations.void_sends(plan.person.contact_ids)


async def _drop_files(plan: Plan) -> int:
    uploads = await conversations.uploads_for(plan.person.contact_ids)
    await hold_files(plan.person, uploads)
    return await channels.drop_files(plan.person.subject_ids, uploads)


async def _drop_exports(plan: Plan) -> int:
    return await destroy_exports_of(plan.person.contact_ids)


async def _prune_deliveries(plan: Plan) -> int:
    pruned = await channels.prune_deliveries(plan.traces, plan.begun_at)
    pruned += await channels.prune_updates(plan.traces)
    return pruned + await conversations.blank_extras(plan.person.contact_ids)


async def _prune_store_deliveries(plan: Plan) -> int:
    emptied = await commerce.prune_store_deliveries(plan.traces, plan.customers, plan.begun_at)
    return emptied + await commerce.blank_requests(plan.traces, plan.customers)


async def _blank_answers(_plan: Plan) -> int:
    return await tenants.blank_answers()


async def _drop_imported(plan: Plan) -> int:
    return await imports.drop_files_that_tell(plan.traces)


async def _clear(store: Store, plan: Plan) -> int:
    """Delete the rows of a store, or count those that stay."""
    is_by_subject = store.pointer == "subject_id"
    pointers = plan.person.subject_ids if is_by_subject else plan.person.contact_ids
    who = Batch({"id": "uuid"}, [[one] for one in pointers])
    rows = f"FROM {store.table} WHERE tenant_id = $1::uuid"
    rows += f" AND {store.pointer} IN (SELECT b.id FROM ({{batch}}) AS b)"
    if store.fate == "deleted":
        return await database.run(f"DELETE {rows}", tenancy.current(), batch=who)
    (counted,) = await database.rows(f"SELECT count(*) AS n {rows}", tenancy.current(), batch=who)
    return int(counted["n"])


async def _drop_keys(plan: Plan) -> int:
    await keys.drop(plan.person.subject_ids)
    await contacts.note_destroyed(plan.person.subject_ids)
    return len(plan.person.subject_ids)


async def _tell(plan: Plan) -> int:
    return await tell_processors(plan.erasure_id, plan.person.contact_ids[0], plan.begun_at)


async def _clear_again(plan: Plan) -> int:
    """What others were just writing when their store was cleared; without a key none comes more."""
    late = [store for store in STORES if store.fate == "deleted" and store.table != _KEYS]
    return sum([await _clear(store, plan) for store in late])


async def _scrub(_plan: Plan) -> int:
    if not await database.scrub():
        raise TryLater("somebody reads from the log of changes", code="READER_OPEN")
    return 0


_KEYS = "person_key"

STEPS: tuple[Step, ...] = (
    Step("noted", _note, is_outside=True),
    Step("queued_sends", _void_sends),
    # Before the rows by which they are found.
    Step("files", _drop_files, is_outside=True),
    Step("exports", _drop_exports, is_outside=True),
    Step("deliveries", _prune_deliveries, is_outside=True),
    Step("store_deliveries", _prune_store_deliveries, is_outside=True),
    Step("kept_answers", _blank_answers),
    Step("imported_files", _drop_imported, is_outside=True),
    *(
        Step(_KEYS, _drop_keys, is_outside=True)
        if store.table == _KEYS
        else Step(store.table, partial(_clear, store))
        for store in STORES
    ),
    Step("written_meanwhile", _clear_again),
    Step("raw_files", _scrub, is_outside=True),
    Step("processors", _tell, is_outside=True),
)
# What is done when one begins is set down as steps as well: ids, marks, what is found by.
STEP_COUNT = len({step.name for step in STEPS} | {"suppression", "held"})
