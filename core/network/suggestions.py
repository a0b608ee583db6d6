"""Layers that make sense next: Flatten before Dense, pooling after a convolution, the classes last."""

from collections.abc import Iterator

from core.network.architecture import Architecture
from core.network.layers import LSTM, Conv2D, Dense, Dropout, Flatten, Layer, MaxPooling2D
from core.network.shapes import Shape
from core.network.summary import summarize

__all__ = ["next_layers"]

GREY = 1
"""Channels of an image that a dense network does well on."""


def next_layers(architecture: Architecture, after: int, classes: int) -> tuple[Layer, ...]:
    """What to add after row ``after`` (0 is the input), the likeliest first; empty if the output is complete.

    ``classes`` is the number of classes of the dataset. Every layer accepts the output of that row.
    """
    row = summarize(architecture).rows[after]
    if row.facts is None:
        return ()
    output = row.facts.output
    before = architecture.stack[: after + 1]
    return tuple(layer for layer in _candidates(before, output, classes) if layer.accepts(output))


def _candidates(before: tuple[Layer, ...], x: Shape, classes: int) -> Iterator[Layer]:
    if len(x) == 3:
        yield from _for_image(before[-1], x)
    elif len(x) == 2:
        yield from (LSTM(64), Flatten())
    elif len(x) == 1 and not _is_output(before[-1], x, classes):
        yield from _for_vector(before, classes)


def _for_image(last: Layer, x: Shape) -> Iterator[Layer]:
    if last.window_operation == "convolution":
        yield from (MaxPooling2D((2, 2)), Conv2D(x[-1], (3, 3), activation="relu"), Flatten())
    elif last.pooling:
        yield from (Conv2D(2 * x[-1], (3, 3), activation="relu"), Flatten())
    elif x[-1] == GREY:
        yield from (Flatten(), Conv2D(32, (3, 3), activation="relu"))
    else:
        yield from (Conv2D(32, (3, 3), activation="relu"), Flatten())


def _for_vector(before: tuple[Layer, ...], classes: int) -> Iterator[Layer]:
    output, hidden = Dense(classes, "softmax"), Dense(128, "relu")
    if not any(isinstance(layer.inner, Dense) for layer in before):
        yield from (hidden, output)
        return
    yield from (output, hidden)
    if isinstance(before[-1], Dense):
        yield Dropout(0.5)


def _is_output(last: Layer, x: Shape, classes: int) -> bool:
    return last.activation_name == "softmax" and x == (classes,)
