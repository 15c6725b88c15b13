"""Ids sort by their time and come back from their outside form; the clock is one and moves."""

from __future__ import annotations

import string
import uuid
from datetime import UTC, datetime, timedelta, timezone
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import clock, ids
from kernel.errors import Invalid

# Up to the year 10889, where a uuid7's 48 bits of milliseconds end.
times = st.integers(min_value=0, max_value=(1 << 48) * 1000 - 1)
row_ids = st.integers(min_value=0, max_value=(1 << 128) - 1).map(lambda number: f"{number:032x}")
kinds = st.text(string.ascii_lowercase, min_size=1, max_size=24)


def _made_at(at: int) -> str:
    with patch.object(clock, "now", return_value=at):
        return ids.new_id()


@given(times, times)
def test_ids_sort_by_the_time_at_which_they_were_made(one: int, other: int) -> None:
    earlier, later = sorted((one, other))
    if earlier != later:
        assert _made_at(earlier) < _made_at(later)


@given(times)
def test_an_id_is_a_uuid7_of_its_millisecond(at: int) -> None:
    made = _made_at(at)
    assert len(made) == 32
    assert made == made.lower()
    read = uuid.UUID(made)
    assert (read.version, read.variant) == (7, uuid.RFC_4122)
    assert int(made[:12], 16) == at // 1000
    assert ids.first_at(at) <= made
    assert at < 1000 or ids.first_at(at) > _made_at(at - 1000)


def test_ids_made_at_one_time_differ_and_sort_as_they_were_made() -> None:
    with patch.object(clock, "now", return_value=1_794_000_000_000_000):
        made = [ids.new_id() for _ in range(10_000)]
    assert made == sorted(set(made))


@given(kinds, row_ids)
def test_an_id_comes_back_from_its_outside_form(kind: str, row_id: str) -> None:
    shown = ids.show(kind, row_id)
    assert ids.read(kind, shown) == row_id
    assert ids.read_any(shown) == (kind, row_id)


@given(row_ids, row_ids)
def test_no_two_ids_look_the_same_outside(one: str, other: str) -> None:
    assert (ids.show("tag", one) == ids.show("tag", other)) == (one == other)


@given(
    st.one_of(
        st.text(max_size=40),
        st.from_regex(r"[a-z]{1,24}_[0-9A-Za-z]{22}", fullmatch=True),
        st.from_regex(r"contact_[0-9A-Za-z]{20,24}", fullmatch=True),
    )
)
def test_any_text_is_an_id_or_is_refused_with_a_code(text: str) -> None:
    try:
        shown = ids.show(*ids.read_any(text))
    except Invalid as error:
        shown = f"{error.code}: {error.message}"
    assert shown in (text, "BAD_ID: That is not an id of ours.")


def test_an_id_of_another_kind_is_refused() -> None:
    shown = ids.show("contact", ids.new_id())
    with pytest.raises(Invalid, match="the id of a contact; a tag is wanted") as caught:
        ids.read("tag", shown)
    assert caught.value.code == "BAD_ID"


@given(times)
def test_a_time_comes_back_from_its_datetime(at: int) -> None:
    at %= 253_402_300_800_000_000  # datetime ends with the year 9999
    assert clock.micros(clock.moment(at)) == at
    assert clock.moment(at).tzinfo is UTC


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        clock.micros(datetime(2026, 11, 21))
    zoned = datetime(2026, 11, 21, 12, tzinfo=timezone(timedelta(hours=8)))
    assert clock.moment(clock.micros(zoned)) == zoned


def test_the_clock_moves_and_is_set_right() -> None:
    before = clock.now()
    try:
        clock.move(3 * clock.HOUR)
        clock.move(-clock.HOUR)
        assert 2 * clock.HOUR <= clock.now() - before < 2 * clock.HOUR + clock.MINUTE
    finally:
        clock.reset()
    assert 0 <= clock.now() - before < clock.MINUTE
