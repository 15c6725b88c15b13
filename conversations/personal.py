"""Values of a template that are the recipient's own, filled in for each of many (F26)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

import orjson

from conversations.content import Parameter, TemplateMessage, as_json, check, from_json
from kernel.errors import Invalid

Part = Literal["header", "body", "buttons"]
Field = Literal["name", "first_name", "last_name", "language", "country"]
# Stands in for what is not known yet, so that everything else can be checked beforehand.
_SOMETHING = "x"


@dataclass(frozen=True, slots=True)
class Personal:
    """A value that is the recipient's own: the `index`-th of a part of the template, from 0.

    `fallback` is said to those of whom the field is not known; without one they get no message.
    """

    part: Part
    index: int
    field: Field
    fallback: str | None = None


def check_personal(content: TemplateMessage, personal: Sequence[Personal]) -> None:
    """Invalid where a place is not in the content, or where no recipient could be written to."""
    for at, one in enumerate(personal):
        if one.field not in get_args(Field):
            message = f"A field of the contact: {', '.join(get_args(Field))}."
            raise Invalid(message, code="UNKNOWN_FIELD", field=("personal", str(at), "field"))
        if not 0 <= one.index < _count(content, one.part):
            message = f"The content has no such value in its {one.part}."
            raise Invalid(message, code="UNKNOWN_PLACE", field=("personal", str(at), "index"))
    filled = {one: one.fallback or _SOMETHING for one in personal}
    try:
        check(_with(content, filled))
    except Invalid as error:
        raise Invalid(error.message, code=error.code, field=("content", *error.field)) from None


def fill_in(
    content: TemplateMessage, personal: Sequence[Personal], known: Mapping[str, str]
) -> TemplateMessage:
    """The content for a recipient of whom these fields are known.

    Invalid: MISSING_VALUE where neither the field nor a fallback is there, else what `check` says
    of the values (contract 2.5): the others are not kept waiting by one of whom a value is no good.
    """
    values: dict[Personal, str] = {}
    for one in personal:
        value = known.get(one.field) or one.fallback
        if not value:
            raise Invalid("Of this contact the value is not known.", code="MISSING_VALUE")
        values[one] = value
    filled = _with(content, values)
    if values:
        check(filled)
    return filled


def as_text(content: TemplateMessage, personal: Sequence[Personal]) -> bytes:
    """Both as they are kept."""
    places = [[one.part, one.index, one.field, one.fallback] for one in personal]
    return orjson.dumps({"content": orjson.loads(as_json(content)), "personal": places})


def from_text(kept: bytes) -> tuple[TemplateMessage, tuple[Personal, ...]]:
    """What `as_text` wrote."""
    told = orjson.loads(kept)
    content = cast(TemplateMessage, from_json(orjson.dumps(told["content"])))
    return content, tuple(Personal(*place) for place in told["personal"])


def _count(content: TemplateMessage, part: Part) -> int:
    if part == "header":
        return int(isinstance(content.header, Parameter))
    return len(content.body if part == "body" else content.buttons)


def _with(content: TemplateMessage, values: Mapping[Personal, str]) -> TemplateMessage:
    header, body, buttons = content.header, list(content.body), list(content.buttons)
    for one, value in values.items():
        if one.part == "header" and isinstance(header, Parameter):
            header = replace(header, text=value)
        elif one.part == "body":
            body[one.index] = replace(body[one.index], text=value)
        elif one.part == "buttons":
            buttons[one.index] = replace(buttons[one.index], value=value)
    return replace(content, header=header, body=tuple(body), buttons=tuple(buttons))
