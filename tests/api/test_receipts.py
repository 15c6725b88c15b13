"""Read marks and typing signs: wishes that a reader of its own carries to customers."""

from __future__ import annotations

import asyncio
import time

from kernel import clock
from tests import stored
from tests.api.desk import Desk
from tests.flows.platform import drop, error
from workers import receipts


async def test_telling_that_it_was_read_and_that_somebody_types(desk: Desk) -> None:
    mark = "mutation($input: ConversationMarkReadInput!) { it: conversationMarkRead(input: $input) "
    mark += "{ conversation { unread } userErrors { code } } }"
    typing = "mutation($input: ConversationInput!) { it: conversationTyping(input: $input) "
    typing += "{ userErrors { code } } }"
    here = {"conversation": desk.thread}
    await desk.door.data(mark, desk.store.token, input=here)
    await receipts.tell_customers()
    assert desk.platform.receipts == []
    marked = await desk.door.data(mark, desk.store.token, input=here | {"tellCustomer": True})
    assert marked["it"] == {"conversation": {"unread": 0}, "userErrors": []}
    await _all_receipts()
    read = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.34600111222.Is the blue one in stock?",
    }
    assert desk.platform.receipts == [read]
    await desk.door.data(typing, desk.store.token, input=here)
    await _all_receipts()
    assert desk.platform.receipts[1:] == [read | {"typing_indicator": {"type": "text"}}]
    # Nobody types any more after 25 seconds.
    await desk.door.data(typing, desk.store.token, input=here)
    clock.move(26 * clock.SECOND)
    await _all_receipts()
    assert len(desk.platform.receipts) == 2
    # Who may only read may mark for themselves, and tell nobody.
    analyst = desk.store.tokens["analyst"]
    await desk.door.data(mark, analyst, input=here)
    answer = await desk.door.ask(mark, analyst, input=here | {"tellCustomer": True})
    assert answer["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    await _all_receipts()
    assert len(desk.platform.receipts) == 2


async def test_lost_receipts_hold_nothing_up(desk: Desk) -> None:
    desk.platform.does(drop(), error(131016, 503))
    typing = f'mutation {{ conversationTyping(input: {{conversation: "{desk.thread}"}}) '
    typing += "{ userErrors { code } } }"
    for _ in range(3):
        await desk.door.data(typing, desk.store.token)
        await _all_receipts()
    assert len(desk.platform.receipts) == 3
    assert await _send_count() == 0


async def _all_receipts() -> None:
    """Until the reader passed the last event: other databases of the server hold it back too."""
    (last,) = await stored.rows(
        "SELECT position, id FROM outbox ORDER BY position DESC, id DESC LIMIT 1"
    )
    deadline = time.monotonic() + 20
    while True:
        await receipts.tell_customers()
        reader = await stored.row(
            "SELECT position, event_id FROM reader WHERE name = $1", receipts.READER
        )
        if reader == {"position": last["position"], "event_id": last["id"]}:
            return
        assert time.monotonic() < deadline, "the reader stands still"
        await asyncio.sleep(0.01)


async def _send_count() -> int:
    return len(await stored.rows("SELECT id FROM send"))
