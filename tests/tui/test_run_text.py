"""What stands in the table of runs, and how much room it takes."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from core.runs.record import Label, Metrics, Run
from tui import run_text
from tui.runs.columns import COLUMNS, GAP, MARK, cell, places
from tui.widgets.text import fitted

NOW = time.mktime((2023, 11, 20, 14, 5, 0, 0, 0, -1))


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ((2023, 11, 20, 9, 3, 0, 0, 0, -1), "today 09:03"),
        ((2023, 11, 19, 23, 59, 0, 0, 0, -1), "Nov 19"),
        ((2023, 2, 1, 0, 0, 0, 0, 0, -1), "Feb 1"),
        ((2022, 11, 20, 9, 3, 0, 0, 0, -1), "2022-11-20"),
    ],
)
def test_dates_are_as_short_as_they_can_be(then, said):
    assert run_text.begun(time.mktime(then), NOW) == said


@pytest.mark.parametrize(
    ("done", "planned", "said"),
    [(10, 10, "10"), (3, 10, "3/10"), (12, 10, "12"), (0, 0, "0"), (999, 1000, "999/\u2026"), (2_000_000, 1, "2M")],
)
def test_epochs_tell_how_many_are_left(done, planned, said):
    assert run_text.epochs(Metrics(epochs=done, planned=planned)) == said


def test_how_many_runs_there_are():
    assert run_text.count(1, 1, 0) == "1 run"
    assert run_text.count(12, 10_000, 3) == "12 of 10,000 runs, 3 marked"


@given(st.integers(1, 400))
def test_columns_fill_the_line_and_do_not_overlap(width):
    placed = places(width)
    ends = [place.start + place.width for place in placed]
    assert all(end + GAP == place.start for end, place in zip(ends, placed[1:], strict=False))
    assert all(place.width >= COLUMNS[place.name].width for place in placed)
    if placed:
        assert placed[0].start == MARK
        assert ends[-1] == width
    assert [place.name for place in placed] == [name for name in COLUMNS if name in {place.name for place in placed}]


@given(st.text(max_size=30), st.integers(1, 20), st.booleans())
def test_text_is_made_to_fit_in_cells_not_in_letters(text, width, right):
    assert cell_len(fitted(text, width, right=right)) == width


@given(st.integers(0, 10**9), st.integers(0, 99_999), st.floats(0, 1e6), st.floats(0, 1))
def test_figures_have_room_in_their_columns(params, epochs, seconds, share):
    run = Run(
        "a-b-c",
        Label("a"),
        "lenet",
        "finished",
        1e9,
        "CPU",
        Metrics(params, epochs, epochs + 7, seconds, 0, share, share, 0.1, 0.1, share, 0.1),
    )
    for name in ("params", "epochs", "best", "last", "test", "begun", "state"):
        assert cell_len(cell(name, run, NOW)) <= COLUMNS[name].width
    assert cell_len(cell("time", run, NOW)) <= COLUMNS["time"].width or seconds >= 360_000


def test_of_a_damaged_run_only_name_and_state_are_told():
    run = Run("x", Label("x"), "", "damaged", 0.0, message="is damaged")
    assert {name for name in COLUMNS if cell(name, run, NOW) != "-"} == {"name", "state"}
