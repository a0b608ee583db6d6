"""Learning-rate schedules against Keras's own."""

from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.fields.struct import fields_of
from core.plan.schedules import Constant, Cosine, Exponential, ReduceLROnPlateau, Schedule, Step
from tests.core.generated import instances

LOSSES = st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.30001, 0.5, 1.0]) | st.floats(0, 10), max_size=25).map(tuple)


@pytest.mark.keras
@settings(max_examples=100)
@given(
    instances(ReduceLROnPlateau),
    st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.30001, 0.5, 1.0]), min_size=1, max_size=25),
    st.sampled_from([1.0, 0.3, 1e-3]),
)
def test_plateau_goes_as_keras_callback_does(
    schedule: ReduceLROnPlateau, figures: list[float], learning_rate: float
) -> None:
    import keras

    optimizer = SimpleNamespace(learning_rate=keras.Variable(learning_rate, dtype="float32"))
    given = {field.name: getattr(schedule, field.name) for field in fields_of(ReduceLROnPlateau)}
    if schedule.mode == "auto" and schedule.monitor.endswith("accuracy"):
        given["mode"] = "max"  # Keras would ask the metrics of a model
    callback = keras.callbacks.ReduceLROnPlateau(**given)
    callback.set_model(SimpleNamespace(optimizer=optimizer))
    callback.on_train_begin()
    for epoch, figure in enumerate(figures):
        callback.on_epoch_end(epoch, {schedule.monitor: figure})
        ours = schedule.multiplier(epoch + 1, len(figures), tuple(figures), learning_rate) * learning_rate
        assert ours == pytest.approx(float(keras.ops.convert_to_numpy(optimizer.learning_rate)), rel=1e-4, abs=1e-30)


@pytest.mark.keras
@given(st.integers(1, 50), st.floats(0, 1), st.floats(0.1, 0.9), st.integers(1, 9))
def test_the_others_go_as_keras_schedules_do(epochs: int, alpha: float, rate: float, every: int) -> None:
    from keras.optimizers.schedules import CosineDecay, ExponentialDecay

    pairs = [
        (Cosine(alpha=alpha), CosineDecay(1.0, epochs, alpha)),
        (Exponential(rate=rate), ExponentialDecay(1.0, 1, rate)),
        (Step(every=every, rate=rate), ExponentialDecay(1.0, every, rate, staircase=True)),
    ]
    for epoch in {0, epochs // 2, epochs}:
        for ours, theirs in pairs:
            if isinstance(ours, Step) and epoch % every == 0 and epoch:
                continue  # Keras divides in float32 and may land just below a whole number: the next test has these
            assert ours.multiplier(epoch, epochs, ()) == pytest.approx(float(theirs(epoch)), rel=1e-4, abs=1e-6)


def test_a_step_comes_after_so_many_epochs() -> None:
    schedule = Step(every=3, rate=0.5)
    assert [schedule.multiplier(epoch, 8, ()) for epoch in range(8)] == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]


def test_a_cosine_starts_at_one_and_falls_to_its_share() -> None:
    factors = [Cosine(alpha=0.1).multiplier(epoch, 10, ()) for epoch in range(11)]
    assert factors[0] == 1
    assert factors[5] == pytest.approx(0.55)
    assert factors[10] == pytest.approx(0.1)
    assert factors == sorted(factors, reverse=True)


def test_a_plateau_waits_for_its_patience_and_its_cooldown() -> None:
    schedule = ReduceLROnPlateau(factor=0.1, patience=2, cooldown=1)
    losses = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    assert [round(schedule.multiplier(epoch, 9, losses), 6) for epoch in range(7)] == [1, 1, 1, 0.1, 0.1, 0.01, 0.01]


def test_constant_is_constant() -> None:
    assert {Constant().multiplier(epoch, 10, ()) for epoch in range(10)} == {1.0}


@given(st.sampled_from(sorted(Schedule.members)).flatmap(lambda name: instances(Schedule.members[name])), LOSSES)
def test_every_schedule_lowers_and_never_raises_the_learning_rate(
    schedule: Schedule, losses: tuple[float, ...]
) -> None:
    factors = [schedule.multiplier(epoch, len(losses), losses) for epoch in range(len(losses) + 1)]
    assert factors[0] == 1
    assert all(0 <= later <= earlier for earlier, later in pairwise(factors))


@given(instances(ReduceLROnPlateau), LOSSES, st.floats(0, 10))
def test_a_factor_depends_on_the_epochs_before_alone(
    schedule: ReduceLROnPlateau, losses: tuple[float, ...], later: float
) -> None:
    epoch = len(losses)
    assert schedule.multiplier(epoch, 99, losses) == schedule.multiplier(epoch, 99, (*losses, later))
