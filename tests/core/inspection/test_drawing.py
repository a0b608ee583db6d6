"""Drawing on the pad, and a drawing made as MNIST's digits were."""

import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.datasets.catalog import mnist
from core.inspection.drawing import BOX, CENTRE, LARGEST_SCALE, SIDE, Drawing, Pad, centred
from core.inspection.images import resample

POINTS = st.tuples(st.floats(-10, 40), st.floats(-10, 40))
SPARSE = arrays.arrays(np.uint8, (SIDE, SIDE), fill=st.just(0))


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@st.composite
def pads(draw):
    pad = Pad()
    for start, end in draw(st.lists(st.tuples(POINTS, POINTS), max_size=3)):
        pad = pad.stroke(start, end)
    return pad


def bounds(image):
    """First and last row, first and last column with ink."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return rows[0], rows[-1], columns[0], columns[-1]


def sides(image):
    top, bottom, left, right = bounds(image)
    return bottom - top + 1, right - left + 1


def mass(image):
    ink = image.astype(float)
    places = np.arange(SIDE)
    return ink.sum(axis=1) @ places / ink.sum(), ink.sum(axis=0) @ places / ink.sum()


def filled(rows, columns, value=255):
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[rows, columns] = value
    return image


# -- The pad ---------------------------------------------------------------------------------------------------------


def test_a_stroke_is_two_and_a_half_pixels_wide_and_soft():
    image = Pad().stroke((10, 5), (10, 20)).image
    assert image[7:14, 12].tolist() == [0, 0, 191, 255, 191, 0, 0]
    assert image[10, 2:6].tolist() == [0, 0, 191, 255]
    assert image[10, 20:24].tolist() == [255, 191, 0, 0]
    assert image[9, 3:6].tolist() == [0, 86, 191], "the end is round"


def test_a_dot_is_a_stroke_without_length():
    image = Pad().stroke((4, 4), (4, 4)).image
    assert image[2:7, 2:7].tolist() == [
        [0, 0, 0, 0, 0],
        [0, 86, 191, 86, 0],
        [0, 191, 255, 191, 0],
        [0, 86, 191, 86, 0],
        [0, 0, 0, 0, 0],
    ]
    assert image.sum() == 255 + 4 * 191 + 4 * 86


def test_a_stroke_may_leave_the_pad():
    image = Pad().stroke((-5, -5), (0, 0)).image
    assert image[:2, :2].tolist() == [[255, 191], [191, 86]]
    assert Pad().stroke((-50, 3), (-50, 9)) == Pad()


def test_a_pad_is_a_value():
    pad = Pad().stroke((3, 3), (9, 9))
    assert pad == Pad().stroke((9, 9), (3, 3))
    assert hash(pad) == hash(Pad.of(pad.image.copy()))
    assert Pad().empty
    assert not pad.empty
    with pytest.raises(ValueError, match="read-only"):
        pad.image[0, 0] = 1


@pytest.mark.parametrize("image", [np.zeros((28, 27), np.uint8), np.zeros((28, 28)), np.zeros((1, 28, 28), np.uint8)])
def test_what_is_no_pad_is_refused(image):
    with pytest.raises(ValueError, match="a pad is uint8"):
        Pad.of(image)
    with pytest.raises(ValueError, match="784 pixels, got 3"):
        Pad(b"abc")


@given(pads(), POINTS, POINTS)
def test_ink_is_only_added_by_the_pen_and_only_taken_by_the_rubber(pad, start, end):
    drawn, rubbed = pad.stroke(start, end), pad.erase(start, end)
    assert np.all(drawn.image >= pad.image)
    assert np.all(rubbed.image <= pad.image)
    assert drawn.stroke(start, end) == drawn, "ink on ink stays as dark"
    assert Pad().stroke(start, end).erase(start, end).empty, "the rubber takes away the soft edge too"


@given(pads(), POINTS, POINTS)
def test_inverted_and_cleared(pad, start, end):
    assert pad.invert().invert() == pad
    assert np.array_equal(pad.invert().image, 255 - pad.image)
    assert pad.clear() == Pad()


@given(POINTS, POINTS, st.floats(0, 1))
def test_a_stroke_in_two_pieces_is_one_stroke(start, end, share):
    middle = tuple(a + share * (b - a) for a, b in zip(start, end, strict=True))
    pieces = Pad().stroke(start, middle).stroke(middle, end).image.astype(int)
    assert np.abs(pieces - Pad().stroke(start, end).image).max() <= 1


# -- Past and future ---------------------------------------------------------------------------------------------------


def test_the_pieces_of_a_stroke_are_one_step():
    drawing = Drawing.blank()
    for column in range(5):
        drawing = drawing.edit(drawing.present.stroke((9, column), (9, column + 1)), merging="stroke")
    first = drawing.settle()
    second = first.edit(first.present.stroke((20, 3), (20, 9)), merging="stroke").settle()
    assert first.present == Pad().stroke((9, 0), (9, 5))
    assert second.undo().present == first.present
    assert second.undo().undo().present == Pad()
    assert second.undo().undo().undo().present == Pad()
    assert second.undo().undo().redo().redo().present == second.present
    assert second.redo() == second


def test_an_edit_that_changes_nothing_leaves_no_trace():
    drawing = Drawing.blank().edit(Pad().stroke((9, 9), (9, 9)))
    assert drawing.edit(drawing.present) is drawing
    assert Drawing.blank().edit(Pad().clear()) == Drawing.blank()


def test_an_edit_after_undo_forgets_the_future():
    drawing = Drawing.blank().edit(Pad().invert()).undo().edit(Pad().stroke((1, 1), (2, 2)))
    assert drawing.future == ()
    assert drawing.undo().present == Pad()


def test_a_stroke_after_undo_is_a_step_of_its_own():
    one = Pad().stroke((1, 1), (2, 2))
    drawing = Drawing.blank().edit(one, merging="stroke").undo().edit(Pad().invert(), merging="stroke")
    assert drawing.undo().present == Pad()


def test_the_past_has_an_end():
    drawing = Drawing.blank()
    for number in range(Drawing.depth + 10):
        drawing = drawing.edit(Pad.of(np.full((SIDE, SIDE), number % 255 + 1, np.uint8)))
    assert len(drawing.past) == Drawing.depth
    for _ in range(Drawing.depth + 10):
        drawing = drawing.undo()
    assert drawing.present.image[0, 0] == 10
    assert len(drawing.future) == Drawing.depth


# -- As MNIST was made -------------------------------------------------------------------------------------------------


def test_a_digit_of_mnist_comes_out_as_it_went_in():
    digits = mnist.load().x_test
    changed = [index for index, digit in enumerate(digits[:2000]) if not np.array_equal(centred(digit), digit)]
    assert changed == []


def test_a_digit_of_mnist_finds_back_to_its_place():
    for digit in mnist.load().x_test[:200]:
        top, bottom, left, right = bounds(digit)
        moved = np.zeros_like(digit)
        moved[: bottom - top + 1, : right - left + 1] = digit[top : bottom + 1, left : right + 1]
        assert np.array_equal(centred(moved), digit)


def test_a_digit_three_times_as_large_comes_out_as_it_was():
    for digit in mnist.load().x_test[:200]:
        assert np.array_equal(centred(np.kron(digit, np.ones((3, 3), np.uint8))), digit)


@pytest.mark.parametrize(("size", "most"), [(28, 6.0), (22, 6.5), (14, 11.0)])
def test_a_digit_drawn_in_another_size_comes_out_nearly_as_it_was(size, most):
    differences = []
    for digit in mnist.load().x_test[:200]:
        top, bottom, left, right = bounds(digit)
        cut = digit[top : bottom + 1, left : right + 1]
        other = np.rint(resample(cut, *(max(1, round(side * size / BOX)) for side in cut.shape))).astype(np.uint8)
        made = centred(other)
        differences.append(np.abs(made.astype(int) - digit).mean())
        assert max(sides(made)) in (BOX - 1, BOX)
        assert all(CENTRE - 0.5 <= centre < CENTRE + 0.5 for centre in mass(made))
    assert np.median(differences) < most, "of a mean grey of 33: what is lost by resizing twice"


STROKES = {
    0: [(3, 14), (6, 20), (14, 22), (22, 20), (25, 14), (22, 8), (14, 6), (6, 8), (3, 14)],
    1: [(3, 14), (24, 13)],
    2: [(8, 6), (4, 10), (3, 15), (6, 19), (10, 19), (24, 5), (24, 22)],
    3: [(8, 10), (7, 14), (9, 17), (13, 14), (16, 17), (20, 15), (20, 10)],
    4: [(3, 8), (15, 6), (15, 21), (15, 17), (3, 18), (26, 16)],
    5: [(3, 20), (3, 8), (12, 8), (12, 17), (18, 20), (24, 16), (25, 7)],
    6: [(3, 17), (12, 8), (20, 7), (25, 14), (20, 20), (15, 15), (18, 8)],
    7: [(3, 5), (3, 22), (25, 12)],
    8: [(4, 18), (4, 9), (12, 11), (20, 19), (25, 14), (20, 8), (12, 17), (4, 18)],
    9: [(10, 19), (4, 14), (8, 8), (13, 13), (10, 19), (25, 17)],
}
"""Digits as a hand might draw them: straight lines from point to point."""


@pytest.mark.parametrize("digit", STROKES)
def test_a_drawn_digit_is_nearest_to_its_likes_in_mnist(digit):
    pad = Pad()
    for start, end in pairwise(STROKES[digit]):
        pad = pad.stroke(start, end)
    known = mnist.load()
    distances = np.square(known.x_test - centred(pad.image).astype(np.float32)).sum(axis=(1, 2))
    assert known.y_test[np.argsort(distances)[:3]].tolist() == [digit] * 3


def test_no_ink_gives_no_ink():
    assert not centred(Pad().image).any()


def test_ink_all_over_fills_the_box():
    expected = filled(slice(4, 24), slice(4, 24))
    assert np.array_equal(centred(filled(slice(None), slice(None))), expected)


def test_proportions_are_kept():
    made = centred(filled(slice(0, 28), slice(3, 17)))
    assert np.array_equal(made, filled(slice(4, 24), slice(9, 19)))
    line = centred(filled(slice(0, 28), 27))
    assert np.array_equal(line, filled(slice(4, 24), 14)), "a thin line at the border, as dark as it was"


def test_a_dot_grows_to_a_bound():
    made = centred(filled(13, 13, 90))
    assert sides(made) == (round(LARGEST_SCALE), round(LARGEST_SCALE))
    assert made.max() == 90
    dot = centred(Pad().stroke((2, 25), (2, 25)).image)
    assert max(sides(dot)) <= 3 * LARGEST_SCALE + 1


def test_ink_at_one_end_does_not_push_the_other_out_of_the_field():
    image = filled(slice(0, 6), slice(0, 6))
    image[27, 27] = 255
    made = centred(image)
    assert bounds(made)[1::2] == (27, 27)
    assert sides(made) == (BOX, BOX)


def test_fields_of_other_sizes_are_taken():
    assert np.array_equal(centred(np.full((40, 80), 255, np.uint8)), filled(slice(9, 19), slice(4, 24)))


@given(SPARSE | pads().map(lambda pad: pad.image))
def test_any_drawing_comes_out_in_its_box_in_the_middle(image):
    made = centred(image)
    assert made.dtype == np.uint8
    assert made.shape == (SIDE, SIDE)
    assert made.max() == image.max()
    if not image.any():
        return
    top, bottom, left, right = bounds(made)
    assert max(sides(made)) <= BOX
    row, column = mass(made)
    for centre, first, last in ((row, top, bottom), (column, left, right)):
        # At the edge of the field, resizing may have left a row of a stroke's faint end without ink.
        assert abs(centre - CENTRE) <= 0.5 + 1e-9 or first <= 1 or last >= SIDE - 2


@given(pads())
def test_centring_twice_changes_little(pad):
    assume(not pad.empty and max(sides(pad.image)) >= BOX / LARGEST_SCALE)
    once = centred(pad.image)
    assert np.abs(centred(once).astype(int) - once).mean() < 6
