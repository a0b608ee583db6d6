"""Runs side by side, field by field: their results, their aligned layers and their plans."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from core.fields.registry import Registered
from core.fields.struct import FieldStruct, fields_of
from core.fields.types import ShapeField
from core.formatting import NONE, show_accuracy, show_count, show_duration, show_gap
from core.network.layers import Layer
from core.network.summary import summarize
from core.presets import Preset
from core.runs.record import Metrics, RunDetails

__all__ = ["MISSING", "Difference", "differences", "results"]

MISSING = NONE
"""Shown for a missing layer, a missing field or a value that is not set."""

GAP = 1.0
"""The cost of a layer without a counterpart."""
OTHER_TYPE = 1.9
"""The cost of pairing layers of different types: less than two gaps, so that a replaced layer is one difference; but
enough that several layers shift rather than each being paired with another type."""

RESULTS: tuple[tuple[str, Callable[[Metrics], str]], ...] = (
    ("test accuracy", lambda metrics: show_accuracy(metrics.test_accuracy)),
    ("best val", lambda metrics: show_accuracy(metrics.best_val_accuracy)),
    ("gap", lambda metrics: show_gap(metrics.generalization_gap)),
    ("time", lambda metrics: show_duration(metrics.seconds)),
)
"""The most important first."""

Column = tuple[Layer | None, ...]
"""The layers of all runs that are paired."""


class Difference(Struct, frozen=True):
    """A field of runs side by side: where it is, its name, and its value in each run as displayed."""

    place: str
    field: str
    values: tuple[str, ...]


def results(compared: Sequence[RunDetails]) -> tuple[Difference, ...]:
    """The results of the runs, equal or not, unless none has them."""
    metrics = [details.run.metrics for details in compared]
    rows = (Difference("results", field, tuple(map(show, metrics))) for field, show in RESULTS)
    return tuple(row for row in rows if set(row.values) != {MISSING})


def differences(compared: Sequence[RunDetails | Preset]) -> tuple[Difference, ...]:
    """The differences between the architectures and plans of two or more runs: input, layers, parameters, plan.

    A layer is numbered as in the first run that has it. The epochs of a run include those added later. Fields that only
    some layers, optimizers etc. have are left out if they are at their defaults.
    """
    presets = [each.effective_preset if isinstance(each, RunDetails) else each for each in compared]
    return tuple(Difference(place, field, values) for place, field, values in _rows(presets) if len(set(values)) > 1)


def _rows(presets: Sequence[Preset]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Place, field and values of everything compared, whether different or not."""
    yield "input", "input_shape", tuple(ShapeField().show(preset.architecture.input_shape) for preset in presets)
    stacks = [preset.architecture.layers for preset in presets]
    done = [0] * len(stacks)
    for column in _aligned(stacks):
        done = [number + (layer is not None) for number, layer in zip(done, column, strict=True)]
        number, first = next((number, layer) for number, layer in zip(done, column, strict=True) if layer is not None)
        for field, values in _layers(column):
            yield f"layer {number} {first.type}", field, values
    yield "whole", "params", tuple(_params(preset) for preset in presets)
    for field, values in _described([preset.plan for preset in presets]):
        yield "plan", field, values


def _params(preset: Preset) -> str:
    summary = summarize(preset.architecture)
    return MISSING if summary.output is None else show_count(summary.totals.params)


def _layers(column: Column) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Field and values of paired layers; if one is missing, of each as a whole."""
    present = [layer for layer in column if layer is not None]
    if len(present) < len(column):
        yield "layer", tuple(MISSING if layer is None else layer.label for layer in column)
    else:
        yield Layer.tag, tuple(layer.type for layer in present)
        yield from _described(present)


def _described(values: Sequence[FieldStruct], path: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Fields and values of all ``values``; nested ones follow their parents."""
    by_name = [
        {field.name: (field, getattr(value, field.name)) for field in fields_of(type(value))} for value in values
    ]
    for name in dict.fromkeys(name for fields in by_name for name in fields):
        found = [fields.get(name) for fields in by_name]
        present = [each for each in found if each is not None]
        if len(present) < len(found) and all(value == field.default for field, value in present):
            continue
        nested = [value for _, value in present if isinstance(value, FieldStruct)]
        if len(nested) < len(found):
            yield (
                f"{path}{name}",
                tuple(MISSING if each is None else each[0].type.show(each[1]) or MISSING for each in found),
            )
            continue
        if isinstance(nested[0], Registered):
            yield f"{path}{name}", tuple(value.alias() for value in nested if isinstance(value, Registered))
        yield from _described(nested, f"{path}{name}.")


def _aligned(stacks: Sequence[Sequence[Layer]]) -> list[Column]:
    """The layers of all stacks aligned, in order: each stack is aligned with those before it."""
    columns: list[Column] = []
    for number, stack in enumerate(stacks):
        nothing: Column = (None,) * number
        columns = [(*(nothing if column is None else column), layer) for column, layer in _paired(columns, stack)]
    return columns


def _paired(columns: Sequence[Column], stack: Sequence[Layer]) -> Iterator[tuple[Column | None, Layer | None]]:
    """``columns`` and the layers of ``stack`` paired, or with None for a gap, at the lowest total cost."""
    ends = len(columns), len(stack)
    # The lowest cost from here to the end, with the step that leads to it: 0 both, 1 a column, 2 a layer.
    best = [
        [(GAP * (ends[0] - row + ends[1] - at), 1 if row < ends[0] else 2) for at in range(ends[1] + 1)]
        for row in range(ends[0] + 1)
    ]
    for row in reversed(range(ends[0])):
        for at in reversed(range(ends[1])):
            best[row][at] = min(
                (_unlike(columns[row], stack[at]) + best[row + 1][at + 1][0], 0),
                (GAP + best[row + 1][at][0], 1),
                (GAP + best[row][at + 1][0], 2),
            )
    row = at = 0
    while (row, at) != ends:
        step = best[row][at][1]
        yield (columns[row] if step != 2 else None), (stack[at] if step != 1 else None)
        row, at = row + (step != 2), at + (step != 1)


def _unlike(column: Column, layer: Layer) -> float:
    """The cost of putting ``layer`` into ``column``."""
    costs = [_distance(other, layer) for other in column if other is not None]
    return sum(costs) / len(costs)


@lru_cache(maxsize=4096)
def _distance(one: Layer, other: Layer) -> float:
    """From 0 for equal layers to below 1 for layers that share only their type; `OTHER_TYPE` for different types."""
    if type(one) is not type(other):
        return OTHER_TYPE
    names = [field.name for field in fields_of(type(one))]
    return sum(bool(getattr(one, name) != getattr(other, name)) for name in names) / (len(names) + 1)
