"""Curves and numbers of the glossary: they are what core computes elsewhere, and what mathematics says."""

from math import isfinite, log, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import presets
from core.diagnosis.kernels import fans, initial_stddev
from core.fields.forms import entries as form_entries
from core.formulas.activation_formulas import FORMULAS as ACTIVATIONS
from core.formulas.activation_formulas import ROWS
from core.formulas.loss_formulas import FORMULAS as LOSSES
from core.formulas.update_formulas import WRITTEN_OUT
from core.glossary.article import Context, article
from core.glossary.concept_curves import schedule_chart
from core.glossary.curves import draw
from core.glossary.entry import Entry
from core.glossary.index import entries, find
from core.glossary.initial_weights import spread, variance
from core.glossary.lookup import entry_for_field, entry_for_layer
from core.glossary.numbers import steps_an_epoch
from core.network.activations import ACTIVATIONS as BOUNDS
from core.network.architecture import Architecture
from core.network.initializers import Initializer, VarianceScaling
from core.network.layers import Conv2D, Dense, Flatten, LeakyReLU
from core.network.regularizers import Regularizer
from core.plan.losses import Loss
from core.plan.optimizers import SGD, Optimizer
from core.plan.plan import Plan
from core.plan.schedules import Cosine, ReduceLROnPlateau
from core.presets import Preset
from tests.core.generated import instances
from tests.core.generated import presets as any_presets

LENET = presets.load(presets.find("lenet-5"))
PLACES = st.floats(-6, 6).filter(lambda x: all(abs(x - kink) > 1e-3 for kink in (-3, -1, -0.5, 0, 0.5, 1, 3, 6)))


def entry(name: str) -> Entry:
    found = find(name)
    assert found, name
    return found


def said(name: str, preset: Preset = LENET, row: int | None = None) -> str:
    shown = article(entry(name), Context(preset, row))
    lines = [shown.definition, *shown.formulas, *(f"{place.text} {place.detail}" for place in shown.places)]
    return "\n".join(lines)


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(x=PLACES)
def test_a_slope_is_the_derivative_of_its_function(name: str, x: float) -> None:
    formula = ACTIVATIONS[name]
    constants = {**formula.constants, "classes": 10} if name in ROWS else formula.constants
    near = [-1 / 9] if name == "sparsemax" else []
    if any(abs(x - kink) < 1e-3 for kink in near):
        return
    step = 1e-5
    after, before = (formula.function(x=x + by, **constants) for by in (step, -step))
    assert formula.slope(x=x, **constants) == pytest.approx((after - before) / (2 * step), rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("name", sorted(BOUNDS.keys() & ACTIVATIONS.keys()))
def test_bounds_and_slopes_are_those_that_the_diagnosis_uses(name: str) -> None:
    formula = ACTIVATIONS[name]
    constants = {**formula.constants, "classes": 1_000} if name in ROWS else formula.constants
    values, slopes = (each.points("x", -9, 9, 2_000, **constants) for each in (formula.function, formula.slope))
    known = BOUNDS[name]
    assert known.low - 1e-3 <= min(point.y for point in values)
    assert max(point.y for point in values) <= known.high + 1e-3
    if isfinite(known.slope):
        assert max(abs(point.y) for point in slopes) == pytest.approx(known.slope, rel=0.02)


@given(
    instances(VarianceScaling) | st.sampled_from([each.initial() for each in Initializer.members.values()]), st.data()
)
def test_the_spread_of_initial_weights_is_the_one_that_is_known(initializer: Initializer, data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(st.integers(1, 30), min_size=2, max_size=4)))
    drawn, known = spread(initializer, shape), initial_stddev(initializer, shape)
    if drawn is None:
        assert not known or type(initializer).__name__ == "Orthogonal"
        return
    assert drawn.stddev == pytest.approx(known, rel=1e-9)
    if formula := variance(initializer):
        fan_in, fan_out = fans(shape)
        scale = getattr(initializer, "scale", 1.0)
        assert formula(fan_in=fan_in, fan_out=fan_out, scale=scale) == pytest.approx((known or 0) ** 2)
    if drawn.scale:
        width = 10 * drawn.scale / 4_000
        places = [drawn.mean - 5 * drawn.scale + (index + 0.5) * width for index in range(4_000)]
        assert sum(map(drawn.density, places)) * width == pytest.approx(1, rel=2e-3)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_a_loss_at_guessing_is_about_what_it_is_said_to_be(name: str) -> None:
    loss = Loss.members[name].initial()
    guessed = LOSSES[name].value(loss, 0.1, 10)
    assert isfinite(guessed)
    if loss.guessed(10) != 1 and not name.startswith("Binary"):  # those begin at outputs of a half
        assert guessed == pytest.approx(loss.guessed(10), rel=0.15)


@given(instances(Plan))
def test_a_schedule_is_drawn_as_it_is_trained(plan: Plan) -> None:
    rates = plan.schedule.learning_rates(plan.epochs, plan.optimizer.learning_rate)
    chart = schedule_chart(plan, plan.schedule)
    assert chart is not None
    assert chart.x.high == pytest.approx(plan.epochs)
    if rates:
        assert [point.y for point in chart.curves[0].points[::2]] == pytest.approx(list(rates))


@pytest.mark.parametrize(
    "optimizer", [each.initial() for each in Optimizer.members.values()], ids=lambda each: each.alias()
)
def test_an_optimizer_that_is_written_out_has_its_formulas_and_its_way_down(optimizer: Optimizer) -> None:
    preset = Preset("net", LENET.architecture, Plan(optimizer=optimizer))
    drawn = draw(entry(f"optimizers/{type(optimizer).__name__}"), preset)
    if type(optimizer) not in WRITTEN_OUT:
        assert drawn.chart is None
        return
    assert any(line.startswith("w = w ") for line in drawn.formulas)
    assert drawn.formulas[-1].startswith("g: the gradient at the weight w; ")
    assert drawn.chart is not None
    way = [point.y for point in drawn.chart.curves[0].points]
    assert way[0] == 1
    assert abs(way[-1]) < way[0], "downhill"


def test_the_way_down_of_plain_descent_is_the_one_that_is_known() -> None:
    drawn = draw(entry("optimizers/SGD"), Preset("net", LENET.architecture, Plan(optimizer=SGD())))
    assert drawn.chart is not None
    (curve,) = drawn.chart.curves
    assert [point.y for point in curve.points] == pytest.approx([0.9**step for step in range(len(curve.points))])
    heavy = draw(entry("optimizers/SGD"), Preset("net", LENET.architecture, Plan(optimizer=SGD(momentum=0.9))))
    assert heavy.chart is not None
    assert min(point.y for point in heavy.chart.curves[0].points) < -0.5, "it runs past the bottom"
    assert heavy.chart.curves[1].points == curve.points


def test_a_weight_that_runs_away_is_drawn_as_long_as_it_is_a_number() -> None:
    wild = SGD(weight_decay=1e304)
    drawn = draw(entry("optimizers/SGD"), Preset("net", LENET.architecture, Plan(optimizer=wild)))
    assert drawn.chart is not None
    assert all(isfinite(point.y) for curve in drawn.chart.curves for point in curve.points)
    assert (drawn.chart.y.low, drawn.chart.y.high) < (-1, 3)


def test_a_plateau_is_shown_with_a_metric_that_stays() -> None:
    chart = schedule_chart(Plan(epochs=30), ReduceLROnPlateau(factor=0.5, patience=5))
    assert chart is not None
    rates = [point.y for point in chart.curves[0].points[::2]]
    assert rates[:6] == [0.001] * 6
    assert rates[-1] < rates[6] == 0.0005


def test_numbers_are_those_of_the_network() -> None:
    assert "469 steps of up to 128" in said("epoch")
    assert steps_an_epoch(Plan(validation=0.1, batch_size=100)) == 540
    assert "5 * 5 * 6 * 16 + 16 = 2,416 parameters" in said("Conv2D")
    assert "fan_in = 150, fan_out = 400" in said("glorot_uniform", row=3)
    assert f"limits = -{sqrt(6 / 550):.3g} and {sqrt(6 / 550):.3g}" in said("glorot_uniform", row=3)
    assert f"guessing gives {log(10):.3g}" in said("loss")
    assert "each number depends on 14x14 pixels" in said("receptive field")
    assert "61,706 = 61,470 weights + 236 biases" in said("parameter")
    assert "slope is at most 0.25" in said("sigmoid")
    assert "10,000 to test" in said("dataset")
    assert "(0, 0, 0, 0, 0, 1, 0, 0, 0, 0)" in said("one-hot")
    sigmoids = presets.load(presets.find("deep-sigmoid-9"))
    assert f"slopes of at most {0.25**11:.3g}" in said("vanishing gradients", sigmoids)


def test_what_differs_is_the_curve_of_this_plan_and_this_layer() -> None:
    leaky = Preset("net", Architecture((28, 28, 1), (Flatten(), Dense(10), LeakyReLU(0.05))), Plan(epochs=7))
    assert "negative_slope = 0.05" in said("layers/LeakyReLU", leaky)
    assert "negative_slope = 0.2" in said("activations/leaky_relu", leaky)
    plan = Plan(epochs=7, schedule=Cosine(alpha=0.5), optimizer=SGD(momentum=0.7))
    drawn = draw(entry("cosine"), Preset("net", LENET.architecture, plan)).chart
    assert drawn is not None
    assert (drawn.x.high, drawn.title) == (7, "learning rate over 7 epochs")
    memory = draw(entry("momentum"), Preset("net", LENET.architecture, plan)).chart
    assert memory is not None
    assert memory.curves[0].points[1].y == 0.7
    penalty = Dense(10, kernel_regularizer=Regularizer(l2=0.3))
    assert "l2=0.3" in said("regularization", Preset("net", Architecture((784,), (penalty,))))


def test_a_field_leads_to_what_it_is_set_to_or_to_itself() -> None:
    layer = Conv2D(6, (5, 5), activation="tanh", kernel_regularizer=Regularizer(l2=0.1))
    found = {".".join(line.path): entry_for_field(line).id for line in form_entries(layer)}
    assert found["activation"] == "activations/tanh"
    assert found["kernel_initializer"] == "initializers/glorot_uniform"
    assert found["kernel_regularizer"] == "regularizers/L2"
    assert found["bias_regularizer"] == "training/regularization"
    assert found["filters"] == "network/filter"
    plan = {".".join(line.path): entry_for_field(line).id for line in form_entries(Plan(schedule=Cosine()))}
    assert plan["optimizer"] == "optimizers/Adam"
    assert plan["optimizer.beta_1"] == "training/moving_average"
    assert plan["schedule"] == "schedules/cosine"
    assert plan["schedule.alpha"] == "training/rate_floor"
    assert entry_for_layer(layer).id == "layers/Conv2D"


@settings(max_examples=10)
@given(any_presets(), st.integers(0, 6))
def test_no_network_brings_it_down(preset: Preset, row: int) -> None:
    for each in entries().values():
        shown = article(each, Context(preset, row))
        for line in (*shown.formulas, *(place.text for place in shown.places)):
            assert "None" not in line
        if shown.chart:
            assert all(isfinite(point.y) for curve in shown.chart.curves for point in curve.points)
            assert shown.chart.y.low < shown.chart.y.high
            assert shown.chart.y.ticks(5)
