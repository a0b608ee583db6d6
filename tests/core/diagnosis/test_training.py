"""Findings in real trainings: what is wrong is found, its first remedy helps, what is sound is left alone."""

from functools import cache
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from core import presets
from core.diagnosis import Finding, static_findings
from core.diagnosis.training_rules import rule_findings
from core.events import Ended
from core.history import History
from core.network.architecture import Architecture
from core.network.initializers import Constant, RandomNormal
from core.network.layers import Dense, Flatten, Layer
from core.network.summary import summarize
from core.plan.optimizers import SGD
from core.plan.plan import Plan

pytestmark = pytest.mark.keras

Network = tuple[Architecture, Plan]


class Trained(Struct, frozen=True):
    """A training that is over, and the codes of all findings while it ran."""

    history: History
    ended: Ended
    told: frozenset[str]


@cache
def trained(architecture: Architecture, plan: Plan) -> Trained:
    """Really trained, once for all tests; looked at again after everything that it tells."""
    from core.training.session import Session

    history, told = History(), set[str]()

    def listen(event: Any) -> None:
        nonlocal history
        history = history.after(event)
        told.update(finding.code for finding in rule_findings(architecture, plan, history))

    ended = Session(architecture, plan, listen).run()
    return Trained(history, ended, frozenset(told))


def preset(name: str, epochs: int, **changed: Any) -> Network:
    """A shipped preset, trained for fewer epochs."""
    held = presets.load(presets.SHIPPED / f"{name}.toml")
    return held.architecture, replace(held.plan, epochs=epochs, **changed)


def mlp(*hidden: Layer, **planned: Any) -> Network:
    """A dense network and its plan."""
    return Architecture((28, 28, 1), (Flatten(), *hidden, Dense(10, "softmax"))), Plan(epochs=1, **planned)


def findings(network: Network) -> tuple[Finding, ...]:
    return rule_findings(*network, trained(*network).history)


def static(network: Network) -> list[str]:
    return [finding.code for finding in static_findings(*network, summarize(network[0]))]


def remedied(finding: Finding, epochs: int) -> Network:
    """What the first remedy makes of the network."""
    remedy = finding.fixes[0]
    return remedy.architecture, replace(remedy.plan, epochs=epochs)


def accuracy(network: Network) -> float:
    """On the validation examples, after the last epoch."""
    reached = trained(*network).history.epochs[-1].val_accuracy
    assert reached is not None
    return reached


def test_deep_sigmoids_have_vanishing_gradients() -> None:
    network = preset("deep-sigmoid-9", epochs=1)
    found, *others = findings(network)
    assert (found.code, found.layer) == ("vanishing-gradients", 3)
    assert "layer 3 (Dense 9 sigmoid)" in found.evidence
    assert "layer 13 (Dense 10 softmax)" in found.evidence
    assert [other.code for other in others] == ["saturated-units"]  # by the pixels of 0 to 255
    assert found.fixes[0].label.startswith("set elu, he_normal and BatchNormalization in 11 layers, optimizer=adam")
    assert accuracy(network) < 0.2


def test_the_narrowest_of_the_deep_sigmoids_learn_when_remedied() -> None:
    cured = remedied(findings(preset("deep-sigmoid-9", epochs=1))[0], epochs=2)
    assert accuracy(cured) > 0.85
    assert findings(cured) == ()


def test_a_learning_rate_of_ten_diverges_and_a_lower_one_learns() -> None:
    network = preset("mlp-64-64", epochs=1, optimizer=SGD(learning_rate=10.0))
    (found,) = findings(network)
    assert found.code == "learning-rate-too-high"
    assert found.evidence.startswith("learning_rate is 10 and training diverges: the loss rose from 2.")
    assert accuracy(network) < 0.2
    assert accuracy(remedied(found, epochs=1)) > 0.9


def test_a_learning_rate_that_moves_nothing_is_found_and_a_higher_one_learns() -> None:
    network = preset("mlp-64-64", epochs=1, optimizer=SGD(learning_rate=1e-5))
    (found,) = findings(network)
    assert found.code == "learning-rate-too-low"
    assert accuracy(network) < 0.2
    assert accuracy(remedied(found, epochs=1)) > 0.5


def test_relus_that_start_below_zero_are_dead_and_learn_from_biases_of_zero() -> None:
    relu = Dense(64, "relu", bias_initializer=Constant(-10.0))
    network = mlp(relu, relu)
    (found,) = findings(network)
    assert (found.code, found.layer) == ("dead-relus", 2)
    assert "all units of layer 2 (Dense 64 relu) gave 0 for every image of the batch at step" in found.evidence
    assert found.evidence.endswith("; the same in 1 more layer")
    assert accuracy(network) < 0.2
    assert accuracy(remedied(found, epochs=1)) > 0.9


def test_numbers_that_break_are_found_at_the_first_layer_and_mended() -> None:
    network = mlp(*[Dense(64, "relu", kernel_initializer=RandomNormal(stddev=1.0))] * 6, optimizer=SGD(), seed=2)
    assert trained(*network).ended.reason == "failed"
    (found,) = findings(network)
    assert (found.code, found.layer) == ("not-finite", 2)
    assert "the weights of layer 2 (Dense 64 relu) are infinite or NaN" in found.evidence
    assert accuracy(remedied(found, epochs=1)) > 0.85


def test_ffnn_500_learns_by_heart() -> None:
    # With 6,000 examples to train on instead of 60,000 it takes a quarter of the time.
    network = preset("ffnn-500", epochs=16, validation=0.9, batch_size=64)
    (found,) = findings(network)
    assert found.code == "overfitting"
    best = trained(*network).history.best
    assert best is not None
    assert found.evidence.startswith(f"since epoch {best.epoch} the validation loss has risen from ")
    assert 5 <= best.epoch <= 15


def test_pixels_that_are_not_scaled_saturate_and_are_scaled_by_both_remedies() -> None:
    network = preset("sigmoid-400", epochs=1)
    assert static(network) == ["inputs-not-scaled"]
    (found,) = findings(network)
    assert (found.code, found.layer) == ("saturated-units", 2)
    (unscaled,) = static_findings(*network, summarize(network[0]))
    assert unscaled.fixes[0] in found.fixes
    assert {remedy.plan.pixels for remedy in found.fixes} == {"0..1"}
    assert accuracy(remedied(found, epochs=1)) > 0.9


def test_a_loss_that_does_not_fit_is_explanation_enough() -> None:
    network = preset("mlp-64-64-binary", epochs=2)
    assert static(network) == ["binary-loss-on-softmax"]
    assert findings(network) == ()


@pytest.mark.parametrize(
    ("name", "epochs", "validation"), [("lenet-5", 1, 0.8), ("keras-convnet", 1, 0.9), ("bn-512-128-64", 3, 0.5)]
)
def test_nothing_is_found_in_sound_training_at_any_time(name: str, epochs: int, validation: float) -> None:
    # What a convolution costs is decided by the number of examples.
    network = preset(name, epochs, validation=validation)
    assert findings(network) == ()
    assert accuracy(network) > 0.75
    assert trained(*network).told == frozenset()
    assert len(trained(*network).history.samples) >= 2


@pytest.mark.parametrize(
    "network",
    [
        preset("mlp-64-64", epochs=1),
        mlp(Dense(64, "relu"), batch_size=8, validation=0.8),
    ],
    ids=["mlp", "small batches"],
)
def test_nothing_is_found_in_other_sound_networks(network: Network) -> None:
    assert accuracy(network) > 0.9
    assert trained(*network).told == frozenset()
