"""Charts of curves over epochs as data: their curves, axes, the smoothing of lines, and what a place on them reads.

Time is in fractional epochs: step 234 of 469 per epoch is 0.499. Accuracies are shares, 0 to 1.
"""

from core.charts.axes import Axis
from core.charts.chart import (
    Band,
    Chart,
    Curve,
    CurveStyle,
    Cut,
    Dash,
    HalfViolin,
    Mark,
    Spread,
    VerticalLine,
    clip,
    placed,
)
from core.charts.cuts import cuts
from core.charts.points import Point, Reach, between, reaches, thin
from core.charts.ranges import accuracy_axis, epoch_axis, loss_axis, zoomed
from core.charts.reading import Reading, next_place, read
from core.charts.smoothing import WEIGHTS, memory, next_weight, smooth

__all__ = [
    "WEIGHTS",
    "Axis",
    "Band",
    "Chart",
    "Curve",
    "CurveStyle",
    "Cut",
    "Dash",
    "HalfViolin",
    "Mark",
    "Point",
    "Reach",
    "Reading",
    "Spread",
    "VerticalLine",
    "accuracy_axis",
    "between",
    "clip",
    "cuts",
    "epoch_axis",
    "loss_axis",
    "memory",
    "next_place",
    "next_weight",
    "placed",
    "reaches",
    "read",
    "smooth",
    "thin",
    "zoomed",
]
