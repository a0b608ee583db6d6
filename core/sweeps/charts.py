"""The chart of a sweep: the spread of each setting over the field that is varied."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import isclose
from typing import Any, Literal

from msgspec import Struct

from core.charts import Axis, Chart, Curve, CurveStyle, Dash, Mark, Point, Spread, accuracy_axis, loss_axis
from core.sweeps.results import SettingResult, SweepResults, ranked, show_setting
from core.sweeps.sweep import Sweep, Vary
from core.sweeps.values import Value, show_value, value_key

__all__ = ["METRIC_NAMES", "MOST_PLACES", "Scale", "field_name", "scale_of", "spread_chart"]

Scale = Literal["log", "linear", "categories"]
"""How the values of a field lie on an axis."""

METRIC_NAMES = {
    "val_accuracy": "validation accuracy",
    "best_val_accuracy": "best validation accuracy",
    "test_accuracy": "test accuracy",
    "val_loss": "validation loss",
    "test_loss": "test loss",
}
MOST_PLACES = 60
"""Settings side by side, of which there is a bar for each; the best of more."""
MOST_LABELS = 20
MOST_SERIES = 5
"""Values of a second field that can be told from each other where they share an axis."""
WIDE = 100
"""The ratio from which the largest value to the smallest asks for a logarithmic axis."""
WIDEST = 1e30
"""The ratio up to which the ends of a logarithmic axis can be computed."""
EVEN = 0.05
"""By how much ratios may differ, which whole numbers cannot keep exactly, and still be equal."""
MARGIN, SERIES_MARGIN = 0.05, 0.04
"""The share of a numeric axis beyond the first and the last value, and how much more for each series."""
MOST_WIDTH = 0.1
"""The share of the axis that a setting may take, with its bar and its dots."""

_DASHES: tuple[Dash, ...] = ("solid", "dashed", "dotted")
_MARKS: tuple[Mark, ...] = ("circle", "triangle", "square", "diamond", "star")


class _Place(Struct, frozen=True):
    """A setting in the chart: where it is on the x axis, and in which series."""

    x: float
    series: int
    result: SettingResult


class _Layout(Struct, frozen=True):
    """What lies where: the axis, its name, the names of the series, and the settings from left to right."""

    x: Axis
    name: str
    series: tuple[str, ...]
    places: tuple[_Place, ...]
    joined: bool
    """Whether lines between the means say something."""


def field_name(vary: Vary) -> str:
    """The field, or the fields, that ``vary`` gives values to, as a person reads them."""
    return ", ".join(address.removeprefix("plan.") for address in vary.addresses)


def scale_of(values: Sequence[Value]) -> Scale:
    """The scale for ``values``: by equal steps, by equal ratios or over a wide range; else a category for each.

    Equal ratios or, above 0, a largest value of at least 100 times the smallest ask for a logarithmic axis.
    """
    numbers = _numbers(values)
    if len(numbers) < 2:
        return "categories"
    steps = [high - low for low, high in pairwise(numbers)]
    if len(steps) > 1 and all(isclose(step, steps[0], rel_tol=1e-6) for step in steps):
        return "linear"
    if numbers[0] <= 0 or numbers[-1] / numbers[0] > WIDEST:
        return "categories"
    ratios = [high / low for low, high in pairwise(numbers)]
    even = len(ratios) > 1 and all(isclose(ratio, ratios[0], rel_tol=EVEN) for ratio in ratios)
    return "log" if even or numbers[-1] >= WIDE * numbers[0] else "categories"


def spread_chart(sweep: Sweep, found: SweepResults) -> Chart | None:
    """Each setting's values of the metric, their mean and a standard deviation to either side; None without any.

    The x axis is the field that is varied; with two, the other one has a series for each value. Where that is not
    possible, the settings lie side by side, the best first, by their numbers from 1.
    """
    if not found.settings:
        return None
    layout = _layout(sweep, found)
    width = _width(layout)
    styles = [
        CurveStyle(f"run{index + 1}", _DASHES[index % 3] if layout.joined else None, mark)
        for index, mark in enumerate(_MARKS[: len(layout.series)])
    ]
    spreads: list[list[Spread]] = [[] for _ in layout.series]
    for place in layout.places:
        aside = width * (place.series - (len(layout.series) - 1) / 2)
        x = layout.x.value(layout.x.share(place.x) + aside)
        spreads[place.series].append(_spread(sweep, x, place.result, width, styles[place.series]))
    curves = tuple(
        Curve(name, tuple(Point(each.x, each.mean) for each in line), style)
        for name, line, style in zip(layout.series, spreads, styles, strict=True)
        if line
    )
    every = tuple(each for line in spreads for each in line)
    y = _y_axis(sweep, every)
    notes = ("log",) if y.log else ()
    return Chart(METRIC_NAMES[sweep.metric], layout.x, y, curves, notes=notes, x_name=layout.name, spreads=every)


def _layout(sweep: Sweep, found: SweepResults) -> _Layout:
    few = sorted(sweep.vary, key=lambda each: (len(each.values), scale_of(each.values) != "categories"))
    if len(sweep.vary) == 1:
        return _over(sweep.vary[0], None, found.settings)
    if len(sweep.vary) == 2 and len(few[0].values) <= MOST_SERIES:
        return _over(few[1], few[0], found.settings)
    best = ranked(sweep, found.settings)[:MOST_PLACES]
    if not sweep.vary:
        labels, name = [show_setting(each.values) for each in best], ""
    else:
        labels, name = [str(each.index + 1) for each in best], "setting, the best first, those with fewer seeds last"
    places = tuple(_Place(float(index), 0, each) for index, each in enumerate(best))
    return _Layout(_categories(labels), name, ("mean",), places, False)


def _over(vary: Vary, other: Vary | None, settings: Sequence[SettingResult]) -> _Layout:
    """The settings over the values of ``vary``, with a series for each value of ``other``."""
    scale = scale_of(vary.values)
    if scale == "categories" and len(vary.values) > MOST_LABELS and _numbers(vary.values):
        scale = "linear"
    keys = [value_key(value) for value in vary.values]
    order = {key: index for index, key in enumerate(keys)}
    names = ("mean",) if other is None else tuple(f"{field_name(other)} = {show_value(each)}" for each in other.values)
    series = {value_key(value): index for index, value in enumerate(other.values)} if other else {}
    places = []
    for each in settings:
        values = dict(each.values)
        value: Any = values[vary.addresses[0]]
        x = float(order[value_key(value)] if scale == "categories" else value)
        places.append(_Place(x, series[value_key(values[other.addresses[0]])] if other else 0, each))
    places.sort(key=lambda place: place.x)
    labels = [show_value(value) for value in vary.values]
    axis = (
        _categories(labels) if scale == "categories" else _numeric(vary.values, labels, len(names), log=scale == "log")
    )
    return _Layout(axis, field_name(vary), names, tuple(places), scale != "categories")


def _categories(labels: Sequence[str]) -> Axis:
    every = -(-len(labels) // MOST_LABELS)
    shown = tuple((float(index), label) for index, label in enumerate(labels) if index % every == 0)
    return Axis(-0.5, len(labels) - 0.5, labels=shown)


def _numeric(values: Sequence[Any], labels: Sequence[str], series: int, *, log: bool) -> Axis:
    numbers = [float(value) for value in values]
    inner = Axis(min(numbers), max(numbers), log=log)
    shown = tuple(sorted(zip(numbers, labels, strict=True))) if len(numbers) <= MOST_LABELS else ()
    margin = MARGIN + SERIES_MARGIN * series
    return Axis(inner.value(-margin), inner.value(1 + margin), log=log, labels=shown)


def _width(layout: _Layout) -> float:
    """The share of the axis that a setting may take, so that none touches the next one or an end of the axis."""
    shares = sorted({layout.x.share(place.x) for place in layout.places})
    gap = min((high - low for low, high in pairwise(shares)), default=1.0)
    edge = min(shares[0], 1 - shares[-1])
    series = len(layout.series)
    return min(MOST_WIDTH, 0.8 * gap / series, 2 * edge / (series + 1))


def _spread(sweep: Sweep, x: float, result: SettingResult, width: float, style: CurveStyle) -> Spread:
    of, values = result.estimate, tuple(value for _, value in sorted(result.by_seed.items()))
    ends = None if of.std is None else (of.mean - of.std, of.mean + of.std)
    if ends and min(values) >= 0:
        ends = max(0.0, ends[0]), ends[1]
    if ends and sweep.higher_is_better:
        ends = ends[0], min(1.0, ends[1])
    return Spread(x, values, of.mean, ends, width, style)


def _y_axis(sweep: Sweep, spreads: Sequence[Spread]) -> Axis:
    values = [value for each in spreads for value in (*each.values, each.mean)]
    shown = [*values, *(end for each in spreads for end in each.ends or ())]
    if sweep.higher_is_better:
        return accuracy_axis((), [Point(0.0, min(max(value, 0.0), 1.0)) for value in shown])
    log = 0 < min(values) <= max(values) / WIDE
    return loss_axis((), [Point(0.0, value) for value in (values if log else shown)], log=log)


def _numbers(values: Iterable[Value]) -> list[float]:
    """``values`` in their order on an axis; none, if not all of them are numbers that differ there."""
    values = tuple(values)
    numbers = {float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)}
    return sorted(numbers) if len(numbers) == len(values) else []
