"""One final state, whatever comes first: the answer to the POST or statuses, once or twice."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import conversations
from kernel import clock
from tests import stored
from tests.conversations.sending import Counter
from tests.flows.platform import Json, Script, drop, error

# What the platform tells in the end, and the state that it comes to. Times tell the order.
_STORIES: dict[str, tuple[list[str], str]] = {
    "read": (["sent", "delivered", "read"], "read"),
    "delivered": (["sent", "delivered"], "delivered"),
    "failed": (["failed"], "failed"),
    "read after all": (["sent", "failed", "delivered"], "delivered"),
}
# What the answer says; "silent": the statuses do not carry our callback data.
_ANSWERS = ("taken", "lost", "later", "silent")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
async def test_any_order_comes_to_one_state(counter: Counter, data: st.DataObject) -> None:
    story = data.draw(st.sampled_from(sorted(_STORIES)))
    answer = data.draw(st.sampled_from(_ANSWERS))
    told, final = _STORIES[story]
    doubled = told + data.draw(st.lists(st.sampled_from(told), max_size=3))
    steps = data.draw(st.permutations([*doubled, "answer"]))

    thread = await counter.opens()
    counter.platform.messages.clear()
    asked, may_answer = asyncio.Event(), asyncio.Event()
    counter.platform.does(_held(asked, may_answer, counter, answer))
    queued = await counter.queues(thread)
    going = asyncio.create_task(counter.delivers())
    await asyncio.wait_for(asked.wait(), 5)
    for step in steps:
        if step == "answer":
            may_answer.set()
            await going
        else:
            place = told.index(step)
            code = 131026 if step == "failed" else 0
            body = dict(counter.platform.messages[0])
            if answer == "silent":
                body["biz_opaque_callback_data"] = "somebody else's"
            wamid = counter.platform.wamid_of(counter.platform.messages[0])
            await counter.is_told(step, body, wamid=wamid, after=place, code=code)
    # Nothing is left that could change it, nor goes out again.
    clock.move(2 * clock.HOUR)
    await conversations.settle_overdue()
    await counter.delivers()

    message = await counter.message(queued)
    assert (message["status"], (await counter.send(queued))["state"]) == (final, "sent")
    times = [message[f"{kind}_at"] is not None for kind in ("sent", "delivered", "read", "failed")]
    assert times == [kind in told for kind in ("sent", "delivered", "read", "failed")]
    assert message["error_code"] == (131026 if "failed" in told else None)
    assert message["wamid_token"] is not None
    assert len(counter.platform.messages) == 1
    keys = await stored.rows(
        "SELECT token FROM message_key WHERE message_id = $1::uuid", queued.message_id
    )
    assert [row["token"] for row in keys] == [message["wamid_token"]]


def _held(asked: asyncio.Event, may_answer: asyncio.Event, counter: Counter, answer: str) -> Script:
    """The platform has the message; its answer comes when it may, or never."""

    async def serve(request: web.Request, body: Json) -> Any:
        asked.set()
        await may_answer.wait()
        if answer in ("taken", "silent"):
            return counter.platform.accept(body)
        if answer == "lost":
            return await drop()(request, body)
        # It had it all the same: its own statuses say so.
        return await error(131000, 500)(request, body)

    return serve
