"""Who is who: one contact a person, whatever they show and in whatever order (F5, contract 4.2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import contacts
from contacts import Move, Sighting
from kernel import tenancy
from kernel.ids import Id
from tests import stored
from tests.conftest import House
from tests.contacts.acquaintance import (
    AMINA,
    AMINA_ID,
    BRUNO,
    BRUNO_ID,
    acting,
    at_shop,
    known,
    meet,
    meet_together,
    moved,
    name_of,
    seen,
    values,
    whole,
)
from tests.flows.town import make_tenant

NEW, NEW_ID = "447700900555", "GB.1000000000000000555"


@pytest.fixture
async def tenant_id(house: House) -> Id:
    return await make_tenant()


@pytest.fixture(autouse=True)
def for_tenant(tenant_id: Id) -> Iterator[None]:
    with acting(tenant_id):
        yield


# What is shown, one after the other, and who is then known.
ONE_PERSON: dict[str, list[Sighting | Move]] = {
    "a phone": [seen(1, AMINA), seen(2, AMINA)],
    "a user id": [seen(1, None, AMINA_ID), seen(2, None, AMINA_ID)],
    "a phone, then both": [seen(1, AMINA), seen(2, AMINA, AMINA_ID)],
    "a user id, then both": [seen(1, None, AMINA_ID), seen(2, AMINA, AMINA_ID)],
    "both, then each": [seen(1, AMINA, AMINA_ID), seen(2, AMINA), seen(3, None, AMINA_ID)],
    "each, then both": [seen(1, AMINA), seen(2, None, AMINA_ID), seen(3, AMINA, AMINA_ID)],
    "a phone with the user id of each of two portfolios": [
        seen(1, AMINA, AMINA_ID),
        seen(2, AMINA, NEW_ID, scope="portfolio-2"),
        seen(3, AMINA, AMINA_ID),
    ],
    "each later than both, which comes last": [
        seen(8, None, AMINA_ID),
        seen(9, AMINA),
        seen(3, AMINA, AMINA_ID),
    ],
}


@pytest.mark.parametrize("how", ONE_PERSON)
async def test_whatever_is_shown_is_one_person(how: str) -> None:
    for at_once in (False, True):
        if at_once:
            await stored.run("UPDATE contact SET merged_into = NULL")
            for table in ("contact_merge", "contact_search", "identity", "subject", "contact"):
                await stored.run(f"DELETE FROM {table}")
            await meet_together(*ONE_PERSON[how])
        else:
            await meet(*ONE_PERSON[how])
        shown = {
            value
            for one in ONE_PERSON[how]
            if isinstance(one, Sighting)
            for value in (one.phone, one.user_id)
            if value
        }
        assert await values() == [sorted(shown)], how


async def test_who_showed_nothing_in_common_are_two() -> None:
    first, second = await meet(seen(1, AMINA), seen(2, None, BRUNO_ID))
    assert first != second
    assert await values() == sorted([[AMINA], [BRUNO_ID]])
    # The same user id of another portfolio is another person's (contract 4.2).
    (third,) = await meet(seen(3, None, BRUNO_ID, scope="portfolio-2"))
    assert third not in (first, second)


async def test_the_older_contact_stays_and_the_joined_one_leads_to_it() -> None:
    older, younger = await meet(seen(1, AMINA, name="Amina"), seen(2, None, AMINA_ID, name="A."))
    (merge,) = await meet_together(seen(3, AMINA, AMINA_ID))
    assert (merge.survivor_id, merge.merged_id) == (older, younger)
    row = await stored.row(
        "SELECT state, merged_into FROM contact WHERE tenant_id = $1::uuid AND id = $2::uuid",
        tenancy.current(),
        younger,
    )
    assert row == {"state": "merged", "merged_into": older}
    assert await name_of(older) == "A.", "the name told last"
    assert await stored.rows(
        "SELECT survivor_id, merged_id, reason, undone_at FROM contact_merge"
    ) == [
        {
            "survivor_id": older,
            "merged_id": younger,
            "reason": "one sighting showed both ids",
            "undone_at": None,
        }
    ]
    # A chain of merges leads to its end.
    (third,) = await meet(seen(4, None, NEW_ID))
    await meet_together(moved(5, (AMINA, AMINA_ID), (None, NEW_ID)))
    assert third > older
    rows = await stored.rows("SELECT merged_into FROM contact WHERE state = 'merged'")
    assert rows == [{"merged_into": older}, {"merged_into": older}]
    assert await meet(seen(6, AMINA), seen(6, None, AMINA_ID), seen(6, None, NEW_ID)) == [older] * 3


async def test_somebody_changes_their_number() -> None:
    (before,) = await meet(seen(1, AMINA, AMINA_ID))
    (on_the_way,) = await meet(moved(5, (AMINA, AMINA_ID), (NEW, NEW_ID)))
    (since,) = await meet(seen(9, NEW, NEW_ID))
    assert before == on_the_way == since
    assert await known() == [
        [
            ("phone", AMINA, "former"),
            ("phone", NEW, "current"),
            ("whatsapp_user_id", NEW_ID, "current"),
            ("whatsapp_user_id", AMINA_ID, "former"),
        ]
    ]
    # What comes late still finds its person.
    assert await meet(seen(2, AMINA), seen(3, None, AMINA_ID)) == [before, before]
    (identities,) = await whole()
    (left,) = (one for one in identities if one["value"] == AMINA)
    assert left["ended_at"] == seen(5).at


async def test_somebody_changes_their_user_id_alone() -> None:
    (before,) = await meet(seen(1, None, AMINA_ID))
    assert await meet(moved(5, (None, AMINA_ID), (None, NEW_ID)), seen(6, None, NEW_ID)) == [
        before,
        before,
    ]
    assert await known() == [
        [
            ("whatsapp_user_id", NEW_ID, "current"),
            ("whatsapp_user_id", AMINA_ID, "former"),
        ]
    ]


async def test_a_change_of_somebody_unknown_makes_them_known() -> None:
    (person,) = await meet(moved(5, (AMINA, None), (NEW, None)))
    assert await meet(seen(6, NEW), seen(1, AMINA)) == [person, person]
    assert await known() == [[("phone", AMINA, "former"), ("phone", NEW, "current")]]


async def test_a_change_told_without_user_ids() -> None:
    # A user id changes with the number (contract 4.2): the new one is no stranger's.
    (person,) = await meet(seen(1, AMINA, AMINA_ID))
    assert await meet(moved(5, (AMINA, None), (NEW, None)), seen(6, NEW, NEW_ID)) == [
        person,
        person,
    ]


async def test_a_number_that_changed_hands_is_another_persons() -> None:
    (before,) = await meet(seen(1, AMINA, AMINA_ID, name="Amina"))
    (after,) = await meet(seen(9, AMINA, BRUNO_ID, name="Bruno"))
    assert before != after
    assert await values() == sorted([[AMINA_ID], sorted([AMINA, BRUNO_ID])])
    assert await meet(seen(10, AMINA)) == [after], "the phone alone leads to who showed it last"
    assert await meet(seen(2, AMINA, AMINA_ID)) == [before], "what comes late changes nothing"
    assert await values() == sorted([[AMINA_ID], sorted([AMINA, BRUNO_ID])])
    assert (await name_of(before), await name_of(after)) == ("Amina", "Bruno")
    assert await stored.rows("SELECT * FROM contact_merge") == []
    # And back again, with the number under the key of whoever holds it now.
    assert await meet(seen(20, AMINA, AMINA_ID)) == [before]
    (identities,) = [ids for ids in await whole() if AMINA_ID in [one["value"] for one in ids]]
    assert sorted(one["value"] for one in identities) == sorted([AMINA, AMINA_ID])
    assert len({one["subject_id"] for one in identities}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("551187654321", "5511987654321"),  # Brazil's ninth digit
        ("552167654321", "5521967654321"),
        ("5215512345678", "525512345678"),  # Mexico's 1 after the country code
        ("5491123456789", "541123456789"),  # Argentina's 9
    ],
)
async def test_variants_of_a_number_are_one_person(one: str, other: str) -> None:
    (first,) = await meet(seen(1, one))
    assert await meet(seen(2, other)) == [first]
    assert await meet(seen(3, one)) == [first]
    assert [known.contact_id for known in await contacts.find([seen(4, other)]) if known] == [first]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("551134567890", "5511934567890"),  # a landline has no ninth digit
        ("5215512345678", "5215512345679"),
        ("447700900122", "447700900123"),
    ],
)
async def test_other_numbers_are_other_people(one: str, other: str) -> None:
    first, second = await meet(seen(1, one), seen(2, other))
    assert first != second


async def test_a_username_recognises_nobody() -> None:
    first, second = await meet(
        seen(1, AMINA, username="rose"), seen(2, None, BRUNO_ID, username="Rose")
    )
    assert first != second
    assert await contacts.find([seen(3, username="rose")]) == [None]
    # It stands with whoever showed it last, as it was written.
    assert await known() == sorted(
        [
            [("phone", AMINA, "current")],
            [("username", "Rose", "current"), ("whatsapp_user_id", BRUNO_ID, "current")],
        ]
    )


async def test_a_shared_contact_card_tells_the_number_of_who_shared_it() -> None:
    (before,) = await meet(seen(1, None, BRUNO_ID))
    assert await meet(seen(2, BRUNO, BRUNO_ID, source="shared_contact")) == [before]
    (identities,) = await whole()
    assert {one["value"]: one["source"] for one in identities} == {
        BRUNO_ID: "whatsapp",
        BRUNO: "shared_contact",
    }


async def test_finding_makes_nobody() -> None:
    (amina,) = await meet(seen(1, AMINA, AMINA_ID))
    (bruno,) = await meet(seen(1, None, BRUNO_ID))
    found = await contacts.find(
        [seen(2, AMINA), seen(2, None, AMINA_ID), seen(2, NEW), seen(2, AMINA, BRUNO_ID)]
    )
    assert [one and one.contact_id for one in found] == [amina, amina, None, bruno]
    assert len(await values()) == 2


async def test_two_tenants_share_nobody(tenant_id: Id) -> None:
    await meet(seen(1, AMINA, AMINA_ID, name="Amina"))
    with acting(await make_tenant("Other")):
        assert await contacts.find([seen(2, AMINA)]) == [None]
        await meet(seen(3, AMINA))
        assert await values() == [[AMINA]]
    assert await values() == [sorted([AMINA, AMINA_ID])]
    tokens = await stored.rows("SELECT token FROM identity WHERE kind = 'phone'")
    assert len({row["token"] for row in tokens}) == 2, "the same number, another keyed hash"


A_CUSTOMER = {"email": "amina@example.com", "customer": "7100000000001"}

# What a shop tells of one person, piece by piece: e-mail, phone, its own id of them.
FROM_A_SHOP = [
    at_shop(1, email="amina@example.com"),
    at_shop(2, AMINA, email="Amina@Example.com"),
    at_shop(3, customer="7100000000001"),
    at_shop(4, AMINA, name="Amina Diallo", **A_CUSTOMER),
    seen(5, AMINA, AMINA_ID),
]


@pytest.mark.parametrize("turn", range(len(FROM_A_SHOP)))
async def test_a_shop_tells_of_one_person_in_any_order(turn: int) -> None:
    told = FROM_A_SHOP[turn:] + FROM_A_SHOP[:turn]
    await meet(*told)
    assert await values() == [sorted(["7100000000001", AMINA_ID, AMINA, "amina@example.com"])]


async def test_the_same_customer_number_of_two_shops_is_two_people() -> None:
    one, other = await meet(
        at_shop(1, customer="25", store="shop-1"), at_shop(2, customer="25", store="shop-2")
    )
    assert one != other


async def test_who_has_another_user_id_keeps_their_address() -> None:
    """Somebody types another's number: no two people become one by that."""
    amina, bruno = await meet(
        at_shop(1, AMINA, email="amina@example.com"), at_shop(1, BRUNO, email="bruno@example.com")
    )
    await meet(seen(2, AMINA, AMINA_ID), seen(2, BRUNO, BRUNO_ID))
    assert await meet(at_shop(3, BRUNO, email="amina@example.com")) == [bruno]
    assert await values() == sorted(
        [
            sorted([AMINA, AMINA_ID, "amina@example.com"]),
            sorted([BRUNO, BRUNO_ID, "bruno@example.com"]),
        ]
    )
    assert await meet(at_shop(4, email="amina@example.com")) == [amina]
