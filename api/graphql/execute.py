"""Running operations: checked before, sheltered while they run, plain data afterwards."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeGuard, cast

from graphql import ExecutionResult, OperationDefinitionNode, OperationType, execute, subscribe
from strawberry.execution.is_awaitable import optimized_is_awaitable

from api.auth import actor_of
from api.errors import as_graphql, format_error, log_unexpected, masked
from api.graphql import trail
from api.graphql.context import Budget, Context
from api.graphql.cost import Cost, TooDear
from api.graphql.documents import Document, InvalidDocument
from api.graphql.executor import LeanExecutor
from api.graphql.schema import GRAPHQL
from kernel import audit, database, metrics, tenancy
from kernel.errors import Invalid, RapportError
from tenants import Viewer

_is_awaitable = cast("Callable[[Any], TypeGuard[Awaitable[Any]]]", optimized_is_awaitable)
# Queries that run at one time: a thousand whose clients have long gone would fill the memory.
_AT_ONCE = 32
_turns: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}
_SECONDS = metrics.GRAPHQL_SECONDS
_OUTCOMES = {name: metrics.GRAPHQL.labels(name) for name in ("ok", "errors", "refused")}


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent, of the right types."""

    query: str | None
    variables: dict[str, Any]
    operation_name: str | None
    # The SHA-256 of a document that need not be spelt out; whether to keep it for the next time.
    document_hash: str | None = None
    is_to_be_kept: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back; `refused` is the error for which nothing was run, if there is one."""

    body: dict[str, Any]
    refused: Exception | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that may run."""

    request: Request
    document: Document
    operation: OperationDefinitionNode
    cost: Cost
    budget: Budget | None
    public_url: str

    @property
    def action(self) -> str:
        """What the operation is called in the audit log."""
        return self.document.actions[self.operation.name.value if self.operation.name else None]


async def run(prepared: Prepared, viewer: Viewer | None, request_id: str, address: str) -> Answer:
    """Run a prepared query or mutation to its end, even when the client goes away meanwhile.

    The address is where it comes from.
    """
    started = time.perf_counter()
    context = Context(viewer, request_id, address, prepared.budget, prepared.public_url)
    async with _turn(prepared):
        if viewer is None:
            result = await database.sheltered(_execute(prepared, context))
        else:
            with tenancy.acting_for(viewer.tenant_id):
                result = await database.sheltered(_audited(prepared, viewer, context))
    _SECONDS.observe(time.perf_counter() - started)
    answer = told(result, request_id)
    answer.body["extensions"] = {"cost": prepared.cost.told()}
    return answer


async def events(prepared: Prepared, viewer: Viewer, request_id: str) -> AsyncIterator[Answer]:
    """Run a subscription; each answer is one event. The caller acts for the viewer's tenant."""
    context = Context(viewer, request_id, budget=prepared.budget, public_url=prepared.public_url)
    source = subscribe(
        GRAPHQL,
        prepared.document.parsed,
        context_value=context,
        variable_values=prepared.request.variables,
        operation_name=prepared.request.operation_name,
        executor_class=LeanExecutor,
        is_awaitable=_is_awaitable,
    )
    stream: Any = source
    if _is_awaitable(source):
        stream = await source
    if isinstance(stream, ExecutionResult):
        yield told(stream, request_id)
        return
    try:
        async for result in stream:
            with audit.request_of(actor_of(viewer), request_id, prepared.action) as request:
                await trail.leave(request, context, result)
            yield told(result, request_id)
    finally:
        await stream.aclose()


def told(result: ExecutionResult, request_id: str) -> Answer:
    """A result as it goes out."""
    body: dict[str, Any] = {}
    if result.errors:
        body["errors"] = [format_error(error, request_id) for error in result.errors]
    # Without data the operation never began: variables did not fit (GraphQL, "Request errors").
    if result.data is not None or not result.errors or any(error.path for error in result.errors):
        body["data"] = result.data
        refused = None
    else:
        refused = Invalid("The variables do not fit.", code="BAD_USER_INPUT")
    _OUTCOMES["errors" if result.errors else "ok"].inc()
    return Answer(body, refused)


def refusal(error: Exception, request_id: str) -> Answer:
    """The answer where nothing was run."""
    _OUTCOMES["refused"].inc()
    if isinstance(error, InvalidDocument):
        code = "GRAPHQL_VALIDATION_FAILED"
        errors = [format_error(one, request_id, code) for one in error.errors]
        return Answer({"errors": errors}, Invalid("The document is not valid."))
    if isinstance(error, RapportError):
        body: dict[str, Any] = {"errors": [as_graphql(error)]}
        if isinstance(error, TooDear):
            body["extensions"] = {"cost": error.cost.told()}
        return Answer(body, error)
    log_unexpected(error, request_id)
    return Answer({"errors": [masked(request_id)]}, error)


def _turn(prepared: Prepared) -> AbstractAsyncContextManager[object]:
    """A query waits for its turn; a change, which may wait for the platform, holds up nobody."""
    if prepared.operation.operation is not OperationType.QUERY:
        return nullcontext()
    loop = asyncio.get_running_loop()
    if loop not in _turns:
        _turns.clear()
        _turns[loop] = asyncio.Semaphore(_AT_ONCE)
    return _turns[loop]


async def _audited(prepared: Prepared, viewer: Viewer, context: Context) -> ExecutionResult:
    changed = b""
    if prepared.operation.operation is OperationType.MUTATION:
        changed = trail.sent(prepared.document.text, prepared.request.variables)
    with audit.request_of(actor_of(viewer), context.request_id, prepared.action) as request:
        result = await _execute(prepared, context)
        await trail.leave(request, context, result, changed=changed)
    return result


async def _execute(prepared: Prepared, context: Context) -> ExecutionResult:
    result = execute(
        GRAPHQL,
        prepared.document.parsed,
        context_value=context,
        variable_values=prepared.request.variables,
        operation_name=prepared.request.operation_name,
        executor_class=LeanExecutor,
        is_awaitable=_is_awaitable,
        hide_suggestions=context.viewer is None,
    )
    if _is_awaitable(result):
        result = await result
    return cast(ExecutionResult, result)
