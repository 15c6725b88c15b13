"""What came through the webhook is seen in the inbox, to the letter."""

from __future__ import annotations

from kernel import clock
from tests.api.door import Door, Store, arrives, text_message

INBOX = """
query Inbox($filter: ConversationFilter, $first: Int, $after: String) {
  conversations(filter: $filter, first: $first, after: $after) {
    nodes {
      state unread
      window { open closesAt }
      contact { name phone tags { name } }
      assignee { name }
      channel { displayName }
      messages(last: 3) { nodes { __typename text direction status sentAt } }
    }
    pageInfo { hasNextPage hasPreviousPage endCursor }
    totalCount
  }
}
"""
_AT = 1_794_000_000


async def test_a_message_is_seen(door: Door, store: Store) -> None:
    clock.move(_AT * clock.SECOND + 5 * clock.SECOND - clock.now())
    words = "مرحبا 你好 👋"
    token = await _fresh(store)
    await arrives(door, text_message(store, words, at=_AT))
    found = await door.data(INBOX, token)
    assert found["conversations"]["totalCount"] == 1
    assert found["conversations"]["nodes"] == [
        {
            "state": "OPEN",
            "unread": 1,
            "window": {"open": True, "closesAt": "2026-11-07T21:20:00Z"},
            "contact": {"name": "Lea Prat", "phone": "+34600111222", "tags": []},
            "assignee": None,
            "channel": {"displayName": "Costa Clara"},
            "messages": {
                "nodes": [
                    {
                        "__typename": "TextMessage",
                        "text": words,
                        "direction": "INBOUND",
                        "status": "RECEIVED",
                        "sentAt": "2026-11-06T21:20:00Z",
                    }
                ]
            },
        }
    ]


async def _fresh(store: Store) -> str:
    import tenants
    from kernel import tenancy

    with tenancy.acting_for(store.tenant_id):
        return await tenants.issue(store.people["agent"])
