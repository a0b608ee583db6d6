"""Names of runs in few cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from core.runs.names import RunName
from tui.runs.names import fitted_name, name_width


@given(st.text(max_size=20), st.sampled_from(["", "jph5a"]), st.integers(5, 40))
def test_it_fills_its_cells_and_keeps_the_key(name, key, width):
    text = fitted_name(RunName(name, key), width)
    assert cell_len(text) == width
    assert key in text


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (20, "784-500-10 jph5a    "),
        (16, "784-500-10 jph5a"),
        (12, "784-5\N{HORIZONTAL ELLIPSIS} jph5a"),
        (7, "jph5a  "),
        (5, "jph5a"),
    ],
)
def test_the_name_is_what_is_cut(width, text):
    assert fitted_name(RunName("784-500-10", "jph5a"), width) == text


def test_a_name_in_full_has_its_width():
    assert name_width(RunName("784-500-10", "jph5a")) == 16
    assert name_width(RunName("784-500-10")) == 10
