"""What a business may say: each limit at its edge, with the code and the field of a refusal."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
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

LINK = "https://x.example/a.jpg"
PHOTO = MediaFile("image", link=LINK)
LEA = Card(CardName("Lea Roy", first_name="Lea"))


def buttons(count: int = 1, **other: Any) -> Buttons:
    return Buttons("Fine?", tuple(Button(f"b{at}", f"Yes {at}") for at in range(count)), **other)


def rows(count: int, prefix: str = "r") -> tuple[ListRow, ...]:
    return tuple(ListRow(f"{prefix}{at}", "Ten o'clock") for at in range(count))


def menu(*sections: ListSection, **other: Any) -> ListMenu:
    return ListMenu("When?", "Choose", sections or (ListSection(rows(1)),), **other)


def template(**other: Any) -> TemplateMessage:
    return TemplateMessage("order_ready", "fr", **other)


def button_of(kind: Any, value: str, index: int = 0) -> TemplateMessage:
    return template(buttons=(TemplateButton(index, kind, value),))


def with_button(**other: Any) -> Buttons:
    return Buttons("Fine?", (replace(Button("b", "Yes"), **other),))


def with_row(**other: Any) -> ListMenu:
    return menu(ListSection((replace(ListRow("r", "Ten"), **other),)))


def with_card(**other: Any) -> ContactCards:
    return ContactCards((replace(LEA, **other),))


FINE: list[Content] = [
    Text("a" * 4096),
    Text("🙂" * 4096, preview_url=True),
    Text("سلام\n\t你好 👩🏽‍🚀 \u200f"),
    PHOTO,
    MediaFile("image", link=LINK, caption="a" * 1024),
    MediaFile("document", upload="0" * 32, filename="Rechnung März.pdf", caption="Two\nlines"),
    MediaFile("audio", upload="0" * 32, voice=True),
    MediaFile("sticker", link=f"https://x.example/{'a' * 1982}"),
    MediaFile("document", link=LINK, filename="a" * 1024),
    Location(90.0, -180.0),
    Location(0.0, 0.0, "a" * 1024, "a" * 1024),
    Location(-90.0, 180.0, "Shop", "12 High Street\nLondon"),
    ContactCards((LEA,) * 257),
    with_card(
        phones=(CardPhone("+447700900123", "CELL", "447700900123"),),
        emails=(CardEmail("lea@x.example"),),
        org=CardOrg("Roy Ltd"),
        addresses=(CardAddress(city="Paris"),),
        urls=(CardUrl("http://x.example"),),
        birthday="2000-02-29",
    ),
    buttons(3, header="a" * 60, footer="a" * 60),
    buttons(header=PHOTO),
    replace(buttons(), body="a" * 1024),
    with_button(id="a" * 256, title="a" * 20),
    menu(ListSection(rows(10)), header="a" * 60, footer="a" * 60),
    menu(*(ListSection(rows(1, f"s{at}"), f"Day {at}") for at in range(10))),
    replace(menu(), body="a" * 4096, button="a" * 20),
    with_row(id="a" * 200, title="a" * 24, description="a" * 72),
    menu(ListSection(rows(1), "a" * 24)),
    LinkButton("a" * 1024, "a" * 20, "https://x.example/?q=1#top", header=PHOTO, footer="Bye"),
    LocationRequest("a" * 1024),
    ContactInfoRequest("a" * 1024),
    TemplateMessage("a" * 512, "en_US"),
    template(header=Parameter("a" * 60), body=(Parameter("a" * 1024), Parameter("a    b"))),
    template(
        header=PHOTO, body=(Parameter("Lea", "first_name"),), filled="Dear Lea,\nit is ready."
    ),
    template(header=Location(1.0, 2.0)),
    template(buttons=tuple(TemplateButton(at, "quick_reply", "P") for at in range(10))),
    button_of("copy_code", "a" * 20),
    button_of("url", "a" * 2000),
    button_of("quick_reply", "a" * 256, 9),
]


@pytest.mark.parametrize("fine", FINE)
def test_at_its_limit_it_is_fine(fine: Content) -> None:
    content.check(fine)


REFUSED: list[tuple[Content, str, str]] = [
    (Text("a" * 4097), "TOO_LONG", "body"),
    (Text(""), "EMPTY", "body"),
    (Text(" \n\t"), "EMPTY", "body"),
    (Text("a\0"), "BAD_CHARACTERS", "body"),
    (Text("a\ud83d"), "BAD_CHARACTERS", "body"),
    (Text("a\r\n"), "BAD_CHARACTERS", "body"),
    (Text("a\x85"), "BAD_CHARACTERS", "body"),
    (MediaFile("image"), "MISSING", "link"),
    (MediaFile("image", link=LINK, upload="0" * 32), "NOT_FITTING", "link"),
    (MediaFile("image", link="http://x.example/a.jpg"), "BAD_URL", "link"),
    (MediaFile("image", link="https://"), "BAD_URL", "link"),
    (MediaFile("image", link="https://me:pw@x.example/"), "BAD_URL", "link"),
    (MediaFile("image", link="https://x.example/a b"), "BAD_URL", "link"),
    (MediaFile("image", link="https://[x.example/"), "BAD_URL", "link"),
    (MediaFile("image", link="https://x.example:port/"), "BAD_URL", "link"),
    (MediaFile("image", link="javascript:alert(1)"), "BAD_URL", "link"),
    (MediaFile("image", link=f"https://x.example/{'a' * 1983}"), "TOO_LONG", "link"),
    (MediaFile("image", link=LINK, caption="a" * 1025), "TOO_LONG", "caption"),
    (MediaFile("image", link=LINK, caption=""), "EMPTY", "caption"),
    (MediaFile("audio", link=LINK, caption="a"), "NOT_FITTING", "caption"),
    (MediaFile("sticker", link=LINK, caption="a"), "NOT_FITTING", "caption"),
    (MediaFile("video", link=LINK, filename="a.mp4"), "NOT_FITTING", "filename"),
    (MediaFile("document", link=LINK, filename="a\nb.pdf"), "BAD_CHARACTERS", "filename"),
    (MediaFile("document", link=LINK, filename="a" * 1025), "TOO_LONG", "filename"),
    (MediaFile("video", link=LINK, voice=True), "NOT_FITTING", "voice"),
    (Location(90.1, 0.0), "BAD_RANGE", "latitude"),
    (Location(0.0, -180.1), "BAD_RANGE", "longitude"),
    (Location(float("nan"), 0.0), "BAD_RANGE", "latitude"),
    (Location(0.0, float("inf")), "BAD_RANGE", "longitude"),
    (Location(0.0, 0.0, name="\0"), "BAD_CHARACTERS", "name"),
    (Location(0.0, 0.0, address="a" * 1025), "TOO_LONG", "address"),
    (ContactCards(()), "EMPTY", "cards"),
    (ContactCards((LEA,) * 258), "TOO_MANY", "cards"),
    (with_card(name=CardName("Lea")), "MISSING", "cards.0.name.first_name"),
    (with_card(name=CardName("", "Lea")), "EMPTY", "cards.0.name.formatted_name"),
    (with_card(phones=(CardPhone("0044 7700"),)), "BAD_FORM", "cards.0.phones.0.phone"),
    (with_card(phones=(CardPhone("+1" * 9),)), "BAD_FORM", "cards.0.phones.0.phone"),
    (
        with_card(phones=(CardPhone("+447700900123", wa_id="+44"),)),
        "BAD_FORM",
        "cards.0.phones.0.wa_id",
    ),
    (with_card(emails=(CardEmail("lea"),)), "BAD_FORM", "cards.0.emails.0.email"),
    (with_card(org=CardOrg()), "EMPTY", "cards.0.org"),
    (with_card(addresses=(CardAddress(),)), "EMPTY", "cards.0.addresses.0"),
    (with_card(urls=(CardUrl("ftp://x.example"),)), "BAD_URL", "cards.0.urls.0.url"),
    (with_card(birthday="2001-02-29"), "BAD_FORM", "cards.0.birthday"),
    (with_card(birthday="20010228"), "BAD_FORM", "cards.0.birthday"),
    (buttons(0), "EMPTY", "buttons"),
    (buttons(4), "TOO_MANY", "buttons"),
    (replace(buttons(), body="a" * 1025), "TOO_LONG", "body"),
    (buttons(header="a" * 61), "TOO_LONG", "header"),
    (buttons(header="a\nb"), "BAD_CHARACTERS", "header"),
    (buttons(header=MediaFile("audio", link=LINK)), "WRONG_MEDIA_TYPE", "header.kind"),
    (buttons(header=replace(PHOTO, caption="a")), "NOT_FITTING", "header.caption"),
    (buttons(header=MediaFile("image")), "MISSING", "header.link"),
    (buttons(footer="a" * 61), "TOO_LONG", "footer"),
    (with_button(id="a" * 257), "TOO_LONG", "buttons.0.id"),
    (with_button(id=" b"), "BAD_CHARACTERS", "buttons.0.id"),
    (with_button(title="a" * 21), "TOO_LONG", "buttons.0.title"),
    (with_button(title=" "), "EMPTY", "buttons.0.title"),
    (Buttons("?", (Button("b", "Yes"), Button("b", "No"))), "NOT_UNIQUE", "buttons.1.id"),
    (Buttons("?", (Button("b", "Yes"), Button("c", "Yes"))), "NOT_UNIQUE", "buttons.1.title"),
    (ListMenu("When?", "Choose", ()), "EMPTY", "sections"),
    (menu(ListSection(())), "EMPTY", "sections.0.rows"),
    (menu(ListSection(rows(11))), "TOO_MANY", "sections.0.rows"),
    (menu(ListSection(rows(10), "A"), ListSection(rows(1, "s"), "B")), "TOO_MANY", "sections"),
    (
        menu(*(ListSection(rows(1, f"s{at}"), f"Day {at}") for at in range(11))),
        "TOO_MANY",
        "sections",
    ),
    (menu(ListSection(rows(1), "A"), ListSection(rows(1, "s"))), "MISSING", "sections.1.title"),
    (
        menu(ListSection(rows(1), "A"), ListSection(rows(1), "B")),
        "NOT_UNIQUE",
        "sections.1.rows.0.id",
    ),
    (menu(ListSection(rows(1), "a" * 25)), "TOO_LONG", "sections.0.title"),
    (replace(menu(), body="a" * 4097), "TOO_LONG", "body"),
    (replace(menu(), button="a" * 21), "TOO_LONG", "button"),
    (with_row(id="a" * 201), "TOO_LONG", "sections.0.rows.0.id"),
    (with_row(title="a" * 25), "TOO_LONG", "sections.0.rows.0.title"),
    (with_row(description="a" * 73), "TOO_LONG", "sections.0.rows.0.description"),
    (LinkButton("Look", "a" * 21, LINK), "TOO_LONG", "display_text"),
    (LinkButton("Look", "Open", "http://x.example"), "BAD_URL", "url"),
    (LocationRequest("a" * 1025), "TOO_LONG", "body"),
    (ContactInfoRequest(""), "EMPTY", "body"),
    (TemplateMessage("Order Ready", "fr"), "BAD_FORM", "name"),
    (TemplateMessage("a" * 513, "fr"), "BAD_FORM", "name"),
    (TemplateMessage("order_ready", "French"), "BAD_FORM", "language"),
    (template(header=Parameter("a" * 61)), "TOO_LONG", "header.text"),
    (template(header=MediaFile("sticker", link=LINK)), "WRONG_MEDIA_TYPE", "header.kind"),
    (template(header=Location(91.0, 0.0)), "BAD_RANGE", "header.latitude"),
    (template(body=(Parameter("a" * 1025),)), "TOO_LONG", "body.0.text"),
    (template(body=(Parameter("a"), Parameter(""))), "EMPTY", "body.1.text"),
    (template(body=(Parameter("a\nb"),)), "BAD_CHARACTERS", "body.0.text"),
    (template(body=(Parameter("a\tb"),)), "BAD_CHARACTERS", "body.0.text"),
    (template(body=(Parameter("a     b"),)), "BAD_CHARACTERS", "body.0.text"),
    (template(body=(Parameter("a", "First"),)), "BAD_FORM", "body.0.name"),
    (template(body=(Parameter("a", "x"), Parameter("b"))), "NOT_FITTING", "body"),
    (template(body=(Parameter("a", "x"), Parameter("b", "x"))), "NOT_UNIQUE", "body.1.name"),
    (button_of("copy_code", "a" * 21), "TOO_LONG", "buttons.0.value"),
    (button_of("url", "a" * 2001), "TOO_LONG", "buttons.0.value"),
    (button_of("url", "a\nb"), "BAD_CHARACTERS", "buttons.0.value"),
    (button_of("quick_reply", "a" * 257), "TOO_LONG", "buttons.0.value"),
    (button_of("flow", ""), "EMPTY", "buttons.0.value"),
    (button_of("url", "a", 10), "BAD_RANGE", "buttons.0.index"),
    (template(buttons=(TemplateButton(0, "url", "a"),) * 2), "NOT_UNIQUE", "buttons.1.index"),
    (template(buttons=(TemplateButton(0, "url", "a"),) * 11), "TOO_MANY", "buttons"),
    (template(filled="a" * 4097), "TOO_LONG", "filled"),
]


@pytest.mark.parametrize(("bad", "code", "field"), REFUSED)
def test_beyond_its_limit_it_is_refused(bad: Content, code: str, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        content.check(bad)
    assert (refusal.value.code, ".".join(refusal.value.field)) == (code, field)


@pytest.mark.parametrize(
    "emoji",
    [
        "",
        "👍",
        "👍🏽",
        "❤️",
        "❤",
        "❤️‍🔥",
        "👩🏽‍🚀",
        "👨‍👩‍👧‍👦",
        "🇫🇷",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "🏳️‍🌈",
        "1️⃣",
        "#⃣",
        "ℹ️",
        "‼️",
        "©",
        "☝🏽",
        "🫩",
    ],
)
def test_one_emoji(emoji: str) -> None:
    content.check(Reaction(emoji))


@pytest.mark.parametrize(
    "text",
    ["a", "1", "好", " ", "👍 ", "👍👍", "🇫", "🇫🇷🇫🇷", "👍\0", "\ud83d", "👍" + "\u200d👍" * 11],
)
def test_no_single_emoji(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        content.check(Reaction(text))
    assert (refusal.value.code, refusal.value.field) == ("BAD_CHARACTERS", ("emoji",))


def test_a_code_to_sign_in() -> None:
    def coded(code: str, tail: str | None = None) -> TemplateMessage:
        return replace(button_of("url", tail or code), body=(Parameter(code),))

    content.check_authentication(coded("a" * 15))
    for bad, code, field in [
        (coded("a" * 16), "TOO_LONG", "body.0.text"),
        (coded("123456", "654321"), "NOT_FITTING", "buttons"),
        (template(body=(Parameter("123456"),)), "NOT_FITTING", "buttons"),
        (template(), "MISSING", "body"),
        (replace(coded("1"), header=PHOTO), "NOT_FITTING", "header"),
    ]:
        with pytest.raises(Invalid) as refusal:
            content.check_authentication(bad)
        assert (refusal.value.code, ".".join(refusal.value.field)) == (code, field)


def test_nothing_said_shows_in_a_print_or_a_refusal() -> None:
    secret = "4155550100"
    assert secret not in repr(with_card(phones=(CardPhone(secret),)))
    with pytest.raises(Invalid) as refusal:
        content.check(with_card(phones=(CardPhone(secret),)))
    assert secret not in str(refusal.value)


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_is_refused_or_can_be_written(text: str) -> None:
    for said in (Text(text), Reaction(text), with_button(title=text), button_of("url", text)):
        with suppress(Invalid):
            content.check(said)
            assert b"\\u0000" not in orjson.dumps(content.as_wire(said, reaction_to="wamid.A"))
