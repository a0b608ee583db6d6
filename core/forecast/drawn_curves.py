"""The curves that a forecast chooses between: plausible shapes, from formulas, for the network and plan in hand."""

from collections.abc import Mapping
from math import isfinite

from msgspec import Struct

from core.charts import Axis, Chart, Curve, Point, loss_axis, thin
from core.datasets import DATASETS
from core.forecast.forecast import PAIRS, CurveKind, Pair
from core.forecast.verdict import IN_SHORT
from core.formulas.loss_formulas import FORMULAS
from core.formulas.real_formula import RealFormula
from core.network.summary import summarize
from core.plan.plan import Plan
from core.presets import Preset
from core.run_charts import TRAINING, VALIDATION

__all__ = ["caption", "curve_chart", "guessing_loss", "pair_charts", "pair_for"]

LEAST_EPOCHS = 5
"""Of a plan in which a validation loss has time to fall and to rise again."""
MANY_KERNELS = 5
"""Layers with a kernel from which a gradient may not reach the first."""
SATURATING = frozenset({"sigmoid", "hard_sigmoid"})
"""Activations by which it may not with fewer either."""
FAST = 10.0
"""Times Keras's own learning rate of an optimizer, from which steps may be too large."""
PLACES, MARKS = 160, 25
"""Points of a curve; points of a validation curve at most, so that its marks stand apart."""


class _Drawn(Struct, frozen=True):
    """Formulas of the loss over ``t``, from 0 to 1, as multiples of that of guessing; ``validation`` only where both
    are drawn.
    """

    training: RealFormula
    validation: RealFormula | None = None


_FORMULAS: Mapping[CurveKind, _Drawn] = {
    "together": _Drawn(
        RealFormula("0.10 + 0.90 * exp(-9 * t)"),
        RealFormula("0.15 + 0.60 * exp(-7 * t)"),
    ),
    "rises": _Drawn(
        RealFormula("0.01 + 0.99 * exp(-7 * t)"),
        RealFormula("0.10 + 0.60 * exp(-12 * t) + 0.45 * t**1.5"),
    ),
    "falls": _Drawn(RealFormula("0.10 + 0.90 * exp(-7 * t)")),
    "stays": _Drawn(RealFormula("1 + 0.02 * exp(-20 * t) * cos(40 * t)")),
    "swings": _Drawn(RealFormula("0.9 + 0.5 * t - (0.25 + 0.25 * t) * cos(11 * pi * t)")),
}


def pair_for(preset: Preset) -> Pair:
    """The pair to choose from for ``preset``: one whose curves are both plausible.

    It follows from coarse facts alone (a high rate, a deep network or sigmoids, a plan that validates for some epochs),
    which allow either: what the diagnosis would say is not asked.
    """
    plan = preset.plan
    default = type(plan.optimizer).initial().learning_rate
    if plan.optimizer.learning_rate >= FAST * default:
        return "swings"
    layers = preset.architecture.layers
    kernels = sum(row.layer.has_kernel for row in summarize(preset.architecture).rows)
    if kernels >= MANY_KERNELS or any(getattr(layer, "activation", "") in SATURATING for layer in layers):
        return "stays"
    return "rises" if plan.validation != "none" and plan.epochs >= LEAST_EPOCHS else "stays"


def guessing_loss(plan: Plan) -> float:
    """The loss of a network that gives every class the same probability: log 10 of ten classes, for cross-entropy.

    1 for a loss without a formula, whose curves have no scale then.
    """
    classes = len(DATASETS[plan.dataset].classes)
    formula = FORMULAS.get(type(plan.loss).__name__)
    loss = formula.value(plan.loss, 1 / classes, classes) if formula else 1.0
    return loss if isfinite(loss) and loss > 0 else 1.0


def pair_charts(pair: Pair, plan: Plan) -> tuple[Chart, Chart]:
    """The two curves of ``pair``, on the same axes."""
    drawn = [_curves(kind, plan) for kind in PAIRS[pair]]
    y = _axis([curve for curves in drawn for curve in curves])
    first, second = (Chart("loss", _epochs(plan), y, curves) for curves in drawn)
    return first, second


def curve_chart(kind: CurveKind, plan: Plan) -> Chart:
    """The curve ``kind`` alone."""
    curves = _curves(kind, plan)
    return Chart("loss", _epochs(plan), _axis(curves), curves)


def caption(kind: CurveKind, plan: Plan) -> str:
    """A curve in a few words: ``stays at 2.303, the loss of guessing``."""
    if kind == "stays":
        return f"stays at {guessing_loss(plan):.4g}, as guessing"
    return IN_SHORT[kind]


def _curves(kind: CurveKind, plan: Plan) -> tuple[Curve, ...]:
    drawn, level = _FORMULAS[kind], guessing_loss(plan)
    training = drawn.training.points("t", 0.0, 1.0, PLACES)
    curves = [Curve("training", _placed(training, plan, level), TRAINING)]
    if drawn.validation is not None:
        ends = [epoch / plan.epochs for epoch in range(1, plan.epochs + 1)]
        every = [Point(t, drawn.validation(t=t)) for t in _spread(ends)]
        curves.append(Curve("validation", _placed(thin(every, MARKS), plan, level), VALIDATION))
    return tuple(curves)


def _spread(ends: list[float]) -> list[float]:
    """At most `PLACES` of ``ends``, the last among them."""
    every = -(-len(ends) // PLACES)
    return ends[(len(ends) - 1) % every :: every]


def _placed(points: tuple[Point, ...], plan: Plan, level: float) -> tuple[Point, ...]:
    return tuple(Point(t * plan.epochs, level * share) for t, share in points)


def _epochs(plan: Plan) -> Axis:
    return Axis(0.0, float(plan.epochs))


def _axis(curves: list[Curve] | tuple[Curve, ...]) -> Axis:
    """The axis for all of ``curves``, from 0."""
    return Axis(0.0, max(loss_axis((), curve.points).high for curve in curves))
