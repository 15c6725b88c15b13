"""Drafts that the platform would not take: each finding names its field and what is wrong (F20)."""

from __future__ import annotations

from typing import Any

import pytest

from channels import (
    BadTemplate,
    TemplateApp,
    TemplateButton,
    TemplateDraft,
    TemplateHeader,
    TemplateSample,
)
from channels.template_findings import refuse
from channels.template_limits import findings, head_findings
from tests import stored
from tests.templates.studio import Studio

Found = list[tuple[str, str]]
URL = {"kind": "URL", "text": "Track", "url": "https://x.example/a"}
QUICK = {"kind": "QUICK_REPLY", "text": "OK"}
CODE = {"kind": "OTP", "otpKind": "COPY_CODE"}
APP = {"packageName": "com.example.shop", "signatureHash": "K8a/AINcGX7"}
AUTH = {"category": "AUTHENTICATION", "body": None, "buttons": [CODE]}
LONG = "Hello and welcome to all of you. "
NAMED = "Hi {{first_name}}, welcome to us."
SAMPLE = {"name": "first_name", "value": "Lea"}


def header(text: str | None = None, **more: Any) -> dict[str, Any]:
    return {"header": {"format": "TEXT", "text": text, **more}}


def button(**parts: Any) -> dict[str, Any]:
    return {"buttons": [parts]}


def url(address: str, **more: Any) -> dict[str, Any]:
    return {"buttons": [{**URL, "url": address, **more}]}


def tap(*apps: dict[str, str]) -> dict[str, Any]:
    return {**AUTH, "buttons": [{"kind": "OTP", "otpKind": "ONE_TAP", "apps": list(apps)}]}


# What is given beside a draft that is fine, and everything that is found.
WRONG: list[tuple[dict[str, Any], Found]] = [
    ({"name": "Order"}, [("name", "BAD_FORM")]),
    ({"name": "order-ready"}, [("name", "BAD_FORM")]),
    ({"name": ""}, [("name", "BAD_FORM")]),
    ({"name": "a" * 513}, [("name", "TOO_LONG")]),
    ({"language": "english"}, [("language", "BAD_FORM")]),
    ({"language": "en-US"}, [("language", "BAD_FORM")]),
    ({"language": "EN"}, [("language", "BAD_FORM")]),
    ({"name": "É", "language": ""}, [("name", "BAD_FORM"), ("language", "BAD_FORM")]),
    ({"category": None}, [("category", "MISSING")]),
    ({"body": None}, [("body", "MISSING")]),
    ({"body": ""}, [("body", "EMPTY")]),
    ({"body": " \n "}, [("body", "EMPTY")]),
    ({"body": LONG * 32}, [("body", "TOO_LONG")]),
    ({"body": "Hi\x07 there, you."}, [("body", "BAD_CHARACTERS")]),
    ({"body": "Hi {{first_name, welcome."}, [("body", "BAD_FORM")]),
    ({"body": "Hi {first_name}}, welcome."}, [("body", "BAD_FORM")]),
    (
        {"body": "Hi {{First}}, welcome to us.", "samples": [{"name": "First", "value": "Lea"}]},
        [("body", "BAD_FORM")],
    ),
    (
        {"body": "Hi {{1}}, welcome to us.", "samples": [{"name": "1", "value": "Lea"}]},
        [("body", "BAD_FORM")],
    ),
    ({"body": "{{first_name}}, welcome to us.", "samples": [SAMPLE]}, [("body", "NOT_FITTING")]),
    ({"body": "Welcome to us, {{first_name}}", "samples": [SAMPLE]}, [("body", "NOT_FITTING")]),
    (
        {
            "body": "Hi {{a}} {{b}} you.",
            "samples": [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}],
        },
        [("body", "TOO_MANY")],
    ),
    (
        {
            "parameterFormat": "POSITIONAL",
            "body": "Hi {{2}}, welcome to us.",
            "samples": [{"value": "Lea"}],
        },
        [("body", "BAD_FORM"), ("samples", "MISSING")],
    ),
    (
        {
            "parameterFormat": "POSITIONAL",
            "body": "Hi {{first}}, welcome to us.",
            "samples": [{"value": "Lea"}],
        },
        [("body", "BAD_FORM"), ("samples", "MISSING")],
    ),
    (
        {
            "parameterFormat": "POSITIONAL",
            "body": NAMED.replace("first_name", "1"),
            "samples": [SAMPLE],
        },
        [("samples.0.name", "NOT_FITTING")],
    ),
    (
        {
            "parameterFormat": "POSITIONAL",
            "body": "Hi {{1}}, welcome to us.",
            "samples": [{"value": "Lea"}, {"value": "Marc"}],
        },
        [("samples", "TOO_MANY")],
    ),
    ({"body": NAMED}, [("samples", "MISSING")]),
    ({"samples": [SAMPLE]}, [("samples", "NOT_FITTING")]),
    (
        {"body": NAMED, "samples": [{"value": "Lea"}]},
        [("samples.0.name", "MISSING"), ("samples", "MISSING")],
    ),
    (
        {"body": NAMED, "samples": [SAMPLE, {"name": "last_name", "value": "M"}]},
        [("samples.1.name", "NOT_FITTING")],
    ),
    ({"body": NAMED, "samples": [SAMPLE, SAMPLE]}, [("samples.1.name", "NOT_UNIQUE")]),
    (
        {"body": NAMED, "samples": [{**SAMPLE, "value": "Lea\nM"}]},
        [("samples.0.value", "BAD_CHARACTERS")],
    ),
    (
        {"body": NAMED, "samples": [{**SAMPLE, "value": "Lea     M"}]},
        [("samples.0.value", "BAD_CHARACTERS")],
    ),
    ({"body": NAMED, "samples": [{**SAMPLE, "value": " "}]}, [("samples.0.value", "EMPTY")]),
    (header(), [("header.text", "MISSING")]),
    (header(""), [("header.text", "EMPTY")]),
    (header("a" * 61), [("header.text", "TOO_LONG")]),
    (header("Two\nlines"), [("header.text", "BAD_CHARACTERS")]),
    (header("Hi {{a}} and {{b}}", sample="x"), [("header.text", "TOO_MANY")]),
    (header("Hi {{first_name}}"), [("header.sample", "MISSING")]),
    (header("Hi", sample="Lea"), [("header.sample", "NOT_FITTING")]),
    (header("Hi {{a}}", sample="a\tb"), [("header.sample", "BAD_CHARACTERS")]),
    (header("Hi {{A}}", sample="a"), [("header.text", "BAD_FORM")]),
    ({"header": {"format": "IMAGE"}}, [("header.upload", "MISSING")]),
    ({"header": {"format": "VIDEO"}}, [("header.upload", "MISSING")]),
    ({"header": {"format": "DOCUMENT"}}, [("header.upload", "MISSING")]),
    ({"header": {"format": "LOCATION", "text": "Here"}}, [("header.text", "NOT_FITTING")]),
    ({"footer": ""}, [("footer", "EMPTY")]),
    ({"footer": "a" * 61}, [("footer", "TOO_LONG")]),
    ({"footer": "Yours, {{name}}"}, [("footer", "NOT_FITTING")]),
    (
        {"buttons": [{**QUICK, "text": f"No {at}"} for at in range(11)]},
        [("buttons", "TOO_MANY")],
    ),
    ({"buttons": [{**URL, "text": f"No {at}"} for at in range(3)]}, [("buttons", "TOO_MANY")]),
    (
        {
            "buttons": [
                {"kind": "PHONE_NUMBER", "text": f"No {at}", "phoneNumber": "+33139980000"}
                for at in range(2)
            ]
        },
        [("buttons", "TOO_MANY")],
    ),
    ({"buttons": [{"kind": "COPY_CODE", "sample": "A"}] * 2}, [("buttons", "TOO_MANY")]),
    ({"buttons": [QUICK, URL, {**QUICK, "text": "No"}]}, [("buttons", "NOT_FITTING")]),
    ({"buttons": [QUICK, QUICK]}, [("buttons.1.text", "NOT_UNIQUE")]),
    (button(kind="QUICK_REPLY"), [("buttons.0.text", "MISSING")]),
    (button(kind="QUICK_REPLY", text="a" * 26), [("buttons.0.text", "TOO_LONG")]),
    (button(kind="QUICK_REPLY", text=" "), [("buttons.0.text", "EMPTY")]),
    (button(kind="QUICK_REPLY", text="OK 👍"), [("buttons.0.text", "BAD_CHARACTERS")]),
    (button(kind="QUICK_REPLY", text="Hi {{1}}"), [("buttons.0.text", "NOT_FITTING")]),
    (button(**QUICK, url="https://x.example"), [("buttons.0.url", "NOT_FITTING")]),
    (button(kind="URL", text="Track"), [("buttons.0.url", "MISSING")]),
    (url("x.example"), [("buttons.0.url", "BAD_URL")]),
    (url("ftp://x.example"), [("buttons.0.url", "BAD_URL")]),
    (url("https://x.example/" + "a" * 1990), [("buttons.0.url", "TOO_LONG")]),
    (url("https://{{1}}", sample="https://x.example"), [("buttons.0.url", "BAD_URL")]),
    (
        url("https://x.example/{{1}}/{{2}}", sample="https://x.example/a/b"),
        [("buttons.0.url", "TOO_MANY")],
    ),
    (
        url("https://x.example/{{1}}/b", sample="https://x.example/a/b"),
        [("buttons.0.url", "NOT_FITTING")],
    ),
    (
        url("https://x.example/{{order}}", sample="https://x.example/a"),
        [("buttons.0.url", "BAD_FORM")],
    ),
    (url("https://x.example/{{1}}"), [("buttons.0.sample", "MISSING")]),
    (url("https://x.example/{{1}}", sample="a"), [("buttons.0.sample", "BAD_URL")]),
    (url("https://x.example", sample="https://x.example"), [("buttons.0.sample", "NOT_FITTING")]),
    (button(kind="PHONE_NUMBER", text="Call"), [("buttons.0.phoneNumber", "MISSING")]),
    (
        button(kind="PHONE_NUMBER", text="Call", phoneNumber="01 39"),
        [("buttons.0.phoneNumber", "BAD_FORM")],
    ),
    (button(kind="COPY_CODE"), [("buttons.0.sample", "MISSING")]),
    (button(kind="COPY_CODE", sample="a" * 21), [("buttons.0.sample", "TOO_LONG")]),
    (button(kind="FLOW", text="Book"), [("buttons.0.flowId", "MISSING")]),
    (button(kind="FLOW", text="Book", flowId="my flow"), [("buttons.0.flowId", "BAD_FORM")]),
    (button(kind="CATALOG"), [("buttons.0.text", "MISSING")]),
    (button(kind="REQUEST_CONTACT_INFO", text="Give"), [("buttons.0.text", "NOT_FITTING")]),
    (button(**CODE), [("buttons.0.kind", "NOT_FITTING")]),
    ({"securityRecommendation": True}, [("securityRecommendation", "NOT_FITTING")]),
    ({"codeExpirationMinutes": 5}, [("codeExpirationMinutes", "NOT_FITTING")]),
    ({"timeToLive": 29}, [("timeToLive", "BAD_RANGE")]),
    ({"timeToLive": 43_201}, [("timeToLive", "BAD_RANGE")]),
    ({"category": "MARKETING", "timeToLive": 3600}, [("timeToLive", "BAD_RANGE")]),
    ({**AUTH, "timeToLive": 901}, [("timeToLive", "BAD_RANGE")]),
    ({**AUTH, "body": "Your code"}, [("body", "NOT_FITTING")]),
    ({**AUTH, "footer": "Bye"}, [("footer", "NOT_FITTING")]),
    ({**AUTH, **header("Hi")}, [("header", "NOT_FITTING")]),
    ({**AUTH, "buttons": []}, [("buttons", "MISSING")]),
    ({**AUTH, "buttons": [CODE, QUICK]}, [("buttons", "MISSING")]),
    ({**AUTH, "codeExpirationMinutes": 91}, [("codeExpirationMinutes", "BAD_RANGE")]),
    ({**AUTH, "buttons": [{**CODE, "apps": [APP]}]}, [("buttons.0.apps", "NOT_FITTING")]),
    (tap(), [("buttons.0.apps", "MISSING")]),
    (tap(*[APP] * 6), [("buttons.0.apps", "TOO_MANY")]),
    (tap({**APP, "packageName": "shop"}), [("buttons.0.apps.0.packageName", "BAD_FORM")]),
    (tap({**APP, "signatureHash": "short"}), [("buttons.0.apps.0.signatureHash", "BAD_FORM")]),
    (
        {"body": "", "footer": "a" * 61, "timeToLive": 1},
        [("body", "EMPTY"), ("footer", "TOO_LONG"), ("timeToLive", "BAD_RANGE")],
    ),
]


async def test_every_finding_names_its_field(studio: Studio) -> None:
    """All at the door, some at a time; nothing of them is kept."""
    fine = {"account": studio.account, "name": "hello", "language": "en"}
    fine |= {"category": "UTILITY", "body": "Hello there, all of you."}
    assert len(WRONG) >= 60
    for first in range(0, len(WRONG), 5):
        some = WRONG[first : first + 5]
        names = [f"$a{at}: TemplateCreateInput!" for at in range(len(some))]
        steps = [
            f"m{at}: templateCreate(input: $a{at}) {{ userErrors {{ field code message }} }}"
            for at in range(len(some))
        ]
        mutation = f"mutation({', '.join(names)}) {{ {' '.join(steps)} }}"
        given = {f"a{at}": fine | wrong for at, (wrong, _) in enumerate(some)}
        answer = await studio.door.data(mutation, studio.owner, **given)
        for at, (wrong, wanted) in enumerate(some):
            errors = answer[f"m{at}"]["userErrors"]
            assert [(".".join(one["field"]), one["code"]) for one in errors] == wanted, wrong
            assert all(one["message"] for one in errors)
    assert await stored.rows("SELECT id FROM template") == []
    assert studio.sim.world.templates.by_id == {}


@pytest.mark.parametrize(
    "draft",
    [
        TemplateDraft("UTILITY", body="a" * 1024, time_to_live=-1),
        TemplateDraft(
            "MARKETING",
            "POSITIONAL",
            TemplateHeader("TEXT", "x" * 55 + "{{1}}", "y"),
            "We have {{2}} for you, dear {{1}}.",
            (TemplateSample("a"), TemplateSample("b")),
            "f" * 60,
            tuple(TemplateButton("QUICK_REPLY", f"{at}" + "b" * 24) for at in range(10)),
        ),
        TemplateDraft(
            "UTILITY",
            header=TemplateHeader("LOCATION"),
            body="Come and see us.",
            buttons=(
                TemplateButton(
                    "URL", "One", "https://x.example/{{1}}", sample="https://x.example/a"
                ),
                TemplateButton("URL", "Two", "http://x.example/" + "a" * 1983),
                TemplateButton("FLOW", "Book", flow_id="1234"),
                TemplateButton("CATALOG", "All of it"),
                TemplateButton("VOICE_CALL", "Talk"),
                TemplateButton("REQUEST_CONTACT_INFO"),
            ),
        ),
        TemplateDraft(
            "AUTHENTICATION",
            buttons=(
                TemplateButton(
                    "OTP", otp_kind="ZERO_TAP", apps=(TemplateApp("com.x", "K8a/AINcGX7"),)
                ),
            ),
            code_expiration_minutes=90,
            time_to_live=900,
        ),
    ],
)
def test_what_is_just_within_the_limits_passes(draft: TemplateDraft) -> None:
    refuse(head_findings("a" * 512, "en_US"), findings(draft))


def test_an_error_tells_its_first_finding() -> None:
    with pytest.raises(BadTemplate, match="A template has a body") as caught:
        refuse(findings(TemplateDraft("UTILITY")))
    assert (caught.value.code, caught.value.field) == ("MISSING", ("body",))
