"""Operations that ask for too much are refused, quickly and with a reason."""

from __future__ import annotations

import time

from tests.api.door import Door, Store


def _nested(levels: int) -> str:
    return "{ viewer { person " + "{ id " * levels + "}" * levels + " } }"


def _doubling(levels: int) -> str:
    """28 fragments that spread each other twice: 2^28 fields, if anyone counted them one by one."""
    fragments = [
        f"fragment f{n} on Contact {{ mergedInto {{ ...f{n + 1} }} mergedInto {{ ...f{n + 1} }} }}"
        for n in range(levels)
    ]
    last = f"fragment f{levels} on Contact {{ id }}"
    return '{ contact(id: "x") { ...f0 } } ' + " ".join([*fragments, last])


def _priced(size: int) -> str:
    return (
        f"{{ contacts(first: {size}) {{ nodes {{ conversations(first: {size}) {{ nodes {{"
        f" messages(last: {size}) {{ nodes {{ id }} }} }} }} }} }} }}"
    )


_TOO_MUCH = [
    (_nested(30), "TOO_COMPLEX", "levels"),
    (_nested(2000), "GRAPHQL_PARSE_FAILED", "nested too deeply"),
    (_doubling(28), "TOO_COMPLEX", "levels"),
    (
        "{ viewer { " + " ".join(f"a{n}: role" for n in range(80)) + " } }",
        "TOO_COMPLEX",
        "aliases",
    ),
    (
        "{ viewer { "
        + "role @skip(if: false) " * 5
        + "..."
        + " @include(if: true)" * 200
        + " { role }"
        " } }",
        "TOO_COMPLEX",
        "directives",
    ),
    ("{ viewer { " + "role " * 30 + " } }", "TOO_COMPLEX", "role is selected more than"),
    ("{ " + "viewer { role } " * 3000 + "}", "GRAPHQL_PARSE_FAILED", "token"),
    ("#" + "x" * 200_000 + "\n{ viewer { role } }", "TOO_COMPLEX", "characters"),
    (_priced(200), "TOO_DEAR", "the dearest field is contacts"),
]


async def test_too_much(door: Door, store: Store) -> None:
    for query, code, words in _TOO_MUCH:
        began = time.process_time()
        answer = await door.ask(query, store.token)
        assert time.process_time() - began < 0.5
        [error] = answer["errors"]
        assert error["extensions"]["code"] == code, error
        assert words in error["message"]


async def test_variables_are_priced(door: Door, store: Store) -> None:
    query = (
        "query($n: Int = 200) { contacts(first: $n) { nodes { conversations(first: $n) { nodes {"
        " messages(last: $n) { nodes { id } } } } } } }"
    )
    for variables in ({}, {"n": 150}):
        answer = await door.ask(query, store.token, **variables)
        assert answer["errors"][0]["extensions"]["code"] == "TOO_DEAR"
    assert await door.data(query, store.token, n=10) == {"contacts": {"nodes": []}}


async def test_a_fragment_inside_itself(door: Door, store: Store) -> None:
    query = "{ viewer { ...a } } fragment a on Viewer { role ...b } fragment b on Viewer { ...a }"
    answer = await door.ask(query, store.token)
    assert "Cannot spread fragment 'a' within itself" in answer["errors"][0]["message"]
