"""Predicting a network cell by cell: what counts, what is told, and what is kept of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import presets
from core.fields.types import FieldError
from core.learn.exercise import Asked, show_answer
from core.learn.own_network import start
from core.network.architecture import Architecture
from core.network.layers import Conv2D, Flatten
from core.presets import Preset

LENET = presets.load(presets.find("lenet-5"))


def preset(name):
    return presets.load(presets.find(name))


@pytest.mark.parametrize("name", ["lenet-5", "ffnn-10", "mlp-600-100-bn", "keras-convnet", "alexnet"])
def test_every_cell_is_what_the_summary_has(name):
    state = start(preset(name))
    rows = state.summary.rows
    assert len(state.cells) == 2 * (len(rows) - 1) + 1
    while not state.done:
        cell, right = state.cell, state.exercise.answer
        if cell.layer is None:
            assert right == state.summary.totals.params
        elif cell.what == "output_shape":
            assert right == rows[cell.layer].facts.output
        assert state.answer(cell) is None
        state = state.replied(show_answer(right))
        assert state.answer(cell) == right
        state = state.next()
    assert state.first == len(state.cells)
    assert state.next() is state


def test_a_mistake_is_told_and_can_be_mended():
    state = start(LENET).moved(1)
    told = state.replied("150")
    assert told.verdict.message.startswith("The biases are left out")
    assert not told.is_solved
    assert told.replied("soon").verdict.outcome == "unclear"
    assert told.replied("151").verdict.steps == ()
    mended = told.replied("156")
    assert mended.solved == {Asked(1, "params"): "later"}
    assert mended.replied("3") is mended


def test_the_steps_can_be_asked_for():
    state = start(LENET).shown()
    assert state.solved == {Asked(1, "output_shape"): "shown"}
    assert state.verdict.steps
    assert state.first == 0
    again = start(LENET).replied("28x28x6").shown()
    assert again.solved == {Asked(1, "output_shape"): "first"}, "it was found before"


@given(st.lists(st.sampled_from(["next", -10, -1, 1, 10]), max_size=40))
def test_one_is_always_at_a_cell(moves):
    state = start(LENET)
    for move in moves:
        state = state.next() if move == "next" else state.moved(move)
        assert state.cell in state.cells
        assert state.verdict is None or move == "next"


def test_where_there_is_nothing_to_predict_it_is_said():
    with pytest.raises(FieldError, match="there are no layers to predict yet"):
        start(Preset("empty", Architecture((28, 28, 1))))
    broken = Preset("broken", Architecture((4, 4, 1), (Conv2D(1, (9, 9)), Flatten())))
    with pytest.raises(FieldError, match="it cannot be computed: "):
        start(broken)
