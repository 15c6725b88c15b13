"""What is wrong in a template that somebody writes; the checks that all its parts share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from channels.template_draft import VARIABLE, Draft, variables_of
from kernel.errors import Invalid

_NAMED = re.compile(r"[a-z][a-z0-9_]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_BAD_SPACE = re.compile(r"[\n\t]| {5}")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong in a draft: the field, a code, and what would be right."""

    field: tuple[str, ...]
    code: str
    message: str


class BadTemplate(Invalid):
    """A draft that the platform would not take, with every finding."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        first = findings[0]
        super().__init__(first.message, code=first.code, field=first.field)
        self.findings = tuple(findings)


def refuse(*found: Iterable[Finding]) -> None:
    """BadTemplate, unless nothing was found."""
    if findings := [one for each in found for one in each]:
        raise BadTemplate(findings)


def variables(text: str, draft: Draft, field: tuple[str, ...]) -> Iterator[Finding]:
    """What is wrong with how variables are written (contract 7.2)."""
    names = variables_of(text)
    bare = VARIABLE.sub("", text)
    if "{{" in bare or "}}" in bare:
        yield Finding(field, "BAD_FORM", "A variable is written as {{name}} or {{1}}.")
    elif draft.parameter_format == "NAMED":
        if not all(_NAMED.fullmatch(name) for name in names):
            message = "Names of variables are of a to z, 0 to 9 and underscore: {{first_name}}."
            yield Finding(field, "BAD_FORM", message)
    elif set(names) != {str(at) for at in range(1, len(names) + 1)}:
        yield Finding(field, "BAD_FORM", "Variables are counted: {{1}}, then {{2}} and so on.")


def words(
    text: str, most: int, field: tuple[str, ...], *, is_line: bool = False
) -> Iterator[Finding]:
    """What is wrong with words of at most so many characters; a line has no breaks."""
    if not text.strip():
        yield Finding(field, "EMPTY", "There has to be something here; leave out what has none.")
    elif len(text) > most:
        yield too_long(field, most, text)
    if _CONTROL.search(text) or (is_line and _BAD_SPACE.search(text)):
        wanted = "One line" if is_line else "No control characters but newline and tab"
        yield Finding(field, "BAD_CHARACTERS", f"{wanted}, and no half surrogate pairs.")


def sample_value(value: str, field: tuple[str, ...]) -> Iterator[Finding]:
    """What is wrong with what may stand for a variable (contract 2.5)."""
    if not value.strip():
        yield Finding(field, "EMPTY", "A sample as it could be sent.")
    elif _CONTROL.search(value) or _BAD_SPACE.search(value):
        message = "No newlines, no tabs, and at most 4 spaces in a row."
        yield Finding(field, "BAD_CHARACTERS", message)


def too_long(field: tuple[str, ...], most: int, text: str) -> Finding:
    """That there are more than so many characters."""
    return Finding(field, "TOO_LONG", f"At most {most:,} characters; here are {len(text):,}.")


def unfit(field: tuple[str, ...], message: str) -> Finding:
    """That it does not go together with the rest."""
    return Finding(field, "NOT_FITTING", message)
