"""The audit log (F48): who read or changed personal data, when and of whom, in ids alone.

A row for each request, appended here and chained by the workers within seconds (kernel/chain.py).
It holds ids, codes and keyed hashes and stays when a person is erased, so never a word about
anybody: what is not an id is refused.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal

import orjson

from kernel import anchors, chain, clock, database, tenancy
from kernel import ids as row_ids
from kernel.chain import Chain
from kernel.database import Batch
from kernel.errors import Invalid
from kernel.gather import Gathering
from kernel.ids import Id

CHAIN = Chain(
    "audit_entry",
    ("id", "at", "actor_kind", "actor_id", "action", "outcome", "request_id", "ids"),
)
DONE = "done"
# Ids by which an entry is found again for the person that it is about: of the first kind there is.
_ABOUT = ("subject", "contact")
_ID = re.compile(r"[0-9a-f]{32}")
_KEYED = re.compile(r"[0-9a-f]{64}")
_ACTION = re.compile(r"[a-z_]+\.[A-Za-z_,]+")
_OUTCOME = re.compile(r"[A-Za-z_]+")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted: a colleague, a key, the contact on a public page, the house itself, a stranger."""

    kind: Literal["person", "key", "contact", "system", "stranger"]
    id: Id | None = None


SYSTEM = Actor("system")
STRANGER = Actor("stranger")


@dataclass(eq=False, slots=True)
class Request:
    """A request at work: who asks for what, how it turned out, and whether a row tells of it."""

    actor: Actor
    id: Id
    action: str
    outcome: str = DONE
    is_told: bool = False
    changes: dict[str, list[Id]] = field(default_factory=dict)

    async def tell_changes(self) -> None:
        """The row of a unit's changes, committed with them."""
        await _write([_entry(self.action, self.changes, self.actor, DONE, self.id)])
        self.is_told = True


_request: ContextVar[Request | None] = ContextVar("audited_request", default=None)


@contextmanager
def request_of(actor: Actor, request_id: Id, action: str) -> Iterator[Request]:
    """All inside is done by this actor in this request; what it changes is told in its own unit."""
    request = Request(actor, request_id, action)
    token = _request.set(request)
    try:
        yield request
    finally:
        _request.reset(token)


@contextmanager
def unheard() -> Iterator[None]:
    """What changes inside is no part of the request's row: rows of its own tell of it."""
    token = _request.set(None)
    try:
        yield
    finally:
        _request.reset(token)


def actor() -> Actor:
    """Who acts: whose request is at work, or the house itself."""
    request = _request.get()
    return request.actor if request else SYSTEM


def witness(changed: Iterable[Mapping[str, str]]) -> None:
    """The open unit changes things with these ids (as events name them), if in a request at all."""
    request = _request.get()
    if request is None:
        return
    if database.before_commit(request.tell_changes):
        request.changes = {}  # also where the unit runs again
    for refs in changed:
        for kind, one in refs.items():
            if _ID.fullmatch(one):
                request.changes.setdefault(kind, []).append(one)


def turned_out(code: str) -> None:
    """The request at work came to nothing, for this reason."""
    request = _request.get()
    if request is not None:
        request.outcome = code


async def record(
    action: str,
    ids: Mapping[str, Iterable[Id]],
    *,
    actor: Actor | None = None,
    outcome: str = DONE,
) -> None:
    """Append a row to the current tenant's log: `noun.verb`, and the ids touched, by their kind.

    Inside a unit of work it is committed, or rolled back, with it: the trace of a refusal belongs
    outside. Elsewhere it is durable when this returns. Kinds that end in `_token` hold keyed hashes
    (64 hex digits). Invalid for anything else than ids and codes.
    """
    request = _request.get()
    who = actor or (request.actor if request else SYSTEM)
    entry = _entry(action, ids, who, outcome, request.id if request else row_ids.new_id())
    if database.in_unit():
        await _write([entry])
    else:
        await _gathering.add(entry)


async def forget(before: int, limit: int = 1000) -> int:
    """Drop entries of before this time from the log's start, at most so many; how many went.

    The link behind which the log then begins is anchored first, so that a beginning that was cut
    otherwise shows.
    """
    links = await chain.oldest(CHAIN, row_ids.first_at(before), limit)
    if links:
        anchors.write(CHAIN, links[-1]["seq"], links[-1]["hash"])
        await _forget(links)
    return len(links)


def unpack(packed: str) -> dict[str, list[Id]]:
    """The ids of an entry, by their kind."""
    return {
        kind: _split(b64decode(listed).hex(), _width(kind))
        for kind, listed in orjson.loads(packed).items()
    }


def _entry(
    action: str, ids: Mapping[str, Iterable[Id]], actor: Actor, outcome: str, request_id: Id
) -> dict[str, Any]:
    if not _ACTION.fullmatch(action) or not _OUTCOME.fullmatch(outcome):
        raise Invalid("an action is noun.verb, an outcome a code")
    listed = {kind: list(dict.fromkeys(given)) for kind, given in sorted(ids.items())}
    at = clock.now()
    return {
        "tenant_id": tenancy.current(),
        "id": row_ids.new_id(),
        "at": at,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "action": action,
        "outcome": outcome,
        "request_id": request_id,
        "ids": _pack(listed),
        "about": _about(listed),
    }


def _about(listed: Mapping[str, Sequence[Id]]) -> Sequence[Id]:
    return next((listed[kind] for kind in _ABOUT if listed.get(kind)), ())


def _pack(listed: Mapping[str, Sequence[Id]]) -> str:
    """Two hundred ids in 4 kB: each kind's joined, in base64."""
    packed = {}
    for kind, given in listed.items():
        shape = _KEYED if _width(kind) == 64 else _ID
        if not all(map(shape.fullmatch, given)):
            raise Invalid(f"the audit log holds ids and keyed hashes; a {kind} is none")
        if given:
            packed[kind] = b64encode(bytes.fromhex("".join(given))).decode()
    return orjson.dumps(packed).decode()


def _width(kind: str) -> int:
    return 64 if kind.endswith("_token") else 32


def _split(joined: str, width: int) -> list[str]:
    return [joined[start : start + width] for start in range(0, len(joined), width)]


async def _store(entries: Sequence[dict[str, Any]]) -> None:
    """What several requests wait for; each tenant's rows in a unit of their own."""
    by_tenant = sorted(entries, key=lambda entry: str(entry["tenant_id"]))
    for tenant_id, own in groupby(by_tenant, lambda entry: str(entry["tenant_id"])):
        with tenancy.acting_for(tenant_id):
            await _write(list(own))


@database.unit_of_work
async def _write(entries: Sequence[dict[str, Any]]) -> None:
    rows = [{name: entry[name] for name in entry if name != "about"} for entry in entries]
    await database.insert("audit_entry", rows)
    await database.insert(
        "audit_subject",
        [
            {"tenant_id": entry["tenant_id"], "about_id": one, "entry_id": entry["id"]}
            for entry in entries
            for one in entry["about"]
        ],
    )


@database.unit_of_work
async def _forget(links: Sequence[Mapping[str, Any]]) -> None:
    entries = await database.rows(
        """SELECT id, ids FROM audit_entry
            WHERE tenant_id = $1::uuid AND chain_seq <= $2::bigint""",
        tenancy.current(),
        links[-1]["seq"],
    )
    about = [[one, entry["id"]] for entry in entries for one in _about(unpack(entry["ids"]))]
    await database.run(
        """DELETE FROM audit_subject WHERE tenant_id = $1::uuid
              AND (about_id, entry_id) IN (SELECT b.about_id, b.entry_id FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=Batch({"about_id": "uuid", "entry_id": "uuid"}, about),
    )
    await chain.cut(CHAIN, links)


# Whoever comes alone does not wait for company; under load they commit together all the same.
_gathering = Gathering(_store, seconds=0.0)
