"""Whether a template has the variables for which a campaign has values, and no others.

The platform would refuse each message with 132000 or 132012 (contract 2.5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

import channels
from channels import VARIABLE, TemplateFilter, TemplateRow
from conversations.content import Location, MediaFile, Parameter, TemplateButton, TemplateMessage
from kernel.errors import Invalid
from kernel.ids import Id

_FILES = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document"}
_NEEDS_VALUE = {"URL": "url", "COPY_CODE": "copy_code"}


async def template_of(account_id: Id, template: TemplateMessage) -> TemplateRow:
    """The template of an account, the one that can be sent where a name was used again; Invalid
    (UNKNOWN_TEMPLATE) where there is none."""
    wanted = TemplateFilter(account_id, name=template.name, languages=[template.language])
    found = await channels.template_page(wanted, "DESC", None, 100)
    if not found:
        message = "There is no such template in this language for the numbers of this campaign."
        raise Invalid(message, code="UNKNOWN_TEMPLATE", field=("template", "name"))
    return max(found, key=lambda row: (row["status"] == "APPROVED", row["updated_at"]))


def check_fits(row: TemplateRow, template: TemplateMessage) -> None:
    """Invalid, naming the value that is missing, or that nothing wants."""
    components = orjson.loads(row["components"] or "null")
    if not isinstance(components, list):
        return  # only a webhook has told of it; its parts come with the next answer
    parts = {str(one.get("type")).upper(): one for one in components if isinstance(one, Mapping)}
    _check_header(parts.get("HEADER", {}), template.header)
    _check_values(_text(parts.get("BODY", {})), template.body, "body")
    _check_buttons(parts.get("BUTTONS", {}).get("buttons") or [], template.buttons)


def _check_header(part: Mapping[str, Any], given: Parameter | MediaFile | Location | None) -> None:
    shape = str(part.get("format") or "TEXT").upper()
    if shape == "LOCATION":
        fits, wanted = isinstance(given, Location), "a place"
    elif shape in _FILES:
        kind = _FILES[shape]
        fits, wanted = isinstance(given, MediaFile) and given.kind == kind, f"a file: {kind}"
    else:
        if isinstance(given, MediaFile | Location):
            raise _refused(
                "NOT_FITTING", "This template's header holds no more than text.", "header"
            )
        values = [given] if given else []
        return _check_values(_text(part), values, "header")
    if not fits:
        raise _refused("MISSING", f"This template's header wants {wanted}.", "header")
    return None


def _check_values(text: str, values: Sequence[Parameter], field: str) -> None:
    """Each variable has one value, by its name or by its place."""
    wanted = list(dict.fromkeys(VARIABLE.findall(text)))
    given = [one.name or str(place) for place, one in enumerate(values, start=1)]
    if missing := [name for name in wanted if name not in given]:
        message = f"A value is wanted for {', '.join(f'{{{{{name}}}}}' for name in missing)}."
        raise _refused("MISSING", message, field)
    for place, name in enumerate(given):
        if name not in wanted:
            message = "This template has no variable for this value."
            raise _refused("NOT_FITTING", message, field, str(place))


def _check_buttons(buttons: Sequence[Any], values: Sequence[TemplateButton]) -> None:
    given = {one.index: one.kind for one in values}
    for index, kind in _wanted(buttons):
        if given.get(index) != kind:
            message = f"The button at {index} wants a value of kind {kind}."
            raise _refused("MISSING", message, "buttons")
    for place, one in enumerate(values):
        if one.index >= len(buttons):
            message = f"There are {len(buttons)} buttons in this template, counted from 0."
            raise _refused("NOT_FITTING", message, "buttons", str(place), "index")


def _wanted(buttons: Sequence[Any]) -> Iterator[tuple[int, str]]:
    """The buttons that cannot go without a value."""
    for index, one in enumerate(buttons):
        part = one if isinstance(one, Mapping) else {}
        kind = _NEEDS_VALUE.get(str(part.get("type")).upper())
        if kind and (kind != "url" or VARIABLE.search(str(part.get("url")))):
            yield index, kind


def _text(part: Mapping[str, Any]) -> str:
    text = part.get("text")
    return text if isinstance(text, str) else ""


def _refused(code: str, message: str, *field: str) -> Invalid:
    return Invalid(message, code=code, field=("template", *field))
