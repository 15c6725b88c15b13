"""The reader of answers finds what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import build_schema, parse

from tests.fuzz.answers import faults_of_answer

_SCHEMA = build_schema("""
scalar DateTime
enum State { OPEN SHUT }
interface Thing { id: ID! }
type Door implements Thing { id: ID! state: State! width: Int at: DateTime tags: [String!] }
type Wall implements Thing { id: ID! }
type Query { door: Door! things: [Thing!]! }
""")
_DOOR = "{ door { id state width at tags } }"
_WHOLE = {
    "id": "door_1",
    "state": "OPEN",
    "width": 90,
    "at": "2026-10-01T12:00:00.000001Z",
    "tags": ["old"],
}
_FAILED = {"message": "No.", "path": ["door", "width"], "extensions": {"code": "BROKEN"}}


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({}, ""),
        ({"width": None, "at": None, "tags": None}, ""),
        ({"id": None}, "('door', 'id'): null for ID!"),
        ({"id": 5}, "('door', 'id'): 5 is no ID"),
        ({"state": "AJAR"}, "('door', 'state'): 'AJAR' is no State"),
        ({"width": 2**31}, "('door', 'width'): 2147483648 is no Int"),
        ({"width": True}, "('door', 'width'): True is no Int"),
        ({"at": "2026-10-01T12:00:00+02:00"}, "'2026-10-01T12:00:00+02:00' is no DateTime"),
        ({"tags": "old"}, "('door', 'tags'): no list: 'old'"),
        ({"tags": [None]}, "('door', 'tags', 0): null for String!"),
        ({"more": 1}, "('door',): ['id', 'state', 'width', 'at', 'tags', 'more'] where"),
    ],
)
def test_values(changed: dict[str, Any], fault: str) -> None:
    answer = {"data": {"door": _WHOLE | changed}}
    faults = faults_of_answer(_SCHEMA, parse(_DOOR), answer)
    assert (len(faults), fault in "".join(faults)) == (bool(fault), True)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ([], "no answer: []"),
        ({}, "neither data nor errors"),
        ({"data": None, "errors": [_FAILED]}, ""),
        ({"data": {"door": _WHOLE | {"width": None}}, "errors": [_FAILED]}, ""),
        ({"data": {"door": _WHOLE}, "errors": [_FAILED]}, "('door', 'width'): 90 beside an error"),
        ({"data": {"door": _WHOLE}, "errors": []}, "errors is empty"),
        ({"data": None, "errors": [{"message": "No."}]}, "an error of ours: {'message': 'No.'}"),
        ({"data": None, "errors": [{"message": ""} | {"extensions": {"code": "A"}}]}, "without"),
        (
            {"data": None, "errors": [{"message": "No."} | {"extensions": {"code": "INTERNAL"}}]},
            "o",
        ),
    ],
)
def test_errors(answer: Any, fault: str) -> None:
    faults = faults_of_answer(_SCHEMA, parse(_DOOR), answer)
    assert (len(faults), fault in "".join(faults)) == (bool(fault), True)


def test_types_that_are_open() -> None:
    document = parse("""
      { things { __typename ... on Thing { id } ...door } }
      fragment door on Door { state of: state }
    """)
    shut = {"__typename": "Door", "id": "door_1", "state": "SHUT", "of": "SHUT"}
    wall = {"__typename": "Wall", "id": "wall_1"}
    assert faults_of_answer(_SCHEMA, document, {"data": {"things": [shut, wall]}}) == []
    for things, fault in (
        ([wall | {"state": "SHUT"}], "where ['__typename', 'id'] was asked for"),
        ([{"__typename": "Wall"}], "where ['__typename', 'id'] was asked for"),
        ([{"__typename": "Query"}], "'Query' is no Thing"),
    ):
        [found] = faults_of_answer(_SCHEMA, document, {"data": {"things": things}})
        assert fault in found
