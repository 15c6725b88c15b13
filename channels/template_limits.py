"""Whether the platform takes a template: every limit known beforehand (contract 2.5, 7.2).

All findings at once, each with its field, so that an author mends them in one go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from channels.template_buttons import button_findings
from channels.template_draft import VARIABLE, Draft, Header, variables_of
from channels.template_findings import Finding, sample_value, too_long, unfit, variables, words

LONGEST_NAME = 512
LONGEST_BODY = 1024
LONGEST_LINE = 60
_CODE_LIVES = (1, 90)
# At least so many words for each variable, or the platform finds them too many (2388293).
_WORDS_PER_VARIABLE = 2
# Seconds (contract 2.5); -1 is the platform's longest.
_LIVES = {
    "AUTHENTICATION": (30, 900),
    "UTILITY": (30, 43_200),
    "MARKETING": (43_200, 2_592_000),
}
CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")

_NAME = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z][A-Za-z]{1,3})?")


def head_findings(name: str, language: str) -> Iterator[Finding]:
    """What is wrong with the name and the language."""
    if not _NAME.fullmatch(name):
        yield Finding(("name",), "BAD_FORM", "Of a to z, 0 to 9 and underscore: order_ready.")
    elif len(name) > LONGEST_NAME:
        yield too_long(("name",), LONGEST_NAME, name)
    if not _LANGUAGE.fullmatch(language):
        yield Finding(("language",), "BAD_FORM", "A code of the platform as in en or en_US.")


def findings(draft: Draft) -> Iterator[Finding]:
    """What is wrong with a draft."""
    if draft.category == "AUTHENTICATION":
        yield from _code_template(draft)
    else:
        yield from _body(draft)
        if draft.header is not None:
            yield from _header(draft, draft.header)
        yield from _footer(draft)
        for name in ("security_recommendation", "code_expiration_minutes"):
            if getattr(draft, name):
                yield unfit((name,), "Only a template of category AUTHENTICATION has it.")
    yield from button_findings(draft)
    least, most = _LIVES[draft.category]
    seconds = draft.time_to_live
    if seconds is not None and seconds != -1 and not least <= seconds <= most:
        message = f"In category {draft.category} {least:,} to {most:,} seconds, or -1."
        yield Finding(("time_to_live",), "BAD_RANGE", message)


def _code_template(draft: Draft) -> Iterator[Finding]:
    """The platform writes the body itself; nothing but the button and two settings is ours."""
    for name in ("header", "body", "samples", "footer"):
        if getattr(draft, name):
            yield unfit((name,), "Of a template with a code the platform writes the text itself.")
    least, most = _CODE_LIVES
    minutes = draft.code_expiration_minutes
    if minutes is not None and not least <= minutes <= most:
        message = f"A code lives for {least} to {most} minutes."
        yield Finding(("code_expiration_minutes",), "BAD_RANGE", message)
    if [one.kind for one in draft.buttons] != ["OTP"]:
        yield Finding(("buttons",), "MISSING", "A template with a code has one OTP button alone.")


def _body(draft: Draft) -> Iterator[Finding]:
    text, field = draft.body, ("body",)
    if text is None:
        yield Finding(field, "MISSING", "A template has a body.")
        return
    yield from words(text, LONGEST_BODY, field)
    yield from variables(text, draft, field)
    names, bare = variables_of(text), text.strip()
    if not names:
        if draft.samples:
            yield unfit(("samples",), "The body has no variables to give samples for.")
        return
    if VARIABLE.match(bare) or bare.endswith("}}"):
        yield unfit(field, "A variable stands neither first nor last; put words around it.")
    if len(VARIABLE.sub(" ", text).split()) < _WORDS_PER_VARIABLE * len(names):
        message = f"At least {_WORDS_PER_VARIABLE} words for each variable: say more, or fill less."
        yield Finding(field, "TOO_MANY", message)
    yield from _samples(draft, names)


def _samples(draft: Draft, names: Sequence[str]) -> Iterator[Finding]:
    """Reviewers want one for each variable, in their order or by their names."""
    is_named, given = draft.parameter_format == "NAMED", draft.samples
    for at, one in enumerate(given):
        place = ("samples", str(at))
        if is_named != (one.name is not None):
            wanted = "The name of its variable." if is_named else "Counted variables have no names."
            yield Finding((*place, "name"), "MISSING" if is_named else "NOT_FITTING", wanted)
        elif is_named and one.name not in names:
            yield unfit((*place, "name"), "There is no variable of this name in the body.")
        elif is_named and one.name in [other.name for other in given[:at]]:
            yield Finding((*place, "name"), "NOT_UNIQUE", "One sample for each variable.")
        yield from sample_value(one.value, (*place, "value"))
    known = (
        {one.name for one in given} if is_named else {str(at) for at in range(1, len(given) + 1)}
    )
    if missing := [name for name in names if name not in known]:
        message = f"A sample for each variable is wanted, also for {', '.join(missing)}."
        yield Finding(("samples",), "MISSING", message)
    elif not is_named and len(given) > len(names):
        message = f"At most {len(names)}, one for each variable."
        yield Finding(("samples",), "TOO_MANY", message)


def _header(draft: Draft, header: Header) -> Iterator[Finding]:
    field = ("header", "text")
    if header.format != "TEXT":
        for name in ("text", "sample"):
            if getattr(header, name) is not None:
                yield unfit(("header", name), "Only a header of format TEXT has it.")
        is_file = header.format != "LOCATION"
        if is_file and header.upload is None:
            message = "A file of this kind as a sample for the reviewers: upload one."
            yield Finding(("header", "upload"), "MISSING", message)
        elif not is_file and header.upload is not None:
            yield unfit(("header", "upload"), "The place is given when the message is sent.")
        return
    if header.upload is not None:
        yield unfit(("header", "upload"), "Only a header of format IMAGE, VIDEO or DOCUMENT has.")
    if header.text is None:
        yield Finding(field, "MISSING", "A header of format TEXT has a text.")
        return
    yield from words(header.text, LONGEST_LINE, field, is_line=True)
    yield from variables(header.text, draft, field)
    names = variables_of(header.text)
    if len(names) > 1:
        yield Finding(field, "TOO_MANY", "A header has one variable at most.")
    if names and header.sample is None:
        yield Finding(("header", "sample"), "MISSING", "A sample for its variable is wanted.")
    elif header.sample is not None:
        if not names:
            yield unfit(("header", "sample"), "The header has no variable.")
        yield from sample_value(header.sample, ("header", "sample"))


def _footer(draft: Draft) -> Iterator[Finding]:
    if draft.footer is None:
        return
    yield from words(draft.footer, LONGEST_LINE, ("footer",), is_line=True)
    if "{{" in draft.footer:
        yield unfit(("footer",), "A footer has no variables.")
