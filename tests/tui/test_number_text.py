"""Numbers as the walk shows them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.formatting import show_digits
from core.inspection.activations import Spread
from tui.number_text import spread_text, table_numbers

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3.41234, "3.412"),
        (19.0, "19"),
        (-0.0, "0"),
        (-1.2e-5, "-1.2e-5"),
        (1.5e12, "1.5e+12"),
        (NAN, "NaN"),
        (INF, "\u221e"),
        (-INF, "-\u221e"),
    ],
)
def test_a_number_in_a_sentence(value, expected):
    assert show_digits(value) == expected


def test_fewer_digits_where_there_is_less_room():
    assert show_digits(3.41234, 3) == "3.41"


@pytest.mark.parametrize(
    ("values", "width", "expected"),
    [
        ([19.0, 25.0, 0.0, -3.0], 6, ["19", "25", "0", "-3"]),
        ([0.5, -0.25, 0.0], 6, ["0.500", "-0.250", "0"]),
        ([0.5, -0.25], 5, ["0.50", "-0.25"]),
        ([0.5, -0.25], 4, [".50", "-.25"]),
        ([0.5, -12.25], 4, ["0", "-12"]),
        ([0.5, 12.25], 4, ["0.5", "12.2"]),
        ([NAN, INF, 0.5], 4, ["NaN", "\u221e", "0.50"]),
        ([-0.0, -0.0001], 6, ["0", "-0.000"]),
        ([1.5, 123456.0], 4, ["2", "1e5"]),
        ([], 4, []),
    ],
)
def test_numbers_of_a_table_have_as_many_decimals_as_fit(values, width, expected):
    assert table_numbers(values, width) == expected


@given(st.lists(st.floats(width=32), max_size=9), st.integers(5, 9))
def test_no_number_is_wider_than_its_cell(values, width):
    assert all(len(text) <= width for text in table_numbers(values, width))


@given(st.lists(st.floats(-999, 999), min_size=1, max_size=9))
def test_a_table_says_no_more_than_half_a_last_digit_wrong(values):
    texts = table_numbers(values, 7)
    for value, text in zip(values, texts, strict=True):
        assert abs(float(text) - value) <= 0.5001 * 10 ** -len(text.partition(".")[2]) or text == "0"


def test_what_is_told_of_values():
    assert spread_text(Spread.of(np.array([0.0, 3.0, 1.0, 0.0]))) == "0 to 3, mean 1, 50.0% zeros"
    assert spread_text(Spread.of(np.array([0.3333]))) == "0.3333"
    assert spread_text(Spread.of(np.array([NAN, NAN]))) == "only NaN and infinity: 2 of 2"
    assert spread_text(Spread.of(np.zeros(0))) == "no values"
