from __future__ import annotations

import re

import pytest

import tenants
from kernel import database, events, tenancy
from kernel.errors import Invalid
from kernel.events import Event
from tenants import Permission as P
from tests.conftest import House
from tests.tenants.make import found


def test_owners_may_everything_and_admins_all_but_owners_and_requests() -> None:
    assert tenants.ROLES[tenants.Role.OWNER] == frozenset(P)
    assert frozenset(P) - tenants.ROLES[tenants.Role.ADMIN] == {P.OWNERS_WRITE, P.PRIVACY_WRITE}


def test_the_other_roles_may_what_they_are_there_for() -> None:
    everybody = {
        P.TENANT_READ,
        P.PEOPLE_READ,
        P.CAMPAIGNS_READ,
        P.CHANNELS_READ,
        P.CONTACTS_READ,
        P.CONVERSATIONS_READ,
        P.STORES_READ,
        P.COMMERCE_READ,
        P.ANALYTICS_READ,
        P.SEGMENTS_READ,
    }
    assert tenants.ROLES[tenants.Role.ANALYST] == everybody
    assert tenants.ROLES[tenants.Role.AGENT] == everybody | {
        P.CONTACTS_WRITE,
        P.CONTACTS_PERSONAL,
        P.CONVERSATIONS_WRITE,
    }
    assert tenants.ROLES[tenants.Role.COMPLIANCE] == everybody | {
        P.CONTACTS_WRITE,
        P.CONTACTS_PERSONAL,
        P.PRIVACY_READ,
        P.PRIVACY_WRITE,
        P.AUDIT_READ,
        P.IMPORTS_READ,
    }


def test_permissions_read_resource_action() -> None:
    assert all(re.fullmatch(r"[a-z]+:[a-z]+", permission) for permission in P)


def test_the_catalogue_has_one_form_and_no_doubles() -> None:
    names = [kind.name for kind in tenants.CATALOGUE]
    assert len(names) == len(set(names))
    for kind in tenants.CATALOGUE:
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", kind.name), kind.name
        assert all(re.fullmatch(r"[a-z_]+", ref) for ref in kind.refs), kind.name
        assert len(kind.refs) == len(set(kind.refs)), kind.name
        assert re.fullmatch(r"F([1-9]|[1-4][0-9]|5[0-4])", kind.feature), kind.name
        assert kind.says, kind.name


def test_no_event_carries_what_tells_who_a_person_is() -> None:
    personal = {"phone", "email", "name", "username", "wamid", "wa_id", "body", "text", "birthday"}
    assert not {kind.name for kind in tenants.CATALOGUE if personal & set(kind.refs)}


@pytest.mark.parametrize(
    ("kind", "refs"),
    [("message.invented", {}), ("message.received", {"phone": "1"}), ("contact.tagged", {"x": ""})],
)
async def test_only_what_stands_in_the_catalogue_is_recorded(
    house: House, kind: str, refs: dict[str, str]
) -> None:
    made = await found()

    @database.unit_of_work
    async def record() -> None:
        await events.record(Event(kind, refs))

    with tenancy.acting_for(made.tenant_id), pytest.raises(Invalid):
        await record()
