"""The charts of runs: loss and accuracy of one, or of several overlaid, and the learning rate of a plan."""

from collections.abc import Iterator, Sequence
from functools import partial
from statistics import fmean
from typing import Literal

from msgspec.structs import replace

from core.charts import (
    Axis,
    Band,
    Chart,
    Curve,
    CurveStyle,
    Dash,
    Mark,
    Point,
    VerticalLine,
    accuracy_axis,
    between,
    cuts,
    epoch_axis,
    loss_axis,
    memory,
    smooth,
    zoomed,
)
from core.formatting import show_rate
from core.history import History
from core.plan.plan import Plan
from core.settings import ChartSettings

__all__ = [
    "BEST",
    "BEST_OF",
    "PLAIN",
    "RUNS",
    "TRAINING",
    "VALIDATION",
    "Look",
    "Quantity",
    "learning_rate",
    "over_seeds",
    "overlaid",
    "series",
    "single",
]

Quantity = Literal["loss", "accuracy"]

TRAINING = CurveStyle("training")
VALIDATION = CurveStyle("validation", mark="circle")
BEST = CurveStyle("best", None, "star")
_RATE = CurveStyle("training")

_DASHES: tuple[Dash, ...] = ("solid", "dashed", "dotted")
_MARKS: tuple[Mark, ...] = ("circle", "triangle", "square", "diamond")

RUNS = tuple(
    CurveStyle(f"run{number + 1}", _DASHES[number % len(_DASHES)], _MARKS[number % len(_MARKS)], number >= len(_MARKS))
    for number in range(2 * len(_MARKS))
)
"""The styles of runs shown together; more could not be distinguished."""

STROKES = 24
"""Of the line that covers a band, from one epoch to the next: more than there are columns in most charts."""

BEST_OF: dict[Quantity, str] = {"loss": "lowest loss", "accuracy": "best accuracy"}


class Look(ChartSettings, frozen=True):
    """How curves are shown: the settings, and the epochs."""

    zoom: int = 0
    """How often the epochs shown have been halved."""
    center: float | None = None
    """The epoch that is zoomed in on; None for the newest."""


PLAIN = Look(smoothing=0.0)
"""Every point as it was reported."""


def single(quantity: Quantity, history: History, planned: int = 0, look: Look = PLAIN) -> Chart | None:
    """``quantity`` in training and validation, the best epoch, changes of the learning rate; None before any point.

    The x axis has room for ``planned`` epochs. Training is smoothed, above a band of what was reported.
    """
    training, validation = series(quantity, history)
    if not (training or validation):
        return None
    line = smooth(training, look.smoothing)
    curves = [Curve("training", line, TRAINING)] if training else []
    curves += [Curve("validation", validation, VALIDATION)] if validation else []
    best = history.best_mark(quantity)
    if best:
        curves.append(Curve(f"{BEST_OF[quantity]}: epoch {best.x:.0f}", (best,), BEST))
    newest = max(history.x, best.x if best else 0)
    chart = Chart(
        quantity,
        _epochs(newest, planned, look),
        Axis(0.0, 1.0),
        tuple(curves),
        tuple(VerticalLine(change.x, f"lr {show_rate(change.learning_rate)}") for change in history.changes),
        bands=(Band(TRAINING.role, training, memory(look.smoothing)),) if line is not training else (),
    )
    return _ranged(chart, quantity, training, validation, look)


def overlaid(quantity: Quantity, histories: Sequence[tuple[str, History | None]], look: Look = PLAIN) -> Chart | None:
    """``quantity`` of runs, by name, in validation, or without it the means of the training epochs.

    At most as many runs as can be distinguished; one without a history keeps its style. None before any point.
    Epochs are means already, so nothing is smoothed.
    """
    measured: dict[str, list[Point]] = {}
    curves = []
    for (name, history), style in zip(histories, RUNS, strict=False):
        if history is None:
            continue
        _, validation = series(quantity, history)
        if points := validation or history.means(quantity):
            measured.setdefault("validation" if validation else "training", []).extend(points)
            curves.append(Curve(name, points, style))
    if not curves:
        return None
    newest = max(curve.points[-1].x for curve in curves)
    title = f"{' or '.join(measured)} {quantity}"
    chart = Chart(title, _epochs(newest, 0, look), Axis(0.0, 1.0), tuple(curves))
    training, validation = (tuple(sorted(measured.get(each, ()))) for each in ("training", "validation"))
    return _ranged(chart, quantity, training, validation, replace(look, smoothing=0.0))


def over_seeds(quantity: Quantity, settings: Sequence[tuple[str, Sequence[History]]]) -> Chart | None:
    """The mean of ``quantity`` over the seeds of each of ``settings``, above a band from the lowest to the highest.

    In validation, or without it the means of the training epochs; up to the epoch that all seeds of a setting have
    reached. At most as many settings as can be distinguished; one without a history keeps its style. None before any
    point.
    """
    curves, bands, reached = list[Curve](), list[Band](), list[Point]()
    for (name, histories), style in zip(settings, RUNS, strict=False):
        lines = [series(quantity, each)[1] or each.means(quantity) for each in histories]
        epochs = list(zip(*filter(None, lines), strict=False))
        if not epochs:
            continue
        low, high = ([Point(seeds[0].x, end(each.y for each in seeds)) for seeds in epochs] for end in (min, max))
        mean = tuple(Point(seeds[0].x, fmean(each.y for each in seeds)) for seeds in epochs)
        curves.append(Curve(name, mean, style))
        reached += [*low, *high]
        if len(histories) > 1:
            bands.append(Band(style.role, tuple(_between_lines(low, high))))
    if not curves:
        return None
    newest = max(curve.points[-1].x for curve in curves)
    chart = Chart(f"mean {quantity}", _epochs(newest, 0, PLAIN), Axis(0.0, 1.0), tuple(curves), bands=tuple(bands))
    return _ranged(chart, quantity, (), tuple(sorted(reached)), PLAIN)


def _between_lines(low: Sequence[Point], high: Sequence[Point]) -> Iterator[Point]:
    """A line up and down between two others, so dense that it covers all that is between them."""
    for index in range(len(low) - 1):
        for step in range(STROKES):
            share = step / STROKES
            x = low[index].x + share * (low[index + 1].x - low[index].x)
            for line in (low, high):
                yield Point(x, line[index].y + share * (line[index + 1].y - line[index].y))
    yield from (low[-1], high[-1])


def learning_rate(plan: Plan) -> Chart | None:
    """The learning rate over the epochs of ``plan``, if it varies with the epoch alone; else None."""
    rates = plan.schedule.learning_rates(plan.epochs, plan.optimizer.learning_rate)
    if len(set(rates)) < 2:
        return None
    steps = tuple(Point(epoch + end, rate) for epoch, rate in enumerate(rates) for end in (0, 1))
    title = "learning rate, as planned"
    return Chart(title, Axis(0.0, float(plan.epochs)), loss_axis((), steps), (Curve("", steps, _RATE),))


def series(quantity: Quantity, history: History) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """The points of ``quantity`` in training and in validation."""
    if quantity == "loss":
        return history.loss, history.val_loss
    return history.accuracy, history.val_accuracy


def _epochs(newest: float, planned: int, look: Look) -> Axis:
    return zoomed(epoch_axis(newest, planned), look.zoom, newest, look.center)


def _ranged(
    chart: Chart, quantity: Quantity, training: Sequence[Point], validation: Sequence[Point], look: Look
) -> Chart:
    """``chart`` with the y axis for its points within the x axis, what that cuts off marked, and notes on both."""
    if look.zoom:
        training, validation = (between(points, chart.x.low, chart.x.high) for points in (training, validation))
    axis = partial(loss_axis, log=look.log) if quantity == "loss" else accuracy_axis
    y = axis(training, validation)
    notes = ["log" if y.log else "log: no positive values"] if look.log and quantity == "loss" else []
    notes += [f"smooth {look.smoothing:g}"] if look.smoothing and training else []
    notes += [f"zoom {2**look.zoom}x"] if look.zoom else []
    return replace(
        chart, y=y, notes=tuple(notes), cuts=tuple(cuts([*training, *validation], y)) if training or validation else ()
    )
