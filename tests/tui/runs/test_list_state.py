"""The order, the filter and the marks of a list of runs."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.runs.record import Label, Metrics, Run
from tui.runs.list_state import RunListState


def run(number: int, name: str = "run", best: float | None = None) -> Run:
    return Run(
        f"2023-{name}-{number:05}",
        Label(name),
        "net",
        "finished",
        number,
        "CPU",
        Metrics(epochs=1, best_val_accuracy=best),
    )


def shelf(*runs: Run) -> RunListState:
    made = RunListState()
    made.take(sorted(runs, key=lambda run: run.begun, reverse=True))
    return made


def test_figures_begin_with_the_highest_and_words_with_the_first():
    made = shelf(run(1, "b", 0.9), run(2, "a", 0.8), run(3, "c"))
    made.sort("best")
    assert [run.label.name for run in made.shown] == ["b", "a", "c"]
    made.sort("best")
    assert [run.label.name for run in made.shown] == ["a", "b", "c"], "what is not known is last either way"
    made.sort("name")
    assert [run.label.name for run in made.shown] == ["a", "b", "c"]
    assert not made.descending


def test_of_equals_the_newest_comes_first():
    made = shelf(run(1, "a"), run(3, "a"), run(2, "b"))
    made.sort("name")
    assert [run.begun for run in made.shown] == [3, 1, 2]


def test_a_filter_stays_when_runs_come_and_order_changes():
    made = shelf(run(1, "lenet"), run(2, "dense"))
    made.query = "lenet"
    made.take((run(4, "lenet"), *made.runs))
    made.sort("name")
    assert [run.begun for run in made.shown] == [4, 1]
    made.query = "  "
    assert len(made.shown) == 3


def test_marks_are_in_the_order_of_marking_and_go_with_their_runs():
    made = shelf(run(1), run(2), run(3))
    for begun in (2, 3, 1):
        made.mark([run(begun).id], on=True)
    made.sort("name")
    made.query = "nothing fits"
    assert [run.begun for run in made.marked] == [2, 3, 1]
    made.take([replace(run(1), state="stopped"), run(2)])
    assert [run.state for run in made.marked] == ["finished", "stopped"]
    made.mark([run(2).id], on=False)
    assert [run.begun for run in made.marked] == [1]


@given(st.lists(st.sampled_from(["name", "best", "begun", "state"]), max_size=6), st.sets(st.integers(0, 20)))
def test_no_sorting_loses_a_run(columns, numbers):
    made = shelf(*(run(number, f"n{number % 3}", number / 20 if number % 2 else None) for number in numbers))
    for column in columns:
        made.sort(column)
    assert {run.begun for run in made.shown} == numbers
