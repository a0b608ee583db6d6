"""Finds the output layer, and makes it fit the classes and the loss."""

from msgspec.structs import replace

from core.datasets import DATASETS
from core.network.architecture import Architecture
from core.network.fix import Fix
from core.network.layers import (
    Activation,
    BatchNormalization,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    LayerFix,
    LayerNormalization,
)
from core.network.shapes import count
from core.network.summary import Row, Summary
from core.plan.plan import Plan

__all__ = ["output_layer_fix"]

OUTPUT_ACTIVATIONS = ("softmax", "log_softmax", "sparsemax")
"""Activations used almost only by output layers."""

AMBIGUOUS_ACTIVATIONS = ("linear", "sigmoid", "hard_sigmoid")
"""Activations used by output layers and by hidden layers."""

HIDDEN_UNITS_PER_CLASS = 2
"""A hidden layer rarely has fewer than this many units per class."""

SIZE_KEEPING = (Activation, BatchNormalization, Dropout, GaussianNoise, LayerNormalization)
POOLS = (GlobalAveragePooling2D, GlobalMaxPooling2D)


def output_layer_fix(architecture: Architecture, plan: Plan, summary: Summary) -> LayerFix | Fix | None:
    """The fix that gives the output layer one unit per class and an activation that fits the loss.

    ``summary`` is that of ``architecture``, whose output must have one axis. None if the last layer with units is
    hidden: then there is no output layer to resize.
    """
    row = _last_with_units(summary)
    if row is None:
        return None
    units, classes = _units(row.layer), len(DATASETS[plan.dataset].classes)
    ending = next((later for later in reversed(summary.rows[row.index :]) if later.layer.activation_name), row)
    if not _is_output(row, ending.layer.activation_name, units, plan, classes):
        return None
    loss = plan.loss.categorical()
    activation = _suitable_activation(replace(plan, loss=loss), ending.layer.activation_name, units)
    sized = replace(row.layer, **{_field(row.layer): classes})
    labels = [f"set {_field(row.layer)}={classes}"] if units != classes else []
    changed = architecture
    if activation != ending.layer.activation_name:
        labels.append(f"{'' if labels else 'set '}activation={activation}")
        if ending is row:
            sized = replace(sized, activation=activation)
        else:
            changed = changed.replace(ending.index, replace(ending.layer, activation=activation))
    if loss != plan.loss:
        labels.append(f"loss={loss.alias()}")
    if loss == plan.loss and changed == architecture and row.index == len(architecture.layers):
        return LayerFix(", ".join(labels), "replace", sized)
    return Fix(", ".join(labels), changed.replace(row.index, sized), replace(plan, loss=loss))


def _last_with_units(summary: Summary) -> Row | None:
    """The dense or convolutional row whose units are the outputs of the network; None if there is none."""
    for row in reversed(summary.rows[1:]):
        if _field(row.layer):
            return row
        if not isinstance(row.layer, (*SIZE_KEEPING, *POOLS, Flatten)):
            return None
        if isinstance(row.layer, Flatten) and (row.input is None or count(row.input) != row.input[-1]):
            return None
    return None


def _is_output(row: Row, ends_in: str, units: int, plan: Plan, classes: int) -> bool:
    """Whether the row is an output layer, judging by its activation, its units and the loss."""
    if ends_in in OUTPUT_ACTIVATIONS:
        return True
    if not isinstance(row.layer, Dense):
        return False
    if ends_in == "linear" and getattr(plan.loss, "from_logits", False):
        return True
    return units <= classes or (ends_in in AMBIGUOUS_ACTIVATIONS and units < HIDDEN_UNITS_PER_CLASS * classes)


def _suitable_activation(plan: Plan, ends_in: str, units: int) -> str:
    """The activation that the output should have: its current one if that works."""
    if getattr(plan.loss, "from_logits", False):
        return "linear"
    if plan.loss.reads:
        return plan.loss.reads
    return ends_in if ends_in in ("softmax", "sigmoid", "linear", "tanh") and units > 1 else "softmax"


def _field(layer: Layer) -> str:
    """The argument that sets the number of units; empty if there is none, or the layer is recurrent."""
    names = () if layer.recurrent else ("units", "filters")
    return next((name for name in names if name in layer.__struct_fields__), "")


def _units(layer: Layer) -> int:
    return int(getattr(layer, _field(layer)))
