"""What an author writes in a template: its shapes, and how the platform reads them (contract 7.2).

Any value can stand in them; `template_limits` says whether the platform takes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from kernel.ids import Id

VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Sample:
    """What may stand for a variable, for reviewers and previews; counted ones have no name."""

    value: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """TEXT with at most one variable, a file (`upload`, of ours, as a sample) or a LOCATION."""

    format: str
    text: str | None = None
    sample: str | None = None
    upload: Id | None = None


@dataclass(frozen=True, slots=True)
class App:
    """An Android app that a code may be handed to."""

    package_name: str
    signature_hash: str


@dataclass(frozen=True, slots=True)
class Button:
    """A button; which parts go with which kind, `template_limits` tells."""

    kind: str
    text: str | None = None
    url: str | None = None
    phone_number: str | None = None
    sample: str | None = None
    flow_id: str | None = None
    otp_kind: str | None = None
    apps: tuple[App, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """The content of a template; the body of AUTHENTICATION is the platform's own."""

    category: str
    parameter_format: str = "NAMED"
    header: Header | None = None
    body: str | None = None
    samples: tuple[Sample, ...] = ()
    footer: str | None = None
    buttons: tuple[Button, ...] = ()
    security_recommendation: bool = False
    code_expiration_minutes: int | None = None
    time_to_live: int | None = None  # seconds


def variables_of(text: str) -> list[str]:
    """The names of its variables, each once, in their order."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def as_json(draft: Draft) -> str:
    """The draft as it is stored."""
    return orjson.dumps(asdict(draft)).decode()


def from_json(text: str) -> Draft:
    """A stored draft."""
    told = orjson.loads(text)
    header, buttons, samples = told.pop("header"), told.pop("buttons"), told.pop("samples")
    return Draft(
        header=Header(**header) if header else None,
        samples=tuple(Sample(**one) for one in samples),
        buttons=tuple(
            Button(**{**one, "apps": tuple(App(**app) for app in one["apps"])}) for one in buttons
        ),
        **told,
    )


def components_of(draft: Draft, handle: str | None = None) -> list[dict[str, Any]]:
    """The draft as the platform reads it; `handle` stands for its header's sample file."""
    is_code, parts = draft.category == "AUTHENTICATION", []
    if draft.header is not None:
        parts.append(_header(draft, draft.header, handle))
    if is_code:
        parts.append({"type": "BODY", "add_security_recommendation": draft.security_recommendation})
    else:
        body = {"type": "BODY", "text": draft.body or ""}
        parts.append(body | _body_example(draft))
    if draft.code_expiration_minutes is not None:
        minutes = draft.code_expiration_minutes
        parts.append({"type": "FOOTER", "code_expiration_minutes": minutes})
    elif draft.footer is not None:
        parts.append({"type": "FOOTER", "text": draft.footer})
    if draft.buttons:
        parts.append({"type": "BUTTONS", "buttons": [_button(one) for one in draft.buttons]})
    return parts


def say_the_same(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two lists of components read alike; samples do not count."""
    return [_plain(part) for part in one] == [_plain(part) for part in other]


def _header(draft: Draft, header: Header, handle: str | None) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "HEADER", "format": header.format}
    if header.format != "TEXT":
        return part | ({"example": {"header_handle": [handle]}} if handle else {})
    part["text"] = header.text or ""
    names = variables_of(part["text"])
    if names and header.sample is not None:
        if draft.parameter_format == "NAMED":
            named = [{"param_name": names[0], "example": header.sample}]
            return part | {"example": {"header_text_named_params": named}}
        return part | {"example": {"header_text": [header.sample]}}
    return part


def _body_example(draft: Draft) -> dict[str, Any]:
    if not draft.samples:
        return {}
    if draft.parameter_format == "NAMED":
        named = [{"param_name": one.name, "example": one.value} for one in draft.samples]
        return {"example": {"body_text_named_params": named}}
    return {"example": {"body_text": [[one.value for one in draft.samples]]}}


def _button(button: Button) -> dict[str, Any]:
    parts: dict[str, Any] = {"type": button.kind}
    for name in ("text", "url", "phone_number", "flow_id"):
        value = getattr(button, name)
        if value is not None:
            parts[name] = value
    if button.kind == "COPY_CODE":
        parts["example"] = button.sample
    elif button.sample is not None:
        parts["example"] = [button.sample]
    if button.otp_kind is not None:
        parts["otp_type"] = button.otp_kind
    if button.apps:
        parts["supported_apps"] = [asdict(app) for app in button.apps]
    return parts


def _plain(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {name: _plain(value) for name, value in part.items() if name != "example"}
    return [_plain(one) for one in part] if isinstance(part, list) else part
