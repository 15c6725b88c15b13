"""What a template may hold, with the exact limits (contract 7.2)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from channels.simulator.codes import known
from channels.simulator.errors import GraphError
from channels.simulator.filling import VARIABLE
from channels.simulator.shapes import Json

CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z][A-Za-z]{1,3})?")
_NAMED = re.compile(r"[a-z][a-z0-9_]*")
_HEADER, _BODY, _FOOTER, _BUTTON, _URL = 60, 1024, 60, 25, 2000
_MOST_BUTTONS = 10
_MOST_OF = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1}
_FORMATS = ("TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION")
_BUTTONS = {
    "URL", "PHONE_NUMBER", "QUICK_REPLY", "COPY_CODE", "FLOW", "OTP", "CATALOG", "MPM", "SPM",
    "VOICE_CALL", "REQUEST_CONTACT_INFO",
}  # fmt: skip


def refused(code: int, details: str, subcode: int | None = None) -> GraphError:
    """An error about a template: it carries words for the author."""
    extra: Json = {
        "error_subcode": subcode or code,
        "is_transient": False,
        "error_user_title": known(code).title,
        "error_user_msg": details,
    }
    return GraphError(code, details, extra=extra)


def check_head(body: Json) -> None:
    """Name, language and category of a new template."""
    if not isinstance(body.get("name"), str) or not _NAME.fullmatch(body["name"]):
        raise refused(100, "name: lower-case letters, digits and underscores, 512 at most.")
    if not isinstance(body.get("language"), str) or not _LANGUAGE.fullmatch(body["language"]):
        raise refused(100, "language: a code such as en or en_US.")
    if body.get("category") not in CATEGORIES:
        raise refused(100, f"category: one of {', '.join(CATEGORIES)}.")
    if body.get("parameter_format", "POSITIONAL") not in ("POSITIONAL", "NAMED"):
        raise refused(100, "parameter_format: POSITIONAL or NAMED.")


def check_components(components: Any, category: str, parameter_format: str) -> None:
    """2388040 and its neighbours, or 100, for components that are no good."""
    if not isinstance(components, list) or not all(isinstance(one, dict) for one in components):
        raise refused(100, "components: a list of objects.")
    kinds = [str(one.get("type", "")).upper() for one in components]
    if unknown := set(kinds) - {"HEADER", "BODY", "FOOTER", "BUTTONS"}:
        raise refused(100, f"components: unknown type {sorted(unknown)[0]!r}.")
    if len(set(kinds)) < len(kinds) or "BODY" not in kinds:
        raise refused(100, "components: one BODY, and at most one of each other type.")
    is_named = parameter_format == "NAMED"
    for kind, component in zip(kinds, components, strict=True):
        if kind == "HEADER":
            _check_header(component, is_named)
        elif kind == "BODY" and category == "AUTHENTICATION":
            if component.get("text"):
                raise refused(2388072, "The body of an authentication template is fixed.")
        elif kind == "BODY":
            _check_body(component, is_named)
        elif kind == "FOOTER" and not component.get("code_expiration_minutes"):
            _check_footer(component)
        elif kind == "BUTTONS":
            _check_buttons(component)
    if category == "AUTHENTICATION" and not _has_otp(components):
        raise refused(100, "An authentication template needs an OTP button.")


def _check_header(header: Json, is_named: bool) -> None:
    kind = header.get("format")
    if kind not in _FORMATS:
        raise refused(2388047, f"HEADER: format is one of {', '.join(_FORMATS)}.")
    example = header.get("example") or {}
    if kind == "TEXT":
        text = _text(header, "HEADER", _HEADER)
        variables = _variables(text, is_named, 2388047)
        if len(variables) > 1:
            raise refused(2388047, "HEADER: one variable at most.")
        wanted = "header_text_named_params" if is_named else "header_text"
        if variables and not example.get(wanted):
            raise refused(100, f"HEADER: example.{wanted} is missing.", 2388043)
    elif kind != "LOCATION" and not example.get("header_handle"):
        raise refused(100, "HEADER: example.header_handle is missing.", 2388273)


def _check_body(body: Json, is_named: bool) -> None:
    text = _text(body, "BODY", _BODY)
    variables = _variables(text, is_named, 2388072)
    if not variables:
        return
    bare = text.strip()
    if VARIABLE.match(bare) or bare.endswith("}}"):
        raise refused(2388299, "BODY: a variable cannot stand first or last.")
    words = VARIABLE.sub(" ", text).split()
    if len(words) < 2 * len(variables):
        raise refused(2388293, "BODY: too many variables for its length.")
    wanted = "body_text_named_params" if is_named else "body_text"
    if not (body.get("example") or {}).get(wanted):
        raise refused(100, f"BODY: example.{wanted} is missing.", 2388043)


def _check_footer(footer: Json) -> None:
    text = _text(footer, "FOOTER", _FOOTER)
    if VARIABLE.search(text):
        raise refused(2388073, "FOOTER: no variables.")


def _check_buttons(component: Json) -> None:
    buttons = component.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= _MOST_BUTTONS:
        raise refused(100, f"BUTTONS: 1 to {_MOST_BUTTONS} buttons.")
    kinds = [str(one.get("type", "")) if isinstance(one, dict) else "" for one in buttons]
    if unknown := set(kinds) - _BUTTONS:
        raise refused(100, f"BUTTONS: unknown type {sorted(unknown)[0]!r}.")
    for kind, most in _MOST_OF.items():
        if kinds.count(kind) > most:
            raise refused(100, f"BUTTONS: at most {most} of type {kind}.")
    quick = [at for at, kind in enumerate(kinds) if kind == "QUICK_REPLY"]
    if quick and quick[-1] - quick[0] >= len(quick):
        raise refused(100, "BUTTONS: quick replies have to stand together.")
    for kind, button in zip(kinds, buttons, strict=True):
        if kind in ("URL", "PHONE_NUMBER", "QUICK_REPLY") or button.get("text") is not None:
            _text(button, "BUTTONS", _BUTTON)
        if kind == "URL":
            _check_url(button)
        elif kind == "PHONE_NUMBER" and not button.get("phone_number"):
            raise refused(100, "BUTTONS: phone_number is missing.")
        elif kind == "COPY_CODE" and not button.get("example"):
            raise refused(100, "BUTTONS: example is missing.", 2388043)


def _check_url(button: Json) -> None:
    url = button.get("url")
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
        raise refused(100, "BUTTONS: url is not a valid URL.")
    if len(url) > _URL:
        raise refused(2388040, f"BUTTONS: url has more than {_URL} characters.")
    variables = VARIABLE.findall(url)
    if len(variables) > 1 or (variables and not url.endswith("}}")):
        raise refused(100, "BUTTONS: one variable, at the end of the url.")
    if variables and not button.get("example"):
        raise refused(100, "BUTTONS: example is missing.", 2388043)


def _text(component: Json, place: str, most: int) -> str:
    text = component.get("text")
    if not isinstance(text, str) or not text:
        raise refused(100, f"{place}: text is missing.")
    if len(text) > most:
        raise refused(2388040, f"{place}: more than {most} characters.")
    return text


def _variables(text: str, is_named: bool, code: int) -> list[str]:
    names = list(dict.fromkeys(VARIABLE.findall(text)))
    if text.count("{{") != len(VARIABLE.findall(text)) or text.count("}}") != text.count("{{"):
        raise refused(code, "A variable is not written as {{name}}.")
    if is_named:
        if not all(_NAMED.fullmatch(name) for name in names):
            raise refused(code, "Names of variables: lower-case letters, digits, underscores.")
    elif sorted(names, key=lambda name: (len(name), name)) != [
        str(at + 1) for at in range(len(names))
    ]:
        raise refused(code, "Variables are counted {{1}}, {{2}} and so on.")
    return names


def _has_otp(components: list[Json]) -> bool:
    buttons = [one for part in components for one in part.get("buttons") or []]
    return any(isinstance(one, dict) and one.get("type") == "OTP" for one in buttons)
