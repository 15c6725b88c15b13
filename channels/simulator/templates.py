"""Templates over the API: created, listed, edited, deleted (contract 7.2)."""

from __future__ import annotations

from typing import Any

import orjson

from channels.simulator import fields, template_life
from channels.simulator.call import Answer, Call
from channels.simulator.errors import GraphError, missing
from channels.simulator.records import Waba
from channels.simulator.shapes import Json
from channels.simulator.store import Template
from channels.simulator.template_rules import (
    CATEGORIES,
    check_components,
    check_head,
    refused,
)
from channels.simulator.world import World
from kernel.clock import DAY

_USUAL = ("id", "name", "language", "status", "category", "components", "parameter_format")
_EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
_BLOCKED = 30 * DAY
_EDITS_A_MONTH = 10
_LIFETIMES = {
    "AUTHENTICATION": (30, 900),
    "UTILITY": (30, 43_200),
    "MARKETING": (43_200, 2_592_000),
}


async def create(world: World, call: Call, waba: Waba) -> Answer:
    """A new template, PENDING until the review is through."""
    body, settings = call.json(), world.settings.limits
    world.limits.check_calls(f"create/{waba.id}", settings.templates_per_hour)
    check_head(body)
    name, language, category = body["name"], body["language"], body["category"]
    parameter_format = body.get("parameter_format", "POSITIONAL")
    if body.get("components") is None:
        raise missing("components")
    check_components(body["components"], category, parameter_format)
    seconds = _lifetime(body, category)
    if world.templates.find(waba.id, name, language):
        raise refused(100, "There is already content in this language.", 2388024)
    if world.templates.names_blocked_until.get((waba.id, name), 0) > world.clock.now():
        raise refused(100, "The name was deleted and cannot be used for 30 days.", 2388023)
    if len(world.templates.of(waba.id)) >= settings.templates_per_account:
        raise refused(2388019, "The account has as many templates as it may have.")
    template = world.templates.add(
        Template(
            waba_id=waba.id,
            name=name,
            language=language,
            category=category,
            parameter_format=parameter_format,
            components=body["components"],
            message_send_ttl_seconds=seconds,
        )
    )
    template_life.submit(world, template)
    world.live.tell("town")
    found = {"id": template.id, "status": template.status, "category": template.category}
    return Answer(found)


async def list_templates(world: World, call: Call, waba: Waba) -> Answer:
    """The account's templates, filtered by name, language, status and category."""
    rows = [
        _shown(call, template)
        for template in world.templates.of(waba.id)
        if all(
            call.query.get(name) in (None, "", getattr(template, name))
            for name in ("name", "language", "status", "category")
        )
    ]
    return Answer(fields.page(call, rows))


async def read(_world: World, call: Call, template: Template) -> Answer:
    """One template."""
    return Answer(_shown(call, template))


async def edit(world: World, call: Call, template: Template) -> Answer:
    """Other components, category or lifetime; with new components it goes back to review."""
    body = call.json()
    if template.status not in _EDITABLE:
        raise refused(100, f"Only templates that are {', '.join(_EDITABLE)} can be edited.")
    category = body.get("category", template.category)
    if category not in CATEGORIES:
        raise refused(100, f"category: one of {', '.join(CATEGORIES)}.")
    if category != template.category and template.status == "APPROVED":
        raise refused(100, "The category of an approved template cannot change.")
    if "components" in body:
        check_components(body["components"], category, template.parameter_format)
    seconds = _lifetime(body, category)
    if template.status == "APPROVED":
        _count_edit(world, template)
    template.category = category
    if seconds is not None:
        template.message_send_ttl_seconds = seconds
    if "components" in body:
        template.components = body["components"]
    if "components" in body or "category" in body:
        template_life.submit(world, template)
    world.live.tell("town")
    return Answer({"success": True})


async def delete(world: World, call: Call, waba: Waba) -> Answer:
    """All languages of a name, or the ids named; a name of approved ones is barred for 30 days."""
    doomed = [one for one in world.templates.of(waba.id) if one.id in _ids(call)]
    if "name" in call.query:
        named = [one for one in world.templates.of(waba.id) if one.name == call.query["name"]]
        doomed = [one for one in named if one in doomed] if _ids(call) else named
    elif not _ids(call):
        raise missing("name")
    if not doomed:
        raise refused(100, "There is no such template.", 2593002)
    if any(one.status == "DISABLED" for one in doomed):
        raise refused(100, "A disabled template cannot be deleted.")
    for template in doomed:
        world.templates.remove(template)
        key = (waba.id, template.name)
        world.templates.names_blocked_until[key] = world.clock.now() + _BLOCKED
    world.live.tell("town")
    return Answer({"success": True})


async def unpause(world: World, _call: Call, template: Template) -> Answer:
    """End a pause by pacing."""
    if template.status != "PAUSED":
        raise GraphError(100, "The template is not paused.")
    template_life.unpause(world, template)
    return Answer({"success": True})


def _shown(call: Call, template: Template) -> Json:
    score: Json = {"score": template.quality, "date": 0}
    readers: dict[str, Any] = {
        "id": lambda: template.id,
        "name": lambda: template.name,
        "language": lambda: template.language,
        "status": lambda: template.status,
        "category": lambda: template.category,
        "components": lambda: template.components,
        "parameter_format": lambda: template.parameter_format,
        "quality_score": lambda: score,
        "rejected_reason": lambda: template.rejected_reason,
        "correct_category": lambda: template.correct_category,
        "message_send_ttl_seconds": lambda: template.message_send_ttl_seconds,
        "previous_category": lambda: None,
    }
    return fields.read(call, readers, _USUAL)


def _lifetime(body: Json, category: str) -> int | None:
    seconds = body.get("message_send_ttl_seconds")
    if seconds is None:
        return None
    least, most = _LIFETIMES[category]
    if type(seconds) is not int or not (least <= seconds <= most or seconds == -1):
        raise refused(100, f"message_send_ttl_seconds: {least} to {most}, or -1.")
    return seconds


def _count_edit(world: World, template: Template) -> None:
    now = world.clock.now()
    template.edits = [at for at in template.edits if at > now - 30 * DAY]
    if len(template.edits) >= _EDITS_A_MONTH or any(at > now - DAY for at in template.edits):
        raise refused(100, "An approved template is edited once a day, ten times in 30 days.")
    template.edits.append(now)


def _ids(call: Call) -> list[str]:
    if "hsm_id" in call.query:
        return [call.query["hsm_id"]]
    if "hsm_ids" not in call.query:
        return []
    try:
        found = orjson.loads(call.query["hsm_ids"])
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, list) or len(found) > 100:
        raise refused(100, "hsm_ids: a list of at most 100 ids.")
    return [str(one) for one in found]
