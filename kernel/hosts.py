"""Addresses that tenants name for us to call: never a way into our own network."""

from __future__ import annotations

import asyncio
import ipaddress
import socket


async def trouble_with(scheme: str, host: str | None, port: int | None) -> str | None:
    """Why this is no host of the public internet, over https, as a code; None where it is one."""
    if scheme != "https" or not host:
        return "NOT_HTTPS"
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return "NOT_REACHED"
    if not all(ipaddress.ip_address(one[4][0]).is_global for one in found):
        return "NOT_PUBLIC"
    return None
