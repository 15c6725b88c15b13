"""What authors of campaigns give, and what they get told where it is not whole."""

from __future__ import annotations

from typing import Any, cast

import strawberry

import campaigns as room
import contacts
from api.graphql.described import input_type, one_of_type
from api.graphql.scalars import DateTime
from api.graphql.schema.campaigns import PersonalField
from api.graphql.schema.node import read_id
from api.graphql.schema.pace_kinds import PaceKind
from api.graphql.schema.sending_content import read_shape
from api.graphql.schema.sending_inputs import LocationContent, MediaContent, TemplateButtonKind
from campaigns import Audience, CampaignChanges, Wording
from conversations import PaceKind as Kind
from conversations import Personal
from conversations.content import ButtonKind, Parameter, TemplateButton, TemplateMessage
from kernel.errors import Invalid


def _part(description: str) -> Any:
    """A part of a campaign: left out it stays as it is, null takes it back."""
    return strawberry.field(default=strawberry.UNSET, description=description)


def _left_out(description: str) -> Any:
    return strawberry.field(default=None, description=description)


@input_type
class CampaignValueInput:
    """A value of a variable: the same for everybody, or with `field` each one's own."""

    name: str | None = _left_out("The variable's name; left out where variables are counted.")
    text: str | None = _left_out("What everybody reads: no newlines, at most 4 spaces in a row.")
    field: PersonalField | None = _left_out("What is taken from each recipient in its place.")
    fallback: str | None = _left_out("With `field`: what those read of whom it is not known.")


@one_of_type
class CampaignHeaderInput:
    """What fills the header of a template."""

    text: CampaignValueInput | None = strawberry.field(
        default=strawberry.UNSET, description="The value of its variable."
    )
    media: MediaContent | None = strawberry.field(
        default=strawberry.UNSET, description="An image, a video or a document."
    )
    location: LocationContent | None = strawberry.field(
        default=strawberry.UNSET, description="A place."
    )


@input_type
class CampaignButtonInput:
    """The value of a button that takes one."""

    index: int = strawberry.field(description="Its place among all buttons, from 0.")
    kind: TemplateButtonKind = strawberry.field(description="What it takes.")
    value: CampaignValueInput = strawberry.field(description="The value; it has no name.")


@input_type
class CampaignTemplateInput:
    """A template with its values."""

    name: str = strawberry.field(description="The template's name.")
    language: str = strawberry.field(description="Its language as the platform writes it: en_US.")
    header: CampaignHeaderInput | None = _left_out("What fills its header, where that wants it.")
    body: list[CampaignValueInput] | None = _left_out("The values of its body's variables.")
    buttons: list[CampaignButtonInput] | None = _left_out("The values of its buttons.")


@input_type
class CampaignAudienceInput:
    """Whom a campaign is for: everybody, or who is listed, has the tags or belongs to a segment;
    never the excluded. Who belongs is found out when the audience is frozen."""

    everybody: bool = strawberry.field(default=False, description="All contacts.")
    contacts: list[strawberry.ID] | None = _left_out("These contacts: up to 10,000.")
    phones: list[str] | None = _left_out(
        "The contacts with these numbers, as in +447700900123: up to 1,000."
    )
    tags_any: list[strawberry.ID] | None = _left_out("Who has at least one of these tags.")
    tags_all: list[strawberry.ID] | None = _left_out("Who has each of these tags.")
    tags_none: list[strawberry.ID] | None = _left_out("But nobody with one of these tags.")
    segments_any: list[strawberry.ID] | None = _left_out(
        "Who belongs to at least one of these segments: up to 20."
    )
    segments_none: list[strawberry.ID] | None = _left_out(
        "But nobody who belongs to one of these segments: up to 20."
    )
    excluded: list[strawberry.ID] | None = _left_out("But none of these contacts: up to 10,000.")


@input_type
class CampaignContentInput:
    """The parts of a campaign; of a change, what is left out stays."""

    name: str | None = _part("What colleagues call it: up to 120 characters.")
    template: CampaignTemplateInput | None = _part("What it says.")
    numbers: list[strawberry.ID] | None = _part(
        "The numbers that it goes out from, up to 16: each person hears from one of them."
    )
    audience: CampaignAudienceInput | None = _part("Whom it is for.")
    topic: strawberry.ID | None = _part("What it is about.")
    pace_kind: PaceKind | None = _part("What it is to its readers.")
    per_second: int | None = _part("How many leave a second at most, over all numbers: to 1,000.")
    starts_at: DateTime | None = _part("When it starts; null for at once.")
    local_hour: int | None = _part(
        "The hour of their own clock, 0 to 23, at which each gets it from the start on."
    )
    expires_at: DateTime | None = _part("When it is of no use any more.")
    max_failed_percent: int | None = _part("It rests when more of 100 fail; 10 unless told.")


async def read_changes(given: CampaignContentInput) -> CampaignChanges:
    """The parts that were given."""
    changes: dict[str, Any] = {
        name: getattr(given, name)
        for name in ("per_second", "starts_at", "local_hour", "expires_at")
        if getattr(given, name) is not strawberry.UNSET
    }
    if given.name is not strawberry.UNSET:
        changes["name"] = given.name or ""
    if given.max_failed_percent is not strawberry.UNSET:
        changes["max_failed_percent"] = given.max_failed_percent or room.MOST_FAILED
    if given.pace_kind is not strawberry.UNSET:
        changes["pace_kind"] = cast(Kind, given.pace_kind.value) if given.pace_kind else None
    if given.template is not strawberry.UNSET:
        changes["wording"] = read_wording(given.template) if given.template else None
    if given.numbers is not strawberry.UNSET:
        changes["numbers"] = _ids("number", given.numbers, "numbers")
    if given.audience is not strawberry.UNSET:
        changes["audience"] = _audience(given.audience or CampaignAudienceInput())
    if given.topic is not strawberry.UNSET:
        topic = read_id("topic", given.topic, "topic") if given.topic else None
        changes["topic"] = await contacts.topic_code(topic) if topic else ""
    return cast(CampaignChanges, changes)


def read_wording(given: CampaignTemplateInput) -> Wording:
    """The template, and which of its values are personal."""
    personal: list[Personal] = []

    def value(one: CampaignValueInput, part: str, at: int, *field: str) -> str:
        if (one.text is None) == (one.field is None):
            message = "Either a text, or a field with a fallback."
            raise Invalid(message, code="MISSING", field=("template", *field))
        if one.field is None:
            return cast(str, one.text)
        personal.append(Personal(part, at, one.field.value, one.fallback))  # type: ignore[arg-type]
        return one.fallback or ""

    header = None
    if given.header and given.header.text:
        text = given.header.text
        header = Parameter(value(text, "header", 0, "header", "text"), text.name)
    elif given.header:
        header = read_shape(given.header.media or given.header.location)
    body = [
        Parameter(value(one, "body", at, "body", str(at)), one.name)
        for at, one in enumerate(given.body or ())
    ]
    buttons = [
        TemplateButton(
            one.index,
            cast(ButtonKind, one.kind.value),
            value(one.value, "buttons", at, "buttons", str(at), "value"),
        )
        for at, one in enumerate(given.buttons or ())
    ]
    template = TemplateMessage(given.name, given.language, header, tuple(body), tuple(buttons))
    return Wording(template, tuple(personal))


def _audience(given: CampaignAudienceInput) -> Audience:
    return Audience(
        everybody=given.everybody,
        contacts=_ids("contact", given.contacts, "audience", "contacts"),
        phones=given.phones or (),
        tags_any=_ids("tag", given.tags_any, "audience", "tags_any"),
        tags_all=_ids("tag", given.tags_all, "audience", "tags_all"),
        tags_none=_ids("tag", given.tags_none, "audience", "tags_none"),
        segments_any=_ids("segment", given.segments_any, "audience", "segments_any"),
        segments_none=_ids("segment", given.segments_none, "audience", "segments_none"),
        excluded=_ids("contact", given.excluded, "audience", "excluded"),
    )


def _ids(kind: str, given: list[strawberry.ID] | None, *field: str) -> list[str]:
    return [read_id(kind, one, *field, str(at)) for at, one in enumerate(given or ())]
