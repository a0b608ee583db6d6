"""Which operations each layer of a network is."""

from collections.abc import Iterator, Mapping
from functools import singledispatch

from msgspec import Struct

from core.backpropagation.operations.dense import Affine
from core.backpropagation.operations.operation import Operation
from core.backpropagation.operations.pointwise import LogSoftmax, Normalize, Pointwise, Softmax
from core.backpropagation.operations.shaping import Reshaped
from core.backpropagation.operations.windows import Convolve, Pool, PoolAll
from core.fields.types import FieldError
from core.formatting import show_count
from core.formulas.activation_formulas import FORMULAS, ActivationFormula
from core.formulas.arrays import Array
from core.formulas.real_formula import RealFormula
from core.network.layers import (
    ELU,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    LeakyReLU,
    MaxPooling2D,
    Reshape,
)
from core.network.layers.base import Layer
from core.network.layers.images import Rescaling
from core.network.layers.regularization import GaussianNoise, SpatialDropout2D
from core.network.shapes import Window
from core.network.summary import Row, Summary

__all__ = ["MOST_MULTIPLY_ADDS", "MOST_PARAMS", "operations", "refusal"]

MOST_PARAMS, MOST_MULTIPLY_ADDS = 2_000_000, 20_000_000
"""Of a network whose numbers are shown: more could not be looked at."""

_ROWS = {"softmax": Softmax("a"), "log_softmax": LogSoftmax("a")}


def refusal(summary: Summary) -> str:
    """Why the numbers of a network cannot be shown, in one line; empty if they can."""
    if summary.errors:
        return summary.errors[0].message
    if len(summary.rows) == 1:
        return "there are no layers yet: add one, or open a preset"
    params, work = summary.totals.weights + summary.totals.biases, summary.totals.multiply_adds
    if params > MOST_PARAMS or work > MOST_MULTIPLY_ADDS:
        return (
            f"{show_count(params)} parameters and {show_count(work)} multiply-adds are too many to look at: "
            f"at most {show_count(MOST_PARAMS)} and {show_count(MOST_MULTIPLY_ADDS)}"
        )
    return next((why for row in summary.rows[1:] if (why := _refused(row))), "")


def operations(row: Row, weights: Mapping[str, Array]) -> tuple[Operation, ...]:
    """The operations of the layer in ``row``, with its ``weights`` by Keras's names. Raises `FieldError`."""
    return tuple(_of(row.layer, Place(row, weights)))


def _refused(row: Row) -> str:
    where = f"layer {row.index}, {row.layer.type}"
    if _of.dispatch(type(row.layer)) is _of.dispatch(object):
        return f"{where}, is not written out by numbers: Dense, Conv2D, pooling, activations and what lies between are"
    if getattr(row.layer, "activity_regularizer", None):
        return f"{where}: its activity_regularizer is not written out by numbers"
    activation = getattr(row.layer, "activation", "linear")
    if activation not in FORMULAS or activation == "sparsemax":
        return f"{where}: its activation {activation} is not written out by numbers"
    return ""


class Place(Struct, frozen=True, eq=False):
    """Where a layer is, with its weights by Keras's names."""

    row: Row
    weights: Mapping[str, Array]


@singledispatch
def _of(_: Layer, at: Place) -> Iterator[Operation]:
    """The operations of a layer; one of a kind that is not registered below has none."""
    raise FieldError(_refused(at.row))


@_of.register
def _dense(layer: Dense, at: Place) -> Iterator[Operation]:
    yield Affine("z", at.weights["kernel"], at.weights.get("bias"))
    yield from _activated(layer.activation)


@_of.register
def _convolution(layer: Conv2D, at: Place) -> Iterator[Operation]:
    yield Convolve("z", at.weights["kernel"], at.weights.get("bias"), _window(at.row), layer.groups)
    yield from _activated(layer.activation)


@_of.register
def _max_pooling(layer: MaxPooling2D, at: Place) -> Iterator[Operation]:
    yield Pool("a", "max", _window(at.row), isinstance(layer.padding, int))


@_of.register
def _average_pooling(layer: AveragePooling2D, at: Place) -> Iterator[Operation]:
    yield Pool("a", "average", _window(at.row), isinstance(layer.padding, int))


@_of.register
def _global_max(layer: GlobalMaxPooling2D, _at: Place) -> Iterator[Operation]:
    yield PoolAll("a", "max", layer.keepdims)


@_of.register
def _global_average(layer: GlobalAveragePooling2D, _at: Place) -> Iterator[Operation]:
    yield PoolAll("a", "average", layer.keepdims)


@_of.register
def _activation(layer: Activation, at: Place) -> Iterator[Operation]:
    yield from _activated(layer.activation) or (_same(at.row, "unchanged"),)


@_of.register
def _leaky_relu(layer: LeakyReLU, _at: Place) -> Iterator[Operation]:
    yield _with("leaky_relu", negative_slope=layer.negative_slope)


@_of.register
def _elu(layer: ELU, _at: Place) -> Iterator[Operation]:
    yield _with("elu", alpha=layer.alpha)


@_of.register
def _rescaling(layer: Rescaling, _at: Place) -> Iterator[Operation]:
    numbers = {"scale": layer.scale, "offset": layer.offset}
    yield Pointwise("a", "rescale", ActivationFormula(RealFormula("x * scale + offset"), RealFormula("scale"), numbers))


@_of.register
def _normalization(layer: BatchNormalization, at: Place) -> Iterator[Operation]:
    statistics = at.weights["moving_mean"], at.weights["moving_variance"]
    axis = layer.axis if layer.axis < 0 else layer.axis - 1  # Keras counts the batch
    yield Normalize("a", *statistics, at.weights.get("gamma"), at.weights.get("beta"), layer.epsilon, axis)


@_of.register
def _reshaping(_: Flatten | Reshape, at: Place) -> Iterator[Operation]:
    yield _same(at.row, "in another shape")


@_of.register
def _off(_: Dropout | SpatialDropout2D | GaussianNoise, at: Place) -> Iterator[Operation]:
    yield _same(at.row, "unchanged: it is on only while training")


def _activated(name: str) -> tuple[Operation, ...]:
    if name == "linear":
        return ()
    return (_ROWS[name] if name in _ROWS else Pointwise("a", name, FORMULAS[name]),)


def _with(name: str, **constants: float) -> Pointwise:
    return Pointwise("a", name, ActivationFormula(FORMULAS[name].function, FORMULAS[name].slope, constants))


def _same(row: Row, remark: str) -> Reshaped:
    if row.facts is None:
        raise FieldError(f"layer {row.index} has no output")
    return Reshaped("a", row.facts.output, remark)


def _window(row: Row) -> Window:
    if row.facts is None or row.facts.window is None:
        raise FieldError(f"layer {row.index} has no window")
    return row.facts.window
