from __future__ import annotations

import asyncio
from typing import Any

import pytest

import tenants
from kernel import keys, tenancy
from kernel.errors import Conflict, Invalid, NotAllowed
from tests import stored
from tests.conftest import House
from tests.tenants.make import EMAIL, PASSWORD, add, count, events_of, found


async def test_a_tenant_and_its_owner_stand_as_they_were_given(house: House) -> None:
    made = await found()

    with tenancy.acting_for(made.tenant_id):
        settings = await tenants.read_settings()
        people = await tenants.list_people()
    assert (settings.id, settings.name, settings.state) == (made.tenant_id, "Costa Clara", "active")
    assert (settings.country, settings.locale, settings.currency) == ("ES", "es-ES", "EUR")
    assert (settings.time_zone, settings.holidays, settings.signature) == (
        "Europe/Madrid",
        "ES",
        "",
    )
    assert settings.business_hours == {
        day: [("09:00", "18:00")] for day in ("mon", "tue", "wed", "thu", "fri")
    }
    assert people == [
        tenants.PersonRow(made.person_id, "Marta Vidal", tenants.Role.OWNER, "active")
    ]
    assert await events_of(made.tenant_id) == ["tenant.founded", "person.joined"]


async def test_neither_name_nor_address_stands_in_clear(house: House) -> None:
    made = await found()

    account = await stored.row("SELECT * FROM account")
    person = await stored.row("SELECT * FROM person WHERE tenant_id = $1::uuid", made.tenant_id)
    assert account
    assert person
    for value in (*account.values(), *person.values()):
        text = value if isinstance(value, bytes) else str(value).encode()
        assert b"costa" not in text.lower()
        assert b"Marta" not in text
    sealed = keys.platform().open_text("account.email", account["id"], account["email_sealed"])
    assert sealed == EMAIL


@pytest.mark.usefixtures("heavy_hashes")
async def test_passwords_are_hashed_as_owasp_asks_at_least(house: House) -> None:
    await found()

    account = await stored.row("SELECT password_hash FROM account")
    assert account
    assert account["password_hash"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "   "),
        ("name", "x" * 101),
        ("name", "a\0b"),
        ("name", "a\udc00b"),
        ("name", "a\x1bb"),
        ("country", "XX"),
        ("country", "ESP"),
        ("locale", "es_ES"),
        ("locale", "xx-YY"),
        ("locale", "../es"),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "Asia"),
        ("currency", "DEM"),
        ("currency", "euro"),
        ("holidays", "Spain"),
        ("holidays", "XX-1"),
        ("signature", "x" * 1001),
        ("owner_email", "owner@costa"),
        ("owner_email", "a b@costa.example"),
        ("owner_email", "@costa.example"),
        ("owner_email", "x" * 250 + "@costa.example"),
        ("owner_name", ""),
        ("password", "short"),
        ("password", "aaaaaaaaaaaaaaaa"),
        ("password", "x1y2z" * 41),
    ],
)
async def test_a_bad_field_is_named_and_nothing_is_made(
    house: House, field: str, value: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await found(**{field: value})

    assert caught.value.field == (field,)
    assert value not in caught.value.message or not value.strip()
    assert [await count(table) for table in ("tenant", "account", "person", "outbox")] == [0] * 4


async def test_values_are_brought_into_one_form(house: House) -> None:
    made = await found(
        name="  Costa \n Clara ", country="es", locale="ZH-tw", currency="eur", holidays="es-ct"
    )

    with tenancy.acting_for(made.tenant_id):
        settings = await tenants.read_settings()
    assert settings.name == "Costa Clara"
    assert (settings.country, settings.locale) == ("ES", "zh-Hant-TW")
    assert (settings.currency, settings.holidays) == ("EUR", "ES-CT")


async def test_an_account_founds_a_second_tenant_only_with_its_password(house: House) -> None:
    first = await found()
    with pytest.raises(NotAllowed) as caught:
        await found(name="Other", password="another good password")
    assert caught.value.code == "BAD_CREDENTIALS"
    assert await count("tenant") == 1

    second = await found(name="Other", owner_email="OWNER@Costa.Example")

    assert await count("account") == 1
    assert second.person_id != first.person_id
    assert [seat.tenant_name for seat in await tenants.seats_of(EMAIL)] == ["Costa Clara", "Other"]


async def test_one_address_signed_up_twice_at_once_has_one_account(house: House) -> None:
    results = await asyncio.gather(
        *(found(name=f"House {number}") for number in range(4)), return_exceptions=True
    )

    refused = [result for result in results if isinstance(result, BaseException)]
    assert all(isinstance(one, Conflict) and one.code == "EMAIL_TAKEN" for one in refused)
    assert await count("account") == 1
    assert await count("tenant") == await count("person") == 4 - len(refused)


async def test_a_person_is_added_once(house: House) -> None:
    made = await found()
    agent = await add(made.tenant_id, "agent@costa.example", "agent")

    with pytest.raises(Conflict) as caught:
        await add(made.tenant_id, "Agent@COSTA.example", "admin")

    assert (caught.value.code, caught.value.field) == ("ALREADY_HERE", ("email",))
    with tenancy.acting_for(made.tenant_id):
        people = await tenants.people_by_ids([agent])
    assert people[agent].role == "agent"
    assert (await events_of(made.tenant_id)).count("person.joined") == 2


async def test_the_same_person_added_at_once_is_there_once(house: House) -> None:
    made = await found()
    await add(made.tenant_id, "known@costa.example", "agent")
    other = await found(name="Other", owner_email="owner@other.example")

    results = await asyncio.gather(
        *(add(other.tenant_id, "known@costa.example", "agent") for _ in range(5)),
        return_exceptions=True,
    )

    assert [isinstance(one, Conflict) for one in results].count(True) == 4
    with tenancy.acting_for(other.tenant_id):
        assert len(await tenants.list_people()) == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"name": ""}, "name"),
        ({"role": "boss"}, "role"),
        ({"password": None}, "password"),
        ({"password": "1234567"}, "password"),
    ],
)
async def test_a_bad_person_is_refused(house: House, changes: dict[str, Any], field: str) -> None:
    made = await found()
    given = {"email": "new@costa.example", "name": "Nil", "role": "agent", "password": PASSWORD}

    with tenancy.acting_for(made.tenant_id), pytest.raises(Invalid) as caught:
        await tenants.add_person(**{**given, **changes})

    assert caught.value.field == (field,)
    assert await count("person") == 1
