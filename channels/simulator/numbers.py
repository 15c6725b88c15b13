"""Accounts and numbers as the API shows them, and their registration (contract 7.3)."""

from __future__ import annotations

from channels.simulator import fields
from channels.simulator.call import Answer, Call
from channels.simulator.codes import known
from channels.simulator.errors import GraphError, missing, wrong
from channels.simulator.records import Number, Waba
from channels.simulator.shapes import Json
from channels.simulator.world import World
from kernel.clock import HOUR

_USUAL = (
    "id",
    "display_phone_number",
    "verified_name",
    "code_verification_status",
    "quality_rating",
    "platform_type",
    "throughput",
)
_USUAL_WABA = ("id", "name", "timezone_id", "message_template_namespace", "currency")
_MOST_REGISTRATIONS = 10


async def read_number(world: World, call: Call, number: Number) -> Answer:
    """The fields of a number that were asked for."""
    return Answer(_number(world, call, number))


async def list_numbers(world: World, call: Call, waba: Waba) -> Answer:
    """The numbers of an account."""
    numbers = [one for one in world.town.numbers_of(waba.id) if not one.is_deleted]
    return Answer(fields.page(call, [_number(world, call, one) for one in numbers]))


async def read_waba(world: World, call: Call, waba: Waba) -> Answer:
    """The fields of an account that were asked for."""
    readers = {
        "id": lambda: waba.id,
        "name": lambda: waba.name,
        "timezone_id": lambda: waba.timezone_id,
        "currency": lambda: waba.currency,
        "message_template_namespace": lambda: f"namespace_{waba.id}",
        "account_review_status": lambda: "APPROVED",
        "business_verification_status": lambda: "verified",
        "country": lambda: None,
        "ownership_type": lambda: "CLIENT_OWNED",
        "status": lambda: waba.state,
        "owner_business_info": lambda: {"id": waba.business_id, "name": waba.name},
        "health_status": lambda: _health(world, waba, None),
        "whatsapp_business_manager_messaging_limit": lambda: _limit(world, waba),
    }
    return Answer(fields.read(call, readers, _USUAL_WABA))


async def register(world: World, call: Call, number: Number) -> Answer:
    """Register with a PIN of 6 digits; 133005 for a wrong one, 133016 after 10 in 72 hours."""
    body = call.product()
    pin = body.get("pin")
    if pin is None:
        raise missing("pin")
    if not (isinstance(pin, str) and len(pin) == 6 and pin.isascii() and pin.isdecimal()):
        raise wrong("pin", "must be 6 digits")
    _count_registration(world, number)
    if number.pin and number.pin != pin:
        raise GraphError(133005)
    number.pin = pin
    number.is_registered = True
    number.status = "CONNECTED"
    world.live.tell("town")
    return Answer({"success": True})


async def deregister(world: World, _call: Call, number: Number) -> Answer:
    """Send nothing from this number any more; 133010 when it is not registered."""
    _count_registration(world, number)
    if not number.is_registered:
        raise GraphError(133010)
    number.is_registered = False
    number.status = "DISCONNECTED"
    world.live.tell("town")
    return Answer({"success": True})


def _number(world: World, call: Call, number: Number) -> Json:
    waba = world.town.wabas[number.waba_id]
    readers = {
        "id": lambda: number.id,
        "display_phone_number": lambda: number.display_phone_number,
        "verified_name": lambda: number.verified_name,
        "quality_rating": lambda: number.quality_rating,
        "quality_score": lambda: {"score": number.quality_rating},
        "status": lambda: number.status,
        "throughput": lambda: {"level": number.throughput},
        "name_status": lambda: number.name_status,
        "code_verification_status": lambda: "VERIFIED",
        "account_mode": lambda: number.account_mode,
        "platform_type": lambda: "CLOUD_API" if number.is_registered else "NOT_APPLICABLE",
        "is_official_business_account": lambda: number.is_official_business_account,
        "is_on_biz_app": lambda: number.coexistence,
        "whatsapp_business_manager_messaging_limit": lambda: _limit(world, waba),
        "messaging_limit_tier": lambda: _limit(world, waba),
        "webhook_configuration": lambda: _webhooks(world, number, waba),
        "health_status": lambda: _health(world, waba, number),
        "conversational_automation": lambda: number.automation or None,
    }
    return fields.read(call, readers, _USUAL)


def _limit(world: World, waba: Waba) -> str:
    return world.town.businesses[waba.business_id].messaging_limit


def _webhooks(world: World, number: Number, waba: Waba) -> Json:
    found: Json = {}
    for subscription in waba.subscriptions.values():
        if url := world.town.apps[subscription.app_id].webhook_url:
            found["application"] = url
        if subscription.override_url:
            found["whatsapp_business_account"] = subscription.override_url
    if number.override_url:
        found["phone_number"] = number.override_url
    return found


def _health(world: World, waba: Waba, number: Number | None) -> Json:
    entities = [
        _entity("WABA", waba.id, _trouble_of_waba(waba)),
        _entity("BUSINESS", waba.business_id, None),
        *(_entity("APP", one.app_id, None) for one in waba.subscriptions.values()),
    ]
    if number is not None:
        entities.insert(0, _entity("PHONE_NUMBER", number.id, _trouble_of_number(number)))
    worst = max((one["can_send_message"] for one in entities), key=_RANKS.index)
    return {"can_send_message": worst, "entities": entities}


def _trouble_of_waba(waba: Waba) -> tuple[str, int] | None:
    if waba.state == "DISABLED":
        return "BLOCKED", 131031
    if waba.state == "RESTRICTED":
        return "LIMITED", 368
    return None if waba.payment_ok else ("LIMITED", 131042)


def _trouble_of_number(number: Number) -> tuple[str, int] | None:
    if not number.is_registered:
        return "BLOCKED", 133010
    return ("LIMITED", 131048) if number.quality_rating == "RED" else None


def _entity(kind: str, entity_id: str, trouble: tuple[str, int] | None) -> Json:
    found: Json = {"entity_type": kind, "id": entity_id, "can_send_message": "AVAILABLE"}
    if trouble is not None:
        found["can_send_message"], code = trouble
        words = known(code)
        found["errors"] = [
            {
                "error_code": code,
                "error_description": words.title,
                "possible_solution": words.details,
            }
        ]
    return found


def _count_registration(world: World, number: Number) -> None:
    since = world.clock.now() - 72 * HOUR
    number.registrations = [at for at in number.registrations if at > since]
    if len(number.registrations) >= _MOST_REGISTRATIONS:
        raise GraphError(133016)
    number.registrations.append(world.clock.now())


_RANKS = ("AVAILABLE", "LIMITED", "BLOCKED")
