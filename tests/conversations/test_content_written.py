"""How contents are written: the platform's bodies, the ledger's JSON, what a person reads."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import content
from conversations.content import (
    Button,
    Buttons,
    Card,
    CardAddress,
    CardEmail,
    CardName,
    CardOrg,
    CardPhone,
    CardUrl,
    ContactCards,
    ContactInfoRequest,
    Content,
    LinkButton,
    ListMenu,
    ListRow,
    ListSection,
    Location,
    LocationRequest,
    MediaFile,
    Parameter,
    Reaction,
    TemplateButton,
    TemplateMessage,
    Text,
)
from kernel.errors import Invalid

OURS = "0192f0c4a7b87c3d9e5f6a7b8c9d0e1f"
PHOTO = MediaFile("image", upload=OURS)

# The content, its kind, the platform's body, and the text that is shown.
WRITTEN: list[tuple[Content, str, str, str | None]] = [
    (Text("Hi"), "text", '{"type":"text","text":{"body":"Hi"}}', "Hi"),
    (
        Text("https://x.example", preview_url=True),
        "text",
        '{"type":"text","text":{"body":"https://x.example","preview_url":true}}',
        "https://x.example",
    ),
    (
        MediaFile("image", upload=OURS, caption="Look"),
        "image",
        '{"type":"image","image":{"id":"77","caption":"Look"}}',
        "Look",
    ),
    (
        MediaFile("document", link="https://x.example/a", filename="A.pdf"),
        "document",
        '{"type":"document","document":{"link":"https://x.example/a","filename":"A.pdf"}}',
        None,
    ),
    (
        MediaFile("audio", upload=OURS, voice=True),
        "audio",
        '{"type":"audio","audio":{"id":"77","voice":true}}',
        None,
    ),
    (
        Location(48.8, 2.3, "Shop", "High Street"),
        "location",
        '{"type":"location","location":'
        '{"latitude":"48.8","longitude":"2.3","name":"Shop","address":"High Street"}}',
        "Shop, High Street",
    ),
    (
        Location(-0.00001, 180),
        "location",
        '{"type":"location","location":{"latitude":"-0.00001","longitude":"180"}}',
        None,
    ),
    (
        Location(-0.0, 1e-9),
        "location",
        '{"type":"location","location":{"latitude":"0","longitude":"0"}}',
        None,
    ),
    (
        ContactCards(
            (
                Card(
                    CardName("Lea Roy", first_name="Lea"),
                    phones=(CardPhone("+33612345678", "CELL", "33612345678"),),
                    emails=(CardEmail("lea@x.example", "WORK"),),
                    org=CardOrg("Roy Ltd", title="Baker"),
                    addresses=(CardAddress(city="Paris"),),
                    urls=(CardUrl("https://x.example"),),
                    birthday="1990-01-31",
                ),
                Card(CardName("Max Roy", last_name="Roy")),
            )
        ),
        "contacts",
        '{"type":"contacts","contacts":[{"name":{"formatted_name":"Lea Roy","first_name":"Lea"},'
        '"phones":[{"phone":"+33612345678","type":"CELL","wa_id":"33612345678"}],'
        '"emails":[{"email":"lea@x.example","type":"WORK"}],'
        '"org":{"company":"Roy Ltd","title":"Baker"},"addresses":[{"city":"Paris"}],'
        '"urls":[{"url":"https://x.example"}],"birthday":"1990-01-31"},'
        '{"name":{"formatted_name":"Max Roy","last_name":"Roy"}}]}',
        "Lea Roy\nMax Roy",
    ),
    (
        Reaction("👍"),
        "reaction",
        '{"type":"reaction","reaction":{"message_id":"wamid.A","emoji":"👍"}}',
        None,
    ),
    (
        Reaction(""),
        "reaction",
        '{"type":"reaction","reaction":{"message_id":"wamid.A","emoji":""}}',
        None,
    ),
    (
        Buttons("Fine?", (Button("y", "Yes"), Button("n", "No")), header="Order", footer="Bye"),
        "interactive",
        '{"type":"interactive","interactive":{"type":"button",'
        '"header":{"type":"text","text":"Order"},"body":{"text":"Fine?"},"footer":{"text":"Bye"},'
        '"action":{"buttons":[{"type":"reply","reply":{"id":"y","title":"Yes"}},'
        '{"type":"reply","reply":{"id":"n","title":"No"}}]}}}',
        "Order\nFine?\nBye\nYes\nNo",
    ),
    (
        Buttons("Fine?", (Button("y", "Yes"),), header=PHOTO),
        "interactive",
        '{"type":"interactive","interactive":{"type":"button",'
        '"header":{"type":"image","image":{"id":"77"}},"body":{"text":"Fine?"},'
        '"action":{"buttons":[{"type":"reply","reply":{"id":"y","title":"Yes"}}]}}}',
        "Fine?\nYes",
    ),
    (
        ListMenu(
            "When?",
            "Choose",
            (
                ListSection((ListRow("a", "Ten", "By bike"), ListRow("b", "Two")), "Today"),
                ListSection((ListRow("c", "Six"),), "Tomorrow"),
            ),
        ),
        "interactive",
        '{"type":"interactive","interactive":{"type":"list","body":{"text":"When?"},'
        '"action":{"button":"Choose","sections":['
        '{"title":"Today","rows":[{"id":"a","title":"Ten","description":"By bike"},'
        '{"id":"b","title":"Two"}]},{"title":"Tomorrow","rows":[{"id":"c","title":"Six"}]}]}}}',
        "When?\nChoose\nToday\nTen\nBy bike\nTwo\nTomorrow\nSix",
    ),
    (
        LinkButton("Look", "Open", "https://x.example"),
        "interactive",
        '{"type":"interactive","interactive":{"type":"cta_url","body":{"text":"Look"},'
        '"action":{"name":"cta_url",'
        '"parameters":{"display_text":"Open","url":"https://x.example"}}}}',
        "Look\nOpen",
    ),
    (
        LocationRequest("Where?"),
        "interactive",
        '{"type":"interactive","interactive":{"type":"location_request_message",'
        '"body":{"text":"Where?"},"action":{"name":"send_location"}}}',
        "Where?",
    ),
    (
        ContactInfoRequest("Your number?"),
        "interactive",
        '{"type":"interactive","interactive":{"type":"request_contact_info",'
        '"body":{"text":"Your number?"},"action":{"name":"request_contact_info"}}}',
        "Your number?",
    ),
    (
        TemplateMessage(
            "order_ready",
            "fr",
            header=PHOTO,
            body=(Parameter("Lea", "first_name"),),
            buttons=(
                TemplateButton(0, "url", "A-1881"),
                TemplateButton(1, "quick_reply", "STOP_MKT"),
            ),
        ),
        "template",
        '{"type":"template","template":{"name":"order_ready","language":{"code":"fr"},'
        '"components":['
        '{"type":"header","parameters":[{"type":"image","image":{"id":"77"}}]},'
        '{"type":"body","parameters":['
        '{"type":"text","parameter_name":"first_name","text":"Lea"}]},'
        '{"type":"button","sub_type":"url","index":"0",'
        '"parameters":[{"type":"text","text":"A-1881"}]},'
        '{"type":"button","sub_type":"quick_reply","index":"1",'
        '"parameters":[{"type":"payload","payload":"STOP_MKT"}]}]}}',
        None,
    ),
    (
        TemplateMessage(
            "sale",
            "en_US",
            header=Location(1.5, 2.0, "Shop"),
            body=(Parameter("10 %"), Parameter("Sunday")),
            buttons=(TemplateButton(0, "copy_code", "SAVE10"), TemplateButton(2, "flow", "t-1")),
            filled="10 % off until Sunday",
        ),
        "template",
        '{"type":"template","template":{"name":"sale","language":{"code":"en_US"},'
        '"components":['
        '{"type":"header","parameters":[{"type":"location","location":'
        '{"latitude":"1.5","longitude":"2","name":"Shop"}}]},'
        '{"type":"body","parameters":[{"type":"text","text":"10 %"},'
        '{"type":"text","text":"Sunday"}]},'
        '{"type":"button","sub_type":"copy_code","index":"0",'
        '"parameters":[{"type":"coupon_code","coupon_code":"SAVE10"}]},'
        '{"type":"button","sub_type":"flow","index":"2",'
        '"parameters":[{"type":"action","action":{"flow_token":"t-1"}}]}]}}',
        "10 % off until Sunday",
    ),
    (
        TemplateMessage("hello_world", "en_US", header=Parameter("Lea")),
        "template",
        '{"type":"template","template":{"name":"hello_world","language":{"code":"en_US"},'
        '"components":[{"type":"header","parameters":[{"type":"text","text":"Lea"}]}]}}',
        None,
    ),
    (
        TemplateMessage("hello_world", "en_US"),
        "template",
        '{"type":"template","template":{"name":"hello_world","language":{"code":"en_US"}}}',
        None,
    ),
]


@pytest.mark.parametrize(("said", "kind", "wire", "shown"), WRITTEN, ids=range(len(WRITTEN)))
def test_as_the_platform_and_a_person_read_it(
    said: Content, kind: str, wire: str, shown: str | None
) -> None:
    content.check(said)
    written = content.as_wire(said, reaction_to="wamid.A", uploads={OURS: "77"})
    assert written == orjson.loads(wire)
    assert content.kind_of(said) == kind == written["type"]
    assert content.shown_text(said) == shown
    assert content.needs_window(said) == (kind != "template")
    assert content.from_json(content.as_json(said)) == said


def test_the_file_that_has_to_be_uploaded_first() -> None:
    with_files: list[Content] = [
        PHOTO,
        Buttons("Fine?", (Button("y", "Yes"),), header=PHOTO),
        LinkButton("Look", "Open", "https://x.example", header=PHOTO),
        TemplateMessage("sale", "fr", header=PHOTO),
    ]
    for said in with_files:
        assert content.file_of(said) is PHOTO
        with pytest.raises(Invalid) as refusal:
            content.as_wire(said)
        assert (refusal.value.code, refusal.value.field) == ("MISSING", ("upload",))
    assert content.file_of(Text("Hi")) is None
    assert content.file_of(Buttons("?", (Button("y", "Yes"),), header="Hi")) is None


def test_a_reaction_is_on_a_message() -> None:
    with pytest.raises(Invalid) as refusal:
        content.as_wire(Reaction("👍"))
    assert (refusal.value.code, refusal.value.field) == ("MISSING", ("reaction_to",))


words = st.text(max_size=20)
degrees = st.floats(allow_nan=False, allow_infinity=False)
files = st.builds(MediaFile)
places = st.builds(Location, degrees, degrees, words | st.none(), words | st.none())
headers = st.none() | words | files
template_buttons = st.builds(TemplateButton, index=st.integers(0, 9))
contents = st.one_of(
    st.builds(Text),
    files,
    places,
    st.builds(ContactCards),
    st.builds(Reaction),
    st.builds(Buttons, header=headers),
    st.builds(ListMenu),
    st.builds(LinkButton, header=headers),
    st.builds(LocationRequest),
    st.builds(ContactInfoRequest),
    st.builds(
        TemplateMessage,
        header=st.none() | st.builds(Parameter) | files | places,
        body=st.lists(st.builds(Parameter), max_size=3).map(tuple),
        buttons=st.lists(template_buttons, max_size=3).map(tuple),
        filled=st.none() | words,
    ),
)


@given(contents)
def test_what_is_kept_is_what_was_said(said: Content) -> None:
    kept = content.as_json(said)
    assert content.from_json(kept) == said
    assert type(content.from_json(kept)) is type(said)


def test_what_an_older_version_kept_is_read_with_todays_defaults() -> None:
    kept = orjson.dumps({"v": 1, "is": "text", "content": {"body": "Hi"}})
    assert content.from_json(kept) == Text("Hi")


@pytest.mark.parametrize(
    "kept",
    [
        "",
        [],
        {},
        {"v": 2, "is": "text", "content": {"body": "Hi"}},
        {"v": 1, "is": "poem", "content": {"body": "Hi"}},
        {"v": 1, "is": ["text"], "content": {"body": "Hi"}},
        {"v": 1, "is": "text", "content": {}},
        {"v": 1, "is": "text", "content": {"body": 7}},
        {"v": 1, "is": "text", "content": {"body": "Hi", "colour": "red"}},
        {"v": 1, "is": "text", "content": ["Hi"]},
        {"v": 1, "is": "media", "content": {"kind": "smell", "link": "https://x.example"}},
        {"v": 1, "is": "buttons", "content": {"body": "Hi", "buttons": {"id": "a"}}},
        {"v": 1, "is": "buttons", "content": {"body": "Hi", "buttons": [], "header": 7}},
    ],
)
def test_what_is_no_content(kept: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        content.from_json(orjson.dumps(kept) if kept != "" else b"{")
    assert refusal.value.code == "BAD_CONTENT"
