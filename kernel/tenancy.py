"""Whose data is being touched. Nothing that belongs to a tenant is read or written without one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

from kernel import metrics
from kernel.errors import NoTenant
from kernel.ids import Id

_tenant: ContextVar[Id | None] = ContextVar("tenant", default=None)
_across: ContextVar[bool] = ContextVar("across", default=False)
_log = structlog.get_logger("tenancy")
_told: set[str] = set()


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
    """Everything inside is done for this tenant, and for it alone."""
    tenant, across = _tenant.set(tenant_id), _across.set(False)
    try:
        yield
    finally:
        _tenant.reset(tenant)
        _across.reset(across)


@contextmanager
def across_tenants(why: str) -> Iterator[None]:
    """The only way over the walls (claims, routing), around the statement that needs it.

    Each reason is logged when a process first gives it, and counted every time.
    """
    if why not in _told:
        _told.add(why)
        _log.info("across_tenants", why=why)
    metrics.ACROSS.labels(why).inc()
    token = _across.set(True)
    try:
        yield
    finally:
        _across.reset(token)
