"""What differs between runs, field by field: their layers, put side by side, and their plans."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from core.fields.registry import Registered
from core.fields.struct import FieldStruct, fields_of
from core.fields.types import ShapeField
from core.formatting import show_count
from core.network.layers import Layer
from core.network.summary import summarize
from core.presets import Preset
from core.runs.record import RunDetails

__all__ = ["MISSING", "Difference", "differences"]

MISSING = "-"
"""Stands for a layer that a run does not have, a field that a layer does not have, a value that is not given."""

GAP = 1.0
"""What it costs the layers of one run to have nothing beside them."""
OTHER_TYPE = 1.9
"""What it costs to stand beside a layer of another type: less than two gaps, so that one layer in another's place is
one difference; but so much that several layers rather move up than each stand beside a stranger."""

Column = tuple[Layer | None, ...]
"""The layers of all runs that stand side by side."""


class Difference(Struct, frozen=True):
    """A field in which runs differ: where it is, its name, and what each run has there as a person reads it."""

    place: str
    field: str
    values: tuple[str, ...]


def differences(compared: Sequence[RunDetails | Preset]) -> tuple[Difference, ...]:
    """In what the architectures and plans of two runs or more differ: input, layers, parameters, plan.

    A layer's number is the one it has in the first run that has it. A run has the epochs it has come to want. Nothing
    is told of a field of a layer, an optimizer or the like that only some have and that is at its default.
    """
    presets = [each.effective_preset if isinstance(each, RunDetails) else each for each in compared]
    return tuple(Difference(place, field, values) for place, field, values in _rows(presets) if len(set(values)) > 1)


def _rows(presets: Sequence[Preset]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Place, field and values of everything that is compared, whether it differs or not."""
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
    """Field and values of layers that stand side by side; where one is missing, each as a whole."""
    present = [layer for layer in column if layer is not None]
    if len(present) < len(column):
        yield "layer", tuple(MISSING if layer is None else layer.label for layer in column)
    else:
        yield Layer.tag, tuple(layer.type for layer in present)
        yield from _described(present)


def _described(values: Sequence[FieldStruct], path: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Field and values of everything that ``values`` have, nested ones behind their own."""
    held = [{field.name: (field, getattr(value, field.name)) for field in fields_of(type(value))} for value in values]
    for name in dict.fromkeys(name for fields in held for name in fields):
        found = [fields.get(name) for fields in held]
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
    """The layers of all stacks side by side, in their order: each stack is laid beside those before it."""
    columns: list[Column] = []
    for number, stack in enumerate(stacks):
        nothing: Column = (None,) * number
        columns = [(*(nothing if column is None else column), layer) for column, layer in _paired(columns, stack)]
    return columns


def _paired(columns: Sequence[Column], stack: Sequence[Layer]) -> Iterator[tuple[Column | None, Layer | None]]:
    """``columns`` and the layers of ``stack``, each with what stands beside it or None, at the least cost in all."""
    ends = len(columns), len(stack)
    # The least cost of what comes from here on, with the step that leads to it: 0 both, 1 a column, 2 a layer.
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
    """What it costs ``layer`` to stand in ``column``."""
    costs = [_distance(other, layer) for other in column if other is not None]
    return sum(costs) / len(costs)


@lru_cache(maxsize=4096)
def _distance(one: Layer, other: Layer) -> float:
    """From 0 for equal layers to less than 1 for those that have only their type in common."""
    if type(one) is not type(other):
        return OTHER_TYPE
    names = [field.name for field in fields_of(type(one))]
    return sum(bool(getattr(one, name) != getattr(other, name)) for name in names) / (len(names) + 1)
