"""What people do with imports: start one, pause it, let it go on, end it, take it back (F7)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import commerce
import links
import tenants
from imports import columns, plans
from imports.claims import BELL
from imports.columns import Field, Kind
from imports.plans import LegalBasis, Plan
from imports.preview import preview, save_mapping
from kernel import bells, clock, database, ids, tenancy
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import Id

_BEFORE = {
    "pause": ("queued", "running"),
    "resume": ("paused", "failed"),
    "cancel": ("queued", "running", "paused", "failed"),
    "undo": ("paused", "finished", "failed", "cancelled"),
}
_AFTER = {"pause": "paused", "resume": "queued", "cancel": "cancelled", "undo": "undoing"}
_DONE = {"pause": "paused", "resume": "continued", "cancel": "cancelled", "undo": "taken back"}
_OF_FILES = "imports"
# Where months are written first.
_MONTH_FIRST = ("US", "PH", "FM", "MH", "PW")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An import to start; what is None is found in the file or taken from the tenant."""

    kind: Kind
    file_id: Id
    mapping: Mapping[int, Field] | None = None
    is_dry_run: bool = False
    legal_basis: LegalBasis = "contract"
    encoding: str | None = None
    delimiter: str | None = None
    country: str | None = None
    time_zone: str | None = None
    is_month_first: bool | None = None
    is_decimal_comma: bool | None = None
    currency: str | None = None
    store_id: Id | None = None
    cancellation_prefix: str = ""
    touchpoint_id: Id | None = None


async def create(wanted: Wanted, person_id: Id | None) -> Id:
    """Start an import of the current tenant; Invalid where it could not work."""
    looked = await preview(wanted.file_id, wanted.kind, wanted.encoding, wanted.delimiter)
    mapping = looked.mapping if wanted.mapping is None else wanted.mapping
    columns.check(wanted.kind, mapping, len(looked.headers))
    home = await tenants.read_settings()
    plan = Plan(
        kind=wanted.kind,
        form=looked.form,
        headers=looked.headers,
        mapping=mapping,
        legal_basis=wanted.legal_basis,
        country=wanted.country,
        time_zone=wanted.time_zone or home.time_zone,
        is_month_first=_or(wanted.is_month_first, (wanted.country or home.country) in _MONTH_FIRST),
        is_decimal_comma=_or(wanted.is_decimal_comma, looked.form.delimiter == ";"),
        currency=wanted.currency or home.currency,
        store_id=await _store(wanted, mapping),
        cancellation_prefix=wanted.cancellation_prefix,
        touchpoint_id=await _touchpoint(wanted),
    )
    job_id = ids.new_id()
    await _insert(job_id, wanted, plan, person_id)
    await save_mapping(wanted.kind, looked.headers, mapping)
    bells.ring(BELL)
    return job_id


async def pause(job_id: Id) -> None:
    """Let it rest: the batch in hand is given up, what was read before stays."""
    await _step(job_id, "pause")


async def resume(job_id: Id) -> None:
    """Let a paused or failed import go on where it stopped."""
    await _step(job_id, "resume")


async def cancel(job_id: Id) -> None:
    """End it; what was read stays until it is taken back."""
    await _step(job_id, "cancel")


@database.unit_of_work
async def undo(job_id: Id) -> None:
    """Take back what it did, also when it did not come to its end."""
    await _step(job_id, "undo")
    await database.run(
        """UPDATE import_job SET done = 0, round = -1, finished_at = NULL,
                  total = (SELECT count(*) FROM import_effect e
                            WHERE e.tenant_id = $1::uuid AND e.job_id = $2::uuid)
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        job_id,
    )


@database.unit_of_work
async def _step(job_id: Id, verb: str) -> None:
    """Whoever works on it notices with its next batch: nothing of that one is written."""
    before = _BEFORE[verb]
    changed = await database.row(
        f"""UPDATE import_job SET state = $3::text, updated_at = $4::bigint,
                  lease_until = 0, attempts = 0, fence = fence + 1, trouble = NULL,
                  finished_at = CASE WHEN $3::text = 'cancelled' THEN $4::bigint END
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND round >= $5
              AND is_dry_run <= $6
              AND state IN ({", ".join(f"'{state}'" for state in before)})
        RETURNING id""",
        tenancy.current(),
        job_id,
        _AFTER[verb],
        clock.now(),
        -1 if verb == "undo" else 0,
        0 if verb == "undo" else 1,
    )
    if changed is None:
        await _must_exist(job_id)
        message = f"Only an import that is {' or '.join(before)} can be {_DONE[verb]}."
        raise Conflict(message, field=("job",))
    database.after_commit(lambda: bells.ring(BELL))


async def _must_exist(job_id: Id) -> None:
    found = await database.row(
        "SELECT 1 AS found FROM import_job WHERE tenant_id = $1::uuid AND id = $2::uuid",
        tenancy.current(),
        job_id,
    )
    if found is None:
        raise NotFound("There is no such import.", field=("job",))


async def _store(wanted: Wanted, mapping: Mapping[int, Field]) -> Id | None:
    """The shop whose customers and orders these are; those of none go to one for files."""
    if wanted.store_id is not None:
        return (await commerce.read_store(wanted.store_id)).id
    if Field.CUSTOMER not in mapping.values() and wanted.kind == "contacts":
        return None
    with suppress(Conflict):  # it is there already
        await commerce.connect_store("own", "Imported orders", _OF_FILES)
    stores = await commerce.list_stores()
    return next(one.id for one in stores if (one.platform, one.address) == ("own", _OF_FILES))


async def _touchpoint(wanted: Wanted) -> Id | None:
    """The touchpoint by which the people of a list came, if it names one (F10)."""
    if wanted.touchpoint_id is None:
        return None
    if wanted.kind != "contacts":
        raise Invalid("Only a list of contacts names a touchpoint.", field=("touchpoint",))
    await links.check_for_lists(wanted.touchpoint_id)
    return wanted.touchpoint_id


async def _insert(job_id: Id, wanted: Wanted, plan: Plan, person_id: Id | None) -> None:
    now = clock.now()
    await database.insert(
        "import_job",
        [
            {
                "tenant_id": tenancy.current(),
                "id": job_id,
                "kind": wanted.kind,
                "file_id": wanted.file_id,
                "person_id": person_id,
                "is_dry_run": int(wanted.is_dry_run),
                "plan_sealed": plans.seal(plan, job_id),
                "state": "queued",
                "round": 0,
                "position": 0,
                "row_number": 0,
                "done": 0,
                "counts": "{}",
                "attempts": 0,
                "lease_until": 0,
                "fence": 0,
                "created_at": now,
                "updated_at": now,
            }
        ],
    )


def _or(given: bool | None, usual: bool) -> bool:
    return usual if given is None else given
