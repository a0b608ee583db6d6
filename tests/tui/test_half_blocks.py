"""Pictures in half blocks: every pixel is there in its own color, and the brighter half is the character."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from rich.color import Color

from tui.widgets.half_blocks import half_blocks

GREEN = Color.from_rgb(0, 255, 0)
"""As light as the grey 85, which is drawn beside it."""
EXTRAS = (GREEN, None)
pixels = st.one_of(st.sampled_from([84, 85, 86, 256, 257]), st.integers(0, 255))


def color(pixel: int) -> Color | None:
    return Color.from_rgb(pixel, pixel, pixel) if pixel < 256 else EXTRAS[pixel - 256]


@given(arrays(np.int16, array_shapes(min_dims=2, max_dims=2, max_side=8), elements=pixels), pixels)
def test_every_pixel_has_its_color(image: np.ndarray, below: int) -> None:
    height, width = image.shape
    rows = [*image.tolist(), *([[below] * width] if height % 2 else [])]
    lines = half_blocks(image, EXTRAS, below=below)
    assert len(lines) == len(rows) // 2
    for line, upper, lower in zip(lines, rows[::2], rows[1::2], strict=True):
        cells = [(sign, segment.style) for segment in line for sign in segment.text]
        assert line.cell_length == len(cells) == width
        for (sign, style), *pair in zip(cells, upper, lower, strict=True):
            drawn = {
                "\u2580": (style.color, style.bgcolor),
                "\u2584": (style.bgcolor, style.color),
                "\u2588": (style.color, style.color),
                " ": (style.bgcolor, style.bgcolor),
            }[sign]
            assert drawn == tuple(map(color, pair))


def test_a_digit_is_seen_without_colors() -> None:
    image = np.array([[0, 255, 0, 255], [0, 255, 255, 0]], np.uint8)
    assert half_blocks(image)[0].text == " \u2588\u2584\u2580"
