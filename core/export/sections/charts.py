"""The charts of a report, with text alternatives."""

from collections.abc import Callable, Iterator, Sequence

from core import run_charts
from core.export.chart_svg import Figure
from core.formatting import show_accuracy, show_amount, show_loss
from core.history import History
from core.run_charts import BEST_OF, Look, Quantity, series
from core.sentences import sentence

__all__ = ["overlaid", "single"]

_SHOW: dict[Quantity, Callable[[float | None], str]] = {"loss": show_loss, "accuracy": show_accuracy}


def single(history: History) -> tuple[Figure, ...]:
    """The charts of a run's loss and accuracy, if it has any."""
    return tuple(_single(history))


def _single(history: History) -> Iterator[Figure]:
    for quantity in _SHOW:
        if chart := run_charts.single(quantity, history, look=Look()):
            yield Figure(quantity, _described(quantity, history), chart)


def overlaid(histories: Sequence[tuple[str, History]]) -> tuple[Figure, ...]:
    """The charts of the loss and accuracy of several runs, by name, if they have any."""
    return tuple(_overlaid(histories))


def _overlaid(histories: Sequence[tuple[str, History]]) -> Iterator[Figure]:
    for quantity, show in _SHOW.items():
        if chart := run_charts.overlaid(quantity, histories):
            ends = (f"{curve.name} ends at {show(curve.points[-1].y)}" for curve in chart.curves)
            what = f"The {chart.title} of {show_amount(len(chart.curves), 'run')}"
            yield Figure(f"runs-{quantity}", f"{what}: {sentence('; '.join(ends))}", chart)


def _described(quantity: Quantity, history: History) -> str:
    """From the first to the last epoch; before there are two, the ends of the curves."""
    show, epochs = _SHOW[quantity], history.epochs
    parts = []
    for name, points, measure in zip(
        ("training", "validation"), series(quantity, history), (quantity, f"val_{quantity}"), strict=True
    ):
        if points:
            means = [getattr(epoch, measure) for epoch in epochs] if len(epochs) > 1 else [point.y for point in points]
            parts.append(f"{name} {quantity} from {show(means[0])} to {show(means[-1])}")
    if best := history.best_mark(quantity):
        parts.append(f"{BEST_OF[quantity]} {show(best.y)} in epoch {best.x:.0f}")
    return sentence("; ".join(parts).capitalize())
