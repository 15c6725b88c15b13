"""Events are those of the catalogue and hold ids; jobs are bells and take nothing along."""

from __future__ import annotations

import ast
import dis
import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kernel import bells
from tenants.catalogue import CATALOGUE
from tests.house import sources
from tests.servers import ROOT
from workers import jobs

KINDS = {one.name: frozenset(one.refs) for one in CATALOGUE}
# What a reference may be called; anything else might be a text about somebody.
_MAY_REFER_TO = (
    "contact merged owner person tag number waba update field event conversation message media "
    "purpose entry state status assignee template category quality limit code reason role session "
    "campaign send origin key replaced order cart product store platform fulfilment refund "
    "request kind import invitation factor touchpoint use erasure breach export rule run "
    "stage tier level touch alert kpi report action segment"
)
REFS = frozenset(_MAY_REFER_TO.split())
# Features that record nothing of their own, and why.
WITHOUT_EVENTS = {
    "F8": "the timeline reads what others recorded",
    "F51": "the schema shows what others recorded",
    "F52": "the console shows what others recorded",
}


@dataclass(frozen=True)
class Recorded:
    """An event as a verb makes it; `{…}` in the kind stands for a code of the moment."""

    place: str
    room: str
    kind: str
    refs: frozenset[str]


def recorded(module: ast.Module, place: str) -> Iterator[Recorded]:
    """The events that a file makes, with the names of what they refer to, as far as it shows them.

    What a value of the moment adds is checked when it is recorded: an unknown name is refused.
    """
    named = [text for _, text in sources.texts(module) if text in KINDS]
    for function in ast.walk(module):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and sources.called(node) in ("Event", "events.Event"):
                if len(node.args) < 2:
                    continue  # read, not made
                refs = frozenset(_keys(node.args[1], function, node.lineno))
                kinds = [text for _, text in sources.texts(node.args[0])] or [
                    kind for kind in named if refs <= KINDS[kind]
                ]
                assert kinds, f"{place}:{node.lineno}: an event that cannot be read"
                for kind in kinds:
                    yield Recorded(place, place.split("/")[0], kind, refs)


def faults(found: list[Recorded]) -> list[str]:
    """Events that the catalogue does not know, or not with these references."""
    wrong = []
    for one in found:
        pattern = re.sub(r"\\\{.*?\\\}", r"[a-z_]+", re.escape(one.kind))
        known = [refs for kind, refs in KINDS.items() if re.fullmatch(pattern, kind)]
        if not known:
            wrong.append(f"{one.place}: no event {one.kind}")
        for name in sorted({name for refs in known for name in one.refs - refs}):
            wrong.append(f"{one.place}: {one.kind} carries no {name}")
        wrong += [f"{one.place}: {name} of {one.kind} is no id" for name in one.refs - REFS]
    return wrong


def _keys(node: ast.expr, function: ast.AST, before: int) -> set[str]:
    """The keys of a dict, also of one that the function put together under a name before."""
    if isinstance(node, ast.Dict):
        return {str(ast.literal_eval(key)) for key in node.keys if key}
    if isinstance(node, ast.DictComp):
        picked = node.generators[0].iter
        inner = picked.func if isinstance(picked, ast.Call) else picked
        named = inner.value if isinstance(inner, ast.Attribute) else inner
        return _keys(named, function, before)
    keys: set[str] = set()
    name = sources.dotted(node)
    assert name, f"line {node.lineno}: references of an event that cannot be read"
    for other in ast.walk(function):
        if not isinstance(other, ast.Assign | ast.AnnAssign):
            continue
        targets = other.targets if isinstance(other, ast.Assign) else [other.target]
        for target in targets if other.lineno < before else ():
            if sources.dotted(target) == name and isinstance(other.value, ast.Dict):
                keys |= _keys(other.value, function, before)
            if isinstance(target, ast.Subscript) and sources.dotted(target.value) == name:
                keys.add(str(ast.literal_eval(target.slice)))
    return keys


@cache
def _all() -> list[Recorded]:
    return [
        one
        for path in sources.python_files()
        for one in recorded(sources.tree(path), f"{sources.room_of(path)}/{path.name}")
        if path.name != "events.py"
    ]


def test_recorded_events_are_in_the_catalogue() -> None:
    found = _all()
    assert faults(found) == []
    assert {
        "analytics",
        "campaigns",
        "kernel",
        "contacts",
        "channels",
        "conversations",
        "commerce",
        "counters",
        "imports",
        "links",
        "privacy",
        "scoring",
        "segments",
        "tenants",
    } == {one.room for one in found}


def test_every_room_names_its_events() -> None:
    for room in {one.room for one in _all()}:
        told = importlib.import_module(room).__doc__ or ""
        named = re.search(r"My events:(.*)", told, re.DOTALL)
        assert named, f"{room} does not say which events are its own"
        patterns = [
            re.escape(word).replace(r"\*", r"[a-z_{}.]+")
            for word in re.findall(r"[a-z_]+\.[a-z_*]+", named[1])
        ]
        assert all(any(re.fullmatch(one, kind) for kind in KINDS) for one in patterns), room
        silent = {
            one.kind
            for one in _all()
            if one.room == room and not any(re.fullmatch(p, one.kind) for p in patterns)
        }
        assert silent == set(), f"{room} records more than it says"


def test_the_catalogue_covers_every_feature() -> None:
    features = {one.feature for one in CATALOGUE}
    every = {f"F{number}" for number in range(1, 55)}
    assert features | WITHOUT_EVENTS.keys() == every
    assert features & WITHOUT_EVENTS.keys() == set()
    assert len(KINDS) == len(CATALOGUE)
    for one in CATALOGUE:
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", one.name), one.name
        assert all(re.fullmatch(r"[a-z_]+", name) for name in one.refs), one.name
        assert one.says, one.name


def test_jobs_are_bells_and_take_nothing() -> None:
    rung = set()
    for path in sources.python_files():
        for node in ast.walk(sources.tree(path)):
            if not isinstance(node, ast.Call):
                continue
            if sources.called(node).endswith("enqueue_job"):
                named = {word.arg for word in node.keywords}
                assert len(node.args) == 1, f"{path}: a job with arguments"
                assert named <= {"_queue_name", "_job_id"}, f"{path}: a job with arguments"
            if sources.called(node) == "bells.ring":
                bell = sources.dotted(node.args[0])
                assert bell in ("BELL", "intake.BELL"), f"{path}: a bell without a name"
                file = path.with_stem("intake") if "intake" in bell else path
                module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
                rung.add(importlib.import_module(module).BELL)
    names = {job.__name__ for job in jobs.BELLS}
    assert names == rung
    for job in jobs.BELLS:
        # arq's own form of a job has parameters; ours read none of them.
        read = job.__code__.co_names + job.__code__.co_freevars + job.__code__.co_cellvars
        taken = inspect.signature(job).parameters
        loads = {one.argval for one in dis.get_instructions(job) if "LOAD_FAST" in one.opname}
        assert not (loads | set(read)) & set(taken), f"{job.__name__} reads what it was sent"
    assert list(inspect.signature(bells.ring).parameters) == ["name"]


def test_broken_rules_are_found() -> None:
    doctored = ast.parse(
        "async def tell(contact, phone):\n"
        '    refs = {"contact": contact}\n'
        '    refs["phone"] = phone\n'
        '    await events.record(Event("contact.updated", refs))\n'
        '    await events.record(Event("contact.phoned", {"contact": contact}))\n'
        '    await events.record(Event(f"consent.{kind}", {"contact": contact, "send": 1}))\n'
    )
    assert faults(list(recorded(doctored, "contacts/doctored.py"))) == [
        "contacts/doctored.py: contact.updated carries no phone",
        "contacts/doctored.py: phone of contact.updated is no id",
        "contacts/doctored.py: no event contact.phoned",
        "contacts/doctored.py: consent.{kind} carries no send",
    ]
