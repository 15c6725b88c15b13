"""Pages: every thing once, in order, both ways; cursors hold for one list only."""

from __future__ import annotations

from typing import Any

import pytest

from kernel import clock
from tests.api.door import Door, Store, arrives, open_store, text_message

_PAGE = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


@pytest.fixture
async def crowd(door: Door, store: Store) -> list[str]:
    """Seven people who wrote one after the other; their names, the latest first."""
    now = clock.now() // clock.SECOND
    await arrives(
        door,
        *(
            text_message(store, "hi", phone=f"3460011100{n}", name=f"Name {n}", at=now - 100 + n)
            for n in range(7)
        ),
    )
    return [f"Name {n}" for n in reversed(range(7))]


async def test_forward(door: Door, store: Store, crowd: list[str]) -> None:
    seen: list[str] = []
    after, pages = None, 0
    while True:
        page = await _threads(door, store, f"first: 3, after: {_text(after)}")
        pages += 1
        seen += [node["contact"]["name"] for node in page["nodes"]]
        assert page["pageInfo"]["hasPreviousPage"] is (pages > 1)
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert (seen, pages) == (crowd, 3)


async def test_backward(door: Door, store: Store, crowd: list[str]) -> None:
    last = await _threads(door, store, "last: 3")
    assert [node["contact"]["name"] for node in last["nodes"]] == crowd[-3:]
    assert last["pageInfo"]["hasPreviousPage"] is True
    assert last["pageInfo"]["hasNextPage"] is False
    before = _text(last["pageInfo"]["startCursor"])
    rest = await _threads(door, store, f"last: 200, before: {before}")
    assert [node["contact"]["name"] for node in rest["nodes"]] == crowd[:-3]
    assert rest["pageInfo"]["hasPreviousPage"] is False
    assert rest["pageInfo"]["hasNextPage"] is True


@pytest.mark.parametrize(
    ("order", "is_reversed"),
    [("LATEST_MESSAGE", False), ("OLDEST_MESSAGE", True), ("NEWEST", False), ("OLDEST", True)],
)
async def test_orders(
    door: Door, store: Store, crowd: list[str], order: str, is_reversed: bool
) -> None:
    page = await _threads(door, store, f"orderBy: {order}")
    names = [node["contact"]["name"] for node in page["nodes"]]
    assert names == (crowd[::-1] if is_reversed else crowd)


async def test_edges_have_their_cursors(door: Door, store: Store, crowd: list[str]) -> None:
    query = "{ contacts(first: 4) { edges { cursor node { name } } } }"
    edges = (await door.data(query, store.token))["contacts"]["edges"]
    assert [edge["node"]["name"] for edge in edges] == crowd[:4]
    after = edges[1]["cursor"]
    query = f'{{ contacts(first: 1, after: "{after}") {{ totalCount nodes {{ name }} }} }}'
    assert await door.data(query, store.token) == {
        "contacts": {"totalCount": 7, "nodes": [{"name": crowd[2]}]}
    }


@pytest.mark.parametrize("root", ["contacts", "conversations"])
async def test_what_comes_meanwhile_moves_no_page(
    door: Door, store: Store, crowd: list[str], root: str
) -> None:
    name = "name" if root == "contacts" else "contact { name }"
    seen: list[str] = []
    after = None
    for newcomer in range(3):
        query = (
            f"{{ {root}(first: 3, after: {_text(after)}) "
            f"{{ nodes {{ {name} }} pageInfo {{ endCursor }} }} }}"
        )
        page = (await door.data(query, store.token))[root]
        seen += [node.get("name") or node["contact"]["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        phone = f"3460033300{newcomer}"
        await arrives(door, text_message(store, "hi", phone=phone, name=f"New {newcomer}"))
    assert seen == crowd


async def test_cursors_hold_for_their_list(door: Door, store: Store, crowd: list[str]) -> None:
    cursor = (await _threads(door, store, "first: 2"))["pageInfo"]["endCursor"]
    other = await open_store("Dunas Altas", "999", "888")
    for arguments, token in (
        (f'after: "{cursor}", filter: {{unassigned: true}}', store.token),
        (f'after: "{cursor}", orderBy: OLDEST', store.token),
        (f'after: "{cursor[:20]}{_other(cursor[20])}{cursor[21:]}"', store.token),
        (f'after: "{cursor}"', other.token),
        ('after: "ö"', store.token),
        ('after: ""', store.token),
    ):
        answer = await door.ask(f"{{ conversations({arguments}) {{ nodes {{ id }} }} }}", token)
        assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "field": ["after"]}
    answer = await door.ask(f'{{ contacts(after: "{cursor}") {{ nodes {{ id }} }} }}', store.token)
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "field": ["after"]}
    assert len((await _threads(door, store, f'after: "{cursor}"'))["nodes"]) == 5


async def test_messages_of_a_thread(door: Door, store: Store) -> None:
    now = clock.now() // clock.SECOND
    await arrives(door, *(text_message(store, f"m{n}", at=now - 50 + n) for n in range(7)))
    thread = (await _threads(door, store, "first: 1"))["nodes"][0]["id"]

    async def texts(arguments: str) -> tuple[list[str], dict[str, Any]]:
        query = (
            f'{{ node(id: "{thread}") {{ ... on Conversation {{ messages({arguments}) '
            f"{{ totalCount nodes {{ text }} {_PAGE} }} }} }} }}"
        )
        page = (await door.data(query, store.token))["node"]["messages"]
        assert page["totalCount"] == 7
        return [node["text"] for node in page["nodes"]], page["pageInfo"]

    newest, info = await texts("last: 3")
    assert (newest, info["hasPreviousPage"], info["hasNextPage"]) == (
        ["m4", "m5", "m6"],
        True,
        False,
    )
    older, info = await texts(f'last: 3, before: "{info["startCursor"]}"')
    assert older == ["m1", "m2", "m3"]
    oldest, info = await texts(f'last: 3, before: "{info["startCursor"]}"')
    assert (oldest, info["hasPreviousPage"], info["hasNextPage"]) == (["m0"], False, True)
    assert (await texts("first: 2"))[0] == ["m0", "m1"]
    assert (await texts(f'first: 2, after: "{info["endCursor"]}"'))[0] == ["m1", "m2"]


async def test_filters(door: Door, store: Store, crowd: list[str]) -> None:
    now = clock.moment(clock.now()).isoformat().replace("+00:00", "Z")
    for filter_, names in (
        ('{search: "name 3"}', ["Name 3"]),
        ('{search: "nam"}', crowd),
        ('{search: "11005"}', ["Name 5"]),
        ('{search: "nobody"}', []),
        ('{search: ""}', []),
        ("{state: [OPEN]}", crowd),
        ("{state: [RESOLVED, SNOOZED]}", []),
        ("{state: []}", []),
        ("{unassigned: true}", crowd),
        ("{unassigned: false}", []),
        ("{hasUnread: true}", crowd),
        ("{hasUnread: false}", []),
        ("{windowOpen: true}", crowd),
        ("{windowOpen: false}", []),
        (f'{{lastInboundAt: {{before: "{now}"}}}}', crowd),
        (f'{{lastInboundAt: {{after: "{now}"}}}}', []),
    ):
        page = await _threads(door, store, f"filter: {filter_}")
        assert [node["contact"]["name"] for node in page["nodes"]] == names, filter_


async def test_filters_of_contacts(door: Door, store: Store, crowd: list[str]) -> None:
    for arguments, count in (
        ('filter: {country: {in: ["ES"]}}', 7),
        ('filter: {country: {in: ["FR", "DE"]}}', 0),
        ('filter: {language: {in: ["es"]}}', 7),
        ('filter: {createdAt: {before: "2020-01-01T00:00:00Z"}}', 0),
        ('search: "Name 2"', 1),
    ):
        query = f"{{ contacts({arguments}) {{ totalCount nodes {{ id }} }} }}"
        found = (await door.data(query, store.token))["contacts"]
        assert (found["totalCount"], len(found["nodes"])) == (count, count), arguments


async def test_people(door: Door, store: Store) -> None:
    query = f"{{ people(first: 2) {{ totalCount nodes {{ name role state }} {_PAGE} }} }}"
    page = (await door.data(query, store.token))["people"]
    assert page["nodes"] == [
        {"name": "Marta Vidal", "role": "OWNER", "state": "ACTIVE"},
        {"name": "Nuria Sala", "role": "AGENT", "state": "ACTIVE"},
    ]
    after = page["pageInfo"]["endCursor"]
    query = f'{{ people(after: "{after}") {{ nodes {{ name }} }} }}'
    assert await door.data(query, store.token) == {"people": {"nodes": [{"name": "Ana Lis"}]}}


async def _threads(door: Door, store: Store, arguments: str) -> Any:
    query = f"{{ conversations({arguments}) {{ nodes {{ id contact {{ name }} }} {_PAGE} }} }}"
    return (await door.data(query, store.token))["conversations"]


def _other(letter: str) -> str:
    return "A" if letter != "A" else "B"


def _text(cursor: str | None) -> str:
    return "null" if cursor is None else f'"{cursor}"'
