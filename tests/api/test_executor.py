"""The short way of execution answers as graphql-core's own does, to the letter and to the error."""

from __future__ import annotations

import asyncio
from enum import Enum
from typing import Any

import pytest
import strawberry
from graphql import ExecutionResult, GraphQLSchema, execute, parse, validate
from graphql.execution import Executor
from strawberry.execution.is_awaitable import optimized_is_awaitable

from api.graphql.executor import LeanExecutor
from api.graphql.permissions import PERSONAL
from api.graphql.wiring import wire


class _Context:
    def __init__(self, *, sees_personal: bool) -> None:
        self.sees_personal = sees_personal


def _schema() -> GraphQLSchema:
    """A schema whose fields do everything that fields can do."""

    @strawberry.enum
    class Colour(Enum):
        RED = strawberry.enum_value("red")
        BLUE = strawberry.enum_value("blue")

    @strawberry.interface
    class Thing:
        depth: int

        @strawberry.field
        def name(self) -> str:
            return f"thing {self.depth}"

    @strawberry.type
    class Box(Thing):
        @strawberry.field
        def colour(self) -> Colour:
            return Colour.BLUE if self.depth % 2 else Colour.RED

        @strawberry.field(directives=[PERSONAL])
        def secret(self) -> str | None:
            return "secret"

        @strawberry.field
        def failing(self) -> str | None:
            raise ValueError("no")

        @strawberry.field
        def failing_hard(self) -> str:
            raise ValueError("no, hard")

        @strawberry.field
        def absent(self) -> str:
            return None  # type: ignore[return-value]

        @strawberry.field
        def wrong(self) -> int | None:
            return "text"  # type: ignore[return-value]

        @strawberry.field
        def inner(self) -> Box | None:
            return Box(depth=self.depth + 1)

        @strawberry.field
        def inner_hard(self) -> Box:
            return Box(depth=self.depth + 1)

        @strawberry.field
        def things(self, first: int = 2) -> list[Thing]:
            return [(Box, Bag)[n % 2](depth=n) for n in range(first)]

        @strawberry.field
        def maybe_things(self) -> list[Thing | None] | None:
            return [Box(depth=1), None, Bag(depth=2)]

        @strawberry.field
        def broken_things(self) -> list[Thing] | None:
            return [Box(depth=1), None]  # type: ignore[list-item]

        @strawberry.field
        def colours(self) -> list[Colour]:
            return [Colour.RED, Colour.BLUE]

        @strawberry.field
        def future(self) -> Box | None:
            return _later(Box(depth=7))  # type: ignore[return-value]

        @strawberry.field
        def future_text(self) -> str:
            return _later("later")  # type: ignore[return-value]

        @strawberry.field
        async def slow(self) -> Box:
            await asyncio.sleep(0)
            return Box(depth=8)

        @strawberry.field
        async def slow_failing(self) -> str | None:
            await asyncio.sleep(0)
            raise ValueError("late")

        @strawberry.field
        async def slow_failing_hard(self) -> str:
            await asyncio.sleep(0)
            raise ValueError("late, hard")

    @strawberry.type
    class Bag(Thing):
        @strawberry.field
        def size(self) -> float:
            return self.depth / 2

        @strawberry.field
        def broken(self) -> str:
            raise ValueError("broken")

    @strawberry.type
    class Query:
        @strawberry.field
        def box(self) -> Box | None:
            return Box(depth=0)

        @strawberry.field
        def box_hard(self) -> Box:
            return Box(depth=0)

    # The annotations above name classes of this function.
    globals().update(Colour=Colour, Thing=Thing, Box=Box, Bag=Bag)
    schema = strawberry.Schema(query=Query, types=[Bag])._schema
    wire(schema)
    return schema


_SCHEMA = _schema()


@pytest.mark.parametrize("sees_personal", [True, False])
@pytest.mark.parametrize(
    "query",
    [
        "{ box { name depth colour secret colours __typename } }",
        "{ z: box { b: name a: depth name } box { colour } }",
        "{ box { failing name wrong } }",
        "{ box { inner { failingHard name } name } }",
        "{ box { innerHard { failingHard } name } name: box { name } }",
        "{ boxHard { innerHard { failingHard } name } }",
        "{ box { absent name } }",
        "{ boxHard { absent } }",
        "{ box { things { __typename name ... on Box { colour inner { name } } } } }",
        "{ box { things { ... on Bag { size } } } }",
        "{ box { slow { name } failingHard } }",
        "{ box { slow { name } innerHard { failingHard } } }",
        "{ box { things { ... on Box { slow { name } } ... on Bag { broken } } } }",
        "{ box { things(first: 5) { name } none: things(first: 0) { name } } }",
        "query($n: Int!) { box { things(first: $n) { name } } }",
        "{ box { maybeThings { name ... on Box { failingHard } } } }",
        "{ box { brokenThings { name } name } }",
        "{ box { things { ... on Box { failingHard } } name } }",
        "{ box { future { name inner { future { name } } } futureText name } }",
        "{ box { slow { name slow { name failing } } name } }",
        "{ box { slowFailing name slow { slowFailingHard } } }",
        "{ boxHard { slow { slowFailingHard } } }",
        "{ box { things { ... on Box { slow { name } future { name } } name } } }",
        "{ box { maybeThings { ... on Box { slowFailingHard } name } } }",
        "{ box { ...f inner { ...f } } } fragment f on Box { name inner { colour } }",
        "query($yes: Boolean = true) { box { name @skip(if: $yes) depth @include(if: $yes) } }",
        "{ box { name inner { name } inner { depth inner { colour } } } }",
    ],
)
async def test_same_answer(query: str, sees_personal: bool) -> None:
    document = parse(query)
    assert validate(_SCHEMA, document) == []

    async def run(executor: type[Executor[Any]]) -> ExecutionResult:
        result: Any = execute(
            _SCHEMA,
            document,
            context_value=_Context(sees_personal=sees_personal),
            variable_values={"n": 3} if "$n" in query else {},
            executor_class=executor,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
        )
        return await result if optimized_is_awaitable(result) else result

    usual, lean = await run(Executor), await run(LeanExecutor)
    await asyncio.sleep(0.01)  # what an error left behind is settled in the background
    assert lean.data == usual.data
    assert repr(lean.data) == repr(usual.data)  # the order of the fields too
    assert _told(lean) == _told(usual)


def _told(result: ExecutionResult) -> list[str]:
    return sorted(str(error.formatted) for error in result.errors or [])


def _later(value: Any) -> Any:
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(future.set_result, value)
    return future
