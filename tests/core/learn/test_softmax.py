"""Softmax and its loss by hand against SciPy, for any logits; the gradient against differences of the loss."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, log_softmax, softmax

from core.fields.types import FieldError
from core.learn.softmax import OVERFLOW, UNDERFLOW, SoftmaxBench
from core.learn.typed_numbers import MOST


@st.composite
def benches(draw, most=MOST):
    logits = tuple(draw(st.lists(st.floats(-most, most), min_size=2, max_size=10)))
    return SoftmaxBench(logits, draw(st.integers(0, len(logits) - 1)), draw(st.integers(0, len(logits) - 1)))


@given(benches())
def test_shares_and_loss_are_those_of_scipy(bench):
    rows = bench.rows
    assert np.allclose([row.share for row in rows], softmax(bench.logits), rtol=1e-12, atol=0)
    assert bench.loss == pytest.approx(-log_softmax(bench.logits)[bench.right], rel=1e-12, abs=1e-12)
    assert 1 <= bench.total <= len(rows)
    assert sum(row.share for row in rows) == pytest.approx(1)
    assert bench.loss >= 0


@given(benches(20))
def test_the_gradient_is_how_the_loss_changes(bench):
    step = 1e-4
    for index, row in enumerate(bench.rows):
        losses = []
        for by in (-step, step):
            logits = list(bench.logits)
            logits[index] += by
            losses.append(SoftmaxBench(tuple(logits), bench.right).loss)
        assert row.gradient == pytest.approx((losses[1] - losses[0]) / (2 * step), abs=1e-6)
    assert sum(row.gradient for row in bench.rows) == pytest.approx(0, abs=1e-12)


def test_a_share_close_to_1_keeps_its_digits():
    bench = SoftmaxBench((30.0, 0.0))
    small = float(np.exp(-30.0))
    assert bench.loss == pytest.approx(small, rel=1e-9)
    assert bench.rows[0].gradient == pytest.approx(-small, rel=1e-9)
    assert bench.rows[1].gradient == pytest.approx(small, rel=1e-9)


@given(st.floats(-MOST, MOST), st.floats(-MOST, MOST))
def test_of_two_classes_it_is_the_sigmoid_of_the_difference(first, second):
    bench = SoftmaxBench((first, second))
    difference, share = bench.pair
    assert difference == first - second
    assert share == pytest.approx(float(expit(difference)), rel=1e-12)
    assert bench.rows[0].share == pytest.approx(share, rel=1e-9)
    assert SoftmaxBench().pair is None


def test_the_bounds_are_those_of_a_float64():
    with np.errstate(over="ignore", under="ignore"):
        assert np.isfinite(np.exp(OVERFLOW))
        assert np.isinf(np.exp(OVERFLOW + 1))
        assert np.exp(UNDERFLOW) > 0
        assert np.exp(UNDERFLOW - 1) == 0
    large, small = SoftmaxBench((1_000.0, 999.0)), SoftmaxBench((-1_000.0, -999.0))
    assert (large.overflows, large.underflows, small.overflows, small.underflows) == (True, False, False, True)
    assert [round(row.share, 4) for row in large.rows] == [0.7311, 0.2689]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("1", "0"), "logits: expected 2 to 10 numbers, not 1"),
        (("1 2 3 4 5 6 7 8 9 10 11", "0"), "logits: expected 2 to 10 numbers, not 11"),
        (("1 x", "0"), "logits: 'x' is not a number"),
        (("1 2", "2"), "right class: expected a whole number from 0 to 1, not '2'"),
        (("1 2", ""), "right class: expected a whole number from 0 to 1, not ''"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_line(texts, said):
    with pytest.raises(FieldError) as error:
        SoftmaxBench().typed(*texts)
    assert str(error.value) == said


@given(benches(), st.lists(st.sampled_from(["up", "down", "raise", "lower", "choose"]), max_size=15))
def test_keys_select_raise_and_choose(bench, pressed):
    for key in pressed:
        before, at = bench, bench.selected
        if key in ("up", "down"):
            bench = bench.moved(1 if key == "down" else -1)
            assert 0 <= bench.selected < len(bench.logits)
            assert bench.logits == before.logits
        elif key == "choose":
            bench = bench.chosen()
            assert bench.right == at
        else:
            bench = bench.raised(0.5 if key == "raise" else -0.5)
            assert bench.logits[at] == pytest.approx(before.logits[at] + (0.5 if key == "raise" else -0.5), abs=0.5)
            assert abs(bench.logits[at]) <= MOST
            assert [*bench.logits[:at], *bench.logits[at + 1 :]] == [*before.logits[:at], *before.logits[at + 1 :]]


def test_fewer_logits_leave_one_of_them_selected():
    bench = SoftmaxBench().moved(2)
    assert bench.selected == 2
    assert bench.typed("1 2", "0").selected == 1
