"""Shapes without the batch axis, and the sliding-window arithmetic that convolution and pooling share."""

from math import prod

from msgspec import Struct

from core.network.formulas import Formula, Number

__all__ = [
    "SAME",
    "SAME_PADS",
    "SLIDING",
    "Shape",
    "Window",
    "WindowAxis",
    "channels_last",
    "count",
    "output_size",
    "show_shape",
    "transposed_output_size",
]

Shape = tuple[int, ...]
"""Sizes along each axis, without the batch axis, channels last."""

CHANNELS = (1, 3, 4)
"""Of grey images, color images, and color images with transparency."""

LARGE = 16
"""Minimum of height and width at which they count as an image's even if they differ."""

_LECTURE = "W2 = (W1 - F + 2P) / S + 1, rounded down as keras.layers.Conv2D does with padding='valid'"

SPAN = Formula("window", "dilation * (kernel - 1) + 1", "keras.layers.Conv2D, dilation_rate")
SLIDING = Formula("size", "floor((size + 2*pad - window) / stride) + 1", _LECTURE)
SAME = Formula("size", "ceil(size / stride)", "keras.layers.Conv2D, padding='same'")
SAME_PADS = Formula("pixels of padding", "max(0, (output - 1) * stride + window - size)", "tf.nn.convolution, SAME")
TRANSPOSED_VALID = Formula(
    "size", "(size - 1) * stride + max(window, stride)", "keras.layers.Conv2DTranspose, padding='valid'"
)
TRANSPOSED_SAME = Formula("size", "size * stride", "keras.layers.Conv2DTranspose, padding='same'")
TRANSPOSED_EXTRA = Formula(
    "size", "(size - 1) * stride + window + extra", "keras.layers.Conv2DTranspose, output_padding"
)


class WindowAxis(Struct, frozen=True):
    """A window sliding along one axis: its size, stride, padding and number of positions."""

    axis: str
    size: int
    window: int
    stride: int
    before: int
    after: int
    output: int
    steps: tuple[Number, ...]

    @property
    def unseen(self) -> int:
        """How many pixels at the far end, padding included, the window never covers."""
        return max(0, self.size + self.before + self.after - self.window - (self.output - 1) * self.stride)

    @property
    def exact(self) -> float:
        """The output size before rounding down."""
        return (self.size + self.before + self.after - self.window) / self.stride + 1


class Window(Struct, frozen=True):
    """A two-dimensional window over an image, for drawing: one `Slide` per axis."""

    rows: WindowAxis
    columns: WindowAxis
    kernel: tuple[int, int]
    dilation: tuple[int, int]


def count(shape: Shape) -> int:
    """The number of elements of a tensor with this shape."""
    return prod(shape)


def show_shape(shape: Shape) -> str:
    """``(28, 28, 1)`` as ``28x28x1``."""
    return "x".join(str(size) for size in shape)


def channels_last(shape: Shape) -> Shape | None:
    """``(1, 28, 28)`` as ``(28, 28, 1)``; None if it does not look like an image with its channels first.

    Such an image has 1, 3 or 4 channels, then a height and a width that are larger and equal, or both large.
    """
    if len(shape) != 3 or shape[0] not in CHANNELS:
        return None
    channels, height, width = shape
    image = min(height, width) > max(CHANNELS) and (height == width or min(height, width) >= LARGE)
    return (height, width, channels) if image else None


def output_size(axis: str, size: int, kernel: int, stride: int, padding: str | int, dilation: int = 1) -> WindowAxis:
    """The output size of a convolution or pooling: slide a window of ``kernel`` along ``size`` pixels.

    ``padding`` is "valid", "same", "causal" (all of it in front, as in Conv1D) or the pixels on each side.
    The output is 0 or less if the window does not fit: the caller has to check.
    """
    span = SPAN(f"{axis} of the window", kernel=kernel, dilation=dilation)
    steps = (span,) if dilation > 1 else ()
    if padding in ("same", "causal"):
        output = SAME(axis, size=size, stride=stride)
        pads = SAME_PADS(f"padding of the {axis}", output=output.value, stride=stride, window=span.value, size=size)
        before = pads.value // 2
        if padding == "causal":
            pads = Formula(pads.name, "window - 1", "keras.layers.Conv1D, padding='causal'")(window=span.value)
            before = pads.value
        after = pads.value - before
        return WindowAxis(axis, size, span.value, stride, before, after, output.value, (*steps, output, pads))
    pixels = padding if isinstance(padding, int) else 0
    output = SLIDING(axis, size=size, pad=pixels, window=span.value, stride=stride)
    return WindowAxis(axis, size, span.value, stride, pixels, pixels, output.value, (*steps, output))


def transposed_output_size(
    axis: str, size: int, kernel: int, stride: int, padding: str, extra: int | None, dilation: int
) -> tuple[Number, ...]:
    """The steps of a transposed convolution's output size along ``axis``; the last one is the size.

    ``extra`` is Keras's ``output_padding``; None lets Keras choose it.
    """
    span = SPAN(f"{axis} of the window", kernel=kernel, dilation=dilation)
    steps = (span,) if dilation > 1 else ()
    if extra is not None:
        window = span.value if padding == "valid" else span.value % 2
        return (*steps, TRANSPOSED_EXTRA(axis, size=size, stride=stride, window=window, extra=extra))
    if padding == "valid":
        return (*steps, TRANSPOSED_VALID(axis, size=size, stride=stride, window=span.value))
    return (*steps, TRANSPOSED_SAME(axis, size=size, stride=stride))
