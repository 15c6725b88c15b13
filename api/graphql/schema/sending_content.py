"""From an input of the schema to a content of the ledger, and from its errors back to the input."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import Any, cast

import strawberry

from api.errors import camel
from api.graphql.schema import sending_inputs as inputs
from api.graphql.schema.node import read_id
from conversations import content as shapes
from kernel.errors import Invalid

# Each input has the fields of its shape, by the same names.
_SHAPE_OF: dict[type[Any], type[Any]] = {
    inputs.TextContent: shapes.Text,
    inputs.MediaContent: shapes.MediaFile,
    inputs.LocationContent: shapes.Location,
    inputs.CardNameInput: shapes.CardName,
    inputs.CardPhoneInput: shapes.CardPhone,
    inputs.CardEmailInput: shapes.CardEmail,
    inputs.CardOrgInput: shapes.CardOrg,
    inputs.CardAddressInput: shapes.CardAddress,
    inputs.CardUrlInput: shapes.CardUrl,
    inputs.ContactCardInput: shapes.Card,
    inputs.ReactionContent: shapes.Reaction,
    inputs.ReplyButtonInput: shapes.Button,
    inputs.ButtonsContent: shapes.Buttons,
    inputs.ListRowInput: shapes.ListRow,
    inputs.ListSectionInput: shapes.ListSection,
    inputs.ListContent: shapes.ListMenu,
    inputs.LinkButtonContent: shapes.LinkButton,
    inputs.TemplateValueInput: shapes.Parameter,
    inputs.TemplateButtonInput: shapes.TemplateButton,
    inputs.TemplateContent: shapes.TemplateMessage,
}
_HEADERS = (inputs.HeaderInput, inputs.TemplateHeaderInput)


def read_content(given: inputs.MessageContent) -> shapes.Content:
    """The content; Invalid (BAD_ID) for an upload that is none. Its limits are checked later."""
    name, value = _chosen(given)
    match name:
        case "contacts":
            return shapes.ContactCards(read_shape(value))
        case "location_request":
            return shapes.LocationRequest(value.body)
        case "contact_info_request":
            return shapes.ContactInfoRequest(value.body)
        case _:
            return cast(shapes.Content, read_shape(value))


def field_of(given: inputs.MessageContent, field: list[str]) -> list[str]:
    """Where in the input a part of the content stands: content.body → content.text.body."""
    if field[:1] != ["content"] or len(field) == 1:
        return field
    name, value = _chosen(given)
    path = field[1:]
    if name == "contacts":
        path = path[1:]  # the input has the cards themselves there
    header = getattr(value, "header", None)
    if path[:1] == ["header"] and isinstance(header, _HEADERS):
        path = ["header", _chosen(header)[0], *path[1:]]
    return ["content", "list" if name == "menu" else camel(name), *path]


def read_shape(value: Any) -> Any:
    """The shape of a part of a content."""
    if isinstance(value, list):
        return tuple(map(read_shape, value))
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, _HEADERS):
        return read_shape(_chosen(value)[1])
    shape = _SHAPE_OF.get(type(value))
    if shape is None:
        return value
    parts = {one.name: read_shape(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, inputs.MediaContent) and value.upload is not None:
        parts["upload"] = read_id("media", value.upload, "content", "upload")
    # What was left out or null is as the shape has it.
    return shape(**{name: part for name, part in parts.items() if part is not None})


def _chosen(one_of: Any) -> tuple[str, Any]:
    """The one field that was given, and its value."""
    for one in fields(one_of):
        value = getattr(one_of, one.name)
        if value is not None and value is not strawberry.UNSET:
            return one.name, value
    raise Invalid("Exactly one of its fields is wanted.", code="MISSING", field=("content",))
