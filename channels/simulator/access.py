"""Who asks, and for what: tokens, permissions, objects and call limits (contract 1.3, 1.4)."""

from __future__ import annotations

from typing import Any

from channels.simulator.call import Call
from channels.simulator.errors import GraphError, unknown_object
from channels.simulator.records import Number, Token, Waba
from channels.simulator.store import Media, Template
from channels.simulator.world import World

# Calls of an account that count against its hourly limit (contract 1.4).
_COUNTED = {"", "phone_numbers", "message_templates", "subscribed_apps", "assigned_users"}


def token_of(world: World, call: Call) -> Token:
    """The token of the call; 401 with 190 for one that is missing, unknown, expired or revoked."""
    text = call.bearer()
    token = world.town.tokens.get(text)
    if token is None or token.state == "revoked":
        words = "Invalid OAuth access token - Cannot parse access token"
        if token is not None:
            words = "Error validating access token: The session has been invalidated."
        raise GraphError(190, message=words if text else "An access token is required.")
    if token.state == "expired":
        raise GraphError(190, message="Error validating access token: Session has expired.")
    return token


def object_of(world: World, node: str) -> Any:
    """The object with this id; 400 with 100 for an unknown one, with 33 for a deleted number."""
    number = world.town.numbers.get(node)
    if number is not None and number.is_deleted:
        raise GraphError(33)
    found = (
        number
        or world.town.wabas.get(node)
        or world.templates.by_id.get(node)
        or world.media.by_id.get(node)
        or world.town.apps.get(node)
    )
    if found is None:
        raise unknown_object(node)
    return found


def permit(world: World, token: Token, permission: str, target: Any) -> None:
    """403 with 10 or 200 unless the token has this permission and opens the object's account."""
    if permission not in token.permissions:
        raise GraphError(10, f"The token lacks the permission {permission}.")
    waba = _waba_of(world, target)
    if waba is not None and token.wabas is not None and waba.id not in token.wabas:
        raise GraphError(200, "The token does not open this account.")


def count(world: World, token: Token, call: Call, target: Any) -> None:
    """80007 when the calls of this hour are used up."""
    if isinstance(target, Waba) and call.edge in _COUNTED:
        most = world.settings.limits.calls_per_hour
        world.limits.check_calls(f"{token.app_id}/{target.id}", most)


def _waba_of(world: World, target: Any) -> Waba | None:
    if isinstance(target, Waba):
        return target
    if isinstance(target, Number):
        return world.town.wabas[target.waba_id]
    if isinstance(target, Template):
        return world.town.wabas[target.waba_id]
    if isinstance(target, Media):
        return world.town.wabas[world.town.numbers[target.number_id].waba_id]
    return None
