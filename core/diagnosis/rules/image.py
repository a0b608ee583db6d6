"""Rules about how much of the image reaches the first weights."""

from collections.abc import Iterator

from msgspec.structs import replace

from core.diagnosis.finding import Finding
from core.diagnosis.rule import UNFIT, static_rule
from core.diagnosis.static_context import StaticContext, place
from core.formatting import show_percent
from core.network.architecture import Architecture
from core.network.fix import Fix
from core.network.layers import (
    AveragePooling2D,
    Conv2D,
    DepthwiseConv2D,
    Flatten,
    MaxPooling2D,
    SeparableConv2D,
)
from core.network.shapes import WindowAxis, count, show_shape
from core.network.summary import Row

__all__ = ["seen"]


LEAST_KEPT = 1 / 8
"""Share of an image's numbers that must reach the first weights; halving height and width leaves a fourth."""

LEAST_SEEN = 1 / 2
"""Share of an image's pixels that must lie under the window at least once."""


@static_rule(80, {"discards-image": UNFIT})
def discards_image(context: StaticContext) -> Iterator[Finding]:
    """Pooling that discards most of the image before any weight has seen it."""
    if not context.kernel_rows:
        return
    whole = count(context.architecture.input_shape)
    before = context.summary.rows[1 : context.kernel_rows[0].index]
    pools = [row for row in before if row.facts and row.layer.pooling]
    left = [count(row.facts.output) for row in pools if row.facts]
    first = next((at for at, numbers in enumerate(left) if numbers < LEAST_KEPT * whole), None)
    if first is None:
        return
    yield Finding(
        "discards-image",
        pools[first].index,
        f"{place(pools[first])} leaves {left[first]:,} of the image's {whole:,} numbers "
        f"({show_percent(left[first] / whole, 1)}) before any weight has seen them",
        "Pooling keeps only that a feature is there. Before the first filter there are none: it just blurs the image.",
        tuple(_smaller_pools(context, pools[first:], whole)),
    )


def _smaller_pools(context: StaticContext, pools: list[Row], whole: int) -> Iterator[Fix]:
    """Fixes for ``pools``, the first of which leaves too little: a smaller window, or no pooling."""
    row, layer = pools[0], pools[0].layer
    if len(pools) == 1 and row.input and isinstance(layer, MaxPooling2D | AveragePooling2D):
        size = (min(2, layer.pool_size[0]), min(2, layer.pool_size[1]))
        small = replace(layer, pool_size=size, strides=None)
        if count(small.facts(row.input).output) >= LEAST_KEPT * whole:
            yield context.replace_layer(f"set pool_size={show_shape(size)}", row, small)
    architecture: Architecture = context.architecture
    for pool in reversed(pools):
        flat = not pool.layer.window_operation
        architecture = architecture.replace(pool.index, Flatten()) if flat else architecture.remove(pool.index)
    flat = not layer.window_operation
    label = "replace it with Flatten" if flat else "remove it" if len(pools) == 1 else "remove the pools"
    yield context.make_fix(label, architecture=architecture)


@static_rule(81, {"skips-pixels": UNFIT})
def skips_pixels(context: StaticContext) -> Iterator[Finding]:
    """A first convolution with strides so much larger than its window that it skips most pixels."""
    row = context.kernel_rows[0] if context.kernel_rows else None
    if not row or not row.facts or not row.facts.window:
        return
    layer, window = row.layer, row.facts.window
    under, pixels = seen(window.rows) * seen(window.columns), window.rows.size * window.columns.size
    if under >= LEAST_SEEN * pixels or not isinstance(layer, Conv2D | SeparableConv2D | DepthwiseConv2D):
        return
    strides = tuple(map(min, layer.strides, layer.kernel_size))
    if not isinstance(layer, Conv2D):
        strides = (min(strides), min(strides))  # TensorFlow's depthwise kernel needs equal strides on a GPU
    yield Finding(
        "skips-pixels",
        row.index,
        f"the {show_shape(layer.kernel_size)} window of {place(row)} moves by {show_shape(layer.strides)}: "
        f"it sees {under:,} of {pixels:,} pixels ({show_percent(under / pixels, 1)})",
        "Strides larger than the window leave gaps between its positions, and no later layer sees what lies in them.",
        (context.replace_layer(f"set strides={show_shape(strides)}", row, replace(layer, strides=strides)),),
    )


def seen(slide: WindowAxis) -> int:
    """How many pixels of the axis, without padding, an undilated window covers; all if the stride leaves no gaps."""

    def covered(end: int) -> int:
        """How many of the first ``end`` cells of the padded axis the window covers."""
        positions, rest = divmod(end, slide.stride)
        if positions >= slide.output:
            return slide.output * slide.window
        return positions * slide.window + min(rest, slide.window)

    if slide.stride <= slide.window:
        return slide.size
    return covered(slide.before + slide.size) - covered(slide.before)
