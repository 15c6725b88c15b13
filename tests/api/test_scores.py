"""Customers' messages are scored behind them, shown, put right and erased with the person (F37)."""

from __future__ import annotations

import privacy
import scoring
from kernel import clock, keys, tenancy
from tests import following, stored
from tests.api.door import Door, Store, arrives, text_message

_SCORES = """
{ conversations(first: 1) { nodes {
    mood { value trend messages topics { topic messages } }
    messages(first: 10) { nodes { id
      score { level levelSureness intent language mood topics unknown reasons { about words weight }
              model corrected correctedBy { name } } } }
} } }
"""
_CORRECT = """
mutation($input: MessageScoreCorrectInput!) { messageScoreCorrect(input: $input) {
    message { score { level levelSureness intent language mood topics corrected
                      correctedBy { name } } }
    userErrors { field code message } } }
"""
SAID = (
    "Do you have the blue dress? I love it, it's gorgeous 😍",
    "thank you so much!!",
    "Where is my parcel? It was promised for Monday",
    "Still nothing, this is terrible service 😡",
    "I want my money back, worst shop ever",
)


async def test_messages_are_scored_and_put_right(door: Door, store: Store) -> None:
    began = clock.now() // clock.SECOND - 60
    for second, text in enumerate(SAID):
        await arrives(door, text_message(store, text, wamid=f"wamid.{second}", at=began + second))
    (thread,) = (await door.data(_SCORES, store.token))["conversations"]["nodes"]
    assert thread["mood"] is None
    assert [one["score"] for one in thread["messages"]["nodes"]] == [None] * 5
    await following.follow()
    (thread,) = (await door.data(_SCORES, store.token))["conversations"]["nodes"]
    scores = [one["score"] for one in thread["messages"]["nodes"]]
    assert [(one["level"], one["mood"]) for one in scores] == [
        ("INFORMATION", "POSITIVE"),
        ("COURTESY", "POSITIVE"),
        ("INFORMATION", "NEUTRAL"),
        ("INFORMATION", "NEGATIVE"),
        ("CALL_TO_ACTION", "NEGATIVE"),
    ]
    assert [one["topics"] for one in scores[1:3]] == [[], ["DELIVERY"]]
    assert {one["language"] for one in scores} == {"en"}
    assert all(0 < one["levelSureness"] <= 0.99 for one in scores)
    assert {"about": "mood", "words": "😡", "weight": -2.0} in scores[3]["reasons"]
    assert thread["mood"]["trend"] == "FALLING"
    assert (thread["mood"]["messages"], thread["mood"]["value"]) == (5, -0.4)
    assert {"topic": "DELIVERY", "messages": 1} in thread["mood"]["topics"]
    kinds = [row["kind"] for row in await stored.rows("SELECT kind FROM outbox ORDER BY position")]
    assert kinds.count("score.message_scored") == 5
    assert kinds.count("score.mood_dropped") == 1
    (seen,) = (await door.data(_SCORES, store.tokens["analyst"]))["conversations"]["nodes"]
    assert seen["messages"]["nodes"][3]["score"] == scores[3] | {"reasons": None}

    asked = {"message": thread["messages"]["nodes"][4]["id"], "mood": "NEUTRAL", "topics": []}
    told = await door.data(_CORRECT, store.token, input=asked)
    told = await door.data(_CORRECT, store.token, input=asked | {"intent": "INFORMATION"})
    assert told["messageScoreCorrect"] == {
        "message": {
            "score": {
                "level": "INFORMATION",
                "levelSureness": 0.99,
                "intent": "INFORMATION",
                "language": "en",
                "mood": "NEUTRAL",
                "topics": [],
                "corrected": ["intent", "mood", "topics"],
                "correctedBy": {"name": "Nuria Sala"},
            }
        },
        "userErrors": [],
    }
    told = await door.data(_CORRECT, store.token, input=asked | {"language": "xx"})
    assert told["messageScoreCorrect"]["userErrors"] == [
        {
            "field": ["language"],
            "code": "INVALID",
            "message": "language must be one of ar, de, en, es, id, pt, ru, zh.",
        }
    ]
    refused = await door.ask(_CORRECT, store.tokens["analyst"], input=asked)
    assert refused["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"

    kept = await stored.rows("SELECT * FROM message_score ORDER BY message_id")
    with tenancy.acting_for(store.tenant_id):
        await scoring.score_messages(row["message_id"] for row in kept)
    assert await stored.rows("SELECT * FROM message_score ORDER BY message_id") == kept


async def test_scores_follow_changes_and_go_with_the_person(door: Door, store: Store) -> None:
    began = clock.now() // clock.SECOND - 60
    await arrives(
        door, text_message(store, "two please, send me the bill", wamid="wamid.a", at=began)
    )
    await arrives(door, text_message(store, "hola", wamid="wamid.b", at=began + 1))
    await following.follow()
    levels = """SELECT s.level FROM message_score s JOIN message m ON m.id = s.message_id
                 ORDER BY m.provider_at"""
    assert [row["level"] for row in await stored.rows(levels)] == [3, 1]
    edit = {"original_message_id": "wamid.a", "message": {"type": "text", "text": {"body": "ok"}}}
    await arrives(
        door,
        text_message(store, "", wamid="wamid.c", at=began + 2, type="edit", edit=edit),
        text_message(
            store,
            "",
            wamid="wamid.d",
            at=began + 3,
            type="revoke",
            revoke={"original_message_id": "wamid.b"},
        ),
    )
    await following.follow()
    assert [row["level"] for row in await stored.rows(levels)] == [1]
    with tenancy.acting_for(store.tenant_id):
        (message,) = await stored.rows("SELECT message_id FROM message_score")
        await scoring.correct_score(message["message_id"], None, mood=1)
        (contact,) = await stored.rows("SELECT id FROM contact")
        await privacy.begin_erasure(contact["id"], reason="request")
        while await privacy.erase_next():
            pass
        keys.forget_destroyed()
        await scoring.score_messages([message["message_id"]])
    assert await stored.rows("SELECT * FROM message_score") == []
    assert await stored.rows("SELECT * FROM score_correction") == []
