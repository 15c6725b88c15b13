"""Any value in any place of a delivery: nothing raises, nothing beside it is lost."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from channels import wire
from tests.platform_json import as_platform

PAYLOADS = Path(__file__).parent.parent / "payloads"
BODIES = {
    path.stem: orjson.loads(path.read_bytes())
    for path in sorted(PAYLOADS.glob("*.json"))
    if path.stem != "signature-vectors"
}

Path_ = tuple[str | int, ...]

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters())
    | st.sampled_from(["messages", "1794000000", "FR.1", "331", "system", "group", "\x00\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(), max_size=3)
            | st.sampled_from(["id", "type", "messages", "standby", "errors", "value", "entry"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


def places(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in parts:
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, key))


SPOTS = [(name, path) for name, body in BODIES.items() for path in places(body)]


@given(st.sampled_from(SPOTS), anything)
def test_damage_anywhere_harms_nothing_beside_it(spot: tuple[str, Path_], junk: Any) -> None:
    name, path = spot
    body = BODIES[name]
    before = wire.parse(as_platform(body)).updates
    after = wire.parse(as_platform(replaced(body, path, junk))).updates
    for update in beside(body, path):
        assert update in after
    kept = b"".join(orjson.dumps(update) for update in after).decode()
    for item_id in ids_beside(body, path):
        assert item_id in kept
    if in_an_item(path):
        assert len(after) == len(before)
        assert sum(a != b for a, b in zip(after, before, strict=True)) <= 1
    elif path[5:6] in (("contacts",), ("metadata",)):
        assert len(after) == len(before)


def replaced(body: Any, path: Path_, junk: Any) -> Any:
    body = copy.deepcopy(body)
    spot = body
    for key in path[:-1]:
        spot = spot[key]
    spot[path[-1]] = junk
    return body


def beside(body: Any, path: Path_) -> Iterator[wire.Update]:
    """The updates of all changes that the damage does not touch."""
    for i, entry in enumerate(body["entry"]):
        for j, change in enumerate(entry["changes"]):
            whole = ("entry", i, "changes", j)
            hit = path[:4] == whole[: len(path)]
            hit = hit or (path[:2] == whole[:2] and path[2] != "changes")
            if not hit:
                alone = {"entry": [entry | {"changes": [change]}]}
                yield from wire.parse(as_platform(alone)).updates


def ids_beside(value: Any, path: Path_ | None) -> Iterator[str]:
    """Message ids anywhere but below the damage."""
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in parts:
        below = path[1:] if path and path[0] == key else None
        if below == ():
            continue
        if key == "id" and isinstance(inner, str) and inner.startswith("wamid."):
            yield inner
        elif isinstance(inner, dict | list):
            yield from ids_beside(inner, below)


def in_an_item(path: Path_) -> bool:
    """Whether the damage is an item of a list of items, or in one."""
    if path[5:6] == ("history",):
        return path[7:8] == ("threads",) and path[9:10] == ("messages",) and len(path) > 10
    if path[5:6] == ("standby",):
        return len(path) > 7
    return path[4:5] == ("value",) and len(path) > 6 and path[5] not in ("contacts", "metadata")
