"""Rules about the input of the network: the scale of the pixels, the batch size."""

from collections.abc import Iterator
from math import sqrt

from msgspec.structs import replace

from core.diagnosis.finding import Finding
from core.diagnosis.rule import BROKEN, LARGE, UNFIT, static_rule
from core.diagnosis.static_context import StaticContext, place
from core.formatting import show_amount, show_percent
from core.network.layers import BatchNormalization, Rescaling

LARGEST_INPUT = 10
"""Initializers are designed for inputs of about 1; up to this size the first layer copes."""

FEWEST_EXAMPLES = 8
"""Batch size from which BatchNormalization's estimates are reliable.

Wu & He 2018, Group Normalization, table 2: the error on ImageNet is 23.6% with 32 images a batch, 24.8% with 8,
27.3% with 4 and 34.7% with 2.
"""

BOUNDED = ("sigmoid", "hard_sigmoid", "tanh", "hard_tanh", "softsign", "softmax", "relu6", "sparsemax")
"""Activations whose outputs are small for any input."""


@static_rule(40, {"inputs-not-scaled": LARGE | BROKEN})
def inputs_not_scaled(context: StaticContext) -> Iterator[Finding]:
    """Pixels of 0 to 255 that reach the first kernel unscaled."""
    if context.plan.pixels != "0..255" or not context.trains or not context.kernel_rows:
        return
    first = context.kernel_rows[0]
    least, largest = 0.0, 255.0
    for row in context.summary.rows[1 : first.index]:
        layer = row.layer
        if layer.normalizes_over or layer.activation_name in BOUNDED:
            return
        if isinstance(layer, Rescaling):
            least, largest = sorted(bound * layer.scale + layer.offset for bound in (least, largest))
    if max(-least, largest) <= LARGEST_INPUT:
        return
    fixes = [context.make_fix('set pixels="0..1"', plan=replace(context.plan, pixels="0..1"))]
    if context.plan.batch_size >= FEWEST_EXAMPLES:
        scaled = context.architecture.insert(1, BatchNormalization())
        fixes.append(context.make_fix("insert BatchNormalization in front", architecture=scaled))
    yield Finding(
        "inputs-not-scaled",
        first.index,
        f"inputs from {least:.4g} to {largest:.4g} reach {place(first)}, whose first weights are made for "
        "inputs of about 1",
        "With inputs this large the first sums are large too: sigmoids and tanh start out flat, and the gradient of "
        "the first weights is as many times too large, so that no learning rate suits all layers.",
        tuple(fixes),
    )


@static_rule(41, {"bn-tiny-batches": UNFIT})
def bn_tiny_batches(context: StaticContext) -> Iterator[Finding]:
    """BatchNormalization over too few examples to estimate mean and variance."""
    size = context.plan.batch_size
    rows = [
        row
        for row in context.summary.rows
        if isinstance(row.layer, BatchNormalization) and row.layer.trainable  # a frozen one uses its moving statistics
    ]
    if size >= FEWEST_EXAMPLES or not rows:
        return
    others = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    off = f"is off by up to 1/sqrt({size}) = {show_percent(1 / sqrt(size), 0)} of the spread"
    if size == 1 and rows[0].input is not None and len(rows[0].input) == 1:
        off = "is that example itself, and subtracting it leaves 0"
    yield Finding(
        "bn-tiny-batches",
        rows[0].index,
        f"{place(rows[0])}{others} takes the mean of each batch: over {_examples(size)} it {off}",
        "A mean and a variance over so few examples are mostly noise: each step normalizes by different ones, and at "
        "test time the moving averages match none of them.",
        tuple(
            context.make_fix(f"set batch_size={more}", plan=replace(context.plan, batch_size=more))
            for more in (32, 128)
        ),
    )


def _examples(size: int) -> str:
    return show_amount(size, "example")
