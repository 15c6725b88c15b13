"""What can be asked of the simulator itself; the control API and the tests call the same."""

from __future__ import annotations

from collections import Counter
from typing import Any

from channels.simulator import accounts, shapes, template_life, view
from channels.simulator.envelope import Update
from channels.simulator.faults import Fault
from channels.simulator.records import Number
from channels.simulator.shapes import Json
from channels.simulator.world import World
from kernel.clock import SECOND
from kernel.errors import Invalid, NotFound

_PAGE = 1000
_TEMPLATE_KEYS = {
    "verdict", "reason", "quality", "pause", "unpause", "category", "notice", "pacing", "release",
    "drop",
}  # fmt: skip


def town(world: World) -> Json:
    """Who and what is in town; secrets and tokens are left out."""
    return {
        "apps": [
            {"id": one.id, "webhook_url": one.webhook_url} for one in world.town.apps.values()
        ],
        "businesses": _all(world.town.businesses),
        "wabas": _all(world.town.wabas),
        "numbers": _all(world.town.numbers),
        "people": [person(world, one) for one in world.town.people],
        "templates": _all(world.templates.by_id),
        "clock": clock(world, {}),
    }


def person(world: World, person_id: str) -> Json:
    """One person, with the user id that each portfolio knows."""
    found = world.town.people.get(person_id)
    if found is None:
        raise NotFound("There is no such person.", field=("person",))
    ids = {key: world.town.user_id(found, key) for key in world.town.businesses}
    return {**shapes.show(found), "user_ids": ids}


def clock(world: World, given: Json) -> Json:
    """Move the clock (`move_seconds`) or change its `speed`; what it shows then."""
    if unknown := given.keys() - {"move_seconds", "speed"}:
        raise Invalid(f"There is no '{sorted(unknown)[0]}' here.", field=(sorted(unknown)[0],))
    if "speed" in given:
        speed = _number(given, "speed")
        if speed < 0:
            raise Invalid("'speed' is 0 or more.", field=("speed",))
        world.clock.set_speed(speed)
    if "move_seconds" in given:
        world.clock.move(int(_number(given, "move_seconds") * SECOND))
    world.live.tell("clock")
    return {"now": world.clock.now(), "speed": world.clock.speed}


def settings(world: World, given: Json) -> Json:
    """Change settings; all of them as they are then."""
    shapes.read_into(world.settings, given, ("settings",))
    return shapes.show(world.settings)


def order_fault(world: World, given: Json) -> Json:
    """Let something go wrong with the next requests."""
    fault = shapes.make(Fault, given, ("fault",))
    world.faults.order(fault)
    return shapes.show(fault)


def faults(world: World) -> Json:
    """The faults that were ordered, with how often each struck."""
    return {"faults": [shapes.show(fault) for fault in world.faults.ordered]}


def sent(
    world: World, *, number: str = "", callback_data: str = "", after: int = 0, limit: int = _PAGE
) -> Json:
    """The accepted messages of the business in the order of acceptance, page by page."""
    rows = [
        message
        for message in world.town.messages.values()
        if message.outgoing
        and number in ("", message.number_id)
        and callback_data in ("", message.callback_data)
    ]
    page = rows[after : after + limit]
    return {"messages": [view.sent_view(one) for one in page], "total": len(rows)}


def counts(world: World) -> Json:
    """Everything that was counted, and how the accepted messages' callback data repeat."""
    keys: Counter[str] = Counter(world.bare_keys)
    for message in world.town.messages.values():
        if message.outgoing and message.callback_data is not None:
            keys[message.callback_data] += 1
    return {
        "accepted": world.counts["accepted"],
        "received": world.counts["received"],
        "requests": world.counts["requests"],
        "keys": len(keys),
        "repeated_keys": sum(1 for times in keys.values() if times > 1),
        "counts": dict(world.counts),
    }


def change_template(world: World, template_id: str, given: Json) -> Json:
    """A verdict (with `reason`), quality, pause, unpause, category (with `notice`), pacing,
    release or drop of what pacing holds."""
    template = world.templates.by_id.get(template_id)
    if template is None:
        raise NotFound("There is no such template.", field=("template",))
    if unknown := given.keys() - _TEMPLATE_KEYS:
        raise Invalid(f"There is no '{sorted(unknown)[0]}' here.", field=(sorted(unknown)[0],))
    if "verdict" in given:
        reason = str(given.get("reason", "NONE"))
        template_life.decide(world, template, str(given["verdict"]), reason)
    if "quality" in given:
        template_life.rate(world, template, str(given["quality"]))
    if given.get("pause"):
        template_life.pause(world, template)
    if given.get("unpause"):
        template_life.unpause(world, template)
    if "category" in given:
        notice = bool(given.get("notice", True))
        template_life.recategorise(world, template, str(given["category"]), notice=notice)
    if "pacing" in given:
        template.pacing = bool(given["pacing"])
    if given.get("release") or given.get("drop"):
        template_life.release(world, template, drop=bool(given.get("drop")))
    return shapes.show(template)


def change_number(world: World, number_id: str, given: Json) -> Json:
    """Change a number; `trouble` (a code) is told in `value.errors`."""
    number = _numbered(world, number_id)
    code = given.pop("trouble", None)
    accounts.change_number(world, number, given)
    if isinstance(code, int):
        accounts.trouble(world, number, code)
    return shapes.show(number)


def change_waba(world: World, waba_id: str, given: Json) -> Json:
    """Change an account; state changes are told."""
    waba = world.town.wabas.get(waba_id)
    if waba is None:
        raise NotFound("There is no such account.", field=("waba",))
    accounts.change_waba(world, waba, given)
    return shapes.show(waba)


def change_business(world: World, business_id: str, given: Json) -> Json:
    """Change a portfolio; another messaging limit is told."""
    business = world.town.businesses.get(business_id)
    if business is None:
        raise NotFound("There is no such portfolio.", field=("business",))
    accounts.change_business(world, business, given)
    return shapes.show(business)


def tell(world: World, given: Json) -> Json:
    """Send any webhook as it is: `waba_id`, `field`, `value`."""
    value, field = given.get("value"), given.get("field")
    if str(given.get("waba_id")) not in world.town.wabas:
        raise NotFound("There is no such account.", field=("waba_id",))
    if not isinstance(value, dict) or not isinstance(field, str):
        raise Invalid("'field' is a text and 'value' an object.", field=("value",))
    world.outbox.put(Update(str(given["waba_id"]), field, value=value))
    return {"done": True}


def chat(world: World, number_id: str, person_id: str) -> Json:
    """A chat as the person sees it."""
    found = world.town.people.get(person_id)
    if found is None:
        raise NotFound("There is no such person.", field=("person",))
    return view.chat_view(world, _numbered(world, number_id), found)


async def verify(world: World, app_id: str) -> Json:
    """Let the app's webhook answer the challenge (contract 3.1)."""
    app = world.town.apps.get(app_id)
    if app is None:
        raise NotFound("There is no such app.", field=("app",))
    return {"verified": await world.outbox.verify(app.webhook_url, app.verify_token)}


def _numbered(world: World, number_id: str) -> Number:
    number = world.town.numbers.get(number_id)
    if number is None:
        raise NotFound("There is no such number.", field=("number",))
    return number


def _number(given: Json, name: str) -> float:
    value: Any = given[name]
    if type(value) not in (int, float):
        raise Invalid(f"'{name}' has to be a number.", field=(name,))
    return float(value)


def _all(store: dict[str, Any]) -> list[Json]:
    return [shapes.show(one) for one in store.values()]
