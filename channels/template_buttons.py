"""Whether the platform takes a template's buttons (contract 7.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from channels.template_draft import VARIABLE, Button, Draft
from channels.template_findings import Finding, too_long, unfit, words

LONGEST_LABEL = 25
LONGEST_URL = 2000
LONGEST_COUPON = 20
MOST_BUTTONS = 10
MOST_APPS = 5
_MOST_OF = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "OTP": 1}
_PHONE = re.compile(r"\+?[1-9][0-9]{6,18}")
_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+")
_HASH = re.compile(r"[A-Za-z0-9+/=]{11}")
_FLOW = re.compile(r"[0-9]{1,64}")
_EMOJI = re.compile(r"[\u2600-\u27bf\U0001f1e6-\U0001faff]")

# The parts that a button of each kind may have, the wanted ones first.
_PARTS = {
    "URL": (("text", "url"), ("sample",)),
    "PHONE_NUMBER": (("text", "phone_number"), ()),
    "QUICK_REPLY": (("text",), ()),
    "COPY_CODE": (("sample",), ("text",)),
    "FLOW": (("text", "flow_id"), ()),
    "OTP": (("otp_kind",), ("text", "apps")),
    "CATALOG": (("text",), ()),
    "MPM": (("text",), ()),
    "SPM": (("text",), ()),
    "VOICE_CALL": (("text",), ()),
    "REQUEST_CONTACT_INFO": ((), ("text",)),
}
_ALL_PARTS = ("text", "url", "phone_number", "sample", "flow_id", "otp_kind", "apps")
_SHARE = "Share Contact Info"


def button_findings(draft: Draft) -> Iterator[Finding]:
    """What is wrong with the buttons of a draft."""
    kinds = [one.kind for one in draft.buttons]
    if len(kinds) > MOST_BUTTONS:
        yield Finding(("buttons",), "TOO_MANY", f"At most {MOST_BUTTONS}; here are {len(kinds)}.")
    for kind, most in _MOST_OF.items():
        if kinds.count(kind) > most:
            yield Finding(("buttons",), "TOO_MANY", f"At most {most} of kind {kind}.")
    quick = [at for at, kind in enumerate(kinds) if kind == "QUICK_REPLY"]
    if quick and quick[-1] - quick[0] >= len(quick):
        yield unfit(("buttons",), "Quick replies stand together, with no other between them.")
    seen: set[str] = set()
    for at, button in enumerate(draft.buttons):
        place = ("buttons", str(at))
        if button.kind == "OTP" and draft.category != "AUTHENTICATION":
            yield unfit((*place, "kind"), "Only category AUTHENTICATION has OTP buttons.")
        if button.text is not None and button.text in seen:
            yield Finding((*place, "text"), "NOT_UNIQUE", "Every button says something else.")
        seen.add(button.text or "")
        yield from _button(button, place)


def _button(button: Button, place: tuple[str, ...]) -> Iterator[Finding]:
    wanted, allowed = _PARTS[button.kind]
    for name in _ALL_PARTS:
        value = getattr(button, name)
        if value in (None, ()):
            if name in wanted:
                message = f"A button of kind {button.kind} has it."
                yield Finding((*place, name), "MISSING", message)
        elif name not in (*wanted, *allowed):
            yield unfit((*place, name), f"A button of kind {button.kind} has none.")
        elif name in _OF_PART:
            yield from _OF_PART[name](button, (*place, name))
    if button.kind == "OTP":
        yield from _apps(button, place)


def _label(button: Button, field: tuple[str, ...]) -> Iterator[Finding]:
    text = button.text or ""
    yield from words(text, LONGEST_LABEL, field, is_line=True)
    if "{{" in text:
        yield unfit(field, "The text of a button has no variables.")
    elif _EMOJI.search(text):
        yield Finding(field, "BAD_CHARACTERS", "The text of a button has no emoji.")
    if button.kind == "REQUEST_CONTACT_INFO" and text != _SHARE:
        yield unfit(field, f"The platform's own text, {_SHARE!r}, or none.")


def _url(button: Button, field: tuple[str, ...]) -> Iterator[Finding]:
    url = button.url or ""
    if len(url) > LONGEST_URL:
        yield too_long(field, LONGEST_URL, url)
    names, sample = VARIABLE.findall(url), (*field[:-1], "sample")
    if not _is_web(VARIABLE.sub("x", url)):
        yield Finding(field, "BAD_URL", "A whole address that begins with https:// or http://.")
    elif _is_web(url) and VARIABLE.search(urlsplit(url).netloc):
        yield Finding(field, "BAD_URL", "The variable stands at the end, behind the host.")
    elif len(names) > 1:
        yield Finding(field, "TOO_MANY", "An address has one variable at most.")
    elif names and not url.endswith("}}"):
        yield unfit(field, "The variable stands at the end of the address.")
    elif names and names != ["1"]:
        yield Finding(field, "BAD_FORM", "The variable of an address is {{1}}.")
    if names and button.sample is None:
        yield Finding(sample, "MISSING", "The whole address with a sample in it is wanted.")
    elif button.sample is not None and not names:
        yield unfit(sample, "The address has no variable.")


def _phone(button: Button, field: tuple[str, ...]) -> Iterator[Finding]:
    if not _PHONE.fullmatch(button.phone_number or ""):
        yield Finding(field, "BAD_FORM", "A number with its country: +33139980000.")


def _sample(button: Button, field: tuple[str, ...]) -> Iterator[Finding]:
    sample = button.sample or ""
    if button.kind == "COPY_CODE":
        yield from words(sample, LONGEST_COUPON, field, is_line=True)
    elif not _is_web(sample):
        yield Finding(field, "BAD_URL", "The whole address with a sample in it.")


def _flow(button: Button, field: tuple[str, ...]) -> Iterator[Finding]:
    if not _FLOW.fullmatch(button.flow_id or ""):
        yield Finding(field, "BAD_FORM", "The platform's id of the flow: digits.")


def _apps(button: Button, place: tuple[str, ...]) -> Iterator[Finding]:
    field = (*place, "apps")
    if button.otp_kind == "COPY_CODE":
        if button.apps:
            yield unfit(field, "A code to copy is handed to no app.")
        return
    if not button.apps:
        yield Finding(field, "MISSING", "The apps that may take the code are wanted.")
    if len(button.apps) > MOST_APPS:
        yield Finding(field, "TOO_MANY", f"At most {MOST_APPS} apps.")
    for at, app in enumerate(button.apps):
        if not _PACKAGE.fullmatch(app.package_name) or len(app.package_name) > 224:
            message = "The app's name as in com.example.shop."
            yield Finding((*field, str(at), "package_name"), "BAD_FORM", message)
        if not _HASH.fullmatch(app.signature_hash):
            message = "The 11 characters of the app's signing key hash."
            yield Finding((*field, str(at), "signature_hash"), "BAD_FORM", message)


_OF_PART: dict[str, Callable[[Button, tuple[str, ...]], Iterator[Finding]]] = {
    "text": _label,
    "url": _url,
    "phone_number": _phone,
    "sample": _sample,
    "flow_id": _flow,
}


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("https", "http") and bool(parts.hostname) and " " not in url
    except ValueError:
        return False
