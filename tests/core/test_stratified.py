"""A stratified part of a data set: every class has its share, and it is always the same part."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.datasets.catalog import mnist
from core.datasets.stratified import stratified

labels = st.lists(st.integers(0, 5), min_size=1, max_size=300).map(np.array)


@given(labels, st.integers(1, 400))
def test_every_class_has_its_share(truth: NDArray[np.int64], most: int) -> None:
    chosen = stratified(truth, most)
    assert len(chosen) == min(most, len(truth))
    assert np.array_equal(chosen, np.unique(chosen)), "in order, none twice"
    assert 0 <= chosen[0] <= chosen[-1] < len(truth)
    for label, count in zip(*np.unique(truth, return_counts=True), strict=True):
        share = min(1.0, most / len(truth)) * count
        assert abs(np.count_nonzero(truth[chosen] == label) - share) < 1


def test_of_mnist_every_sixth_and_the_same_each_time() -> None:
    truth = mnist.load().y_train
    before = np.random.get_state()[1].copy()  # the global one is what must not be touched
    chosen = stratified(truth, 10_000)
    assert np.array_equal(chosen, stratified(truth, 10_000))
    assert np.array_equal(before, np.random.get_state()[1])
    whole, part = np.bincount(truth), np.bincount(truth[chosen])
    assert np.abs(part - whole / 6).max() < 1
    assert chosen[-1] > 59_900, "they reach through the whole set"
