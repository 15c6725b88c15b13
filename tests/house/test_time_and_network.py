"""Time and ids have one source each; no unit of work calls the network or starts a task."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house import sources
from tests.servers import ROOT

# Calls that tell the time or make an id, by their last two names.
_TELL = (
    "datetime.now datetime.utcnow datetime.today date.today time.time time.time_ns time.gmtime "
    "time.localtime uuid.uuid1 uuid.uuid4 random.random random.randint random.choice"
)
SOURCES = frozenset(_TELL.split())
# Who may, and why. (time.monotonic measures and may be used anywhere.)
MAY = {
    "kernel/clock.py": {"time.time_ns"},
}
# Modules through which bytes leave the machine.
_WIRES = "aiohttp aiosmtplib httpx arq redis socket ssl smtplib urllib.request http.client"
NETWORK = frozenset(_WIRES.split())
# What runs beside a unit would speak over its connection and outlive it (traps: Tortoise).
BESIDE = frozenset(
    {"asyncio.create_task", "asyncio.ensure_future", "asyncio.gather", "asyncio.TaskGroup"}
)
# Its verbs return at once: what is rung is passed on later.
AT_ONCE = frozenset({"bells.ring", "bells.BELL"})


def other_sources(module: ast.Module, may: set[str]) -> list[str]:
    """Calls that tell the time or make an id past the house's clock."""
    names = _imported(module)
    found: list[tuple[int, str]] = []
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and (name := sources.called(node)):
            first, _, rest = name.partition(".")
            whole = ".".join((names.get(first, first), rest)).strip(".")
            last = ".".join(whole.split(".")[-2:])
            if last in SOURCES and last not in may:
                found.append((node.lineno, last))
    return [f"line {line}: {last}" for line, last in sorted(found)]


def network_in_units(module: ast.Module, on_the_wire: set[str]) -> list[str]:
    """Units of work that reach the network or start tasks, themselves or by functions beside."""
    names = _imported(module)
    functions = {
        node.name: node
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    found = []
    for name, function in functions.items():
        if any(sources.dotted(one).endswith("unit_of_work") for one in function.decorator_list):
            for reached in sorted(_reach(name, functions)):
                for wire in sorted(_wires(functions[reached], names, on_the_wire)):
                    found.append(f"{name}: {reached} calls {wire}")
    return found


def on_the_wire() -> set[str]:
    """The house's modules that import the network themselves."""
    return {
        _module(path)
        for path in sources.python_files()
        if any(_is_network(one) for one in _imported(sources.tree(path)).values())
    }


def _reach(name: str, functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef]) -> set[str]:
    """The function and all functions of its module that it comes to call.

    What it hands to `after_commit` runs when the unit is over.
    """
    reached, waiting = set(), [name]
    while waiting:
        one = waiting.pop()
        if one in reached or one not in functions:
            continue
        reached.add(one)
        waiting += [node.id for node in _inside(functions[one]) if isinstance(node, ast.Name)]
    return reached


def _wires(function: ast.AST, names: dict[str, str], on_the_wire: set[str]) -> set[str]:
    found = set()
    for node in _inside(function):
        name = sources.dotted(node)
        whole = names.get(name.split(".")[0], "")
        if name in BESIDE:
            found.add(name)
        if name in AT_ONCE or not whole:
            continue
        if _is_network(whole) or any(f"{whole}.".startswith(f"{one}.") for one in on_the_wire):
            found.add(name.split(".")[0])
    return found


def _inside(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, but for what runs only after the commit."""
    later = {
        id(part)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and sources.called(node).endswith("after_commit")
        for part in ast.walk(node)
    }
    attributes = {id(node.value) for node in ast.walk(function) if isinstance(node, ast.Attribute)}
    for node in ast.walk(function):
        if id(node) not in later and id(node) not in attributes:
            yield node


def _imported(module: ast.Module) -> dict[str, str]:
    """Name → the whole name of what it was imported from."""
    names: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {(one.asname or one.name.split(".")[0]): one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {(one.asname or one.name): f"{node.module}.{one.name}" for one in node.names}
    return names


def _is_network(name: str) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in NETWORK)


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_time_and_ids_have_one_source() -> None:
    found = {}
    for path in sources.python_files():
        name = str(path.relative_to(ROOT))
        if other := other_sources(sources.tree(path), MAY.get(name, set())):
            found[name] = other
    assert found == {}
    used = {name for name in MAY if other_sources(sources.tree(ROOT / name), set())}
    assert used == set(MAY)


def test_no_unit_of_work_reaches_the_network_or_starts_a_task() -> None:
    wires = on_the_wire()
    assert {"kernel.bells", "channels.graph"} <= wires
    units = 0
    for path in sources.python_files():
        module = sources.tree(path)
        assert network_in_units(module, wires) == [], path
        units += "unit_of_work" in path.read_text()
    assert units > 10


def test_broken_rules_are_found() -> None:
    doctored = ast.parse(
        "import time, uuid\n"
        "import datetime as dt\n"
        "from datetime import datetime\n"
        "def a(): return time.time(), time.monotonic()\n"
        "def b(): return datetime.now(), dt.datetime.utcnow()\n"
        "def c(): return uuid.uuid4()\n"
    )
    assert other_sources(doctored, set()) == [
        "line 4: time.time",
        "line 5: datetime.now",
        "line 5: datetime.utcnow",
        "line 6: uuid.uuid4",
    ]
    doctored = ast.parse(
        "import aiohttp\n"
        "from channels import graph\n"
        "from kernel import bells, database\n"
        "@database.unit_of_work\n"
        "async def store():\n"
        "    await _tell()\n"
        "    bells.ring('deliveries')\n"
        "    database.after_commit(_fetch)\n"
        "async def _tell():\n"
        "    await graph.send()\n"
        "async def _fetch():\n"
        "    asyncio.create_task(_tell())\n"
        "    await aiohttp.request('GET', '/')\n"
        "@database.unit_of_work\n"
        "async def wait():\n"
        "    await bells.wait('outbox', 1)\n"
        "    await _fetch()\n"
    )
    assert network_in_units(doctored, {"channels.graph", "kernel.bells"}) == [
        "store: _tell calls graph",
        "wait: _fetch calls aiohttp",
        "wait: _fetch calls asyncio.create_task",
        "wait: _tell calls graph",
        "wait: wait calls bells",
    ]
