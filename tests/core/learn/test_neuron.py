"""The neuron by hand: its truth table, its line, what it finds; and that nothing it can be is XOR."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from core.fields.types import FieldError
from core.learn.neuron import (
    ACTIVATIONS,
    CORNERS,
    GOALS,
    HIDDEN,
    OUTPUT,
    XOR,
    Neuron,
    NeuronBench,
    activate,
    has_line,
    side,
    verdict,
    xor_rows,
)

TENTHS = st.integers(-200, 200).map(lambda number: number / 10)
NEURONS = st.builds(Neuron, TENTHS, TENTHS, TENTHS, st.sampled_from(ACTIVATIONS))
SOLUTIONS = {"AND": ("-15", "10", "10"), "OR": ("-5", "10", "10"), "NAND": ("15", "-10", "-10")}


def exact(number: float) -> Fraction:
    """The tenths that were meant."""
    return Fraction(round(number * 10), 10)


def test_the_neuron_of_the_lecture_copies_x1():
    neuron = Neuron()
    assert [corner.z for corner in neuron.corners] == [-10, -5, 2, 7]
    assert [corner.output for corner in neuron.corners] == [-1, -1, 1, 1]
    assert verdict(NeuronBench()) == "This is x1: it copies x1. For AND, (1,0) has to change sides."
    assert neuron.formula() == "-10 + 12 x1 + 5 x2"
    assert [neuron.terms(*corner) for corner in CORNERS] == ["-10", "-10 + 5", "-10 + 12", "-10 + 12 + 5"]


@given(NEURONS)
def test_every_corner_is_on_the_side_that_exact_arithmetic_gives(neuron):
    for corner in neuron.corners:
        z = exact(neuron.b) + exact(neuron.w1) * corner.x1 + exact(neuron.w2) * corner.x2
        assert corner.side == (z > 0) - (z < 0)
        assert corner.z == pytest.approx(float(z))


@given(st.floats(-1e6, 1e6))
def test_activations_are_those_of_numpy(z):
    known = (np.sign(z), np.heaviside(z, 0), expit(z), np.tanh(z), np.maximum(z, 0))
    for activation, expected in zip(ACTIVATIONS, known, strict=True):
        assert activate(activation, z) == pytest.approx(float(expected), rel=1e-12)


@given(NEURONS)
def test_the_ends_of_the_line_are_on_it_and_it_parts_the_corners(neuron):
    ends = neuron.line(-0.5, 1.5)
    pattern = set(neuron.pattern)
    if ends is None:
        assert len(pattern) == 1, "a line between corners is seen"
        return
    for x1, x2 in ends:
        assert -0.5 <= round(x1, 9) <= 1.5
        assert -0.5 <= round(x2, 9) <= 1.5
        assert neuron.b + neuron.w1 * x1 + neuron.w2 * x2 == pytest.approx(0, abs=1e-9)
    assert ends[0] <= ends[1]


@pytest.mark.parametrize("numbers", [(0, 1, -1), (-1, 1, 1), (-0.1, 0.1, 0.1), (-0.5, 1, 0), (-0.5, 0, 1)])
def test_lines_through_corners_of_the_plane_and_along_an_axis_are_whole(numbers):
    (left, low), (right, high) = Neuron(*numbers).line(-0.5, 1.5)
    assert math.dist((left, low), (right, high)) >= 2 - 1e-9


@given(NEURONS)
def test_no_neuron_has_xor_or_its_opposite(neuron):
    assert neuron.pattern not in (XOR.wanted, tuple(-each for each in XOR.wanted))
    assert has_line(neuron.pattern) == (0 not in neuron.pattern)


def test_all_other_functions_are_found():
    numbers = [value / 2 for value in range(-6, 7)]
    found = {Neuron(b, w1, w2).pattern for b, w1, w2 in product(numbers, numbers, numbers)}
    assert len([pattern for pattern in found if 0 not in pattern]) == 14


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_goal_is_told_when_met_and_stays_found(activation):
    bench = NeuronBench(Neuron(activation=activation))
    for number, goal in enumerate(GOALS, start=1):
        assert bench.goal == goal
        bench = bench.typed(*SOLUTIONS[goal.name])
        assert bench.met
        assert verdict(bench).startswith(f"This is {goal.name}: found.")
        assert len(bench.found) == number
        bench = bench.with_goal(1)
    assert bench.goal == GOALS[0]
    assert bench.found == {goal.name for goal in GOALS}
    assert "All three are found" in verdict(bench.typed(*SOLUTIONS["AND"]))


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        (("0", "1", "1"), "(0,0) lies on the line, on neither side of it. For AND, (0,0), (0,1) and (1,0) have to"),
        (("0", "1", "-1"), "(0,0) and (1,1) lie on the line"),
        (("-0.3", "0.1", "0.2"), "(1,1) lies on the line"),
        (("3", "0", "0"), "Without weights there is no line: z is b everywhere."),
        (("-1", "0", "0"), "Without weights"),
        (("-0.5", "1", "0"), "This is x1: it copies x1."),
        (("0.5", "-1", "-1"), "This is NOR."),
    ],
)
def test_what_it_is_otherwise_is_told_too(numbers, said):
    assert verdict(NeuronBench().typed(*numbers)).startswith(said)


@given(NEURONS, st.sampled_from(GOALS))
def test_a_verdict_names_the_corners_that_the_goal_wants_elsewhere(neuron, goal):
    bench = NeuronBench(neuron, goal)
    text = verdict(bench).partition(f"For {goal.name}, ")[2]
    for corner, wanted in zip(neuron.corners, goal.wanted, strict=True):
        assert (f"({corner.x1},{corner.x2})" in text) == (not bench.met and corner.side != wanted)


def test_what_cannot_be_read_is_named():
    with pytest.raises(FieldError, match=r"^w1: 'x' is not a number$"):
        NeuronBench().typed("1", "x", "2")


def test_two_hidden_neurons_have_xor():
    rows = xor_rows()
    assert [row.output.output for row in rows] == [0, 1, 1, 0]
    assert HIDDEN[0].pattern == GOALS[1].wanted
    assert HIDDEN[1].pattern == GOALS[2].wanted
    assert OUTPUT.pattern == GOALS[0].wanted
    assert tuple(side(HIDDEN, row.x1, row.x2) for row in rows) == XOR.wanted
