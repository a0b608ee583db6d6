"""A network that is trained a second time: its loops are those of the first time, all else is new."""

import pytest
from msgspec.structs import fields, replace

from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten
from core.plan.losses import MeanSquaredError
from core.plan.optimizers import SGD, Adam
from core.plan.plan import EarlyStopping, Plan
from core.plan.schedules import Step
from tests.core.training.scripted import QUICK, SMALL, Script, preparing, progress
from tests.core.training.test_session import NOISY, figures, same

pytestmark = pytest.mark.keras

LINEAR = Architecture((28, 28), (Flatten(), Dense(10)))

AGAIN = replace(
    QUICK,
    epochs=2,
    seed=7,
    schedule=Step(every=1),
    optimizer=Adam(learning_rate=0.02),
    early_stopping=EarlyStopping(patience=3),
)
"""All changed that changes no loop."""


@pytest.fixture(autouse=True)
def cache(monkeypatch):
    """A cache that is empty, and a collector that will find every session made from here on."""
    from core.keras_runtime import runtime
    from core.training import trainer

    runtime.freeze_gc()
    monkeypatch.setattr(trainer, "_cache", trainer.NetworkCache())


def trained(architecture, plan):
    """What a training told and came to; its session is gone."""
    script = Script(architecture, plan)
    ended = script.run()
    assert ended.reason == "finished"
    return script.session.model, figures(script), script.weights, (ended.test_loss, ended.test_accuracy)


def test_a_network_that_is_lent_again_trains_as_a_new_one(monkeypatch):
    from core.training import trainer

    first, *_ = trained(NOISY, QUICK)
    lent, told, weights, tested = trained(NOISY, AGAIN)
    assert lent is first
    monkeypatch.setattr(trainer, "_cache", trainer.NetworkCache())
    new, expected, same_weights, same_test = trained(NOISY, AGAIN)
    assert new is not first
    assert (told, tested) == (expected, same_test)
    assert same(weights, same_weights)


def test_a_network_that_was_prepared_trains_as_a_new_one(monkeypatch):
    from core.training import trainer

    trainer.prepare(NOISY, AGAIN, lambda: False)
    prepared, told, weights, tested = trained(NOISY, AGAIN)
    assert trainer._cache._network.model is prepared, "it was not built again"
    monkeypatch.setattr(trainer, "_cache", trainer.NetworkCache())
    new, expected, same_weights, same_test = trained(NOISY, AGAIN)
    assert new is not prepared
    assert (told, tested) == (expected, same_test)
    assert same(weights, same_weights)


def test_a_network_that_became_nan_is_lent_again_whole():
    hopeless = replace(QUICK, optimizer=SGD(learning_rate=1e30), loss=MeanSquaredError())
    first = Script(LINEAR, hopeless)
    assert first.run().reason == "failed"
    model = first.session.model
    del first
    second, *_ = trained(LINEAR, replace(hopeless, optimizer=SGD()))
    assert second is model


def test_a_network_in_use_is_not_lent():
    first = Script()
    first.run()
    weights = first.weights
    second = Script()
    second.run()
    assert second.session.model is not first.session.model
    assert same(first.weights, weights)


def test_a_network_that_was_never_ready_is_not_lent():
    first = Script(SMALL, QUICK, (lambda event: preparing(event) and "tracing" in event.what, lambda s: s.stop()))
    assert first.run().reason == "stopped"
    del first
    ended = Script(SMALL, QUICK, (progress(), lambda session: session.stop())).run()
    assert ended.reason == "stopped"
    assert ended.test_accuracy is not None


def test_what_a_loop_depends_on_makes_another():
    """Which fields these are is told below."""
    first, *_ = trained(SMALL, QUICK)
    second, *_ = trained(SMALL, replace(QUICK, optimizer=Adam(beta_1=0.8)))
    assert second is not first


def test_of_a_plan_all_but_a_few_fields_make_another():
    """A field that a plan gets one day counts until somebody has thought about it."""
    from core.training.network import NetworkSpec

    left_out = {"schedule", "epochs", "seed", "early_stopping"}
    blueprint = NetworkSpec(SMALL, QUICK, "cpu", "/CPU:0", (28, 28))
    for field in fields(Plan):
        marked = replace(QUICK, **{field.name: getattr(AGAIN, field.name)})
        if field.name in left_out:
            assert getattr(marked, field.name) != getattr(QUICK, field.name)
            assert replace(blueprint, plan=marked).cache_key == blueprint.cache_key
        else:
            strange = (
                replace(QUICK, **{field.name: object()})
                if field.name != "optimizer"
                else replace(QUICK, optimizer=Adam(epsilon=0.5))
            )
            assert replace(blueprint, plan=strange).cache_key != blueprint.cache_key
