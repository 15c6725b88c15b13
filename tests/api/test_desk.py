"""What people do: notes, steps, tags, settings, each seen in the answer and in what is stored."""

from __future__ import annotations

from typing import Any

from kernel import clock, ids, tenancy
from tests import stored
from tests.api.door import Door, Store, arrives, text_message

_STEP = "{ conversation { state snoozedUntil unread assignee { name } } userErrors { field code } }"


async def test_a_note(door: Door, store: Store) -> None:
    thread = await _thread(door, store)
    mutation = """
      mutation($input: NoteWriteInput!) {
        noteWrite(input: $input) {
          note { text direction status author { ... on Person { name } } mentions { name } }
          userErrors { field code message }
        }
      }
    """
    given = {
        "conversation": thread,
        "text": "Call her back 🙏",
        "mentions": [ids.show("person", store.people["owner"])],
    }
    written = await door.data(mutation, store.token, input=given)
    assert written["noteWrite"] == {
        "note": {
            "text": "Call her back 🙏",
            "direction": "NOTE",
            "status": "WRITTEN",
            "author": {"name": "Nuria Sala"},
            "mentions": [{"name": "Marta Vidal"}],
        },
        "userErrors": [],
    }
    for wrong, error in (
        ({"text": "  "}, {"field": ["text"], "code": "INVALID"}),
        ({"mentions": ["x"]}, {"field": ["mentions"], "code": "BAD_ID"}),
        (
            {"mentions": [ids.show("person", ids.new_id())]},
            {"field": ["mentions"], "code": "INVALID"},
        ),
        ({"conversation": "x"}, {"field": ["conversation"], "code": "BAD_ID"}),
        (
            {"conversation": ids.show("conversation", ids.new_id())},
            {"field": ["conversation"], "code": "NOT_FOUND"},
        ),
    ):
        refused = await door.data(mutation, store.token, input=given | wrong)
        assert refused["noteWrite"]["note"] is None
        [told] = refused["noteWrite"]["userErrors"]
        assert {"field": told["field"], "code": told["code"]} == error
    row = await stored.row("SELECT count(*) AS n FROM message WHERE direction = 'note'")
    assert row == {"n": 1}


async def test_steps_with_a_thread(door: Door, store: Store) -> None:
    thread = await _thread(door, store)
    agent = ids.show("person", store.people["agent"])
    until = clock.moment(clock.now() + clock.HOUR).replace(microsecond=0)
    shown = until.isoformat().replace("+00:00", "Z")
    here = f'conversation: "{thread}"'
    now: dict[str, Any] = {
        "state": "OPEN",
        "snoozedUntil": None,
        "unread": 1,
        "assignee": None,
    }
    for mutation, changed in (
        (
            f'conversationAssign(input: {{{here}, assignee: "{agent}"}})',
            {"assignee": {"name": "Nuria Sala"}},
        ),
        (f"conversationSetPending(input: {{{here}}})", {"state": "PENDING"}),
        (
            f'conversationSnooze(input: {{{here}, until: "{shown}"}})',
            {"state": "SNOOZED", "snoozedUntil": shown},
        ),
        (f"conversationReopen(input: {{{here}}})", {"state": "OPEN", "snoozedUntil": None}),
        (f"conversationMarkRead(input: {{{here}}})", {"unread": 0}),
        (f"conversationResolve(input: {{{here}}})", {"state": "RESOLVED"}),
        (f"conversationAssign(input: {{{here}}})", {"assignee": None}),
    ):
        now |= changed
        answer = await door.data(f"mutation {{ it: {mutation} {_STEP} }}", store.token)
        assert answer["it"] == {"conversation": now, "userErrors": []}, mutation
    with tenancy.acting_for(store.tenant_id):
        rows = await stored.rows("SELECT kind, person_id FROM conversation_step ORDER BY id")
    assert [row["kind"] for row in rows] == [
        "assigned",
        "pending",
        "snoozed",
        "open",
        "resolved",
        "assigned",
    ]
    assert {row["person_id"] for row in rows} == {store.people["agent"]}


async def test_a_step_that_cannot_be(door: Door, store: Store) -> None:
    thread = await _thread(door, store)
    mutation = (
        f'mutation {{ it: conversationSnooze(input: {{conversation: "{thread}", '
        f'until: "2020-01-01T00:00:00Z"}}) {_STEP} }}'
    )
    answer = await door.data(mutation, store.token)
    assert answer["it"] == {
        "conversation": None,
        "userErrors": [{"field": ["until"], "code": "INVALID"}],
    }
    assert await stored.row("SELECT state FROM conversation") == {"state": "open"}


async def test_tags(door: Door, store: Store) -> None:
    await _thread(door, store)
    [contact] = (await door.data("{ contacts { nodes { id } } }", store.token))["contacts"]["nodes"]
    here = f'contact: "{contact["id"]}"'
    shown = "{ contact { tags { name } } tag { id name } userErrors { field code } }"
    tagged = await door.data(
        f'mutation {{ it: contactTag(input: {{{here}, name: " VIP "}}) {shown} }}', store.token
    )
    tag = tagged["it"]["tag"]
    assert tagged["it"] == {
        "contact": {"tags": [{"name": "VIP"}]},
        "tag": {"id": tag["id"], "name": "VIP"},
        "userErrors": [],
    }
    for filter_, count in (
        (f'allOf: ["{tag["id"]}"]', 1),
        (f'anyOf: ["{tag["id"]}"]', 1),
        (f'noneOf: ["{tag["id"]}"]', 0),
        ("anyOf: []", 0),
        ("allOf: []", 1),
    ):
        for field in ("contacts", "conversations"):
            query = f"{{ {field}(filter: {{tags: {{{filter_}}}}}) {{ totalCount }} }}"
            assert await door.data(query, store.token) == {field: {"totalCount": count}}
    assert await door.data("{ tags { name } }", store.token) == {"tags": [{"name": "VIP"}]}
    untagged = await door.data(
        f'mutation {{ it: contactUntag(input: {{{here}, tag: "{tag["id"]}"}}) {shown} }}',
        store.token,
    )
    assert untagged["it"]["contact"] == {"tags": []}
    too_long = "x" * 61
    refused = await door.data(
        f'mutation {{ it: contactTag(input: {{{here}, name: "{too_long}"}}) {shown} }}', store.token
    )
    assert refused["it"] == {
        "contact": None,
        "tag": None,
        "userErrors": [{"field": ["name"], "code": "INVALID"}],
    }


async def test_settings(door: Door, store: Store) -> None:
    mutation = """
      mutation($input: TenantUpdateInput!) {
        tenantUpdate(input: $input) {
          tenant { name timeZone currency businessHours { day opens closes } }
          userErrors { field code }
        }
      }
    """
    given = {
        "name": "Costa Brava",
        "timeZone": "Atlantic/Canary",
        "businessHours": [{"day": "SATURDAY", "opens": "10:00", "closes": "14:00"}],
    }
    changed = await door.data(mutation, store.tokens["owner"], input=given)
    assert changed["tenantUpdate"] == {
        "tenant": {
            "name": "Costa Brava",
            "timeZone": "Atlantic/Canary",
            "currency": "EUR",
            "businessHours": [{"day": "SATURDAY", "opens": "10:00", "closes": "14:00"}],
        },
        "userErrors": [],
    }
    refused = await door.data(mutation, store.tokens["owner"], input={"timeZone": "Mars/Base"})
    assert refused["tenantUpdate"] == {
        "tenant": None,
        "userErrors": [{"field": ["timeZone"], "code": "INVALID"}],
    }


async def _thread(door: Door, store: Store) -> str:
    await arrives(door, text_message(store, "hello"))
    found = await door.data("{ conversations { nodes { id } } }", store.token)
    return str(found["conversations"]["nodes"][0]["id"])
