"""Signed values in pictures: told from greys, and marked where there is room for a sign."""

import numpy as np
import pytest

from core.inspection.activations import Layout, Spread, painted, sheet
from core.inspection.signed_pixels import MARKED, SIGNED, ZERO, sign_places


def test_a_picture_with_negative_values_is_signed_and_another_grey():
    assert painted(np.array([[-2.0, 0.0, 1.0]])).tolist() == [[SIGNED + 1, SIGNED + ZERO, SIGNED + 192]]
    assert painted(np.array([[0.0, 1.0]])).tolist() == [[0, 255]]


@pytest.mark.parametrize("factor", range(3, 9))
@pytest.mark.parametrize("first", [0, 1])
def test_whatever_the_row_it_begins_at_an_enlarged_value_has_one_sign(factor, first):
    levels = np.full((factor, factor, 1), 255, np.uint8)
    places = np.pad(sign_places(levels, factor, factor)[..., 0], ((first, 1), (0, 0)))
    pairs = places[: len(places) // 2 * 2].reshape(-1, 2, factor).all(axis=1)
    assert pairs.sum() == 1


def test_values_near_zero_and_those_without_room_have_none():
    assert not sign_places(np.full((8, 8, 1), ZERO + 10, np.uint8), 4, 4).any()
    assert not sign_places(np.full((8, 8, 1), 255, np.uint8), 1, 4).any()


def test_a_sheet_of_signed_maps_has_signs():
    values = np.array([-1.0, 1.0], np.float32).reshape(1, 1, 2)
    layout = Layout.fitting((1, 1), 2, (20, 40))
    picture = sheet(values, layout, Spread.of(values), 0)
    assert {MARKED + 1, MARKED + 255, SIGNED + 1, SIGNED + 255} <= set(picture.ravel().tolist())
