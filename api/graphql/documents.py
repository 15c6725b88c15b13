"""Documents: parsed, measured, validated and their needs worked out once, then kept.

Clients send the same few texts again and again, so a request usually pays one look-up.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)

from api.graphql import limits
from api.graphql.overlaps import check_overlaps
from api.graphql.permissions import PUBLIC, Need, needs_of
from api.graphql.schema import GRAPHQL
from api.graphql.trail import actions_of
from kernel.errors import Invalid, NotAllowed

# Texts of so many characters in all are kept, and none that is longer than this: parsed, each
# character takes about 100 bytes.
_ROOM = 400_000
_LONGEST_KEPT = 20_000
_MOST_ERRORS = 20
_LONG_NUMBER = re.compile(r"[0-9]{400}")
_PUBLIC_FIELDS = frozenset(name for _, name in PUBLIC) | {"__typename"}


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document."""

    text: str
    parsed: DocumentNode
    needs: dict[str | None, tuple[Need, ...]]
    # What each operation is called in the audit log.
    actions: dict[str | None, str]

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run; Invalid where the name fits none, or there are several."""
        operations = [
            node for node in self.parsed.definitions if isinstance(node, OperationDefinitionNode)
        ]
        if name is None and len(operations) == 1:
            return operations[0]
        for node in operations:
            if name is not None and node.name and node.name.value == name:
                return node
        raise Invalid(
            f"There is no operation {name} in the document."
            if name is not None
            else "The document has several operations: operationName must say which.",
            code="BAD_USER_INPUT",
            field=("operationName",),
        )


class InvalidDocument(Exception):
    """A document that is not valid, with everything that is wrong about it."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__("the document is not valid")
        self.errors = errors


def read_document(text: str, *, is_stranger: bool) -> Document:
    """The document of a text; InvalidDocument, or Invalid where it is too much.

    Strangers are told nothing of the schema: for them only documents count that do nothing but sign
    in (NotAllowed), and no error suggests a name.
    """
    known = _kept.get(text)
    if known is not None:
        _kept.move_to_end(text)
        return known
    longest = limits.LONGEST_OF_STRANGERS if is_stranger else limits.LONGEST
    if len(text) > longest:
        raise Invalid(
            f"The document has {len(text)} characters; {longest} are allowed.",
            code="TOO_COMPLEX",
            field=("query",),
        )
    if _LONG_NUMBER.search(text):  # Python refuses to read more than 4,300 digits
        raise Invalid("A number in the document is too long.", code="BAD_USER_INPUT")
    try:
        return _read(text, is_stranger)
    except RecursionError:
        raise Invalid("The document is nested too deeply.", code="TOO_COMPLEX") from None


def _read(text: str, is_stranger: bool) -> Document:
    most = limits.MOST_TOKENS_OF_STRANGERS if is_stranger else limits.MOST_TOKENS
    try:
        parsed = parse(text, max_tokens=most)
    except GraphQLError as error:
        raise InvalidDocument([error]) from None
    if is_stranger and not _only_signs_in(parsed):
        raise NotAllowed("Sign in first.", code="SIGN_IN")
    limits.measure(parsed)
    check_overlaps(parsed)
    errors = validate(GRAPHQL, parsed, max_errors=_MOST_ERRORS, hide_suggestions=is_stranger)
    if errors:
        raise InvalidDocument(errors)
    document = Document(text, parsed, needs_of(GRAPHQL, parsed), actions_of(parsed))
    if len(text) <= _LONGEST_KEPT:
        _kept[text] = document
        while sum(map(len, _kept)) > _ROOM:
            _kept.popitem(last=False)
    return document


def _only_signs_in(parsed: DocumentNode) -> bool:
    for node in parsed.definitions:
        if not isinstance(node, OperationDefinitionNode):
            return False
        is_mutation = node.operation is OperationType.MUTATION
        for field in node.selection_set.selections:
            if not isinstance(field, FieldNode) or field.name.value not in _PUBLIC_FIELDS:
                return False
            if field.name.value != "__typename" and not is_mutation:
                return False
    return True


_kept: OrderedDict[str, Document] = OrderedDict()
