"""Numbers typed into a bench: read as meant, or refused in one line that says where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fields.types import FieldError
from core.learn.typed_numbers import (
    MOST,
    nudged,
    read_number,
    read_numbers,
    read_rows,
    read_whole,
    show_number,
    show_rows,
)

NUMBERS = st.integers(-(10**9), 10**9).map(lambda number: number / 1_000)
TABLES = st.integers(1, 8).flatmap(
    lambda wide: st.lists(st.lists(NUMBERS, min_size=wide, max_size=wide).map(tuple), min_size=1, max_size=8).map(tuple)
)


@given(TABLES)
def test_rows_are_read_as_they_are_shown(rows):
    assert read_rows(show_rows(rows), 8) == rows
    assert read_rows(str([list(row) for row in rows]), 8) == rows
    assert read_rows("\n".join(", ".join(map(str, row)) for row in rows), 8) == rows


@given(NUMBERS)
def test_a_number_is_read_as_it_is_shown(number):
    assert read_number(show_number(number)) == number


@pytest.mark.parametrize("text", ["0 1 / 2 3", "0,1;2,3", "[[0, 1], [2, 3]]", " 0 1 /\t2 3 / ", "0 1\n2 3\n"])
def test_rows_in_every_usual_spelling(text):
    assert read_rows(text, 8) == ((0, 1), (2, 3))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 2 / 3 4 5", "row 2 has 3 numbers, row 1 has 2"),
        ("1 2 / 3", "row 2 has 1 number, row 1 has 2"),
        ("1 2 / 3 x", "row 2: 'x' is not a number"),
        ("1 2 3 4 5 6 7 8 9", "row 1 has 9 numbers, more than 8"),
        ("1/" * 9, "has more than 8 rows"),
        ("", "type its rows, separated by slashes: 0 1 / 2 3"),
        ("[[]]", "type its rows, separated by slashes: 0 1 / 2 3"),
        ("1 inf", "row 1: expected numbers from -1,000,000 to 1,000,000, not 'inf'"),
        ("1 2e6", "row 1: expected numbers from -1,000,000 to 1,000,000, not '2e6'"),
    ],
)
def test_rows_that_cannot_be_read_say_where(text, said):
    with pytest.raises(FieldError) as error:
        read_rows(text, 8)
    assert str(error.value) == said


@pytest.mark.parametrize(
    ("text", "said"), [("", "expected one number, not an empty text"), ("1 2", "expected one number, not 2")]
)
def test_one_number_is_one(text, said):
    with pytest.raises(FieldError) as error:
        read_number(text)
    assert str(error.value) == said


@pytest.mark.parametrize("text", ["", "0", "9", "1.5", "-1", "x", "1 2", "1" * 5_000])
def test_a_whole_number_has_bounds(text):
    with pytest.raises(FieldError, match="expected a whole number from 1 to 8"):
        read_whole(text, 1, 8)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused_in_one_line(text):
    refused = []
    for read in (read_number, read_numbers, lambda text: read_rows(text, 8), lambda text: read_whole(text, 0, 4)):
        try:
            read(text)
        except FieldError as error:
            refused.append(str(error))
    assert all(said.isprintable() for said in refused)


def test_a_number_changes_by_keys_without_traces_of_binary_fractions():
    text = "0"
    for _ in range(3):
        text = nudged(text, 0.1)
    assert text == "0.3"
    assert [nudged("-1", 1), nudged("\u22122", 1), nudged("x", 1), nudged("", 1)] == ["0", "-1", "x", ""]
    assert nudged(str(MOST), 1) == str(MOST)
