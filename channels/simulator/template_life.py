"""The life of templates: verdicts, quality, pauses, categories, and what is told (5.4, 4b)."""

from __future__ import annotations

from channels.simulator import sending, statuses
from channels.simulator.envelope import Update
from channels.simulator.shapes import Json
from channels.simulator.store import Template
from channels.simulator.template_rules import CATEGORIES
from channels.simulator.world import World
from kernel.clock import DAY, HOUR, SECOND
from kernel.errors import Invalid

QUALITIES = ("GREEN", "YELLOW", "RED", "UNKNOWN")
_PAUSES = ((3, "FIRST_PAUSE"), (6, "SECOND_PAUSE"))
_REASONS = {
    "ABUSIVE_CONTENT", "INCORRECT_CATEGORY", "INVALID_FORMAT", "NONE", "PROMOTIONAL", "SCAM",
    "TAG_CONTENT_MISMATCH",
}  # fmt: skip


def submit(world: World, template: Template) -> None:
    """Put it up for review; the verdict of the settings follows, unless they have none."""
    template.review += 1
    review, settings = template.review, world.settings.templates
    template.status = "PENDING"
    if not settings.verdict:
        return
    if settings.at_once:
        template.status = settings.verdict
        return

    def judge() -> None:
        is_current = world.templates.by_id.get(template.id) is template
        if is_current and template.review == review and template.status == "PENDING":
            reason = "NONE" if settings.verdict == "APPROVED" else "INVALID_FORMAT"
            decide(world, template, settings.verdict, reason)

    world.clock.after(settings.after, judge)


def decide(world: World, template: Template, event: str, reason: str = "NONE") -> None:
    """APPROVED, REJECTED, PENDING, DISABLED or another event of the contract, told at once."""
    if reason not in _REASONS:
        raise Invalid(f"'reason' is one of {', '.join(sorted(_REASONS))}.", field=("reason",))
    status = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED", "FLAGGED": template.status}
    template.status = status.get(event, event)
    template.rejected_reason = reason if event == "REJECTED" else "NONE"
    more: Json = {}
    if event == "REJECTED":
        more["rejection_info"] = {
            "reason": "The template does not follow the guidelines.",
            "recommendation": "Change its text and submit it again.",
        }
    if event == "DISABLED":
        more["disable_info"] = {"disable_date": str(world.clock.now() // SECOND)}
    _tell_status(world, template, event, reason, more)


def pause(world: World, template: Template) -> None:
    """Pause it for low quality: 3 hours, then 6, then it is disabled (contract 5.4)."""
    if template.pauses >= len(_PAUSES):
        decide(world, template, "DISABLED")
        return
    hours, title = _PAUSES[template.pauses]
    template.pauses += 1
    template.status = "PAUSED"
    pauses = template.pauses
    words = f"Your WhatsApp message template has been paused for {hours} hours."
    _tell_status(
        world, template, "PAUSED", "NONE", {"other_info": {"title": title, "description": words}}
    )

    def end() -> None:
        if template.status == "PAUSED" and template.pauses == pauses:
            unpause(world, template)

    world.clock.at(world.clock.now() + hours * HOUR, end)


def unpause(world: World, template: Template) -> None:
    """It may be sent again."""
    template.status = "APPROVED"
    words = "Your WhatsApp message template is no longer paused."
    _tell_status(
        world,
        template,
        "APPROVED",
        "NONE",
        {"other_info": {"title": "UNPAUSED", "description": words}},
    )


def rate(world: World, template: Template, quality: str) -> None:
    """Its quality changes."""
    if quality not in QUALITIES:
        raise Invalid(f"'quality' is one of {', '.join(QUALITIES)}.", field=("quality",))
    previous, template.quality = template.quality, quality
    value = {"previous_quality_score": previous, "new_quality_score": quality, **_keys(template)}
    _tell(world, template, "message_template_quality_update", value)


def recategorise(world: World, template: Template, category: str, *, notice: bool = True) -> None:
    """Another category, after 24 hours' notice or at once (contract 5.4)."""
    if category not in CATEGORIES:
        raise Invalid(f"'category' is one of {', '.join(CATEGORIES)}.", field=("category",))
    due = world.clock.now() + DAY

    def change() -> None:
        previous, template.category = template.category, category
        template.correct_category = None
        value = {**_keys(template), "previous_category": previous, "new_category": category}
        _tell(world, template, "template_category_update", value)

    if not notice:
        change()
        return
    template.correct_category = category
    value = {
        **_keys(template),
        "new_category": template.category,
        "correct_category": category,
        "category_update_timestamp": due // SECOND,
    }
    _tell(world, template, "template_category_update", value)
    world.clock.at(due, change)


def release(world: World, template: Template, *, drop: bool = False) -> int:
    """Send out what pacing holds back, or drop it with 132015; how many messages that were."""
    held, template.held = template.held, []
    template.pacing = False
    for wamid in held:
        message = world.town.messages[wamid]
        if drop:
            statuses.plan_failure(world, message, 132015)
        else:
            sending.set_out(world, message)
    return len(held)


def _tell_status(world: World, template: Template, event: str, reason: str, more: Json) -> None:
    value = {
        "event": event,
        **_keys(template),
        "reason": reason,
        "message_template_category": template.category,
        **more,
    }
    _tell(world, template, "message_template_status_update", value)


def _tell(world: World, template: Template, field: str, value: Json) -> None:
    world.outbox.put(Update(template.waba_id, field, value=value))
    world.live.tell("town")


def _keys(template: Template) -> Json:
    return {
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language,
    }
