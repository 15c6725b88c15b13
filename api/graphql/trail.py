"""What the audit log hears of operations (F48): one row for what was read, one for each change.

A row is durable before the answer leaves; requests that end at the same time share its commit.
"""

from __future__ import annotations

import re

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from api.graphql.context import Context
from api.graphql.schema.node import KINDS
from api.graphql.unseal import Opened
from kernel import audit, ids
from kernel.audit import Request
from kernel.errors import Invalid, RapportError
from kernel.ids import Id

_SHOWN_ID = re.compile(rb"\b[a-z]{1,24}_[0-9A-Za-z]{22}\b")
_MOST_IDS = 200
# What has an id of ours and is not found by `node`.
_BESIDE_NODES = frozenset({"file", "invitation", "media", "session"})


def actions_of(parsed: DocumentNode) -> dict[str | None, str]:
    """What a document's operations do: `query.contacts`, `mutation.contactMerge`.

    Several root fields stand in the order of the alphabet, with commas.
    """
    fragments = {
        node.name.value: node
        for node in parsed.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    return {
        node.name.value if node.name else None: (
            f"{node.operation.value}.{','.join(sorted(_roots(node.selection_set, fragments)))}"
        )
        for node in parsed.definitions
        if isinstance(node, OperationDefinitionNode)
    }


async def leave(
    request: Request, context: Context, result: ExecutionResult, *, changed: bytes = b""
) -> None:
    """Record what the answer opens; of a change that left no row so far, the ids it was given.

    `changed` is what the client sent of a change, b"" for what only reads.
    """
    if result.errors and request.outcome == audit.DONE:
        cause = result.errors[0].original_error
        request.outcome = cause.code if isinstance(cause, RapportError) else "ERROR"
    if context.opened:
        opened = _by_kind(context.opened)
        context.opened.clear()  # a subscription goes on
        await audit.record(request.action, opened, outcome=request.outcome)
    elif changed and not request.is_told:
        await audit.record(request.action, ids_in(changed), outcome=request.outcome)


def sent(text: str, variables: object) -> bytes:
    """What a client sent, in which ids may stand."""
    return text.encode() + orjson.dumps(variables)


def ids_in(content: bytes) -> dict[str, list[Id]]:
    """The ids of ours in what a client sent; other words of that form are no ids of a kind."""
    found: dict[str, list[Id]] = {}
    for shown in _SHOWN_ID.findall(content)[:_MOST_IDS]:
        try:
            kind, row_id = ids.read_any(shown.decode())
        except Invalid:
            continue
        if kind in KINDS or kind in _BESIDE_NODES:
            found.setdefault(kind, []).append(row_id)
    return found


def _roots(selected: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]) -> set[str]:
    found: set[str] = set()
    for node in selected.selections:
        if isinstance(node, FieldNode):
            found.add(node.name.value)
        elif isinstance(node, FragmentSpreadNode):
            found |= _roots(fragments[node.name.value].selection_set, fragments)
        else:
            found |= _roots(node.selection_set, fragments)  # type: ignore[attr-defined]
    return found


def _by_kind(opened: Opened) -> dict[str, list[Id]]:
    found: dict[str, list[Id]] = {}
    for place, row_ids in opened.items():
        found.setdefault(place.partition(".")[0], []).extend(row_ids)
    return found
