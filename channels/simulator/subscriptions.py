"""Which apps listen to an account, and where their webhooks go (contract 3.2)."""

from __future__ import annotations

from channels.simulator import access
from channels.simulator.call import Answer, Call
from channels.simulator.errors import GraphError, missing, wrong
from channels.simulator.outbox import is_web_url
from channels.simulator.records import App, Number, Subscription, Waba
from channels.simulator.shapes import Json
from channels.simulator.world import World


async def list_apps(world: World, _call: Call, waba: Waba) -> Answer:
    """The apps that listen."""
    rows = []
    for subscription in waba.subscriptions.values():
        row: Json = {
            "whatsapp_business_api_data": {"id": subscription.app_id, "name": subscription.app_id}
        }
        if subscription.override_url:
            row["override_callback_uri"] = subscription.override_url
        rows.append(row)
    return Answer({"data": rows})


async def subscribe(world: World, call: Call, waba: Waba) -> Answer:
    """The token's app listens from now on; an override is verified first."""
    app, body = _app(world, call), call.json()
    url = await _verified(world, body)
    waba.subscriptions[app.id] = Subscription(app.id, url)
    world.live.tell("town")
    return Answer({"success": True})


async def unsubscribe(world: World, call: Call, waba: Waba) -> Answer:
    """The token's app listens no longer."""
    waba.subscriptions.pop(_app(world, call).id, None)
    return Answer({"success": True})


async def configure_number(world: World, call: Call, number: Number) -> Answer:
    """Set the PIN, or where the number's webhooks go; an empty address takes the override away."""
    body = call.json()
    if "pin" in body:
        pin = body["pin"]
        if not (isinstance(pin, str) and len(pin) == 6 and pin.isascii() and pin.isdecimal()):
            raise wrong("pin", "must be 6 digits")
        number.pin = pin
        return Answer({"success": True})
    configuration = body.get("webhook_configuration")
    if not isinstance(configuration, dict):
        raise missing("webhook_configuration")
    number.override_url = await _verified(world, configuration)
    return Answer({"success": True})


async def _verified(world: World, given: Json) -> str:
    url = given.get("override_callback_uri") or ""
    if not url:
        return ""
    if not is_web_url(url):
        raise wrong("override_callback_uri", "is not a valid URL")
    verify_token = given.get("verify_token")
    if not isinstance(verify_token, str) or not verify_token:
        raise missing("verify_token")
    if world.settings.webhooks.verify and not await world.outbox.verify(url, verify_token):
        raise GraphError(
            100,
            "The URL could not be validated: it has to answer the challenge.",
            message="(#100) Callback verification failed",
            extra={"error_subcode": 2200},
        )
    return str(url)


def _app(world: World, call: Call) -> App:
    app = world.town.apps.get(access.token_of(world, call).app_id)
    if app is None:
        raise GraphError(100, "The token belongs to no app.")
    return app
