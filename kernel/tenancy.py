"""Whose data is being touched. Nothing that belongs to a tenant is read or written without one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

from kernel.errors import NoTenant
from kernel.ids import Id

_tenant: ContextVar[Id | None] = ContextVar("tenant", default=None)
_across: ContextVar[bool] = ContextVar("across", default=False)
_log = structlog.get_logger("tenancy")


def current() -> Id:
    """The tenant at work; NoTenant when none is set."""
    tenant_id = _tenant.get()
    if tenant_id is None:
        raise NoTenant("no tenant is set")
    return tenant_id


def current_or_none() -> Id | None:
    """The tenant at work, or None."""
    return _tenant.get()


def is_across() -> bool:
    """Whether the work at hand was declared to reach across tenants."""
    return _across.get()


@contextmanager
def acting_for(tenant_id: Id) -> Iterator[None]:
    """Everything inside is done for this tenant."""
    token = _tenant.set(tenant_id)
    try:
        yield
    finally:
        _tenant.reset(token)


@contextmanager
def across_tenants(why: str) -> Iterator[None]:
    """The only way over the wall (claims, routing, operators' commands), logged with its reason."""
    _log.debug("across_tenants", why=why)
    token = _across.set(True)
    try:
        yield
    finally:
        _across.reset(token)
