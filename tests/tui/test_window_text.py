"""The sums under a window: what is left out of a long one, and what is not."""

import numpy as np
import pytest

from core.network.shapes import Window, output_size
from core.network.window_math import Convolved, convolve
from tui.window_text import sums

ROOM = 60


def stopped(x: np.ndarray, kernel: np.ndarray) -> Convolved:
    """The only stop of a window as large as ``x``, of one channel."""
    height, width = x.shape
    window = Window(
        output_size("rows", height, height, 1, "valid"),
        output_size("columns", width, width, 1, "valid"),
        (height, width),
        (1, 1),
    )
    return convolve(window, x[..., None], kernel[..., None, None], None, 0, 0, 0)


def first_line(at: Convolved, width: int = ROOM) -> str:
    return sums(at, 0, "linear", at.total, width).plain.splitlines()[0]


@pytest.mark.parametrize("size", [5, 28, 60])
def test_of_a_long_sum_as_many_terms_are_shown_as_there_is_room_for(size):
    draw = np.random.default_rng(3)
    at = stopped(draw.uniform(0.1, 1, (size, size)), draw.normal(size=(size, size)))
    line = first_line(at)
    said = line.partition(" = ")[0].split("channel 1", 1)[1].strip()
    shown = said.removesuffix(" + \u2026").split(" + ")
    assert said.endswith(" + \u2026")
    assert len(line) <= ROOM
    after = f"{at.patch[0, len(shown), 0]:.3g}*({at.kernel[0, len(shown), 0]:.3g})"
    assert len(line) + len(" + ") + len(after) - 2 > ROOM, "one more would have had room"
    products = [f"{value:.3g}" for value in at.patch[0, : len(shown), 0]]
    assert [term.split("*")[0] for term in shown] == products


def test_one_digit_terms_fill_the_room_too():
    at = stopped(np.ones((9, 9)), np.full((9, 9), 2.0))
    line = first_line(at)
    assert line.count("1*2") == 6
    assert ROOM - len(" + 1*2") < len(line) <= ROOM


@pytest.mark.parametrize(("broken", "said"), [(np.nan, "0*NaN"), (np.inf, "0*\u221e"), (-np.inf, "0*(-\u221e)")])
def test_zero_times_what_is_not_finite_is_not_left_out(broken, said):
    kernel = np.full((5, 5), 0.123)
    kernel[4, 4] = broken
    line = first_line(stopped(np.zeros((5, 5)), kernel), 50)
    assert f"{said} + \u2026 = NaN" in line


def test_zeros_are_counted_where_there_is_nothing_else():
    assert "25 times 0 = 0" in first_line(stopped(np.zeros((5, 5)), np.full((5, 5), -0.123)))
