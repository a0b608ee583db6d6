"""Pixels as numbers in as much room as there is."""

import numpy as np
import pytest

from core.datasets.numbers import one_hot, pixel_lines

IMAGE = np.array([[0, 3, 255], [18, 0, 1]], np.uint8)


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (12, ["   .   3 255", "  18   .   1"]),
        (11, ["  . 03 ff", " 12  . 01"]),
        (8, [" .03ff", "12 .01"]),
        (1, [" .03ff", "12 .01"]),
    ],
)
def test_they_are_decimal_where_there_is_room(width, lines):
    assert list(pixel_lines(IMAGE, width)) == lines


def test_a_label_is_a_vector():
    assert one_hot(2, 4) == (0, 0, 1, 0)
