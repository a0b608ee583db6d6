"""Signs in sizes and formulas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.network.shapes import show_shape
from core.typography import typeset, typeset_formula


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("28x28x1", "28×28×1"),
        ("Conv2D 16@5x5 same", "Conv2D 16·5×5 same"),
        ("14x14x6 -> 10x10x16", "14×14×6 → 10×10×16"),
        ("5 x 5", "5 × 5"),
        ("10 -> 120 (x12)", "10 → 120 (×12)"),
        ("?x128", "?×128"),
        ("mlp-2x a@b.de max x", "mlp-2x a@b.de max x"),
    ],
)
def test_sizes_have_their_signs(text: str, expected: str) -> None:
    assert typeset(text) == expected


@given(st.lists(st.integers(1, 999), min_size=1, max_size=5))
def test_every_shape_is_typeset_whole(shape: list[int]) -> None:
    assert typeset(show_shape(tuple(shape))) == "×".join(map(str, shape))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("floor((14 + 2*0 - 5) / 1) + 1", "⌊(14 + 2×0 − 5) / 1⌋ + 1"),
        ("5 * 5 * 6 * 16", "5 × 5 × 6 × 16"),
        ("max(ceil(7 / 2) - 1, 0)", "max(⌈7 / 2⌉ − 1, 0)"),
        ("floor(floor(7 / 2) / 2)", "⌊⌊7 / 2⌋ / 2⌋"),
        ("floor(7", "floor(7"),
    ],
)
def test_formulas_have_their_signs(formula: str, expected: str) -> None:
    assert typeset_formula(formula) == expected
