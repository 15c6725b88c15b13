"""Who asks: the access token or key of a request; who is turned away leaves a trace (F48)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from starlette.types import Scope

import tenants
from api.asgi import header
from kernel import audit, clock, rates, tenancy
from kernel.audit import Actor
from kernel.errors import NotAllowed, NotFound
from kernel.ids import Id
from tenants import Permission, Viewer

_LONGEST = 4_096
# Refusals that are noted one by one, of each who asks and for each reason; then one a minute.
_NOTED = 60


async def viewer_of(scope: Scope) -> Viewer | None:
    """The viewer of a request, None where it names nobody; NotAllowed for what does not let in."""
    given = header(scope, b"authorization")
    return await recognise(token_of(given), address_of(scope)) if given else None


async def viewer_who_may(scope: Scope, action: str, *needed: Permission) -> Viewer:
    """The viewer of a request beside GraphQL; NotAllowed for a stranger, and who may not do so."""
    viewer = await viewer_of(scope)
    if viewer is None:
        raise NotAllowed("Send a key or a token.", code="SIGN_IN")
    try:
        for permission in needed:
            viewer.require(permission)
    except NotAllowed as refused:
        await note_refusal(viewer, action, {}, refused.code)
        raise
    return viewer


async def recognise(shown: str, address: str) -> Viewer:
    """Whose token or key this is; NotAllowed, noted with the tenant that it names."""
    try:
        return await tenants.recognise(shown, address)
    except NotAllowed as refused:
        tenant_id = tenants.claimed_tenant(shown)
        if tenant_id is not None:
            await note_stranger(tenant_id, "credential.show", {}, refused.code)
        raise


async def note_stranger(
    tenant_id: Id, action: str, ids: Mapping[str, Iterable[Id]], code: str
) -> None:
    """Note what somebody tried in the name of a tenant, if there is such a one."""
    if await _is_noted(tenant_id, code):
        with tenancy.acting_for(tenant_id), suppress(NotFound):
            await tenants.read_settings()
            await audit.record(action, ids, actor=audit.STRANGER, outcome=code)


async def note_refusal(
    viewer: Viewer, action: str, ids: Mapping[str, Iterable[Id]], code: str
) -> None:
    """Note what a viewer asked for and may not do, with the ids that were given."""
    if await _is_noted(viewer.own_id, code):
        with tenancy.acting_for(viewer.tenant_id):
            await audit.record(action, ids, actor=actor_of(viewer), outcome=code)


def actor_of(viewer: Viewer) -> Actor:
    """Who acts, as the audit log names them."""
    return Actor("key" if viewer.key_id else "person", viewer.own_id)


def token_of(given: str) -> str:
    """The token or key of an Authorization value; NotAllowed where it is none."""
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAllowed("Send the token as `Authorization: Bearer …`.", code="TOKEN_INVALID")
    # What is cut off was never signed by anybody here, so it is refused as any other forgery.
    return token.strip()[:_LONGEST]


def address_of(scope: Scope) -> str:
    """Where a request comes from; empty where nobody can tell."""
    client = scope.get("client")
    return str(client[0]) if client else ""


async def _is_noted(who: Id, code: str) -> bool:
    """Whether this refusal gets a row: whoever asks in a loop must not fill the log."""
    [grant] = await rates.take([f"refused:{who}:{code}"], clock.MINUTE, _NOTED)
    return bool(grant.granted)
