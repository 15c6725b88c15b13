"""What colleagues put right is learnt within their tenant; what was never scored is caught up."""

from __future__ import annotations

from typing import Any

import privacy
import scoring
from kernel import clock, keys, tenancy
from scoring import learnt
from tests import following, stored
from tests.api.door import Door, Store, arrives, open_store, text_message

SAID = "The blue ones arrived!"
_SCORES = """
{ conversations(first: 10, orderBy: OLDEST) { nodes {
    messages(first: 10) { nodes { id score { intent level mood topics learnt corrected } } } } }
  tenant { scoring { scored messages } } }
"""
_CORRECT = """
mutation($id: ID!) { messageScoreCorrect(
    input: {message: $id, intent: SERVICE, mood: NEGATIVE, topics: [RETURNS]}) {
    userErrors { code } } }
"""
RIGHT = {"intent": "SERVICE", "level": "CALL_TO_ACTION", "mood": "NEGATIVE", "topics": ["RETURNS"]}


async def test_the_same_words_are_read_as_they_were_put_right(door: Door, store: Store) -> None:
    other = await open_store("Bella", "106540352242999", "102290129340399")
    (first,) = await _scored(door, store, "34600111231", SAID)
    assert first["score"]["intent"] == "INFORMATION"
    told = await door.data(_CORRECT, store.token, id=first["id"])
    assert told["messageScoreCorrect"]["userErrors"] == []
    # Case, accents and numbers make no difference; other words do.
    _, again = await _scored(door, store, "34600111232", "the BLUE ones arrived!")
    assert again["score"] == {**RIGHT, "learnt": True, "corrected": []}
    *_, unlike = await _scored(door, store, "34600111233", "The red ones arrived!")
    assert (unlike["score"]["intent"], unlike["score"]["learnt"]) == ("INFORMATION", False)
    with tenancy.acting_for(store.tenant_id):
        [(words, score)] = await learnt.corrected()
    assert (words, score["intent"], score["mood"]) == (SAID, "service", -1)
    (elsewhere,) = await _scored(door, other, "34600111231", SAID)
    assert (elsewhere["score"]["intent"], elsewhere["score"]["learnt"]) == ("INFORMATION", False)

    with tenancy.acting_for(store.tenant_id):
        contact = await stored.row(
            "SELECT contact_id FROM message WHERE tenant_id = $1::uuid "
            "ORDER BY received_at LIMIT 1",
            store.tenant_id,
        )
        assert contact is not None
        await privacy.begin_erasure(contact["contact_id"], reason="request")
        while await privacy.erase_next():
            pass
        keys.forget_destroyed()
    *_, forgotten = await _scored(door, store, "34600111234", SAID)
    assert (forgotten["score"]["intent"], forgotten["score"]["learnt"]) == ("INFORMATION", False)


async def test_what_was_never_scored_is_caught_up(door: Door, store: Store) -> None:
    said = [*_many(7)]
    for number, text in enumerate(said):
        await arrives(door, text_message(store, text, wamid=f"wamid.{number}"))
    await following.follow()
    kept = await stored.rows("SELECT message_id, level, intent FROM message_score")
    # As if they had come before scoring was there, and the work had been cut short.
    for row in kept[:5]:
        await stored.run("DELETE FROM message_score WHERE message_id = $1::uuid", row["message_id"])
    for table in ("contact_score", "thread_silence"):
        await stored.run(f"DELETE FROM {table}")
    assert (await door.data(_SCORES, store.token))["tenant"]["scoring"] == {
        "scored": 2,
        "messages": 7,
    }
    with tenancy.acting_for(store.tenant_id):
        await scoring.catch_up()
        await scoring.catch_up()
    assert (await door.data(_SCORES, store.token))["tenant"]["scoring"]["scored"] == 7
    found = await stored.rows("SELECT message_id, level, intent FROM message_score")
    assert sorted(found, key=str) == sorted(kept, key=str)
    assert len(await stored.rows("SELECT * FROM contact_score")) == 1


def _many(count: int) -> list[str]:
    return [f"Where is order {number}?" for number in range(count)]


async def _scored(door: Door, store: Store, phone: str, text: str) -> list[dict[str, Any]]:
    """All messages of the store with their scores, once this one came."""
    clock.move(clock.MINUTE)
    await arrives(door, text_message(store, text, phone=phone))
    await following.follow()
    nodes = (await door.data(_SCORES, store.token))["conversations"]["nodes"]
    return [message for thread in nodes for message in thread["messages"]["nodes"]]
