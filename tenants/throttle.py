"""How much a network address may try: sign-ins, sign-ups, codes and mails asked for by strangers.

Counted in Redis under a keyed hash of the address. A flushed Redis allows one burst more; what
protects an account from guessing is counted with the account, in the database.
"""

from __future__ import annotations

import ipaddress

from kernel import clock, keys, rates
from kernel.errors import TryLater

# An office behind one address signs in each morning; a list of leaked passwords is longer.
_BURST = 60
_EVERY = 5 * clock.SECOND


async def heed(address: str | None) -> None:
    """Count a try from this address (None for an operator's); TryLater when it is too much."""
    if address is None:
        return
    token = keys.platform_index().token("address", _network_of(address)).hex()
    [grant] = await rates.take([f"tries:{token}"], _EVERY, _BURST)
    if not grant.granted:
        raise TryLater(
            "Too much is tried from your network; wait a moment.",
            code="TOO_MANY_TRIES",
            after=grant.wait / clock.SECOND,
        )


def _network_of(address: str) -> str:
    """Whom an address stands for: in IPv6 a household has a whole /64."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((int(found), 64), strict=False))
    return str(found)
