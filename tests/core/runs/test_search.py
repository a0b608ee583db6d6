"""Runs are put in order and searched as a person would by hand."""

from math import nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.runs.record import Label, Metrics, Run, RunError, RunState
from core.runs.search import COLUMNS, Searchable, matching, ordered
from tests.core.generated import texts


def run(
    name: str = "run",
    key: str = "abcde",
    *,
    note: str = "",
    tags: tuple[str, ...] = (),
    state: RunState = "finished",
    begun: float = 1.0,
    device: str = "CPU",
    architecture: str = "LeNet-5",
    **figures: Any,
) -> Run:
    made = Metrics(**figures)
    return Run(f"20260102-030405-x-{key}", Label(name, note, tags), architecture, state, begun, device, made)


shares = st.none() | st.floats(0, 1)
runs = st.builds(
    run,
    texts() | st.sampled_from(["lenet-5", "lenet-10", "LeNet-9", "7", "9" * 30]),
    note=texts(),
    tags=st.lists(texts(), max_size=3).map(tuple),
    state=st.sampled_from(["running", "finished", "damaged"]),
    begun=st.floats(0, 4e9),
    params=st.integers(0, 10**12),
    epochs=st.integers(0, 30),
    best_val_accuracy=shares,
    test_accuracy=shares | st.just(nan),
)


# In order


@given(st.lists(runs, max_size=12), st.sampled_from(sorted(COLUMNS)), st.booleans())
def test_every_column_puts_all_runs_in_an_order_that_holds(told: list[Run], column: str, descending: bool) -> None:
    found = ordered(told, column, descending)
    assert sorted(map(id, found)) == sorted(map(id, told))
    assert ordered(found, column, descending) == found
    numbers = [COLUMNS[column](each) for each in found if each.state != "damaged"]
    present = [number for number in numbers if isinstance(number, int | float) and number == number]  # noqa: PLR0124
    assert present == sorted(present, reverse=descending)


@pytest.mark.parametrize("descending", [False, True])
def test_equal_runs_stay_and_missing_values_come_last(descending: bool) -> None:
    better, same, also, none, bad = (
        run("better", test_accuracy=0.99),
        run("same", test_accuracy=0.9),
        run("also", test_accuracy=0.9),
        run("none"),
        run("bad", test_accuracy=nan),
    )
    found = ordered([none, same, better, bad, also], "test", descending)
    assert found == ((better, same, also, none, bad) if descending else (same, also, better, none, bad))


def test_names_are_in_the_order_of_their_numbers() -> None:
    names = ["LeNet-9", "lenet-10", "Lenet-100", "mlp 2", "mlp 2b", "mlp 10", "Über"]
    assert [each.name for each in ordered([run(name) for name in reversed(names)], "name")] == names


def test_of_a_damaged_run_nothing_but_name_and_state_counts() -> None:
    known: dict[str, Any] = {"best_val_accuracy": 0.1, "last_val_accuracy": 0.1, "test_accuracy": 0.1}
    known |= {"final_train_accuracy": 0.2}
    damaged, small = run("damaged", note="z", state="damaged", **known), run("small", note="a", begun=0.0, **known)
    for column in COLUMNS.keys() - {"name", "state"}:
        assert ordered([damaged, small], column, descending=True) == (small, damaged)
    assert ordered([small, damaged], "name") == ordered([small, damaged], "state") == (damaged, small)


def test_a_column_that_is_none_is_refused() -> None:
    with pytest.raises(RunError, match=r"parms: no such column; did you mean params\?"):
        ordered([], "parms")


# Searched

LENET = run("First try", "k3x7p", note="lr too high", tags=("Baseline", "gpu"), params=61_706, epochs=10, seconds=59.6)
MLP = run(
    "MLP wide",
    "m9q2r",
    architecture="784-500-10",
    state="failed",
    device="NVIDIA H100",
    params=397_510,
    epochs=3,
    seconds=7200.0,
    best_val_accuracy=0.9812,
    last_val_accuracy=0.57,
    test_accuracy=0.97,
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", (LENET, MLP)),
        ("  ", (LENET, MLP)),
        ("first", (LENET,)),
        ("FIRST try", (LENET,)),
        ("try first", (LENET,)),
        ("first wide", ()),
        ("lenet", (LENET,)),
        ("500-10", (MLP,)),
        ("high", (LENET,)),
        ("failed", (MLP,)),
        ("h100", (MLP,)),
        ("k3x", (LENET,)),
        ("20260102", ()),
        ("baseline", (LENET,)),
        ("#base", (LENET,)),
        ("#GPU", (LENET,)),
        ("#try", ()),
        ("#", (LENET,)),
        ("gpulr", ()),
        ("params<100k", (LENET,)),
        ("params<=61706", (LENET,)),
        ("params<61,706", ()),
        ("params=61.7k", (LENET,)),
        ("params>0.39m", (MLP,)),
        ("PARAMS>0.39M", (MLP,)),
        ("best>0.98", (MLP,)),
        ("best>98%", (MLP,)),
        ("best>98", (MLP,)),
        ("best=0.98", (MLP,)),
        ("best=98.1%", (MLP,)),
        ("best=0.982", ()),
        ("best>=1", ()),
        ("last>=57%", (MLP,)),
        ("last<=57%", (MLP,)),
        ("test>=97%", (MLP,)),
        ("test<0.97", ()),
        ("epochs=10", (LENET,)),
        ("epochs=1", ()),
        ("time<60", (LENET,)),
        ("time=60", (LENET,)),
        ("time>1h", (MLP,)),
        ("time>=120min", ()),
        ("time>=120m", (MLP,)),
        ("epochs>", (LENET, MLP)),
        ("epochs>=", (LENET, MLP)),
        ("epochs", ()),
        ("epochs>x", ()),
        ("epochs<5%", ()),
        ("params>1.2.3", ()),
        ("best>0.9 failed #gpu", ()),
        ("best>0.9 failed wide", (MLP,)),
    ],
)
def test_a_query_means_these_runs(query: str, found: tuple[Run, ...]) -> None:
    assert matching((LENET, MLP), query) == found


def test_what_was_never_measured_fits_no_comparison() -> None:
    for query in ("best<1", "best>=0", "test<1", "last<1"):
        assert matching([LENET, run(state="damaged")], query) == ()
    assert matching([run(state="damaged")], "params<10") == ()


def test_a_word_that_is_no_comparison_is_text() -> None:
    odd = run("try best>x and a=b")
    assert matching([odd, LENET], "best>x") == matching([odd, LENET], "a=b") == (odd,)


@given(st.lists(runs, max_size=8), st.text(st.sampled_from("abes t<>=#.,0917%kp\n"), max_size=12) | texts())
def test_more_words_never_mean_more_runs(told: list[Run], query: str) -> None:
    searchable = Searchable(told)
    found = searchable.matching(query)
    assert [each for each in told if any(each is one for one in found)] == list(found)
    words = query.split()
    assert len(found) <= len(searchable.matching(" ".join(words[:-1])))


@given(st.lists(runs, max_size=8), st.sampled_from(["params", "best", "test", "time"]), st.floats(0.01, 1))
def test_the_comparisons_share_out_what_is_known(told: list[Run], column: str, bound: float) -> None:
    number = f"{bound:.3f}"
    values = [COLUMNS[column](each) for each in told if each.state != "damaged"]
    below, above = (len(matching(told, f"{column}{sign}{number}")) for sign in ("<", ">="))
    assert below + above == sum(value is not None and value == value for value in values)  # noqa: PLR0124  # not NaN


def test_a_name_with_markup_is_found_as_it_is_written() -> None:
    odd = replace(LENET, label=Label("[bold]x[/] \\d+ (", "", ()))
    assert matching([odd, LENET], "[bold] \\d+ (") == (odd,)
