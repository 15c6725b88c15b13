"""Who is meant, and the rare shapes: each read as the contract says, or kept."""

from __future__ import annotations

from typing import Any

import pytest

from channels import wire
from channels.wire import (
    AccountUpdate,
    Call,
    Echo,
    InboundMessage,
    NumberChange,
    NumberTrouble,
    Other,
    Person,
    Status,
    TemplateUpdate,
)
from tests.platform_json import as_platform

METADATA = {"display_phone_number": "+1 555-078-3881", "phone_number_id": "1065"}


def card(phone: str | None, user_id: str | None, name: str, **more: str) -> dict[str, Any]:
    ids = {"wa_id": phone, "user_id": user_id}
    return {"profile": {"name": name}, **{k: v for k, v in ids.items() if v}, **more}


ONE, TWO = card("331", "FR.1", "One"), card("332", "FR.2", "Two", parent_user_id="FR.ENT.2")


@pytest.mark.parametrize(
    ("contacts", "item", "person", "name"),
    [
        ([TWO, ONE], {"from": "331"}, Person("331", "FR.1"), "One"),
        ([ONE, TWO], {"from_user_id": "FR.2"}, Person("332", "FR.2", "FR.ENT.2"), "Two"),
        ([ONE, TWO], {"from": "+33 2"}, Person("332", "FR.2", "FR.ENT.2"), "Two"),
        ([ONE, TWO], {"from": "FR.1"}, Person("331", "FR.1"), "One"),
        ([ONE, TWO], {}, Person(), None),
        ([ONE], {}, Person("331", "FR.1"), "One"),
        ([ONE], {"from": "339"}, Person("339"), None),
        ([ONE], {"from_user_id": "FR.9"}, Person(None, "FR.9"), None),
        # Ids that contradict each other: the item is right.
        ([ONE], {"from": "331", "from_user_id": "FR.9"}, Person("331", "FR.9"), None),
        ([ONE], {"from": "339", "from_user_id": "FR.1"}, Person("339", "FR.1"), "One"),
        ([ONE, TWO], {"from": "331", "from_user_id": "FR.2", "from_parent_user_id": "FR.ENT.9"},
         Person("331", "FR.2", "FR.ENT.9"), "Two"),
        (TWO, {"from": "332"}, Person("332", "FR.2", "FR.ENT.2"), "Two"),
        ("nonsense", {"from": 331}, Person("331"), None),
        ([None, 7, {"profile": "x"}], {"from": "331"}, Person("331"), None),
        (None, {"from": "nobody"}, Person(), None),
        (None, {"from": "33.3.9-9"}, Person("33399"), None),
        (None, {"from": {"a": 1}, "from_user_id": True}, Person(), None),
    ],
)  # fmt: skip
def test_sender(contacts: Any, item: dict[str, Any], person: Person, name: str | None) -> None:
    value = {"contacts": contacts, "messages": [{"id": "w", "type": "text"} | item]}
    (message,) = read("messages", value)
    assert isinstance(message, InboundMessage)
    assert (message.sender, message.profile_name) == (person, name)
    assert message.sender.known == (person != Person())


@pytest.mark.parametrize(
    ("item", "previous", "current"),
    [
        ({"from": "331", "system": {"type": "user_changed_number", "wa_id": "332"}},
         Person("331"), Person("332")),
        ({"from": "331", "system": {"new_wa_id": "332"}}, Person("331"), Person("332")),
        ({"system": {"type": "customer_changed_number", "wa_id": "332", "customer": "331"}},
         Person("331"), Person("332")),
        ({"from_user_id": "FR.1", "system": {"type": "user_changed_user_id", "user_id": "FR.2"}},
         Person(None, "FR.1"), Person(None, "FR.2")),
        ({"from": "331", "from_user_id": "FR.2", "system": {
            "type": "user_changed_number", "wa_id": "332", "user_id": "FR.2"}},
         Person("331"), Person("332", "FR.2")),
    ],
)  # fmt: skip
def test_number_change(item: dict[str, Any], previous: Person, current: Person) -> None:
    (change,) = read("messages", {"messages": [{"id": "w", "type": "system"} | item]})
    assert isinstance(change, NumberChange)
    assert (change.previous, change.current) == (previous, current)


@pytest.mark.parametrize(
    "system",
    [
        {"type": "customer_identity_changed", "wa_id": "332", "body": "changed"},
        {"type": "user_changed_number", "body": "changed"},
        {"type": "something_new", "user_id": "FR.2", "body": "changed"},
    ],
)
def test_other_system_messages_stay_messages(system: dict[str, Any]) -> None:
    item = {"id": "w", "type": "system", "from": "331", "system": system}
    (message,) = read("messages", {"messages": [item]})
    assert isinstance(message, InboundMessage)
    assert (message.kind, message.text) == ("system", "changed")


def test_old_number_changes_in_a_history_move_nobody() -> None:
    system = {"type": "user_changed_number", "wa_id": "332"}
    item = {"id": "w", "type": "system", "from": "331", "system": system}
    chunk = {"threads": [{"id": "331", "messages": [item]}]}
    _, message = read("history", {"history": [chunk]})
    assert isinstance(message, InboundMessage)


@pytest.mark.parametrize(
    ("kind", "content", "text", "choice"),
    [
        ("text", {"body": " two\nlines "}, " two\nlines ", None),
        ("text", {"body": ""}, None, None),
        ("image", {"id": "1", "caption": "seen"}, "seen", None),
        ("button", {"payload": "STOP_MKT", "text": "Stop"}, "Stop", "STOP_MKT"),
        ("interactive", {"type": "list_reply", "list_reply": {"id": "a", "title": "A"}}, "A", "a"),
        ("interactive", {"type": "nfm_reply", "nfm_reply": {"body": "Sent"}}, "Sent", None),
        ("interactive", {"type": "call_permission_reply",
                         "call_permission_reply": {"response": "reject"}}, None, "reject"),
        ("location", {"latitude": 1, "name": "Café", "address": "1 rue"}, "Café, 1 rue", None),
        ("location", {"latitude": 1, "longitude": 2}, None, None),
        ("order", {"catalog_id": "1", "text": "please"}, "please", None),
        ("reaction", {"message_id": "w0", "emoji": "x"}, None, None),
        ("edit", {"message": {"type": "text", "text": {"body": "better"}}}, "better", None),
        ("brand_new", {"title": "News"}, "News", None),
        ("brand_new", ["News"], None, None),
    ],
)  # fmt: skip
def test_text_and_choice(kind: str, content: Any, text: str | None, choice: str | None) -> None:
    (message,) = read("messages", {"messages": [{"id": "w", "type": kind, kind: content}]})
    assert isinstance(message, InboundMessage)
    assert (message.kind, message.text, message.choice) == (kind, text, choice)


def test_media_reaction_context_and_errors() -> None:
    audio = {"id": 7, "mime_type": "audio/ogg", "sha256": "x=", "voice": True, "url": "https://x"}
    context = {
        "from": "331",
        "id": "w0",
        "forwarded": True,
        "frequently_forwarded": "true",
        "referred_product": {"catalog_id": "c"},
    }
    heard, taken, failed, revoked = read(
        "messages",
        {
            "messages": [
                {"id": "w1", "type": "audio", "audio": audio, "context": context},
                {"id": "w2", "type": "reaction", "reaction": {"message_id": "w1", "emoji": ""}},
                {"id": "w3", "type": "video", "errors": [{"code": "131052"}, "odd"]},
                {"id": "w4", "type": "revoke", "revoke": {"original_message_id": "w1"}},
            ]
        },
    )
    assert isinstance(heard, InboundMessage)
    assert heard.media == wire.Media("7", "audio/ogg", "x=", "https://x", None, True, False)
    assert (heard.reply_to, heard.reply_to_from) == ("w0", "331")
    assert (heard.forwarded, heard.frequently_forwarded) == (True, True)
    assert heard.product == {"catalog_id": "c"}
    assert isinstance(taken, InboundMessage)
    assert taken.reaction == ("w1", None)
    assert isinstance(failed, InboundMessage)
    assert [(e.code, e.raw) for e in failed.errors] == [(131052, {"code": "131052"}), (None, "odd")]
    assert failed.media is None
    assert isinstance(revoked, InboundMessage)
    assert revoked.original_wamid == "w1"


def test_group_status_names_the_participant() -> None:
    item = {
        "id": "w",
        "status": "read",
        "recipient_type": "group",
        "recipient_id": "Y2Fw",
        "recipient_participant_id": "331",
    }
    (status,) = read("messages", {"contacts": [TWO, ONE], "statuses": [item]})
    assert isinstance(status, Status)
    assert (status.recipient, status.group_id) == (None, "Y2Fw")
    assert status.participant == Person("331", "FR.1")
    assert status.extra == {}


def test_a_status_keeps_what_the_model_does_not() -> None:
    beyond = {
        "timestamp": "soon",
        "pricing": {"billable": "no", "new": 1},
        "conversation": "x",
        "biz_opaque_callback_data": ["x"],
        "brand_new": [1],
        "recipient_id": "hidden",
    }
    (status,) = read("messages", {"statuses": [{"id": 1, "status": "warning"} | beyond]})
    assert isinstance(status, Status)
    assert (status.wamid, status.status, status.at) == ("1", "warning", None)
    assert status.extra == beyond


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("1794000000", 1794000000_000000),
        (1794000000, 1794000000_000000),
        (1794000000.0, 1794000000_000000),
        ("", None), ("0", None), (0, None), (-1, None), ("-1", None), (True, None),
        ("1794000000000", None), ("9" * 5000, None), ("²", None), ("١٧٩٤٠٠٠٠٠٠", None),
        (1e300, None), ([1794000000], None), (None, None),
    ],
)  # fmt: skip
def test_times(written: Any, at: int | None) -> None:
    (status,) = read("messages", {"statuses": [{"id": "w", "status": "s", "timestamp": written}]})
    assert isinstance(status, Status)
    assert status.at == at


def test_calls() -> None:
    calls = [
        {"id": "c1", "event": "connect", "direction": "BUSINESS_INITIATED", "to": "331"},
        {"id": "c2", "event": "terminate", "from": "331", "to": "15550783881"},
        {"id": "c3", "event": "terminate", "from": "15550783881", "to": "331"},
    ]
    statuses = [{"id": "c1", "type": "call", "status": "RINGING", "recipient_id": "331"}]
    updates = read("calls", {"contacts": [ONE], "calls": calls, "statuses": statuses})
    assert all(isinstance(u, Call) and u.person == Person("331", "FR.1") for u in updates)
    assert [u.event for u in updates if isinstance(u, Call)] == [
        "connect",
        "terminate",
        "terminate",
        "RINGING",
    ]


def test_whose_message_in_a_history() -> None:
    def message(wamid: str, **more: str) -> dict[str, Any]:
        return {"id": wamid, "type": "text", **more}

    messages = [
        message("ours", **{"from": "15550783881"}),
        message("ours-to", to="331"),
        message("ours-to-user", to_user_id="FR.1"),
        message("theirs", **{"from": "331"}),
        message("theirs-to-us", **{"from": "331", "to": "15550783881"}),
        message("theirs-silent"),
    ]
    value = {
        "contacts": [ONE],
        "history": [{"threads": [{"id": "331", "messages": messages}]}],
        "messages": [messages[0] | {"to": "331"}],
    }
    _, *told = read("history", value)
    person = Person("331", "FR.1")
    for update in told:
        assert isinstance(update, InboundMessage | Echo)
        assert update.origin == "history"
        assert isinstance(update, Echo) == update.wamid.startswith("ours")
        assert (update.recipient if isinstance(update, Echo) else update.sender) == person
    assert len(told) == 7


def test_standby_holds_its_own_lists() -> None:
    held = {
        "contacts": [ONE],
        "messages": [{"id": "w1", "from": "331", "type": "text"}],
        "statuses": [{"id": "w2", "status": "sent", "recipient_id": "331"}],
        "standby": {"standby": 1},
    }
    message, status = read("standby", {"standby": held})
    assert isinstance(message, InboundMessage)
    assert (message.origin, message.phone_number_id) == ("standby", "1065")
    assert isinstance(status, Status)
    assert status.recipient == message.sender == Person("331", "FR.1")


@pytest.mark.parametrize("field", ["message_template_status_update", "brand_new", "messages", None])
def test_template_quality_is_known_by_its_keys(field: str | None) -> None:
    (update,) = read(field, {"message_template_id": 7, "new_quality_score": "RED"})
    assert isinstance(update, TemplateUpdate)
    assert (update.kind, update.template_id, update.quality) == ("quality", "7", "RED")


def test_template_components_may_say_nothing_else() -> None:
    (update,) = read("message_template_components_update", {"message_template_id": "7"})
    assert isinstance(update, TemplateUpdate)
    assert update.kind == "components"
    (other,) = read("message_template_status_update", {"event": "PAUSED"})
    assert isinstance(other, Other)


def test_account_details() -> None:
    restriction = {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}
    details = {
        "event": "ACCOUNT_RESTRICTION",
        "restriction_info": [restriction | {"expiration": "1794000000"}, restriction],
        "ban_info": {"waba_ban_state": "DISABLE"},
        "violation_info": {"violation_type": "ADULT"},
    }
    (update,) = read("account_update", details)
    assert isinstance(update, AccountUpdate)
    assert update.restrictions == (
        ("RESTRICTED_BIZ_INITIATED_MESSAGING", 1794000000_000000),
        ("RESTRICTED_BIZ_INITIATED_MESSAGING", None),
    )
    assert (update.ban_state, update.reason) == ("DISABLE", "ADULT")
    (review,) = read("account_review_update", {"decision": "DEFERRED", "rejection_reason": "X"})
    assert isinstance(review, AccountUpdate)
    assert (review.event, review.reason) == ("DEFERRED", "X")
    (alert,) = read("account_alerts", {"entity_type": "PHONE_NUMBER", "entity_id": 12})
    assert isinstance(alert, AccountUpdate)
    assert alert.phone_number_id == "12"
    limit = {"max_daily_conversations_per_business": -1}
    (capability,) = read("business_capability_update", limit)
    assert isinstance(capability, AccountUpdate)
    assert capability.tier == "-1"


def test_errors_beside_items_are_told_too() -> None:
    value = {"statuses": [{"id": "w", "status": "sent"}], "errors": [{"code": 131000}]}
    status, trouble = read("messages", value)
    assert isinstance(status, Status)
    assert isinstance(trouble, NumberTrouble)
    assert trouble.errors[0].code == 131000


@pytest.mark.parametrize(
    ("body", "raws"),
    [
        ({}, []),
        ({"entry": None}, []),
        ({"entry": "x"}, ["x"]),
        ({"entry": [7, {"id": 1}]}, [7, {"id": 1}]),
        ({"entry": {"id": 1, "changes": {"field": 5}}}, [{"field": 5}]),
        ({"entry": [{"changes": [None, {"field": "messages", "value": 3}]}]},
         [None, {"field": "messages", "value": 3}]),
        ({"entry": [{"changes": [{"field": "messages", "value": {"messages": {"from": "331"}}}]}]},
         [{"from": "331"}]),
        ({"entry": [{"changes": [{"field": "messages", "value": {
            "statuses": [], "novelties": [1], "novelty": {"a": 1}}}]}]}, [{"novelties": [1]}]),
        ({"entry": [{"changes": [{"field": "new", "value": {"messages": [{"id": "w"}]}}]}]},
         [{"messages": [{"id": "w"}]}]),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_kept(body: dict[str, Any], raws: list[Any]) -> None:
    updates = wire.parse(as_platform(body)).updates
    assert all(isinstance(u, Other) for u in updates)
    assert [u.raw for u in updates if isinstance(u, Other)] == raws


def one(field: Any, value: Any) -> dict[str, Any]:
    return {"entry": [{"id": "100", "changes": [{"field": field, "value": value}]}]}


def read(field: str | None, value: dict[str, Any]) -> tuple[wire.Update, ...]:
    return wire.parse(as_platform(one(field, {"metadata": METADATA} | value))).updates
