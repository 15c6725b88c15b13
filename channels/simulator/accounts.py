"""What the platform decides about accounts and numbers, and tells (contract 4b, 5.5, 5.6)."""

from __future__ import annotations

from channels.simulator import errors, identity, shapes
from channels.simulator.envelope import Update
from channels.simulator.limits import TIERS
from channels.simulator.records import Business, Number, Waba
from channels.simulator.shapes import Json
from channels.simulator.world import World
from kernel.clock import DAY, SECOND, moment

_NEVER = 1 << 60


def change_number(world: World, number: Number, given: Json) -> None:
    """Change fields of a number; quality, throughput and name decisions are told."""
    before = shapes.show(number)
    shapes.read_into(number, given, ("number",))
    if number.quality_rating != before["quality_rating"]:
        if number.quality_rating == "RED":
            number.status = "FLAGGED"
            _tell_quality(world, number, "FLAGGED")
        elif before["quality_rating"] == "RED":
            number.status = "CONNECTED"
            _tell_quality(world, number, "UNFLAGGED")
    if number.throughput != before["throughput"] and number.throughput == "HIGH":
        seconds = world.settings.limits.switching_seconds
        number.switching_until = world.clock.now() + int(seconds * SECOND)
        _tell_quality(world, number, "THROUGHPUT_UPGRADE")
    if number.name_status != before["name_status"]:
        decision = {"APPROVED": "APPROVED", "DECLINED": "REJECTED"}
        value = {
            "display_phone_number": number.digits,
            "decision": decision.get(number.name_status, "DEFERRED"),
            "requested_verified_name": number.verified_name,
            "rejection_reason": None,
        }
        world.outbox.put(Update(number.waba_id, "phone_number_name_update", value=value))
    world.live.tell("town")


def change_business(world: World, business: Business, given: Json) -> None:
    """Change a portfolio; another messaging limit is told for each of its accounts."""
    old = TIERS.get(business.messaging_limit, _NEVER)
    shapes.read_into(business, given, ("business",))
    new = TIERS.get(business.messaging_limit, _NEVER)
    if new == old:
        return
    for waba in world.town.wabas.values():
        if waba.business_id != business.id:
            continue
        value = {"max_daily_conversations_per_business": business.messaging_limit}
        world.outbox.put(Update(waba.id, "business_capability_update", value=value))
        for number in world.town.numbers_of(waba.id):
            _tell_quality(world, number, "UPGRADE" if new > old else "DOWNGRADE")


def change_waba(world: World, waba: Waba, given: Json) -> None:
    """Change an account; a restriction, a ban and their end are told."""
    old = waba.state
    shapes.read_into(waba, given, ("waba",))
    if waba.state == old:
        return
    if waba.state == "RESTRICTED":
        expires = (world.clock.now() + DAY) // SECOND
        restriction = {
            "restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING",
            "expiration": expires,
        }
        value: Json = {"event": "ACCOUNT_RESTRICTION", "restriction_info": [restriction]}
    else:
        state = "DISABLE" if waba.state == "DISABLED" else "REINSTATE"
        ban = {"waba_ban_state": state, "waba_ban_date": _date(world)}
        value = {"event": "DISABLED_UPDATE", "ban_info": ban}
    world.outbox.put(Update(waba.id, "account_update", value=value))
    world.live.tell("town")


def trouble(world: World, number: Number, code: int) -> None:
    """Trouble of the whole number, told in `value.errors` (contract 4.5)."""
    world.outbox.put(
        Update(
            waba_id=number.waba_id,
            field="messages",
            metadata=identity.metadata(number),
            key="errors",
            item=errors.in_status(code),
        )
    )


def _tell_quality(world: World, number: Number, event: str) -> None:
    value = {
        "display_phone_number": number.digits,
        "event": event,
        "max_daily_conversations_per_business": world.town.business_of(number).messaging_limit,
    }
    world.outbox.put(Update(number.waba_id, "phone_number_quality_update", value=value))


def _date(world: World) -> str:
    return moment(world.clock.now()).strftime("%B %-d, %Y")
