"""Which curve a loss was: of made curves, of any with noise, and of real trainings."""

from bisect import bisect_left
from math import log
from random import Random
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core import presets
from core.charts import Point
from core.events import Ended, EpochEnded, Progress, Started
from core.forecast.curve_shape import curve_shape, up_to
from core.forecast.drawn_curves import pair_charts
from core.forecast.forecast import PAIRS, Pair
from core.history import History
from core.plan.losses import MeanSquaredError
from core.plan.optimizers import SGD
from core.plan.plan import Plan
from core.presets import Preset
from core.training.session import Session

STEPS, REPORTS = 50, 10
DRAWN = [(pair, kind) for pair, kinds in PAIRS.items() for kind in kinds]


def told(loss, epochs, *, validation=None, accuracy=0.9, first=None):
    """A training whose losses are ``loss`` and ``validation`` of its epochs, with ten reports an epoch."""
    places = [step / REPORTS for step in range(1, epochs * REPORTS + 1)]
    losses = [loss(x) for x in places]
    if first is not None:
        losses[0] = first
    ends = [float(epoch) for epoch in range(1, epochs + 1)]
    checked = [validation(x) for x in ends] if validation else [None] * epochs
    last = Progress(epochs, epochs, epochs * STEPS, STEPS, STEPS, losses[-1], accuracy, 0.01, 1e4, None, None)
    return History(
        loss=tuple(map(Point, places, losses)),
        accuracy=tuple(Point(x, accuracy) for x in places),
        val_loss=tuple(map(Point, ends, checked)) if validation else (),
        val_accuracy=tuple(Point(x, accuracy) for x in ends) if validation else (),
        epochs=tuple(
            EpochEnded(
                round(x),
                epochs,
                round(x) * STEPS,
                losses[round(x) * REPORTS - 1],
                accuracy,
                value,
                None if value is None else accuracy,
                0.01,
                1.0,
                False,
            )
            for x, value in zip(ends, checked, strict=True)
        ),
        started=Started("cpu", 10, 1_000, 100, STEPS, 20, 0, epochs, 0.01, 1.0),
        progress=last,
        ended=Ended("finished", epochs, 1.0, 1e4, None, None, ""),
    )


def line_through(points):
    """The function whose line goes through ``points``."""

    def value(x):
        at = min(max(1, bisect_left(points, (x,))), len(points) - 1)
        before, after = points[at - 1], points[at]
        share = min(max(0.0, (x - before.x) / (after.x - before.x)), 1.0)
        return before.y + share * (after.y - before.y)

    return value


@pytest.mark.parametrize(("pair", "kind"), DRAWN)
@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), noise=st.floats(0, 0.02), scale=st.floats(0.01, 100), epochs=st.integers(6, 40))
def test_every_curve_that_is_drawn_is_found_again_whatever_its_noise_and_its_scale(
    pair, kind, seed, noise, scale, epochs
):
    chart = pair_charts(pair, Plan(epochs=epochs))[PAIRS[pair].index(kind)]
    training, *validation = [line_through(curve.points) for curve in chart.curves]
    random = Random(seed)  # noqa: S311  # noise

    def noisy(curve):
        return lambda x: scale * (curve(x) + log(10) * noise * random.uniform(-1, 1) * min(1.0, curve(x)))

    accuracy = 0.1 if kind == "stays" else 0.9
    history = told(
        noisy(training), epochs, validation=noisy(validation[0]) if validation else None, accuracy=accuracy, first=None
    )
    found = curve_shape(history, pair, 10)
    assert found.kind == kind, found
    assert found.why


def test_a_loss_that_became_nan_has_grown():
    history = told(lambda _: 2.3, 1).after(Progress(2, 9, 51, 1, STEPS, float("nan"), 0.1, 0.01, 1e4, None, None))
    for pair in PAIRS:
        assert curve_shape(history, pair, 10).kind == "swings"


def test_a_loss_that_grew_first_and_then_stayed_is_what_is_asked_for():
    history = told(lambda x: 100.0 if x < 1 else 2.3, 5, accuracy=0.1, first=2.3)
    assert curve_shape(history, "swings", 10).kind == "swings"
    assert curve_shape(history, "stays", 10).kind == "stays"


def test_a_loss_with_penalties_that_shrink_falls_though_the_network_guesses():
    history = told(lambda x: 2.3 + 33.9 * 0.1**x, 5, validation=lambda x: 2.3 + 5 * 0.1**x, accuracy=0.1124)
    guesses = "though the training accuracy, 11.24%, is hardly better than guessing"
    found = curve_shape(history, "stays", 10)
    assert (found.kind, found.guesses) == ("falls", True)
    assert found.why == f"the training loss fell from 29.2 to 2.3, {guesses}"
    assert curve_shape(history, "swings", 10).kind == "falls"
    found = curve_shape(history, "rises", 10)
    assert found.kind == "together"
    assert found.why.endswith(guesses)


def test_a_loss_of_random_weights_that_comes_down_to_guessing_stays_and_says_by_what():
    history = told(lambda x: 2.3 + 0.4 * 0.01**x, 5, accuracy=0.1102, first=2.68)
    found = curve_shape(history, "stays", 10)
    assert (found.kind, found.guesses) == ("stays", True)
    assert found.why == (
        "the training loss came from 2.68 to 2.3, and the training accuracy, 11.02%, is hardly better than guessing"
    )
    assert curve_shape(told(lambda x: 2.3 + 0.4 * 0.01**x, 5, accuracy=0.3, first=2.68), "stays", 10).kind == "falls"


def test_a_loss_that_stays_though_the_network_knows_more_says_so():
    found = curve_shape(told(lambda _: 0.7, 5, accuracy=0.8), "stays", 10)
    assert (found.kind, found.guesses) == ("stays", False)
    assert found.why.endswith("stayed at 0.7, though the training accuracy, 80.00%, is better than guessing")


@given(
    start=st.floats(0.1, 100),
    end=st.floats(0.1, 100),
    accuracy=st.sampled_from([0.05, 0.1, 0.19, 0.21, 0.9]),
    pair=st.sampled_from(list(PAIRS)),
)
def test_what_stays_has_not_fallen_whatever_the_accuracy(start, end, accuracy, pair):
    history = told(lambda x: start + (end - start) * min(1.0, x), 5, accuracy=accuracy)
    kind = curve_shape(history, pair, 10).kind
    least = 0.7 if accuracy < 0.2 else 0.9  # of the first value, from which it stays
    assert (kind == "stays") <= (end >= (least - 0.01) * start)
    assert (kind in {"falls", "together"}) <= (end <= (least + 0.01) * start)


def test_the_end_of_a_short_training_is_not_half_of_it():
    history = told(lambda x: 1 - 0.14 * x, 1)
    twelve = replace(history, loss=tuple(Point(x / 12, 1 - 0.14 * x / 12) for x in range(1, 13)))
    assert curve_shape(twelve, "stays", 10).kind == "falls"


@pytest.mark.parametrize(("first", "last", "kind"), [(2.3, 0.5, "falls"), (2.3, 2.29, "stays"), (2.3, 9.0, "swings")])
def test_an_epoch_that_took_so_little_time_that_it_was_reported_seldom_is_enough(first, last, kind):
    history = told(lambda x: first + (last - first) * x, 1)
    line = Point(0, first), Point(1, last)
    steps = 235
    ends = (1, 5, 21, 85, steps)  # as executions of one step, four, sixteen and so on report them
    stretches = zip((0, *ends), ends, strict=False)
    means = (fmean(line_through(line)(step / steps) for step in range(begin, end)) for begin, end in stretches)
    seldom = replace(history, loss=tuple(Point(end / steps, mean) for end, mean in zip(ends, means, strict=True)))
    assert curve_shape(seldom, "swings", 10).kind == kind


@pytest.mark.parametrize(("pair", "kind"), DRAWN)
@settings(max_examples=20)
@given(data=st.data())
def test_it_is_the_same_however_often_the_loss_was_reported(pair, kind, data):
    """Each point is the mean of a stretch: of a step on a busy machine, of a third of an epoch on an idle one."""
    epochs, steps = 12, 60
    chart = pair_charts(pair, Plan(epochs=epochs))[PAIRS[pair].index(kind)]
    training, *validation = [line_through(curve.points) for curve in chart.curves]
    accuracy = 0.1 if kind == "stays" else 0.9
    history = told(training, epochs, validation=validation[0] if validation else None, accuracy=accuracy)
    losses = [training(step / steps) for step in range(1, epochs * steps + 1)]
    points, begin = [Point(1 / steps, losses[0])], 1
    while begin < len(losses):
        end = min(len(losses), begin + data.draw(st.integers(1, steps // 3)))
        points.append(Point(end / steps, fmean(losses[begin:end])))
        begin = end
    assert curve_shape(replace(history, loss=tuple(points)), pair, 10).kind == kind


@pytest.mark.parametrize("losses", [(0.4, 0.3, 0.31, 0.3, 0.31), (0.4, 0.3, 0.2, 0.1, 0.5), (0.3, 0.4, 0.2, 0.3, 0.4)])
def test_one_bad_validation_is_no_rise(losses):
    history = told(lambda x: 2 * 0.5**x, 5, validation=lambda x: losses[int(x) - 1])
    assert curve_shape(history, "rises", 10).kind == "together"


def test_a_validation_loss_that_rises_with_the_training_loss_is_no_overfitting():
    history = told(lambda x: 0.5 + 0.02 * x, 10, validation=lambda x: 0.5 + 0.02 * abs(x - 3), first=2.3)
    assert curve_shape(history, "rises", 10).kind == "together"


def test_too_little_is_told_as_that():
    assert curve_shape(History(), "stays", 10).kind is None
    early = told(lambda _: 2.3, 1)
    begun = replace(early, epochs=(), loss=early.loss[:5])
    assert "too little" in curve_shape(begun, "stays", 10).why
    short = told(lambda x: 2 * 0.5**x, 2, validation=lambda _: 0.3)
    assert "too few epochs" in curve_shape(short, "rises", 10).why


def test_a_loss_below_zero_falls_and_rises_too():
    cosine = told(lambda x: -1 + 0.9 * 0.5**x, 8, validation=lambda x: -0.9 + 0.5 * 0.3**x)
    assert curve_shape(cosine, "rises", 10).kind == "together"
    apart = told(lambda x: -1 + 0.9 * 0.5**x, 8, validation=lambda x: -0.5 + 0.05 * abs(x - 3))
    assert curve_shape(apart, "rises", 10).kind == "rises"


@given(st.integers(1, 12))
def test_what_follows_on_the_forecast_changes_nothing(epochs):
    history = told(lambda x: 2 * 0.7**x, 12, validation=lambda x: 0.3 + 0.02 * abs(x - 4))
    cut = up_to(history, epochs)
    assert cut.x <= epochs
    assert [each.epoch for each in cut.epochs] == list(range(1, epochs + 1))
    assert up_to(cut, 12).loss == cut.loss
    assert all(point in history.loss for point in cut.loss)
    assert cut.loss[-1] == Point(epochs, history.loss[10 * epochs - 1].y)


@pytest.mark.keras
@pytest.mark.parametrize(
    ("name", "changes", "pair", "kind"),
    [
        ("ffnn-10", {"epochs": 3}, "rises", "together"),
        ("deep-sigmoid-9", {"epochs": 1}, "stays", "stays"),
        ("sigmoid-60", {"epochs": 1}, "stays", "falls"),
        ("mlp-64-64", {"epochs": 1, "optimizer": SGD(3.0)}, "swings", "swings"),
        ("mlp-64-64", {"epochs": 1, "loss": MeanSquaredError()}, "swings", "falls"),
    ],
)
def test_real_trainings(name: str, changes: dict[str, object], pair: Pair, kind: str) -> None:
    found: Preset = presets.load(presets.find(name))
    history = History()

    def listen(event: object) -> None:
        nonlocal history
        history = history.after(event)  # type: ignore[arg-type]  # every event is one

    Session(found.architecture, replace(found.plan, **changes), listen).run()
    assert curve_shape(history, pair, 10).kind == kind
