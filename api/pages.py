"""Public pages: plain HTML without scripts, for people who follow a link and never sign in.

A GET shows and changes nothing: messengers and mail scanners fetch every link. What changes
something is a POST with the signed token in a form field. Nothing is kept, passed on or found by
search engines; the only style is the one here, and the policy of the page allows no other.
"""

from __future__ import annotations

import base64
import hashlib
import html
import tomllib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NewType
from urllib.parse import parse_qs

import structlog
from starlette.requests import Request
from starlette.responses import Response

import tenants
from api.asgi import BodyTooLarge, ClientGone, read_body
from api.auth import address_of
from api.errors import status_of
from kernel import audit, tenancy
from kernel.errors import Invalid, NotFound, RapportError, TryLater

Html = NewType("Html", str)
Words = Mapping[str, str]

LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "pt": "Português",
    "ru": "Русский",
    "zh": "中文",
    "ar": "العربية",
    "id": "Bahasa Indonesia",
}
_RIGHT_TO_LEFT = ("ar",)
_LARGEST_FORM = 16_384
_MOST_FIELDS = 100
_STYLE = (Path(__file__).parent / "pages.css").read_text()
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; style-src 'sha256-"
        + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
        + "'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
    "vary": "accept-language",
}
_log = structlog.get_logger("pages")


class Texts:
    """The words of some pages: a TOML file with a table for each language."""

    def __init__(self, file: Path) -> None:
        self._words: dict[str, dict[str, str]] = tomllib.loads(file.read_text())
        known = {frozenset(words) for words in self._words.values()}
        if set(self._words) != set(LANGUAGES) or len(known) != 1:
            raise Invalid(f"{file.name} has not the same words in every language")

    def of(self, language: str) -> Words:
        """The words in one of LANGUAGES."""
        return self._words[language]


_TEXTS = Texts(Path(__file__).parent / "pages.toml")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page: who follows which link, and what they sent.

    `known_language` is that of the person where they are known; what they ask for goes before it.
    """

    request: Request
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)
    known_language: str | None = None

    @property
    def is_post(self) -> bool:
        """Whether something is to be changed."""
        return self.request.method == "POST"

    @property
    def token(self) -> str:
        """The token of the link: in the form where there is one, in the path of a GET."""
        return self.sent("token") if self.is_post else self.request.path_params.get("token", "")

    @property
    def address(self) -> str:
        """Where it comes from; empty where nobody can tell."""
        return address_of(self.request.scope)

    @property
    def agent(self) -> str:
        """What the browser calls itself, cut to a sane length."""
        return self.request.headers.get("user-agent", "")[:300]

    @property
    def language(self) -> str:
        """The language of the answer: asked for here, the person's own, the browser's, English."""
        asked = self.sent("lang") or self.request.query_params.get("lang", "")
        wished = self.request.headers.get("accept-language", "")[:200].split(",")
        for one in (asked, self.known_language or "", *wished):
            code = one.strip().partition(";")[0].partition("-")[0].lower()
            if code in LANGUAGES:
                return code
        return "en"

    def sent(self, name: str) -> str:
        """The value of a form field; empty where it was not sent."""
        return next(iter(self.form.get(name, ())), "")


Show = Callable[[Visit], Awaitable[Response]]


def public(show: Show) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of a page: reads the form, counts tries, and says in words what went wrong."""

    async def endpoint(request: Request) -> Response:
        visit = Visit(request)
        try:
            if visit.is_post:
                await tenants.heed(visit.address)
                visit = Visit(request, await _read_form(request))
            try:
                return await show(visit)
            except tenants.DeadLink as dead:
                await _leave_trace(visit, dead)
                raise
        except RapportError as error:
            return _refused(visit, error)
        except Exception as error:
            _log.error("page_failed", exc_info=error)
            return _refused(visit, TryLater("Something went wrong on our side."))

    return endpoint


def page(
    visit: Visit,
    title: str,
    *parts: Html,
    house: str = "",
    status: int = 200,
    wait: float = 0,
    only_in: str | None = None,
) -> Response:
    """The answer: a page of these parts; `house` is whose it is, `wait` seconds to a next try.

    `only_in` is the language of a page that there is in no other.
    """
    language = only_in or visit.language
    direction = "rtl" if language in _RIGHT_TO_LEFT else "ltr"
    body = "".join(parts)
    owner = f'<p class="house">{html.escape(house)}</p>' if house else ""
    text = (
        f'<!doctype html>\n<html lang="{language}" dir="{direction}">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex, nofollow">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<main>{owner}<h1>{html.escape(title)}</h1>{body}</main>\n"
        f"{'' if only_in else _languages(visit)}"
        "</body>\n</html>\n"
    )
    headers = {**_HEADERS, "content-language": language}
    if wait:
        headers["retry-after"] = str(int(wait) + 1)
    return Response(text, status, headers, "text/html; charset=utf-8")


def text(words: str) -> Html:
    """A paragraph."""
    return Html(f"<p>{html.escape(words)}</p>")


def heading(words: str) -> Html:
    """What the next parts are about."""
    return Html(f"<h2>{html.escape(words)}</h2>")


def listed(sentences: Iterable[str]) -> Html:
    """A numbered list."""
    items = "".join(f"<li>{html.escape(one)}</li>" for one in sentences)
    return Html(f"<ol>{items}</ol>")


def notice(words: str, *, is_alarm: bool = False) -> Html:
    """What was done, or with `is_alarm` what is wrong; read out at once by screen readers."""
    role, kind = ("alert", "alarm") if is_alarm else ("status", "done")
    return Html(f'<p role="{role}" class="{kind}">{html.escape(words)}</p>')


def link(address: str, words: str) -> Html:
    """A link that looks like a button."""
    return Html(f'<p><a class="button" href="{html.escape(address)}">{html.escape(words)}</a></p>')


def form(
    visit: Visit, action: str, button: str, *fields: Html, is_quiet: bool = False, **hidden: str
) -> Html:
    """A form with one button; the token of the visit and its language go along unseen."""
    sent = {"token": visit.token, "lang": visit.language, **hidden}
    unseen = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
        for name, value in sent.items()
        if value
    )
    kind = ' class="quiet"' if is_quiet else ""
    return Html(
        f'<form method="post" action="{html.escape(action)}">{unseen}{"".join(fields)}'
        f"<button{kind}>{html.escape(button)}</button></form>"
    )


def group(legend: str, choices: Iterable[Html]) -> Html:
    """Choices that belong together."""
    return Html(f"<fieldset><legend>{html.escape(legend)}</legend>{''.join(choices)}</fieldset>")


def choice(name: str, value: str, words: str, *, is_on: bool = False, is_one: bool = False) -> Html:
    """A box to tick, or with `is_one` one of several of which one holds."""
    kind, checked = "radio" if is_one else "checkbox", " checked" if is_on else ""
    return Html(
        f'<label class="choice"><input type="{kind}" name="{html.escape(name)}" '
        f'value="{html.escape(value)}"{checked}><span>{html.escape(words)}</span></label>'
    )


def entry(name: str, words: str, hint: str = "", *, kind: str = "text", fill: str = "off") -> Html:
    """A line to write in; `kind` is HTML's type of input, `fill` what a browser may put there."""
    told = f' aria-describedby="{name}-hint"' if hint else ""
    below = f'<p class="hint" id="{name}-hint">{html.escape(hint)}</p>' if hint else ""
    return Html(
        f'<p class="entry"><label for="{name}">{html.escape(words)}</label>'
        f'<input id="{name}" name="{name}" type="{kind}" autocomplete="{fill}" dir="ltr" '
        f"required{told}></p>{below}"
    )


async def _read_form(request: Request) -> Mapping[str, Sequence[str]]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Invalid("A form is wanted.")
    try:
        body = await read_body(request.scope, request.receive, _LARGEST_FORM)
        return parse_qs(body.decode(), max_num_fields=_MOST_FIELDS)
    except (BodyTooLarge, ClientGone, ValueError):
        raise Invalid("The form cannot be read.") from None


async def _leave_trace(visit: Visit, dead: tenants.DeadLink) -> None:
    """Note a link that was refused with the tenant that it names, if there is one.

    TryLater where too much is tried.
    """
    if not visit.is_post:
        await tenants.heed(visit.address)
    if dead.claimed is None:
        return
    with tenancy.acting_for(dead.claimed.tenant_id), suppress(NotFound):
        await tenants.read_settings()
        is_ours = dead.code == "LINK_EXPIRED"
        ids = {"link": [dead.claimed.row_id]} if is_ours else {}
        outcome = "expired" if is_ours else "forged"
        await audit.record("link.opened", ids, actor=audit.STRANGER, outcome=outcome)


def _refused(visit: Visit, error: RapportError) -> Response:
    if isinstance(error, tenants.DeadLink):
        what, status = "dead", 410
    elif isinstance(error, NotFound):
        what, status = "absent", 404
    elif isinstance(error, TryLater):
        what = "busy" if error.code == "TOO_MANY_TRIES" else "broken"
        status = status_of(error)
    else:
        what, status = "wrong", 400
    words = _TEXTS.of(visit.language)
    wait = error.after if isinstance(error, TryLater) else 0
    told = notice(words[what], is_alarm=True)
    return page(visit, words[f"{what}_title"], told, status=status, wait=wait)


def _languages(visit: Visit) -> str:
    """Links to the page in other languages; what was posted cannot be asked for again."""
    if visit.is_post:
        return ""
    words = _TEXTS.of(visit.language)
    links = "".join(
        f'<li><a href="?lang={code}" hreflang="{code}" lang="{code}"'
        f"{' aria-current=true' if code == visit.language else ''}>{name}</a></li>"
        for code, name in LANGUAGES.items()
    )
    return f'<nav aria-label="{html.escape(words["languages"])}"><ul>{links}</ul></nav>\n'
