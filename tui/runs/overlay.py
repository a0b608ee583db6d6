"""The curves of several runs in one chart."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from core.charts import Point, accuracy_axis, epoch_axis, loss_axis
from core.history import History
from tui.runs.series_styles import DASHES, ROLES, SIGNS
from tui.widgets.chart import Chart
from tui.widgets.picture import Line, Marks, Picture
from tui.widgets.run_pictures import accuracy_picture, loss_picture

__all__ = ["Figure", "Overlay", "overlaid", "single"]

Figure = Literal["accuracy", "loss"]


class Overlay(Chart):
    """A chart with a color for each of several runs."""

    COMPONENT_CLASSES = Chart.COMPONENT_CLASSES | {f"chart--{role}" for role in ROLES}


class _Curve(Struct, frozen=True):
    number: int
    points: tuple[Point, ...]
    """One per epoch."""
    validated: bool


def single(figure: Figure, history: History) -> Picture | None:
    """``figure`` of one run in training and validation, as the Train tab draws it; None before the first point."""
    return accuracy_picture(history) if figure == "accuracy" else loss_picture(history)


def overlaid(figure: Figure, histories: Sequence[History | None]) -> Picture | None:
    """``figure`` of several runs, in validation, or in training where there was none.

    None until one of them has finished an epoch.
    """
    all_curves = [_curve(figure, number, history) for number, history in enumerate(histories) if history]
    curves = [curve for curve in all_curves if curve.points]
    if not curves:
        return None
    measured = dict.fromkeys("validation" if curve.validated else "training" for curve in curves)
    trained = sorted(point for curve in curves if not curve.validated for point in curve.points)
    validated = [point for curve in curves if curve.validated for point in curve.points]
    return Picture(
        f"{' or '.join(measured)} {figure}",
        epoch_axis(max(curve.points[-1].x for curve in curves), 0),
        accuracy_axis(trained, validated) if figure == "accuracy" else loss_axis(trained, validated),
        tuple(Line("", ROLES[curve.number], curve.points, DASHES[curve.number % len(DASHES)]) for curve in curves),
        tuple(Marks("", ROLES[curve.number], SIGNS[curve.number], curve.points) for curve in curves),
    )


def _curve(figure: Figure, number: int, history: History) -> _Curve:
    validation = history.val_accuracy if figure == "accuracy" else history.val_loss
    return _Curve(number, validation or history.means(figure), validated=bool(validation))
