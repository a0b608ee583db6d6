"""A rule about how much of the gradient the slopes of hidden activations let through."""

from collections.abc import Iterator
from itertools import groupby
from math import prod

from core.diagnosis.finding import Finding
from core.diagnosis.fixes import hidden_rows, use_elu
from core.diagnosis.rule import UNFIT, static_rule
from core.diagnosis.static_context import StaticContext, place
from core.formatting import show_amount
from core.network.activations import curve

LEAST_LEFT = 1e-3
"""Share of the gradient that must reach the first layer: four sigmoids leave 0.004 and learn, if slowly."""

TIMES = ("", "a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@static_rule(60, {"flat-slopes": UNFIT | {"vanishing-gradients", "learning-rate-too-low"}})
def flat_slopes(context: StaticContext) -> Iterator[Finding]:
    """Several hidden activations in a row whose slopes are below 1."""
    squashed = [row for row in hidden_rows(context) if curve(row.layer.activation_name).slope < 1]
    rows = [
        row
        for row in squashed
        if not (row.layer.recurrent or context.normalized_after(row) or context.normalized_before(row))
    ]
    left = prod(curve(row.layer.activation_name).slope for row in rows)
    if left > LEAST_LEFT:
        return
    names = sorted(row.layer.activation_name for row in rows)
    counted = {name: len([*same]) for name, same in groupby(names)}
    powers = " * ".join(f"{curve(name).slope:.3g}^{count}" for name, count in counted.items())
    activations = " and ".join(f"{_number(count)} {name}{'s' if count > 1 else ''}" for name, count in counted.items())
    first = context.kernel_rows[0]
    fixes = [use_elu(context, normalized=True), use_elu(context, normalized=False)]
    yield Finding(
        "flat-slopes",
        first.index,
        f"{activations} in a row: weights aside, the gradient of {place(first)} is at most {powers} = {left:.1g} "
        "of the last layer's",
        "Backpropagation multiplies the gradient by the slope of every activation: at most 1/4 for a sigmoid, 1 for an "
        "active relu or elu. With so little left, the first layers hardly learn: the gradient vanishes.",
        tuple(dict.fromkeys(fix for fix in fixes if fix)),
    )


def _number(count: int) -> str:
    return TIMES[count] if count < len(TIMES) else show_amount(count, "").strip().removesuffix("s").strip()
