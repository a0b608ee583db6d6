"""Curves of terms that are no function of Keras's: a bowl, a saddle, the memory of an average."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import inf

from msgspec.structs import replace

from core.charts import Axis, Chart, Curve, CurveStyle, Point
from core.datasets import DATASETS
from core.formatting import show_amount
from core.formulas.activation_formulas import FORMULAS, SIGMOID
from core.formulas.loss_formulas import FORMULAS as LOSSES
from core.formulas.real_formula import RealFormula
from core.glossary.initial_weights import Spread
from core.plan.losses import CategoricalCrossentropy
from core.plan.plan import Plan
from core.plan.schedules import Schedule

__all__ = ["CURVES", "FIRST", "OTHER", "PLACES", "axis_around", "chart_of", "schedule_chart"]

FIRST, OTHER = CurveStyle("training"), CurveStyle("validation", "dashed")
PLACES = 240
"""Points of a curve: more than a terminal has columns of dots in a chart."""
LIMIT = 6.0
"""Beyond this an axis is not stretched by a function that grows without bound."""
MARGIN = 0.08
_LATER = 20
"""Steps or layers along which something fades."""
_SMOOTHING = 0.1
"""Of labels, where the plan has none."""


def axis_around(points: Sequence[Point], *, low: float = -inf, high: float = inf) -> Axis:
    """The axis for ``points``, with a margin, and no farther than ``low`` and ``high``."""
    values = [min(max(point.y, low), high) for point in points] or [0.0]
    least, most = min(values), max(values)
    room = MARGIN * (most - least) or MARGIN * max(1.0, abs(most))
    return Axis(least - room, most + room)


def chart_of(title: str, x_name: str, *curves: Curve, low: float = -inf, high: float = inf) -> Chart | None:
    """A chart of ``curves``; None if none has a point."""
    every = [point for curve in curves for point in curve.points]
    if not every:
        return None
    x = Axis(min(point.x for point in every), max(point.x for point in every))
    if x.low == x.high:
        return None
    return Chart(title, x, axis_around(every, low=low, high=high), curves, x_name=x_name)


def _over(text: str, low: float, high: float) -> tuple[Point, ...]:
    return RealFormula(text).points("x", low, high, PLACES)


def _lines(
    title: str, x_name: str, *named: tuple[str, str], reach: float, start: float | None = None
) -> Callable[[Plan], Chart | None]:
    """A chart of one or two formulas of ``x``, by name, from ``start`` to ``reach``, or around zero."""
    low = -reach if start is None else start

    def draw(_: Plan) -> Chart | None:
        styles = (FIRST, OTHER)
        curves = [
            Curve(name, _over(text, low, reach), style) for (name, text), style in zip(named, styles, strict=False)
        ]
        return chart_of(title, x_name, *curves, low=-LIMIT, high=LIMIT)

    return draw


def _density(spread: Spread, title: str) -> Callable[[Plan], Chart | None]:
    reach = 1.3 * spread.reach

    def draw(_: Plan) -> Chart | None:
        places = [reach * (2 * index / PLACES - 1) for index in range(PLACES + 1)]
        return chart_of(title, "x", Curve("", tuple(Point(x, spread.density(x)) for x in places), FIRST))

    return draw


def _fading(share: float, title: str, x_name: str) -> Chart | None:
    points = tuple(Point(float(step), share**step) for step in range(_LATER + 1))
    return chart_of(title, x_name, Curve("", points, CurveStyle("training", "solid", "circle")))


def _memory(plan: Plan) -> Chart | None:
    names = ("momentum", "beta_1", "rho")
    shares = [share for name in names if 0 < (share := getattr(plan.optimizer, name, 0.0)) < 1]
    share = shares[0] if shares else 0.9
    return _fading(share, f"share of a gradient that is left, at {share:g} a step", "step")


def _vanishing(_: Plan) -> Chart | None:
    slopes = FORMULAS["sigmoid"].slope.points("x", -1.0, 1.0, 2 * PLACES + 1)
    steepest = max(point.y for point in slopes)
    layers = range(1, _LATER // 2 + 2)
    points = tuple(Point(float(layer), steepest**layer) for layer in layers)
    curve = Curve("", points, CurveStyle("training", "solid", "circle"))
    title = f"share of the gradient that sigmoids let through: at most {steepest:.3g} each"
    return Chart(
        title,
        Axis(points[0].x, points[-1].x),
        Axis(points[-1].y / 2, 2 * points[0].y, log=True),
        (curve,),
        x_name="layers",
    )


def _label_smoothing(plan: Plan) -> Chart | None:
    classes = len(DATASETS[plan.dataset].classes)
    smoothing = getattr(plan.loss, "label_smoothing", 0.0) or _SMOOTHING
    plain, loss = LOSSES["CategoricalCrossentropy"], CategoricalCrossentropy()
    smoothed = RealFormula(
        "-(1 - s + s / classes) * log(p) - (classes - 1) * s / classes * log((1 - p) / (classes - 1))"
    )
    places = [(index + 0.5) / PLACES for index in range(PLACES)]
    return chart_of(
        "cross-entropy over the true class's probability",
        "p",
        Curve("plain", tuple(Point(p, plain.value(loss, p, classes)) for p in places), FIRST),
        Curve(f"smoothing {smoothing:g}", smoothed.points("p", 0.0, 1.0, PLACES, s=smoothing, classes=classes), OTHER),
        high=LIMIT,
    )


def _schedule(plan: Plan) -> Chart | None:
    return schedule_chart(plan, plan.schedule)


def schedule_chart(plan: Plan, schedule: Schedule) -> Chart | None:
    """The learning rate over the epochs of ``plan`` with ``schedule``.

    A schedule that depends on how training goes gets a metric that never improves after its first epoch.
    """
    rate, epochs = plan.optimizer.learning_rate, min(plan.epochs, PLACES)
    rates = [
        rate * schedule.multiplier(epoch, plan.epochs, (1.0,) * epoch, rate) for epoch in _spaced(plan.epochs, epochs)
    ]
    width = plan.epochs / epochs
    steps = tuple(Point(width * (index + end), value) for index, value in enumerate(rates) for end in (0, 1))
    title = f"learning rate over {show_amount(plan.epochs, 'epoch')}"
    drawn = chart_of(title, "epoch", Curve("", steps, FIRST))
    return replace(drawn, y=Axis(0.0, (1 + MARGIN) * max(rates))) if drawn else None


def _spaced(epochs: int, most: int) -> Iterator[int]:
    return (epochs * index // most for index in range(most))


CURVES: Mapping[str, Callable[[Plan], Chart | None]] = {
    "clipping": _lines(
        "norm of a gradient, with a limit of one", "norm", ("before", "x"), ("after", "min(1, x)"), reach=3.0, start=0.0
    ),
    "convex": _lines("a convex function", "w", ("", "x**2"), reach=2.0),
    "dropout_scale": _lines("what a kept input is multiplied by", "rate", ("", "1 / (1 - x)"), reach=0.8, start=0.0),
    "label_smoothing": _label_smoothing,
    "memory": _memory,
    "non_convex": _lines("two valleys, one deeper than the other", "w", ("", "(x**2 - 1)**2 + 0.3 * x"), reach=1.6),
    "normal": _density(Spread("normal", 0.0, 1.0), "density, with a standard deviation of one"),
    "saddle": _lines("across a saddle in two directions", "w", ("rises", "x**2"), ("falls", "-x**2"), reach=2.0),
    "schedule": _schedule,
    "sigmoid": _lines("probability of the class over the weighted sum", "z", ("", SIGMOID), reach=6.0),
    "step": _lines("output over the weighted sum", "z", ("", "1 if x > 0 else 0"), reach=3.0),
    "uniform": _density(Spread("uniform", 0.0, 1.0), "density between minus one and one"),
    "vanishing": _vanishing,
}
"""By the name that an entry has for it."""
