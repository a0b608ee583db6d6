"""The digits that come with LayerLab."""

import numpy as np
import pytest

from core.datasets import DATASETS
from core.datasets.catalog import mnist
from core.datasets.examples import DatasetError

COUNTS = (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)


def test_it_holds_what_the_dataset_promises():
    digits, known = mnist.load(), DATASETS["mnist"]
    assert digits.x_train.shape == (known.train, *known.shape[:2])
    assert digits.x_test.shape == (known.test, *known.shape[:2])
    assert {array.dtype for array in (digits.x_train, digits.y_train, digits.x_test, digits.y_test)} == {np.dtype("u1")}
    assert list(digits.y_train[:10]) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert digits.class_counts("train", 10) == COUNTS
    assert sum(digits.class_counts("test", 10)) == known.test
    assert digits.x_train.max() == 255


def test_sorted_it_has_the_same_digits_in_the_order_of_their_labels():
    digits, ordered = mnist.load(), DATASETS["mnist-sorted"].load()
    assert list(ordered.y_train) == sorted(digits.y_train)
    assert np.array_equal(ordered.first(4, 3), digits.first(4, 3)), "within a class as before"
    assert np.array_equal(ordered.x_test, digits.x_test)
    x_train, y_train = digits.x_train, digits.y_train
    made = {"x_train": x_train, "y_train": y_train}
    exec("\n".join(DATASETS["mnist-sorted"].preparation), made)  # noqa: S102  # as a script has it
    assert np.array_equal(made["x_train"], ordered.x_train)
    assert np.array_equal(made["y_train"], ordered.y_train)


def test_the_preview_shows_the_first_of_each_class():
    preview = DATASETS["mnist"].preview(3)
    assert preview.train_counts == COUNTS
    assert [images.shape for images in preview.images] == [(3, 28, 28)] * 10
    digits = mnist.load()
    assert np.array_equal(preview.images[4][0], digits.x_train[2]), "the first 4 is the third training image"
    assert DATASETS["mnist"].preview(3) is preview


def test_the_preview_does_not_hold_on_to_the_whole():
    assert all(images.base is None or images.base.size < 10**6 for images in DATASETS["mnist"].preview(3).images)


@pytest.mark.parametrize("damage", ["changed", "cut"])
def test_a_wrong_digest_is_refused_in_one_line(tmp_path, damage):
    content = bytearray(mnist.FILE.read_bytes())
    content[1000] ^= 1
    file = tmp_path / "mnist.npz"
    file.write_bytes(content if damage == "changed" else content[:5000])
    with pytest.raises(DatasetError) as caught:
        mnist.load(file)
    message = str(caught.value)
    assert str(file) in message
    assert "digest" in message
    assert "reinstall" in message
    assert "\n" not in message


def test_a_missing_file_is_refused_in_one_line(tmp_path):
    with pytest.raises(DatasetError, match=r"gone\.npz: cannot be read: .*; reinstall LayerLab"):
        mnist.load(tmp_path / "gone.npz")
