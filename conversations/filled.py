"""How a template reads with its values, as the thread shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conversations.content import Parameter, TemplateMessage

_VARIABLE = re.compile(r"\{\{\s*([a-z0-9_]+)\s*\}\}")


def fill(components: object, content: TemplateMessage) -> str | None:
    """Header, body and footer with the values in their places; None where no words are known.

    `components` as the platform tells them, by webhook (an object) or when asked (a list); a
    variable without a value stays as it is.
    """
    header = [content.header] if isinstance(content.header, Parameter) else []
    values = {"header": _values(header), "body": _values(content.body), "footer": {}}
    lines = [_filled(text, values[part]) for part, text in _texts(components)]
    return "\n".join(lines) or None


def _texts(components: object) -> Iterator[tuple[str, str]]:
    told: dict[str, Any] = {}
    if isinstance(components, Mapping):
        told = {part: components.get(name) for part, name in _IN_WEBHOOKS.items()}
    elif isinstance(components, list):
        for one in components:
            if isinstance(one, Mapping):
                told[str(one.get("type")).lower()] = one.get("text")
    for part in _IN_WEBHOOKS:
        text = told.get(part)
        if isinstance(text, str) and text:
            yield part, text


def _values(parameters: Any) -> dict[str, str]:
    return {one.name or str(place): one.text for place, one in enumerate(parameters, 1)}


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)


_IN_WEBHOOKS = {
    "header": "message_template_title",
    "body": "message_template_element",
    "footer": "message_template_footer",
}
