"""The pages on which people claim their rights (F47): choose one, prove who asks, see it done."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from starlette.responses import Response

import privacy
import tenants
from api.pages import (
    Html,
    Texts,
    Visit,
    Words,
    choice,
    entry,
    form,
    group,
    link,
    notice,
    page,
    text,
)
from kernel import clock, ids, tenancy
from kernel.errors import Conflict, Invalid, NotFound, RapportError
from kernel.ids import Id
from privacy import Standing

PRIVACY, PROVE, REQUEST = "/privacy", "/privacy/code", "/privacy/request"
_TEXTS = Texts(Path(__file__).parent / "request_pages.toml")
_RIGHTS = get_args(privacy.RequestKind)


async def claim_right(visit: Visit) -> Response:
    """Which right, and under which phone or e-mail one is known; a code is sent there."""
    with tenancy.acting_for(_tenant(visit)):
        settings = await tenants.read_settings()
        words = _TEXTS.of(visit.language)
        if not visit.is_post:
            return _ask(visit, words, settings.name)
        right = visit.sent("right")
        try:
            if right not in _RIGHTS:
                raise Invalid("A right is wanted.", field=("right",))
            token = await privacy.ask_on_page(right, visit.sent("who"), visit.language)
        except Invalid:
            return _ask(visit, words, settings.name, "not_readable", status=400)
        except Conflict:
            return _ask(visit, words, settings.name, "too_many_codes", status=429)
        return _ask_code(visit, words, settings.name, token)


async def prove_who(visit: Visit) -> Response:
    """The code, three times at most."""
    leads_to = tenants.read_public_link("code", visit.token)
    with tenancy.acting_for(leads_to.tenant_id):
        house = (await tenants.read_settings()).name
    words = _TEXTS.of(visit.language)
    try:
        standing = await privacy.prove_on_page(visit.token, visit.sent("code"))
    except (Invalid, Conflict) as error:
        if isinstance(error, tenants.DeadLink):
            raise
        return _wrong_code(visit, words, house, error, leads_to.tenant_id)
    return await _show(visit, standing, house, is_new=True)


async def show_request(visit: Visit) -> Response:
    """How a request stands."""
    standing = await privacy.standing_on_page(visit.token)
    leads_to = tenants.read_public_link("request", visit.token)
    with tenancy.acting_for(leads_to.tenant_id):
        house = (await tenants.read_settings()).name
    return await _show(visit, standing, house)


def _ask(visit: Visit, words: Words, house: str, wrong: str = "", status: int = 200) -> Response:
    chosen = visit.sent("right") or "access"
    rights = [choice("right", one, words[one], is_on=one == chosen, is_one=True) for one in _RIGHTS]
    who = entry("who", words["who"], words["who_hint"])
    parts = [notice(words[wrong], is_alarm=True)] if wrong else []
    parts += [
        text(words["intro"].format(house=house)),
        form(visit, visit.request.url.path, words["send_code"], group(words["right"], rights), who),
    ]
    return page(visit, words["title"], *parts, house=house, status=status)


def _ask_code(
    visit: Visit, words: Words, house: str, token: str, wrong: str = "", status: int = 200
) -> Response:
    code = entry("code", words["code"], words["code_hint"], fill="one-time-code")
    told = notice(words[wrong], is_alarm=True) if wrong else notice(words["code_sent"])
    button = form(visit, PROVE, words["prove"], code, token=token)
    return page(visit, words["code_title"], told, button, house=house, status=status)


def _wrong_code(
    visit: Visit, words: Words, house: str, error: RapportError, tenant_id: Id
) -> Response:
    if error.code == "BAD_CODE":
        return _ask_code(visit, words, house, visit.token, "bad_code", status=400)
    again = link(f"{PRIVACY}/{ids.show('tenant', tenant_id)}", words["again"])
    told = notice(words["dead_code"], is_alarm=True)
    return page(visit, words["code_title"], told, again, house=house, status=400)


async def _show(visit: Visit, standing: Standing, house: str, *, is_new: bool = False) -> Response:
    words, row = _TEXTS.of(visit.language), standing.row
    right = words[row["kind"]]
    parts: list[Html] = [notice(words["proven"])] if is_new else []
    parts.append(text(right))
    parts.append(text(words[f"is_{_shown(row['state'])}"].format(house=house)))
    if row["state"] in ("open", "working"):
        day = clock.moment(row["due_at"] - clock.SECOND).date().isoformat()
        parts.append(text(words["due"].format(day=day)))
    if is_new:
        parts.append(link(f"{REQUEST}/{standing.token}", words["come_back"]))
    return page(visit, words["state_title"], *parts, house=house)


def _shown(state: str) -> str:
    return "open" if state == "working" else state


def _tenant(visit: Visit) -> Id:
    try:
        return ids.read("tenant", visit.request.path_params["tenant"])
    except Invalid:
        raise NotFound("There is no such tenant.") from None
