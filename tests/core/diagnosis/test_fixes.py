"""Trainings that fail: the right cause stands first, and every fix that is offered for it cures."""

from functools import cache
from typing import Any

import pytest
from msgspec import Struct

from core.diagnosis import run_findings
from core.events import Event
from core.history import History
from core.network.architecture import Architecture
from core.network.layers import Activation, BatchNormalization, Dense, Flatten, Layer, Reshape
from core.network.regularizers import Regularizer
from core.plan.losses import BinaryCrossentropy, Loss
from core.plan.optimizers import SGD, Adam
from core.plan.plan import Plan
from core.training.session import Session

pytestmark = pytest.mark.keras

HIDDEN = Dense(32, "relu")


def plan(**changed: Any) -> Plan:
    """6,000 examples to train on, twice, in their order: so nothing is compiled, which takes longest."""
    return Plan(
        **{"validation": 0.9, "batch_size": 64, "epochs": 2, "optimizer": Adam(0.003), "shuffle": False, **changed}
    )


SLOW = plan(optimizer=SGD(0.1))


class Failing(Struct, frozen=True):
    """A network that does not come to what it could, and the finding that says why."""

    code: str
    layer: int
    layers: tuple[Layer, ...]
    plan: Plan
    least: float = 0.85
    """Validation accuracy that every fix leads to, and the network as it is stays below."""
    skipped: tuple[str, ...] = ()
    """Fixes that are right, and would take minutes."""

    def __str__(self) -> str:
        return f"{self.code}: {', '.join(layer.label for layer in self.layers)}"


CASES = (
    Failing("no-softmax", 3, (Flatten(), HIDDEN, Dense(10, "relu")), plan(seed=2)),
    Failing(
        "penalty-dominates",
        2,
        (Flatten(), Dense(32, "relu", activity_regularizer=Regularizer(l1=3.0)), Dense(10, "softmax")),
        plan(),
    ),
    Failing(
        "penalty-dominates",
        2,
        (Flatten(), Dense(32, "relu", kernel_regularizer=Regularizer(l2=100.0)), Dense(10, "softmax")),
        plan(optimizer=SGD(learning_rate=0.1)),
    ),
    Failing(
        "bn-moving-averages-lag",
        3,
        (
            Flatten(),
            Dense(32, use_bias=False),
            BatchNormalization(momentum=0.999),
            Activation("relu"),
            Dense(10, "softmax"),
        ),
        plan(batch_size=500, epochs=3, optimizer=Adam(learning_rate=0.03)),
        0.8,
        ("set epochs=384",),
    ),
    Failing(
        "hidden-softmax", 3, (Flatten(), HIDDEN, Dense(32, "softmax"), Dense(10, "softmax")), plan(optimizer=SGD(0.1))
    ),
    Failing("softmax-twice", 4, (Flatten(), HIDDEN, Dense(10, "softmax"), Activation("softmax")), SLOW),
    Failing("bounded-logits", 4, (Flatten(), HIDDEN, Dense(10, "sigmoid"), Activation("softmax")), SLOW),
    Failing("softmax-axis", 4, (Flatten(), Dense(10), Reshape((5, 2)), Activation("softmax"), Flatten()), plan()),
    Failing("binary-loss-on-softmax", 3, (Flatten(), HIDDEN, Dense(10, "softmax")),
            plan(loss=BinaryCrossentropy(), optimizer=SGD(0.1))),
    Failing("hinge-without-negatives", 3, (Flatten(), HIDDEN, Dense(10, "softmax")),
            plan(loss=Loss.from_name("Hinge")(), optimizer=SGD(0.1))),
    Failing("no-positive-output", 3, (Flatten(), HIDDEN, Dense(10)), plan(loss=Loss.from_name("Poisson")())),
    Failing("flat-slopes", 2, (Flatten(), *[Dense(16, "sigmoid")] * 5, Dense(10, "softmax")), plan()),
    Failing("learning-rate-too-high", 2, (Flatten(), HIDDEN, Dense(10, "softmax")), plan(optimizer=SGD(30.0)), 0.8),
)  # fmt: skip


@cache
def trained(architecture: Architecture, plan: Plan) -> History:
    """What a real training tells, once for all tests."""
    history = History()

    def listen(event: Event) -> None:
        nonlocal history
        history = history.after(event)

    Session(architecture, plan, listen).run()
    return history


def accuracy(history: History) -> float:
    """On the validation examples after the last epoch; 0 where numbers broke."""
    assert history.ended
    reached = history.epochs[-1].val_accuracy if history.epochs and history.ended.reason == "finished" else 0.0
    assert reached is not None
    return reached


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_cause_stands_first_and_each_of_its_fixes_cures(case: Failing) -> None:
    network = Architecture((28, 28, 1), case.layers)
    history = trained(network, case.plan)
    assert accuracy(history) < case.least
    first, *others = run_findings(network, case.plan, history)
    assert (first.code, first.layer, first.because) == (case.code, case.layer, "")
    assert all(finding.because == first.title for finding in others if not finding.fixes)
    assert first.fixes
    labels = [remedy.label for remedy in first.fixes]
    assert set(case.skipped) <= set(labels)
    for remedy in first.fixes:
        if remedy.label not in case.skipped:
            reached = accuracy(trained(remedy.architecture, remedy.plan))
            assert reached > case.least, f"{remedy.label}: {reached:.3f}"


def test_a_loss_that_broke_is_explained_by_what_breaks_it() -> None:
    case = CASES[0]
    found = run_findings(
        Architecture((28, 28, 1), case.layers), case.plan, trained(Architecture((28, 28, 1), case.layers), case.plan)
    )
    assert [(one.code, one.because) for one in found] == [
        ("no-softmax", ""),
        ("not-finite", "no-softmax (layer 3)"),
    ]
    assert "0/0" in found[0].cause
    assert found[1].cause == "This follows from no-softmax (layer 3): fix that first."
    assert found[1].fixes == ()
