"""The curves to choose between: drawn from formulas, on one scale, and which pair is offered."""

from math import log

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from core import presets
from core.forecast.drawn_curves import caption, curve_chart, guessing_loss, pair_charts, pair_for
from core.forecast.forecast import PAIRS
from core.plan.losses import BinaryCrossentropy, MeanSquaredError
from core.plan.optimizers import SGD, Adam
from core.plan.plan import Plan
from tests.core import generated


def named(name, **changes):
    found = presets.load(presets.find(name))
    return replace(found, plan=replace(found.plan, **changes))


@settings(max_examples=20)
@given(generated.instances(Plan, wide=True))
def test_the_two_curves_of_a_pair_stand_on_the_same_axes_within_them(plan):
    for pair in PAIRS:
        first, second = pair_charts(pair, plan)
        assert (first.x, first.y) == (second.x, second.y)
        assert first.curves != second.curves
        for curve in (*first.curves, *second.curves):
            assert all(first.x.has(point.x) and first.y.has(point.y) for point in curve.points)
            assert len(curve.points) <= 160
        names = [[curve.name for curve in chart.curves] for chart in (first, second)]
        assert names == [["training", "validation"] if pair == "rises" else ["training"]] * 2


@settings(max_examples=20)
@given(generated.presets())
def test_any_network_with_any_plan_is_offered_a_pair(preset):
    kinds = PAIRS[pair_for(preset)]
    assert all(caption(kind, preset.plan) and curve_chart(kind, preset.plan).curves for kind in kinds)


def test_the_loss_of_guessing():
    assert guessing_loss(Plan()) == pytest.approx(log(10))
    assert guessing_loss(Plan(loss=MeanSquaredError())) == pytest.approx((0.9**2 + 9 * 0.1**2) / 10)
    assert guessing_loss(Plan(loss=BinaryCrossentropy())) == pytest.approx(-(log(0.1) + 9 * log(0.9)) / 10)
    assert caption("stays", Plan()) == "stays at 2.303, as guessing"


@pytest.mark.parametrize(
    ("name", "changes", "pair"),
    [
        ("ffnn-10", {}, "rises"),
        ("ffnn-500", {"epochs": 20}, "rises"),
        ("ffnn-10", {"epochs": 3}, "stays"),
        ("ffnn-10", {"validation": "none"}, "stays"),
        ("deep-sigmoid-9", {}, "stays"),
        ("sigmoid-60", {}, "stays"),
        ("mlp-700-350-200-100-50", {}, "stays"),
        ("ffnn-10", {"optimizer": Adam(0.1)}, "swings"),
        ("mlp-64-64", {}, "swings"),
        ("mlp-64-64", {"optimizer": SGD(0.01)}, "rises"),
    ],
)
def test_networks_of_which_one_learns_and_the_other_does_not_are_offered_the_same(name, changes, pair):
    assert pair_for(named(name, **changes)) == pair
