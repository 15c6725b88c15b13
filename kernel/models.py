"""Bases of all tables: ids as hex, sealed and keyed columns by name, the tenant on every row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self, cast

from tortoise import fields
from tortoise.fields.base import Field
from tortoise.fields.data import BigIntField, BinaryField
from tortoise.manager import Manager
from tortoise.models import Model, ModelMeta
from tortoise.queryset import QuerySet

from kernel import ids, tenancy
from kernel.errors import Invalid, NoTenant


class IdField(Field[str], str):  # type: ignore[misc]  # Tortoise's own way of typing fields
    """A row id: uuid in PostgreSQL, 32 hex digits in SQLite and in Python."""

    SQL_TYPE = "TEXT"

    class _db_postgres:
        SQL_TYPE = "UUID"


class InstantField(BigIntField):
    """Microseconds since 1970-01-01 UTC."""


class SealedField(BinaryField[bytes]):
    """Encrypted under the key of the row's subject, or of the house."""


class TokenField(BinaryField[bytes]):
    """A keyed hash of a value, for equality; the value itself stands nowhere."""


class TextField(fields.TextField):
    """Clear text: codes, states, names of things; never what tells who a person is."""


class _Uncommented(ModelMeta):
    """For comments of its own kind (`#:`) Tortoise parses a class's whole file, again for each of
    its classes: a third of a program's start, and none of ours has one."""

    def __new__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> _Uncommented:
        """The class, as Tortoise makes it for its own migrations."""
        made: Any = super().__new__(cls, name, bases, {**attrs, "_no_comments": True})
        return cast(_Uncommented, made)


class Table(Model, metaclass=_Uncommented):
    """A row of the house, whoever it belongs to."""

    class Meta:
        """Shared by all tables."""

        abstract = True


class _OfTenant(Manager):
    """Only the current tenant's rows; nothing at all where no tenant is set (traps: Tortoise)."""

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        if tenancy.is_across():
            return rows
        return rows.filter(tenant_id=tenancy.current())


class TenantTable(Table):
    """A row of one tenant. Written by `create` and `bulk_create`, changed by `filter(…).update`.

    Its key begins with the tenant; Tortoise knows no keys of several columns, so a table without an
    `id` names one of its key's columns as primary key, and nothing relies on it.

    Changing or deleting through an instance is refused: Tortoise would look for the row by its id
    alone, past the tenant and past the real key.
    """

    tenant_id = IdField()

    class Meta:
        """Shared by all tenants' tables."""

        abstract = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # Set in an abstract Meta a manager is silently not inherited.
        if hasattr(cls, "_meta"):
            cls._meta.manager = _OfTenant(cls)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("tenant_id", tenancy.current())
        super().__init__(**kwargs)

    async def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert a new row of the current tenant."""
        if self._saved_in_db:
            raise Invalid("change rows with filter(…).update(…)")
        self._check_tenant()
        await super().save(*args, **kwargs)

    async def delete(self, *_args: Any, **_kwargs: Any) -> None:
        """Refused: use filter(…).delete()."""
        raise Invalid("delete rows with filter(…).delete()")

    async def refresh_from_db(self, *_args: Any, **_kwargs: Any) -> None:
        """Refused: read the row again with get(…)."""
        raise Invalid("read the row again with get(…)")

    @classmethod
    def bulk_create(cls, objects: Iterable[Self], *args: Any, **kwargs: Any) -> Any:
        """Insert many new rows of the current tenant."""
        rows = list(objects)
        for row in rows:
            row._check_tenant()
        return super().bulk_create(rows, *args, **kwargs)

    def _check_tenant(self) -> None:
        if not tenancy.is_across() and self.tenant_id != tenancy.current():
            raise NoTenant("a row of another tenant was about to be written")


class TenantModel(TenantTable):
    """A row of one tenant with an id of its own."""

    id = IdField(primary_key=True, default=ids.new_id)

    class Meta:
        """Shared by all tables with ids."""

        abstract = True


class Outbox(TenantModel):
    """Events, ids only."""

    kind = TextField()
    at = InstantField()
    refs: Any = fields.JSONField()
    position = BigIntField()

    class Meta:
        """Its table."""

        table = "outbox"


class Reader(Table):
    """Where each durable reader of the outbox stands. Global: readers follow all tenants."""

    name = fields.TextField(primary_key=True)
    position = BigIntField()
    event_id = IdField()
    lease_until = InstantField()
    fence = BigIntField()

    class Meta:
        """Its table."""

        table = "reader"


class ChainHead(Table):
    """The last link of a tenant's chain."""

    tenant_id = IdField(primary_key=True)
    chain = TextField()
    seq = BigIntField()
    hash = TokenField()
    cut_seq = BigIntField()
    cut_hash = TokenField(null=True)

    class Meta:
        """Its table."""

        table = "chain_head"


class AuditEntry(TenantModel):
    """One request that read or changed personal data, with the ids it touched."""

    at = InstantField()
    actor_kind = TextField()
    actor_id = IdField(null=True)
    action = TextField()
    outcome = TextField()
    request_id = TextField()
    ids = TextField()
    chain_seq = fields.BigIntField(null=True)
    chain_hash = TokenField(null=True)

    class Meta:
        """Its table."""

        table = "audit_entry"


class AuditSubject(TenantTable):
    """An entry is about a person: a contact, or an owner of keys."""

    about_id = IdField()
    entry_id = IdField(primary_key=True)

    class Meta:
        """Its table."""

        table = "audit_subject"


class DestroyedMark(Table):
    """How much of the list of what was destroyed this database holds. Global: it is one list."""

    name = fields.TextField(primary_key=True)
    position = BigIntField()

    class Meta:
        """Its table."""

        table = "destroyed_mark"
