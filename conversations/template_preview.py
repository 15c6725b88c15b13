"""How a template would read to somebody: with their own values, else with its samples (F20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels import VARIABLE

_EXAMPLES = {"HEADER": "header_text", "BODY": "body_text"}


@dataclass(frozen=True, slots=True)
class PreviewButton:
    """A button as it would stand there."""

    kind: str
    text: str
    url: str | None


@dataclass(slots=True)
class Preview:
    """The parts as they would be read; which variables samples stand for, and which nothing."""

    header_format: str | None = None
    header: str | None = None
    body: str | None = None
    footer: str | None = None
    buttons: list[PreviewButton] = field(default_factory=list)
    sampled: list[str] = field(default_factory=list)
    unfilled: list[str] = field(default_factory=list)


def values_of(name: str | None, language: str | None, country: str | None) -> dict[str, str]:
    """What named variables say of a contact: name, first_name, last_name, language, country."""
    first, _, last = (name or "").strip().partition(" ")
    known = {
        "name": name,
        "first_name": first,
        "last_name": last.strip(),
        "language": language,
        "country": country,
    }
    return {variable: value for variable, value in known.items() if value}


def preview(components: Sequence[Any], values: Mapping[str, str]) -> Preview:
    """The template with these values in their places, and its samples where one is missing."""
    found = Preview()
    for part in components:
        if not isinstance(part, Mapping):
            continue
        kind = str(part.get("type") or "").upper()
        text = part.get("text") if isinstance(part.get("text"), str) else None
        if kind == "HEADER":
            found.header_format = str(part.get("format") or "TEXT")
        if kind in _EXAMPLES and text is not None:
            filled = _filled(found, text, values, _samples(part, _EXAMPLES[kind]))
            setattr(found, kind.lower(), filled)
        elif kind == "FOOTER":
            found.footer = text
        elif kind == "BUTTONS":
            found.buttons = [_button(one) for one in part.get("buttons") or []]
    return found


def _filled(
    found: Preview, text: str, values: Mapping[str, str], samples: Mapping[str, str]
) -> str:
    for name in dict.fromkeys(VARIABLE.findall(text)):
        if name not in values:
            (found.sampled if name in samples else found.unfilled).append(name)
    put = {**samples, **values}
    return VARIABLE.sub(lambda one: put.get(one[1], one[0]), text)


def _samples(part: Mapping[str, Any], name: str) -> dict[str, str]:
    """The examples of a part, by variable (contract 7.2)."""
    example = part.get("example")
    if not isinstance(example, Mapping):
        return {}
    named = example.get(f"{name}_named_params")
    if isinstance(named, list):
        pairs = [one for one in named if isinstance(one, Mapping)]
        return {str(one.get("param_name")): str(one.get("example") or "") for one in pairs}
    counted = example.get(name)
    if isinstance(counted, list) and counted and isinstance(counted[0], list):
        counted = counted[0]
    listed = counted if isinstance(counted, list) else []
    return {str(at): str(value) for at, value in enumerate(listed, start=1)}


def _button(told: Any) -> PreviewButton:
    """A button; an address that varies is shown as its sample has it."""
    part = told if isinstance(told, Mapping) else {}
    url, example = part.get("url"), part.get("example")
    if isinstance(url, str) and isinstance(example, list) and example:
        url = str(example[0])
    return PreviewButton(
        str(part.get("type") or ""),
        str(part.get("text") or ""),
        url if isinstance(url, str) else None,
    )
