"""Figures over a network's answers, against a count example by example."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.inspection.results import NONE, Averages, ClassMetrics, Results

LETTERS = ("a", "b", "c")
NAN = float("nan")


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def judged(outputs, labels, classes=LETTERS):
    return Results.of(np.array(outputs, np.float32), np.array(labels), 0.5, classes)


@st.composite
def answers(draw):
    """Outputs of any kind, NaN and infinite ones among them, few enough different ones to be equal now and then."""
    examples, classes = draw(st.integers(1, 25)), draw(st.integers(1, 5))
    values = st.sampled_from([0.0, 0.125, 0.5, 0.75, 1.0, -2.0, NAN, float("inf"), float("-inf")])
    outputs = draw(arrays.arrays(np.float32, (examples, classes), elements=values))
    labels = draw(arrays.arrays(np.uint8, examples, elements=st.integers(0, classes - 1)))
    return outputs, labels, tuple("abcde"[:classes])


def counted(outputs, labels, classes):
    """What each example is taken for (None: nothing), found by going through the numbers one at a time."""
    taken = []
    for row in outputs.tolist():
        best = None
        for place, value in enumerate(row):
            if math.isnan(value):
                best = None
                break
            if best is None or value > row[best]:
                best = place
        taken.append(best)
    return taken


SEEN = judged(
    [[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.1, 0.8, 0.1], [0.3, 0.6, 0.1], [0.6, 0.4, 0.0]], np.array([0, 0, 1, 0, 1])
)
"""Three of class a, one of them right; two of b, one right; none of c, and none taken for it."""


def test_the_figures_of_a_few_examples():
    assert SEEN.examples == 5
    assert SEEN.correct == 2
    assert SEEN.accuracy == 0.4
    assert SEEN.loss == 0.5
    assert SEEN.unpredicted == 0
    assert SEEN.confusion.tolist() == [[1, 2, 0], [1, 1, 0], [0, 0, 0]]
    assert SEEN.percent.round(3).tolist() == [[33.333, 66.667, 0.0], [50.0, 50.0, 0.0], [0.0, 0.0, 0.0]]
    assert SEEN.per_class == (
        ClassMetrics("a", precision=1 / 2, recall=1 / 3, f1=2 / 5, support=3),
        ClassMetrics("b", precision=1 / 3, recall=1 / 2, f1=2 / 5, support=2),
        ClassMetrics("c", precision=None, recall=None, f1=None, support=0),
    )
    assert SEEN.macro == Averages(precision=(1 / 2 + 1 / 3) / 2, recall=(1 / 3 + 1 / 2) / 2, f1=2 / 5)


def test_the_surest_mistakes_come_first():
    assert SEEN.confidence.round(3).tolist() == pytest.approx([0.9, 0.7, 0.8, 0.6, 0.6])
    assert SEEN.mistakes().tolist() == [1, 3, 4], "the last two are equally sure and stay in their order"
    assert SEEN.mistakes(true=0).tolist() == [1, 3]
    assert SEEN.mistakes(predicted=0).tolist() == [4]
    assert SEEN.mistakes(true=0, predicted=1).tolist() == [1, 3]
    assert SEEN.mistakes(true=1, predicted=1).tolist() == []
    assert SEEN.mistakes(true=2).tolist() == []


def test_a_cell_holds_right_answers_too():
    assert SEEN.cell(0, 1).tolist() == [1, 3]
    assert SEEN.cell(1, 1).tolist() == [2]
    assert SEEN.cell(2, 2).tolist() == []


def test_a_network_that_always_says_the_same_does_not_look_good_by_it():
    results = judged([[1.0, 0.0, 0.0]] * 4, [0, 1, 2, 2])
    assert [figures.precision for figures in results.per_class] == [0.25, None, None]
    assert [figures.recall for figures in results.per_class] == [1.0, 0.0, 0.0]
    assert [figures.f1 for figures in results.per_class] == [0.4, 0.0, 0.0]
    assert results.macro == Averages(precision=0.25 / 3, recall=1 / 3, f1=0.4 / 3)


def test_a_class_that_is_only_predicted_has_precision_but_no_recall():
    figures = judged([[0.0, 1.0, 0.0]], [0]).per_class[1]
    assert figures == ClassMetrics("b", precision=0.0, recall=None, f1=0.0, support=0)


def test_an_example_with_nan_has_no_prediction():
    results = judged([[0.9, 0.1, 0.0], [NAN, 0.9, 0.1], [0.1, 0.8, NAN], [0.3, 0.6, 0.1]], [0, 1, 1, 0])
    assert results.unpredicted == 2
    assert results.predicted.tolist() == [0, NONE, NONE, 1]
    assert np.isnan(results.confidence).tolist() == [False, True, True, False]
    assert results.accuracy == 0.25
    assert results.confusion.tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert results.support.tolist() == [2, 2, 0]
    assert results.percent.tolist() == [[50.0, 50.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    assert results.mistakes().tolist() == [3]
    assert results.mistakes(predicted=NONE).tolist() == []


def test_a_network_that_became_nan_has_figures_all_the_same():
    results = Results.of(np.full((3, 2), np.nan, np.float32), np.array([0, 1, 1]), NAN, ("a", "b"))
    assert results.unpredicted == results.examples == 3
    assert results.accuracy == 0.0
    assert math.isnan(results.loss)
    assert results.confusion.tolist() == [[0, 0], [0, 0]]
    assert [figures.recall for figures in results.per_class] == [0.0, 0.0]
    assert results.macro == Averages(0.0, 0.0, 0.0)
    assert results.mistakes().tolist() == []


def test_outputs_that_are_no_distribution_are_taken_as_they_are():
    results = judged([[-5.0, -3.0, -4.0], [120.0, 7.0, 7.0]], [1, 2])
    assert results.predicted.tolist() == [1, 0]
    assert results.confidence.tolist() == [-3.0, 120.0]


@pytest.mark.parametrize(
    ("shape", "labels"),
    [((2, 3), [0]), ((2, 2), [0, 1]), ((2,), [0, 1]), ((0, 3), []), ((2, 3), [0, 3]), ((2, 3), [-1, 0])],
)
def test_what_does_not_fit_is_refused(shape, labels):
    with pytest.raises(ValueError, match=r"expected outputs|do not fit"):
        Results.of(np.zeros(shape, np.float32), np.array(labels, int), 0.0, LETTERS)


@given(answers())
def test_the_matrix_and_the_figures_are_those_of_a_count(given_):
    outputs, labels, classes = given_
    results = Results.of(outputs, labels, 1.0, classes)
    taken = counted(outputs, labels, classes)
    pairs = list(zip(labels.tolist(), taken, strict=True))
    sums = {"precision": [], "recall": [], "f1": []}
    for true, name in enumerate(classes):
        hits = misses = alarms = 0
        for label, guess in pairs:
            hits += label == true and guess == true
            misses += label == true and guess != true
            alarms += label != true and guess == true
        for predicted in range(len(classes)):
            assert results.confusion[true, predicted] == pairs.count((true, predicted))
        figures = results.per_class[true]
        assert figures.name == name
        assert figures.support == hits + misses
        assert figures.precision == (hits / (hits + alarms) if hits + alarms else None)
        assert figures.recall == (hits / (hits + misses) if hits + misses else None)
        if hits + misses + alarms:
            assert figures.f1 == pytest.approx(hits / (hits + 0.5 * (misses + alarms)))
            if hits:
                mean = 2 * figures.precision * figures.recall / (figures.precision + figures.recall)
                assert figures.f1 == pytest.approx(mean)
            for key, values in sums.items():
                values.append(getattr(figures, key) or 0.0)
        else:
            assert figures.f1 is None
    for key, values in sums.items():
        assert getattr(results.macro, key) == pytest.approx(np.mean(values))
    assert results.unpredicted == taken.count(None)
    assert results.accuracy == sum(label == guess for label, guess in pairs) / len(pairs)
    assert results.confusion.sum() + results.unpredicted == results.examples
    assert np.all(results.percent.sum(axis=1) <= 100 + 1e-9)


@given(answers(), st.none() | st.integers(0, 4), st.none() | st.integers(0, 4))
def test_mistakes_are_the_wrong_answers_in_order(given_, true, predicted):
    outputs, labels, classes = given_
    results = Results.of(outputs, labels, 1.0, classes)
    taken = counted(outputs, labels, classes)
    wrong = [
        index
        for index, (label, guess) in enumerate(zip(labels.tolist(), taken, strict=True))
        if guess not in (None, label) and true in (None, label) and predicted in (None, guess)
    ]
    surest = sorted(wrong, key=lambda index: -max(outputs[index].tolist()))
    assert results.mistakes(true, predicted).tolist() == surest


@given(answers())
def test_the_cells_hold_every_example_that_has_a_prediction_once(given_):
    outputs, labels, classes = given_
    results = Results.of(outputs, labels, 1.0, classes)
    held = []
    for true in range(len(classes)):
        for predicted in range(len(classes)):
            indices = results.cell(true, predicted)
            assert len(indices) == results.confusion[true, predicted]
            assert np.all(np.diff(np.nan_to_num(results.confidence[indices], posinf=9.0, neginf=-9.0)) <= 0)
            held += indices.tolist()
    assert sorted(held) == np.flatnonzero(results.predicted != NONE).tolist()
