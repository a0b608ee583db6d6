"""What is made of the outputs for one example."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inspection.answers import Answer

NUMBERS = st.lists(st.floats(width=32), min_size=1, max_size=12)


def of(*outputs: float) -> Answer:
    return Answer.of(np.array(outputs, np.float32))


def test_probabilities_are_as_long_as_they_are():
    answer = of(0.25, 0.5, 0.25)
    assert (answer.likely, answer.confidence, answer.probable) == (1, 0.5, True)
    assert answer.shares == answer.outputs == (0.25, 0.5, 0.25)


def test_a_sigmoids_outputs_need_not_add_up_to_one():
    answer = of(0.75, 1.0, 0.0)
    assert answer.probable
    assert answer.shares == (0.75, 1.0, 0.0)


def test_other_numbers_go_from_the_lowest_to_the_highest():
    answer = of(-2, 0, 6)
    assert (answer.likely, answer.confidence, answer.probable) == (2, 6.0, False)
    assert answer.shares == (0.0, 0.25, 1.0)


def test_of_equal_outputs_the_first_is_likely():
    assert of(0.5, 0.5).likely == 0
    assert of(3, 3).shares == (0.0, 0.0)


def test_with_nan_no_class_is_likely():
    answer = of(np.nan, 2, 4)
    assert (answer.likely, answer.confidence, answer.probable) == (None, None, False)
    assert answer.shares == (0.0, 0.0, 1.0)


def test_infinite_outputs_have_bars_all_the_same():
    assert of(np.inf, 1, 3, -np.inf).shares == (1.0, 0.0, 1.0, 0.0)
    assert of(np.inf, 1, 3).likely == 0
    assert of(np.inf, -np.inf).shares == (0.0, 0.0)


@given(NUMBERS)
def test_bars_are_never_longer_than_there_is_room(outputs):
    answer = of(*outputs)
    assert len(answer.shares) == len(outputs)
    assert all(0 <= share <= 1 for share in answer.shares)


@given(NUMBERS)
def test_the_likely_class_has_the_longest_bar(outputs):
    answer = of(*outputs)
    assert (answer.likely is None) == bool(np.isnan(outputs).any())
    assert answer.likely is None or answer.shares[answer.likely] == max(answer.shares)


@pytest.mark.parametrize("shape", [(0,), (2, 3), ()])
def test_what_is_no_number_for_every_class_is_refused(shape):
    with pytest.raises(ValueError, match="a number for every class, got outputs of shape"):
        Answer.of(np.zeros(shape, np.float32))
