"""Profile, block list, links and ice breakers of a number (contract 7.3 to 7.6)."""

from __future__ import annotations

import secrets
import string

from channels.simulator import fields, pricing
from channels.simulator.call import Answer, Call, choice_in, list_in, text_in
from channels.simulator.errors import GraphError, in_status, missing, unsupported, wrong
from channels.simulator.outbox import is_web_url
from channels.simulator.phones import digits
from channels.simulator.records import Number, Person
from channels.simulator.shapes import Json
from channels.simulator.world import World

_PROFILE = {"about": 139, "address": 256, "description": 512, "email": 128}
_VERTICALS = (
    "UNDEFINED", "OTHER", "AUTO", "BEAUTY", "APPAREL", "EDU", "ENTERTAIN", "EVENT_PLAN",
    "FINANCE", "GROCERY", "GOVT", "HOTEL", "HEALTH", "NONPROFIT", "PROF_SERVICES", "RETAIL",
    "TRAVEL", "RESTAURANT", "ALCOHOL", "ONLINE_GAMBLING", "PHYSICAL_GAMBLING", "OTC_DRUGS",
    "MATRIMONY_SERVICE",
)  # fmt: skip
_MOST_QR_CODES = 2000
_MOST_BLOCKED = 64_000


async def read_profile(_world: World, call: Call, number: Number) -> Answer:
    """The profile's fields that were asked for."""
    names = fields.chosen(call, ("about", "address", "description", "email", "websites"))
    known = {"messaging_product": "whatsapp", **number.profile}
    names = ["messaging_product", *names]
    return Answer({"data": [{name: known[name] for name in names if name in known}]})


async def write_profile(world: World, call: Call, number: Number) -> Answer:
    """Change what is given of the profile."""
    body = call.product()
    changed: Json = {}
    for name, most in _PROFILE.items():
        if name in body:
            changed[name] = text_in(body, name, name, most, least=1 if name == "about" else 0)
    if "websites" in body:
        changed["websites"] = list_in(body, "websites", "websites", 2, least=0)
        if not all(is_web_url(one) and len(one) <= 256 for one in changed["websites"]):
            raise wrong("websites", "must be URLs of at most 256 characters")
    if "vertical" in body:
        changed["vertical"] = choice_in(body, "vertical", "vertical", _VERTICALS)
    if "profile_picture_handle" in body:
        text_in(body, "profile_picture_handle", "profile_picture_handle", 4096)
        picture = f"{world.base_url}/profile/{number.id}.jpg"
        changed["profile_picture_url"] = picture
    number.profile |= changed
    return Answer({"success": True})


async def list_blocked(_world: World, call: Call, number: Number) -> Answer:
    """Whom the business has blocked, page by page."""
    rows: list[Json] = [
        {"messaging_product": "whatsapp", "wa_id": name} for name in number.blocked.values()
    ]
    return Answer(fields.page(call, rows))


async def block_users(world: World, call: Call, number: Number) -> Answer:
    """Block people who wrote in the last 24 hours; 139100 with both lists when one was refused."""
    added, failed = [], []
    for entry in list_in(call.product(), "block_users", "block_users", 1000):
        given, person = _named(world, number, entry)
        is_open = person and pricing.is_open(world, world.town.chat(number.id, person.id))
        if person is None or not is_open:
            error = in_status(139103, "The user did not write in the last 24 hours.")
            failed.append({"input": given, "wa_id": digits(given), "errors": [error]})
        elif len(number.blocked) >= _MOST_BLOCKED:
            raise GraphError(139101)
        else:
            number.blocked[person.id] = person.phone or given
            added.append(_entry(given, person))
    lists: Json = {"added_users": added}
    if failed:
        beside = {"messaging_product": "whatsapp", "block_users": {**lists, "failed_users": failed}}
        raise GraphError(139100, beside=beside)
    return Answer({"messaging_product": "whatsapp", "block_users": lists})


async def unblock_users(world: World, call: Call, number: Number) -> Answer:
    """Let these people write again."""
    removed = []
    for entry in list_in(call.product(), "block_users", "block_users", 1000):
        given, person = _named(world, number, entry)
        if person is not None and number.blocked.pop(person.id, None) is not None:
            removed.append(_entry(given, person))
    body = {"messaging_product": "whatsapp", "block_users": {"removed_users": removed}}
    return Answer(body)


async def read_qr_codes(_world: World, call: Call, number: Number) -> Answer:
    """All links with prefilled text, or the one of a code."""
    if not call.rest:
        return Answer(fields.page(call, list(number.qr_codes.values())))
    return Answer({"data": [_qr_code(call, number)]})


async def write_qr_code(world: World, call: Call, number: Number) -> Answer:
    """Make a link with prefilled text, or give one (`code`) another text."""
    body = call.json()
    text = text_in(body, "prefilled_message", "prefilled_message", 140)
    code = body.get("code")
    if code is not None and code not in number.qr_codes:
        raise wrong("code", "there is no such code")
    if code is None:
        if len(number.qr_codes) >= _MOST_QR_CODES:
            raise GraphError(100, f"A number has at most {_MOST_QR_CODES} codes.")
        alphabet = string.ascii_uppercase + string.digits
        code = "".join(secrets.choice(alphabet) for _ in range(14))
    made: Json = {
        "code": code,
        "prefilled_message": text,
        "deep_link_url": f"https://wa.me/message/{code}",
    }
    number.qr_codes[code] = made
    if "generate_qr_image" in body:
        kind = choice_in(body, "generate_qr_image", "generate_qr_image", ("PNG", "SVG"))
        made = {**made, "qr_image_url": f"{world.base_url}/qr/{code}.{kind.lower()}"}
    return Answer(made)


async def delete_qr_code(_world: World, call: Call, number: Number) -> Answer:
    """Take a link away."""
    del number.qr_codes[str(_qr_code(call, number)["code"])]
    return Answer({"success": True})


async def write_automation(_world: World, call: Call, number: Number) -> Answer:
    """Set ice breakers and commands (contract 7.6)."""
    body = call.json()
    if "enable_welcome_message" in body:
        raise unsupported("enable_welcome_message", "is gone since 27 March 2026")
    made: Json = {"id": number.id}
    if "prompts" in body:
        made["prompts"] = list_in(body, "prompts", "prompts", 4, least=0)
        for at in range(len(made["prompts"])):
            text_in({"prompt": made["prompts"][at]}, "prompt", f"prompts[{at}]", 80)
    if "commands" in body:
        made["commands"] = list_in(body, "commands", "commands", 30, least=0)
        for at, command in enumerate(made["commands"]):
            if not isinstance(command, dict):
                raise unsupported(f"commands[{at}]", "must be an object")
            for name, most in (("command_name", 32), ("command_description", 256)):
                text_in(command, name, f"commands[{at}].{name}", most)
    number.automation |= made
    return Answer({"success": True})


def _named(world: World, number: Number, entry: object) -> tuple[str, Person | None]:
    if not isinstance(entry, dict):
        raise unsupported("block_users", "must hold objects")
    if entry.get("user") is not None:
        given = str(entry["user"])
        return given, world.town.by_phone(digits(given))
    if entry.get("user_id") is not None:
        given = str(entry["user_id"])
        return given, world.town.by_user_id(world.town.business_of(number).id, given)
    raise missing("block_users[].user")


def _entry(given: str, person: Person) -> Json:
    if "." in given:
        return {"input": given, "user_id": given}
    return {"input": given, "wa_id": person.phone}


def _qr_code(call: Call, number: Number) -> Json:
    code = call.rest[0] if call.rest else ""
    if code not in number.qr_codes:
        raise wrong("code", "there is no such code")
    return dict(number.qr_codes[code])
