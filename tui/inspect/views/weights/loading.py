"""Summarizes the weights of a network, which takes long for a large one."""

from collections.abc import Callable

from core.inspection.weights import WeightSummary, first_dense_on_pixels, weight_summary
from tui.inspect.inspector_protocol import Inspected
from tui.inspect.views.weights.layer_list import LayerWeights

__all__ = ["summarized"]


def summarized(inspected: Inspected, wanted: Callable[[], bool]) -> tuple[LayerWeights, ...] | None:
    """The weights of all layers that have some; None as soon as they are no longer ``wanted``."""
    on_pixels = first_dense_on_pixels(inspected.architecture)
    stack = inspected.architecture.stack
    weights: dict[int, list[WeightSummary]] = {}
    for weight in inspected.weights():
        if not wanted():
            return None
        image = on_pixels[1] if on_pixels and on_pixels[0] == weight.row else None
        weights.setdefault(weight.row, []).append(weight_summary(weight, image))
    return tuple(LayerWeights(row, stack[row].label, tuple(parts)) for row, parts in weights.items())
