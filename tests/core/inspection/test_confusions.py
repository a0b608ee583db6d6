"""What stands out in a confusion matrix, against a search cell by cell."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.inspection.confusions import confusions, heat
from core.inspection.results import Results


def judged(truth, taken, classes=3):
    outputs = np.eye(classes, dtype=np.float32)[list(taken)]
    return Results.of(outputs, np.array(truth), 0.5, tuple("abcde"[:classes]))


def test_the_fullest_cell_beside_the_diagonal_comes_first():
    results = judged([0, 0, 0, 1, 1, 1, 2, 2], [0, 0, 0, 2, 2, 0, 0, 2])
    assert confusions(results) == ((1, 2), (1, 0), (2, 0))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_every_mistake_is_in_one_of_the_cells_and_no_right_answer(answers):
    results = judged(*zip(*answers, strict=True), classes=4)
    cells = confusions(results)
    assert set(cells) == {(true, taken) for true, taken in answers if true != taken}
    counts = [answers.count(cell) for cell in cells]
    assert counts == sorted(counts, reverse=True)


def test_the_shade_is_the_cube_root_of_the_share_of_the_row_and_nothing_for_a_class_without_examples():
    shades = heat(judged([0, 0, 0, 0, 1], [0, 0, 0, 2, 1]))
    np.testing.assert_allclose(shades, [[0.75 ** (1 / 3), 0, 0.25 ** (1 / 3)], [0, 1, 0], [0, 0, 0]])
