"""What authors of templates give: as the platform has it, in the schema's words (contract 7.2)."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, cast

import strawberry

import channels as room
from api.graphql.described import enum_type, input_type
from api.graphql.schema.node import read_id
from channels import DraftChanges, TemplateButton, TemplateDraft, TemplateHeader


@enum_type
class TemplateCategory(Enum):
    """What a template is for; the platform may decide otherwise."""

    MARKETING = strawberry.enum_value("MARKETING", description="Offers, news, invitations.")
    UTILITY = strawberry.enum_value("UTILITY", description="About what the customer asked for.")
    AUTHENTICATION = strawberry.enum_value(
        "AUTHENTICATION", description="A code; the platform writes the text."
    )


@enum_type
class TemplateParameterFormat(Enum):
    """How variables are written."""

    NAMED = strawberry.enum_value("NAMED", description="As {{first_name}}.")
    POSITIONAL = strawberry.enum_value("POSITIONAL", description="As {{1}}, {{2}}.")


@enum_type
class TemplateHeaderFormat(Enum):
    """What stands above the body."""

    TEXT = strawberry.enum_value("TEXT", description="A line of up to 60 characters.")
    IMAGE = strawberry.enum_value("IMAGE", description="A picture: JPEG or PNG.")
    VIDEO = strawberry.enum_value("VIDEO", description="A video: MP4 or 3GPP.")
    DOCUMENT = strawberry.enum_value("DOCUMENT", description="A PDF.")
    LOCATION = strawberry.enum_value("LOCATION", description="A place on the map.")


@enum_type
class TemplateButtonDraftKind(Enum):
    """What a button does, and so what it needs besides its text."""

    URL = strawberry.enum_value("URL", description="Opens a page: url, and sample if it varies.")
    PHONE_NUMBER = strawberry.enum_value("PHONE_NUMBER", description="Calls: phoneNumber.")
    QUICK_REPLY = strawberry.enum_value("QUICK_REPLY", description="Answers with its text.")
    COPY_CODE = strawberry.enum_value("COPY_CODE", description="Copies a coupon: sample; no text.")
    FLOW = strawberry.enum_value("FLOW", description="Opens a flow: flowId.")
    OTP = strawberry.enum_value("OTP", description="Takes over a code: otpKind, perhaps apps.")
    CATALOG = strawberry.enum_value("CATALOG", description="Opens the catalogue.")
    MPM = strawberry.enum_value("MPM", description="Shows several products.")
    SPM = strawberry.enum_value("SPM", description="Shows one product.")
    VOICE_CALL = strawberry.enum_value("VOICE_CALL", description="Calls on WhatsApp.")
    REQUEST_CONTACT_INFO = strawberry.enum_value(
        "REQUEST_CONTACT_INFO", description="Asks for the phone number; the text is the platform's."
    )


@enum_type
class TemplateOtpKind(Enum):
    """How a code gets where it is wanted."""

    COPY_CODE = strawberry.enum_value("COPY_CODE", description="The person copies it.")
    ONE_TAP = strawberry.enum_value("ONE_TAP", description="A tap fills it in.")
    ZERO_TAP = strawberry.enum_value("ZERO_TAP", description="The app takes it by itself.")


@input_type
class TemplateSampleInput:
    """A value for a variable."""

    name: str | None = strawberry.field(
        default=None, description="The variable's name; left out where variables are counted."
    )
    value: str = strawberry.field(description="The value: one line.")


@input_type
class TemplateHeaderDraft:
    """What stands above the body."""

    format: TemplateHeaderFormat = strawberry.field(description="Its kind.")
    text: str | None = strawberry.field(
        default=None, description="Of TEXT: up to 60 characters with at most one variable."
    )
    sample: str | None = strawberry.field(
        default=None, description="Of TEXT with a variable: what may stand for it."
    )
    upload: strawberry.ID | None = strawberry.field(
        default=None, description="Of a file: one that was uploaded, as a sample for reviewers."
    )


@input_type
class TemplateAppDraft:
    """An Android app that a code may be handed to."""

    package_name: str = strawberry.field(description="As in com.example.shop.")
    signature_hash: str = strawberry.field(description="The 11 characters of its signing key hash.")


@input_type
class TemplateButtonDraft:
    """A button; which parts it has depends on its kind."""

    kind: TemplateButtonDraftKind = strawberry.field(description="What it does.")
    text: str | None = strawberry.field(default=None, description="Up to 25 characters.")
    url: str | None = strawberry.field(
        default=None, description="Up to 2,000 characters, perhaps with {{1}} at the end."
    )
    phone_number: str | None = strawberry.field(default=None, description="With its country.")
    sample: str | None = strawberry.field(
        default=None, description="Of URL with {{1}} the whole address; of COPY_CODE the coupon."
    )
    flow_id: str | None = strawberry.field(default=None, description="The platform's id of it.")
    otp_kind: TemplateOtpKind | None = strawberry.field(
        default=None, description="How the code gets where it is wanted."
    )
    apps: list[TemplateAppDraft] | None = strawberry.field(
        default=None, description="For ONE_TAP and ZERO_TAP: up to 5 apps."
    )


def _part(description: str) -> Any:
    """A part of the content: left out it stays as it is, null removes it."""
    return strawberry.field(default=strawberry.UNSET, description=description)


@input_type
class TemplateContentInput:
    """What a template holds; of a change, what is left out stays."""

    category: TemplateCategory | None = _part("What it is for; a new template needs it.")
    parameter_format: TemplateParameterFormat | None = _part("NAMED unless said otherwise.")
    header: TemplateHeaderDraft | None = _part("What stands above the body.")
    body: str | None = _part("Up to 1,024 characters; AUTHENTICATION has none of its own.")
    samples: list[TemplateSampleInput] | None = _part("A value for each variable of the body.")
    footer: str | None = _part("Up to 60 characters, without variables.")
    buttons: list[TemplateButtonDraft] | None = _part("Up to 10.")
    security_recommendation: bool | None = _part("Of AUTHENTICATION: say not to share the code.")
    code_expiration_minutes: int | None = _part("Of AUTHENTICATION: how long a code lives.")
    time_to_live: int | None = _part(
        "How long, in seconds, a message waits for a phone that is off; -1 for the longest."
    )


def read_changes(given: TemplateContentInput) -> DraftChanges:
    """The parts that were given."""
    changes: dict[str, Any] = {}
    for name in DraftChanges.__annotations__:
        value = getattr(given, name)
        if value is not strawberry.UNSET:
            changes[name] = _READ.get(name, _plain)(value)
    # What cannot be null is as in a new draft.
    usual = TemplateDraft(category="UTILITY")
    for name in ("parameter_format", "samples", "buttons", "security_recommendation"):
        if name in changes and changes[name] is None:
            changes[name] = getattr(usual, name)
    if changes.get("category", "") is None:
        del changes["category"]
    return cast(DraftChanges, changes)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _header(given: TemplateHeaderDraft | None) -> TemplateHeader | None:
    if given is None:
        return None
    upload = read_id("media", given.upload, "header", "upload") if given.upload else None
    return TemplateHeader(str(given.format.value), given.text, given.sample, upload)


def _buttons(given: list[TemplateButtonDraft] | None) -> tuple[TemplateButton, ...]:
    return tuple(
        TemplateButton(
            str(one.kind.value),
            one.text,
            one.url,
            one.phone_number,
            one.sample,
            one.flow_id,
            str(one.otp_kind.value) if one.otp_kind else None,
            tuple(room.TemplateApp(app.package_name, app.signature_hash) for app in one.apps or ()),
        )
        for one in given or ()
    )


def _samples(given: list[TemplateSampleInput] | None) -> tuple[room.TemplateSample, ...]:
    return tuple(room.TemplateSample(one.value, one.name) for one in given or ())


_READ: dict[str, Callable[[Any], Any]] = {
    "header": _header,
    "buttons": _buttons,
    "samples": _samples,
}
