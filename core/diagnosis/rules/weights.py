"""Rules about the initial weights."""

from collections.abc import Iterator
from functools import lru_cache
from math import sqrt
from sys import float_info

from msgspec import Struct
from msgspec.structs import replace

from core.diagnosis.finding import Finding
from core.diagnosis.kernels import fans, fits, initial_stddev, same_value
from core.diagnosis.rule import BROKEN, LARGE, STUCK, static_rule
from core.diagnosis.static_context import StaticContext, place
from core.formatting import show_amount
from core.network.fix import Fix
from core.network.initializers import GlorotUniform, HeNormal, Initializer, Zeros
from core.network.kernel import Kernel
from core.network.layers import Layer
from core.network.shapes import Shape
from core.network.summary import Row

TOO_FAR = 4
"""Factor by which a spread is too wide or too narrow: a few such layers leave no signal."""

RELU_LIKE = (
    "celu", "elu", "gelu", "hard_silu", "hard_swish", "leaky_relu", "mish", "relu", "relu6", "selu", "silu",
    "softplus", "swish",
)  # fmt: skip
"""Activations that let about half of their inputs through, for which He's initializers are designed."""

KEEPS_SCALE = ("linear", "relu", "leaky_relu")
"""Activations whose output scales with their input."""


class _Start(Struct, frozen=True):
    """The initial values of a kernel: all equal, or with a standard deviation; and the standard deviations that fit.

    ``he`` is that of He et al. 2015, ``glorot`` that of Glorot & Bengio 2010, ``keras`` that of Keras's he_normal,
    which counts the inputs of some layers differently.
    """

    kernel: Kernel
    value: float | None
    stddev: float | None
    he: float
    glorot: float
    keras: float


class _Off(Struct, frozen=True):
    """A kernel with unsuitable initial values; ``ratio`` is its standard deviation divided by the right one."""

    row: Row
    start: _Start
    ratio: float = 0.0


@static_rule(50, {"same-weights": STUCK})
def same_weights(context: StaticContext) -> Iterator[Finding]:
    """Kernels that give several units the same weights."""
    off = [
        _Off(row, start)
        for row, start in _starts(context)
        # In the last kernel's layer the labels make the units differ.
        if start.value is not None and start.kernel.twins > 1 and row is not context.kernel_rows[-1]
    ]
    if not off:
        return
    row, kernel, value = off[0].row, off[0].start.kernel, off[0].start.value or 0.0
    cause = "Units with equal weights give equal outputs and learn the same, until later layers treat them differently."
    if value == 0 and _zero_bias(row.layer) and context.activation_after(row) == "relu":
        cause = (
            "Every input of the relu is 0, where it has no slope: the layer outputs 0 and no gradient ever reaches it."
        )
    yield Finding(
        "same-weights",
        row.index,
        f"{kernel.field} fills {place(row)} with {value:g}: all {kernel.twins:,} units start equal and act as one"
        f"{_more(off, 'affected')}",
        cause,
        (_suitable_initializers(context, off),),
    )


@static_rule(51, {"initial-spread": LARGE | BROKEN | {"vanishing-gradients", "no-progress"}})
def initial_spread(context: StaticContext) -> Iterator[Finding]:
    """Kernels whose spread is far too wide or too narrow for their number of inputs."""
    off = [_Off(row, start, ratio) for row, start in _starts(context) if (ratio := _ratio(context, row, start))]
    if not off:
        return
    worst = max(off, key=lambda one: max(one.ratio, 1 / one.ratio))
    row, start, ratio = worst.row, worst.start, worst.ratio
    fan_in, fan_out = fans(start.kernel.shape)
    right = f"sqrt(2 / ({fan_in} + {fan_out})) = {start.glorot:.3g}"
    if _like_relu(context, row):
        right = f"sqrt(2 / {start.kernel.inputs}) = {start.he:.3g}"
    cause = "Weights that are too small shrink the signal, and in backpropagation the gradient, layer by layer."
    if ratio > 1:
        cause = "Weights that are too large saturate sigmoid, tanh and softmax; with relu, outputs grow layer by layer."
    yield Finding(
        "initial-spread",
        row.index,
        f"{start.kernel.field} of {place(row)} draws weights with a standard deviation of {start.stddev:.3g}, "
        f"{f'{ratio:,.3g} times' if ratio > 1 else f'1/{1 / ratio:,.3g} of'} {right}"
        f"{_more(off, 'off')}",
        cause,
        (_suitable_initializers(context, off),),
    )


def _ratio(context: StaticContext, row: Row, start: _Start) -> float | None:
    """The kernel's standard deviation divided by the right one; None if it is near one of the formulas."""
    stddev = start.stddev
    if stddev is None:
        return None
    too_wide = stddev > TOO_FAR * max(start.he, start.glorot, start.keras)
    too_narrow = stddev * TOO_FAR < min(start.he, start.glorot, start.keras)
    if not (too_wide or too_narrow) or (too_wide and _normalized(context, row)):
        return None
    ratio = stddev / (start.he if _like_relu(context, row) else start.glorot)
    return min(max(ratio, float_info.min), float_info.max)


def _like_relu(context: StaticContext, row: Row) -> bool:
    return context.activation_after(row) in RELU_LIKE


def _starts(context: StaticContext) -> Iterator[tuple[Row, _Start]]:
    """The trainable kernels whose initializer does not depend on their shape."""
    for row in context.kernel_rows:
        layer = row.layer.inner
        if row.facts is None or row.input is None or not row.layer.learns:
            continue
        if not all(fits(getattr(layer, name)) for name in layer.kernel_fields):
            for start in _started(layer, row.input):
                yield row, start


@lru_cache(maxsize=4096)
def _started(layer: Layer, x: Shape) -> tuple[_Start, ...]:
    starts = []
    for kernel in layer.kernels(x):
        initializer: Initializer = getattr(layer, kernel.field)
        if not fits(initializer):
            value = same_value(initializer)
            stddev = initial_stddev(initializer, kernel.shape) if value is None else None
            fan_in, fan_out = fans(kernel.shape)
            spreads = (sqrt(2 / kernel.inputs), sqrt(2 / (fan_in + fan_out)), sqrt(2 / fan_in))
            starts.append(_Start(kernel, value, stddev, *spreads))
    return tuple(starts)


def _zero_bias(layer: Layer) -> bool:
    """Whether the layer has no bias, or an initial bias of 0."""
    return not getattr(layer, "use_bias", True) or same_value(getattr(layer, "bias_initializer", Zeros())) == 0


def _normalized(context: StaticContext, row: Row) -> bool:
    """Whether a normalization after ``row`` removes the scale of its output before the next kernel."""
    if row.layer.activation_name not in KEEPS_SCALE:
        return False
    for later in context.behind(row):
        if later.layer.normalizes_over:
            return True
        if later.layer.activation_name not in ("", *KEEPS_SCALE) or later.layer.has_kernel:
            return False
    return False


def _more(off: list[_Off], fault: str) -> str:
    more = len(off) - 1
    verb = "is" if more == 1 else "are"
    return f"; {show_amount(more, 'more kernel')} {verb} {fault}" if more else ""


def _suitable_initializers(context: StaticContext, off: list[_Off]) -> Fix:
    """The fix that gives each kernel an initializer that suits its inputs and its layer's activation."""
    stack = list(context.architecture.layers)
    label = f"set suitable initializers in {show_amount(len({one.row.index for one in off}), 'layer')}"
    for one in off:
        field, at = one.start.kernel.field, one.row.index - 1
        suitable = HeNormal() if _like_relu(context, one.row) else GlorotUniform()
        if len(off) == 1:
            label = f"set {field}={suitable.alias()}"
        stack[at] = stack[at].replace_inner(**{field: suitable})
    return context.make_fix(label, architecture=replace(context.architecture, layers=tuple(stack)))
