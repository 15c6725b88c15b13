"""The page of a prompt's link: a second yes, or a no, by who follows it (F9)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from starlette.responses import Response

import privacy
from api.pages import Texts, Visit, form, notice, page, text
from kernel.errors import Conflict, Invalid

_TEXTS = Texts(Path(__file__).parent / "consent_pages.toml")
CONFIRM = "/confirm"


async def confirmation(visit: Visit) -> Response:
    """Ask, and take the answer, once."""
    try:
        return await _take(visit) if visit.is_post else await _ask(visit)
    except Conflict:
        words = _TEXTS.of(visit.language)
        return page(visit, words["over_title"], notice(words["over"], is_alarm=True), status=410)


async def _ask(visit: Visit) -> Response:
    question = await privacy.question_of(visit.token)
    visit = replace(visit, known_language=question.locale)
    words = _TEXTS.of(visit.language)
    return page(
        visit,
        words["title"],
        text(words["ask"].format(house=question.house)),
        notice(question.statement),
        form(visit, CONFIRM, words["yes"], answer="yes"),
        form(visit, CONFIRM, words["no"], is_quiet=True, answer="no"),
        house=question.house,
    )


async def _take(visit: Visit) -> Response:
    answer = visit.sent("answer")
    if answer not in ("yes", "no"):
        raise Invalid("A yes or a no is wanted.", field=("answer",))
    evidence = {"ip": visit.address, "user_agent": visit.agent}
    outcome = await privacy.answer_by_link(visit.token, answer == "yes", dict(evidence))
    words = _TEXTS.of(visit.language)
    return page(visit, words[f"{outcome}_title"], notice(words[outcome]))
