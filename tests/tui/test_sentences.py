"""Sentences that are put together: one mark at each end, a place once, and no plural of one."""

import re
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.diagnosis.problems import architecture_problems
from core.events import Progress, Started
from core.formatting import show_amount
from core.network.architecture import Architecture
from core.network.explanation import parameter_line
from core.network.layers import Dense, Flatten
from core.network.summary import summarize
from core.plan.plan import EarlyStopping, Plan
from core.presets import Preset
from core.sentences import after_place, clauses, sentence
from core.training.early_stopping import EarlyStopper, EarlyStopState
from tests.core.generated import architectures, instances
from tui.builder.totals import _problem, _totals
from tui.cli.commands import summary as summary_command
from tui.output import Output
from tui.train import messages

THINGS = (
    "answers|biases|channels|classes|epochs|examples|features|files|filters|kernels|layers|mistakes|numbers|params"
    "|parameters|pixels|regularizers|runs|statistics|steps|units|values|weights"
)
ODD = re.compile(
    rf"\b1 (?:(?:hidden|more|other|training) )*(?:{THINGS})\b"  # a plural of one
    r"|\?[.;]|\.\.(?!\.)|[;:] ?[;:]|\blayer (\d+)\b[^;]*: layer \1\b"
)
"""What no message may look like."""


@pytest.mark.parametrize(
    ("number", "thing", "said"),
    [
        (1, "bias", "1 bias"),
        (2, "bias", "2 biases"),
        (0, "class", "0 classes"),
        (1, "batch", "1 batch"),
        (12_345, "batch", "12,345 batches"),
        (3, "entry", "3 entries"),
        (3, "day", "3 days"),
        (1, "epoch", "1 epoch"),
        (3, "epoch", "3 epochs"),
    ],
)
def test_amounts(number: int, thing: str, said: str) -> None:
    assert show_amount(number, thing) == said


def test_a_sentence_ends_once() -> None:
    assert [sentence(text) for text in ("so", "so.", "did you mean Dice?", "wait \u2026", "")] == [
        "so.",
        "so.",
        "did you mean Dice?",
        "wait \u2026",
        "",
    ]


def test_clauses_are_joined_once() -> None:
    assert clauses("one", "", "two") == "one; two"
    assert clauses("no preset; did you mean lenet-5?", "no run") == "no preset; did you mean lenet-5? No run"
    assert clauses("", "one") == "one"


def test_a_place_is_told_once() -> None:
    assert after_place(6, "Dense 10 is too small") == "layer 6: Dense 10 is too small"
    assert after_place(6, "layer 6 (Dense 10) is too small") == "layer 6 (Dense 10) is too small"
    assert after_place(6, "layer 60 (Dense 10) feeds it") == "layer 6: layer 60 (Dense 10) feeds it"
    assert after_place(0, "a size is missing") == "input: a size is missing"
    assert after_place(0, "the input is 227x227x3") == "the input is 227x227x3"
    assert after_place(None, "nothing is trained") == "nothing is trained"


def printed(preset: Preset) -> str:
    stream = StringIO()
    summary_command.show(preset, summarize(preset.architecture), Output(stream))
    return stream.getvalue()


@settings(max_examples=100)
@given(architectures(wide=False), instances(Plan))
def test_whatever_is_said_of_an_architecture_is_said_well(architecture: Architecture, plan: Plan) -> None:
    summary = summarize(architecture)
    said = [printed(Preset("net", architecture, plan))]
    for row in summary.rows:
        if row.facts:
            said += [parameter_line(row.facts), *row.facts.notes]
    for problem in architecture_problems(architecture, plan, summary):
        said.append("".join(part if isinstance(part, str) else part[0] for part in _problem(problem)))
        said.append(problem.cause)
    said += [part if isinstance(part, str) else part[0] for part in _totals(summary.totals, whole=True, short=False)]
    for text in said:
        for line in text.splitlines():
            assert not ODD.search(line), line


@given(st.integers(1, 2), st.integers(1, 2), st.integers(1, 2))
def test_a_training_of_one_is_told_in_the_singular(examples: int, epochs: int, steps: int) -> None:
    started = Started("cpu", examples, examples, 0, steps, 1, 0, epochs, 0.001, 1.0)
    progress = Progress(1, epochs, 1, 1, steps, 1.0, 0.5, 0.001, 90.0, None, None)
    watch = EarlyStopper(EarlyStopping(), EarlyStopState(0.5, 1, 1, epochs))
    for text in (messages.beginning("net", started), *messages.progress_details(progress, live=False), watch.reason):
        assert not re.search(r"(?<![,\d])1 (?!examples/s)[a-z]+s\b", text), text


def test_one_unit_has_one_bias() -> None:
    preset = Preset("net", Architecture((2, 2, 1), (Flatten(), Dense(1))))
    assert "5 params = 4 weights + 1 bias" in printed(preset)
