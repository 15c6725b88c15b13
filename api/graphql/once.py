"""Changes that a store's system asks for under a name, and that are made once (Idempotency-Key).

The same request under the same name gets the same answer for a day, another one 422; while the
first runs, and where it was begun and nobody knows how it ended, 409.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import orjson
from graphql import OperationType

from api.graphql.execute import Answer, Prepared, run
from kernel import database, tenancy
from kernel.errors import Invalid
from kernel.ids import Id
from tenants import Viewer, claim_answer, keep_answer, release_answer


async def run_once(
    prepared: Prepared, viewer: Viewer | None, request_id: str, name: str, address: str
) -> Answer:
    """Run a prepared operation; a change with a name only where it was not made under it before."""
    is_change = prepared.operation.operation is OperationType.MUTATION
    if not name or not is_change or viewer is None:
        return await run(prepared, viewer, request_id, address)
    if viewer.key_id is None:
        # What a person is answered may be a secret that is shown once.
        raise Invalid("Idempotency-Key is for the keys of a store's systems.", code="BAD_REQUEST")
    with tenancy.acting_for(viewer.tenant_id):
        # Whoever goes away meanwhile finds the answer when they come again.
        return await database.sheltered(
            _once(viewer.key_id, name, prepared, lambda: run(prepared, viewer, request_id, address))
        )


async def _once(
    key_id: Id, name: str, prepared: Prepared, work: Callable[[], Awaitable[Answer]]
) -> Answer:
    request = prepared.request
    told = [prepared.document.text, request.operation_name, request.variables]
    wanted = orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()
    given = await claim_answer(key_id, name, wanted)
    if given is not None:
        return Answer(orjson.loads(given))
    answer = await work()
    if answer.refused is None:
        await keep_answer(key_id, name, orjson.dumps(answer.body))
    else:
        await release_answer(key_id, name)
    return answer
