"""Mistakes in the shape of an output."""

from collections.abc import Iterator

from core.learn.edits import Edit, Wrong, answer_after, reformulate, revalue, with_fields
from core.learn.exercise import Question
from core.network.formulas import Formula
from core.network.layers import Activation, Facts, Layer
from core.network.shapes import SAME, SLIDING, WindowAxis, count, output_size
from core.network.summary import Row, Summary

__all__ = ["as_same", "shape_mistakes", "without_stride"]


def without_stride(layer: Layer) -> Layer:
    """``layer`` with a window that moves by one pixel."""
    return with_fields(layer, strides=(1, 1))


def as_same(layer: Layer) -> Layer:
    """``layer`` with an output as large as its input, but for the stride."""
    return with_fields(layer, padding="same")


def _without_padding(layer: Layer) -> Layer:
    return with_fields(layer, padding="valid")


def _without_dilation(layer: Layer) -> Layer:
    return with_fields(layer, dilation_rate=(1, 1))


def _turned(layer: Layer) -> Layer:
    pairs = ("kernel_size", "pool_size", "strides", "dilation_rate")
    fields = {name: getattr(layer, name) for name in pairs if name in layer.__struct_fields__}
    return with_fields(layer, **{name: pair[::-1] for name, pair in fields.items() if pair})


def _unpooled(layer: Layer) -> Layer:
    return Activation("linear") if layer.pooling else layer


EDITS = (
    Edit(_without_padding, "The padding is left out: it adds rows and columns before the window slides."),
    Edit(without_stride, "A stride is left out: the window moves by as many pixels at a time."),
    Edit(as_same, 'This is the size with padding "same": another padding is given, and the size follows from it.'),
    Edit(_without_dilation, "The dilation is left out: it spreads the window over dilation * (kernel - 1) + 1 pixels."),
    Edit(_turned, "Height and width are mixed up: the first number of a window or a stride is for the height."),
)
UNPOOLED = Edit(_unpooled, "The pooling is left out: it makes height and width smaller.")

AXES = (
    (
        SLIDING,
        Formula("size", "ceil((size + 2*pad - window) / stride) + 1"),
        "The division is rounded up: a window that does not fit any more is dropped, so it is rounded down.",
    ),
    (
        SLIDING,
        Formula("size", "floor((size + 2*pad - window) / stride)"),
        "The + 1 is missing: the window has a first position before it moves.",
    ),
    (
        SLIDING,
        Formula("size", "floor((size + pad - window) / stride) + 1"),
        "The padding is counted once: it is added on both sides.",
    ),
    (
        SAME,
        Formula("size", "floor(size / stride)"),
        'The division is rounded down: with padding "same" the last window may hang over, so it is rounded up.',
    ),
)
"""Other formulas for a size, with what they get wrong."""


def shape_mistakes(question: Question, summary: Summary) -> Iterator[Wrong]:
    """Wrong answers to a question about a shape, the likeliest first."""
    row = summary.rows[question.asked.layer or -1]
    facts = row.facts
    if facts is None:
        return
    yield from answer_after(question, EDITS[:2])
    if facts.window:
        yield from _axes(facts)
        yield from _channels(row, facts)
    elif len(facts.output) == 1:
        yield from _flattened(facts)
    more = EDITS[2:] if len(summary.rows) == 2 else (*EDITS[2:], UNPOOLED)
    yield from answer_after(question, more)


def _axes(facts: Facts) -> Iterator[Wrong]:
    """Sizes of the layer's window by other formulas."""
    window = facts.window
    if window is None:
        return
    for formula, wrong, feedback in AXES:
        height, width = (_resized(axis, formula, wrong) for axis in (window.rows, window.columns))
        yield (height, width, *facts.output[2:]), feedback


def _resized(axis: WindowAxis, formula: Formula, wrong: Formula) -> int:
    sizes = [number for number in axis.steps if number.formula == formula.text]
    return reformulate(sizes[0], formula, wrong).value if sizes else axis.output


def _channels(row: Row, facts: Facts) -> Iterator[Wrong]:
    """Outputs with another depth."""
    if row.input is None or facts.window is None:
        return
    sizes, channels, window = facts.output[:2], row.input[-1], facts.window
    if row.layer.pooling:
        pooled = output_size("depth", channels, window.kernel[0], window.rows.stride, "valid").output
        yield (*sizes, pooled), "The channels are pooled too: pooling works on each channel by itself."
        yield (*sizes, 1), "The channels are put together: pooling works on each channel by itself."
        return
    yield (*sizes, channels), "The channels are those of the input: each filter gives one channel of the output."
    yield (
        (*sizes, count((channels, facts.output[-1]))),
        "Filters and channels are multiplied: each filter sums over all channels and gives one.",
    )


def _flattened(facts: Facts) -> Iterator[Wrong]:
    """Lengths of a flat output that leave something out."""
    for name, feedback in (
        ("channels", "The channels are left out: all numbers of all channels stand in one row."),
        ("height", "The height is left out: all rows of all channels stand in one row."),
    ):
        yield tuple(revalue(number, {name: 1}).value for number in facts.sizes), feedback
