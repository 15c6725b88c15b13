"""Filling a template with what a send gives: counts, kinds, texts (contract 2.5)."""

from __future__ import annotations

import re
from typing import Any

from channels.simulator.bodies import check_file
from channels.simulator.call import object_in, text_in
from channels.simulator.errors import GraphError, missing, wrong
from channels.simulator.shapes import Json
from channels.simulator.store import Template

VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_CODE = 15
_COUPON = 20
_HEADER = 60
_FILES = ("image", "video", "document")
_FALLBACKS = ("currency", "date_time")
_BAD_SPACE = re.compile(r"[\n\r\t]| {5,}")
_SECURITY = " For your security, do not share this code."


def fill(template: Template, content: Json, most: int) -> Json:
    """What the person will see; 132000, 132005, 132012, 132018 or 131008 when it does not fit.

    `most` is the length that a filled body may have.
    """
    given: list[Json] = content.get("components") or []
    parts = {_type(part): part for part in template.components if isinstance(part, dict)}
    shown: Json = {}
    header = _first(given, "header")
    if "HEADER" in parts or header:
        shown["header"] = _filled_header(template, parts.get("HEADER", {}), header)
    text = body_text(template, parts.get("BODY", {}))
    values = _texts(template, "body", VARIABLE.findall(text), _first(given, "body"))
    shown["body"] = _put_in(text, values)
    if len(shown["body"]) > most:
        raise GraphError(132005, f"Translated text too long: more than {most} characters.")
    footer = parts.get("FOOTER", {})
    if footer.get("text"):
        shown["footer"] = footer["text"]
    elif footer.get("code_expiration_minutes"):
        shown["footer"] = f"This code expires in {footer['code_expiration_minutes']} minutes."
    buttons = parts.get("BUTTONS", {}).get("buttons") or []
    shown["buttons"] = _filled_buttons(template, buttons, given, values)
    return shown


def body_text(template: Template, body: Json) -> str:
    """The text of a body; the platform's own for authentication."""
    if template.category == "AUTHENTICATION" and not body.get("text"):
        safe = _SECURITY if body.get("add_security_recommendation") else ""
        return "{{1}} is your verification code." + safe
    return str(body.get("text") or "")


def has_otp_button(template: Template) -> bool:
    """Whether it is sent to phone numbers only (131062)."""
    buttons = [
        button
        for part in template.components
        if isinstance(part, dict) and _type(part) == "BUTTONS"
        for button in part.get("buttons") or []
    ]
    return any(_type(button) == "OTP" for button in buttons)


def _filled_header(template: Template, part: Json, given: Json | None) -> Json:
    kind = str(part.get("format", "TEXT")).lower()
    if kind == "text":
        text = str(part.get("text") or "")
        values = _texts(template, "header", VARIABLE.findall(text), given)
        filled = _put_in(text, values)
        if len(filled) > _HEADER:
            raise GraphError(132005, f"Header text too long: more than {_HEADER} characters.")
        return {"type": "text", "text": filled}
    parameters = (given or {}).get("parameters") or []
    if len(parameters) != 1:
        raise _counted("header", len(parameters), 1)
    parameter = parameters[0]
    if not isinstance(parameter, dict) or parameter.get("type") != kind:
        raise GraphError(132012, f"header: Format mismatch, expected {kind.upper()}.")
    file = object_in(parameter, kind, f"header.parameters[0].{kind}")
    if kind in _FILES:
        check_file(file, f"header.parameters[0].{kind}")
    return {"type": kind, kind: file}


def _texts(template: Template, place: str, wanted: list[str], given: Json | None) -> dict[str, str]:
    """The value of each variable of a text."""
    is_named = template.parameter_format == "NAMED"
    names = list(dict.fromkeys(wanted))
    if not is_named:
        names.sort(key=lambda name: (len(name), name))
    parameters = (given or {}).get("parameters") or []
    if not isinstance(parameters, list) or len(parameters) != len(names):
        raise _counted(place, len(parameters), len(names))
    values: dict[str, str] = {}
    for at, parameter in enumerate(parameters):
        path = f"{place}.parameters[{at}]"
        if not isinstance(parameter, dict):
            raise wrong(path, "must be an object")
        name = parameter.get("parameter_name")
        if is_named != (name is not None):
            form = "parameter_name is missing" if is_named else "the template has no named ones"
            raise GraphError(132012, f"{path}: {form}.")
        if is_named and name not in names:
            raise GraphError(132000, f"{path}: there is no parameter of this name.")
        values[str(name) if is_named else names[at]] = _text(parameter, path)
    if len(values) < len(names):
        raise _counted(place, len(values), len(names))
    if template.category == "AUTHENTICATION" and any(len(one) > _CODE for one in values.values()):
        raise GraphError(132018, f"{place}: the code has more than {_CODE} characters.")
    return values


def _text(parameter: Json, path: str) -> str:
    kind = parameter.get("type", "text")
    if kind in _FALLBACKS:
        inner = object_in(parameter, kind, f"{path}.{kind}")
        return text_in(inner, "fallback_value", f"{path}.{kind}.fallback_value", 1024)
    if kind != "text":
        raise GraphError(132012, f"{path}: Format mismatch, expected TEXT.")
    value = text_in(parameter, "text", f"{path}.text", 32_768)
    if _BAD_SPACE.search(value):
        raise GraphError(
            132018,
            f"{path}.text cannot have new-line/tab characters or more than 4 spaces in a row.",
        )
    return value


def _filled_buttons(
    template: Template, buttons: list[Json], given: list[Json], values: dict[str, str]
) -> list[Json]:
    by_index: dict[int, Json] = {}
    for component in given:
        if _type(component) != "BUTTON":
            continue
        index = str(component.get("index", "0"))
        if not index.isdecimal() or int(index) >= len(buttons):
            raise wrong("template.components.index", f"there is no button at index {index}")
        by_index[int(index)] = component
    return [
        _filled_button(template, at, button, by_index.get(at), values)
        for at, button in enumerate(buttons)
    ]


def _filled_button(
    template: Template, at: int, button: Json, given: Json | None, values: dict[str, str]
) -> Json:
    kind = _type(button)
    sub_type = _SUB_TYPES.get(kind, "")
    if given is not None and str(given.get("sub_type", "")).lower() != sub_type:
        raise GraphError(132012, f"buttons: Format mismatch at index {at}, expected {kind}.")
    parameters = (given or {}).get("parameters") or []
    parameter = parameters[0] if parameters and isinstance(parameters[0], dict) else None
    path = f"buttons[{at}].parameters[0]"
    title = str(button.get("text") or "")
    if kind == "URL":
        url = str(button.get("url") or "")
        has_variable = bool(VARIABLE.search(url))
        tail = _tail(parameter, path, has_variable, at)
        return {"type": "url", "title": title, "url": VARIABLE.sub(lambda _found: tail, url)}
    if kind == "OTP":
        code = _tail(parameter, path, True, at)
        if code not in values.values():
            raise GraphError(132018, f"{path}.text is not the code of the body.")
        return {"type": "copy_code", "title": title or "Copy code", "code": code}
    if kind == "COPY_CODE":
        if parameter is None:
            raise _needs(at, "copy_code")
        code = text_in(parameter, "coupon_code", f"{path}.coupon_code", _COUPON)
        return {"type": "copy_code", "title": title or "Copy offer code", "code": code}
    if kind == "QUICK_REPLY":
        payload = title if parameter is None else text_in(parameter, "payload", path, 128)
        return {"type": "quick_reply", "title": title, "payload": payload}
    return {"type": kind.lower(), "title": title}


def _tail(parameter: Json | None, path: str, has_variable: bool, at: int) -> str:
    if not has_variable:
        if parameter is not None:
            raise GraphError(132000, f"Button at index {at} takes no parameter.")
        return ""
    if parameter is None:
        raise _needs(at, "url")
    return text_in(parameter, "text", f"{path}.text", 2000)


def _needs(at: int, kind: str) -> GraphError:
    return missing(f"buttons: Button at index {at} of type {kind} requires a parameter;")


def _counted(place: str, given: int, wanted: int) -> GraphError:
    return GraphError(
        132000,
        f"{place}: number of localizable_params ({given}) does not match the expected number of "
        f"params ({wanted})",
    )


def _put_in(text: str, values: dict[str, str]) -> str:
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)


def _first(given: list[Json], kind: str) -> Json | None:
    return next((one for one in given if str(one.get("type", "")).lower() == kind), None)


def _type(part: Any) -> str:
    return str(part.get("type", "")).upper() if isinstance(part, dict) else ""


_SUB_TYPES = {
    "URL": "url",
    "OTP": "url",
    "COPY_CODE": "copy_code",
    "QUICK_REPLY": "quick_reply",
    "FLOW": "flow",
    "CATALOG": "catalog",
    "MPM": "mpm",
    "SPM": "spm",
    "VOICE_CALL": "voice_call",
}
