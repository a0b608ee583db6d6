"""Functions that layers with a sliding window share: placing the window and checking the result."""

from msgspec import Struct
from msgspec.structs import replace

from core.formatting import show_amount
from core.keras_call import Call
from core.network.layers.base import REMOVE, Layer, LayerError, LayerFix, LayerWarning
from core.network.layers.inputs import image, sequence
from core.network.shapes import Shape, Window, WindowAxis, output_size, show_shape

__all__ = [
    "PlacedWindow",
    "activation_suffix",
    "kernel_text",
    "place_on_sequence",
    "place_window",
    "sliding_detail",
    "with_pixels",
]


class PlacedWindow(Struct, frozen=True):
    """A window placed on an image: the window, the image's channels and any warnings."""

    window: Window
    channels: int
    warnings: tuple[LayerWarning, ...]

    @property
    def rows(self) -> int:
        """Output height."""
        return self.window.rows.output

    @property
    def columns(self) -> int:
        """Output width."""
        return self.window.columns.output


def place_window(
    layer: Layer,
    x: Shape,
    kernel: tuple[int, int],
    strides: tuple[int, int],
    padding: str | int,
    dilation: tuple[int, int] = (1, 1),
) -> PlacedWindow:
    """Slide ``kernel`` over the image ``x``. A fix may be ``layer`` with another padding.

    Raises `LayerError` if ``x`` is not an image or the window is larger than the padded image.
    """
    height, width, channels = image(layer, x)
    rows = output_size("height", height, kernel[0], strides[0], padding, dilation[0])
    columns = output_size("width", width, kernel[1], strides[1], padding, dilation[1])
    if rows.output < 1 or columns.output < 1:
        span = f"{rows.window}x{columns.window}"
        fix = LayerFix('set padding="same"', "replace", replace(layer, padding="same")) if padding != "same" else REMOVE
        around = f" with {show_amount(padding, 'pixel')} of padding" if isinstance(padding, int) and padding else ""
        message = f"{layer.type} {span} does not fit {show_shape((height, width))}{around}"
        raise LayerError("window-too-large", message, fix)
    warnings = () if padding == "same" else _uneven(layer, rows, columns)
    return PlacedWindow(Window(rows, columns, kernel, dilation), channels, warnings)


def place_on_sequence(
    layer: Layer, x: Shape, length: int, stride: int, padding: str | int, dilation: int = 1
) -> tuple[WindowAxis, int]:
    """Slide a window of ``length`` along the sequence ``x``; returns the slide and the number of features.

    Raises `LayerError` if ``x`` is not a sequence or the window is longer than the padded sequence.
    """
    steps, features = sequence(layer, x)
    slid = output_size("steps", steps, length, stride, padding, dilation)
    if slid.output < 1:
        fix = LayerFix('set padding="same"', "replace", replace(layer, padding="same"))
        message = f"{layer.type}: a window of {slid.window} does not fit {show_amount(steps, 'step')}"
        raise LayerError("window-too-large", message, fix)
    return slid, features


def with_pixels(call: Call, padding: str | int, rank: int = 2) -> tuple[Call, ...]:
    """``call``, with a padding in pixels turned into the zero-padding layer of ``rank`` that Keras needs before it."""
    if isinstance(padding, str):
        return (call,)
    arguments = tuple((name, "valid" if name == "padding" else value) for name, value in call.arguments)
    valid = Call(call.function, arguments)
    return (Call(f"layers.ZeroPadding{rank}D", (("padding", padding),)), valid) if padding else (valid,)


def kernel_text(size: tuple[int, int]) -> str:
    """``5x5``."""
    return f"{size[0]}x{size[1]}"


def sliding_detail(
    strides: tuple[int, int], padding: str | int, usual: tuple[int, int] = (1, 1), also: str = ""
) -> str:
    """The arguments of a window that are not the usual ones: `` /2 same``; starts with a space unless empty."""
    words = []
    if strides != usual:
        words.append(f"/{strides[0]}" if strides[0] == strides[1] else f"/{kernel_text(strides)}")
    if isinstance(padding, int):
        words.append(f"pad {padding}")
    elif padding != "valid":
        words.append(padding)
    if also:
        words.append(also)
    return "".join(f" {word}" for word in words)


def activation_suffix(name: str) -> str:
    """`` relu``; empty for linear."""
    return "" if name == "linear" else f" {name}"


def _uneven(layer: Layer, rows: WindowAxis, columns: WindowAxis) -> tuple[LayerWarning, ...]:
    """A warning if a stride does not divide evenly, so that some rows or columns are never seen."""
    axes = [axis for axis in (rows, columns) if axis.unseen]
    if not axes:
        return ()
    axis = axes[0]
    pixels = axis.before
    size = f"{axis.size}" + (f" + 2*{pixels}" if pixels else "")
    unseen = " and ".join(
        f"the last {'' if one.unseen == 1 else f'{one.unseen} '}{name}{'' if one.unseen == 1 else 's'}"
        for one, name in ((rows, "row"), (columns, "column"))
        if one.unseen
    ).replace(" and the last column", " and column" if rows.unseen == columns.unseen == 1 else " and the last column")
    verb = "is" if len(axes) == 1 and axis.unseen == 1 else "are"
    even = _even_padding(rows, columns, pixels)
    advice, fix = "", None
    if even is not None:
        exact = (axis.size + 2 * even - axis.window) // axis.stride + 1
        advice = f"; padding {even} gives exactly {exact}"
        fix = LayerFix(f"set padding={even}", "replace", replace(layer, padding=even))
    message = (
        f"({size} - {axis.window})/{axis.stride} + 1 = {axis.exact:.2f} does not come out even: "
        f"Keras drops the rest and gives {axis.output}; {unseen} {verb} never seen{advice}"
    )
    return (LayerWarning("uneven-stride", message, fix),)


def _even_padding(rows: WindowAxis, columns: WindowAxis, pixels: int) -> int | None:
    """The smallest larger padding in pixels at which the strides of both axes divide evenly."""
    for padding in range(pixels + 1, pixels + max(rows.stride, columns.stride) + 1):
        rests = [(one.size + 2 * padding - one.window) % one.stride for one in (rows, columns)]
        if not any(rests) and padding < min(rows.window, columns.window):
            return padding
    return None
