"""The search box finds people by keyed pieces of names and numbers, in any script (F13, F50)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

import contacts
from contacts import ContactFilter
from contacts.search import pieces_of_name, pieces_of_phone
from kernel import keys
from kernel.ids import Id
from tests import stored
from tests.conftest import House
from tests.contacts.acquaintance import AMINA, AMINA_ID, acting, meet, meet_together, seen
from tests.flows.town import make_tenant

# A name; what finds it; what does not: parts from within, and single letters.
NAMES = {
    "Latin": ("María-José Núñez", ["ma", "MARÍA", "josé", "nú", "jose nunez"], ["ñez", "m"]),
    "Cyrillic": ("Алёна Жукова", ["ал", "АЛЁНА", "жукова алёна"], ["укова", "а"]),
    "Greek": ("Ελένη Παπαδοπούλου", ["ελ", "ΠΑΠΑΔΟΠΟΎΛΟΥ", "παπαδοπουλου"], ["δοπούλου"]),
    "Arabic": ("أمينة الزهراء", ["أم", "أمينة", "الزهراء"], ["مينة", "زهراء"]),
    "Hebrew": ("שרה כהן", ["שר", "כהן שרה"], ["רה"]),
    "Devanagari": ("मीरा शर्मा", ["मी", "मीरा", "शर्मा"], ["रा", "र्मा"]),
    "Chinese": ("王小明", ["王小", "小明", "王小明"], ["王明", "明"]),
    "Japanese": ("さくら たなか", ["さく", "くら", "たなか"], ["さら"]),
    "Korean": ("김민수", ["김민", "민수", "김민수"], ["김수"]),
    "Thai": ("สมชาย ใจดี", ["สม", "ชาย", "ใจดี"], ["สย"]),
    "Turkish": ("Şebnem Işık", ["şe", "ışık", "ŞEBNEM", "isik sebnem"], ["bnem"]),
    "two scripts": ("王 Xiaoming", ["xiao", "Xiaoming"], ["ming"]),
}


@pytest.fixture
async def tenant_id(house: House) -> Id:
    return await make_tenant()


@pytest.fixture(autouse=True)
def for_tenant(tenant_id: Id) -> Iterator[None]:
    with acting(tenant_id):
        yield


async def found(text: str) -> list[Id]:
    """Whom the search box finds."""
    wanted = ContactFilter(search_tokens=contacts.search_tokens(text))
    page = await contacts.contact_page(wanted, "ASC", None, 50)
    assert await contacts.count_contacts(wanted) == len(page)
    return [row["id"] for row in page]


async def test_a_name_is_found_in_its_script() -> None:
    people = {}
    for number, (name, _, _) in enumerate(NAMES.values()):
        (people[name],) = await meet(seen(1, f"44770090{number:04}", name=name))
    for script, (name, finds, misses) in NAMES.items():
        for text in finds:
            assert await found(text) == [people[name]], (script, text)
        for text in misses:
            assert people[name] not in await found(text), (script, text)
    rows = await stored.rows("SELECT token FROM contact_search")
    assert {len(row["token"]) for row in rows} == {17}


async def test_a_number_is_found_by_its_end() -> None:
    amina, other = await meet(seen(1, AMINA, AMINA_ID), seen(1, "5511987650122"))
    for text in ("0122", "900122", "+44 7700 900122", "447700900122", "(7700) 900-122"):
        assert amina in await found(text), text
    assert await found("0122") == [amina, other]
    assert await found("900122") == [amina]
    assert await found("٩٠٠١٢٢") == [amina], "as digits are typed in Arabic"
    assert await found("９００１２２") == [amina]
    for text in ("122", "4477", "7700", "447700900123", "", "   ", "-", "\U0001f44b", "%"):
        assert await found(text) == [], text


async def test_all_words_must_be_there() -> None:
    (one,) = await meet(seen(1, AMINA, name="Amina Said"))
    (other,) = await meet(seen(1, "447700900555", name="Amina Khan"))
    assert await found("amina") == [one, other]
    assert await found("khan amina") == [other]
    assert await found("amina nobody") == []
    # A later name finds too, and so does the earlier one: people search for what they remember.
    await meet(seen(5, AMINA, name="Amina Clark"))
    assert await found("clark") == await found("said") == [one]


async def test_a_merge_is_found_under_both_names() -> None:
    one, _ = await meet(seen(1, AMINA, name="Amina"), seen(2, None, AMINA_ID, name="Shop Rose"))
    await meet_together(seen(3, AMINA, AMINA_ID))
    assert await found("amina") == await found("rose") == [one]


async def test_another_tenant_finds_nobody() -> None:
    await meet(seen(1, AMINA, name="Amina"))
    tokens = contacts.search_tokens("amina")
    with acting(await make_tenant("Other")):
        assert await found("amina") == []
        assert contacts.search_tokens("amina") != tokens
        assert await contacts.count_contacts(ContactFilter(search_tokens=tokens)) == 0


@given(st.text(max_size=40))
def test_any_name_has_few_pieces_and_its_words_find_it(name: str) -> None:
    pieces = pieces_of_name(name)
    assert len(pieces) <= 64
    assert all(1 <= len(piece) <= 24 for piece in pieces)


@given(st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True))
def test_a_number_has_five_endings(digits: str) -> None:
    ends = {f"#{digits[-length:]}" for length in range(4, 9) if length <= len(digits)}
    assert pieces_of_phone(digits) == ends


async def test_tokens_are_made_with_the_tenants_key() -> None:
    ((token,),) = contacts.search_tokens("amina")
    assert token == keys.index().token("contact.search", "amina")
