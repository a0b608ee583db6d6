"""A rule about how much of a gradient the slopes of hidden activations let through."""

from collections.abc import Iterator
from itertools import groupby
from math import prod

from core.diagnosis.finding import Finding
from core.diagnosis.fixes import hidden_rows, use_elu
from core.diagnosis.kernels import has_kernel
from core.diagnosis.rule import UNFIT, static_rule
from core.diagnosis.static_context import StaticContext, activation, named
from core.formatting import show_amount
from core.network.activations import curve
from core.network.layers import BatchNormalization, LayerNormalization
from core.network.summary import Row

LEAST_LEFT = 1e-3
"""Share of a gradient that slopes must leave for the first layer: four sigmoids leave 0.004 and learn, if slowly."""

TIMES = ("", "a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@static_rule(60, {"flat-slopes": UNFIT | {"vanishing-gradients", "learning-rate-too-low"}})
def flat_slopes(context: StaticContext) -> Iterator[Finding]:
    """Hidden activations one behind the other, each with a slope below 1 at most."""
    rows = [
        row for row in hidden_rows(context) if curve(activation(row.layer)).slope < 1 and not _normalized(context, row)
    ]
    rows = [row for row in rows if row.layer.group != "Recurrent"]
    left = prod(curve(activation(row.layer)).slope for row in rows)
    if left > LEAST_LEFT:
        return
    names = sorted(activation(row.layer) for row in rows)
    counted = {name: len([*same]) for name, same in groupby(names)}
    powers = " * ".join(f"{curve(name).slope:.3g}^{count}" for name, count in counted.items())
    told = " and ".join(f"{_number(count)} {name}{'s' if count > 1 else ''}" for name, count in counted.items())
    first = context.kernel_rows[0]
    fixes = [use_elu(context, normalized=True), use_elu(context, normalized=False)]
    yield Finding(
        "flat-slopes",
        first.index,
        f"{told} one behind the other: weights aside, the gradient of {named(first)} is at most {powers} = {left:.1g} "
        "of the last layer's",
        "On its way back a gradient is multiplied by the slope of every activation: for each sigmoid 1/4 at most, for "
        "relu and elu 1 where they are alive. With so little left the first layers hardly learn: it vanishes.",
        tuple(dict.fromkeys(fix for fix in fixes if fix)),
    )


def _number(count: int) -> str:
    return TIMES[count] if count < len(TIMES) else show_amount(count, "").strip().removesuffix("s").strip()


def _normalized(context: StaticContext, row: Row) -> bool:
    """Whether a normalization between ``row`` and a kernel next to it brings the gradient back to size."""
    for around in (context.behind(row), reversed(context.summary.rows[1 : row.index])):
        for other in around:
            if isinstance(other.layer, BatchNormalization | LayerNormalization):
                return True
            if has_kernel(other.layer):
                break
    return False
