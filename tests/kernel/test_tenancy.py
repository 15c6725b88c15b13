"""The tenant wall fails closed: no tenant, nothing; another tenant, not there (traps: Tortoise)."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tortoise import Model
from tortoise.exceptions import DoesNotExist

from contacts.models import Tag
from kernel import clock, ids, tenancy
from kernel.database.start import rooms
from kernel.errors import Invalid, NoTenant
from kernel.ids import Id
from kernel.models import TenantTable
from tests import stored
from tests.conftest import House
from tests.flows.town import make_tenant


def _tag(**given: Any) -> Tag:
    return Tag(**{"name": "vip", "created_at": clock.now(), **given})


async def _names() -> list[str]:
    return sorted(row["name"] for row in await stored.rows("SELECT name FROM tag"))


@pytest.fixture
async def two(house: House) -> tuple[Id, Id]:
    """Two tenants, each with a tag of its own."""
    ours, theirs = await make_tenant("Ours"), await make_tenant("Theirs")
    for tenant_id, name in ((ours, "ours"), (theirs, "theirs")):
        with tenancy.acting_for(tenant_id):
            await Tag.create(name=name, created_at=clock.now())
    return ours, theirs


READS: dict[str, Callable[[], Awaitable[Any]]] = {
    "all": lambda: Tag.all(),
    "filter": lambda: Tag.filter(name="theirs"),
    "exclude": lambda: Tag.exclude(name="ours"),
    "get_or_none": lambda: Tag.get_or_none(name="theirs"),
    "first": lambda: Tag.first(),
    "last": lambda: Tag.last(),
    "latest": lambda: Tag.latest("created_at"),
    "earliest": lambda: Tag.earliest("created_at"),
    "exists": lambda: Tag.exists(name="theirs"),
    "count": lambda: Tag.all().count(),
    "values": lambda: Tag.all().values("name"),
    "annotate": lambda: Tag.annotate(),
    "in_bulk": lambda: Tag.in_bulk(["theirs"], "name"),
    "select_for_update": lambda: Tag.select_for_update(),
}
CHANGES: dict[str, Callable[[], Awaitable[Any]]] = {
    "update": lambda: Tag.filter(name="theirs").update(name="taken"),
    "delete": lambda: Tag.filter(name="theirs").delete(),
    "get_or_create": lambda: Tag.get_or_create({"created_at": 1}, name="theirs"),
    "update_or_create": lambda: Tag.update_or_create({"created_at": 1}, name="theirs"),
    "create": lambda: Tag.create(name="new", created_at=1),
    "bulk_create": lambda: Tag.bulk_create([_tag()]),
}


async def test_nothing_without_a_tenant(two: tuple[Id, Id]) -> None:
    for verb in (READS | CHANGES).values():
        with pytest.raises(NoTenant):
            await verb()
    assert await _names() == ["ours", "theirs"]


async def test_another_tenants_rows_are_not_there(two: tuple[Id, Id]) -> None:
    ours, _ = two
    with tenancy.acting_for(ours):
        assert [tag.name for tag in await Tag.all()] == ["ours"]
        assert await Tag.all().count() == 1
        assert await Tag.get_or_none(name="theirs") is None
        assert not await Tag.exists(name="theirs")
        assert await Tag.in_bulk(["theirs"], "name") == {}
        assert await Tag.filter(name="theirs").update(name="taken") == 0
        assert await Tag.filter(name="theirs").delete() == 0
        with pytest.raises(DoesNotExist):
            await Tag.get(name="theirs")
        made, is_new = await Tag.get_or_create({"created_at": 1}, name="theirs")
        assert is_new
        assert made.tenant_id == ours
    assert await _names() == ["ours", "theirs", "theirs"]


async def test_a_row_of_another_tenant_is_not_written(two: tuple[Id, Id]) -> None:
    ours, theirs = two
    with tenancy.acting_for(ours):
        with pytest.raises(NoTenant):
            await _tag(tenant_id=theirs).save()
        with pytest.raises(NoTenant):
            await Tag.create(tenant_id=theirs, name="smuggled", created_at=1)
        with pytest.raises(NoTenant):
            await Tag.bulk_create([_tag(name="fine"), _tag(tenant_id=theirs)])
        with pytest.raises(NoTenant):
            await Tag.get_or_create({"tenant_id": theirs, "created_at": 1}, name="smuggled")
    assert await _names() == ["ours", "theirs"]


async def test_nothing_is_changed_through_an_instance(two: tuple[Id, Id]) -> None:
    ours, theirs = two
    with tenancy.acting_for(theirs):
        (victim,) = await Tag.all()
    with tenancy.acting_for(ours):
        (own,) = await Tag.all()
        by_hand = _tag(id=victim.id, tenant_id=theirs)
        by_hand._saved_in_db = True
        for instance in (own, victim, by_hand):
            with pytest.raises(Invalid):
                await instance.save()
            with pytest.raises(Invalid):
                await instance.delete()
            with pytest.raises(Invalid):
                await instance.refresh_from_db()
        # Under the id of another tenant's row there is only an own, new row.
        own_row = _tag(id=victim.id, name="same id")
        assert own_row.tenant_id == ours
        victim.name = "taken"
        assert await Tag.bulk_update([victim], fields=["name"]) == 0
    assert await _names() == ["ours", "theirs"]


async def test_the_database_refuses_a_link_to_another_tenants_row(two: tuple[Id, Id]) -> None:
    ours, theirs = two
    with tenancy.acting_for(theirs):
        (victim,) = await Tag.all()
    contact_id = ids.new_id()
    with tenancy.acting_for(ours):
        await stored.insert(
            "contact",
            [
                {
                    "tenant_id": ours,
                    "id": contact_id,
                    "subject_id": ids.new_id(),
                    "state": "active",
                    "name_at": 0,
                    "name_tie": -1,
                    "source": "whatsapp",
                    "created_at": 1,
                    "updated_at": 1,
                }
            ],
        )
        link = {"contact_id": contact_id, "tag_id": victim.id, "source": "person", "at": 1}
        for tenant_id in (ours, theirs):
            with pytest.raises(Exception, match=r"(?i)foreign key"):
                await stored.insert("contact_tag", [{"tenant_id": tenant_id, **link}])


def test_every_table_of_tenants_has_the_wall() -> None:
    for room in rooms():
        for one in vars(importlib.import_module(f"{room.name}.models")).values():
            if isinstance(one, type) and issubclass(one, Model) and not one._meta.abstract:
                walled = type(one._meta.manager).__name__ == "_OfTenant"
                assert walled == issubclass(one, TenantTable), one
                # A join by the ORM would cross tenants: there are no relations to follow.
                meta = one._meta
                assert not meta.fk_fields | meta.m2m_fields | meta.backward_fk_fields, one


async def test_acting_ends_with_its_block() -> None:
    with tenancy.acting_for("a" * 32):
        with tenancy.acting_for("b" * 32):
            assert tenancy.current() == "b" * 32
        assert tenancy.current() == "a" * 32
    assert tenancy.current_or_none() is None
    with tenancy.across_tenants("a test"):
        assert tenancy.is_across()
        with pytest.raises(NoTenant):
            tenancy.current()
    assert not tenancy.is_across()
