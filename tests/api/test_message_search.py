"""Messages are found by their words in eight languages, sealed as they are (F13, F50)."""

from __future__ import annotations

from typing import Any

import conversations
import privacy
from kernel import clock, keys, tenancy
from tests import following, stored
from tests.api.door import Door, Store, arrives, text_message

_FIND = """
query($search: String!, $first: Int, $after: String) {
  messages(search: $search, first: $first, after: $after) {
    totalCount nodes { text } pageInfo { hasNextPage endCursor }
  }
}
"""
_THREADS = """
query($words: String!) {
  conversations(filter: { words: $words }) { totalCount nodes { contact { name } } }
}
"""
# What was said; searches that find it; searches that do not.
SAID: dict[str, tuple[str, list[str], list[str]]] = {
    "English": ("Where's my order #4411, please?", ["ORDER", "4411", "where please"], ["ord"]),
    "Chinese": (
        "你好，请问包裹什么时候到？ＡＢ１２",
        ["包裹", "什么时候", "ab12"],
        ["裹包", "时到", "到"],
    ),
    "Russian": ("Ещё не пришёл мой заказ", ["еще", "ПРИШЕЛ заказ"], ["заказы"]),
    "Spanish": ("¿Cuándo llegará el paquete, señor?", ["cuando", "LLEGARÁ", "senor"], ["llegar"]),
    "German": ("Die Größe paßt mir nicht", ["GRÖSSE", "grosse", "passt nicht"], ["groß"]),
    "Portuguese": ("Não recebi a encomenda até hoje", ["nao", "ATE encomenda"], ["encomendas"]),
    "Arabic": ("أُريدُ اِسترجاعَ الطلبيّة رقم ٤٤١٢", ["اريد", "الطلبيه", "استرجاع 4412"], ["طلب"]),
    "Indonesian": ("Kapan pesanan saya dikirim?", ["pesanan", "KAPAN dikirim"], ["pesan"]),
}


async def _found(door: Door, store: Store, search: str, **page: Any) -> list[str]:
    data = await door.data(_FIND, store.token, search=search, **page)
    texts = [node["text"] for node in data["messages"]["nodes"]]
    assert page or data["messages"]["totalCount"] == len(texts)
    return texts


async def _index() -> None:
    await following.follow()


async def test_messages_are_found_by_their_words(door: Door, store: Store) -> None:
    began = clock.now() // clock.SECOND - 60
    for second, (text, _, _) in enumerate(SAID.values()):
        await arrives(door, text_message(store, text, at=began + second))
    assert await _found(door, store, "order") == [], "words are written down behind them"
    await _index()
    for text, finds, misses in SAID.values():
        for search in finds:
            assert await _found(door, store, search) == [text], search
        for search in misses:
            assert await _found(door, store, search) == [], search
    assert await _found(door, store, "?!") == []
    told = await door.data(_THREADS, store.token, words="pesanan")
    assert told["conversations"]["totalCount"] == 1
    told = await door.data(_THREADS, store.token, words="pesanan order")
    assert told["conversations"]["totalCount"] == 0, "no message has both"
    too_long = await door.ask(_FIND, store.token, search="x" * 1000)
    assert too_long["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    rows = await stored.rows("SELECT * FROM message_word")
    assert all(len(row["token"]) == 17 for row in rows)
    await _index()
    assert await stored.rows("SELECT * FROM message_word") == rows


async def test_whoever_is_erased_is_found_by_no_word(door: Door, store: Store) -> None:
    began = clock.now() // clock.SECOND - 60
    for second in range(3):
        await arrives(door, text_message(store, f"parcel {second}", at=began + second))
    await _index()
    first = await door.data(_FIND, store.token, search="parcel", first=2)
    assert [node["text"] for node in first["messages"]["nodes"]] == ["parcel 2", "parcel 1"]
    after = first["messages"]["pageInfo"]["endCursor"]
    assert await _found(door, store, "parcel", first=2, after=after) == ["parcel 0"]
    with tenancy.acting_for(store.tenant_id):
        (contact,) = await stored.rows("SELECT id FROM contact")
        await privacy.begin_erasure(contact["id"], reason="request")
        while await privacy.erase_next():
            pass
        keys.forget_destroyed()
        await conversations.index_words(
            row["id"] for row in await stored.rows("SELECT id FROM message")
        )
    assert await stored.rows("SELECT * FROM message_word") == []
    assert await _found(door, store, "parcel") == []
