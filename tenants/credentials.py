"""Whoever shows something: an access token of a person, or a key of a store."""

from __future__ import annotations

from kernel.ids import Id
from tenants import key_text, tokens
from tenants.key_use import read_key
from tenants.sessions import read_token
from tenants.viewer import Viewer


async def recognise(shown: str, address: str) -> Viewer:
    """Who shows this, from this address; NotAllowed with a code of `read_token` or `read_key`."""
    if shown.startswith(key_text.START):
        return await read_key(shown, address)
    return await read_token(shown)


def claimed_tenant(shown: str) -> Id | None:
    """The tenant that a token or key names, whoever wrote it; None where it names none."""
    if shown.startswith(key_text.START):
        return key_text.tenant_of(shown)
    return tokens.claimed_tenant(shown)
