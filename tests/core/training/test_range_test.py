"""The learning-rate range test: what it reads from losses, and what it finds about real networks."""

from math import inf, log, nan, tanh

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import presets
from core.keras_runtime.failures import TrainingRefused
from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten
from core.plan.plan import Plan
from core.training.range_test import STEPS, RatePoint, range_test, read
from tests.core.training.scripted import Script

RATES = [10 ** (-6 + 7 * number / (STEPS - 1)) for number in range(STEPS)]


def falling(middle: float) -> list[float]:
    """Losses that fall fastest over the logarithm at the rate ``middle``."""
    return [2.3 - tanh(log(rate / middle)) for rate in RATES]


@pytest.mark.parametrize("middle", [1e-4, 1e-3, 1e-2, 0.1])
def test_the_steepest_fall_is_found_a_little_late_as_smoothing_has_it(middle):
    found = read(RATES, falling(middle))
    assert middle <= found.suggestion <= 3 * middle
    assert not found.diverged


def test_a_loss_that_never_falls_suggests_nothing():
    assert read(RATES, [2.3 + 0.01 * number for number in range(STEPS)]).suggestion is None
    assert read(RATES, [2.3] * STEPS).suggestion is None
    assert read(RATES[:3], [3.0, 2.0, 1.0]).suggestion is None, "too few to tell"
    assert read([], []).points == ()


def test_the_noise_of_a_loss_that_has_grown_is_no_fall():
    losses = falling(1e-3)[:120] + [50.0, 1.0] * 40
    assert read(RATES, losses).suggestion < 1e-2


@given(st.lists(st.floats(0, 1e6) | st.sampled_from([nan, inf]), max_size=STEPS))
def test_nothing_is_raised_whatever_the_losses(losses):
    found = read(RATES, losses)
    assert len(found.points) == sum(np.isfinite(losses))
    assert found.steepest is None or 0 <= found.steepest < len(found.points)
    assert found.diverged == (not np.all(np.isfinite(losses)))


@pytest.mark.keras
def test_a_network_that_learns_has_a_rate_and_the_network_on_the_bench_is_untouched():
    lenet = presets.load(presets.find("lenet-5"))
    script = Script()
    script.run()
    weights = script.weights
    found = range_test(lenet.architecture, lenet.plan)
    assert 1e-4 <= found.suggestion <= 1e-2
    assert found.points[0].loss == pytest.approx(2.3, abs=0.2), "of one batch, before the first step"
    assert [point.rate for point in found.points] == sorted(point.rate for point in found.points)
    again = range_test(lenet.architecture, lenet.plan)
    assert again == found
    assert all(np.array_equal(one, other) for one, other in zip(script.weights, weights, strict=True))


@pytest.mark.keras
def test_it_ends_where_it_is_cancelled_and_is_refused_where_nothing_can_be_trained():
    architecture = Architecture((28, 28), (Flatten(), Dense(10, "softmax")))
    found = range_test(architecture, Plan(), cancelled=lambda: True)
    assert len(found.points) == 1
    with pytest.raises(TrainingRefused):
        range_test(Architecture((28, 28)), Plan())


@pytest.mark.keras
def test_more_steps_than_an_epoch_go_through_another():
    architecture = Architecture((28, 28), (Flatten(), Dense(10, "softmax")))
    plan, told = Plan(validation=0.9, batch_size=2500), list[RatePoint]()
    found = range_test(architecture, plan, steps=7, on_point=told.append)
    assert len(found.points) == 7
    assert tuple(told) == found.points, "each was told as it came"
