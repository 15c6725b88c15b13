"""What requests come to by the clock (F47): warnings 7 days and 2 days before the end, and when it
is over; and the end of those that somebody made on the page and never proved to be theirs."""

from __future__ import annotations

from kernel import clock, database, tenancy
from privacy.request_rows import Row, change, close, hold, note, tell

# How long before the end each warning is due, in order; `warned` counts those that were given.
_WARNINGS = (7 * clock.DAY, 2 * clock.DAY, 0)
_AT_ONCE = 100


async def warn_of_requests() -> int:
    """Give the warnings that are due, of all tenants, each once; how many requests were met.

    A clock that stands warns of nothing; what nobody proved for a month is closed.
    """
    now, warned = clock.now(), 0
    with tenancy.across_tenants("requests of all tenants fall due by one clock"):
        found = await database.rows(
            f"SELECT DISTINCT tenant_id FROM privacy_request WHERE {_IS_DUE}", *_steps(now)
        )
    for row in found:
        with tenancy.acting_for(row["tenant_id"]):
            warned += await _warn(now)
    return warned


async def _warn(now: int) -> int:
    rows = await database.rows(
        f"""SELECT id FROM privacy_request
             WHERE tenant_id = $4::uuid AND ({_IS_DUE}) ORDER BY due_at, id LIMIT $5::bigint""",
        *_steps(now),
        tenancy.current(),
        _AT_ONCE,
    )
    for row in rows:
        await _warn_of(row["id"], now)
    return len(rows)


@database.unit_of_work
async def _warn_of(request_id: str, now: int) -> None:
    request = await hold(request_id, "open", "working", "unproven", "paused", "done", "refused")
    if request["state"] == "unproven":
        await note(request, "expired")
        await close(request, "refused", "unproven")
        return
    given = sum(request["due_at"] <= now + before for before in _WARNINGS)
    if request["state"] not in ("open", "working") or request["warned"] >= given:
        return
    await change(request, warned=given)
    await _tell(request, is_over=given == len(_WARNINGS))


async def _tell(request: Row, *, is_over: bool) -> None:
    what = "overdue" if is_over else "due"
    await note(request, what)
    await tell(request, what)


def _steps(now: int) -> list[int]:
    return [now + before for before in _WARNINGS]


_IS_DUE = """(state IN ('open', 'working') AND (due_at <= $1::bigint AND warned < 1
                OR due_at <= $2::bigint AND warned < 2 OR due_at <= $3::bigint AND warned < 3)
              OR state = 'unproven' AND origin = 'page' AND due_at <= $3::bigint)"""
